use qudao_kernel::{Date, Refusal};
use qudao_platform::params::{self, Register, Setting};
use qudao_platform::{audit, write_tx};
use qudao_testkit::{TestDb, on_both};

on_both!(
    settings_are_kept_audited_and_looked_up_by_date,
    overlaps_are_refused_even_at_once,
    a_value_changes_from_a_day_on_and_comes_back,
    what_the_group_defines_is_inherited_and_not_redefined,
);

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn setting(scope: &str, value: &str, from: &str, to: Option<&str>) -> Setting {
    Setting { scope: scope.into(), value: value.into(), from: day(from), to: to.map(day), owner: "channel-policy".into() }
}

async fn settings_are_kept_audited_and_looked_up_by_date(db: TestDb) {
    // R0.11, R0.4, R0.2
    let register = Register::standard().unwrap();
    write_tx!(db, |tx| params::seed(tx, &register).await).unwrap();
    write_tx!(db, |tx| params::seed(tx, &register).await).unwrap();
    let add = async |setting: Setting| write_tx!(db, |tx| params::set(tx, "p1", "clawback_months", &setting, "年度调整").await);
    let id = add(setting("", "4", "2026-01-01", None)).await.unwrap();
    assert_eq!(add(setting("", "5", "2026-07-01", None)).await.unwrap_err().code, "platform.params.overlap");
    let end = async |version, date| write_tx!(db, |tx| params::end(tx, "p1", &id, version, day(date), "到期").await);
    assert_eq!(end(1, "2026-01-01").await.unwrap_err().code, "platform.params.span");
    end(1, "2026-07-01").await.unwrap();
    assert_eq!(end(1, "2026-06-01").await.unwrap_err().code, "platform.db.stale");
    add(setting("", "5", "2026-07-01", None)).await.unwrap();
    add(setting("4301", "6", "2026-07-01", Some("2026-08-01"))).await.unwrap();
    let register = async {
        let tx = &mut db.read().await?;
        params::load(tx, Register::standard()?).await
    }
    .await
    .unwrap();
    let on = |code, date| register.on("clawback_months", code, day(date)).unwrap().int().unwrap();
    assert_eq!([on("43", "2025-12-31"), on("43", "2026-06-30"), on("43", "2026-07-01")], [3, 4, 5]);
    assert_eq!([on("430102", "2026-07-31"), on("430102", "2026-08-01")], [6, 5]);
    let trail = async {
        let tx = &mut db.read().await?;
        audit::list(tx, Some(("parameter", "clawback_months")), 0, 10).await
    }
    .await
    .unwrap();
    assert_eq!(
        trail.iter().map(|entry| entry.entry.action.as_str()).collect::<Vec<_>>(),
        ["parameter.set", "parameter.end", "parameter.set", "parameter.set"]
    );
}

async fn overlaps_are_refused_even_at_once(db: TestDb) {
    let register = Register::standard().unwrap();
    write_tx!(db, |tx| params::seed(tx, &register).await).unwrap();
    let tasks = ["2026-01-01", "2026-02-01", "2026-03-01"].map(|from| {
        let db = (*db).clone();
        tokio::spawn(async move { write_tx!(db, |tx| params::set(tx, "p", "slip_due_days", &setting("", "4", from, None), "").await) })
    });
    let mut outcomes: Vec<Result<String, Refusal>> = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

async fn a_value_changes_from_a_day_on_and_comes_back(db: TestDb) {
    // R0.4, R0.11, R0.24
    let register = Register::standard().unwrap();
    write_tx!(db, |tx| params::seed(tx, &register).await).unwrap();
    let today = day("2026-07-01");
    let name = "clawback_months";
    let change = async |version, new: Setting| {
        write_tx!(db, |tx| params::change(tx, "p1", name, version, &new, today, "调整").await).map_err(|refusal| refusal.code)
    };
    let values = async || {
        let mut tx = db.read().await.unwrap();
        let (held, version) = params::kept(&mut tx, name).await.unwrap();
        let texts: Vec<String> = held.iter().map(|held| held.setting.to_string().replace(" \"\"", "")).collect();
        (texts.join(" "), version)
    };
    assert_eq!(change(1, setting("", "4", "2026-06-30", None)).await, Err("platform.params.past"));
    change(1, setting("", "4", "2026-07-01", None)).await.unwrap();
    assert_eq!(change(1, setting("", "5", "2026-08-01", None)).await, Err("platform.db.stale"));
    change(2, setting("", "5", "2026-08-01", Some("2026-09-01"))).await.unwrap();
    assert_eq!(
        values().await.0,
        "4 [2026-07-01, 2026-08-01) 5 [2026-08-01, 2026-09-01) 4 [2026-09-01, …)",
        "what a passing value ended comes back"
    );
    assert_eq!(change(3, setting("", "6", "2026-07-10", None)).await, Err("platform.params.overlap"), "others begin within its days");
    change(3, setting("", "3", "2026-07-01", Some("2026-08-01"))).await.unwrap();
    assert_eq!(values().await.0, "3 [2026-07-01, 2026-08-01) 5 [2026-08-01, 2026-09-01) 4 [2026-09-01, …)", "a slip of the same day");
    let withdraw = async |version, at: usize| {
        let id = params::kept(&mut db.read().await.unwrap(), name).await.unwrap().0[at].id.clone();
        write_tx!(db, |tx| params::withdraw(tx, "p1", name, version, &id, today, "取消").await).map_err(|refusal| refusal.code)
    };
    assert_eq!(withdraw(4, 0).await, Err("platform.params.begun"));
    withdraw(4, 1).await.unwrap();
    assert_eq!(values().await, ("3 [2026-07-01, 2026-09-01) 4 [2026-09-01, …)".to_owned(), 5));
    let trail = audit::list(&mut db.read().await.unwrap(), Some(("parameter", name)), 0, 10).await.unwrap();
    assert_eq!(trail.len(), 5);
}

async fn what_the_group_defines_is_inherited_and_not_redefined(db: TestDb) {
    // R6.42: set by the group alone, set down to a level, and what is inherited comes from somewhere that can be named
    let register = Register::standard().unwrap();
    write_tx!(db, |tx| params::seed(tx, &register).await).unwrap();
    let set = async |name: &str, scope: &str, value: &str| {
        write_tx!(db, |tx| params::set(tx, "p1", name, &setting(scope, value, "2026-01-01", None), "调整").await)
            .map_err(|refusal| refusal.code)
    };
    assert_eq!(set("points_per_100_yuan", "43", "2").await, Err("platform.params.redefined"));
    set("points_per_100_yuan", "", "2").await.unwrap();
    assert_eq!(set("payment_sla", "4301", "4").await, Err("platform.params.redefined"), "open to provinces, closed to cities");
    set("payment_sla", "43", "4").await.unwrap();
    set("document_exchange", "430102", "on").await.unwrap();
    assert_eq!(set("document_exchange", "4301", "yes").await, Err("platform.params.value"));
    let register = params::load(&mut db.read().await.unwrap(), Register::standard().unwrap()).await.unwrap();
    let held = |name: &str, code: &str| register.holder(name, code, day("2026-06-30")).unwrap().map(|setting| setting.scope.clone());
    assert_eq!(held("points_per_100_yuan", "430102"), Some(String::new()));
    assert_eq!(held("payment_sla", "430102"), Some("43".to_owned()));
    assert_eq!(held("payment_sla", "44"), None, "the default");
    let on = |code| register.on("document_exchange", code, day("2026-06-30")).unwrap().is_on();
    assert!(on("430102001") && !on("430103"));
}
