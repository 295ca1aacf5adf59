//! 价格保护: a cut of a price, and what partners get for the stock they had that day.
//!
//! The stock of an outlet on the day is proven piece by piece: supplied to it before the cut, not sold before it. A claim is pieces × (before − after).
//!
//! Invariant: a cut and a claim are decided by another person than the one who made them. Invariant: a piece is claimed once for a cut, whoever claims at once;
//! one whose claim was refused may be claimed again. Invariant: an amount is exact, in fen.

use crate::kept::{Once, another, names, none, number, state, territory, words};
use qudao_access::Sight;
use qudao_access::sessions::day;
use qudao_access::sight::mark;
use qudao_kernel::master::Outlet;
use qudao_kernel::territory::under;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_orders::stock::{self, Piece};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx, Value};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;
use std::collections::BTreeSet;

const CUT: (&str, &str) = ("降价", "price cut");
const CLAIM: (&str, &str) = ("价保申请", "claim");
/// Most pieces of a claim.
const MOST: usize = 2_000;
/// Highest price, fen.
const HIGHEST: i64 = 10_000_000_000;

/// Where a cut or a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Waits for somebody else.
    Submitted,
    /// Approved.
    Approved,
    /// Refused.
    Refused,
}
names!(Decided { Submitted "submitted", Approved "approved", Refused "refused" });

/// A cut to be announced.
#[derive(Debug, Clone, Copy)]
pub struct NewCut<'a> {
    /// Product.
    pub product: &'a str,
    /// Division code; empty for everywhere.
    pub territory: &'a str,
    /// Sub-type of outlets; empty for all.
    pub outlet_type: &'a str,
    /// The day of it.
    pub on: Date,
    /// Price before.
    pub before: Fen,
    /// Price from that day on.
    pub after: Fen,
    /// Last day of claims.
    pub claim_until: Date,
    /// The notice it was announced with.
    pub source: &'a str,
}

/// A cut.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as of a new one")]
pub struct Cut {
    pub id: String,
    /// For the decision.
    pub version: u32,
    pub product: String,
    pub territory: String,
    pub outlet_type: String,
    pub on: Date,
    pub before: Fen,
    pub after: Fen,
    pub claim_until: Date,
    pub source: String,
    pub state: Decided,
    /// Who announced it.
    pub made_by: String,
    /// Who decided; empty before.
    pub decided_by: String,
    /// What they said.
    pub decision: String,
}

impl Cut {
    /// What is paid for a piece.
    pub fn difference(&self) -> Fen {
        Fen(self.before.0 - self.after.0)
    }

    /// Whether an outlet is of those it concerns.
    pub fn concerns(&self, outlet: &Outlet) -> bool {
        let area = self.territory.is_empty() || under(&outlet.territory, &self.territory);
        area && (self.outlet_type.is_empty() || self.outlet_type == outlet.subtype)
    }
}

/// Announces a cut; somebody else approves it. Its number; the same request under its key is the same cut.
///
/// # Errors
/// `BadInput price.words`, `network.territory.unknown`, `price.cut` for prices that are no cut or a last day before it.
pub async fn announce(db: &Db, once: Once<'_>, new: &NewCut<'_>) -> Result<Done<String>, Refusal> {
    let source = words(new.source, 2, 200, ("降价通知", "the notice"))?;
    words(new.product, 1, 60, ("产品", "a product"))?;
    words(new.outlet_type, 0, 40, ("网点类型", "an outlet type"))?;
    territory(new.territory)?;
    if new.after.0 < 1 || new.before <= new.after || new.before.0 > HIGHEST || new.claim_until < new.on {
        return Err(Refusal::bad_input(
            "price.cut",
            "降价后的价格须大于零且低于降价前，申请截止日不早于降价日；请修改",
            "the price afterwards is above zero and below the one before, and claims end on or after the day of the cut; change it",
        ));
    }
    let NewCut { product, territory, outlet_type, on, before, after, claim_until, .. } = *new;
    let body = json!({ "product": product, "territory": territory, "outlet_type": outlet_type, "on": on.to_string(), "before": before.0,
        "after": after.0, "claim_until": claim_until.to_string(), "source": source })
    .to_string();
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &once.scope("cut"), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = number(tx, "TJ").await?;
        let sql = "insert into price_cut (id, version, product, territory, outlet_type, cut_on, before, after, claim_until, source, state, made_by,
                       decided_by, decision, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, 'submitted', $10, '', '', $11)";
        let values = args![&id, product, territory, outlet_type, on, before, after, claim_until, source, once.who, tx.now_us()];
        tx.execute(sql, values).await?;
        tx.audit(Entry::new(once.who, "price_cut.announce", "price_cut", &id).after(body.clone()));
        claim.finish(tx, id).await
    })
}

