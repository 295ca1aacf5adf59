//! Applications of the demo: one that became a budget, some that wait for somebody, one that was returned.

use super::super::desk::Desk;
use super::super::signed::Signed;
use super::super::web::Act;
use super::acts::act;
use super::forms::posts;
use super::{Asker, READS};
use qudao_access::sessions;
use qudao_kernel::{Lang, Refusal};
use qudao_workflow::form::FieldKind;
use qudao_workflow::store::{self, Query, Sight};
use qudao_workflow::{Command, Form};
use serde_json::{Value, json};
use std::sync::Arc;

/// Fills a demo in which nobody has applied for anything.
pub(crate) async fn fill(desk: &Arc<Desk>) -> Result<(), Refusal> {
    let asker = Asker::of(desk, &somebody(desk, "channel").await?, READS).await?;
    let everywhere = Sight { actor: &asker.actor, territories: vec![String::new()] };
    if store::list(&mut desk.db.read().await?, &everywhere, &Query::default()).await?.total > 0 {
        return Ok(());
    }
    let partner = somebody(desk, "partner").await?.0.grants.into_iter().map(|grant| grant.over).next().unwrap_or_default();
    // A demo without business has nobody to apply for.
    if asker.place(&FieldKind::Partner, &partner).is_none() {
        return Ok(());
    }
    let subsidy = |fen: i64, purpose: &str| json!({ "kind": "rent", "amount": fen, "base_year": 2026, "rule": "按基准年度各网点新增业务量占比分配", "purpose": purpose });
    let agree = || Command::Agree { text: "同意".to_owned(), edits: Form::new(), signature: None };
    let back = Command::Return { to: None, straight: true, text: "请补充分配到网点的明细".to_owned() };
    let request = json!({ "partner": partner, "request": "月末两日的纸质回单延期交回", "harms_customer": false, "harms_image": false,
        "harms_interest": false, "grounds": "业务已开通，只差纸质回单" });
    let deal = json!({ "partner": partner, "customer": "示例小学", "project": "校园专线", "product": "专线", "estimate": 3_000_000,
        "expected_on": "2026-12-01" });
    for (login, flow, form, acts) in [
        (
            "channel",
            "subsidy",
            subsidy(13_000_000, "卖场房租"),
            vec![("supervisor", agree()), ("settlement", agree()), ("leader", agree())],
        ),
        ("channel", "subsidy", subsidy(480_000, "开学季临时摊位租金"), vec![("supervisor", back)]),
        ("channel", "subsidy", subsidy(620_000, "乡镇集市摊位租金"), Vec::new()),
        ("channel", "exception", request, Vec::new()),
        ("partner", "deal_registration", deal, Vec::new()),
    ] {
        applied(desk, login, flow, form, acts).await.map(drop)?;
    }
    Ok(())
}

/// Somebody of the demo, as if they were signed in.
async fn somebody(desk: &Desk, login: &str) -> Result<Signed, Refusal> {
    sessions::away(&desk.db, login).await.map(Signed)
}

/// Begins an application, sends it, and lets others act on it; its number, or nothing for who has no post to apply in.
pub(in crate::serve) async fn applied(
    desk: &Arc<Desk>,
    login: &str,
    flow: &str,
    form: Value,
    acts: Vec<(&str, Command)>,
) -> Result<Option<String>, Refusal> {
    let signed = somebody(desk, login).await?;
    let asker = Asker::of(desk, &signed, READS).await?;
    let definition = &desk.flows.catalogue.get(flow)?;
    let Some((_, post)) = posts(desk, &signed, &asker, definition, Lang::Zh).into_iter().next() else { return Ok(None) };
    let filled: Form = form.as_object().cloned().unwrap_or_default().into_iter().collect();
    let place = |kind: &FieldKind, code: &str| asker.place(kind, code);
    let office = desk.flows.office(desk, &place)?;
    let key = filled.values().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
    let begun = store::start(&desk.db, &office, &format!("demo {flow} {key}"), &asker.actor, flow, &post, &filled).await?.into_inner();
    let mut version = begun.version;
    for (login, command) in [(login, Command::Submit)].into_iter().chain(acts) {
        let once = Act { id: begun.id.clone(), version, key: format!("demo {}", begun.id) };
        version = act(desk, &somebody(desk, login).await?, READS, &once, &command).await?.version;
    }
    Ok(Some(begun.id))
}
