//! Agreements of the network: where each stands, what is about to end, who has none, and an end by hand.

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Sent, closed};
use super::{SignatureView, line, paper, sight, signatures, text, warnings};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use qudao_access::{Permission, sessions};
use qudao_kernel::master::{Agreement, Master};
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_network::agreement::sign::{self, Term as Known};
use qudao_network::initials::Initials;
use qudao_network::roster::{self, By};
use qudao_platform::keys::{self, Begun};
use qudao_platform::write_tx;
use qudao_recruit::Sight;
use qudao_recruit::agreement::{self, Standing, Warnings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(counts))
        .routes(routes!(unsigned))
        .routes(routes!(whole))
        .routes(routes!(agreement_paper))
        .routes(routes!(end))
}

/// An agreement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AgreementRow {
    code: String,
    partner: String,
    partner_name: String,
    tier: String,
    territory: String,
    territory_name: String,
    /// Business line.
    business: String,
    business_title: String,
    from: String,
    /// Last day; absent where it has none.
    #[schema(required)]
    last_day: Option<String>,
    /// Fen; absent where nobody said.
    #[schema(required)]
    deposit: Option<i64>,
    /// Committed amount, fen.
    commitment: i64,
    /// Goes on from an earlier one.
    renewed: bool,
    /// coming, active, expiring, renewed, ended.
    state: String,
    /// The warning that holds, in days; absent for none.
    #[schema(required)]
    warning: Option<i32>,
    /// Days left of one that is about to end.
    #[schema(required)]
    days_left: Option<i32>,
    /// The application it was approved by; empty for what came from files.
    application: String,
}

/// What agreements are told with.
struct Book<'a> {
    desk: &'a Desk,
    asker: &'a Asker,
    terms: BTreeMap<String, Known>,
    warnings: Warnings,
}

/// A row with the end that sorts it.
type Ended = (Date, AgreementRow);

impl Book<'_> {
    fn standing(&self, row: &Agreement) -> Standing {
        agreement::standing(&self.asker.master, row, &self.warnings, self.asker.today)
    }

    fn row(&self, row: &Agreement) -> Ended {
        let Asker { master, today, lang } = self.asker;
        let standing = self.standing(row);
        let known = self.terms.get(&row.code);
        let business = known.map_or("all", |term| term.business.as_str());
        let (warning, days_left) = match standing {
            Standing::Expiring(stage, left) => (Some(stage), Some(left)),
            _ => (None, None),
        };
        let seat = self.asker.seat(&row.partner);
        let last = row.span.to.plus_days(-1);
        let endless = row.span.to.year() >= 2099;
        let view = AgreementRow {
            code: row.code.clone(),
            partner: row.partner.clone(),
            partner_name: self.asker.partner(&row.partner),
            tier: master.partner(&row.partner, *today).map(|found| found.tier.clone()).unwrap_or_default(),
            territory_name: network_name(&seat, *lang),
            territory: seat,
            business_title: line(self.desk, business, *lang),
            business: business.to_owned(),
            from: row.span.from.to_string(),
            last_day: (!endless).then(|| last.to_string()),
            deposit: known.map(|term| term.deposit.0),
            commitment: row.commitment.0,
            renewed: row.renewed,
            state: standing.name().to_owned(),
            warning,
            days_left,
            application: known.map(|term| term.application.clone()).unwrap_or_default(),
        };
        (row.span.to, view)
    }

    /// Agreements in sight with where they stand; what a row tells beside that is found for those that are shown.
    fn all(&self, sight: &Sight) -> impl Iterator<Item = (&Agreement, Standing)> {
        let seen = move |row: &&Agreement| sight.sees(&self.asker.seat(&row.partner), &row.partner);
        self.asker.master.agreements().filter(seen).map(move |row| (row, self.standing(row)))
    }
}

async fn book<'a>(desk: &'a Desk, asker: &'a Asker) -> Result<Book<'a>, Refusal> {
    let terms = sign::all_terms(&mut desk.db.read().await?).await?;
    Ok(Book { desk, asker, terms, warnings: warnings(desk)? })
}

