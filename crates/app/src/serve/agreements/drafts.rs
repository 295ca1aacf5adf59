//! Drafts of agreements: written from a template, sent through the flow, signed by both sides.

use super::super::desk::Desk;
use super::super::orders::Asker;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, IfMatch, Language, OnceKey, Sent, heavy};
use super::{Acting, FLOW, SignatureView, apply, keep_signature, line, lines, paper, set, sight, signatures, text};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use qudao_access::Permission;
use qudao_kernel::{Date, Fen, Kind, Lang, Refusal};
use qudao_network::candidate;
use qudao_network::life::Who;
use qudao_platform::hash::sha256;
use qudao_recruit::Sight;
use qudao_recruit::agreement::{self, Draft, NewSignature, Side, Wanted, Way};
use qudao_settle::attachment;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(templates))
        .routes(routes!(list, create))
        .routes(routes!(one, rewrite))
        .routes(routes!(draft_paper))
        .routes(routes!(send))
        .routes(routes!(give_up))
        .routes(routes!(sign))
        .routes(routes!(picture))
}

/// Something to fill in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateTerm {
    id: String,
    title: String,
    /// text, money (fen), number.
    kind: String,
    required: bool,
    /// What settlement reads it as; absent for nothing.
    #[schema(required)]
    settles: Option<String>,
}

/// A business line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BusinessLine {
    id: String,
    title: String,
}

/// A template of agreements.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgreementTemplate {
    id: String,
    version: u32,
    title: String,
    terms: Vec<TemplateTerm>,
    /// Lines it may be for.
    business: Vec<BusinessLine>,
}

/// Templates of agreements.
#[utoipa::path(get, path = "/agreement-templates", tag = "agreements", operation_id = "agreement_templates",
    responses((status = 200, body = Vec<AgreementTemplate>)), extensions(("x-permission" = json!("agreement.read"))))]
async fn templates(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<AgreementTemplate>>> {
    signed.may(&desk, Permission::AgreementRead)?;
    let term = |term: &agreement::Term| TemplateTerm {
        id: term.id.clone(),
        title: term.title.get(lang).to_owned(),
        kind: term.kind.name().to_owned(),
        required: term.required,
        settles: term.settles.clone(),
    };
    let template = |template: &agreement::Template| AgreementTemplate {
        id: template.id.clone(),
        version: template.version,
        title: template.title.get(lang).to_owned(),
        terms: template.terms.iter().map(term).collect(),
        business: lines(&desk, lang).into_iter().map(|(id, title)| BusinessLine { id, title }).collect(),
    };
    Ok(Json(desk.recruit.templates.all().iter().map(template).collect()))
}

/// What is to be agreed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AgreementWanted {
    template: String,
    partner: String,
    business: String,
    /// First day.
    from: String,
    last_day: String,
    /// Fen.
    deposit: i64,
    /// Values of the template's terms.
    filled: BTreeMap<String, Value>,
    /// What is agreed beside the template.
    own_terms: String,
    /// The agreement it goes on from; empty for none.
    renews: String,
}

impl AgreementWanted {
    /// With the partner's name and seat, of one in force or approved and within a sight.
    async fn wanted(self, desk: &Desk, asker: &Asker, sight: &Sight) -> Result<Wanted, Refusal> {
        let day = |text: &str| -> Result<Date, Refusal> {
            text.parse().map_err(|_| Refusal::bad_input("serve.request.day", "日期须为 2026-07-31 的格式", "write a day as 2026-07-31"))
        };
        let (from, last_day) = (day(&self.from)?, day(&self.last_day)?);
        let coming = candidate::get(&mut desk.db.read().await?, Who::Partner, &self.partner).await?;
        let known = asker.master.partner(&self.partner, asker.today).map(|row| (row.name.clone(), row.territory.clone()));
        let known = known.or_else(|| coming.map(|candidate| (candidate.name, candidate.territory)));
        let (partner_name, territory) = known.filter(|(_, territory)| sight.sees(territory, &self.partner)).ok_or_else(|| {
            let code = &self.partner;
            Refusal::new(
                Kind::NotFound,
                "recruit.partner.none",
                format!("没有代理商 {code}，或不在您的范围内；请重新选择"),
                format!("there is no partner {code}, or it is not within your reach; choose another"),
            )
        })?;
        let Self { template, partner, business, deposit, filled, own_terms, renews, .. } = self;
        Ok(Wanted {
            template,
            partner,
            partner_name,
            territory,
            business,
            from,
            last_day,
            deposit: Fen(deposit),
            filled,
            own_terms,
            renews,
        })
    }
}

