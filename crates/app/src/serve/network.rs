//! Partners, outlets and clerks of the master data: lists, details, and how many stand where (R0.4, R0.14).

use super::desk::Desk;
use super::network_name;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Page, Paging, heavy, only};
use axum::Json;
use axum::extract::{Path, State};
use qudao_access::{Permission, Scope};
use qudao_kernel::master::{Agreement, Clerk, Master, Outlet, Partner, Span};
use qudao_kernel::{Date, Kind, Lang, Refusal};
use qudao_network::Words;
use qudao_network::book::{Book, Entry, State as BookState, Wanted};
use qudao_network::life::{self, State as Life, Who};
use qudao_network::words::GRADES;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new()
        .routes(routes!(partners))
        .routes(routes!(partner))
        .routes(routes!(outlets))
        .routes(routes!(outlet))
        .routes(routes!(clerks))
        .routes(routes!(clerk))
        .routes(routes!(words))
}

/// Filters of the three lists; each uses those that mean something for it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Part of the name or code, or pinyin initials.
    q: Option<String>,
    /// A division code; all below it too.
    territory: Option<String>,
    /// A partner; all below it too.
    partner: Option<String>,
    /// An outlet (clerks).
    outlet: Option<String>,
    /// Partner type; several as a comma list.
    kind: Option<String>,
    /// Partner tier; several as a comma list.
    tier: Option<String>,
    /// Channel category; several as a comma list.
    channel: Option<String>,
    /// Sub-type of outlets; several as a comma list.
    subtype: Option<String>,
    /// Grade of outlets; several as a comma list.
    grade: Option<String>,
    /// active, coming or ended.
    state: Option<String>,
    /// true or false (partners).
    blacklisted: Option<bool>,
    /// What to sort by; a minus before it turns the order round. code where absent.
    sort: Option<String>,
}

impl Filter {
    fn wanted(&self) -> Result<Wanted, Refusal> {
        only(self.state.as_deref(), &["active", "coming", "ended"])?;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Ok(Wanted {
            typed: text(&self.q),
            territory: text(&self.territory),
            partner: text(&self.partner),
            outlet: text(&self.outlet),
            kind: text(&self.kind),
            tier: text(&self.tier),
            channel: text(&self.channel),
            subtype: text(&self.subtype),
            grade: text(&self.grade),
            state: text(&self.state),
            blacklisted: self.blacklisted.map(|one| one.to_string()).unwrap_or_default(),
        })
    }

    /// The column to sort by, and whether downwards.
    fn order(&self) -> (&str, bool) {
        let sort = self.sort.as_deref().unwrap_or("code");
        sort.strip_prefix('-').map_or((sort, false), |column| (column, true))
    }
}

/// A partner in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerRow {
    code: String,
    name: String,
    /// Type, such as 代理商.
    kind: String,
    tier: String,
    /// Code of the partner above; empty at the top.
    parent: String,
    parent_name: String,
    territory: String,
    territory_name: String,
    /// First day of the partnership.
    since: String,
    blacklisted: bool,
    /// active, coming or ended.
    state: String,
    /// Where it stands in its life: approved, active, suspended, `in_exit`, exited.
    life: String,
    /// Partners directly below.
    below: usize,
    /// Outlets in force.
    outlets: usize,
    /// Clerks in force.
    clerks: usize,
}

/// An outlet in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletRow {
    code: String,
    name: String,
    owner: String,
    owner_name: String,
    territory: String,
    territory_name: String,
    channel: String,
    subtype: String,
    grade: String,
    /// Business district; empty if none.
    district: String,
    /// active, coming or ended.
    state: String,
    /// Where it stands in its life: preparing, open, paused, closed.
    life: String,
    /// Clerks in force.
    clerks: usize,
    /// First day of the row in force.
    from: String,
}

/// A clerk in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClerkRow {
    /// Work ID.
    code: String,
    name: String,
    outlet: String,
    outlet_name: String,
    partner: String,
    partner_name: String,
    territory: String,
    territory_name: String,
    /// active, coming or ended.
    state: String,
    /// First day of the row in force.
    from: String,
}

/// What held of a record from a day to a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Lived {
    from: String,
    /// First day it no longer held; absent while open.
    #[schema(required)]
    to: Option<String>,
    /// What it was, in words.
    what: String,
}

/// A partner or outlet beside another record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Named {
    code: String,
    name: String,
    /// Tier of a partner.
    note: String,
}

/// A term of cooperation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Term {
    code: String,
    /// Committed amount, fen.
    commitment: i64,
    renewed: bool,
    from: String,
    #[schema(required)]
    to: Option<String>,
}

/// A partner whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerWhole {
    partner: PartnerRow,
    /// From the top down to the one above.
    above: Vec<Named>,
    /// Directly below.
    below: Vec<Named>,
    agreements: Vec<Term>,
    history: Vec<Lived>,
}

