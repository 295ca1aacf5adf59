//! What is done with a piece of material, from its approval to its end.

use super::{Asset, NOUN, held};
use crate::Sight;
use crate::agreement;
use crate::kept::{none, photo, state, words};
use crate::places::{Material, Place};
use qudao_access::people::reasoned;
use qudao_access::sessions::day;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;

/// An outlet a piece goes to.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// Outlet.
    pub outlet: &'a str,
    /// Its partner.
    pub partner: &'a str,
    /// Its division.
    pub territory: &'a str,
}

/// What was approved.
#[derive(Debug, Clone, Copy)]
pub struct Approved<'a> {
    /// The application.
    pub application: &'a str,
    /// Who asked.
    pub asked_by: &'a str,
    /// Where it goes.
    pub at: At<'a>,
    /// Kind.
    pub material: &'a Material,
    /// Place.
    pub place: &'a Place,
    /// What it says.
    pub campaign: &'a str,
    /// What it costs.
    pub cost: Fen,
    /// Whether the leader agreed to more than the outlet's limit.
    pub over_limit: bool,
    /// The plan and line it is made from; none for one that was applied for.
    pub plan: Option<(&'a str, u32)>,
}

/// What an outlet may be given (R7.184, R7.185).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// In a calendar year.
    pub year: Fen,
    /// Valuable pieces at once.
    pub valuable: u32,
}

/// Makes a piece of an approved application, in the transaction of the decision.
///
/// # Errors
/// `Conflict display.campaign.recalled`, `display.limit` where the outlet's year or its valuable pieces are above what it may have and the leader did not agree,
/// `display.place.held` where a piece stands or is on its way there.
pub async fn approve(tx: &mut Tx, who: &str, new: &Approved<'_>, limits: Limits) -> Result<String, Refusal> {
    let today = day(tx.now_us());
    current(tx, new.campaign).await?;
    let At { outlet, partner, territory } = new.at;
    let (spent, valuable) = super::spent(tx, outlet, year_start(today)).await?;
    let total = Fen(spent.0.saturating_add(new.cost.0));
    if !new.over_limit && (total > limits.year || (new.material.valuable && valuable >= limits.valuable)) {
        return Err(Refusal::new(
            Kind::Conflict,
            "display.limit",
            format!(
                "网点 {outlet} 本年物料费用将达 {total}（限额 {}），贵重物品已有 {valuable} 件（限 {} 件）；请以“超出限额”重新申请，由领导审批",
                limits.year, limits.valuable
            ),
            format!(
                "outlet {outlet} would have {total} of material this year (limit {}) and has {valuable} valuable pieces (at most {}); apply again as over the limit, for the leader to decide",
                limits.year, limits.valuable
            ),
        ));
    }
    let sql = "select id from display_asset where outlet = $1 and place = $2 and state in ('approved', 'in_production', 'placed')";
    if let Some(row) = tx.query_opt(sql, args![outlet, &new.place.code]).await? {
        return Err(taken(outlet, new.place, row.text("id")?));
    }
    let (plan, line) = new.plan.unwrap_or(("", 0));
    let id = new.application.replacen(if plan.is_empty() { "WL" } else { "TF" }, "PW", 1);
    let sql = "insert into display_asset (id, version, kind, place, campaign, outlet, partner, territory, cost, valuable, state, condition,
                   application, asked_by, approved_on, maker, consent, agreement, photo, changed_us, plan, plan_line)
               values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, 'approved', 'good', $10, $11, $12, '', '', '', '', $13, $14, $15)";
    let values = args![
        &id,
        &new.material.id,
        &new.place.code,
        new.campaign.trim(),
        outlet,
        partner,
        territory,
        new.cost,
        new.material.valuable,
        new.application,
        new.asked_by,
        today,
        tx.now_us(),
        plan,
        line
    ];
    tx.execute(sql, values).await?;
    note(tx, &id, "approve", new.application, "", who).await?;
    let after = json!({ "outlet": outlet, "place": new.place.code, "kind": new.material.id, "cost": new.cost.0 });
    tx.audit(Entry::new(who, "pop.approve", "pop", &id).after(after.to_string()));
    Ok(id)
}

fn year_start(today: Date) -> Date {
    Date::new(today.year(), 1, 1).unwrap_or(today)
}

fn taken(outlet: &str, place: &Place, id: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "display.place.held",
        format!("网点 {outlet} 的{}已有物料 {id}；请先撤下或另选位置", place.name.zh),
        format!("the {} of outlet {outlet} has piece {id}; take it away first, or choose another place", place.name.en),
    )
}

