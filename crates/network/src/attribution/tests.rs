//! Rules, shares, and files that do not add up.

use super::*;
use qudao_kernel::master::{Clerk, Outlet, Partner, Span};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span { from: day(from), to: day(to) }
}

/// P1 in Jiangxi owns O1 until June and P2 in Guangdong from July on; C1 works there.
fn master() -> Master {
    let mut master = Master::default();
    for (code, territory) in [("P1", "360902"), ("P2", "440106")] {
        let (name, kind, tier) = (code.to_owned(), "代理商".to_owned(), "二级代理商".to_owned());
        let span = span("2020-01-01", "2099-12-31");
        let (parent, territory) = (String::new(), territory.to_owned());
        master.add_partner(Partner {
            code: code.to_owned(),
            name,
            kind,
            tier,
            level: 0,
            parent,
            territory,
            since: day("2020-01-01"),
            blacklisted: false,
            span,
        });
    }
    for (owner, span) in [("P1", span("2020-01-01", "2026-07-01")), ("P2", span("2026-07-01", "2099-12-31"))] {
        let text = String::new;
        master.add_outlet(Outlet {
            code: "O1".to_owned(),
            name: text(),
            owner: owner.to_owned(),
            territory: "360902".to_owned(),
            channel: "社会渠道".to_owned(),
            subtype: text(),
            grade: text(),
            district: text(),
            span,
        });
    }
    let code = "C1".to_owned();
    master.add_clerk(Clerk { code, name: String::new(), outlet: "O1".to_owned(), span: span("2020-01-01", "2099-12-31") });
    master
}

fn sale<'s>(on: &str) -> Sale<'s> {
    Sale { day: day(on), outlet: "", referral: "", partner: "", delivery: "", home: "" }
}

fn told(sale: &Sale<'_>) -> String {
    match standard().unwrap().attribute(&master(), sale) {
        Ok(found) => format!("{} {} {} {} {}", found.by.name(), found.clerk, found.outlet, found.partner, found.territory),
        Err(refusal) => refusal.code.to_owned(),
    }
}

#[test]
fn the_rules_of_the_day_decide() {
    // R6.41: a stated, dated rule
    let counter = Sale { outlet: "O1", partner: "P2", referral: "P2", ..sale("2026-06-30") };
    assert_eq!(told(&counter), "outlet  O1 P1 360902", "the outlet of acceptance, by its owner on the day");
    assert_eq!(told(&Sale { day: day("2026-07-01"), ..counter }), "outlet  O1 P2 360902");
    let online = Sale { referral: "C1", delivery: "440106", home: "360902", ..sale("2026-07-01") };
    assert_eq!(told(&online), "referral C1 O1 P2 360902", "a work ID leads to its outlet and that one's owner");
    assert_eq!(told(&Sale { referral: "P1", ..online }), "referral   P1 360902");
    assert_eq!(told(&Sale { referral: "", ..online }), "delivery    440106");
    assert_eq!(told(&Sale { referral: "", delivery: "", ..online }), "home    360902");
    // the version before knew neither codes nor addresses
    assert_eq!(told(&Sale { day: day("2025-12-31"), ..online }), "network.attribution.unnamed");
    assert_eq!(told(&Sale { day: day("2025-12-31"), partner: "P1", ..online }), "partner   P1 360902");
    assert_eq!(told(&Sale { partner: "P1", ..sale("2019-12-31") }), "network.attribution.early");
    // what decides and is unknown is told, and nothing else decides instead
    assert_eq!(told(&Sale { outlet: "O9", partner: "P1", ..sale("2026-07-01") }), "network.attribution.nobody");
    assert_eq!(told(&Sale { delivery: "999999", home: "360902", ..sale("2026-07-01") }), "network.attribution.nobody");
}

#[test]
fn shares_add_up_to_the_fen() {
    // R6.41: the parts are 100 % of the amount
    let (rules, master) = (standard().unwrap(), master());
    let split = |of: Of, sale: &Sale<'_>, fen: i64| -> Vec<(String, u64, i64)> {
        let found = rules.attribute(&master, sale).unwrap();
        let shares = rules.split(of, sale, &found, Fen(fen)).unwrap();
        assert_eq!(shares.iter().map(|share| share.amount.0).sum::<i64>(), fen);
        assert_eq!(shares.iter().map(|share| share.ppm).sum::<u64>(), WHOLE);
        shares.into_iter().map(|share| (share.province, share.ppm, share.amount.0)).collect()
    };
    let across = Sale { partner: "P2", home: "360902", ..sale("2026-07-01") };
    let both = |seller: i64, home: i64| vec![("44".to_owned(), 400_000, seller), ("36".to_owned(), 600_000, home)];
    assert_eq!(split(Of::Revenue, &across, 9_900), both(3_960, 5_940));
    assert_eq!(split(Of::Revenue, &across, 101), both(40, 61));
    assert_eq!(split(Of::Revenue, &across, -101), both(-40, -61), "what is taken back goes back the same way");
    assert_eq!(split(Of::Commission, &across, 5_000), [("44".to_owned(), WHOLE, 5_000)]);
    // within a province, where the home is not known, and before the rule
    let whole = vec![("44".to_owned(), WHOLE, 9_900)];
    assert_eq!(split(Of::Revenue, &Sale { home: "440106", ..across }, 9_900), whole);
    assert_eq!(split(Of::Revenue, &Sale { home: "", ..across }, 9_900), whole);
    assert_eq!(split(Of::Revenue, &Sale { day: day("2025-12-31"), ..across }, 9_900), whole);
    let strange = Sale { home: "999999", ..across };
    let found = rules.attribute(&master, &strange).unwrap();
    assert_eq!(rules.split(Of::Revenue, &strange, &found, Fen(1)).unwrap_err().code, "network.attribution.nobody");
}

#[test]
fn a_file_that_does_not_add_up_is_refused() {
    // R6.41
    assert!(read(STANDARD, "a.toml").is_ok());
    let wrong = |from: &str, to: &str| {
        assert!(STANDARD.contains(from), "{from}");
        let refusal = read(&STANDARD.replacen(from, to, 1), "a.toml").unwrap_err();
        assert_eq!(refusal.code, "network.attribution.file");
        refusal.text.en
    };
    assert!(wrong("percent = \"60\"", "percent = \"59.9999\"").ends_with("make 99.9999 %, not 100 %"));
    assert!(wrong("percent = \"60\"", "percent = \"60.5\"").ends_with("make 100.5000 %, not 100 %"));
    for percent in ["0", "-1", "101", "1e2", "", "60.00001"] {
        assert!(wrong("percent = \"60\"", &format!("percent = \"{percent}\"")).contains("no percentage"), "{percent}");
    }
    assert!(wrong("from = \"2026-01-01\"\norder", "from = \"2019-01-01\"\norder").contains("do not follow"));
    assert!(wrong("\"delivery\", \"home\"]", "\"delivery\", \"delivery\"]").contains("twice"));
    assert!(wrong("[\"outlet\", \"partner\"]", "[\"partner\", \"outlet\"]").contains("after it"));
    assert!(
        wrong("of = \"commission\"\nfrom = \"2020-01-01\"", "of = \"commission\"\nfrom = \"2021-01-01\"")
            .contains("no split of commission")
    );
    assert!(wrong("order = [\"outlet\", \"partner\"]", "order = [\"weather\"]").contains("weather"));
}