/// Filters of agreements.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AgreementFilter {
    /// coming, active, expiring, renewed, ended; all where absent.
    state: Option<String>,
    /// Number, or code, name or pinyin initials of the partner.
    q: Option<String>,
    /// Partner.
    partner: Option<String>,
}

/// Agreements within one's reach, those that end soonest first and those that are over last.
#[utoipa::path(get, path = "/agreements", tag = "agreements", operation_id = "agreements", params(AgreementFilter, Paging),
    responses((status = 200, body = Page<AgreementRow>)), extensions(("x-permission" = json!("agreement.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<AgreementFilter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<AgreementRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&asker, &desk, &signed)?;
    let AgreementFilter { state, q, partner } = asked;
    let state = closed(state, &Standing::NAMES)?;
    let typed = q.unwrap_or_default().trim().to_lowercase();
    let partner = partner.unwrap_or_default();
    let means = |row: &Agreement| {
        let name = asker.partner(&row.partner);
        let said = |text: &str| text.to_lowercase().contains(&typed);
        said(&row.code) || said(&row.partner) || said(&name) || Initials::of(&name).find(&typed).is_some()
    };
    let fits = |row: &Agreement, standing: Standing| {
        (state.is_empty() || standing.name() == state) && (partner.is_empty() || row.partner == partner) && (typed.is_empty() || means(row))
    };
    let book = book(&desk, &asker).await?;
    let mut all: Vec<(&Agreement, Standing)> = book.all(&sight).filter(|(row, standing)| fits(row, *standing)).collect();
    all.sort_by(|(one, stands), (other, other_stands)| {
        let over = |standing: &Standing| *standing == Standing::Ended;
        (over(stands), one.span.to, &one.code).cmp(&(over(other_stands), other.span.to, &other.code))
    });
    let total = all.len();
    Ok(Json(Page::of(&paging, total, all.into_iter().map(|(row, _)| book.row(row).1))))
}

/// Agreements of a state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgreementsOfState {
    state: String,
    agreements: usize,
}

/// How many agreements there are, and how much of the second tier has one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgreementCounts {
    states: Vec<AgreementsOfState>,
    /// Partners of the second tier that are known.
    second_tier: usize,
    /// Of these, with an agreement in force.
    second_tier_signed: usize,
    /// The share of the two, parts per million; absent where none is known.
    #[schema(required)]
    signed_ppm: Option<u64>,
}

/// How many agreements are in each state, and the share of the second tier that has signed.
#[utoipa::path(get, path = "/agreements/counts", tag = "agreements", operation_id = "agreement_counts",
    responses((status = 200, body = AgreementCounts)), extensions(("x-permission" = json!("agreement.read"))))]
async fn counts(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<AgreementCounts>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&asker, &desk, &signed)?;
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for (_, standing) in book(&desk, &asker).await?.all(&sight) {
        *states.entry(standing.name().to_owned()).or_default() += 1;
    }
    let cover = agreement::cover(&asker.master, &sight, asker.today);
    Ok(Json(AgreementCounts {
        states: states.into_iter().map(|(state, agreements)| AgreementsOfState { state, agreements }).collect(),
        second_tier: cover.known,
        second_tier_signed: cover.signed,
        signed_ppm: (cover.known > 0).then(|| cover.signed as u64 * 1_000_000 / cover.known as u64),
    }))
}

/// A partner of the second tier without an agreement in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnsignedPartner {
    code: String,
    name: String,
    tier: String,
    parent: String,
    parent_name: String,
    territory: String,
    territory_name: String,
    /// Last day of its last agreement; absent where it never had one.
    #[schema(required)]
    ended_on: Option<String>,
}

/// Partners of the second tier without an agreement in force: in no assessment and no supply until they sign.
#[utoipa::path(get, path = "/agreements/unsigned", tag = "agreements", operation_id = "unsigned_partners", params(Paging),
    responses((status = 200, body = Page<UnsignedPartner>)), extensions(("x-permission" = json!("agreement.read"))))]
