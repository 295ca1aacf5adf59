//! What is asked for an outlet by its grade: an application with the numbers as they are now (R7.114). What becomes of it: [`super::super::verdicts`].

use super::super::desk::Desk;
use super::super::flows::{Acting, apply};
use super::super::signed::Signed;
use super::super::web::{Answer, Language, OnceKey, Sent, heavy, only};
use super::{Found, GradeRow, GradesAsked, Held, found};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Date, Refusal};
use qudao_network::life::{self, Who};
use qudao_network::verdict::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The flow by which a verdict is approved.
const FLOW: &str = "outlet_grading";

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(propose))
}

/// A task of an improvement that is asked for.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct GradeTask {
    /// What is to be done.
    task: String,
    /// By when.
    due: String,
}

/// What is asked for an outlet by its grade.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct GradeProposal {
    /// Last month of the period; the newest whole month with business where absent.
    month: Option<String>,
    /// How many months: 1 to 12; 3 where absent.
    months: Option<i32>,
    /// keep, improve, eliminate.
    verdict: String,
    /// The day an improvement is looked at again.
    recheck_on: Option<String>,
    /// The last day of business of one that is eliminated.
    last_day: Option<String>,
    /// What is to be done for an improvement.
    #[serde(default)]
    tasks: Vec<GradeTask>,
    reason: String,
}

impl GradeProposal {
    /// Refuses what would only become a draft.
    fn complete(&self) -> Result<(), Refusal> {
        let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        let whole = match self.verdict.as_str() {
            "improve" => given(&self.recheck_on) && !self.tasks.is_empty(),
            "eliminate" => given(&self.last_day),
            _ => true,
        };
        if whole && self.reason.trim().chars().count() >= 2 {
            return Ok(());
        }
        Err(Refusal::bad_input(
            "grading.proposal",
            "请填写理由；提升须有复查日期和任务，淘汰须有最后营业日",
            "give a reason; an improvement has a day to look again and tasks, an elimination a last day of business",
        ))
    }
}

/// An application that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GradeProposed {
    /// Its number.
    application: String,
}

/// Sends an application for a verdict on an outlet, with the numbers of its grade as they are now.
#[utoipa::path(post, path = "/outlet-grades/{outlet}/application", tag = "analysis", operation_id = "propose_outlet_verdict",
    request_body = GradeProposal,
    params(("outlet" = String, Path, description = "Outlet code"), ("Idempotency-Key" = String, Header, description = "Sent again, it is the same application")),
    responses((status = 201, body = GradeProposed)), extensions(("x-permission" = json!("partner.manage"))))]
async fn propose(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(outlet): Path<String>,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<GradeProposal>,
) -> Answer<(StatusCode, Json<GradeProposed>)> {
    let scope = signed.own_scope(&desk, Permission::PartnerManage)?;
    only(Some(&sent.verdict), &Verdict::ALL.map(Verdict::name))?;
    sent.complete()?;
    let asked = GradesAsked {
        month: sent.month.clone(),
        months: sent.months,
        territory: None,
        channel: None,
        proposal: None,
        q: Some(outlet.clone()),
        sort: None,
    };
    let (shared, code) = (Arc::clone(&desk), outlet);
    let (row, days) = heavy(move || {
        let held = Held::of(&shared, &asked)?;
        let Found { outlets, .. } = found(&shared, &held, &scope, &asked, lang)?;
        let one = outlets.into_iter().find(|(row, _)| row.code == code).ok_or_else(|| life::none(Who::Outlet, &code))?;
        Ok((held.row(&shared, one, lang), held.days))
    })
    .await?;
    let application = apply(&Acting { desk: &desk, signed: &signed, key: &key }, FLOW, form(&row, days, sent)).await?;
    Ok((StatusCode::CREATED, Json(GradeProposed { application })))
}

/// The form of an application for a verdict.
fn form(row: &GradeRow, (from, to): (Date, Date), sent: GradeProposal) -> BTreeMap<String, Value> {
    let mut form: BTreeMap<String, Value> = [
        ("outlet", json!(row.outlet.code)),
        ("proposal", json!(row.proposal)),
        ("first", json!(from.month().to_string())),
        ("last", json!(to.month().to_string())),
        ("credit", json!(row.credit_tenths)),
        ("place", json!(row.rank)),
        ("beside", json!(row.of)),
        ("verdict", json!(sent.verdict)),
        ("reason", json!(sent.reason)),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), value))
    .collect();
    let days = [("recheck_on", "improve", sent.recheck_on), ("last_day", "eliminate", sent.last_day)];
    for (field, verdict, day) in days {
        if let Some(day) = day.filter(|day| !day.is_empty() && sent.verdict == verdict) {
            form.insert(field.to_owned(), json!(day));
        }
    }
    if sent.verdict == "improve" && !sent.tasks.is_empty() {
        form.insert("tasks".to_owned(), json!(sent.tasks));
    }
    form
}

#[cfg(test)]
mod tests {
    use super::super::super::listed::OutletNamed;
    use super::super::grade_row;
    use super::*;
    use qudao_metrics::grading::{Graded, Known, Proposal};

    #[test]
    fn an_application_has_the_numbers_of_the_grade_and_what_its_verdict_takes() {
        // R7.114
        let named = OutletNamed {
            code: "O1".into(),
            name: String::new(),
            owner: String::new(),
            owner_name: String::new(),
            territory: String::new(),
            territory_name: String::new(),
            channel: String::new(),
            channel_name: String::new(),
        };
        let graded = Graded {
            outlet: "O1".into(),
            known: Known::default(),
            rank: 3,
            of: 9,
            credit_tenths: 640,
            sales_good: true,
            credit_good: false,
            proposal: Proposal::ImproveCredit,
        };
        let row = grade_row(named, String::new(), &graded);
        let days = ("2026-06-01".parse().unwrap(), "2026-08-31".parse().unwrap());
        let sent = |verdict: &str| GradeProposal {
            month: None,
            months: None,
            verdict: verdict.to_owned(),
            recheck_on: Some("2026-12-01".to_owned()),
            last_day: Some(String::new()),
            tasks: vec![GradeTask { task: "补训".to_owned(), due: "2026-10-31".to_owned() }],
            reason: "信誉不足".to_owned(),
        };
        let improve = form(&row, days, sent("improve"));
        assert_eq!((&improve["first"], &improve["last"], &improve["credit"]), (&json!("2026-06"), &json!("2026-08"), &json!(640)));
        assert_eq!(improve["tasks"], json!([{ "task": "补训", "due": "2026-10-31" }]));
        assert!(sent("improve").complete().is_ok() && sent("keep").complete().is_ok());
        assert_eq!(sent("eliminate").complete().unwrap_err().code, "grading.proposal", "its last day is empty");
        let keep = form(&row, days, sent("keep"));
        assert!(!keep.contains_key("tasks") && !keep.contains_key("recheck_on") && !keep.contains_key("last_day"));
    }
}