/// An outlet whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutletWhole {
    outlet: OutletRow,
    clerks: Vec<Named>,
    history: Vec<Lived>,
}

/// A clerk whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClerkWhole {
    clerk: ClerkRow,
    history: Vec<Lived>,
}

/// A word of a list and its label.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Word {
    value: String,
    label: String,
}

/// The words partners and outlets are classified by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NetworkWords {
    tiers: Vec<Word>,
    channels: Vec<Word>,
    subtypes: Vec<Word>,
    grades: Vec<Word>,
}

/// Partners.
#[utoipa::path(get, path = "/partners", tag = "network", operation_id = "partners", params(Filter, Paging),
    responses((status = 200, body = Page<PartnerRow>)), extensions(("x-permission" = json!("partner.read"))))]
async fn partners(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(filter): Asked<Filter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<PartnerRow>>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let lives = life::written(&mut desk.db.read().await?, Who::Partner, desk.today()).await?;
    heavy(move || {
        let (book, wanted) = (desk.book()?, filter.wanted()?);
        let mut rows: Vec<_> = book.partners(&scope, &wanted).collect();
        sort(&mut rows, filter.order(), |column, a, b| match column {
            "name" => a.row.name.cmp(&b.row.name),
            "tier" => a.row.tier.cmp(&b.row.tier),
            "territory" => a.territory.cmp(&b.territory),
            "since" => a.row.since.cmp(&b.row.since),
            "below" => a.below.cmp(&b.below),
            "outlets" => a.outlets.cmp(&b.outlets),
            "clerks" => a.clerks.cmp(&b.clerks),
            _ => Ordering::Equal,
        });
        let all = rows.len();
        Ok(Json(Page::of(&paging, all, rows.into_iter().map(|entry| partner_row(&book, &lives, entry, lang)))))
    })
    .await
}

/// One partner.
#[utoipa::path(get, path = "/partners/{code}", tag = "network", operation_id = "partner", params(("code" = String, Path, description = "Partner code")),
    responses((status = 200, body = PartnerWhole)), extensions(("x-permission" = json!("partner.read"))))]
async fn partner(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<PartnerWhole>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let lives = life::written(&mut desk.db.read().await?, Who::Partner, desk.today()).await?;
    heavy(move || {
        let (book, master) = (desk.book()?, desk.master()?);
        let entry = book.partner(&scope, &code).ok_or_else(|| none("代理商", "partner", &code))?;
        let named = |code: &String| Named { code: code.clone(), name: book.partner_name(code).to_owned(), note: String::new() };
        let below = book.below(&scope, &code).take(BESIDE);
        let rows = master.partners().filter(|row| row.code == code);
        Ok(Json(PartnerWhole {
            partner: partner_row(&book, &lives, entry, lang),
            above: entry.partners.iter().skip(1).rev().map(named).collect(),
            below: below
                .map(|entry| Named { code: entry.row.code.clone(), name: entry.row.name.clone(), note: entry.row.tier.clone() })
                .collect(),
            agreements: terms(&master, &code),
            history: rows.map(|row| lived(row.span, partner_words(&book, row, lang))).collect(),
        }))
    })
    .await
}

/// Outlets.
#[utoipa::path(get, path = "/outlets", tag = "network", operation_id = "outlets", params(Filter, Paging),
    responses((status = 200, body = Page<OutletRow>)), extensions(("x-permission" = json!("partner.read"))))]
async fn outlets(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(filter): Asked<Filter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<OutletRow>>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    let lives = life::written(&mut desk.db.read().await?, Who::Outlet, desk.today()).await?;
    heavy(move || {
        let (book, wanted) = (desk.book()?, filter.wanted()?);
        let mut rows: Vec<_> = book.outlets(&scope, &wanted).collect();
        sort(&mut rows, filter.order(), |column, a, b| match column {
            "name" => a.row.name.cmp(&b.row.name),
            "owner" => a.row.owner.cmp(&b.row.owner),
            "territory" => a.territory.cmp(&b.territory),
            "channel" => a.row.channel.cmp(&b.row.channel),
            "subtype" => a.row.subtype.cmp(&b.row.subtype),
            "grade" => a.row.grade.cmp(&b.row.grade),
            "clerks" => a.clerks.cmp(&b.clerks),
            "from" => a.row.span.from.cmp(&b.row.span.from),
            _ => Ordering::Equal,
        });
        let all = rows.len();
        Ok(Json(Page::of(&paging, all, rows.into_iter().map(|entry| outlet_row(&book, &lives, entry, lang)))))
    })
    .await
}