/// Approves or refuses a cut, on the version that was seen.
///
/// # Errors
/// `NotFound price.none`; `Forbidden price.own_hand`; `BadInput price.words`; `Conflict price.state`, `platform.db.stale`.
pub async fn decide_cut(db: &Db, who: &str, id: &str, version: u32, approve: bool, said: &str) -> Result<u32, Refusal> {
    let said = words(said, if approve { 0 } else { 2 }, 200, ("意见", "a word"))?;
    write_tx!(db, |tx| {
        let cut = cut(tx, id).await?;
        waiting(cut.state)?;
        another(&cut.made_by, who, ("降价", "a price cut"))?;
        settle(tx, "price_cut", who, id, version, approve, said).await
    })
}

fn waiting(now: Decided) -> Result<(), Refusal> {
    if now == Decided::Submitted { Ok(()) } else { Err(state("已处理；请刷新", "it is decided already; reload")) }
}

async fn settle(tx: &mut Tx, table: &'static str, who: &str, id: &str, version: u32, approve: bool, said: &str) -> Result<u32, Refusal> {
    let to = if approve { Decided::Approved } else { Decided::Refused };
    let sql = format!(
        "update {table} set state = $3, decided_by = $4, decision = $5, changed_us = $6, version = version + 1 where id = $1 and version = $2"
    );
    tx.execute_versioned("价格保护 protection", id, sql, args![id, version, to.name(), who, said, tx.now_us()]).await?;
    let is = json!({ "state": to.name() });
    tx.audit(Entry::new(who, &format!("{table}.{}", to.name()), table, id).after(is.to_string()).reason(said));
    Ok(version + 1)
}

/// A cut.
///
/// # Errors
/// `NotFound price.none`.
pub async fn cut(tx: &mut Tx, id: &str) -> Result<Cut, Refusal> {
    let row = tx.query_opt("select * from price_cut where id = $1", args![id]).await?;
    cut_of(&row.ok_or_else(|| none(CUT, id))?)
}

/// Cuts, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn cuts(tx: &mut Tx) -> Result<Vec<Cut>, Refusal> {
    tx.query("select * from price_cut order by cut_on desc, id desc", args![]).await?.iter().map(cut_of).collect()
}