/// A draft of an agreement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftRow {
    id: String,
    /// For `If-Match`.
    version: u32,
    /// draft, sent, dropped.
    state: String,
    template: String,
    partner: String,
    partner_name: String,
    business: String,
    business_title: String,
    from: String,
    last_day: String,
    /// Fen.
    deposit: i64,
    /// The agreement it goes on from; empty for none.
    renews: String,
    /// The application it was sent with; empty before.
    application: String,
    made_by: String,
    made_at: String,
    /// Sides that signed: us, partner.
    signed: Vec<String>,
    /// Whether it came in force.
    in_force: bool,
}

fn row(desk: &Desk, asker: &Asker, draft: &Draft, signed: &[SignatureView]) -> DraftRow {
    let wanted = &draft.wanted;
    DraftRow {
        id: draft.id.clone(),
        version: draft.version,
        state: draft.state.name().to_owned(),
        template: draft.template.clone(),
        partner: wanted.partner.clone(),
        partner_name: wanted.partner_name.clone(),
        business_title: line(desk, &wanted.business, asker.lang),
        business: wanted.business.clone(),
        from: wanted.from.to_string(),
        last_day: wanted.last_day.to_string(),
        deposit: wanted.deposit.0,
        renews: wanted.renews.clone(),
        application: draft.application.clone(),
        made_by: draft.made_by.clone(),
        made_at: instant(draft.made_us),
        signed: signed.iter().map(|one| one.side.clone()).collect(),
        in_force: !draft.application.is_empty() && asker.master.agreements().any(|row| row.code == draft.application),
    }
}

/// Drafts within one's reach, the newest first.
#[utoipa::path(get, path = "/agreement-drafts", tag = "agreements", operation_id = "agreement_drafts",
    responses((status = 200, body = Vec<DraftRow>)), extensions(("x-permission" = json!("agreement.read"))))]
async fn list(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language) -> Answer<Json<Vec<DraftRow>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&asker, &desk, &signed)?;
    let tx = &mut desk.db.read().await?;
    let mut rows = Vec::new();
    for draft in agreement::list(tx, &sight).await? {
        let (_, views) = signatures(tx, &draft.id).await?;
        rows.push(row(&desk, &asker, &draft, &views));
    }
    Ok(Json(rows))
}

/// A draft that was made or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftMade {
    id: String,
    /// For the next `If-Match`.
    version: u32,
}

/// Drafts an agreement.
#[utoipa::path(post, path = "/agreement-drafts", tag = "agreements", operation_id = "draft_agreement", request_body = AgreementWanted,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = DraftMade)),
    extensions(("x-permission" = json!("agreement.manage"))))]
async fn create(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<AgreementWanted>,
) -> Answer<(StatusCode, Json<DraftMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let wanted = sent.wanted(&desk, &asker, &sight).await?;
    let id = agreement::create(&desk.db, &desk.recruit.templates, &key, &signed.0.who(), &wanted).await?.into_inner();
    Ok((StatusCode::CREATED, Json(DraftMade { id, version: 1 })))
}

const MANAGE: &[Permission] = &[Permission::AgreementManage];

/// A draft with its text and signatures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftWhole {
    draft: DraftRow,
    filled: BTreeMap<String, Value>,
    own_terms: String,
    clauses: Vec<String>,
    signatures: Vec<SignatureView>,
}

/// A draft whole.
#[utoipa::path(get, path = "/agreement-drafts/{id}", tag = "agreements", operation_id = "agreement_draft", params(("id" = String, Path)),
    responses((status = 200, body = DraftWhole)), extensions(("x-permission" = json!("agreement.read"))))]
async fn one(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Json<DraftWhole>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&asker, &desk, &signed)?;
    let tx = &mut desk.db.read().await?;
    let draft = agreement::get(tx, &sight, &id).await?;
    let (kept, views) = signatures(tx, &id).await?;
    let data = text(&desk, &draft, &kept, lang)?;
    Ok(Json(DraftWhole {
        draft: row(&desk, &asker, &draft, &views),
        clauses: data["clauses"].as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        filled: draft.wanted.filled,
        own_terms: draft.wanted.own_terms,
        signatures: views,
    }))
}

