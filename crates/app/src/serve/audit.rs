//! The audit chain: looked through, checked, exported. It concerns everything, so it is for those who read it everywhere.

use super::desk::Desk;
use super::export_notes::Ask;
use super::exports;
use super::jobs::{JobView, Progress, instant};
use super::people::day;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Page, Sent};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Date, Lang, Refusal};
use qudao_platform::audit::{self, BrokenWhy, Recorded, Search};
use qudao_platform::sheet::{Cell, Column, ColumnType, Format, TableWriter};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(audit)).routes(routes!(verify_audit)).routes(routes!(export_audit))
}

/// A change somebody made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditView {
    /// Place in the chain.
    seq: i64,
    at: String,
    /// Login; `li4/zhang3` for somebody who acted for another.
    who: String,
    /// `noun.verb`.
    action: String,
    noun: String,
    noun_id: String,
    /// The record before, JSON.
    #[schema(required)]
    before: Option<String>,
    /// The record after, JSON.
    #[schema(required)]
    after: Option<String>,
    #[schema(required)]
    reason: Option<String>,
    hash: String,
}

impl AuditView {
    pub(super) fn of(recorded: Recorded) -> Self {
        let Recorded { seq, at_us, entry, hash, .. } = recorded;
        let audit::Entry { who, action, noun, noun_id, before, after, reason } = entry;
        Self { seq, at: instant(at_us), who, action, noun, noun_id, before, after, reason, hash }
    }
}

/// Filters of the audit chain.
#[derive(Debug, Clone, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Login of who did it or for whom it was done.
    who: Option<String>,
    /// What was done; `person.` finds every verb of the noun.
    action: Option<String>,
    /// Kind of record.
    noun: Option<String>,
    /// Which record.
    noun_id: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// -seq: newest first, the one order there is.
    sort: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// Midnight in China at the beginning of a day.
fn midnight(day: Date) -> i64 {
    (i64::from(day.days()) * 24 - 8) * 3_600_000_000
}

impl AuditQuery {
    pub(super) fn search(&self) -> Result<Search, Refusal> {
        let text = |field: &Option<String>| field.as_deref().unwrap_or("").trim().to_owned();
        let day = |field: &Option<String>| field.as_deref().filter(|text| !text.is_empty()).map(day).transpose();
        if !matches!(self.sort.as_deref(), None | Some("" | "-seq")) {
            return Err(Refusal::bad_input("serve.request.sort", "审计记录只按时间倒序排列", "audit entries come newest first only"));
        }
        Ok(Search {
            who: text(&self.who),
            action: text(&self.action),
            noun: text(&self.noun),
            noun_id: text(&self.noun_id),
            from_us: day(&self.from)?.map(midnight),
            to_us: day(&self.to)?.map(|last| midnight(last.plus_days(1))),
        })
    }
}

/// Audit entries, newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", operation_id = "audit", params(AuditQuery),
    responses((status = 200, body = Page<AuditView>)), extensions(("x-permission" = json!("audit.read"))))]
async fn audit(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<AuditQuery>) -> Answer<Json<Page<AuditView>>> {
    signed.everywhere(&desk, Permission::AuditRead)?;
    let search = asked.search()?;
    let limit = asked.limit.unwrap_or(50).clamp(1, super::web::MOST_ROWS);
    let before = asked.after.as_deref().and_then(|after| after.parse().ok());
    let mut tx = desk.db.read().await?;
    let mut found = audit::search(&mut tx, &search, before, u32::try_from(limit + 1).unwrap_or(u32::MAX)).await?;
    let total = audit::count(&mut tx, &search).await? as usize;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|entry| entry.seq.to_string());
    Ok(Json(Page { items: found.into_iter().map(AuditView::of).collect(), next, total }))
}

