//! A case begins: with violations that were seen, or with a finding of diversion.

use super::{CaseKind, CaseState, note};
use crate::check::{self, Check};
use crate::diversion::{self, FindingState};
use crate::kept::{Once, number, state, words};
use crate::verdict::{Mode, Verdict};
use qudao_access::Sight;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::json;

/// Most checks of a case.
const MOST: usize = 50;

/// Opens a case on checks of one outlet and product. Its number; the same request under its key is the same case.
///
/// # Errors
/// `BadInput price.words`, `price.case.checks` for none, too many, or of several outlets or products; `NotFound price.none`; `Conflict price.case.mode` for a
/// price that is recommended only, `price.case.verdict` for one that is no violation, `price.check.taken`.
pub async fn open_price(db: &Db, sight: &Sight, once: Once<'_>, checks: &[String], summary: &str) -> Result<Done<String>, Refusal> {
    let summary = words(summary, 2, 500, ("案情", "what was found"))?;
    write_tx!(db, |tx| {
        let body = json!([checks, summary]).to_string();
        let claim = match keys::begin::<String>(tx, &once.scope("case"), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let first = first_of(tx, sight, checks).await?;
        let id = number(tx, "AJ").await?;
        for check in checks {
            check::give(tx, check, &id).await?;
        }
        let new = New {
            kind: CaseKind::Price,
            outlet: &first.outlet,
            partner: &first.partner,
            territory: &first.territory,
            product: &first.product,
            mode: first.mode,
            summary,
            found_on: first.seen_on,
        };
        put(tx, &id, once.who, &new).await?;
        claim.finish(tx, id).await
    })
}

/// The checks of a case, all of one outlet and product, and all of them violations; the one that was seen first.
async fn first_of(tx: &mut Tx, sight: &Sight, checks: &[String]) -> Result<Check, Refusal> {
    let wrong = || {
        Refusal::bad_input(
            "price.case.checks",
            format!("请选择同一网点、同一产品的 1 至 {MOST} 条价格检查"),
            format!("choose 1 to {MOST} checks of one outlet and one product"),
        )
    };
    if checks.len() > MOST {
        return Err(wrong());
    }
    let mut first: Option<Check> = None;
    for id in checks {
        let one = check::get(tx, sight, id).await?;
        open_to_cases(&one)?;
        match &first {
            Some(first) if (&first.outlet, &first.product) != (&one.outlet, &one.product) => return Err(wrong()),
            Some(first) if first.seen_on <= one.seen_on => {}
            _ => first = Some(one),
        }
    }
    first.ok_or_else(wrong)
}

fn open_to_cases(one: &Check) -> Result<(), Refusal> {
    if one.mode == Some(Mode::Recommended) {
        return Err(Refusal::new(
            Kind::Conflict,
            "price.case.mode",
            "该产品在此网点只有建议价，零售价由经销商自定：只能记录和提醒，不能立案或处罚",
            "the price is recommended only here, and the dealer's own to set: it is recorded and reminded of, and no case follows",
        ));
    }
    if one.verdict == Verdict::Violation {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "price.case.verdict",
        format!("价格检查 {} 不是违价，不能立案", one.id),
        format!("the check {} is no violation, so no case follows", one.id),
    ))
}

/// Opens a case on a finding of diversion. Its number; the same request under its key is the same case.
///
/// # Errors
/// `BadInput price.words`; `NotFound price.none`; `Conflict price.state` for a finding that is dealt with, `platform.db.stale`.
pub async fn open_diversion(
    db: &Db,
    sight: &Sight,
    once: Once<'_>,
    finding: &str,
    version: u32,
    summary: &str,
) -> Result<Done<String>, Refusal> {
    let summary = words(summary, 2, 500, ("案情", "what was found"))?;
    write_tx!(db, |tx| {
        let body = json!([finding, summary]).to_string();
        let claim = match keys::begin::<String>(tx, &once.scope("case"), once.key, body.as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let found = diversion::get(tx, sight, finding).await?;
        if found.state != FindingState::Open {
            return Err(state("这条线索已处理；请刷新", "this finding is dealt with already; reload"));
        }
        let id = number(tx, "AJ").await?;
        diversion::to_case(tx, once.who, finding, version, &id).await?;
        let new = New {
            kind: CaseKind::Diversion,
            outlet: &found.from_outlet,
            partner: &found.partner,
            territory: &found.from_territory,
            product: &found.product,
            mode: None,
            summary,
            found_on: found.seen_on,
        };
        put(tx, &id, once.who, &new).await?;
        claim.finish(tx, id).await
    })
}

struct New<'a> {
    kind: CaseKind,
    outlet: &'a str,
    partner: &'a str,
    territory: &'a str,
    product: &'a str,
    mode: Option<Mode>,
    summary: &'a str,
    found_on: Date,
}

async fn put(tx: &mut Tx, id: &str, who: &str, new: &New<'_>) -> Result<(), Refusal> {
    let sql = "insert into price_case (id, version, kind, state, outlet, partner, territory, product, mode, summary, found_on, opened_by, measure,
                   amount, harmed, compensation, agreement, clause, decided_by, changed_us)
               values ($1, 1, $2, 'found', $3, $4, $5, $6, $7, $8, $9, $10, '', 0, '', 0, '', '', '', $11)";
    let New { kind, outlet, partner, territory, product, mode, summary, found_on } = *new;
    let mode = mode.map_or("", Mode::name);
    tx.execute(sql, args![id, kind.name(), outlet, partner, territory, product, mode, summary, found_on, who, tx.now_us()]).await?;
    note(tx, id, "open", CaseState::Found, who, summary).await?;
    let after = json!({ "kind": kind.name(), "outlet": outlet, "partner": partner, "product": product, "mode": mode });
    tx.audit(Entry::new(who, "price_case.open", "price_case", id).after(after.to_string()).reason(summary));
    Ok(())
}
