//! The territory tree with its levels: how many units there truly are, how many hold an open outlet (R6.43, R7.107).

use super::desk::Desk;
use super::disputes::FileName;
use super::people::day;
use super::places::common;
use super::signed::Signed;
use super::web::{Answer, Asked, Language, Sent, download, heavy, too_large};
use crate::say::{unreadable, unwritable};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use qudao_access::{Permission, Place, people};
use qudao_kernel::territory::{Level, level};
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_network::book::Wanted;
use qudao_network::universe::{self, Figure, Reach, Source};
use qudao_network::{Territories, territory::Division};
use qudao_platform::sheet::{Cell, Column, ColumnType, Format, TableWriter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Arc<Desk>> {
    OpenApiRouter::new().routes(routes!(tree)).routes(routes!(file)).routes(routes!(given, give)).routes(routes!(give_file))
}

/// Which division.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TreeQuery {
    /// Division code; where absent, the smallest that holds all one may see. `country` for all of it.
    area: Option<String>,
    /// The day whose figures are used; today where absent.
    day: Option<String>,
}

/// A division above the one shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TreeStep {
    code: String,
    name: String,
}

/// A level within a division.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TreeLevel {
    /// province, city, county, township or village.
    level: String,
    /// Units there are; absent where nobody said.
    #[schema(required)]
    units: Option<u64>,
    /// The day the number describes.
    #[schema(required)]
    as_of: Option<String>,
    /// Where the number comes from; empty for the division list.
    source: String,
    /// Whether the number is all of the division.
    whole: bool,
    /// Listed units by kind: city, prefecture, district, county_city, county, street, town, rural, other.
    kinds: BTreeMap<String, u64>,
    /// Units with an open outlet.
    covered: u64,
    /// Covered of all, in parts of a million.
    #[schema(required)]
    share_ppm: Option<i64>,
    /// Open outlets whose code ends above the level: which unit they stand in is not known.
    unplaced: u64,
}

/// A part of the division shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TreePart {
    code: String,
    name: String,
    /// Whether it has parts of its own.
    opens: bool,
    /// Open outlets.
    outlets: u64,
    levels: Vec<TreeLevel>,
}

/// A division with its levels and parts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TerritoryTree {
    /// Empty for the country.
    area: String,
    name: String,
    day: String,
    /// From the province down to the division shown.
    path: Vec<TreeStep>,
    /// Whether the caller sees every outlet of the division; otherwise only their own count as covering.
    all_seen: bool,
    outlets: u64,
    levels: Vec<TreeLevel>,
    parts: Vec<TreePart>,
}

fn shown(row: Reach) -> TreeLevel {
    let share_ppm = row.share_ppm();
    let given = row.existing;
    TreeLevel {
        level: row.level.name().to_owned(),
        units: given.as_ref().map(|units| units.units),
        as_of: given.as_ref().and_then(|units| units.as_of).map(|day| day.to_string()),
        whole: given.as_ref().is_none_or(|units| units.whole),
        source: match given.map(|units| units.source) {
            Some(Source::Given(text)) => text,
            Some(Source::List) | None => String::new(),
        },
        kinds: row.kinds.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect(),
        covered: row.covered,
        share_ppm,
        unplaced: row.unplaced,
    }
}

async fn built(desk: &Arc<Desk>, signed: &Signed, lang: Lang, asked: TreeQuery) -> Answer<TerritoryTree> {
    let scope = signed.scope(desk, Permission::PartnerRead)?;
    let on = asked.day.as_deref().filter(|day| !day.is_empty()).map(day).transpose()?.unwrap_or_else(|| desk.today());
    let figures = universe::figures(&mut desk.db.read().await?).await?;
    let desk = Arc::clone(desk);
    heavy(move || {
        let (book, divisions) = (desk.book()?, Territories::official()?);
        let area = match asked.area.as_deref() {
            Some("country") => String::new(),
            Some(code) if !code.is_empty() => code.to_owned(),
            _ => common(book.areas(&scope, divisions).iter().map(String::as_str)),
        };
        if !area.is_empty() && divisions.get(&area).is_none() {
            return Err(Refusal::new(
                Kind::NotFound,
                "network.territory.none",
                format!("没有区划 {area}"),
                format!("there is no division {area}"),
            ));
        }
        let open = Wanted { state: "active".to_owned(), territory: area.clone(), ..Wanted::default() };
        let codes: Vec<&str> = book.outlets(&scope, &open).map(|entry| entry.territory.as_str()).collect();
        let reach = |area: &str| universe::reach(divisions, &figures, area, codes.iter().copied(), on);
        let step = |division: &Division| TreeStep { code: division.code.clone(), name: division.name.clone() };
        let levels = reach(&area);
        let parts = divisions
            .children(&area)
            .filter(|division| universe::kind(&division.code, &division.name).is_some() || opens(divisions, division));
        let parts = parts.map(|division| {
            let levels = reach(&division.code);
            TreePart {
                code: division.code.clone(),
                name: division.name.clone(),
                opens: opens(divisions, division),
                outlets: codes.iter().filter(|code| code.starts_with(&division.code)).count() as u64,
                levels: levels.into_iter().map(shown).collect(),
            }
        });
        Ok(TerritoryTree {
            parts: parts.collect(),
            name: super::network_name(&area, lang),
            day: on.to_string(),
            path: divisions.ancestors(&area).into_iter().chain(divisions.get(&area)).map(step).collect(),
            all_seen: scope.covers(&Place { territory: &area, ..Place::default() }),
            outlets: codes.len() as u64,
            levels: levels.into_iter().map(shown).collect(),
            area,
        })
    })
    .await
}

