//! What crosses blocks: totals of measures, claims that are decided over the whole company, and totals of lines of earlier periods.

use super::fast::{Map, Set};
use super::measure::line_key_kind;
use super::num::{self, Overflow, Ratio};
use super::plan::CompNo;
use qudao_kernel::Month;
use qudao_policy::lines::{Line, LineKind};
use qudao_policy::model::{Budget, Key, Order, PayeeKind};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A measure's values by full key: `""` for the company, a territory code, a partner, or `partner/second`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Totals {
    den: i128,
    sums: Map<String, i128>,
    members: Option<Map<String, Set<String>>>,
    /// With members: their number is taken from this. Without: the value of a key that is not there.
    idle_of: Option<i128>,
}

impl Totals {
    /// Sums over one denominator.
    pub(crate) fn sums(den: i128, sums: Map<String, i128>) -> Self {
        Self { den, sums, members: None, idle_of: None }
    }

    /// Values of keys that come once, each complete; `absent` for all others.
    pub(crate) fn complete(den: i128, values: Map<String, i128>, absent: i128) -> Self {
        Self { den, sums: values, members: None, idle_of: Some(absent) }
    }

    /// Numbers of distinct members; `idle_of` minus them where given.
    pub(crate) fn members(pairs: Vec<(String, String)>, idle_of: Option<i128>) -> Self {
        let mut members: Map<String, Set<String>> = Map::default();
        for (key, member) in pairs {
            members.entry(key).or_default().insert(member);
        }
        Self { den: 1, sums: Map::default(), members: Some(members), idle_of }
    }

    /// Adds another block's part.
    pub(crate) fn add_all(&mut self, other: Totals) -> Result<(), Overflow> {
        if let (Some(mine), Some(theirs)) = (&mut self.members, other.members) {
            for (key, members) in theirs {
                mine.entry(key).or_default().extend(members);
            }
        }
        if self.den != other.den {
            let (reduced, _) = num::reduce((self.den, other.den));
            let common = reduced.checked_mul(other.den).ok_or(Overflow)?;
            self.rescale(common)?;
        }
        let factor = self.den / other.den;
        for (key, sum) in other.sums {
            let scaled = sum.checked_mul(factor).ok_or(Overflow)?;
            let mine = self.sums.entry(key).or_default();
            *mine = mine.checked_add(scaled).ok_or(Overflow)?;
        }
        Ok(())
    }

    fn rescale(&mut self, den: i128) -> Result<(), Overflow> {
        let factor = den / self.den;
        for sum in self.sums.values_mut() {
            *sum = sum.checked_mul(factor).ok_or(Overflow)?;
        }
        self.den = den;
        Ok(())
    }

    /// Every sum times a share.
    pub(crate) fn scaled(mut self, (num, den): Ratio) -> Result<Self, Overflow> {
        for sum in self.sums.values_mut() {
            *sum = sum.checked_mul(num).ok_or(Overflow)?;
        }
        self.den = self.den.checked_mul(den).ok_or(Overflow)?;
        Ok(self)
    }

    /// Value of a key.
    pub(crate) fn get(&self, key: &str) -> Ratio {
        match (&self.members, self.idle_of) {
            (Some(members), idle_of) => {
                let count = members.get(key).map_or(0, |set| set.len() as i128);
                (idle_of.map_or(count, |months| months - count), 1)
            }
            (None, absent) => (self.sums.get(key).copied().or(absent).unwrap_or(0), self.den),
        }
    }
}

/// Sums of line amounts of one component by (account, payee of outlets and clerks or none).
pub(crate) type AccountSums = HashMap<(String, Option<(PayeeKind, String)>), i128>;

