//! The document store on both databases.

use crate::store::{About, Brought};
use crate::{Held, Reader, Seat, folders, search, store};
use qudao_access::Scope;
use qudao_kernel::Refusal;
use qudao_platform::audit;
use qudao_platform::files::FileKind;
use qudao_testkit::{TestDb, on_both};

on_both!(a_document_keeps_all_its_files, folders_lie_in_order, everything_in_them_is_found);

fn code<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("ok", |refusal| refusal.code)
}

fn file<'a>(sha256: &'a str, name: &'a str, words: &'a str) -> Brought<'a> {
    Brought { sha256, kind: FileKind::Text, name, bytes: 9, note: "", words }
}

fn about<'a>(folder: &'a str, title: &'a str) -> About<'a> {
    About { folder, title, kind: "plan", territory: "4211", partner: "" }
}

async fn add(db: &TestDb, key: &str, about: About<'_>, file: Brought<'_>) -> String {
    store::add(db, "zhang3", key, about, file).await.unwrap().into_inner()
}

async fn a_document_keeps_all_its_files(db: TestDb) {
    // R8.108: versions stay, archiving takes nothing away, each change is audited (R0.2), the second of two editors is told (R0.24)
    let folder = folders::add(&db, "admin", None, "方案", &[]).await.unwrap().id;
    let id = add(&db, "key-00000001", about(&folder, "拓展方案"), file("aa", "方案.txt", "乡镇")).await;
    assert_eq!(add(&db, "key-00000001", about(&folder, "拓展方案"), file("aa", "方案.txt", "乡镇")).await, id, "sent twice");
    assert_eq!(
        code(store::add(&db, "zhang3", "key-00000001", about(&folder, "别的"), file("bb", "b", "")).await),
        "platform.keys.other_body"
    );
    assert_eq!(
        code(store::add(&db, "z", "key-00000002", About { kind: "poem", ..about(&folder, "甲") }, file("aa", "a", "")).await),
        "documents.kind"
    );
    assert_eq!(code(store::add(&db, "z", "key-00000003", about("none", "甲"), file("aa", "a", "")).await), "documents.folder.none");
    assert_eq!(code(store::renew(&db, "li4", &id, 1, file("aa", "方案.txt", "")).await), "documents.same");
    store::renew(&db, "li4", &id, 1, Brought { note: "补充乡镇", ..file("bb", "方案2.txt", "乡镇 村") }).await.unwrap();
    assert_eq!(code(store::renew(&db, "li4", &id, 1, file("cc", "方案3.txt", "")).await), "platform.db.stale");
    store::change(&db, "li4", &id, 2, About { title: "拓展方案（定稿）", partner: "P1", ..about(&folder, "") }).await.unwrap();
    store::archive(&db, "li4", &id, 3, true, "已执行").await.unwrap();
    assert_eq!(code(store::renew(&db, "li4", &id, 4, file("cc", "方案3.txt", "")).await), "documents.archived");
    let mut tx = db.read().await.unwrap();
    let files = store::files(&mut tx, &id).await.unwrap();
    assert_eq!(files.iter().map(|file| (file.number, file.sha256.as_str())).collect::<Vec<_>>(), [(2, "bb"), (1, "aa")]);
    let trail = audit::list(&mut tx, Some(("document", id.as_str())), 0, 20).await.unwrap();
    drop(tx);
    let actions: Vec<_> = trail.iter().map(|entry| entry.entry.action.as_str()).collect();
    assert_eq!(actions, ["document.create", "document.renew", "document.change", "document.archive"]);
    store::archive(&db, "li4", &id, 4, false, "继续使用").await.unwrap();
    assert!(!store::get(&mut db.read().await.unwrap(), &id).await.unwrap().archived);
}

