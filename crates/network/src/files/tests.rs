//! Folders as people keep them.

use super::*;
use proptest::prelude::*;
use qudao_kernel::master::{Agreement, Clerk, Master, Outlet, Partner, Product, Span};
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_platform::sheet::{CsvEncoding, Format};
use std::path::{Path, PathBuf};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

fn load(files: &[(&str, &str)]) -> Result<(Master, Report), Refusal> {
    load_master(folder(files).path())
}

/// Rejects as `file:row column code`.
fn rejects(report: &Report) -> Vec<String> {
    assert!(report.files.iter().all(|file| file.received == file.accepted + file.rejected));
    let show =
        |remark: &Remark| format!("{}:{} {} {}", report.file(remark), remark.problem.row, remark.problem.column, remark.problem.code);
    report.rejects.iter().map(show).collect()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

const PARTNERS: &str = "编码,名称,层级,上级编码,区划代码,合作起始日,黑名单,生效日期,失效日期\n\
    V1,湘江增值,增值服务商,,4301,2018-03-01,否,2018-03-01,\n\
    V2,岳麓增值,增值服务商,,4301,2019-01-01,否,2019-01-01,\n\
    S1,星沙银牌,银牌增值代理商,V1,430121,2020-01-01,否,2020-01-01,2026-07-01\n\
    S1,星沙银牌,银牌增值代理商,V2,430121,2020-01-01,否,2026-07-01,\n";

#[test]
fn a_folder_in_chinese_and_english_reads_as_of_a_day() {
    // R0.4, R0.7, R8.54, R8.58, N9: the silver agent moves on 1 July; a sale of 30 June counts at the old distributor
    let files = [
        ("partners.csv", PARTNERS),
        (
            "outlets-长沙.csv",
            "code,name,owner,territory,channel,subtype,grade,备注\nO1,星沙店,S1,430121001,社会渠道,综合卖场,a,x\nH1,芙蓉厅,,430102,自有渠道,自有营业厅,,\n",
        ),
        ("店员.csv", "工号,姓名,网点编码\nC1,店员01,O1\n"),
        ("agreements.csv", "code,partner,commitment,renewed,effective_from,effective_to\nX1,V1,\"600,000.00\",是,2026-01-01,2026-07-01\n"),
        ("products.csv", "编码,名称,产品线,月费\nP59,畅享59,移动,59\n"),
    ];
    let (master, report) = load(&files).unwrap();
    assert_eq!((rejects(&report), report.warnings.len(), report.accepted()), (vec![], 0, 9));
    let vad = |on: &str| master.ancestor_of_tier("S1", &["增值服务商".to_owned()], day(on)).map(|row| row.code.clone());
    assert_eq!([vad("2026-06-30").as_deref(), vad("2026-07-01").as_deref()], [Some("V1"), Some("V2")]);
    let outlet = master.outlet("O1", day("2026-07-01")).unwrap();
    assert_eq!((outlet.subtype.as_str(), outlet.grade.as_str()), ("大卖场", "A"));
    // N29: the agreement ends on 30 June; 1 July has none
    assert_eq!(master.agreement("V1", day("2026-06-30")).map(|row| row.commitment), Some(Fen(60_000_000)));
    assert_eq!(master.agreement("V1", day("2026-07-01")), None);
    assert_eq!(report.files[1].ignored, ["备注"]);
    assert!(
        report.summary(Lang::Zh).contains("partners.csv：收到 4 行，接受 4 行，拒绝 0 行") && report.summary(Lang::Zh).contains("备注")
    );
}

#[test]
fn roll_up_counts_each_partner_once_in_the_company() {
    // N8, R8.58: the distributor's volume is its own and its silver agents'; the company's is every partner's once
    let text = "code,name,tier,parent,territory,since\nV,甲,增值服务商,,4301,2020-01-01\nA,乙,银牌增值代理商,V,4301,2020-01-01\nB,丙,银牌增值代理商,V,4301,2020-01-01\n";
    let (master, report) = load(&[("partners.csv", text)]).unwrap();
    assert!(report.is_clean() && report.warnings.is_empty());
    let sales = |code: &str| match code {
        "V" => Fen(60_000_000),
        "A" => Fen(25_000_000),
        _ => Fen(15_000_000),
    };
    let on = day("2026-07-31");
    let tier = ["增值服务商".to_owned()];
    let rolled: Vec<Fen> = master
        .partners()
        .filter(|row| row.code == "V" || master.ancestor_of_tier(&row.code, &tier, on).is_some_and(|above| above.code == "V"))
        .map(|row| sales(&row.code))
        .collect();
    assert_eq!(Fen::try_sum(rolled).unwrap(), Fen(100_000_000));
    assert_eq!(Fen::try_sum(master.partners().map(|row| sales(&row.code))).unwrap(), Fen(100_000_000));
}

#[test]
fn every_wrong_row_is_named_with_its_column() {
    // R0.7: doubled ids, overlaps, circles, unknown codes, wrong values
    let partners = "code,name,parent,territory,since,level,blacklisted,effective_from,effective_to\n\
        A,甲,,4301,2020-01-01,,,2020-01-01,2022-01-01\n\
        A,甲,,4301,2020-01-01,,,2020-01-01,2022-01-01\n\
        A,甲,,4301,2020-01-01,,,2021-06-01,\n\
        B,乙,C,4301,2020-01-01,,,2020-01-01,\n\
        C,丙,B,4301,2020-01-01,,,2020-01-01,\n\
        D,丁,B,4301,2020-01-01,,,2020-01-01,\n\
        E,戊,X,4301,2020-01-01,,,2020-01-01,\n\
        F,己,,4399,2020-02-30,1.5,也许,2020-01-01,2020-01-01\n\
        G,,,4301,,,,,\n\
        H H,辛,,4301,2020-01-01,,,2020-01-01,\n\
        I,壬,,4301,2020-01-01,,,2023-01-01,\n";
    let outlets = "code,name,owner,territory,effective_from,effective_to\n\
        O1,一店,A,430102,2020-01-01,\nO2,二店,E,430102,,\nO3,三店,,430102,,\nO4,四店,I,430102,2020-01-01,2021-01-01\n";
    let clerks = "code,name,outlet\nC1,店员01,O1\nC2,店员02,O2\n";
    let (master, report) = load(&[("partners.csv", partners), ("outlets.csv", outlets), ("clerks.csv", clerks)]).unwrap();
    let wanted = [
        "partners.csv:3 code network.row.doubled",
        "partners.csv:4 effective_from network.span.overlap",
        "partners.csv:5 parent network.partner.circle",
        "partners.csv:6 parent network.partner.circle",
        "partners.csv:7 parent network.row.unknown",
        "partners.csv:8 parent network.row.unknown",
        "partners.csv:9 effective_to network.span.empty",
        "partners.csv:9 since network.row.date",
        "partners.csv:9 level network.row.number",
        "partners.csv:9 territory network.territory.unknown",
        "partners.csv:9 blacklisted network.row.flag",
        "partners.csv:10 since network.partner.since",
        "partners.csv:10 name network.row.missing",
        "partners.csv:11 code network.row.code",
        "outlets.csv:3 owner network.row.unknown",
        "outlets.csv:4 owner network.outlet.owner",
        "outlets.csv:5 owner network.row.unknown",
        "clerks.csv:3 outlet network.row.unknown",
    ];
    assert_eq!(rejects(&report), wanted);
    assert_eq!((report.received(), report.accepted(), report.rejected()), (17, 4, 13));
    assert!(master.check().is_empty());
    let refusal = report.refusal().unwrap();
    assert!(refusal.text.zh.contains("17 行中有 13 行") && refusal.text.en.contains("and 13 more"), "{}", refusal.text.en);

    let dir = tempfile::tempdir().unwrap();
    let written = report.write_rejects(dir.path()).unwrap();
    assert_eq!(
        written.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect::<Vec<_>>(),
        ["partners.rejects.csv", "outlets.rejects.csv", "clerks.rejects.csv"]
    );
    let text = std::fs::read_to_string(&written[1]).unwrap();
    assert!(text.contains("5,owner,I,") && text.contains("O4,四店,I,430102"), "{text}");
    // The corrected reject file is imported as it is: its first columns are passed over.
    let corrected = text.replace("O3,三店,,", "O3,三店,A,").replace("O2,二店,E,", "O2,二店,A,").replace("O4,四店,I,", "O4,四店,A,");
    let (_, again) = load(&[("partners.csv", "code,name,territory,since\nA,甲,4301,2020-01-01\n"), ("outlets.csv", &corrected)]).unwrap();
    assert_eq!((again.is_clean(), again.accepted(), again.files[1].ignored.len()), (true, 4, 0));
}

#[test]
fn folders_and_files_that_cannot_be_read_are_refused() {
    let code = |files: &[(&str, &str)]| load(files).err().map(|refusal| refusal.code);
    assert_eq!(code(&[]), Some("network.master.empty"));
    assert_eq!(code(&[("partners.csv", "编码,名称\nA,甲\n")]), Some("network.header.missing"));
    assert_eq!(code(&[("partners.csv", "code,编码,name,territory\n")]), Some("network.header.twice"));
    assert_eq!(code(&[("partners.csv", "")]), Some("sheet.file.empty"));
    assert_eq!(load_master(Path::new("/nowhere")).err().unwrap().code, "network.master.folder");
    assert_eq!(code(&[("partners.csv", PARTNERS), ("territories.csv", "code,name\n990101,x\n")]), Some("network.territory.unknown"));
    let added =
        [("partners.csv", "code,name,territory,since\nA,甲,430102999,2020-01-01\n"), ("territories.csv", "编码,名称\n430102999,新街道\n")];
    assert!(load(&added).unwrap().1.is_clean());
}

#[test]
fn odd_words_are_warnings_not_errors() {
    // R8.54: a misspelt tier and a parent that does not supply the tier are said aloud
    let text = "code,name,tier,parent,territory,since\nV,甲,增值服务商,,4301,2020-01-01\nT,乙,二级代理商,V,4301,2020-01-01\nS,丙,银牌增值代理商,T,4301,2020-01-01\nU,丁,银牌代理,V,4301,2020-01-01\n";
    let (_, report) = load(&[("partners.csv", text)]).unwrap();
    let warnings: Vec<_> = report.warnings.iter().map(|remark| (remark.problem.row, remark.problem.code)).collect();
    assert_eq!(warnings, [(4, "network.partner.supplier"), (5, "network.partner.tier")]);
    assert!(report.is_clean());
}

fn rows(master: &Master) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        master.partners().cloned().collect::<Vec<_>>(),
        master.outlets().cloned().collect::<Vec<_>>(),
        master.clerks().cloned().collect::<Vec<_>>(),
        master.agreements().cloned().collect::<Vec<_>>(),
        master.products().cloned().collect::<Vec<_>>(),
    )
}

