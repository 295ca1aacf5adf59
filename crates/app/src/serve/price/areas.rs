//! Where else partners may sell, and where they are protected (R4.14, R7.155).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent, only};
use super::{DECIDE, MANAGE, PriceChanged, PriceDecision, PriceMade, READ, last, product, sent_day, until};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qudao_kernel::master::Span;
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_platform::audit::same_hand;
use qudao_price::Once;
use qudao_price::authorise::{self, Authorisation, AuthorisationState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(list, ask)).routes(routes!(decide)).routes(routes!(end))
}

/// Where else a partner may sell.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AreaAuthorisation {
    id: String,
    /// For `If-Match`.
    version: u32,
    partner: String,
    partner_name: String,
    area: String,
    area_name: String,
    /// A product or a line of products; empty for all.
    goods: String,
    goods_name: String,
    /// Nobody else is authorised there meanwhile.
    exclusive: bool,
    from: String,
    last_day: String,
    reason: String,
    /// requested, approved, refused, ended.
    state: String,
    /// Whether it holds today.
    in_force: bool,
    made_by: String,
    decided_by: String,
    decision: String,
    /// Whether whoever asks made it, and so does not decide on it.
    is_maker: bool,
}

impl AreaAuthorisation {
    fn of(asker: &Asker, who: &str, one: Authorisation) -> Self {
        let granted = matches!(one.state, AuthorisationState::Approved | AuthorisationState::Ended);
        Self {
            partner_name: asker.partner(&one.partner),
            area_name: network_name(&one.area, asker.lang),
            goods_name: if one.goods.is_empty() { String::new() } else { product(asker, &one.goods) },
            last_day: last(Some(one.span.to)).unwrap_or_default(),
            in_force: granted && one.span.contains(asker.today),
            is_maker: same_hand(&one.made_by, who),
            id: one.id,
            version: one.version,
            partner: one.partner,
            area: one.area,
            goods: one.goods,
            exclusive: one.exclusive,
            from: one.span.from.to_string(),
            reason: one.reason,
            state: one.state.name().to_owned(),
            made_by: one.made_by,
            decided_by: one.decided_by,
            decision: one.decision,
        }
    }
}

/// Filters of authorisations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AreaAuthorisationsAsked {
    /// requested, approved, refused, ended.
    state: Option<String>,
    partner: Option<String>,
    /// A division: those whose area meets it.
    territory: Option<String>,
}

/// Authorisations of partners, those that wait first.
#[utoipa::path(get, path = "/area-authorisations", tag = "price", operation_id = "area_authorisations", params(AreaAuthorisationsAsked, Paging),
    responses((status = 200, body = Page<AreaAuthorisation>)), extensions(("x-permission" = json!("price.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<AreaAuthorisationsAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<AreaAuthorisation>>> {
    let asker = Asker::of(&desk, lang).await;
    let sight = asker.sight(&desk, &signed, READ)?;
    only(asked.state.as_deref(), &["requested", "approved", "refused", "ended"])?;
    let [state, partner, territory] = [asked.state, asked.partner, asked.territory].map(Option::unwrap_or_default);
    let fits = |one: &Authorisation| {
        (state.is_empty() || one.state.name() == state)
            && (partner.is_empty() || one.partner == partner)
            && (territory.is_empty() || one.area.starts_with(&territory) || territory.starts_with(&one.area))
    };
    let all: Vec<_> = authorise::list(&mut desk.db.read().await?, &sight).await?.into_iter().filter(fits).collect();
    let who = signed.0.who();
    Ok(Json(Page::of(&paging, all.len(), all.into_iter().map(|one| AreaAuthorisation::of(&asker, &who, one)))))
}

/// An authorisation somebody asks for.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AreaAuthorisationSent {
    partner: String,
    /// Division code.
    area: String,
    /// A product or a line of products; empty for all.
    #[serde(default)]
    goods: String,
    #[serde(default)]
    exclusive: bool,
    from: String,
    last_day: String,
    reason: String,
}

/// Asks for an authorisation of a partner; somebody else grants it.
#[utoipa::path(post, path = "/area-authorisations", tag = "price", operation_id = "ask_area_authorisation", request_body = AreaAuthorisationSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = PriceMade)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn ask(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<AreaAuthorisationSent>,
) -> Answer<(StatusCode, Json<PriceMade>)> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let scope = super::union(&desk, &signed, MANAGE)?;
    let seat = asker.master.partner(&sent.partner, asker.today).map(|row| row.territory.clone());
    let seat = seat
        .filter(|seat| scope.territories.iter().any(|area| seat.starts_with(area.as_str())))
        .ok_or_else(|| no_partner(&sent.partner))?;
    let until = until(Some(&sent.last_day))?;
    let from = sent_day(&sent.from)?;
    let new = authorise::Asked {
        partner: &sent.partner,
        territory: &seat,
        area: &sent.area,
        goods: &sent.goods,
        exclusive: sent.exclusive,
        span: Span { from, to: until.unwrap_or(from) },
        reason: &sent.reason,
    };
    let id = authorise::ask(&desk.db, Once { who: &signed.0.who(), key: &key }, &new).await?.into_inner();
    Ok((StatusCode::CREATED, Json(PriceMade { id })))
}

fn no_partner(code: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "price.partner",
        format!("没有代理商 {code}，或不在您的范围内；请核对编码"),
        format!("there is no partner {code}, or not within your reach; check the code"),
    )
}

/// Grants or refuses an authorisation somebody else asked for.
#[utoipa::path(post, path = "/area-authorisations/{id}/decision", tag = "price", operation_id = "decide_area_authorisation",
    request_body = PriceDecision, params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.decide"))))]
async fn decide(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceDecision>,
) -> Answer<Json<PriceChanged>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, DECIDE)?;
    let version = authorise::decide(&desk.db, &sight, &signed.0.who(), &id, version, sent.approve, &sent.said).await?;
    Ok(Json(PriceChanged { version }))
}

/// When an authorisation ends before its time.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AreaAuthorisationEnd {
    /// Last day.
    last_day: String,
    reason: String,
}

/// Ends an authorisation before its time. What was sold until then stays allowed.
#[utoipa::path(post, path = "/area-authorisations/{id}/end", tag = "price", operation_id = "end_area_authorisation",
    request_body = AreaAuthorisationEnd, params(("id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = PriceChanged)), extensions(("x-permission" = json!("price.decide"))))]
async fn end(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<AreaAuthorisationEnd>,
) -> Answer<Json<PriceChanged>> {
    let asker = Asker::of(&desk, Lang::Zh).await;
    let sight = asker.sight(&desk, &signed, DECIDE)?;
    let until = sent_day(&sent.last_day)?.plus_days(1);
    let version = authorise::end(&desk.db, &sight, &signed.0.who(), &id, version, until, &sent.reason).await?;
    Ok(Json(PriceChanged { version }))
}
