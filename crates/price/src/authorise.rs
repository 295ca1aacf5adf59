//! 跨区授权与区域保护: where else a partner may sell, for how long and which goods (R4.14), and where it is protected (R7.155).
//!
//! A partner sells in the counties where it has an outlet; anywhere else it needs an authorisation of that day. A sale outside is diversion (Q25).
//!
//! Invariant: whoever asks for an authorisation does not grant it. Invariant: an exclusive one overlaps no other partner's in area, goods and time.

use crate::kept::{Once, another, names, none, number, period, state, territory, words};
use qudao_access::Sight;
use qudao_kernel::master::{Master, Span};
use qudao_kernel::territory::{Level, at_level, under};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeMap;

const NOUN: (&str, &str) = ("授权", "authorisation");

/// Where an authorisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorisationState {
    /// Waits for somebody else.
    Requested,
    /// Granted for its time.
    Approved,
    /// Refused.
    Refused,
    /// Ended before its time.
    Ended,
}
names!(AuthorisationState { Requested "requested", Approved "approved", Refused "refused", Ended "ended" });

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Partner.
    pub partner: &'a str,
    /// Where it sits, by division code.
    pub territory: &'a str,
    /// The area, with all below it.
    pub area: &'a str,
    /// A product or a line of products; empty for all.
    pub goods: &'a str,
    /// Nobody else is authorised there meanwhile.
    pub exclusive: bool,
    /// From a day to before a day.
    pub span: Span,
    /// Why.
    pub reason: &'a str,
}

/// An authorisation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of what is asked for")]
pub struct Authorisation {
    pub id: String,
    /// For the next change.
    pub version: u32,
    pub partner: String,
    pub territory: String,
    pub area: String,
    pub goods: String,
    pub exclusive: bool,
    pub span: Span,
    pub reason: String,
    pub state: AuthorisationState,
    /// Who asked.
    pub made_by: String,
    /// Who decided; empty before.
    pub decided_by: String,
    /// What they said.
    pub decision: String,
    /// When it changed last, microseconds since 1970.
    pub changed_us: i64,
}

impl Authorisation {
    fn covers(&self, product: &str, line: &str, place: &str, day: Date) -> bool {
        let goods = self.goods.is_empty() || self.goods == product || !line.is_empty() && self.goods == line;
        goods && self.span.contains(day) && under(place, &self.area)
    }

    fn meets(&self, other: &Self) -> bool {
        let area = under(&self.area, &other.area) || under(&other.area, &self.area);
        let goods = self.goods.is_empty() || other.goods.is_empty() || self.goods == other.goods;
        area && goods && self.span.from < other.span.to && other.span.from < self.span.to
    }
}

/// Asks for an authorisation. Its number; the same request under its key is the same one.
///
/// # Errors
/// `BadInput price.words`, `price.days`, `network.territory.unknown`, `price.authorisation.area` for the whole country.
pub async fn ask(db: &Db, once: Once<'_>, new: &Asked<'_>) -> Result<Done<String>, Refusal> {
    let reason = words(new.reason, 2, 200, ("理由", "a reason"))?;
    words(new.goods, 0, 40, ("产品", "goods"))?;
    if new.area.is_empty() {
        return Err(Refusal::bad_input("price.authorisation.area", "请选择授权区域", "choose an area"));
    }
    territory(new.area)?;
    period(new.span.from, Some(new.span.to))?;
    let Asked { partner, territory, area, goods, exclusive, span, .. } = *new;
    let body = json!({ "partner": partner, "area": area, "goods": goods, "exclusive": exclusive, "from": span.from.to_string(),
        "until": span.to.to_string(), "reason": reason })
    .to_string();
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &once.scope("authorisation"), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = number(tx, "SQ").await?;
        let sql = "insert into price_authorisation (id, version, partner, territory, area, goods, exclusive, from_on, until_on, reason, state, made_by,
                       decided_by, decision, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, 'requested', $10, '', '', $11)";
        let values = args![&id, partner, territory, area, goods, exclusive, span.from, span.to, reason, once.who, tx.now_us()];
        tx.execute(sql, values).await?;
        tx.audit(Entry::new(once.who, "authorisation.ask", "authorisation", &id).after(body.clone()));
        claim.finish(tx, id).await
    })
}

/// Grants or refuses an authorisation, on the version that was seen. The version afterwards.
///
/// # Errors
/// `NotFound price.none`; `Forbidden price.own_hand`; `BadInput price.words`; `Conflict price.state`, `price.authorisation.exclusive`,
/// `platform.db.stale`.
pub async fn decide(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, grant: bool, said: &str) -> Result<u32, Refusal> {
    let said = words(said, if grant { 0 } else { 2 }, 200, ("意见", "a word"))?;
    write_tx!(db, |tx| {
        let one = get(tx, sight, id).await?;
        if one.state != AuthorisationState::Requested {
            return Err(state("这项授权申请已处理；请刷新", "this request is dealt with already; reload"));
        }
        another(&one.made_by, who, ("授权", "an authorisation"))?;
        if grant {
            alone(tx, &one).await?;
        }
        let to = if grant { AuthorisationState::Approved } else { AuthorisationState::Refused };
        change(tx, who, &one, version, to, one.span.to, said).await?;
        Ok(version + 1)
    })
}