/// Refuses material of a campaign that is called back.
async fn current(tx: &mut Tx, campaign: &str) -> Result<(), Refusal> {
    let sql = "select due_on from display_recall where campaign = $1";
    if tx.query_opt(sql, args![campaign.trim()]).await?.is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "display.campaign.recalled",
        format!("“{campaign}”的物料已撤换；请使用现行主题"),
        format!("the material of {campaign} is called back; use what runs now"),
    ))
}

/// What is done with a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// It is ordered.
    Produce {
        /// Who makes it.
        maker: &'a str,
        /// When it is to be ready.
        ready_on: Date,
        /// What is paid for it.
        cost: Fen,
    },
    /// It hangs (R7.180, R7.183).
    Place {
        /// Who of the partner agreed.
        consent: &'a str,
        /// Photo of afterwards.
        photo: &'a str,
        /// The site was cleared, those in charge were asked, and thanked.
        cleared: bool,
        /// What they said.
        note: &'a str,
        /// Days until it is looked at.
        check_days: i32,
    },
    /// Somebody looked at it (R7.192).
    Check {
        /// good, damaged, misplaced.
        condition: &'a str,
        /// Photo.
        photo: &'a str,
        /// What else was seen: what rivals do, why it is damaged.
        note: &'a str,
        /// Days until the next look.
        check_days: i32,
    },
    /// It was repaired (R7.188).
    Repair {
        /// Photo.
        photo: &'a str,
        /// What was done.
        note: &'a str,
    },
    /// It belongs under an agreement of its outlet (R7.197).
    Link(&'a str),
    /// It was taken away.
    Recall {
        /// Photo of the place without it.
        photo: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// It is not there any more.
    Lose(&'a str),
    /// It is not made after all.
    Cancel(&'a str),
}

impl Act<'_> {
    const fn name(&self) -> &'static str {
        match self {
            Act::Produce { .. } => "produce",
            Act::Place { .. } => "place",
            Act::Check { .. } => "check",
            Act::Repair { .. } => "repair",
            Act::Link(_) => "link",
            Act::Recall { .. } => "recall",
            Act::Lose(_) => "lose",
            Act::Cancel(_) => "cancel",
        }
    }
}

/// Does it. The version afterwards.
///
/// # Errors
/// `NotFound display.none`; `BadInput display.words`, `display.photo`, `display.place.closing`, `display.condition`, `access.reason.missing`; `Conflict
/// display.state`, `display.campaign.recalled`, `display.place.held`, `platform.db.stale`.
pub async fn act(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, act: &Act<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| inside(tx, sight, who, id, version, act).await)
}

/// The same in a transaction of a caller.
pub(crate) async fn inside(tx: &mut Tx, sight: &Sight, who: &str, id: &str, version: u32, act: &Act<'_>) -> Result<u32, Refusal> {
    let mut one = held(tx, sight, id).await?;
    let (was, today) = (one.state.clone(), day(tx.now_us()));
    let (said, shown) = change(&mut one, act, today)?;
    if let Act::Link(agreement) = act {
        agreement::holds(tx, agreement, &one.outlet, today).await?;
    }
    if let Act::Produce { .. } | Act::Place { .. } = act {
        current(tx, &one.campaign).await?;
    }
    if let Act::Place { .. } = act {
        let sql = "select id from display_asset where outlet = $1 and place = $2 and state = 'placed'";
        if let Some(row) = tx.query_opt(sql, args![&one.outlet, &one.place]).await? {
            return Err(state(
                format!("网点 {} 的这个位置已有物料 {}；请先撤下", one.outlet, row.text("id")?),
                format!("piece {} stands at this place of outlet {}; take it away first", row.text("id")?, one.outlet),
            ));
        }
    }
    let sql = "update display_asset set cost = $3, state = $4, condition = $5, maker = $6, ready_on = $7, consent = $8, agreement = $9, photo = $10,
                   placed_on = $11, checked_on = $12, check_by = $13, ended_on = $14, changed_us = $15, version = version + 1
               where id = $1 and version = $2";
    let values = args![
        id,
        version,
        one.cost,
        &one.state,
        &one.condition,
        &one.maker,
        one.ready_on,
        &one.consent,
        &one.agreement,
        &one.photo,
        one.placed_on,
        one.checked_on,
        one.check_by,
        one.ended_on,
        tx.now_us()
    ];
    tx.execute_versioned("物料 piece", id, sql, values).await?;
    note(tx, id, act.name(), said, shown, who).await?;
    if matches!(act, Act::Recall { .. } | Act::Lose(_)) {
        // Its task, if its campaign was called back, is done with it.
        let sql =
            "update display_recall_task set state = 'done', photo = $2, done_by = $3, done_on = $4 where asset = $1 and state = 'open'";
        tx.execute(sql, args![id, shown, who, today]).await?;
    }
    if !matches!(act, Act::Check { .. } | Act::Repair { .. }) {
        let after = json!({ "state": one.state, "cost": one.cost.0, "agreement": one.agreement });
        let entry = Entry::new(who, &format!("pop.{}", act.name()), "pop", id).before(json!({ "state": was }).to_string());
        tx.audit(entry.after(after.to_string()).reason(said));
    }
    Ok(version + 1)
}

