//! 代理商奖励: approved applications, and what decisions on prices give and take, as what a publication takes into its statements (R8.43).

use qudao_kernel::{Fen, Kind, Refusal};
use qudao_platform::db::Tx;
use qudao_settle::reward::{self, Reward};
use qudao_workflow::{Form, store};
use serde_json::Value;

/// The flow whose applications give rewards in money.
const FLOW: &str = "agent_reward";

/// Rewards that are approved and that no publication has taken.
pub(crate) async fn waiting(tx: &mut Tx) -> Result<Vec<Reward>, Refusal> {
    let taken = reward::taken(tx).await?;
    let mut all = Vec::new();
    for instance in store::approved(tx, FLOW, &taken).await? {
        all.extend(rewards(&instance.id, &instance.form)?);
    }
    // What cases of the market and claims for a cut came to goes the same way.
    for due in qudao_price::money::due(tx).await?.into_iter().filter(|due| !taken.contains(&due.id)) {
        let qudao_price::money::Due { id, place, partner, amount, text } = due;
        all.push(Reward { application: id, place, partner, amount, text });
    }
    Ok(all)
}

/// The rows of an application's list; one without money gives nothing to post.
fn rewards(application: &str, form: &Form) -> Result<Vec<Reward>, Refusal> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("").trim().to_owned();
    let (scheme, month) = (text(form.get("scheme")), text(form.get("month")));
    let rows = form.get("rewards").and_then(Value::as_array).ok_or_else(|| unreadable(application))?;
    let mut found = Vec::new();
    for (place, row) in (1_u32..).zip(rows) {
        let partner = text(row.get("partner"));
        let amount = row.get("amount").and_then(Value::as_i64).filter(|_| !partner.is_empty()).ok_or_else(|| unreadable(application))?;
        if amount != 0 {
            let text = format!("{scheme} {month}：{}", text(row.get("result")));
            found.push(Reward { application: application.to_owned(), place, partner, amount: Fen(amount), text });
        }
    }
    Ok(found)
}

fn unreadable(application: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "settle.reward.list",
        format!("奖励申请 {application} 的名单缺少代理商或金额，无法入账；请核对该申请所用的流程定义"),
        format!(
            "the list of reward application {application} lacks a partner or an amount, so it cannot be posted; check the flow it was made with"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(rewards: &Value) -> Form {
        let form = [("scheme", json!("月度之星")), ("month", json!("2026-08")), ("rewards", rewards.clone())];
        form.map(|(name, value)| (name.to_owned(), value)).into()
    }

    #[test]
    fn an_application_gives_what_its_list_says() {
        // R8.43
        let list = json!([
            { "partner": "P1", "result": "第一名", "amount": 200_000 },
            { "partner": "P2", "result": "锦旗", "amount": 0 },
            { "partner": "P3", "result": "第三名", "amount": 50_000 },
        ]);
        let all = rewards("JL2026-0001", &form(&list)).unwrap();
        let told: Vec<(u32, &str, i64, &str)> =
            all.iter().map(|one| (one.place, one.partner.as_str(), one.amount.0, one.text.as_str())).collect();
        assert_eq!(told, [(1, "P1", 200_000, "月度之星 2026-08：第一名"), (3, "P3", 50_000, "月度之星 2026-08：第三名")]);
        for wrong in [json!(null), json!([{ "result": "第一名", "amount": 1 }]), json!([{ "partner": "P1" }])] {
            assert_eq!(rewards("JL2026-0001", &form(&wrong)).unwrap_err().code, "settle.reward.list");
        }
    }
}
