//! The subscriber's state in the period, found by subscriber.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use qudao_kernel::facts::Col;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

/// Rows of `subscriber_month` of one month, with the columns that are asked for.
#[derive(Default)]
pub(crate) struct Subs {
    index: HashMap<u128, u32, PassThrough>,
    columns: Vec<(Col, ArrayRef)>,
}

/// The key is a hash already.
#[derive(Default, Clone, Copy)]
pub(crate) struct PassThrough;

pub(crate) struct Low64(u64);

impl BuildHasher for PassThrough {
    type Hasher = Low64;
    fn build_hasher(&self) -> Low64 {
        Low64(0)
    }
}

impl Hasher for Low64 {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }
}

const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// 128 bits of a text; two different ones meet with probability below 10⁻²⁰ even among a hundred million.
pub(crate) fn key(text: &str) -> u128 {
    let mut state: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834 ^ text.len() as u128;
    for chunk in text.as_bytes().chunks(16) {
        let mut word = [0_u8; 16];
        word[..chunk.len()].copy_from_slice(chunk);
        state = (state ^ u128::from_le_bytes(word)).wrapping_mul(MULTIPLIER);
        state ^= state >> 67;
    }
    state = state.wrapping_mul(MULTIPLIER);
    state ^ (state >> 64)
}

impl Subs {
    /// Indexes the rows. `event_id` decides between several rows of one subscriber: the greatest stays.
    pub(crate) fn new(subscriber: &ArrayRef, event_id: Option<&ArrayRef>, columns: Vec<(Col, ArrayRef)>) -> Self {
        let mut index: HashMap<u128, u32, PassThrough> = HashMap::with_capacity_and_hasher(subscriber.len(), PassThrough);
        let subscribers = subscriber.as_string_view();
        let ids = event_id.map(datafusion::arrow::array::AsArray::as_string_view);
        let id = |row: u32| ids.map_or("", |ids| ids.value(row as usize));
        for row in 0..subscribers.len() {
            if subscribers.is_null(row) || subscribers.value(row).is_empty() {
                continue;
            }
            let row32 = row as u32;
            index
                .entry(key(subscribers.value(row)))
                .and_modify(|seen| {
                    if id(row32) > id(*seen) {
                        *seen = row32;
                    }
                })
                .or_insert(row32);
        }
        Self { index, columns }
    }

    /// Row of a subscriber.
    pub(crate) fn find(&self, subscriber: &str) -> Option<usize> {
        if subscriber.is_empty() || self.index.is_empty() {
            return None;
        }
        self.index.get(&key(subscriber)).map(|row| *row as usize)
    }

    /// A column.
    pub(crate) fn column(&self, col: Col) -> Option<&ArrayRef> {
        self.columns.iter().find(|(held, _)| *held == col).map(|(_, array)| array)
    }
}