/// One outlet.
#[utoipa::path(get, path = "/outlets/{code}", tag = "network", operation_id = "outlet", params(("code" = String, Path, description = "Outlet code")),
    responses((status = 200, body = OutletWhole)), extensions(("x-permission" = json!("partner.read"))))]
async fn outlet(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<OutletWhole>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    Ok(Json(outlet_whole(&desk, scope, &code, lang).await?))
}

/// An outlet whole, within a scope.
pub(super) async fn outlet_whole(desk: &Arc<Desk>, scope: Scope, code: &str, lang: Lang) -> Answer<OutletWhole> {
    let (desk, code) = (Arc::clone(desk), code.to_owned());
    let lives = life::written(&mut desk.db.read().await?, Who::Outlet, desk.today()).await?;
    heavy(move || {
        let (book, master) = (desk.book()?, desk.master()?);
        let entry = book.outlet(&scope, &code).ok_or_else(|| none("网点", "outlet", &code))?;
        let here = Wanted { outlet: code.clone(), state: "active".to_owned(), ..Wanted::default() };
        let rows = master.outlets().filter(|row| row.code == code);
        Ok(OutletWhole {
            outlet: outlet_row(&book, &lives, entry, lang),
            clerks: book
                .clerks(&scope, &here)
                .map(|clerk| Named { code: clerk.row.code.clone(), name: clerk.row.name.clone(), note: String::new() })
                .collect(),
            history: rows.map(|row| lived(row.span, outlet_words(&book, row))).collect(),
        })
    })
    .await
}

/// Clerks.
#[utoipa::path(get, path = "/clerks", tag = "network", operation_id = "clerks", params(Filter, Paging),
    responses((status = 200, body = Page<ClerkRow>)), extensions(("x-permission" = json!("partner.read"))))]
async fn clerks(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(filter): Asked<Filter>,
    Asked(paging): Asked<Paging>,
) -> Answer<Json<Page<ClerkRow>>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    heavy(move || {
        let (book, wanted) = (desk.book()?, filter.wanted()?);
        let mut rows: Vec<_> = book.clerks(&scope, &wanted).collect();
        sort(&mut rows, filter.order(), |column, a, b| match column {
            "name" => a.row.name.cmp(&b.row.name),
            "outlet" => a.row.outlet.cmp(&b.row.outlet),
            "territory" => a.territory.cmp(&b.territory),
            "from" => a.row.span.from.cmp(&b.row.span.from),
            _ => Ordering::Equal,
        });
        let all = rows.len();
        Ok(Json(Page::of(&paging, all, rows.into_iter().map(|entry| clerk_row(&book, entry, lang)))))
    })
    .await
}

/// One clerk.
#[utoipa::path(get, path = "/clerks/{code}", tag = "network", operation_id = "clerk", params(("code" = String, Path, description = "Work ID")),
    responses((status = 200, body = ClerkWhole)), extensions(("x-permission" = json!("partner.read"))))]
async fn clerk(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Path(code): Path<String>,
) -> Answer<Json<ClerkWhole>> {
    let scope = signed.scope(&desk, Permission::PartnerRead)?;
    heavy(move || {
        let (book, master) = (desk.book()?, desk.master()?);
        let entry = book.clerk(&scope, &code).ok_or_else(|| none("店员", "clerk", &code))?;
        let rows = master.clerks().filter(|row| row.code == code);
        let history = rows.map(|row| lived(row.span, format!("{} {}", row.outlet, book.outlet_name(&row.outlet)))).collect();
        Ok(Json(ClerkWhole { clerk: clerk_row(&book, entry, lang), history }))
    })
    .await
}

/// The words to filter by.
#[utoipa::path(get, path = "/network/words", tag = "network", operation_id = "network_words",
    responses((status = 200, body = NetworkWords)), extensions(("x-permission" = json!("any"))))]
async fn words(_signed: Signed, Language(lang): Language) -> Answer<Json<NetworkWords>> {
    let words = Words::standard()?;
    let word = |zh: &str, en: &str| Word { value: zh.to_owned(), label: if lang == Lang::Zh { zh } else { en }.to_owned() };
    Ok(Json(NetworkWords {
        tiers: words.tiers.iter().map(|tier| word(&tier.zh, &tier.en)).collect(),
        channels: words.channels.iter().map(|channel| word(&channel.zh, &channel.en)).collect(),
        subtypes: words.channels.iter().flat_map(|channel| &channel.subtypes).map(|subtype| word(&subtype.zh, &subtype.en)).collect(),
        grades: GRADES.iter().map(|grade| word(grade, grade)).collect(),
    }))
}

/// Most records shown beside another.
const BESIDE: usize = 200;