/// What a pass collects.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Measures by (policy, measure, anchor).
    #[serde(with = "pairs")]
    pub(crate) measures: HashMap<(usize, usize, i32), Totals>,
    /// First claim for each value of a component's `once` column: (day, event id).
    #[serde(with = "pairs")]
    pub(crate) once: HashMap<(CompNo, String), (i32, String)>,
    /// Claims on budgets by (policy, budget).
    #[serde(with = "pairs")]
    pub(crate) budgets: HashMap<(usize, usize), Vec<BudgetClaim>>,
    /// What versions whose turn is over accrued, by family.
    pub(crate) accrued: HashMap<u32, i128>,
    /// Values of `once` columns they paid, by family.
    pub(crate) paid: HashSet<(u32, String)>,
    /// Line sums by family.
    #[serde(with = "pairs::nested")]
    pub(crate) lines: HashMap<u32, AccountSums>,
    /// Groups of components evaluated at the end: (policy, component) → full keys.
    #[serde(with = "pairs")]
    pub(crate) groups: HashMap<(usize, usize), HashSet<String>>,
}

/// One claim on a budget.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct BudgetClaim {
    pub(crate) day: i32,
    pub(crate) event: String,
    pub(crate) component: usize,
    pub(crate) amount: i64,
}

impl Claims {
    /// Adds a block's part of a measure.
    pub(crate) fn add_measure(&mut self, policy: usize, measure: usize, anchor: Month, part: Totals) -> Result<(), Overflow> {
        match self.measures.entry((policy, measure, anchor.index())) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(part);
                Ok(())
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => entry.get_mut().add_all(part),
        }
    }

    /// Adds a line to the sums of its account, and of its payee where that is an outlet or clerk.
    pub(crate) fn add_line(&mut self, family: u32, account: &str, kind: PayeeKind, payee: &str, amount: i64) -> Result<(), Overflow> {
        self.add_sum(family, account, None, i128::from(amount))?;
        if matches!(kind, PayeeKind::Outlet | PayeeKind::Clerk) {
            self.add_sum(family, account, Some((kind, payee)), i128::from(amount))?;
        }
        Ok(())
    }

    /// Adds a sum of lines to an account, or to an outlet's or clerk's part of it.
    pub(crate) fn add_sum(&mut self, family: u32, account: &str, payee: Option<(PayeeKind, &str)>, by: i128) -> Result<(), Overflow> {
        let key = (account.to_string(), payee.map(|(kind, code)| (kind, code.to_string())));
        let sum = self.lines.entry(family).or_default().entry(key).or_default();
        *sum = sum.checked_add(by).ok_or(Overflow)?;
        Ok(())
    }

    /// Offers a claim for a `once` value; the earliest by day, then event id, stays.
    pub(crate) fn claim_once(&mut self, comp: CompNo, value: &str, day: i32, event: &str) {
        let claim = (day, event);
        match self.once.get_mut(&(comp, value.to_string())) {
            Some(first) if (first.0, first.1.as_str()) <= claim => {}
            Some(first) => *first = (day, event.to_string()),
            None => {
                self.once.insert((comp, value.to_string()), (day, event.to_string()));
            }
        }
    }

    /// Joins what two workers collected.
    pub(crate) fn merge(&mut self, other: Claims) -> Result<(), Overflow> {
        for ((policy, measure, anchor), part) in other.measures {
            self.add_measure(policy, measure, Month::from_index(anchor), part)?;
        }
        for ((comp, value), (day, event)) in other.once {
            self.claim_once(comp, &value, day, &event);
        }
        for (family, sum) in other.accrued {
            *self.accrued.entry(family).or_default() += sum;
        }
        self.paid.extend(other.paid);
        for (key, claims) in other.budgets {
            self.budgets.entry(key).or_default().extend(claims);
        }
        for (key, sums) in other.lines {
            let mine = self.lines.entry(key).or_default();
            for (account, sum) in sums {
                let total = mine.entry(account).or_default();
                *total = total.checked_add(sum).ok_or(Overflow)?;
            }
        }
        for (key, groups) in other.groups {
            self.groups.entry(key).or_default().extend(groups);
        }
        Ok(())
    }
}

