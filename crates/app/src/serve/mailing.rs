//! Views sent by mail: subscribing, and the round that composes what is due and hands it to the post.

use super::desk::Desk;
use super::figures::{self, label, words};
use super::figures_file;
use super::flows;
use super::jobs::Progress;
use super::metrics::MetricQuery;
use super::post::{Mail, Post};
use super::signed::Signed;
use super::web::{Answer, Language, Sent, bug};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::{Permission, sessions};
use qudao_kernel::{Date, Fen, Lang, Refusal};
use qudao_metrics::mailing::{self, Mailing, NewMailing, Rhythm};
use qudao_metrics::store::{self, Asker};
use qudao_metrics::{Query, Top, Unit};
use qudao_platform::sheet::{CsvEncoding, Format};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How often is looked whether something is due.
const ROUND: Duration = Duration::from_secs(30);
/// Rows a mail names; the file beside it has all of them.
const TOLD: usize = 10;
/// Largest file that goes along.
const MOST_BYTES: usize = 5 << 20;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(subscribe)).routes(routes!(mailings)).routes(routes!(unsubscribe))
}

/// A subscription to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MailingSent {
    /// daily, weekly or monthly.
    rhythm: String,
    /// Mail address.
    address: String,
    /// What the view shows; its days are those of the period that ended last.
    question: MetricQuery,
}

/// A subscription.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailingView {
    id: String,
    view: String,
    view_name: String,
    rhythm: String,
    address: String,
    /// First day of the period the last mail was of.
    #[schema(required)]
    last_period: Option<String>,
    /// sending, sent or failed.
    #[schema(required)]
    last_state: Option<String>,
    /// Why it failed.
    #[schema(required)]
    last_why: Option<String>,
}

impl MailingView {
    fn of(mailing: Mailing) -> Self {
        let (period, state, why) = mailing.last.map_or((None, None, None), |(period, state, why)| (Some(period), Some(state), Some(why)));
        Self {
            id: mailing.id,
            view: mailing.view_id,
            view_name: mailing.view,
            rhythm: mailing.rhythm.name().to_owned(),
            address: mailing.address,
            last_period: period,
            last_state: state,
            last_why: why.filter(|why| !why.is_empty()),
        }
    }
}

/// Subscribes to a view, in place of an earlier subscription to it. The first mail comes at once, of the period that ended last.
#[utoipa::path(put, path = "/views/{id}/mailing", tag = "metrics", operation_id = "subscribe_view", request_body = MailingSent,
    params(("id" = String, Path, description = "View")), responses((status = 204, description = "Subscribed")),
    extensions(("x-permission" = json!("volume.read"))))]
async fn subscribe(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
    Sent(sent): Sent<MailingSent>,
) -> Answer<StatusCode> {
    let scope = signed.scope(&desk, Permission::VolumeRead)?;
    signed.0.in_person()?;
    let rhythm = Rhythm::named(&sent.rhythm)
        .ok_or_else(|| Refusal::bad_input("metrics.mailing.rhythm", "请选择每天、每周或每月", "choose daily, weekly or monthly"))?;
    sent.question.query(figures::within(scope))?.check(&desk.figures.catalogue)?;
    let login = &signed.0.login;
    let roles = super::views::roles(&signed);
    store::view(&desk.db, Asker { login, roles: &roles }, &id).await?;
    let question = serde_json::to_string(&sent.question).map_err(|error| bug(&error.to_string()))?;
    let lang = if lang == Lang::En { "en" } else { "zh" };
    let new = NewMailing { view_id: &id, rhythm, address: &sent.address, question: &question, lang };
    mailing::subscribe(&desk.db, login, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own subscriptions.
#[utoipa::path(get, path = "/me/mailings", tag = "account", operation_id = "mailings", responses((status = 200, body = Vec<MailingView>)),
    extensions(("x-permission" = json!("any"))))]
async fn mailings(State(desk): State<Arc<Desk>>, signed: Signed) -> Answer<Json<Vec<MailingView>>> {
    let held = mailing::of(&desk.db, &signed.0.login).await?;
    Ok(Json(held.into_iter().map(MailingView::of).collect()))
}

/// Ends a subscription of one's own.
#[utoipa::path(delete, path = "/me/mailings/{id}", tag = "account", operation_id = "unsubscribe", params(("id" = String, Path)),
    responses((status = 204, description = "Ended")), extensions(("x-permission" = json!("any"))))]
