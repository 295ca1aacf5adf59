//! Price books: written, sent, published by another person (R7.281–R7.288, R7.298).

use super::super::desk::Desk;
use super::super::network_name;
use super::super::orders::Asker;
use super::super::shown::instant;
use super::super::signed::Signed;
use super::super::web::{Answer, Asked, Language, OnceKey, Page, Paging, Seen, Sent, only};
use super::{PriceChanged, PriceMade, PriceReason, known_product, last, over, product, sent_day, until, word};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use qudao_access::Permission;
use qudao_kernel::{Fen, Kind, Lang, Refusal};
use qudao_platform::audit::same_hand;
use qudao_price::Once;
use qudao_price::book::{self, Book, BookAct, BookState, Priced, Written};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(list, draft))
        .routes(routes!(one, rewrite))
        .routes(routes!(submit))
        .routes(routes!(withdraw))
        .routes(routes!(publish))
        .routes(routes!(refuse))
}

/// A price book.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceBook {
    id: String,
    /// For `If-Match`.
    version: u32,
    title: String,
    /// base, season, promotion, match.
    kind: String,
    /// agency, recommended, `approved_floor`.
    mode: String,
    /// Division code; empty for everywhere.
    territory: String,
    territory_name: String,
    /// Sub-type of outlets; empty for all.
    outlet_type: String,
    from: String,
    /// Absent while open.
    #[schema(required)]
    last_day: Option<String>,
    uniform: bool,
    /// Who issued the prices, in which document.
    source: String,
    /// The opinion of counsel, the approved promotion, why a competitor is matched.
    ground: String,
    /// draft, submitted, published, refused, withdrawn.
    state: String,
    products: u32,
    made_by: String,
    decided_by: String,
    decision: String,
    #[schema(required)]
    decided_at: Option<String>,
    changed_at: String,
    /// Whether whoever asks wrote it, and so does not publish it.
    is_maker: bool,
}

impl PriceBook {
    fn of(one: Book, lang: Lang, who: &str) -> Self {
        Self {
            territory_name: network_name(&one.territory, lang),
            is_maker: same_hand(&one.made_by, who),
            last_day: last(one.until),
            decided_at: one.decided_us.map(instant),
            changed_at: instant(one.changed_us),
            id: one.id,
            version: one.version,
            title: one.title,
            kind: one.kind.name().to_owned(),
            mode: one.mode.name().to_owned(),
            territory: one.territory,
            outlet_type: one.outlet_type,
            from: one.from.to_string(),
            uniform: one.uniform,
            source: one.source,
            ground: one.ground,
            state: one.state.name().to_owned(),
            products: one.products,
            made_by: one.made_by,
            decided_by: one.decided_by,
            decision: one.decision,
        }
    }
}

/// Filters of price books.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceBooksAsked {
    /// draft, submitted, published, refused, withdrawn.
    state: Option<String>,
    /// base, season, promotion, match.
    kind: Option<String>,
    /// Number or title.
    q: Option<String>,
}

/// Whether somebody works on books; whoever does not sees those that are published.
fn works(desk: &Desk, signed: &Signed) -> bool {
    signed.may(desk, Permission::PriceManage).is_ok() || signed.may(desk, Permission::PriceDecide).is_ok()
}

/// Price books: those that wait first.
#[utoipa::path(get, path = "/price-books", tag = "price", operation_id = "price_books", params(PriceBooksAsked, Paging),
    responses((status = 200, body = Page<PriceBook>)), extensions(("x-permission" = json!("price.read"))))]
async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<PriceBooksAsked>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PriceBook>>> {
    signed.may(&desk, Permission::PriceRead)?;
    let (works, who) = (works(&desk, &signed), signed.0.who());
    only(asked.state.as_deref(), &["draft", "submitted", "published", "refused", "withdrawn"])?;
    only(asked.kind.as_deref(), &["base", "season", "promotion", "match"])?;
    let [state, kind, typed] = [asked.state, asked.kind, asked.q].map(|text| text.unwrap_or_default().trim().to_lowercase());
    let fits = |one: &Book| {
        (works || one.state == BookState::Published)
            && (state.is_empty() || one.state.name() == state)
            && (kind.is_empty() || one.kind.name() == kind)
            && (typed.is_empty() || one.id.to_lowercase().contains(&typed) || one.title.to_lowercase().contains(&typed))
    };
    let all: Vec<Book> = book::list(&mut desk.db.read().await?).await?.into_iter().filter(fits).collect();
    Ok(Json(Page::of(&paging, all.len(), all.into_iter().map(|one| PriceBook::of(one, lang, &who)))))
}