async fn folders_lie_in_order(db: TestDb) {
    // R8.108
    let top = folders::add(&db, "admin", None, "合同", &["auditor".to_owned()]).await.unwrap();
    let below = folders::add(&db, "admin", Some(&top.id), "2026", &[]).await.unwrap();
    assert_eq!(code(folders::add(&db, "admin", Some(&top.id), "2026", &[]).await), "documents.folder.twin");
    assert_eq!(code(folders::add(&db, "admin", Some("none"), "x", &[]).await), "documents.folder.none");
    assert_eq!(code(folders::add(&db, "admin", None, " ", &[]).await), "documents.title");
    assert_eq!(code(folders::change(&db, "admin", &top.id, 1, Some(&below.id), "合同", &[]).await), "documents.folder.circle");
    let all = folders::all(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(folders::readers(&all, &below.id), ["auditor"], "as the folder above says");
    folders::change(&db, "admin", &below.id, 1, None, "2026 年合同", &["leader".to_owned()]).await.unwrap();
    assert_eq!(code(folders::change(&db, "admin", &below.id, 1, None, "2026", &[]).await), "platform.db.stale");
    let all = folders::all(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(folders::readers(&all, &below.id), ["leader"]);
    let mut deepest = top.id.clone();
    for level in 2..=7 {
        deepest = folders::add(&db, "admin", Some(&deepest), &format!("{level}"), &[]).await.unwrap().id;
    }
    let inside = folders::add(&db, "admin", Some(&below.id), "里面", &[]).await.unwrap();
    let moved = async |id: &str, version| code(folders::change(&db, "admin", id, version, Some(&deepest), "移入", &[]).await);
    assert_eq!(moved(&below.id, 2).await, "documents.folder.deep", "what lies in it moves with it");
    assert_eq!(moved(&inside.id, 1).await, "ok");
}

async fn everything_in_them_is_found(db: TestDb) {
    // R8.108: title by part and initials, name of a file, words in it; only the newest file counts
    let folder = folders::add(&db, "admin", None, "方案", &[]).await.unwrap().id;
    let plan = add(&db, "key-00000001", about(&folder, "渠道拓展方案"), file("aa", "plan.txt", "覆盖 全部 乡镇 与 100% 行政村")).await;
    let deal = add(&db, "key-00000002", about(&folder, "框架合同"), file("bb", "Vendor_A.pdf", "")).await;
    let find = async |typed: &str| {
        let mut tx = db.read().await.unwrap();
        let inside = search::inside(&mut tx, typed).await.unwrap();
        let all = store::all(&mut tx).await.unwrap();
        let mut ids: Vec<String> = all.iter().filter(|one| search::of(one, typed, &inside).is_some()).map(|one| one.id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(find("拓展").await, std::slice::from_ref(&plan));
    assert_eq!(find("qdtz").await, std::slice::from_ref(&plan), "pinyin initials");
    assert_eq!(find("乡镇").await, std::slice::from_ref(&plan), "in the file");
    assert_eq!(find("100%").await, std::slice::from_ref(&plan), "a sign of the pattern is itself");
    assert_eq!(find("vendor_a").await, std::slice::from_ref(&deal), "the name of a file");
    assert_eq!(find("vendorxa").await, Vec::<String>::new());
    let inside = search::inside(&mut db.read().await.unwrap(), "行政村").await.unwrap();
    assert!(matches!(&inside[&plan], search::Found::Words(around) if around.contains("乡镇") && around.ends_with("行政村")));
    store::renew(&db, "li4", &plan, 1, file("cc", "plan.txt", "改为 社区")).await.unwrap();
    assert_eq!(find("乡镇").await, Vec::<String>::new(), "an older file");
}

#[test]
fn a_reader_has_a_role_and_a_place() {
    // R8.108, R0.1
    let scope = |codes: &[&str]| Scope { territories: codes.iter().map(|code| (*code).to_owned()).collect(), ..Scope::default() };
    let document = |territory: &str, partner: &str| store::Document {
        id: String::new(),
        folder: String::new(),
        title: String::new(),
        kind: "plan".into(),
        territory: territory.into(),
        partner: partner.into(),
        archived: false,
        version: 1,
        files: 1,
        created_by: String::new(),
        created_us: 0,
        changed_by: String::new(),
        changed_us: 0,
    };
    let held = |role: &str, reads: Scope, stands: &str| Held { role: role.into(), reads, stands: stands.into() };
    let county = Reader { held: vec![held("channel_manager", scope(&["421102"]), "421102")], keeps: Scope::default() };
    let reads = |reader: &Reader, territory: &str, readers: &[String]| reader.reads(&document(territory, ""), Seat::default(), readers);
    assert!(reads(&county, "", &[]) && reads(&county, "4211", &[]) && reads(&county, "421102001", &[]));
    assert!(!reads(&county, "421103", &[]), "of a neighbour");
    let leaders = ["leader".to_owned()];
    assert!(!reads(&county, "4211", &leaders), "meant for others");
    let leads_another =
        Reader { held: [county.held.clone(), vec![held("leader", scope(&["421103"]), "421103")]].concat(), ..county.clone() };
    assert!(!county.enters(&leaders) && county.enters(&[]) && leads_another.enters(&leaders));
    assert!(reads(&leads_another, "421103", &leaders) && !reads(&leads_another, "421102", &leaders), "a leader there is none here");
    let keeper = Reader { keeps: scope(&["421102"]), ..county.clone() };
    assert!(reads(&keeper, "421102", &leaders) && !reads(&keeper, "4211", &leaders), "who keeps it reads it");
    // A partner's contract: the partner, those above it, and whoever oversees its place.
    let seat = Seat { territory: "421102", partners: &["P2", "P1"] };
    let of = |code: &str| Reader {
        held: vec![held("partner_owner", Scope { partners: vec![code.to_owned()], ..Scope::default() }, "421102")],
        keeps: Scope::default(),
    };
    let contract = document("", "P2");
    assert!(of("P2").reads(&contract, seat, &[]) && of("P1").reads(&contract, seat, &[]) && !of("P3").reads(&contract, seat, &[]));
    assert!(county.reads(&contract, seat, &[]) && keeper.keeps("", seat) && !keeper.keeps("", Seat::default()));
}
