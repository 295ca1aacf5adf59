//! What is done in a case, and what may be decided.

use super::{Case, CaseKind, CaseState, Measure, NOUN, get, note};
use crate::check;
use crate::kept::{another, state, words};
use crate::verdict::{Mode, Verdict};
use qudao_access::Sight;
use qudao_kernel::holidays::Holidays;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Fen, Kind, Refusal, Text};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Tx};
use qudao_platform::{args, write_tx};
use qudao_receivable::{Debtor, stop};
use serde_json::json;

/// How far back earlier cases of an outlet count for the ladder.
const YEAR: i32 = 12;
/// Highest deduction and compensation, fen.
const HIGHEST: i64 = 10_000_000_000;

/// By what a case goes on.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Working days for the outlet's answer.
    pub answer_days: i64,
    /// Working days for its appeal.
    pub appeal_days: i64,
    /// Measures, by how many cases went before.
    pub ladder: &'a [Measure],
    /// The working calendar.
    pub calendar: &'a Holidays,
    /// Agreements and partners.
    pub master: &'a Master,
    /// Who looks after the outlet, by login; empty for nobody.
    pub manager: &'a str,
    /// Today.
    pub today: Date,
}

/// What is decided.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    /// The measure.
    pub measure: Measure,
    /// What is deducted; zero for any other measure.
    pub amount: Fen,
    /// The partner that was harmed by a diversion, and gets something; empty for none.
    pub harmed: &'a str,
    /// What it gets.
    pub compensation: Fen,
    /// Agreement the measure rests on; empty for none and a talk.
    pub agreement: &'a str,
    /// Its clause.
    pub clause: &'a str,
    /// Why.
    pub words: &'a str,
    /// How the relationship is looked after (R7.300).
    pub relation: &'a str,
}

/// What is done.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// The outlet is told, and how.
    Notify(&'a str),
    /// The outlet is heard: what it says.
    Explain(&'a str),
    /// It is decided; after an appeal, for good.
    Decide(Decision<'a>),
    /// The outlet appeals.
    Appeal(&'a str),
    /// It was looked at again: the check that shows the price in order, or for a diversion in words.
    Recheck(&'a str, &'a str),
    /// It is over.
    Close(&'a str),
}

/// Takes a case further, on the version that was seen. The version afterwards.
///
/// # Errors
/// `NotFound price.none`; `Forbidden price.own_hand`, `price.case.manager`; `BadInput price.words`, `price.case.amount`; `Conflict price.state`,
/// `price.case.days`, `price.case.measure_mode`, `price.case.ladder`, `price.case.clause`, `price.case.harsher`, `price.case.not_right`,
/// `platform.db.stale`.
pub async fn act(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, act: Act<'_>, terms: Terms<'_>) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let case = get(tx, sight, id).await?;
        let done = Doing { case: &case, who, terms }.step(tx, act).await?;
        let sql = "update price_case set state = $3, changed_us = $4, version = version + 1 where id = $1 and version = $2";
        tx.execute_versioned(NOUN.0, id, sql, args![id, version, done.to.name(), tx.now_us()]).await?;
        note(tx, id, done.verb, done.to, who, &done.words).await?;
        let (was, is) = (json!({ "state": case.state.name() }), json!({ "state": done.to.name(), "said": done.words }));
        let verb = format!("price_case.{}", done.verb);
        tx.audit(Entry::new(who, &verb, "price_case", id).before(was.to_string()).after(is.to_string()).reason(done.words));
        Ok(version + 1)
    })
}

struct Done {
    verb: &'static str,
    to: CaseState,
    words: String,
}

fn done(verb: &'static str, to: CaseState, words: impl Into<String>) -> Done {
    Done { verb, to, words: words.into() }
}

struct Doing<'a> {
    case: &'a Case,
    who: &'a str,
    terms: Terms<'a>,
}