async fn unsigned(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<UnsignedPartner>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&asker, &desk, &signed)?;
    let found = agreement::cover(&asker.master, &sight, asker.today).unsigned;
    let row = |row: &&qudao_kernel::master::Partner| UnsignedPartner {
        code: row.code.clone(),
        name: row.name.clone(),
        tier: row.tier.clone(),
        parent: row.parent.clone(),
        parent_name: asker.partner(&row.parent),
        territory: row.territory.clone(),
        territory_name: network_name(&row.territory, lang),
        ended_on: last_of(&asker.master, &row.code, asker.today).map(|day| day.to_string()),
    };
    Ok(Json(Page::of(&paging, found.len(), found.iter().map(row))))
}

/// Last day of the last agreement of a partner that is over.
fn last_of(master: &Master, partner: &str, today: Date) -> Option<Date> {
    let over = master.agreements().filter(|row| row.partner == partner && row.span.to <= today);
    over.map(|row| row.span.to.plus_days(-1)).max()
}

/// An agreement with its text and signatures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgreementWhole {
    agreement: AgreementRow,
    /// The draft it came from; absent for what was not drafted here.
    #[schema(required)]
    draft: Option<String>,
    /// Clauses, one by one; empty for what was not drafted here.
    clauses: Vec<String>,
    signatures: Vec<SignatureView>,
    /// Other agreements of the partner, the last first.
    others: Vec<AgreementRow>,
}

/// An agreement by its number, within one's reach.
async fn found(desk: &Desk, asker: &Asker, sight: &Sight, code: &str) -> Result<(AgreementRow, Vec<AgreementRow>), Refusal> {
    let book = book(desk, asker).await?;
    let own = asker.master.agreements().filter(|row| row.code == code).last();
    let row = own.filter(|row| sight.sees(&asker.seat(&row.partner), &row.partner)).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "recruit.none",
            format!("没有协议 {code}，或不在您的范围内；请核对编号"),
            format!("there is no agreement {code}, or it is not within your reach; check the number"),
        )
    })?;
    let mut others: Vec<Ended> =
        asker.master.agreements().filter(|other| other.partner == row.partner && other.code != code).map(|other| book.row(other)).collect();
    others.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
    Ok((book.row(row).1, others.into_iter().map(|(_, row)| row).collect()))
}

/// An agreement whole.
#[utoipa::path(get, path = "/agreements/{code}", tag = "agreements", operation_id = "agreement", params(("code" = String, Path)),
    responses((status = 200, body = AgreementWhole)), extensions(("x-permission" = json!("agreement.read"))))]
async fn whole(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<AgreementWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&asker, &desk, &signed)?;
    let (agreement, others) = found(&desk, &asker, &sight, &code).await?;
    let tx = &mut desk.db.read().await?;
    let draft = agreement::of_application(tx, &agreement.application).await?;
    let (mut clauses, mut views) = (Vec::new(), Vec::new());
    if let Some(draft) = &draft {
        let (signed, shown) = signatures(tx, &draft.id).await?;
        let data = text(&desk, draft, &signed, lang)?;
        clauses = data["clauses"].as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect();
        views = shown;
    }
    Ok(Json(AgreementWhole { agreement, draft: draft.map(|draft| draft.id), clauses, signatures: views, others }))
}

/// An agreement that was drafted here as a PDF, with its signatures.
#[utoipa::path(get, path = "/agreements/{code}/paper", tag = "agreements", operation_id = "agreement_paper", params(("code" = String, Path)),
    responses((status = 200, description = "A PDF", content_type = "application/pdf")), extensions(("x-permission" = json!("agreement.read"))))]
async fn agreement_paper(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&asker, &desk, &signed)?;
    let (row, _) = found(&desk, &asker, &sight, &code).await?;
    let draft = agreement::of_application(&mut desk.db.read().await?, &row.application).await?.ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "recruit.agreement.paper",
            format!("协议 {code} 不是在本系统拟定的，没有电子文本；请查阅纸质存档"),
            format!("the agreement {code} was not drafted here and has no text; look at the paper"),
        )
    })?;
    paper(&desk, &draft, lang).await
}

/// An agreement to be ended.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AgreementEnd {
    /// Last day it holds.
    last_day: String,
    reason: String,
}

