//! Finds a line or zero by its name.

use super::{Name, Target, World, not_found};
use qudao_engine::settle::Rows;
use qudao_kernel::Refusal;
use qudao_policy::lines::{Line, Reason};
use qudao_settle::proof::{LineId, Subject};
use std::collections::BTreeSet;

impl World {
    /// Looks a name up in the lines of the run, then in its reasons.
    pub(super) fn find(&self, name: &Name) -> Result<Target, Refusal> {
        let line = &name.text;
        let [policy, component, rest] = line.splitn(3, '/').collect::<Vec<_>>()[..] else {
            return Err(Refusal::bad_input(
                "cli.prove.name",
                format!("{line} 不是 政策/组件/业务编号[/收款方]，例如 开卡酬金/基本/E0001"),
                format!("{line} is not policy/component/basis[/payee], such as fees/basic/E0001"),
            ));
        };
        let mut readings = vec![(rest, None)];
        readings.extend(rest.rsplit_once('/').map(|(basis, payee)| (basis, Some(payee))));
        let accounts: Vec<Option<String>> = match &name.partner {
            Some(partner) => vec![Some(partner.clone())],
            None => self.likely(&readings).into_iter().map(Some).chain([None]).collect(),
        };
        let rows = |partner: &Option<String>, basis: &str| Rows {
            partner: partner.clone(),
            component: Some(component.to_owned()),
            basis: Some(basis.to_owned()),
            ..Rows::default()
        };
        for account in &accounts {
            for (basis, payee) in &readings {
                let mut found: Option<Line> = None;
                self.lines.each(&rows(account, basis), |line| {
                    if found.is_none() && line.policy == policy && payee.is_none_or(|payee| payee == line.payee) {
                        found = Some(line.clone());
                    }
                })?;
                if let Some(line) = found {
                    return Ok(Target::of_line(line));
                }
            }
        }
        for account in &accounts {
            for (basis, _) in &readings {
                let mut found: Option<Reason> = None;
                self.reasons.each(&rows(account, basis), |reason| {
                    if found.is_none() && reason.policy == policy {
                        found = Some(reason.clone());
                    }
                })?;
                if let Some(reason) = found {
                    return Ok(Target::of_reason(reason));
                }
            }
        }
        Err(not_found(line, &self.run))
    }

    /// Accounts a line of this name is likely to be in: the payee's, that of the outlet or clerk paid, that of the group. To look there first
    /// spares searching the whole month for an event id.
    fn likely(&self, readings: &[(&str, Option<&str>)]) -> Vec<String> {
        let (mut likely, last) = (Vec::new(), self.period.last_day());
        for (basis, payee) in readings {
            for code in payee.iter().copied().chain([basis.split('/').next().unwrap_or_default()]) {
                let of_clerk = self.master.clerk(code, last).map(|clerk| clerk.outlet.as_str());
                let outlet = [Some(code), of_clerk].into_iter().flatten().find_map(|outlet| self.master.outlet(outlet, last));
                let is_partner = self.master.partner(code, last).is_some();
                likely.extend(is_partner.then(|| code.to_owned()).into_iter().chain(outlet.map(|outlet| outlet.owner.clone())));
            }
        }
        let mut seen = BTreeSet::new();
        likely.retain(|code| seen.insert(code.clone()));
        likely
    }
}

impl Target {
    pub(super) fn of_line(line: Line) -> Self {
        let partners = BTreeSet::from([line.partner.clone(), line.own_partner.clone()]);
        let (own, day, subject) = (line.own_partner.clone(), line.day, Subject::Line(LineId::of(&line)));
        Self { subject, own, partners, day, reason: None, line: Some(line) }
    }

    pub(super) fn of_reason(reason: Reason) -> Self {
        let (own, day, held) = (reason.partner.clone(), reason.day, reason.clone());
        let subject = Subject::Zero { policy: reason.policy, version: reason.version, component: reason.component, basis: reason.basis };
        Self { subject, line: None, reason: Some(held), partners: BTreeSet::from([own.clone()]), own, day }
    }
}
