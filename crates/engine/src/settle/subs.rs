//! The subscriber's state in the period, found by subscriber.
//!
//! Expressions may ask for the state of any subscriber of the province, so the states of all of them are held while a run lasts. They are packed
//! for that: no names but 64 bits of a hash each, sorted into buckets that stand for more of its bits, and columns in the smallest type that
//! holds them. A row takes some 10 bytes and 1 to 4 for each column.

use super::items::NO_DATE;
use super::source;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringViewArray, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{Date32Type, Int64Type};
use qudao_kernel::Refusal;
use qudao_kernel::facts::{Col, ColType};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

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

/// 128 bits of a text. Of these some 80 and more are compared for subscribers: two of them meet, in a province of fifty million, with a probability of
/// one in a billion.
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

/// Bits of a key that choose the part.
const PART_BITS: u32 = 8;
/// Bits of a key from which its bucket within a part is taken, at most; and bits of a row's number within its part.
const BUCKET_BITS: u32 = 24;

/// Part of a key, the bits its bucket is taken from, and the bits that are kept.
fn split(subscriber: &str) -> (usize, u32, u64) {
    let key = key(subscriber);
    let high = (key >> 64) as u32;
    ((high >> BUCKET_BITS) as usize, high & ((1 << BUCKET_BITS) - 1), key as u64)
}

/// Cells of a column; what is absent reads as expressions read it: 0, no, no date, the empty text.
enum Cells {
    Flags(Vec<bool>),
    Short(Vec<i16>),
    Small(Vec<i32>),
    Wide(Vec<i64>),
}

impl Cells {
    fn new(col: Col, rows: usize) -> Self {
        match col.ty() {
            ColType::Bool => Cells::Flags(Vec::with_capacity(rows)),
            // Of texts their numbers; today's days fit until 2059.
            ColType::Text | ColType::Int | ColType::Money | ColType::Date | ColType::Month => Cells::Short(Vec::with_capacity(rows)),
        }
    }

    fn push(&mut self, value: i64) {
        match self {
            Cells::Flags(cells) => return cells.push(value != 0),
            Cells::Short(cells) => match i16::try_from(value) {
                Ok(value) => return cells.push(value),
                Err(_) => *self = Cells::Small(cells.iter().map(|cell| i32::from(*cell)).collect()),
            },
            Cells::Small(cells) => match i32::try_from(value) {
                Ok(value) => return cells.push(value),
                Err(_) => *self = Cells::Wide(cells.iter().map(|cell| i64::from(*cell)).collect()),
            },
            Cells::Wide(cells) => return cells.push(value),
        }
        // It did not fit: into the next wider type.
        self.push(value);
    }

    fn get(&self, row: usize) -> i64 {
        match self {
            Cells::Flags(cells) => i64::from(cells[row]),
            Cells::Short(cells) => i64::from(cells[row]),
            Cells::Small(cells) => i64::from(cells[row]),
            Cells::Wide(cells) => cells[row],
        }
    }

    fn select(&self, rows: &[u32]) -> Self {
        fn gather<T: Copy>(from: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|row| from[*row as usize]).collect()
        }
        match self {
            Cells::Flags(cells) => Cells::Flags(gather(cells, rows)),
            Cells::Short(cells) => Cells::Short(gather(cells, rows)),
            Cells::Small(cells) => Cells::Small(gather(cells, rows)),
            Cells::Wide(cells) => Cells::Wide(gather(cells, rows)),
        }
    }
}

/// The different texts of a column; number 0 is the empty one.
#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.texts.push(text.to_owned());
        let number = self.texts.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// A column that is held, with its texts if it has any.
struct Held {
    col: Col,
    texts: Texts,
}

/// States of one part of the keys, in order of arrival.
struct Arrived {
    buckets: Vec<u32>,
    keys: Vec<u64>,
    cells: Vec<Cells>,
}