/// Pieces an outlet had on the day of a cut that nobody has claimed: supplied to it before, by a list or from our own stock, and not sold before.
///
/// # Errors
/// The database does not answer.
pub async fn stock(tx: &mut Tx, cut: &Cut, outlet: &str) -> Result<Vec<String>, Refusal> {
    let sql = "select s.piece from price_supply s where s.outlet = $1 and s.product = $2 and s.supplied_on < $3 and (s.sold_on is null or s.sold_on >= $3)
                   and not exists (select 1 from price_claim_piece p where p.cut = $4 and p.piece = s.piece) order by s.piece";
    let rows = tx.query(sql, args![outlet, &cut.product, cut.on, &cut.id]).await?;
    let mut pieces = rows.iter().map(|row| row.string("piece")).collect::<Result<BTreeSet<_>, _>>()?;
    let claimed = tx.query("select piece from price_claim_piece where cut = $1", args![&cut.id]).await?;
    let claimed = claimed.iter().map(|row| row.string("piece")).collect::<Result<BTreeSet<_>, _>>()?;
    let mut query = stock::Query { piece: Some(Piece::Handset), outlet: outlet.to_owned(), limit: 500, ..stock::Query::default() };
    loop {
        let page = stock::list(tx, &Sight::everywhere(), &query).await?;
        // What left since the cut was there on its day.
        let there = |row: &stock::StockRow| match row.state.as_str() {
            "stock" => day(row.changed_us) < cut.on,
            "sold" => day(row.changed_us) >= cut.on,
            _ => false,
        };
        let fit = |row: &stock::StockRow| row.product == cut.product && there(row) && !claimed.contains(&row.serial);
        pieces.extend(page.rows.into_iter().filter(fit).map(|row| row.serial));
        query.after = page.next;
        if query.after.is_none() {
            return Ok(pieces.into_iter().collect());
        }
    }
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Number.
    pub id: String,
    /// For the decision.
    pub version: u32,
    /// The cut.
    pub cut: String,
    /// Product of the cut.
    pub product: String,
    /// Outlet.
    pub outlet: String,
    /// Its partner, who is paid.
    pub partner: String,
    /// Pieces.
    pub pieces: u32,
    /// pieces × (before − after).
    pub amount: Fen,
    /// In words.
    pub note: String,
    /// Where it is.
    pub state: Decided,
    /// Who made it.
    pub made_by: String,
    /// Who decided; empty before.
    pub decided_by: String,
    /// What they said.
    pub decision: String,
}

/// Claims the difference for pieces an outlet had on the day of a cut. The claim's number; the same request under its key is the same claim.
///
/// # Errors
/// `BadInput price.claim.pieces` for none, too many or some twice, `price.words`; `NotFound price.none`; `Conflict price.state`, `price.claim.late`,
/// `price.claim.outlet` for one the cut does not concern, `price.claim.proof` naming pieces that were not in stock that day or are claimed already.
pub async fn claim(
    db: &Db,
    once: Once<'_>,
    id: &str,
    outlet: &Outlet,
    pieces: &[String],
    note: &str,
    today: Date,
) -> Result<Done<String>, Refusal> {
    let note = words(note, 0, 200, ("说明", "a note"))?;
    let wanted: BTreeSet<&String> = pieces.iter().collect();
    if wanted.is_empty() || pieces.len() > MOST || wanted.len() != pieces.len() {
        let (zh, en) = (format!("请填写 1 至 {MOST} 个串号，不重复"), format!("give 1 to {MOST} serials, each once"));
        return Err(Refusal::bad_input("price.claim.pieces", zh, en));
    }
    write_tx!(db, |tx| {
        let body = json!([id, outlet.code, pieces]).to_string();
        let claim = match keys::begin::<String>(tx, &once.scope("claim"), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let cut = cut(tx, id).await?;
        open(&cut, outlet, today)?;
        proven(&wanted, &stock(tx, &cut, &outlet.code).await?)?;
        let count = i64::try_from(pieces.len()).unwrap_or(i64::MAX);
        let amount = Fen(cut.difference().0.saturating_mul(count));
        let number = number(tx, "JB").await?;
        let sql = "insert into price_claim (id, version, cut, outlet, partner, territory, pieces, amount, note, state, made_by, decided_by, decision, changed_us)
                   values ($1, 1, $2, $3, $4, $5, $6, $7, $8, 'submitted', $9, '', '', $10)";
        let values = args![&number, id, &outlet.code, &outlet.owner, &outlet.territory, count, amount, note, once.who, tx.now_us()];
        tx.execute(sql, values).await?;
        let rows: Vec<Vec<Value>> = pieces.iter().map(|piece| args![id, piece, &number].to_vec()).collect();
        // Of two claims at once, the second finds a piece taken.
        if tx.insert_rows("price_claim_piece", "cut, piece, claim", &rows, "on conflict (cut, piece) do nothing").await?
            != rows.len() as u64
        {
            return Err(unproven(pieces.first().map_or("", String::as_str)));
        }
        let after = json!({ "cut": id, "outlet": outlet.code, "pieces": count, "amount": amount.0 });
        tx.audit(Entry::new(once.who, "price_claim.make", "price_claim", &number).after(after.to_string()));
        claim.finish(tx, number).await
    })
}

fn open(cut: &Cut, outlet: &Outlet, today: Date) -> Result<(), Refusal> {
    if cut.state != Decided::Approved || today < cut.on {
        return Err(state("这次降价尚未批准或尚未执行，不能申请", "this cut is not approved or not in force yet, so nothing is claimed"));
    }
    if today > cut.claim_until {
        return Err(Refusal::new(
            Kind::Conflict,
            "price.claim.late",
            format!("价保申请已于 {} 截止", cut.claim_until),
            format!("claims ended on {}", cut.claim_until),
        ));
    }
    if cut.concerns(outlet) {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "price.claim.outlet",
        format!("网点 {} 不在这次降价的区域或类型内", outlet.code),
        format!("the outlet {} is not of the area and type the cut concerns", outlet.code),
    ))
}

