use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn setting(scope: &str, value: &str, from: &str, to: Option<&str>) -> Setting {
    Setting { scope: scope.into(), value: value.into(), from: day(from), to: to.map(day), owner: "channel-policy".into() }
}

#[test]
fn the_standard_register_holds_the_figures_of_the_source() {
    // R0.11, S12, R8.58, R6.21, R7.3, R1.44, R4.55
    let register = Register::standard().unwrap();
    let on = |name| register.on(name, "430102", day("2026-07-31")).unwrap();
    assert_eq!(on("subsidy_example").fen().unwrap(), Fen(13_000_000));
    assert_eq!(on("silver_rollup").ppm().unwrap(), 1_000_000);
    assert_eq!(on("clawback_months").int().unwrap(), 3);
    assert_eq!(on("slip_due_days").int().unwrap(), 3);
    assert_eq!(on("payment_sla").int().unwrap(), 5);
    assert_eq!(on("points_per_100_yuan").int().unwrap(), 1);
    assert_eq!(on("rebate_base_year").int().unwrap(), 2022);
    assert_eq!(register.on("rebate_steps", "", day("2026-07-31")).unwrap_err().code, "platform.params.not_set");
}

#[test]
fn the_longest_scope_wins_on_the_days_it_holds() {
    // R0.4, R0.11
    let mut register = Register::standard().unwrap();
    register.set("clawback_months", setting("43", "4", "2026-01-01", None)).unwrap();
    register.set("clawback_months", setting("4301", "6", "2026-03-01", Some("2026-06-01"))).unwrap();
    let on = |code, date| register.on("clawback_months", code, day(date)).unwrap().value.to_owned();
    assert_eq!(on("430102", "2026-02-28"), "4");
    assert_eq!(on("430102", "2026-03-01"), "6");
    assert_eq!(on("430102", "2026-05-31"), "6");
    assert_eq!(on("430102", "2026-06-01"), "4");
    assert_eq!(on("44", "2026-03-01"), "3");
    assert_eq!(on("43", "2025-12-31"), "3");
}

#[test]
fn a_value_below_the_lowest_level_has_no_effect() {
    // R6.42: also where it was set before the group closed the parameter
    let mut register = Register::standard().unwrap();
    register.set("points_per_100_yuan", setting("43", "9", "2026-01-01", None)).unwrap();
    assert_eq!(register.on("points_per_100_yuan", "4301", day("2026-03-01")).unwrap().value, "1");
    let wrong = "[[parameter]]\nname='a'\nzh='甲'\nen='a'\nunit='days'\nsource='proposal'\nserves=[]\nlower='street'\n";
    assert!(Register::read(wrong, "x").unwrap_err().text.en.contains("lower"));
}

#[test]
fn what_cannot_hold_is_refused() {
    let mut register = Register::standard().unwrap();
    register.set("slip_due_days", setting("", "4", "2026-01-01", Some("2026-02-01"))).unwrap();
    let mut refused = |name: &str, setting: Setting| register.set(name, setting).unwrap_err().code;
    assert_eq!(refused("slip_due_days", setting("", "5", "2026-01-31", None)), "platform.params.overlap");
    assert_eq!(refused("slip_due_days", setting("", "x", "2026-02-01", None)), "platform.params.value");
    assert_eq!(refused("slip_due_days", setting("430", "5", "2026-02-01", None)), "platform.params.scope");
    assert_eq!(refused("slip_due_days", setting("", "5", "2026-02-02", Some("2026-02-02"))), "platform.params.span");
    assert_eq!(refused("slip_days", setting("", "5", "2026-02-01", None)), "platform.params.unknown");
    register.set("slip_due_days", setting("", "5", "2026-02-01", None)).unwrap();
}

#[test]
fn a_wrong_definitions_file_is_refused_with_its_place() {
    let refusal = Register::read("[[parameter]]\nname = 1", "my.toml").unwrap_err();
    assert!(refusal.text.en.contains("my.toml"));
    let parcels = "[[parameter]]\nname='a'\nzh='甲'\nen='a'\nunit='parcels'\nsource='proposal'\nserves=[]\n";
    assert!(Register::read(parcels, "x").unwrap_err().text.en.contains("parcels"));
    let twice = parcels.replace("parcels", "days").repeat(2);
    assert!(Register::read(&twice, "x").unwrap_err().text.en.contains("twice"));
}

#[test]
fn percentages_are_exact() {
    assert_eq!(unit::percent_to_ppm("100"), Some(1_000_000));
    assert_eq!(unit::percent_to_ppm("12.5"), Some(125_000));
    assert_eq!(unit::percent_to_ppm("0.0001"), Some(1));
    for wrong in ["", ".5", "1.00001", "-1", "1e2", "1.2.3"] {
        assert_eq!(unit::percent_to_ppm(wrong), None, "{wrong}");
    }
}