impl Arrived {
    /// The same, found by key; whether a key was doubled.
    fn index(self) -> (Part, bool) {
        let rows = self.keys.len();
        // About two keys a bucket.
        let shift = BUCKET_BITS - (rows / 2).max(1).ilog2().min(BUCKET_BITS);
        let bucket = |row: usize| (self.buckets[row] >> shift) as usize;
        let mut starts = vec![0_u32; (1 << (BUCKET_BITS - shift)) + 1];
        for row in 0..rows {
            starts[bucket(row) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; rows];
        for row in 0..rows {
            let place = &mut next[bucket(row)];
            order[*place as usize] = row as u32;
            *place += 1;
        }
        let mut doubled = false;
        for ends in starts.windows(2) {
            let bucket = &mut order[ends[0] as usize..ends[1] as usize];
            bucket.sort_unstable_by_key(|row| self.keys[*row as usize]);
            doubled |= bucket.windows(2).any(|pair| self.keys[pair[0] as usize] == self.keys[pair[1] as usize]);
        }
        let keys = order.iter().map(|row| self.keys[*row as usize]).collect();
        let cells = self.cells.into_iter().map(|cells| cells.select(&order)).collect();
        (Part { shift, starts, keys, cells }, doubled)
    }
}

/// States of one part of the keys.
struct Part {
    /// Bits of a bucket's number that are left out.
    shift: u32,
    /// First row of each bucket, and the end.
    starts: Vec<u32>,
    /// Kept bits of the key of each row.
    keys: Vec<u64>,
    cells: Vec<Cells>,
}

impl Part {
    fn find(&self, bucket: u32, key: u64) -> Option<u32> {
        let bucket = (bucket >> self.shift) as usize;
        let (first, end) = (self.starts[bucket], self.starts[bucket + 1]);
        (first..end).find(|row| self.keys[*row as usize] == key)
    }
}

/// States as they are read.
pub(crate) struct Building {
    parts: Vec<Arrived>,
    columns: Vec<Held>,
}

impl Building {
    /// For about so many rows with these columns.
    pub(crate) fn new(columns: impl IntoIterator<Item = Col>, rows: usize) -> Self {
        // Months have no value in expressions.
        let columns: Vec<Held> =
            columns.into_iter().filter(|col| col.ty() != ColType::Month).map(|col| Held { col, texts: Texts::default() }).collect();
        let each = (rows >> PART_BITS) + (rows >> (PART_BITS + 3)) + 16;
        let part = |_| Arrived {
            buckets: Vec::with_capacity(each),
            keys: Vec::with_capacity(each),
            cells: columns.iter().map(|held| Cells::new(held.col, each)).collect(),
        };
        Self { parts: (0..1 << PART_BITS).map(part).collect(), columns }
    }

    /// Adds the rows of a batch that name a subscriber. `column` gives its columns.
    ///
    /// # Errors
    /// As `column`.
    pub(crate) fn add<E>(&mut self, subscribers: &StringViewArray, column: impl Fn(Col) -> Result<ArrayRef, E>) -> Result<(), E> {
        let mut rows: Vec<(usize, usize)> = Vec::with_capacity(subscribers.len());
        for (row, subscriber) in subscribers.iter().enumerate() {
            let Some(subscriber) = subscriber.filter(|name| !name.is_empty()) else { continue };
            let (part, bucket, key) = split(subscriber);
            self.parts[part].buckets.push(bucket);
            self.parts[part].keys.push(key);
            rows.push((row, part));
        }
        for (at, Held { col, texts }) in self.columns.iter_mut().enumerate() {
            let array = column(*col)?;
            let parts = &mut self.parts;
            let mut each = |value: &mut dyn FnMut(usize) -> Option<i64>, absent: i64| {
                for (row, part) in &rows {
                    parts[*part].cells[at].push(if array.is_valid(*row) { value(*row).unwrap_or(absent) } else { absent });
                }
            };
            match col.ty() {
                ColType::Text => {
                    let array = array.as_string_view();
                    each(&mut |row| Some(i64::from(texts.number(array.value(row)))), 0);
                }
                ColType::Bool => each(&mut |row| array.as_boolean_opt().map(|array| i64::from(array.value(row))), 0),
                ColType::Int | ColType::Money => each(&mut |row| array.as_primitive_opt::<Int64Type>().map(|array| array.value(row)), 0),
                ColType::Date | ColType::Month => {
                    each(&mut |row| array.as_primitive_opt::<Date32Type>().map(|array| i64::from(array.value(row))), i64::from(NO_DATE));
                }
            }
        }
        Ok(())
    }

    /// The states, to be looked up, and whether a subscriber has several of them.
    pub(crate) fn finish(self) -> (Subs, bool) {
        let (parts, doubled): (Vec<Part>, Vec<bool>) = self.parts.into_iter().map(Arrived::index).unzip();
        (Subs { parts, columns: self.columns }, doubled.contains(&true))
    }
}

/// Rows of `subscriber_month` of one month, with the columns that are asked for.
#[derive(Default)]
pub(crate) struct Subs {
    parts: Vec<Part>,
    columns: Vec<Held>,
}

impl Subs {
    /// Rows of which `event_id` decides between several of one subscriber: the greatest stays.
    ///
    /// # Errors
    /// Columns of different lengths.
    pub(crate) fn new(subscribers: &ArrayRef, event_id: &ArrayRef, columns: &[(Col, ArrayRef)]) -> Result<Self, Refusal> {
        let (names, ids) = (subscribers.as_string_view(), event_id.as_string_view());
        let id = |row: u32| if ids.is_valid(row as usize) { ids.value(row as usize) } else { "" };
        let mut latest: HashMap<&str, u32> = HashMap::new();
        for (row, name) in names.iter().enumerate() {
            let held = latest.entry(name.unwrap_or_default()).or_insert(row as u32);
            if id(row as u32) > id(*held) {
                *held = row as u32;
            }
        }
        let rows: UInt32Array = latest.into_values().collect::<Vec<u32>>().into();
        let taken = |array: &ArrayRef| take(array, &rows, None).map_err(source::arrow_failed);
        let mut building = Building::new(columns.iter().map(|(col, _)| *col), rows.len());
        let of = |col: Col| columns.iter().find(|(held, _)| *held == col).map_or_else(|| taken(subscribers), |(_, array)| taken(array));
        building.add(taken(subscribers)?.as_string_view(), of)?;
        Ok(building.finish().0)
    }