/// Sorts by a column, then by code, which is the order rows come in.
fn sort<T>(rows: &mut [&Entry<T>], (column, down): (&str, bool), by: impl Fn(&str, &Entry<T>, &Entry<T>) -> Ordering) {
    if column == "code" {
        if down {
            rows.reverse();
        }
        return;
    }
    rows.sort_by(|a, b| if down { by(column, b, a) } else { by(column, a, b) });
}

/// What was written of where partners or outlets stand, by code.
type Lives = BTreeMap<String, Life>;

/// Where one stands, by its rows and what was written.
fn stands(lives: &Lives, code: &str, state: BookState, three: [Life; 3]) -> String {
    life::said(state == BookState::Active, state == BookState::Coming, lives.get(code).copied(), three).name().to_owned()
}

fn partner_row(book: &Book, lives: &Lives, entry: &Entry<Partner>, lang: Lang) -> PartnerRow {
    let row = &entry.row;
    PartnerRow {
        code: row.code.clone(),
        name: row.name.clone(),
        kind: row.kind.clone(),
        tier: row.tier.clone(),
        parent: row.parent.clone(),
        parent_name: book.partner_name(&row.parent).to_owned(),
        territory: row.territory.clone(),
        territory_name: place(&row.territory, lang),
        since: row.since.to_string(),
        blacklisted: row.blacklisted,
        state: entry.state.name().to_owned(),
        life: stands(lives, &row.code, entry.state, [Life::Approved, Life::Active, Life::Exited]),
        below: entry.below,
        outlets: entry.outlets,
        clerks: entry.clerks,
    }
}

fn outlet_row(book: &Book, lives: &Lives, entry: &Entry<Outlet>, lang: Lang) -> OutletRow {
    let row = &entry.row;
    OutletRow {
        code: row.code.clone(),
        name: row.name.clone(),
        owner: row.owner.clone(),
        owner_name: book.partner_name(&row.owner).to_owned(),
        territory: row.territory.clone(),
        territory_name: place(&row.territory, lang),
        channel: row.channel.clone(),
        subtype: row.subtype.clone(),
        grade: row.grade.clone(),
        district: row.district.clone(),
        state: entry.state.name().to_owned(),
        life: stands(lives, &row.code, entry.state, [Life::Preparing, Life::Open, Life::Closed]),
        clerks: entry.clerks,
        from: row.span.from.to_string(),
    }
}

/// The agreements of a partner.
pub(super) fn terms(master: &Master, partner: &str) -> Vec<Term> {
    let own = master.agreements().filter(|row| row.partner == partner);
    let term = |row: &Agreement| Term {
        code: row.code.clone(),
        commitment: row.commitment.0,
        renewed: row.renewed,
        from: row.span.from.to_string(),
        to: end(row.span),
    };
    own.map(term).collect()
}

fn clerk_row(book: &Book, entry: &Entry<Clerk>, lang: Lang) -> ClerkRow {
    let row = &entry.row;
    let partner = entry.partners.first().cloned().unwrap_or_default();
    ClerkRow {
        code: row.code.clone(),
        name: row.name.clone(),
        outlet: row.outlet.clone(),
        outlet_name: book.outlet_name(&row.outlet).to_owned(),
        partner_name: book.partner_name(&partner).to_owned(),
        partner,
        territory: entry.territory.clone(),
        territory_name: place(&entry.territory, lang),
        state: entry.state.name().to_owned(),
        from: row.span.from.to_string(),
    }
}

/// Name of where a record stands; empty where nobody said.
fn place(code: &str, lang: Lang) -> String {
    if code.is_empty() { String::new() } else { network_name(code, lang) }
}

fn partner_words(book: &Book, row: &Partner, lang: Lang) -> String {
    let mut words = vec![row.name.clone(), row.tier.clone()];
    if !row.parent.is_empty() {
        words.push(format!("{} {}", row.parent, book.partner_name(&row.parent)));
    }
    if row.blacklisted {
        words.push(if lang == Lang::Zh { "黑名单" } else { "blacklisted" }.to_owned());
    }
    words.join(" · ")
}

fn outlet_words(book: &Book, row: &Outlet) -> String {
    let owner = format!("{} {}", row.owner, book.partner_name(&row.owner));
    let words = [row.name.as_str(), owner.trim(), &row.subtype, &row.grade];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn lived(span: Span, what: String) -> Lived {
    Lived { from: span.from.to_string(), to: end(span), what }
}

/// The end of a span; files write a far day for no end.
fn end(span: Span) -> Option<String> {
    const FAR: i32 = 2099;
    (span.to != Date::from_days(i32::MAX) && span.to.year() < FAR).then(|| span.to.to_string())
}

fn none(zh: &str, en: &str, code: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "serve.network.none",
        format!("没有{zh} {code}，或不在您的数据范围内"),
        format!("there is no {en} {code}, or it lies outside what you may see"),
    )
}
