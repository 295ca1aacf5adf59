//! What a trial shows that somebody should look at. Pure: figures in, findings out.

use super::difference::Stated;
use std::collections::BTreeMap;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// Facts nobody could be found for.
    Unattributed,
    /// Rows of the month that were refused at import.
    Rejected,
    /// A partner owes more than it earned.
    Negative,
    /// A partner's amount is far from the month before.
    Change,
    /// A partner with many facts held for suspicion.
    Hold,
    /// No partner was settled a second time.
    Unchecked,
}

impl FindingKind {
    pub(super) const ALL: [FindingKind; 6] = [
        FindingKind::Unattributed,
        FindingKind::Rejected,
        FindingKind::Negative,
        FindingKind::Change,
        FindingKind::Hold,
        FindingKind::Unchecked,
    ];

    /// As tables and clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            FindingKind::Unattributed => "unattributed",
            FindingKind::Rejected => "rejected",
            FindingKind::Negative => "negative",
            FindingKind::Change => "change",
            FindingKind::Hold => "hold",
            FindingKind::Unchecked => "unchecked",
        }
    }
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Kind.
    pub kind: FindingKind,
    /// Partner; empty where it is about the month.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// How many facts or rows.
    pub count: i64,
    /// Fen now.
    pub amount: i64,
    /// Fen in the month before.
    pub before: i64,
}

/// From where on something is a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Change against the month before, millionths.
    pub change_ppm: i64,
    /// And at least so many fen.
    pub change_fen: i64,
    /// Held facts of one partner.
    pub holds: u64,
    /// Most findings of one kind; the largest are kept.
    pub most: usize,
}

/// What the run counted beside its statements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Facts of nobody.
    pub unattributed: u64,
    /// Rows refused at import.
    pub rejected: u64,
    /// Partners settled twice and found the same.
    pub checked: usize,
}

/// The findings of a month, against the one before where there is one.
pub fn find(now: &[Stated], before: Option<&[Stated]>, counts: Counts, limits: Limits) -> Vec<Finding> {
    let of_month = |kind, count: u64| Finding {
        kind,
        subject: String::new(),
        name: String::new(),
        count: i64::try_from(count).unwrap_or(i64::MAX),
        amount: 0,
        before: 0,
    };
    let mut found = Vec::new();
    if counts.unattributed > 0 {
        found.push(of_month(FindingKind::Unattributed, counts.unattributed));
    }
    if counts.rejected > 0 {
        found.push(of_month(FindingKind::Rejected, counts.rejected));
    }
    if counts.checked == 0 {
        found.push(of_month(FindingKind::Unchecked, 0));
    }
    let of_partner = |kind, one: &Stated, count: u64, amount, before| Finding {
        kind,
        subject: one.partner.clone(),
        name: one.name.clone(),
        count: i64::try_from(count).unwrap_or(i64::MAX),
        amount,
        before,
    };
    let then: BTreeMap<&str, i64> = before.unwrap_or(&[]).iter().map(|one| (one.partner.as_str(), one.amount)).collect();
    let earlier = |one: &Stated| then.get(one.partner.as_str()).copied().unwrap_or(0);
    // Lines of facts nobody was found for are the finding above, not a partner.
    let partners = || now.iter().filter(|one| !one.partner.is_empty());
    let negative = partners().filter(|one| one.due < 0);
    keep(&mut found, limits.most, negative.map(|one| of_partner(FindingKind::Negative, one, one.lines, one.due, 0)).collect());
    if before.is_some() {
        let mut changed: Vec<Finding> = partners()
            .filter(|one| is_large(one.amount, earlier(one), limits))
            .map(|one| of_partner(FindingKind::Change, one, one.lines, one.amount, earlier(one)))
            .collect();
        let present: std::collections::BTreeSet<&str> = now.iter().map(|one| one.partner.as_str()).collect();
        let gone = before.unwrap_or(&[]).iter().filter(|one| !one.partner.is_empty() && !present.contains(one.partner.as_str()));
        changed
            .extend(gone.filter(|one| is_large(0, one.amount, limits)).map(|one| of_partner(FindingKind::Change, one, 0, 0, one.amount)));
        keep(&mut found, limits.most, changed);
    }
    let held = partners().filter(|one| one.held >= limits.holds.max(1));
    keep(&mut found, limits.most, held.map(|one| of_partner(FindingKind::Hold, one, one.held, one.held_fen, 0)).collect());
    found
}

fn is_large(now: i64, before: i64, limits: Limits) -> bool {
    let change = (i128::from(now) - i128::from(before)).abs();
    change >= i128::from(limits.change_fen) && change * 1_000_000 >= i128::from(before).abs() * i128::from(limits.change_ppm)
}

/// The largest of a kind.
fn keep(found: &mut Vec<Finding>, most: usize, mut more: Vec<Finding>) {
    let size = |one: &Finding| (i128::from(one.amount) - i128::from(one.before)).unsigned_abs().max(u128::from(one.count.unsigned_abs()));
    more.sort_by(|a, b| size(b).cmp(&size(a)).then(a.subject.cmp(&b.subject)));
    more.truncate(most);
    found.extend(more);
}