/// Writes a draft anew.
#[utoipa::path(put, path = "/agreement-drafts/{id}", tag = "agreements", operation_id = "rewrite_agreement", request_body = AgreementWanted,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = DraftMade)),
    extensions(("x-permission" = json!("agreement.manage"))))]
async fn rewrite(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<AgreementWanted>,
) -> Answer<Json<DraftMade>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let wanted = sent.wanted(&desk, &asker, &sight).await?;
    let version = agreement::rewrite(&desk.db, &desk.recruit.templates, &sight, &signed.0.who(), &id, version, &wanted).await?;
    Ok(Json(DraftMade { id, version }))
}

/// A draft as a PDF, with what was signed.
#[utoipa::path(get, path = "/agreement-drafts/{id}/paper", tag = "agreements", operation_id = "agreement_draft_paper", params(("id" = String, Path)),
    responses((status = 200, description = "A PDF", content_type = "application/pdf")), extensions(("x-permission" = json!("agreement.read"))))]
async fn draft_paper(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Path(id): Path<String>) -> Answer<Response> {
    let asker = Asker::of(&desk, lang).await;
    let sight = sight(&asker, &desk, &signed)?;
    let draft = agreement::get(&mut desk.db.read().await?, &sight, &id).await?;
    paper(&desk, &draft, lang).await
}

/// What sending came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftSent {
    id: String,
    /// For the next `If-Match`.
    version: u32,
    /// The application it went with.
    application: String,
}

/// Sends a draft through the flow of agreements, with its text as a PDF. From then on it is as it was sent.
#[utoipa::path(post, path = "/agreement-drafts/{id}/send", tag = "agreements", operation_id = "send_agreement",
    params(("id" = String, Path), ("If-Match" = String, Header), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = DraftSent)), extensions(("x-permission" = json!("agreement.manage"))))]
async fn send(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    OnceKey(key): OnceKey,
) -> Answer<Json<DraftSent>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    Ok(Json(sent(&desk, &signed, &sight, (&id, version), &key).await?))
}

/// Sends a draft of a version.
pub(super) async fn sent(desk: &Arc<Desk>, signed: &Signed, sight: &Sight, (id, version): (&str, u32), key: &str) -> Answer<DraftSent> {
    // What is out of reach is refused before the network is looked at.
    agreement::get(&mut desk.db.read().await?, sight, id).await?;
    desk.roll_in().await?;
    let draft = agreement::send(&mut desk.db.read().await?, sight, id).await?;
    if draft.version != version {
        return Err(Refusal::new(
            Kind::Conflict,
            "platform.db.stale",
            format!("协议拟稿 {id} 已被他人修改；请重新打开，核对变化后再提交"),
            format!("the draft {id} was changed by someone else; open it again, look at the change, then send it"),
        )
        .into());
    }
    let data = text(desk, &draft, &[], Lang::Zh)?;
    let hash = sha256(data.to_string());
    let folder = desk.home.uploads().join("attachments");
    let ident = format!("{id} {hash}");
    let (bytes, written) = heavy(move || {
        let bytes = set(data, &ident)?;
        Ok((bytes.len() as u64, attachment::write(&folder, &bytes)?))
    })
    .await?;
    let file = attachment::note(&desk.db, &signed.0.login, &format!("{id}.pdf"), bytes, written).await?;
    let wanted = &draft.wanted;
    let mut form: BTreeMap<String, Value> = [
        ("partner", json!(wanted.partner)),
        ("business", json!(wanted.business)),
        ("from_day", json!(wanted.from.to_string())),
        ("to_day", json!(wanted.last_day.to_string())),
        ("deposit", json!(wanted.deposit.0)),
        ("own_terms", json!(!wanted.own_terms.is_empty())),
        ("draft", json!([file.id])),
    ]
    .into_iter()
    .map(|(field, value)| (field.to_owned(), value))
    .collect();
    if !wanted.own_terms.is_empty() {
        form.insert("terms".to_owned(), json!(wanted.own_terms));
    }
    let application = apply(&Acting { desk, signed, key }, FLOW, form).await?;
    let version = agreement::sent_of(&desk.db, sight, &signed.0.who(), (id, version), &application, &hash).await?;
    Ok(DraftSent { id: id.to_owned(), version, application })
}