fn opens(divisions: &Territories, division: &Division) -> bool {
    level(&division.code) != Some(Level::Township) && divisions.children(&division.code).next().is_some()
}

/// A division, its levels with units existing and covered, and its parts.
#[utoipa::path(get, path = "/network/territories", tag = "network", operation_id = "territory_tree", params(TreeQuery),
    responses((status = 200, body = TerritoryTree)), extensions(("x-permission" = json!("partner.read"))))]
async fn tree(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Language(lang): Language,
    Asked(asked): Asked<TreeQuery>,
) -> Answer<Json<TerritoryTree>> {
    Ok(Json(built(&desk, &signed, lang, asked).await?))
}

/// The parts of a division as a table.
#[utoipa::path(get, path = "/network/territories/file", tag = "network", operation_id = "territory_tree_file", params(TreeQuery),
    responses((status = 200, description = "The table", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("partner.read"))))]
async fn file(State(desk): State<Arc<Desk>>, signed: Signed, Language(lang): Language, Asked(asked): Asked<TreeQuery>) -> Answer<Response> {
    let tree = built(&desk, &signed, lang, asked).await?;
    heavy(move || {
        let folder = tempfile::tempdir().map_err(|error| unreadable(desk.home.root(), &error))?;
        let path = folder.path().join("territories.xlsx");
        let say = |zh: &str, en: &str| if lang == Lang::Zh { zh } else { en }.to_owned();
        let mut columns = vec![
            Column::new(say("区划代码", "Code"), ColumnType::Text),
            Column::new(say("区域", "Division"), ColumnType::Text),
            Column::new(say("在册网点", "Open outlets"), ColumnType::Int),
        ];
        let below: Vec<&str> =
            tree.parts.first().map(|part| part.levels.iter().map(|level| level.level.as_str()).collect()).unwrap_or_default();
        for level in &below {
            let word = title(level, lang);
            columns.push(Column::new(format!("{word}{}", say("数", " units")), ColumnType::Int));
            columns.push(Column::new(format!("{word}{}", say("已覆盖", " covered")), ColumnType::Int));
        }
        let mut table = TableWriter::create(&path, &columns, Format::Xlsx)?;
        for part in &tree.parts {
            let number = |value: u64| Cell::Int(i64::try_from(value).unwrap_or(i64::MAX));
            let mut cells = vec![Cell::Text(&part.code), Cell::Text(&part.name), number(part.outlets)];
            for level in &part.levels {
                cells.push(level.units.map_or(Cell::Empty, number));
                cells.push(number(level.covered));
            }
            table.row(&cells)?;
        }
        table.finish()?;
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        Ok(download(&format!("territories-{}.xlsx", tree.area), kind, bytes))
    })
    .await
}

fn title(level: &str, lang: Lang) -> &'static str {
    let (zh, en) = match Level::named(level) {
        Some(Level::Province) => ("省", "Provinces"),
        Some(Level::City) => ("地市", "Cities"),
        Some(Level::County) => ("区县", "Counties"),
        Some(Level::Township) => ("乡镇街道", "Townships"),
        Some(Level::Village) | None => ("村", "Villages"),
    };
    if lang == Lang::Zh { zh } else { en }
}

/// How many units there are, as somebody gave it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct UniverseFigure {
    /// Division code; empty for the country.
    territory: String,
    /// province, city, county, township or village.
    level: String,
    units: u64,
    /// First day it holds.
    from: String,
    /// Where it comes from.
    source: String,
}

/// The figures that were given, by division, level and day.
#[utoipa::path(get, path = "/network/universe", tag = "network", operation_id = "universe_figures", params(TreeQuery),
    responses((status = 200, body = Vec<UniverseFigure>)), extensions(("x-permission" = json!("partner.read"))))]