impl Doing<'_> {
    async fn step(&self, tx: &mut Tx, act: Act<'_>) -> Result<Done, Refusal> {
        use CaseState::{Appealed, Closed, Decided, Explained, Final, Found, Notified, Rechecked};
        let (case, today) = (self.case, self.terms.today);
        match act {
            Act::Notify(how) => {
                self.is(&[Found])?;
                let how = words(how, 2, 500, ("通知方式", "how it was told"))?;
                let due = self.terms.calendar.after(today, self.terms.answer_days);
                tx.execute("update price_case set answer_due = $2 where id = $1", args![&case.id, due]).await?;
                Ok(done("notify", Notified, how))
            }
            Act::Explain(said) => {
                self.is(&[Notified])?;
                Ok(done("explain", Explained, words(said, 2, 2_000, ("陈述", "what it says"))?))
            }
            Act::Decide(decision) => self.decide(tx, decision).await,
            Act::Appeal(why) => {
                self.is(&[Decided])?;
                self.until(case.appeal_due, false)?;
                // Nothing follows from what is appealed against.
                stop::lift(tx, self.who, &case.id, today).await?;
                Ok(done("appeal", Appealed, words(why, 2, 2_000, ("申诉理由", "why"))?))
            }
            Act::Recheck(seen, said) => {
                self.is(&[Decided, Final])?;
                if case.state == Decided {
                    self.until(case.appeal_due, true)?;
                }
                let said = words(said, 2, 500, ("复查情况", "what was seen"))?;
                self.right(tx, seen).await?;
                Ok(done("recheck", Rechecked, if seen.is_empty() { said.to_owned() } else { format!("{said} · {seen}") }))
            }
            Act::Close(said) => {
                // Where nothing was wrong there is nothing to look at again.
                let nothing = case.measure == Some(Measure::None);
                self.is(if nothing { &[Decided, Final, Rechecked] } else { &[Rechecked] })?;
                let said = words(said, 2, 500, ("结案说明", "a closing word"))?;
                tx.execute("update price_case set closed_on = $2 where id = $1", args![&case.id, today]).await?;
                stop::lift(tx, self.who, &case.id, today).await?;
                Ok(done("close", Closed, said))
            }
        }
    }

    fn is(&self, states: &[CaseState]) -> Result<(), Refusal> {
        if states.contains(&self.case.state) {
            return Ok(());
        }
        let name = self.case.state.name();
        Err(state(
            format!("案件 {} 的状态是 {name}，不能执行这项操作；请按步骤处理", self.case.id),
            format!("the case {} is {name}, so this is not possible; go step by step", self.case.id),
        ))
    }

    /// Refuses what comes after a last day, or before it is over.
    fn until(&self, due: Option<Date>, over: bool) -> Result<(), Refusal> {
        let today = self.terms.today;
        match due {
            Some(due) if (due < today) != over => {
                let (zh, en) = if over {
                    (format!("期限至 {due}，期满前不能执行这项操作"), format!("there is time until {due}; this comes after it"))
                } else {
                    (format!("期限已于 {due} 届满"), format!("there was time until {due}"))
                };
                Err(Refusal::new(Kind::Conflict, "price.case.days", zh, en))
            }
            _ => Ok(()),
        }
    }

    async fn decide(&self, tx: &mut Tx, new: Decision<'_>) -> Result<Done, Refusal> {
        use CaseState::{Appealed, Decided, Explained, Final, Notified};
        let case = self.case;
        self.is(&[Notified, Explained, Appealed])?;
        if case.state == Notified {
            self.until(case.answer_due, true)?;
        }
        self.may_decide()?;
        let why = words(new.words, 2, 1_000, ("决定理由", "why"))?;
        let relation = words(new.relation, 2, 500, ("客情处理", "how the relationship is looked after"))?;
        self.fits(tx, &new).await?;
        let due = self.terms.calendar.after(self.terms.today, self.terms.appeal_days);
        let (verb, to, due) = if case.state == Appealed { ("settle", Final, case.appeal_due) } else { ("decide", Decided, Some(due)) };
        let sql =
            "update price_case set measure = $2, amount = $3, harmed = $4, compensation = $5, agreement = $6, clause = $7, decided_by = $8,
                       appeal_due = $9 where id = $1";
        let Decision { measure, amount, harmed, compensation, agreement, clause, .. } = new;
        let values = args![&case.id, measure.name(), amount, harmed, compensation, agreement.trim(), clause.trim(), self.who, due];
        tx.execute(sql, values).await?;
        self.supply(tx, measure, if to == Final { self.terms.today } else { due.map_or(self.terms.today, |day| day.plus_days(1)) }).await?;
        let after = json!({ "measure": measure.name(), "amount": amount.0, "harmed": harmed, "compensation": compensation.0,
            "agreement": agreement, "clause": clause, "relation": relation });
        tx.audit(Entry::new(self.who, "price_case.measure", "price_case", &case.id).after(after.to_string()).reason(why));
        Ok(done(verb, to, format!("{why}\n{relation}")))
    }

    fn may_decide(&self) -> Result<(), Refusal> {
        let (case, who) = (self.case, self.who);
        another(&case.opened_by, who, ("案件", "a case"))?;
        if case.state == CaseState::Appealed {
            another(&case.decided_by, who, ("申诉", "a decision"))?;
        }
        if self.terms.manager.is_empty() || !same_hand(self.terms.manager, who) {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::Forbidden,
            "price.case.manager",
            "该网点由您负责，决定须由另一人作出",
            "you look after this outlet; another person decides",
        ))
    }

    /// Stops the partner's supply from a day on, or lets it be where a decision stops nothing.
    async fn supply(&self, tx: &mut Tx, measure: Measure, from: Date) -> Result<(), Refusal> {
        let case = self.case;
        if measure != Measure::SupplyStop {
            return stop::lift(tx, self.who, &case.id, self.terms.today).await;
        }
        let why = Text::new(format!("市场秩序案件 {} 决定停供", case.id), format!("the case {} stops supply", case.id));
        let debtor = Debtor { partner: &case.partner, territory: &case.territory };
        stop::order(tx, self.who, &stop::New { debtor, ground: &case.id, why: &why, from }).await
    }

    async fn fits(&self, tx: &mut Tx, new: &Decision<'_>) -> Result<(), Refusal> {
        let case = self.case;
        let conflict = |code, zh: String, en: String| Err(Refusal::new(Kind::Conflict, code, zh, en));
        let in_range = |fen: Fen| (0..=HIGHEST).contains(&fen.0);
        let paid =
            new.compensation == Fen::ZERO || case.kind == CaseKind::Diversion && !new.harmed.is_empty() && new.harmed != case.partner;
        if !in_range(new.amount) || !in_range(new.compensation) || (new.measure == Measure::Deduction) != (new.amount > Fen::ZERO) || !paid
        {
            return Err(Refusal::bad_input(
                "price.case.amount",
                "扣款须有金额，其他处理没有金额；补偿只用于窜货案件，须注明受损代理商",
                "a deduction has an amount and nothing else has; a compensation is of a diversion, and names who was harmed",
            ));
        }
        if case.mode == Some(Mode::ApprovedFloor) && new.measure > Measure::Talk {
            return conflict(
                "price.case.measure_mode",
                "该价格只经法务批准为最低价，不是我方代理销售：至多约谈，不能警告、扣款或停供".to_owned(),
                "counsel approved this floor and the goods are not ours: a talk at most, no warning, deduction or stop of supply"
                    .to_owned(),
            );
        }
        if case.state == CaseState::Appealed && (case.measure.is_some_and(|before| new.measure > before) || new.amount > case.amount) {
            return conflict("price.case.harsher", "申诉后的处理不能更重".to_owned(), "an appeal makes nothing harsher".to_owned());
        }
        self.within_ladder(tx, new.measure).await?;
        if new.measure <= Measure::Talk && new.compensation == Fen::ZERO {
            return Ok(());
        }
        let (agreement, clause) = (new.agreement.trim(), new.clause.trim());
        let agreed = self.terms.master.agreements();
        let holds = agreed.filter(|row| row.code == agreement && row.partner == case.partner).any(|row| row.span.contains(case.found_on));
        if holds && (1..=200).contains(&clause.chars().count()) {
            return Ok(());
        }
        conflict(
            "price.case.clause",
            format!("处理须依据代理商 {} 在 {} 有效的协议及其条款；请填写协议编号和条款", case.partner, case.found_on),
            format!("the measure needs an agreement of {} in force on {} and its clause; name both", case.partner, case.found_on),
        )
    }

    /// The measure may be no harder than the step that so many earlier cases lead to.
    async fn within_ladder(&self, tx: &mut Tx, measure: Measure) -> Result<(), Refusal> {
        let case = self.case;
        let sql = "select count(*) as n from price_case where outlet = $1 and kind = $2 and id <> $3 and found_on >= $4
                   and measure not in ('', 'none') and state in ('final', 'rechecked', 'closed')";
        let since = case.found_on.plus_months(-YEAR);
        let earlier = tx.query_one(sql, args![&case.outlet, case.kind.name(), &case.id, since]).await?.count("n")?;
        let step = self.terms.ladder.get(earlier as usize).or(self.terms.ladder.last()).copied().unwrap_or(Measure::Talk);
        if measure <= step {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::Conflict,
            "price.case.ladder",
            format!("该网点一年内已有 {earlier} 件同类案件，按处罚阶梯至多 {}；请减轻处理", step.name()),
            format!("the outlet had {earlier} such cases within a year, so the ladder allows {} at most; choose less", step.name()),
        ))
    }

    /// For a price, a check of the outlet and product since the decision must show it in order.
    async fn right(&self, tx: &mut Tx, seen: &str) -> Result<(), Refusal> {
        if self.case.kind == CaseKind::Diversion && seen.is_empty() {
            return Ok(());
        }
        let one = check::get(tx, &Sight::everywhere(), seen).await?;
        let same = one.outlet == self.case.outlet && one.product == self.case.product && one.seen_on > self.case.found_on;
        if same && one.verdict == Verdict::Fine {
            return Ok(());
        }
        Err(Refusal::new(
            Kind::Conflict,
            "price.case.not_right",
            format!("复查须有该网点、该产品立案后价格正常的检查；{seen} 不是，请先复查"),
            format!("a re-check needs a later check of this outlet and product that is in order, and {seen} is not one; look again first"),
        ))
    }
}