/// Why a draft is given up.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DraftDropped {
    reason: String,
}

/// Gives a draft up.
#[utoipa::path(post, path = "/agreement-drafts/{id}/drop", tag = "agreements", operation_id = "drop_agreement", request_body = DraftDropped,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = DraftMade)),
    extensions(("x-permission" = json!("agreement.manage"))))]
async fn give_up(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    IfMatch(version): IfMatch,
    Sent(sent): Sent<DraftDropped>,
) -> Answer<Json<DraftMade>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, MANAGE)?;
    let version = agreement::drop_draft(&desk.db, &sight, &signed.0.who(), &id, version, &sent.reason).await?;
    Ok(Json(DraftMade { id, version }))
}

/// A signature to be noted.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SignatureSent {
    /// us or partner; a partner signs for itself only.
    side: String,
    /// Who signed.
    name: String,
    signed_on: String,
    /// hand or seal.
    way: String,
    /// Of a seal: which, and where the paper lies.
    note: String,
    /// A PNG in base64 of a signature by hand; absent for a seal.
    picture: Option<String>,
}

/// Notes a signature. It stays.
#[utoipa::path(post, path = "/agreement-drafts/{id}/signatures", tag = "agreements", operation_id = "sign_agreement", request_body = SignatureSent,
    params(("id" = String, Path)), responses((status = 204, description = "Noted")),
    extensions(("x-permission" = json!(["agreement.manage", "agreement.sign"]))))]
async fn sign(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Sent(sent): Sent<SignatureSent>,
) -> Answer<StatusCode> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    // For the operator signs who manages agreements; for a partner also whoever answers for it.
    let own = asker.sight(&desk, &signed, &[Permission::AgreementManage, Permission::AgreementSign])?;
    let unknown = || Refusal::bad_input("recruit.signature.unknown", "请选择签署方和签署方式", "say for which side and how it was signed");
    let side: Side = sent.side.parse().map_err(|()| unknown())?;
    let way: Way = sent.way.parse().map_err(|()| unknown())?;
    let sight = match side {
        Side::Partner => own,
        Side::Us => asker.sight(&desk, &signed, MANAGE).map_err(|_| {
            Refusal::new(
                Kind::Forbidden,
                "recruit.signature.side",
                "代理商只能签署乙方；甲方由渠道经理登记",
                "a partner signs for party B only; party A is noted by its channel manager",
            )
        })?,
    };
    let signed_on = super::super::orders::day(Some(&sent.signed_on))?.ok_or_else(unknown)?;
    let new = NewSignature { side, name: &sent.name, signed_on, way, note: &sent.note, picture: "" };
    // Of a signature that is not possible no picture is kept.
    agreement::may_sign(&mut desk.db.read().await?, &sight, &id, &new).await?;
    let picture = match (way, &sent.picture) {
        (Way::Hand, Some(picture)) => keep_signature(&desk, picture).await?,
        _ => String::new(),
    };
    agreement::sign(&desk.db, &sight, &signed.0.who(), &id, &NewSignature { picture: &picture, ..new }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The picture of a signature by hand.
#[utoipa::path(get, path = "/agreement-drafts/{id}/signatures/{side}", tag = "agreements", operation_id = "agreement_signature",
    params(("id" = String, Path), ("side" = String, Path, description = "us or partner")),
    responses((status = 200, description = "The picture", content_type = "image/png")), extensions(("x-permission" = json!("agreement.read"))))]
async fn picture(State(desk): State<Arc<Desk>>, signed: Signed, Path((id, side)): Path<(String, String)>) -> Answer<Response> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = sight(&asker, &desk, &signed)?;
    let tx = &mut desk.db.read().await?;
    agreement::get(tx, &sight, &id).await?;
    let kept = agreement::signatures(tx, &id).await?.into_iter().find(|one| one.side.name() == side && !one.picture.is_empty());
    let kept =
        kept.ok_or_else(|| Refusal::new(Kind::NotFound, "recruit.none", "这一方没有手写签名", "this side has no signature by hand"))?;
    let folder = desk.home.uploads().join("signatures");
    heavy(move || {
        let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=3600")];
        Ok((headers, qudao_platform::files::read(&folder, &kept.picture)?).into_response())
    })
    .await
}