/// A product's prices in a book, beside those they follow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceBookLine {
    product: String,
    product_name: String,
    /// Fen.
    #[schema(required)]
    floor: Option<i64>,
    /// Fen.
    suggested: i64,
    /// Last day, where a later book took over or the book ends.
    #[schema(required)]
    last_day: Option<String>,
    /// What held before, fen.
    #[schema(required)]
    floor_before: Option<i64>,
    /// What held before, fen; absent for a product that had no price.
    #[schema(required)]
    suggested_before: Option<i64>,
}

/// A price book with its prices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceBookWhole {
    head: PriceBook,
    /// By product.
    lines: Vec<PriceBookLine>,
}

/// A price book with its prices and what they follow.
#[utoipa::path(get, path = "/price-books/{id}", tag = "price", operation_id = "price_book", params(("id" = String, Path)),
    responses((status = 200, body = PriceBookWhole)), extensions(("x-permission" = json!("price.read"))))]
async fn one(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(id): Path<String>,
) -> Answer<Json<PriceBookWhole>> {
    signed.may(&desk, Permission::PriceRead)?;
    let asker = Asker::of(&desk, lang).await;
    let tx = &mut desk.db.read().await?;
    let head = book::get(tx, &id).await?;
    if head.state != BookState::Published && !works(&desk, &signed) {
        return Err(none(&id).into());
    }
    let before = book::before(tx, &head).await?;
    let lines = book::lines(tx, &id).await?.into_iter().map(|(line, until)| {
        let was = before.get(&line.product);
        PriceBookLine {
            product_name: product(&asker, &line.product),
            floor: line.floor.map(|fen| fen.0),
            suggested: line.suggested.0,
            last_day: last(until),
            floor_before: was.and_then(|was| was.floor).map(|fen| fen.0),
            suggested_before: was.map(|was| was.suggested.0),
            product: line.product,
        }
    });
    let lines = lines.collect();
    Ok(Json(PriceBookWhole { head: PriceBook::of(head, lang, &signed.0.who()), lines }))
}

fn none(id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "price.none",
        format!("没有价格簿 {id}，或尚未发布；请核对编号"),
        format!("there is no price book {id}, or it is not published; check the number"),
    )
}

/// A product's prices, as somebody wrote them.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceBookLineSent {
    product: String,
    /// Fen; absent for none.
    floor: Option<i64>,
    /// Fen.
    suggested: i64,
}

/// A price book, as somebody wrote it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PriceBookSent {
    title: String,
    /// base, season, promotion, match.
    kind: String,
    /// agency, recommended, `approved_floor`; recommended where absent.
    mode: Option<String>,
    /// Division code; empty for everywhere.
    territory: String,
    /// Sub-type of outlets; empty for all.
    outlet_type: String,
    from: String,
    /// Last day; absent while open.
    last_day: Option<String>,
    #[serde(default)]
    uniform: bool,
    source: String,
    #[serde(default)]
    ground: String,
    lines: Vec<PriceBookLineSent>,
}

impl PriceBookSent {
    fn lines(&self) -> Vec<Priced> {
        let line =
            |line: &PriceBookLineSent| Priced { product: line.product.clone(), floor: line.floor.map(Fen), suggested: Fen(line.suggested) };
        self.lines.iter().map(line).collect()
    }

    fn written<'a>(&'a self, asker: &Asker, lines: &'a [Priced]) -> Result<Written<'a>, Refusal> {
        for line in lines {
            known_product(asker, &line.product)?;
        }
        Ok(Written {
            title: &self.title,
            kind: word(&self.kind, "base, season, promotion, match")?,
            mode: word(self.mode.as_deref().unwrap_or("recommended"), "agency, recommended, approved_floor")?,
            territory: &self.territory,
            outlet_type: &self.outlet_type,
            from: sent_day(&self.from)?,
            until: until(self.last_day.as_deref())?,
            uniform: self.uniform,
            source: &self.source,
            ground: &self.ground,
            lines,
        })
    }
}