async fn unsubscribe(State(desk): State<Arc<Desk>>, signed: Signed, Path(id): Path<String>) -> Answer<StatusCode> {
    mailing::unsubscribe(&desk.db, &signed.0.login, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends what is due, round after round, until the server stops. `address` is where people reach this server, for links.
pub(crate) async fn rounds(desk: Arc<Desk>, post: Arc<Post>, address: String) {
    let mut clock = tokio::time::interval(ROUND);
    loop {
        clock.tick().await;
        if !desk.leads("mail").await {
            continue;
        }
        for outcome in [round(&desk, &post, &address).await, flows::tell(&desk, &post, &address).await] {
            if let Err(refusal) = outcome {
                tracing::error!(code = refusal.code, "{}", refusal.text.en);
            }
        }
    }
}

async fn round(desk: &Arc<Desk>, post: &Arc<Post>, address: &str) -> Result<(), Refusal> {
    for mailing in mailing::all(&desk.db).await? {
        // One that fails keeps nobody else's mail back.
        if let Err(refusal) = deliver(desk, post, &mailing, address).await {
            tracing::error!(mailing = mailing.id, code = refusal.code, "{}", refusal.text.en);
        }
    }
    Ok(())
}

async fn deliver(desk: &Arc<Desk>, post: &Arc<Post>, mailing: &Mailing, address: &str) -> Result<(), Refusal> {
    let (from, to) = mailing.rhythm.period(desk.today());
    if !mailing::claim(&desk.db, mailing, from).await? {
        return Ok(());
    }
    let sent = match compose(desk, mailing, from, to, address).await {
        Ok(mail) => {
            let post = Arc::clone(post);
            tokio::task::spawn_blocking(move || post.send(&mail)).await.map_err(|error| bug(&error.to_string()))?
        }
        Err(refusal) => Err(refusal),
    };
    mailing::ended(&desk.db, mailing, from, sent).await
}

/// The mail of a period, within what its reader may see today.
async fn compose(desk: &Arc<Desk>, mailing: &Mailing, from: Date, to: Date, address: &str) -> Result<Mail, Refusal> {
    let reader = sessions::away(&desk.db, &mailing.login).await?;
    let roles: Vec<String> = reader.grants.iter().map(|grant| grant.role.clone()).collect();
    let view = store::view(&desk.db, Asker { login: &mailing.login, roles: &roles }, &mailing.view_id).await?;
    let mut question: MetricQuery = serde_json::from_str(&mailing.question).map_err(|error| bug(&error.to_string()))?;
    (question.from, question.to) = (from, to);
    let mut query = question.query(figures::within(reader.scope(&desk.roles, Permission::VolumeRead)?))?;
    query.check(&desk.figures.catalogue)?;
    if question.wants_targets() {
        query.targets = store::targets(&desk.db, &query.metrics, from.month(), to.month()).await?;
    }
    let lang = if mailing.lang == "en" { Lang::En } else { Lang::Zh };
    let days = if from == to { from.to_string() } else { format!("{from} – {to}") };
    let link = format!("{address}{}", view.query);
    let account = format!("{address}/account");
    let (id, to) = (format!("{}-{from}", mailing.id), mailing.address.clone());
    let shared = Arc::clone(desk);
    let work = move || {
        let table = table(&shared, &query, lang)?;
        let mut text = told(&shared, query, lang)?;
        let (all, stop) = match lang {
            Lang::Zh => ("打开页面：", "不再接收：登录后在“我的账户”取消邮件订阅："),
            Lang::En => ("Open the page: ", "To stop these mails, end the subscription in your account: "),
        };
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{all}{link}\n{stop}{account}\n");
        let subject = match lang {
            Lang::Zh => format!("【渠道】{} {days}", view.name),
            Lang::En => format!("[Qudao] {} {days}", view.name),
        };
        let table = (table.len() <= MOST_BYTES).then(|| (format!("{} {from}.csv", view.name), table));
        Ok(Mail { id, to, subject, text, table })
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| bug(&error.to_string()))?
}

/// All rows, as the export writes them.
fn table(desk: &Arc<Desk>, query: &Query, lang: Lang) -> Result<Vec<u8>, Refusal> {
    let folder = tempfile::tempdir().map_err(|error| bug(&error.to_string()))?;
    let path = folder.path().join("table.csv");
    let all = Query { top: None, ..query.clone() };
    figures_file::write(desk, &all, lang, &path, Format::Csv(CsvEncoding::Utf8Bom), &Progress::unheard())?;
    std::fs::read(&path).map_err(|error| crate::say::unreadable(&path, &error))
}

/// The first rows and the total, in words.
fn told(desk: &Arc<Desk>, mut query: Query, lang: Lang) -> Result<String, Refusal> {
    query.across = None;
    query.top = Some(Top { rows: TOLD, keep: Vec::new() });
    let (master, catalogue) = (desk.master()?, &desk.figures.catalogue);
    let answer = qudao_metrics::answer(catalogue, &master, &desk.figures.now(desk)?, &query)?;
    let units: Vec<(String, Unit)> =
        query.metrics.iter().filter_map(|id| catalogue.get(id)).map(|metric| (metric.name.get(lang).to_owned(), metric.unit)).collect();
    let figures = |cells: &[qudao_metrics::Cell]| {
        let said = units.iter().zip(cells).map(|((name, unit), cell)| format!("{name} {}", said(*unit, cell.value)));
        said.collect::<Vec<_>>().join(words(lang, "，", ", ").as_str())
    };
    let mut text = format!("{} {}\n", words(lang, "合计：", "Total: "), figures(&answer.total));
    for row in &answer.rows {
        let names: Vec<String> =
            query.by.iter().zip(&row.key).map(|(dimension, key)| label(catalogue, &master, query.to, lang, *dimension, key)).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}. {}: {}", row.rank, names.join(" · "), figures(&row.cells));
    }
    Ok(text)
}

/// A figure in its unit.
fn said(unit: Unit, value: Option<i64>) -> String {
    match (unit, value) {
        (_, None) => "—".to_owned(),
        (Unit::Fen, Some(fen)) => format!("¥{}", Fen(fen)),
        (Unit::Ppm, Some(ppm)) => format!("{}%", Fen((ppm + 50).div_euclid(100)).plain()),
        (_, Some(number)) => number.to_string(),
    }
}
