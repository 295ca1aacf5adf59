//! The subscriber's state in the period, found by subscriber.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use qudao_kernel::facts::Col;
use std::hash::{BuildHasher, Hasher};

/// Rows of `subscriber_month` of one month, with the columns that are asked for. A row takes 17 to 22 bytes and its columns.
#[derive(Default)]
pub(crate) struct Subs {
    rows: HashTable<u32>,
    keys: Keys,
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

/// 128 bits of a text. Of these 96 are compared for subscribers: two among a hundred million meet with a probability of one in ten trillion.
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

/// 96 bits of each row's key.
#[derive(Default)]
struct Keys {
    low: Vec<u64>,
    high: Vec<u32>,
}

impl Keys {
    fn of(subscriber: &str) -> (u64, u32) {
        let key = key(subscriber);
        (key as u64, (key >> 64) as u32)
    }

    fn is(&self, row: u32, key: (u64, u32)) -> bool {
        self.low[row as usize] == key.0 && self.high[row as usize] == key.1
    }
}

impl Subs {
    /// Indexes the rows. `event_id` decides between several rows of one subscriber: the greatest stays.
    pub(crate) fn new(subscriber: &ArrayRef, event_id: Option<&ArrayRef>, columns: Vec<(Col, ArrayRef)>) -> Self {
        let mut this = Self { columns, ..Self::default() };
        let ids = event_id.map(AsArray::as_string_view);
        let id = |row: u32| ids.map_or("", |ids| ids.value(row as usize));
        this.index(subscriber.as_string_view(), |old, new| id(new) > id(old));
        this
    }

    /// Adds the rows of a batch to the index; their columns come at the end. Whether one of them has a subscriber that was there before, so
    /// that ids must decide.
    pub(crate) fn add(&mut self, subscriber: &StringViewArray) -> bool {
        let mut doubled = false;
        self.index(subscriber, |_, _| {
            doubled = true;
            false
        });
        doubled
    }

    /// The columns of all rows, in the order in which they were added.
    pub(crate) fn with_columns(mut self, columns: Vec<(Col, ArrayRef)>) -> Self {
        self.columns = columns;
        self
    }

    fn index(&mut self, subscribers: &StringViewArray, mut replaces: impl FnMut(u32, u32) -> bool) {
        let Self { rows, keys, .. } = self;
        keys.low.reserve(subscribers.len());
        keys.high.reserve(subscribers.len());
        for subscriber in subscribers {
            let row = keys.low.len() as u32;
            let name = subscriber.unwrap_or_default();
            let key = Keys::of(name);
            keys.low.push(key.0);
            keys.high.push(key.1);
            if name.is_empty() {
                continue;
            }
            match rows.entry(key.0, |other| keys.is(*other, key), |other| keys.low[*other as usize]) {
                Entry::Vacant(place) => {
                    place.insert(row);
                }
                Entry::Occupied(mut place) if replaces(*place.get(), row) => *place.get_mut() = row,
                Entry::Occupied(_) => {}
            }
        }
    }

    /// Row of a subscriber.
    pub(crate) fn find(&self, subscriber: &str) -> Option<usize> {
        if subscriber.is_empty() || self.rows.is_empty() {
            return None;
        }
        let key = Keys::of(subscriber);
        self.rows.find(key.0, |row| self.keys.is(*row, key)).map(|row| *row as usize)
    }

    /// A column.
    pub(crate) fn column(&self, col: Col) -> Option<&ArrayRef> {
        self.columns.iter().find(|(held, _)| *held == col).map(|(_, array)| array)
    }
}