fn text() -> impl Strategy<Value = String> {
    "[=+@'\"a-z甲乙，,;-]([a-z \n\"',;甲乙店=]{0,6}[a-z甲'])?"
}

fn span(from: i32, days: Option<i32>) -> Span {
    let from = day("2020-01-01").plus_days(from);
    Span { from, to: days.map_or(Span::ALWAYS.to, |days| from.plus_days(days)) }
}

prop_compose! {
    fn masters()(
        partners in prop::collection::vec((text(), -9_i64..9_000_000_000, any::<bool>(), 0_i32..900), 1..6),
        outlets in prop::collection::vec((text(), text(), 0_usize..6, 0_i32..900), 0..6),
        goods in prop::collection::vec((text(), 0_i64..99_999_999_999, any::<bool>(), prop::option::of(1_i32..900)), 0..6),
    ) -> Master {
        let mut master = Master::default();
        for (index, (name, level, blacklisted, since)) in partners.iter().enumerate() {
            let parent = if index == 0 { String::new() } else { format!("-P{}", index - 1) };
            let row = Partner {
                code: format!("-P{index}"), name: name.clone(), kind: "代理商".into(), tier: String::new(), level: *level, parent,
                territory: "430102001".into(), since: day("2018-01-01").plus_days(*since), blacklisted: *blacklisted, span: span(0, Some(1000)),
            };
            master.add_partner(Partner { name: "=改名".into(), span: span(1000, None), ..row.clone() });
            master.add_partner(row);
        }
        for (index, (name, district, owner, from)) in outlets.iter().enumerate() {
            master.add_outlet(Outlet {
                code: format!("O{index}"), name: name.clone(), owner: format!("-P{}", owner % partners.len()), territory: "4301".into(),
                channel: "社会渠道".into(), subtype: "专营店".into(), grade: "A".into(), district: district.clone(), span: span(*from, Some(99)),
            });
            master.add_clerk(Clerk { code: format!("C{index}"), name: "店员01".into(), outlet: format!("O{index}"), span: Span::ALWAYS });
        }
        for (index, (name, amount, flag, days)) in goods.iter().enumerate() {
            master.add_product(Product {
                code: format!("G{index}"), name: name.clone(), line: "终端".into(), category: name.clone(), plan_fee: Fen(0), supply_price: Fen(*amount),
                retail_price: Fen(-*amount), span: span(0, *days),
            });
            master.add_agreement(Agreement {
                code: format!("X{index}"), partner: "-P0".into(), commitment: Fen(*amount), renewed: *flag, span: span(index as i32, *days),
            });
        }
        master
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_is_written_is_read_back(master in masters(), english in any::<bool>(), which in 0_usize..4) {
        // R0.7: an export is an import that changes nothing
        let formats = [Format::Csv(CsvEncoding::Utf8), Format::Csv(CsvEncoding::Utf8Bom), Format::Csv(CsvEncoding::Gb18030), Format::Xlsx];
        let dir = tempfile::tempdir().unwrap();
        let written = write_master(dir.path(), &master, formats[which], if english { Lang::En } else { Lang::Zh }).unwrap();
        prop_assert_eq!(written.len(), 5);
        let (read, report) = load_master(dir.path()).unwrap();
        prop_assert!(report.is_clean(), "{}", report.summary(Lang::En));
        prop_assert_eq!(rows(&read), rows(&master));
    }
}

#[test]
fn the_example_folder_loads_clean() {
    // R0.26: ten counties of one prefecture, partners of every tier
    let dir: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../examples/master"].iter().collect();
    let (master, report) = load_master(&dir).unwrap();
    assert!(report.is_clean() && report.warnings.is_empty(), "{}", report.summary(Lang::Zh));
    let counties: std::collections::BTreeSet<_> = master.outlets().filter_map(|row| row.territory.get(..6)).collect();
    let tiers: std::collections::BTreeSet<_> = master.partners().map(|row| row.tier.as_str()).collect();
    assert_eq!(counties.len(), 10);
    assert!(["增值服务商", "银牌增值代理商", "二级代理商"].iter().all(|tier| tiers.contains(tier)));
}