/// Whether the chain holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChainView {
    holds: bool,
    /// Entries there are.
    entries: i64,
    /// Hash of the last one; keep it somewhere else now and then.
    head: String,
    /// The first place where it does not hold.
    #[schema(required)]
    broken_at: Option<i64>,
    /// missing, unlinked, altered or wrong_end.
    #[schema(required)]
    why: Option<String>,
}

/// Computes every hash of the chain anew.
#[utoipa::path(get, path = "/audit/verification", tag = "audit", operation_id = "verify_audit", responses((status = 200, body = ChainView)),
    extensions(("x-permission" = json!("audit.read"))))]
async fn verify_audit(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<ChainView>> {
    signed.everywhere(&desk, Permission::AuditRead)?;
    let broken = audit::verify(&desk.db).await?;
    let head = audit::head(&mut desk.db.read().await?).await?;
    let why = |why: BrokenWhy| match why {
        BrokenWhy::Missing => "missing",
        BrokenWhy::Unlinked => "unlinked",
        BrokenWhy::Altered => "altered",
        BrokenWhy::WrongEnd => "wrong_end",
    };
    Ok(Json(ChainView {
        holds: broken.is_none(),
        entries: head.seq,
        head: head.hash,
        broken_at: broken.as_ref().map(|broken| broken.seq),
        why: broken.map(|broken| why(broken.why).to_owned()),
    }))
}

/// An export of audit entries.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AuditExportSent {
    /// What is looked for; all of it is written.
    query: AuditQuery,
    /// xlsx or csv.
    format: String,
}

/// Begins an export of the entries that are looked for, newest first, all of them.
#[utoipa::path(post, path = "/audit/exports", tag = "audit", operation_id = "export_audit", request_body = AuditExportSent,
    responses((status = 202, body = JobView)), extensions(("x-permission" = json!("audit.read"))))]
async fn export_audit(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Sent(sent): Sent<AuditExportSent>,
) -> Answer<(StatusCode, Json<JobView>)> {
    let name = match lang {
        Lang::Zh => format!("审计日志 {}", desk.today()),
        Lang::En => format!("audit trail {}", desk.today()),
    };
    exports::start(&desk, &signed, lang, Ask::Audit(sent.query), &name, &sent.format).await
}

/// Writes entries to a file, newest first; how many. Its columns are the names of the interface, for programs that verify the chain.
pub(super) fn write(desk: &Desk, search: &Search, path: &Path, format: Format, progress: &Progress) -> Result<u64, Refusal> {
    let titles = ["seq", "at", "who", "action", "noun", "noun_id", "before", "after", "reason", "hash"];
    let columns: Vec<Column> = titles.iter().map(|title| Column::new(*title, ColumnType::Text)).collect();
    let mut file = TableWriter::create(path, &columns, format)?;
    let runtime = Handle::current();
    let mut tx = runtime.block_on(desk.db.read())?;
    let total = u64::from(runtime.block_on(audit::count(&mut tx, search))?);
    let mut before = None;
    loop {
        progress.goes_on()?;
        let batch = runtime.block_on(audit::search(&mut tx, search, before, BATCH))?;
        for recorded in &batch {
            put(&mut file, recorded)?;
        }
        progress.at(file.rows(), total);
        before = batch.last().map(|recorded| recorded.seq);
        if batch.len() < BATCH as usize {
            break;
        }
    }
    file.finish()
}

fn put(file: &mut TableWriter, recorded: &Recorded) -> Result<(), Refusal> {
    let Recorded { seq, at_us, entry, hash, .. } = recorded;
    let [seq, at] = [seq.to_string(), instant(*at_us)];
    let or = |text: &Option<String>| text.clone().unwrap_or_default();
    let [earlier, later, reason] = [or(&entry.before), or(&entry.after), or(&entry.reason)];
    let texts = [&seq, &at, &entry.who, &entry.action, &entry.noun, &entry.noun_id, &earlier, &later, &reason, hash];
    file.row(&texts.map(|text| Cell::Text(text)))
}

/// Entries read at a time.
const BATCH: u32 = 1_000;