/// Ends a granted authorisation before its time, on the version that was seen: it holds no more from a day on.
///
/// # Errors
/// `NotFound price.none`; `BadInput price.words`, `price.days`; `Conflict price.state`, `platform.db.stale`.
pub async fn end(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, until: Date, why: &str) -> Result<u32, Refusal> {
    let why = words(why, 2, 200, ("原因", "a reason"))?;
    write_tx!(db, |tx| {
        let one = get(tx, sight, id).await?;
        if one.state != AuthorisationState::Approved {
            return Err(state("这项授权不在有效状态；请刷新", "this authorisation is not in force; reload"));
        }
        period(one.span.from, Some(until))?;
        period(until, Some(one.span.to))?;
        change(tx, who, &one, version, AuthorisationState::Ended, until, why).await?;
        Ok(version + 1)
    })
}

async fn change(
    tx: &mut Tx,
    who: &str,
    one: &Authorisation,
    version: u32,
    to: AuthorisationState,
    until: Date,
    said: &str,
) -> Result<(), Refusal> {
    let sql =
        "update price_authorisation set state = $3, until_on = $4, decided_by = $5, decision = $6, changed_us = $7, version = version + 1
               where id = $1 and version = $2";
    let values = args![&one.id, version, to.name(), until, who, said, tx.now_us()];
    tx.execute_versioned(NOUN.0, &one.id, sql, values).await?;
    let (was, is) = (json!({ "state": one.state.name() }), json!({ "state": to.name(), "until": until.to_string() }));
    let verb = format!("authorisation.{}", to.name());
    tx.audit(Entry::new(who, &verb, "authorisation", &one.id).before(was.to_string()).after(is.to_string()).reason(said));
    Ok(())
}

/// Refuses an authorisation where another partner is protected, or a protection where another is authorised.
async fn alone(tx: &mut Tx, one: &Authorisation) -> Result<(), Refusal> {
    // Of two that are granted at once, the second waits here and then sees the first one.
    let lock = "insert into price_number (kind, day, last) values ('authorise', '', 1) on conflict (kind, day) do update set last = price_number.last + 1";
    tx.execute(lock, args![]).await?;
    let sql = "select a.* from price_authorisation a where a.state = 'approved' and a.partner <> $1 order by a.id";
    for row in tx.query(sql, args![&one.partner]).await? {
        let other = of_row(&row)?;
        if (one.exclusive || other.exclusive) && one.meets(&other) {
            return Err(Refusal::new(
                Kind::Conflict,
                "price.authorisation.exclusive",
                format!("与代理商 {} 的授权 {} 在区域、产品和期间上重叠，其中一项为独家保护；请调整", other.partner, other.id),
                format!(
                    "it overlaps {} of partner {} in area, goods and time, and one of both is exclusive; change it",
                    other.id, other.partner
                ),
            ));
        }
    }
    Ok(())
}

/// An authorisation within a sight.
///
/// # Errors
/// `NotFound price.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Authorisation, Refusal> {
    let mut values: Vec<Value> = vec![id.into()];
    let within = sight.wheres_of_partner("a", &mut values);
    let row = tx.query_opt(format!("select a.* from price_authorisation a where a.id = $1 and {within}"), &values).await?;
    of_row(&row.ok_or_else(|| none(NOUN, id))?)
}

/// Authorisations within a sight: those that wait first, then the latest.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight) -> Result<Vec<Authorisation>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let within = sight.wheres_of_partner("a", &mut values);
    let sql = format!(
        "select a.* from price_authorisation a where {within} order by case a.state when 'requested' then 0 else 1 end, a.from_on desc, a.id desc"
    );
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

/// Where partners may sell.
#[derive(Debug, Clone, Default)]
pub struct Areas {
    granted: BTreeMap<String, Vec<Authorisation>>,
}

impl Areas {
    /// All that was granted, for every day.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn load(tx: &mut Tx) -> Result<Self, Refusal> {
        let mut granted: BTreeMap<String, Vec<Authorisation>> = BTreeMap::new();
        let sql = "select a.* from price_authorisation a where a.state in ('approved', 'ended') order by a.id";
        for row in tx.query(sql, args![]).await? {
            let one = of_row(&row)?;
            granted.entry(one.partner.clone()).or_default().push(one);
        }
        Ok(Self { granted })
    }

    /// Whether a partner may sell a product in a place on a day: it has an outlet in that county, or an authorisation.
    pub fn allowed(&self, master: &Master, partner: &str, product: &str, place: &str, day: Date) -> bool {
        let county = at_level(place, Level::County);
        let home = |row: &qudao_kernel::master::Outlet| {
            row.owner == partner && row.span.contains(day) && at_level(&row.territory, Level::County) == county
        };
        let line = master.product(product, day).map_or("", |row| row.line.as_str());
        let granted = self.granted.get(partner).into_iter().flatten();
        granted.into_iter().any(|one| one.covers(product, line, place, day)) || master.outlets().any(home)
    }
}

fn of_row(row: &Row) -> Result<Authorisation, Refusal> {
    Ok(Authorisation {
        id: row.string("id")?,
        version: row.count("version")?,
        partner: row.string("partner")?,
        territory: row.string("territory")?,
        area: row.string("area")?,
        goods: row.string("goods")?,
        exclusive: row.flag("exclusive")?,
        span: Span { from: row.parse("from_on")?, to: row.parse("until_on")? },
        reason: row.string("reason")?,
        state: row.parse("state")?,
        made_by: row.string("made_by")?,
        decided_by: row.string("decided_by")?,
        decision: row.string("decision")?,
        changed_us: row.int("changed_us")?,
    })
}