/// The piece afterwards; what was said, and the photo.
fn change<'a>(one: &mut Asset, act: &Act<'a>, today: Date) -> Result<(&'a str, &'a str), Refusal> {
    match (one.state.as_str(), act) {
        ("approved", Act::Produce { maker, ready_on, cost }) => {
            words(maker, 2, 60, ("制作公司", "the maker"))?.clone_into(&mut one.maker);
            if *ready_on < today || *cost < Fen::ZERO || *cost > one.cost {
                return Err(Refusal::bad_input(
                    "display.production",
                    format!("完成日期须为今天或以后，费用不超过批准的 {}；请修改", one.cost),
                    format!("the day lies from today on, and the cost is at most the approved {}; change it", one.cost),
                ));
            }
            (one.ready_on, one.cost) = (Some(*ready_on), *cost);
            "in_production".clone_into(&mut one.state);
            Ok((maker.trim(), ""))
        }
        ("in_production", Act::Place { consent, photo: shown, cleared, note, check_days }) => {
            words(consent, 2, 40, ("同意投放的经销商负责人", "who of the partner agreed"))?.clone_into(&mut one.consent);
            if !cleared {
                return Err(Refusal::bad_input(
                    "display.place.closing",
                    "请先清理现场、征询店方意见并致谢，再登记投放",
                    "clear the site, ask those in charge and thank them; then note the placement",
                ));
            }
            photo(shown)?.clone_into(&mut one.photo);
            (one.placed_on, one.checked_on) = (Some(today), Some(today));
            one.check_by = Some(today.plus_days(*check_days));
            "placed".clone_into(&mut one.state);
            Ok((words(note, 0, 200, ("店方意见", "their opinion"))?, shown))
        }
        ("placed", Act::Check { condition, photo: shown, note, check_days }) => {
            if !["good", "damaged", "misplaced"].contains(condition) {
                return Err(Refusal::bad_input("display.condition", "请选择完好、破损或不规范", "choose good, damaged or misplaced"));
            }
            if *condition != "good" {
                reasoned(note)?;
            }
            photo(shown)?.clone_into(&mut one.photo);
            (*condition).clone_into(&mut one.condition);
            (one.checked_on, one.check_by) = (Some(today), Some(today.plus_days(*check_days)));
            Ok((words(note, 0, 200, ("说明", "the note"))?, shown))
        }
        ("placed", Act::Repair { photo: shown, note }) if one.condition != "good" => {
            photo(shown)?.clone_into(&mut one.photo);
            "good".clone_into(&mut one.condition);
            Ok((words(note, 2, 200, ("处理说明", "what was done"))?, shown))
        }
        ("approved" | "in_production" | "placed", Act::Link(agreement)) => {
            agreement.trim().clone_into(&mut one.agreement);
            Ok((agreement.trim(), ""))
        }
        ("placed", Act::Recall { photo: shown, reason }) => {
            reasoned(reason)?;
            photo(shown)?.clone_into(&mut one.photo);
            one.ended_on = Some(today);
            "recalled".clone_into(&mut one.state);
            Ok((reason.trim(), shown))
        }
        ("placed", Act::Lose(reason)) => {
            reasoned(reason)?;
            one.ended_on = Some(today);
            "lost".clone_into(&mut one.state);
            Ok((reason.trim(), ""))
        }
        ("approved" | "in_production", Act::Cancel(reason)) => {
            reasoned(reason)?;
            one.ended_on = Some(today);
            "cancelled".clone_into(&mut one.state);
            Ok((reason.trim(), ""))
        }
        _ => Err(state(
            format!("物料 {} 的状态不能这样处理；请刷新", one.id),
            format!("this is not possible with piece {} as it stands; reload", one.id),
        )),
    }
}

async fn note(tx: &mut Tx, asset: &str, act: &str, said: &str, photo: &str, who: &str) -> Result<(), Refusal> {
    let seq = tx.query_one("select count(*) as n from display_asset_event where asset = $1", args![asset]).await?.int("n")? + 1;
    let sql = "insert into display_asset_event (asset, seq, act, note, photo, who, at_us) values ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute(sql, args![asset, seq, act, said, photo, who, tx.now_us()]).await.map(drop)
}

/// The piece of an application.
///
/// # Errors
/// `NotFound display.none`.
pub async fn of_application(tx: &mut Tx, application: &str) -> Result<String, Refusal> {
    let row = tx.query_opt("select id from display_asset where application = $1", args![application]).await?;
    row.ok_or_else(|| none(NOUN, application))?.string("id")
}