fn proven(wanted: &BTreeSet<&String>, stock: &[String]) -> Result<(), Refusal> {
    let there: BTreeSet<&String> = stock.iter().collect();
    let missing: Vec<&str> = wanted.difference(&there).map(|piece| piece.as_str()).take(5).collect();
    if missing.is_empty() { Ok(()) } else { Err(unproven(&missing.join(", "))) }
}

fn unproven(pieces: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "price.claim.proof",
        format!("串号 {pieces} 在降价日不在该网点库存，或已申请过；整份未提交，请核对"),
        format!("{pieces} was not in this outlet's stock on the day of the cut, or is claimed already; nothing was claimed, check it"),
    )
}

/// Approves or refuses a claim, on the version that was seen.
///
/// # Errors
/// `NotFound price.none`; `Forbidden price.own_hand`; `BadInput price.words`; `Conflict price.state`, `platform.db.stale`.
pub async fn decide_claim(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, approve: bool, said: &str) -> Result<u32, Refusal> {
    let said = words(said, if approve { 0 } else { 2 }, 200, ("意见", "a word"))?;
    write_tx!(db, |tx| {
        let found = claims(tx, sight, id).await?;
        let claim = found.first().ok_or_else(|| none(CLAIM, id))?;
        waiting(claim.state)?;
        another(&claim.made_by, who, ("价保申请", "a claim"))?;
        if !approve {
            tx.execute("delete from price_claim_piece where claim = $1", args![id]).await?;
        }
        settle(tx, "price_claim", who, id, version, approve, said).await
    })
}

/// Claims within a sight, those that wait first; one where its number is named.
///
/// # Errors
/// The database does not answer.
pub async fn claims(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Vec<Claim>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("p", false, &mut values)];
    if !id.is_empty() {
        wheres.push(format!("p.id = {}", mark(&mut values, id)));
    }
    let sql = format!(
        "select p.*, c.product from price_claim p join price_cut c on c.id = p.cut where {}
         order by case p.state when 'submitted' then 0 else 1 end, p.id desc",
        wheres.join(" and ")
    );
    tx.query(sql, &values).await?.iter().map(claim_of).collect()
}

fn cut_of(row: &Row) -> Result<Cut, Refusal> {
    Ok(Cut {
        id: row.string("id")?,
        version: row.count("version")?,
        product: row.string("product")?,
        territory: row.string("territory")?,
        outlet_type: row.string("outlet_type")?,
        on: row.parse("cut_on")?,
        before: row.fen("before")?,
        after: row.fen("after")?,
        claim_until: row.parse("claim_until")?,
        source: row.string("source")?,
        state: row.parse("state")?,
        made_by: row.string("made_by")?,
        decided_by: row.string("decided_by")?,
        decision: row.string("decision")?,
    })
}

fn claim_of(row: &Row) -> Result<Claim, Refusal> {
    Ok(Claim {
        id: row.string("id")?,
        version: row.count("version")?,
        cut: row.string("cut")?,
        product: row.string("product")?,
        outlet: row.string("outlet")?,
        partner: row.string("partner")?,
        pieces: row.count("pieces")?,
        amount: row.fen("amount")?,
        note: row.string("note")?,
        state: row.parse("state")?,
        made_by: row.string("made_by")?,
        decided_by: row.string("decided_by")?,
        decision: row.string("decision")?,
    })
}