/// Begins a price book. Without a mode its prices are recommended only.
#[utoipa::path(post, path = "/price-books", tag = "price", operation_id = "draft_price_book", request_body = PriceBookSent,
    params(("Idempotency-Key" = String, Header)), responses((status = 201, body = PriceMade)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn draft(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    OnceKey(key): OnceKey,
    Sent(sent): Sent<PriceBookSent>,
) -> Answer<(StatusCode, Json<PriceMade>)> {
    over(&desk, &signed, Permission::PriceManage, &sent.territory)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let lines = sent.lines();
    let once = Once { who: &signed.0.who(), key: &key };
    let id = book::draft(&desk.db, once, &sent.written(&asker, &lines)?).await?.into_inner();
    Ok((StatusCode::CREATED, Json(PriceMade { id })))
}

/// Writes a draft anew.
#[utoipa::path(put, path = "/price-books/{id}", tag = "price", operation_id = "rewrite_price_book", request_body = PriceBookSent,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn rewrite(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceBookSent>,
) -> Answer<Json<PriceChanged>> {
    let before = within(&desk, &signed, Permission::PriceManage, &id).await?;
    over(&desk, &signed, Permission::PriceManage, &sent.territory)?;
    let asker = Asker::of(&desk, Lang::Zh).await;
    let lines = sent.lines();
    let version = book::rewrite(&desk.db, &signed.0.who(), &before.id, version, &sent.written(&asker, &lines)?).await?;
    Ok(Json(PriceChanged { version }))
}

/// A book whose area is wholly the caller's.
async fn within(desk: &Desk, signed: &Signed, permission: Permission, id: &str) -> Result<Book, Refusal> {
    signed.may(desk, permission)?;
    let found = book::get(&mut desk.db.read().await?, id).await?;
    over(desk, signed, permission, &found.territory)?;
    Ok(found)
}

async fn acted(
    desk: &Desk,
    signed: &Signed,
    permission: Permission,
    id: &str,
    version: u32,
    act: BookAct<'_>,
) -> Answer<Json<PriceChanged>> {
    within(desk, signed, permission, id).await?;
    let version = book::act(&desk.db, &signed.0.who(), id, version, act, desk.today()).await?;
    Ok(Json(PriceChanged { version }))
}

/// Sends a draft to whoever publishes.
#[utoipa::path(post, path = "/price-books/{id}/submit", tag = "price", operation_id = "submit_price_book",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn submit(State(desk): State<Arc<Desk>>, signed: Signed, Seen { id, version }: Seen) -> Answer<Json<PriceChanged>> {
    acted(&desk, &signed, Permission::PriceManage, &id, version, BookAct::Submit).await
}

/// Takes a book back for good that is not published.
#[utoipa::path(post, path = "/price-books/{id}/withdraw", tag = "price", operation_id = "withdraw_price_book",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.manage"))))]
async fn withdraw(State(desk): State<Arc<Desk>>, signed: Signed, Seen { id, version }: Seen) -> Answer<Json<PriceChanged>> {
    acted(&desk, &signed, Permission::PriceManage, &id, version, BookAct::Withdraw).await
}

/// Publishes a book somebody else wrote.
#[utoipa::path(post, path = "/price-books/{id}/publish", tag = "price", operation_id = "publish_price_book",
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.decide"))))]
async fn publish(State(desk): State<Arc<Desk>>, signed: Signed, Seen { id, version }: Seen) -> Answer<Json<PriceChanged>> {
    acted(&desk, &signed, Permission::PriceDecide, &id, version, BookAct::Publish).await
}

/// Refuses a book somebody else wrote, with a reason.
#[utoipa::path(post, path = "/price-books/{id}/refuse", tag = "price", operation_id = "refuse_price_book", request_body = PriceReason,
    params(("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = PriceChanged)),
    extensions(("x-permission" = json!("price.decide"))))]
async fn refuse(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Seen { id, version }: Seen,
    Sent(sent): Sent<PriceReason>,
) -> Answer<Json<PriceChanged>> {
    acted(&desk, &signed, Permission::PriceDecide, &id, version, BookAct::Refuse(&sent.reason)).await
}