/// Maps whose keys are no texts, as lists of pairs.
mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::HashMap;
    use std::hash::Hash;

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(map: &HashMap<K, V>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K: Deserialize<'de> + Eq + Hash, V: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<HashMap<K, V>, D::Error> {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }

    /// The same for maps of such maps.
    pub(super) mod nested {
        use serde::{Deserialize, Deserializer, Serialize, Serializer};
        use std::collections::HashMap;
        use std::hash::Hash;

        type Nested<A, K, V> = HashMap<A, HashMap<K, V>>;

        pub(in super::super) fn serialize<A: Serialize, K: Serialize, V: Serialize, S: Serializer>(
            map: &Nested<A, K, V>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(map.iter().map(|(key, inner)| (key, inner.iter().collect::<Vec<_>>())))
        }

        pub(in super::super) fn deserialize<'de, A, K, V, D>(deserializer: D) -> Result<Nested<A, K, V>, D::Error>
        where
            A: Deserialize<'de> + Eq + Hash,
            K: Deserialize<'de> + Eq + Hash,
            V: Deserialize<'de>,
            D: Deserializer<'de>,
        {
            Ok(Vec::<(A, Vec<(K, V)>)>::deserialize(deserializer)?
                .into_iter()
                .map(|(key, inner)| (key, inner.into_iter().collect()))
                .collect())
        }
    }
}

/// What earlier passes decided.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Decided {
    /// Values of crossing measures.
    #[serde(with = "pairs")]
    pub(crate) measures: HashMap<(usize, usize, i32), Totals>,
    /// Whose claims are collected: versions with so many earlier ones in the period. Those before them pay.
    pub(crate) turn: usize,
    /// The winning claim of each `once` value of a component.
    #[serde(with = "pairs")]
    pub(crate) once: HashMap<(CompNo, String), (i32, String)>,
    /// Fen granted by (policy, budget), (component, event id).
    #[serde(with = "pairs::nested")]
    pub(crate) grants: HashMap<(usize, usize), HashMap<(usize, String), i64>>,
}

/// Grants claims on a budget in its order until it is used up.
pub(crate) fn grant(budget: &Budget, limit: i64, used: i128, mut claims: Vec<BudgetClaim>) -> HashMap<(usize, String), i64> {
    // Ties in amount keep the order by day, event id and component.
    claims.sort_unstable();
    match budget.order {
        Order::ByDay => {}
        Order::HighestFirst => claims.sort_by_key(|claim| std::cmp::Reverse(claim.amount)),
        Order::LowestFirst => claims.sort_by_key(|claim| claim.amount),
    }
    let mut left = (i128::from(limit) - used).max(0);
    let mut closed = false;
    let mut grants = HashMap::with_capacity(claims.len());
    for claim in claims {
        let wanted = i128::from(claim.amount);
        let given = match () {
            () if closed => 0,
            () if wanted <= left => wanted,
            () => {
                closed = true;
                if budget.partial { left } else { 0 }
            }
        };
        left -= given;
        grants.insert((claim.component, claim.event), i64::try_from(given).unwrap_or(0));
    }
    grants
}

type ByOrigin = BTreeMap<Month, i128>;
type ByPayee = HashMap<Option<(PayeeKind, String)>, ByOrigin>;

/// Totals of lines of earlier periods, by family.
#[derive(Default)]
pub(crate) struct EarlierTotals {
    /// Amounts by family, account, then payee of outlets and clerks (`None`: all payees).
    amounts: HashMap<u32, HashMap<String, ByPayee>>,
    /// Accrued by `Earn` lines, by family, key and its code.
    accrued: HashMap<(u32, Key, String), ByOrigin>,
    /// What was accrued for each value of a `once` column, item by item.
    once: HashMap<(u32, String), HashMap<String, i128>>,
}

impl EarlierTotals {
    /// Adds a line of an earlier run.
    pub(crate) fn add(&mut self, family: u32, line: &Line) -> Result<(), Overflow> {
        let by_payee = self.amounts.entry(family).or_default().entry(line.partner.clone()).or_default();
        let amount = i128::from(line.amount);
        bump(by_payee.entry(None).or_default(), line.origin, amount)?;
        if matches!(line.payee_kind, PayeeKind::Outlet | PayeeKind::Clerk) {
            bump(by_payee.entry(Some((line.payee_kind, line.payee.clone()))).or_default(), line.origin, amount)?;
        }
        let accrued = i128::from(line.accrued);
        if line.counts_as == LineKind::Earn {
            if !line.once.is_empty() {
                *self.once.entry((family, line.once.clone())).or_default().entry(line.basis.clone()).or_default() += accrued;
            }
            for (key, code) in [
                (Key::Partner, line.own_partner.clone()),
                (Key::Outlet, format!("{}/{}", line.own_partner, line.outlet)),
                (Key::Clerk, format!("{}/{}", line.own_partner, line.clerk)),
                (Key::Company, String::new()),
            ] {
                bump(self.accrued.entry((family, key, code)).or_default(), line.origin, accrued)?;
            }
        }
        Ok(())
    }

