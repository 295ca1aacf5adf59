//! Pays an item: splits the amount over the payees, their parts over the instalments, and writes lines and obligations.

use super::item::Item;
use super::limits::once_value;
use super::trace::Event;
use super::{Rule, Run};
use qudao_kernel::{Fen, Refusal, Remainder};
use qudao_policy::lines::{Line, LineKind, Obligation, ObligationState, part_on_line};
use qudao_policy::model::{Payee, PayeeKind};

/// Who a payee is for an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    kind: PayeeKind,
    code: String,
    partner: String,
}

impl<'a> Run<'a> {
    /// The payee for an item; `None` where there is none.
    pub(crate) fn account(&self, payee: &Payee, item: &Item<'_>) -> Option<Account> {
        let master = self.input.master;
        let start = if item.earner.is_empty() { &item.own } else { &item.earner };
        let partner = |code: &str| Account { kind: PayeeKind::Partner, code: code.to_string(), partner: code.to_string() };
        let person = |kind: PayeeKind, code: &str| Account { kind, code: code.to_string(), partner: item.own.clone() };
        let account = match payee {
            Payee::Partner => partner(start),
            Payee::Ancestor(steps) => partner(&master.ancestor(start, *steps, item.day)?.code),
            Payee::AncestorOfTier(tiers) => partner(&master.ancestor_of_tier(start, tiers, item.day)?.code),
            Payee::Outlet => person(PayeeKind::Outlet, &item.outlet),
            Payee::Clerk => person(PayeeKind::Clerk, &item.clerk),
            Payee::Customer => person(PayeeKind::Customer, &item.customer),
            Payee::Subscriber => person(PayeeKind::Subscriber, &item.subscriber),
        };
        (!account.code.is_empty()).then_some(account)
    }

    /// The item with the account of its only payee, which its amount and requirements may read.
    pub(crate) fn with_payee(&self, rule: Rule<'a>, mut item: Item<'a>) -> Item<'a> {
        if let [only] = &rule.component().payees[..] {
            item.payee = self.account(&only.payee, &item).map(|account| account.partner).unwrap_or_default();
        }
        item
    }

    /// Why a payee cannot be paid. Partners other than the own one must stand on their own feet.
    fn unpayable(&self, account: Option<&Account>, item: &Item<'_>) -> Option<&'static str> {
        let Some(account) = account else { return Some("no_payee") };
        if account.kind != PayeeKind::Partner || account.code == item.own {
            return None;
        }
        match super::row::standing(&account.code, item.day, self.input.master) {
            Some("blacklisted") => Some("payee_blacklisted"),
            Some(_) => Some("payee_agreement_inactive"),
            None => None,
        }
    }

    /// Pays an amount that is not 0.
    pub(crate) fn pay(&mut self, rule: Rule<'a>, item: &Item<'a>, amount: i64) -> Result<(), Refusal> {
        let component = rule.component();
        let weights: Vec<u64> = component.payees.iter().map(|share| share.ppm).collect();
        for (position, part) in split(amount, &weights, component.remainder)?.into_iter().enumerate() {
            let account = self.account(&component.payees[position].payee, item);
            let refused = self.unpayable(account.as_ref(), item).filter(|_| part != 0);
            let (kind, code) = account.as_ref().map_or((PayeeKind::Partner, ""), |account| (account.kind, &account.code));
            self.hear(rule, &item.basis, Event::Part(position, kind, code, part, refused));
            match (account, refused) {
                (_, Some(code)) => self.reason(rule, item, code, None, part),
                (Some(account), None) if part != 0 => self.pay_part(rule, item, &account, position, part)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// One payee's part: what is due now as a line, the rest as obligations.
    fn pay_part(&mut self, rule: Rule<'a>, item: &Item<'a>, account: &Account, position: usize, accrued: i64) -> Result<(), Refusal> {
        let (component, period) = (rule.component(), self.input.period);
        let part = match item.base {
            Some((base, of)) => part_on_line(base, of, position),
            None => u32::try_from(position).ok().filter(|part| *part < 16),
        };
        let part = part.ok_or_else(|| too_deep(rule))?;
        let mut due_now = accrued;
        if let Some(schedule) = &component.schedule {
            due_now = 0;
            let weights: Vec<u64> = schedule.parts.iter().map(|instalment| instalment.ppm).collect();
            for (index, amount) in split(accrued, &weights, schedule.remainder)?.into_iter().enumerate() {
                let due = period.plus(i32::from(schedule.parts[index].month));
                self.hear(rule, &item.basis, Event::Instalment(position, index, due, amount));
                if due == period {
                    due_now += amount;
                } else if amount != 0 {
                    self.out.obligations.push(Obligation {
                        partner: account.partner.clone(),
                        policy: rule.policy.name.clone(),
                        version: rule.policy.version,
                        component: component.name.clone(),
                        basis: item.basis.clone(),
                        day: item.day,
                        payee_kind: account.kind,
                        payee: account.code.clone(),
                        part,
                        instalment: index as u16,
                        own_partner: item.own.clone(),
                        subscriber: item.subscriber.clone(),
                        amount,
                        origin: period,
                        due,
                        tries: 0,
                        state: ObligationState::Scheduled,
                    });
                }
            }
        }
        self.push_line(
            rule,
            Line {
                period,
                partner: account.partner.clone(),
                policy: rule.policy.name.clone(),
                version: rule.policy.version,
                component: component.name.clone(),
                kind: LineKind::Earn,
                basis: item.basis.clone(),
                day: item.day,
                payee_kind: account.kind,
                payee: account.code.clone(),
                part,
                subscriber: item.subscriber.clone(),
                once: once_value(item, component.once),
                own_partner: item.own.clone(),
                outlet: item.outlet.clone(),
                clerk: item.clerk.clone(),
                origin: period,
                counts_as: LineKind::Earn,
                accrued,
                amount: due_now,
                destination: component.destination,
                pay_on: component.pay.day(period),
            },
        );
        Ok(())
    }

    /// Writes a line.
    pub(crate) fn push_line(&mut self, rule: Rule<'a>, line: Line) {
        self.hear(rule, &line.basis, Event::Line(&line));
        self.out.lines.push(line);
    }
}

/// Splits by weights in millionths; the parts sum to the whole.
fn split(amount: i64, weights: &[u64], remainder: Remainder) -> Result<Vec<i64>, Refusal> {
    match Fen(amount).split(weights, remainder) {
        Ok(parts) => Ok(parts.into_iter().map(|part| part.0).collect()),
        Err(error) => Err(Refusal::bad_input(
            "settle.policy.shares",
            format!("无法按政策中的份额拆分金额 {}:{error};请检查受益人或分期的份额", Fen(amount)),
            format!("cannot split {} by the shares of the policy: {error}; check the shares of payees or instalments", Fen(amount)),
        )),
    }
}

fn too_deep(rule: Rule<'_>) -> Refusal {
    let (policy, component) = (&rule.policy.name, &rule.component().name);
    Refusal::bad_input(
        "settle.policy.too_deep",
        format!("政策 {policy} 的规则 {component} 受益人超过 16 个、引用的规则超过 16 条,或“按行计酬”叠加超过两层;请拆分规则"),
        format!(
            "policy {policy}, component {component}: more than 16 payees, more than 16 components it pays on, or lines on lines more than two deep; split the component"
        ),
    )
}
