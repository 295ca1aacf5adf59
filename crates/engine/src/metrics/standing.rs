//! Which facts stand: the latest version of each, and which events a standing return or cancellation refers to.

use super::columns::{Texts, dates};
use super::scan::{Footers, Place, Rows, read};
use crate::facts::store::broken;
use crate::facts::{FactStore, Snapshot};
use crate::settle::subs::{PassThrough, key};
use datafusion::arrow::array::RecordBatch;
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Month, Refusal};
use qudao_metrics::State;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Known day of the version that counts, by the key of the event id.
type Winners = HashMap<u128, i32, PassThrough>;

/// What stands in a snapshot.
pub(super) struct Standing {
    winners: BTreeMap<Table, Winners>,
    referred_to: HashSet<u128, PassThrough>,
}

impl Standing {
    /// Where nothing was corrected and no state is asked for.
    pub(super) fn none() -> Self {
        Self { winners: BTreeMap::new(), referred_to: HashSet::default() }
    }

    /// Of a snapshot.
    pub(super) fn new(store: &FactStore, footers: &Footers, snapshot: &Snapshot) -> Result<Self, Refusal> {
        let mut winners = BTreeMap::new();
        for table in Table::ALL {
            let found = store.corrections(snapshot, table)?;
            winners.insert(table, found.into_iter().map(|(id, day)| (key(&id), day.days())).collect());
        }
        let mut referred_to = HashSet::default();
        let mut this = Self { winners, referred_to: HashSet::default() };
        let columns = [Col::EventId, Col::Kind, Col::KnownOn, Col::Ref].map(|col| col.name().to_owned());
        for file in snapshot.files(Table::BusinessEvent, Month::from_index(i32::MIN), Month::from_index(i32::MAX)) {
            let place = Place { path: file.path.clone(), bytes: file.bytes };
            for batch in read(store, footers, &place, &columns, Rows::Named)? {
                let (kinds, refs) = (Texts::of(&batch, Col::Kind.name())?, Texts::of(&batch, Col::Ref.name())?);
                let stands = this.stands(Table::BusinessEvent, &batch).map_err(|_| broken(&file.path, &"a column is missing"))?;
                for row in 0..batch.num_rows() {
                    if stands(row) && State::of(kinds.get(row), false) == State::Reversal && !refs.get(row).is_empty() {
                        referred_to.insert(key(refs.get(row)));
                    }
                }
            }
        }
        this.referred_to = referred_to;
        Ok(this)
    }

    /// Whether versions of a table's facts must be told apart.
    pub(super) fn has_versions(&self, table: Table) -> bool {
        self.winners.get(&table).is_some_and(|winners| !winners.is_empty())
    }

    /// Whether each row is the version that counts. The batch has ids and known days where there are versions.
    pub(super) fn stands<'s>(&'s self, table: Table, batch: &'s RecordBatch) -> Result<Box<dyn Fn(usize) -> bool + 's>, Refusal> {
        let Some(winners) = self.winners.get(&table).filter(|winners| !winners.is_empty()) else { return Ok(Box::new(|_| true)) };
        let (ids, known) = (Texts::of(batch, Col::EventId.name())?, dates(batch, Col::KnownOn.name())?);
        Ok(Box::new(move |row| match (known(row), winners.get(&key(ids.get(row)))) {
            (Some(known), Some(winner)) => known == *winner,
            _ => true,
        }))
    }

    /// Whether a return or cancellation refers to an event.
    pub(super) fn is_referred_to(&self, id: &str) -> bool {
        !self.referred_to.is_empty() && self.referred_to.contains(&key(id))
    }

    /// A number that changes when what stands of these rows changes.
    pub(super) fn marks(&self, table: Table, batch: &RecordBatch) -> Result<u64, Refusal> {
        let ids = Texts::of(batch, Col::EventId.name())?;
        let stands = self.stands(table, batch)?;
        let mut sum = 0_u64;
        for row in 0..batch.num_rows() {
            let id = ids.get(row);
            let mark = u64::from(!stands(row)) + 2 * u64::from(table == Table::BusinessEvent && self.is_referred_to(id));
            if mark > 0 {
                sum = sum.wrapping_add((key(id) as u64).wrapping_mul(2 * mark + 1));
            }
        }
        Ok(sum)
    }
}