async fn given(State(desk): State<Arc<Desk>>, signed: Signed, Asked(asked): Asked<TreeQuery>) -> Answer<Json<Vec<UniverseFigure>>> {
    /// Most figures shown at once.
    const MOST: usize = 500;
    signed.may(&desk, Permission::PartnerRead)?;
    let area = asked.area.filter(|area| area != "country").unwrap_or_default();
    let figures = universe::figures(&mut desk.db.read().await?).await?;
    let within = figures.into_iter().filter(|figure| figure.territory.starts_with(&area)).take(MOST);
    let view = |figure: Figure| UniverseFigure {
        territory: figure.territory,
        level: figure.level.name().to_owned(),
        units: figure.units,
        from: figure.from.to_string(),
        source: figure.source,
    };
    Ok(Json(within.map(view).collect()))
}

/// Figures to be given.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UniverseSent {
    figures: Vec<UniverseFigure>,
    reason: String,
}

/// How many were given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UniverseGiven {
    figures: usize,
}

/// Says how many units of a level there are in divisions, from a day on.
#[utoipa::path(put, path = "/network/universe", tag = "network", operation_id = "give_universe", request_body = UniverseSent,
    responses((status = 200, body = UniverseGiven)), extensions(("x-permission" = json!("parameter.manage"))))]
async fn give(State(desk): State<Arc<Desk>>, signed: Signed, Sent(sent): Sent<UniverseSent>) -> Answer<Json<UniverseGiven>> {
    signed.everywhere(&desk, Permission::ParameterManage)?;
    people::reasoned(&sent.reason)?;
    let figure = |sent: UniverseFigure| {
        let level = Level::named(&sent.level).ok_or_else(|| {
            Refusal::bad_input("network.universe.level", format!("没有层级 {}", sent.level), format!("there is no level {}", sent.level))
        })?;
        Ok(Figure { territory: sent.territory, level, units: sent.units, from: day(&sent.from)?, source: sent.source })
    };
    let figures: Vec<Figure> = sent.figures.into_iter().map(figure).collect::<Result<_, Refusal>>()?;
    let figures = universe::give(&desk.db, &signed.0.who(), Territories::official()?, &figures, &sent.reason).await?;
    Ok(Json(UniverseGiven { figures }))
}

/// The same from a CSV or XLSX file with the columns 区划代码, 层级, 数量, 生效日期, 来源. A file with a wrong row changes nothing.
#[utoipa::path(post, path = "/network/universe/file", tag = "network", operation_id = "give_universe_file", params(FileName),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = UniverseGiven)), extensions(("x-permission" = json!("parameter.manage"))))]
async fn give_file(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Asked(named): Asked<FileName>,
    body: Result<Bytes, BytesRejection>,
) -> Answer<Json<UniverseGiven>> {
    signed.everywhere(&desk, Permission::ParameterManage)?;
    let body = body.map_err(|_| too_large())?;
    let root = desk.home.root().to_owned();
    let figures = heavy(move || {
        let folder = tempfile::tempdir().map_err(|error| unreadable(&root, &error))?;
        let path = folder.path().join("universe");
        std::fs::write(&path, &body).map_err(|error| unwritable(&path, &error))?;
        universe::read(&path)
    })
    .await?;
    let reason = named.name.unwrap_or_else(|| "file".to_owned());
    let figures = universe::give(&desk.db, &signed.0.who(), Territories::official()?, &figures, &reason).await?;
    Ok(Json(UniverseGiven { figures }))
}

/// Villages of the demo's townships: invented numbers, which say so.
pub(super) async fn demo_universe(desk: &Arc<Desk>) -> Result<(), Refusal> {
    if !universe::figures(&mut desk.db.read().await?).await?.is_empty() {
        return Ok(());
    }
    let shared = Arc::clone(desk);
    let areas = tokio::task::spawn_blocking(move || {
        let book = shared.book()?;
        let everywhere = qudao_access::Scope { territories: vec![String::new()], ..qudao_access::Scope::default() };
        Ok::<_, Refusal>(book.areas(&everywhere, Territories::official()?))
    });
    let areas = areas.await.map_err(|error| super::web::bug(&error.to_string()))??;
    let divisions = Territories::official()?;
    let from = day("2026-01-01")?;
    let counties = areas.iter().filter(|code| level(code) == Some(Level::County));
    let towns = counties.flat_map(|code| divisions.children(code)).enumerate();
    let figure = |(at, town): (usize, &Division)| Figure {
        territory: town.code.clone(),
        level: Level::Village,
        units: 12 + (at as u64 * 7) % 11,
        from,
        source: "演示数据".to_owned(),
    };
    let figures: Vec<Figure> = towns.map(figure).collect();
    universe::give(&desk.db, "demo", divisions, &figures, "演示数据").await.map(drop)
}