    /// Number of a subscriber's row.
    pub(crate) fn find(&self, subscriber: &str) -> Option<u32> {
        if subscriber.is_empty() || self.parts.is_empty() {
            return None;
        }
        let (part, bucket, key) = split(subscriber);
        self.parts[part].find(bucket, key).map(|row| (part as u32) << BUCKET_BITS | row)
    }

    /// A column.
    pub(crate) fn column(&self, col: Col) -> Option<Column<'_>> {
        self.columns.iter().position(|held| held.col == col).map(|at| Column { subs: self, at })
    }
}

/// A column of states.
#[derive(Clone, Copy)]
pub(crate) struct Column<'s> {
    subs: &'s Subs,
    at: usize,
}

impl<'s> Column<'s> {
    /// Value of a row: of a text its number, of a date its days.
    pub(crate) fn value(self, row: u32) -> i64 {
        let part = &self.subs.parts[(row >> BUCKET_BITS) as usize];
        part.cells[self.at].get((row & ((1 << BUCKET_BITS) - 1)) as usize)
    }

    /// Text of a row.
    pub(crate) fn text(self, row: u32) -> &'s str {
        let texts = &self.subs.columns[self.at].texts.texts;
        usize::try_from(self.value(row) - 1).ok().and_then(|at| texts.get(at)).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{BooleanArray, Date32Array, Int64Array};
    use std::sync::Arc;

    fn texts<T: AsRef<str>>(texts: &[T]) -> ArrayRef {
        Arc::new(texts.iter().map(|text| Some(text.as_ref())).collect::<StringViewArray>())
    }

    /// Subscribers by the thousand, with cells of every width, absent ones among them.
    #[test]
    fn every_state_is_found_with_its_cells() {
        let names: Vec<String> = (0..20_000).map(|number| format!("1380079{number:05}")).collect();
        let minutes: Int64Array =
            (0..20_000_i64).map(|number| (number % 7 != 0).then_some(number * 1_000_000_007 % (1 << (number % 50)))).collect();
        let active: BooleanArray = (0..20_000).map(|number| (number % 5 != 0).then_some(number % 2 == 0)).collect();
        let joined: Date32Array = (0..20_000).map(|number| (number % 3 != 0).then_some(20_000 + number)).collect();
        let products: Vec<String> =
            (0..20_000).map(|number| if number % 11 == 0 { String::new() } else { format!("P{}", number % 40_000) }).collect();
        let arrays: [(Col, ArrayRef); 4] = [
            (Col::Minutes, Arc::new(minutes.clone())),
            (Col::Active, Arc::new(active.clone())),
            (Col::JoinedOn, Arc::new(joined.clone())),
            (Col::Product, texts(&products)),
        ];
        let mut building = Building::new(arrays.iter().map(|(col, _)| *col), 100);
        let of = |col: Col| {
            Ok::<_, Refusal>(arrays.iter().find(|(held, _)| *held == col).map_or_else(|| texts::<&str>(&[]), |(_, array)| array.clone()))
        };
        building.add(texts(&names).as_string_view(), of).unwrap();
        let (subs, doubled) = building.finish();
        assert!(!doubled);
        let column = |col| subs.column(col).unwrap();
        for (number, name) in names.iter().enumerate() {
            let row = subs.find(name).unwrap();
            assert_eq!(column(Col::Minutes).value(row), if minutes.is_valid(number) { minutes.value(number) } else { 0 }, "{name}");
            assert_eq!(column(Col::Active).value(row) != 0, active.is_valid(number) && active.value(number), "{name}");
            assert_eq!(
                column(Col::JoinedOn).value(row),
                i64::from(if joined.is_valid(number) { joined.value(number) } else { NO_DATE }),
                "{name}"
            );
            assert_eq!(column(Col::Product).text(row), products[number], "{name}");
        }
        assert_eq!(subs.find("13800900000"), None);
        assert_eq!(subs.find(""), None);
        assert!(subs.column(Col::Billed).is_none());
    }

    #[test]
    fn a_subscriber_twice_is_noticed_and_the_greatest_id_decides() {
        let (names, ids) = (texts(&["s1", "s2", "s1", ""]), texts(&["e9", "e1", "e3", "e7"]));
        let minutes: ArrayRef = Arc::new(Int64Array::from(vec![90, 10, 30, 70]));
        let mut building = Building::new([Col::Minutes], 4);
        building.add(names.as_string_view(), |_| Ok::<_, Refusal>(minutes.clone())).unwrap();
        assert!(building.finish().1);
        let subs = Subs::new(&names, &ids, &[(Col::Minutes, minutes)]).unwrap();
        let of = |name: &str| subs.find(name).map(|row| subs.column(Col::Minutes).unwrap().value(row));
        assert_eq!((of("s1"), of("s2"), of("")), (Some(90), Some(10), None));
    }
}