/// Ends an agreement after a day. Business after it is not commissionable.
#[utoipa::path(post, path = "/agreements/{code}/end", tag = "agreements", operation_id = "end_agreement", request_body = AgreementEnd,
    params(("code" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "Ended")),
    extensions(("x-permission" = json!("agreement.manage"))))]
async fn end(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Path(code): Path<String>,
    Sent(sent): Sent<AgreementEnd>,
) -> Answer<StatusCode> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, &[Permission::AgreementManage])?;
    found(&desk, &asker, &sight, &code).await?;
    qudao_access::people::reasoned(&sent.reason)?;
    let last = super::super::orders::day(Some(&sent.last_day))?
        .ok_or_else(|| Refusal::bad_input("serve.request.day", "请填写最后一天", "say which day is the last"))?;
    ended(&desk, &signed.0.who(), &key, &code, last, sent.reason.trim()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends an agreement after a day that is not of a closed month.
pub(super) async fn ended(desk: &Arc<Desk>, who: &str, key: &str, code: &str, last: Date, reason: &str) -> Result<(), Refusal> {
    desk.roll_in().await?;
    write_tx!(desk.db, |tx| {
        let claim = match keys::begin::<bool>(tx, &format!("agreement-end:{who}"), key, format!("{code} {last}").as_bytes()).await? {
            Begun::Same(_) => return Ok(()),
            Begun::Fresh(claim) => claim,
        };
        roster::lock_all(tx).await?;
        let act = qudao_network::act::Act {
            who,
            reason,
            application: "",
            today: sessions::day(tx.now_us()),
            open_from: qudao_settle::period::open_from(tx).await?,
        };
        act.open(last.plus_days(1))?;
        let done = roster::end_now::<Agreement>(tx, By { who, reason }, code, last.plus_days(1)).await?;
        if !done {
            return Err(Refusal::new(
                Kind::Conflict,
                "recruit.agreement.over",
                format!("协议 {code} 在 {last} 之前已终止；请核对日期"),
                format!("the agreement {code} is over before {last}; check the day"),
            ));
        }
        claim.finish(tx, true).await.map(drop)
    })?;
    desk.rolled_out().await;
    Ok(())
}

/// Agreements that are about to end, and texts that wait for the asker's signature: how many, the first of them, and the nearest day.
#[derive(Default)]
pub(in crate::serve) struct AgreementsWaiting {
    pub(in crate::serve) expiring: Vec<String>,
    pub(in crate::serve) ends: Option<Date>,
    pub(in crate::serve) to_sign: Vec<String>,
}

/// What of agreements waits for the asker: for who manages them and for the partner they are of.
pub(in crate::serve) async fn waiting(desk: &Arc<Desk>, signed: &Signed) -> Result<Option<AgreementsWaiting>, Refusal> {
    let asker = Asker::of(desk, Lang::Zh).await;
    let Ok(sight) = asker.sight(desk, signed, &[Permission::AgreementManage, Permission::AgreementSign]) else { return Ok(None) };
    let expiring: Vec<(Date, String)> = {
        let book = book(desk, &asker).await?;
        let about = |(_, standing): &(&Agreement, Standing)| matches!(standing, Standing::Expiring(..));
        book.all(&sight).filter(about).map(|(row, _)| (row.span.to, row.code.clone())).collect()
    };
    let mut to_sign = Vec::new();
    if let Ok(sight) = asker.sight(desk, signed, &[Permission::AgreementSign]) {
        let tx = &mut desk.db.read().await?;
        for draft in agreement::list(tx, &sight).await?.into_iter().filter(|draft| draft.state == agreement::DraftState::Sent) {
            let signed = agreement::signatures(tx, &draft.id).await?;
            if !signed.iter().any(|one| one.side == agreement::Side::Partner) {
                to_sign.push(draft.id);
            }
        }
    }
    Ok(Some(AgreementsWaiting {
        ends: expiring.iter().map(|(end, _)| end.plus_days(-1)).min(),
        expiring: expiring.into_iter().map(|(_, code)| code).collect(),
        to_sign,
    }))
}