    /// Amounts of an account over months: payee and sum. `kind` as from [`line_key_kind`].
    pub(crate) fn amounts(&self, family: u32, account: &str, kind: Option<PayeeKind>, first: Month, last: Month) -> Vec<(&str, i128)> {
        if first > last {
            return Vec::new();
        }
        let Some(payees) = self.amounts.get(&family).and_then(|accounts| accounts.get(account)) else { return Vec::new() };
        payees
            .iter()
            .filter(|(payee, _)| payee.as_ref().map(|(kind, _)| *kind) == kind)
            .filter_map(|(payee, sums)| {
                let mut months = sums.range(first..=last).peekable();
                months.peek()?;
                Some((payee.as_ref().map_or("", |(_, code)| code.as_str()), months.map(|(_, sum)| *sum).sum()))
            })
            .collect()
    }

    /// All accounts with amounts of a family.
    pub(crate) fn accounts(&self, family: u32) -> impl Iterator<Item = &String> {
        self.amounts.get(&family).into_iter().flat_map(HashMap::keys)
    }

    /// What families accrued for a key over months.
    pub(crate) fn accrued(&self, families: &[u32], key: Key, code: &str, first: Month, last: Month) -> i128 {
        if first > last {
            return 0;
        }
        let months = families
            .iter()
            .filter_map(|family| self.accrued.get(&(*family, key, code.to_string())))
            .flat_map(|months| months.range(first..=last));
        months.map(|(_, sum)| *sum).sum::<i128>()
    }

    /// Whether a `once` value has been paid: some item with it accrued something other than 0 in all.
    pub(crate) fn paid_once(&self, family: u32, value: &str) -> bool {
        self.once.get(&(family, value.to_string())).is_some_and(|items| items.values().any(|sum| *sum != 0))
    }
}

fn bump(months: &mut ByOrigin, month: Month, by: i128) -> Result<(), Overflow> {
    let sum = months.entry(month).or_default();
    *sum = sum.checked_add(by).ok_or(Overflow)?;
    Ok(())
}

/// Line sums of one account key for a measure evaluated at the end, by full key: `""` for the company, an account, or `account/payee`.
pub(crate) fn line_totals(
    earlier: &EarlierTotals,
    now: &HashMap<u32, AccountSums>,
    families: &[u32],
    key: Key,
    (first, last): (Month, Month),
    period: Month,
) -> Result<Totals, Overflow> {
    let kind = line_key_kind(key);
    let full = |account: &str, payee: &str| match (key, payee) {
        (Key::Company, _) => String::new(),
        (_, "") => account.to_string(),
        _ => format!("{account}/{payee}"),
    };
    let mut sums: Map<String, i128> = Map::default();
    let mut add = |key: String, by: i128| {
        let sum = sums.entry(key).or_default();
        *sum = sum.checked_add(by).ok_or(Overflow)?;
        Ok::<(), Overflow>(())
    };
    for family in families {
        for account in earlier.accounts(*family) {
            for (payee, sum) in earlier.amounts(*family, account, kind, first, last) {
                add(full(account, payee), sum)?;
            }
        }
        if first <= period && period <= last {
            for ((account, payee), sum) in now.get(family).into_iter().flatten() {
                if payee.as_ref().map(|(kind, _)| *kind) == kind {
                    add(full(account, payee.as_ref().map_or("", |(_, code)| code)), *sum)?;
                }
            }
        }
    }
    Ok(Totals::sums(1, sums))
}
