//! What several phones wrote on one visit, as one.
//!
//! Each field of a visit is a register that keeps every write nobody replaced. A write names the writes it replaces, those its phone had seen; the last of
//! them both sides know is the common ancestor of a three-way merge. Two that did not know each other are merged key by key: what only one side changed is
//! taken, lists take in what either side added and leave out what either side removed, and where both changed the same thing both are kept, the
//! later one shown. So the outcome depends on the set of writes, not on the order or number of their arrivals, and nothing written is lost.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A write of a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// Made by the phone; a ULID or UUID.
    pub id: String,
    /// One more than the greatest its phone had seen of this visit.
    pub seq: u32,
    /// Which field.
    pub path: String,
    /// When, by the phone's clock, microseconds since 1970.
    pub at_us: i64,
    /// The writes of the field that the phone had seen and means to replace.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// The value; null for none.
    pub value: Value,
}

/// A write with its phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The write.
    pub write: Write,
    /// The phone's id.
    pub device: String,
}

/// A field after all writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What holds.
    pub value: Value,
    /// The writes that stand behind it: what the next write replaces.
    pub heads: Vec<String>,
    /// What was written at the same time and could not be brought together with it.
    pub others: Vec<Other>,
}

/// A value beside the one that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Other {
    /// The write.
    pub id: String,
    /// Whose phone.
    pub device: String,
    /// Its value.
    pub value: Value,
}

/// All fields after a set of writes.
pub fn merge(writes: &[Signed]) -> BTreeMap<String, Field> {
    let mut by_path: BTreeMap<&str, BTreeMap<&str, &Signed>> = BTreeMap::new();
    for signed in writes {
        by_path.entry(&signed.write.path).or_default().entry(&signed.write.id).or_insert(signed);
    }
    by_path.into_iter().map(|(path, known)| (path.to_owned(), field(&known))).collect()
}

/// Writes that a write replaces, as far as they are known and earlier: a circle replaces nothing.
fn parents<'w>(known: &BTreeMap<&'w str, &'w Signed>, of: &'w Signed) -> impl Iterator<Item = &'w Signed> {
    let found: Vec<&Signed> = of.write.replaces.iter().filter_map(|id| known.get(id.as_str()).copied()).collect();
    found.into_iter().filter(move |parent| parent.write.seq < of.write.seq)
}

fn field(known: &BTreeMap<&str, &Signed>) -> Field {
    let replaced: BTreeSet<&str> =
        known.values().flat_map(|signed| parents(known, signed)).map(|parent| parent.write.id.as_str()).collect();
    let mut heads: Vec<&Signed> = known.values().copied().filter(|signed| !replaced.contains(signed.write.id.as_str())).collect();
    heads.sort_by_key(|signed| Reverse((signed.write.seq, signed.write.at_us, signed.device.as_str(), signed.write.id.as_str())));
    let value = together(known, &heads);
    let ids = heads.iter().map(|head| head.write.id.clone()).collect();
    let shown = heads.first().map_or(Value::Null, |head| head.write.value.clone());
    if let Some(value) = value {
        return Field { value, heads: ids, others: Vec::new() };
    }
    let beside = heads.iter().skip(1).filter(|head| head.write.value != shown);
    let others = beside.map(|head| Other { id: head.write.id.clone(), device: head.device.clone(), value: head.write.value.clone() });
    Field { others: others.collect(), value: shown, heads: ids }
}

/// One value for writes that did not know each other, if they can be brought together.
fn together(known: &BTreeMap<&str, &Signed>, heads: &[&Signed]) -> Option<Value> {
    let (first, rest) = heads.split_first()?;
    if rest.iter().all(|head| head.write.value == first.write.value) {
        return Some(first.write.value.clone());
    }
    let empty = Value::Object(Map::new());
    let ancestor = ancestor(known, heads).map_or(&empty, |signed| &signed.write.value);
    let maps: Option<Vec<&Map<String, Value>>> = heads.iter().map(|head| head.write.value.as_object()).collect();
    let (maps, base) = (maps?, ancestor.as_object()?);
    let keys: BTreeSet<&String> = maps.iter().flat_map(|map| map.keys()).chain(base.keys()).collect();
    let mut merged = Map::new();
    for key in keys {
        let sides: Vec<&Value> = maps.iter().map(|map| map.get(key).unwrap_or(&Value::Null)).collect();
        let value = one_key(base.get(key).unwrap_or(&Value::Null), &sides)?;
        if !value.is_null() {
            merged.insert(key.clone(), value);
        }
    }
    Some(Value::Object(merged))
}

/// The last write that all heads come from.
fn ancestor<'w>(known: &BTreeMap<&'w str, &'w Signed>, heads: &[&'w Signed]) -> Option<&'w Signed> {
    let before = |head: &'w Signed| {
        let (mut open, mut seen) = (vec![head], BTreeSet::new());
        while let Some(signed) = open.pop() {
            open.extend(parents(known, signed).filter(|parent| seen.insert(parent.write.id.as_str())));
        }
        seen
    };
    let common = heads.iter().copied().map(before).reduce(|all, one| all.intersection(&one).copied().collect())?;
    common.into_iter().filter_map(|id| known.get(id).copied()).max_by_key(|signed| (signed.write.seq, signed.write.id.as_str()))
}

/// A key of several sides against their ancestor.
fn one_key(base: &Value, sides: &[&Value]) -> Option<Value> {
    let mut changed: Vec<&Value> = Vec::new();
    for side in sides.iter().filter(|side| **side != base) {
        if !changed.contains(side) {
            changed.push(side);
        }
    }
    match changed.as_slice() {
        [] => Some(base.clone()),
        [one] => Some((*one).clone()),
        many => lists(base, many),
    }
}

/// Lists as sets: what any side added to the ancestor is there, what any side removed is not.
fn lists(base: &Value, sides: &[&Value]) -> Option<Value> {
    let empty = Vec::new();
    let base = if base.is_null() { &empty } else { base.as_array()? };
    let sides: Vec<&Vec<Value>> = sides.iter().map(|side| side.as_array()).collect::<Option<_>>()?;
    let mut all: Vec<Value> = base.iter().filter(|item| sides.iter().all(|side| side.contains(item))).cloned().collect();
    let mut added: Vec<&Value> = sides.iter().flat_map(|side| side.iter()).filter(|item| !base.contains(item)).collect();
    added.sort_by_key(ToString::to_string);
    added.dedup();
    all.extend(added.into_iter().cloned());
    Some(Value::Array(all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn signed(id: &str, seq: u32, device: &str, replaces: &[&str], value: Value) -> Signed {
        let replaces = replaces.iter().map(|one| (*one).to_owned()).collect();
        let write = Write { id: id.into(), seq, path: "answer.a".into(), at_us: i64::from(seq), replaces, value };
        Signed { write, device: device.into() }
    }

    fn only(writes: &[Signed]) -> Field {
        merge(writes).remove("answer.a").unwrap()
    }

    #[test]
    fn a_known_write_is_replaced_and_an_unknown_one_is_merged() {
        // R0.24
        let first = signed("w1", 1, "A", &[], json!({ "answer": 1, "note": "", "photos": ["p1"] }));
        let here = signed("w2", 2, "A", &["w1"], json!({ "answer": 1, "note": "损坏", "photos": ["p1", "p2"] }));
        let there = signed("w3", 2, "B", &["w1"], json!({ "answer": 0, "note": "", "photos": ["p1", "p3"] }));
        assert_eq!(only(&[first.clone(), here.clone()]).value, here.write.value, "it was known");
        let both = only(&[there.clone(), first.clone(), here.clone()]);
        assert_eq!(both.value, json!({ "answer": 0, "note": "损坏", "photos": ["p1", "p2", "p3"] }));
        assert_eq!((both.others.len(), both.heads.len()), (0, 2));
        let removed = signed("w4", 2, "C", &["w1"], json!({ "answer": 1, "note": "", "photos": [] }));
        assert_eq!(only(&[first, here, removed]).value["photos"], json!(["p2"]), "what one side removed is gone");
    }

    #[test]
    fn what_cannot_be_merged_is_kept_on_both_sides() {
        // R0.24
        let first = signed("w1", 1, "A", &[], json!({ "answer": 1 }));
        let (here, there) = (signed("w2", 2, "A", &["w1"], json!({ "answer": 2 })), signed("w3", 3, "B", &["w1"], json!({ "answer": 0 })));
        let field = only(&[first.clone(), here.clone(), there.clone()]);
        assert_eq!((field.value, field.others[0].value.clone()), (json!({ "answer": 0 }), json!({ "answer": 2 })));
        let settled = signed("w4", 4, "A", &["w2", "w3"], json!({ "answer": 2 }));
        let field = only(&[settled, there, here, first]);
        assert_eq!((field.value, field.others.len()), (json!({ "answer": 2 }), 0));
    }

    #[test]
    fn a_circle_replaces_nothing_and_what_is_on_its_way_does_not_matter() {
        let (one, two) = (signed("w1", 2, "A", &["w2"], json!(1)), signed("w2", 2, "B", &["w1"], json!(2)));
        let field = only(&[one, two]);
        assert_eq!((field.value, field.others.len()), (json!(2), 1));
        let late = signed("w9", 9, "A", &["w8"], json!(9));
        assert_eq!(only(std::slice::from_ref(&late)).value, json!(9), "the write before it has not come yet");
        assert_eq!(only(&[late, signed("w8", 8, "A", &[], json!(8))]).value, json!(9));
    }

    /// Writes of three phones; each replaces some of what was written before it.
    fn histories() -> impl Strategy<Value = Vec<Signed>> {
        let value = prop_oneof![
            (0..3_i64).prop_map(|number| json!(number)),
            (0..3_i64, 0..3_i64, proptest::collection::vec(0..4_i64, 0..3))
                .prop_map(|(a, b, list)| json!({ "a": a, "b": b, "list": list })),
        ];
        proptest::collection::vec((0..3_usize, 0..4_u32, any::<u8>(), value), 1..9).prop_map(|rows| {
            let mut writes: Vec<Signed> = Vec::new();
            for (at, (device, seq, mask, value)) in rows.into_iter().enumerate() {
                let seen = writes.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
                let replaces: Vec<String> = seen.map(|(_, one)| one.write.id.clone()).collect();
                let least = writes.iter().filter(|one| replaces.contains(&one.write.id)).map(|one| one.write.seq + 1).max().unwrap_or(0);
                let write = Write { id: format!("w{at}"), seq: least.max(seq), path: "p".into(), at_us: 0, replaces, value };
                writes.push(Signed { write, device: format!("D{device}") });
            }
            writes
        })
    }

    proptest! {
        #[test]
        fn order_and_repeats_do_not_matter(writes in histories(), order in any::<u64>(), again in any::<u8>()) {
            // R0.5
            let mut shuffled: Vec<Signed> = writes.clone();
            shuffled.extend(writes.iter().enumerate().filter(|(at, _)| again >> at & 1 == 1).map(|(_, one)| one.clone()));
            let key = |at: usize| (order.wrapping_mul(2 * at as u64 + 3)) >> 7;
            let mut places: Vec<usize> = (0..shuffled.len()).collect();
            places.sort_by_key(|at| key(*at));
            let shuffled: Vec<Signed> = places.into_iter().map(|at| shuffled[at].clone()).collect();
            prop_assert_eq!(merge(&shuffled), merge(&writes));
        }

        #[test]
        fn nothing_unreplaced_is_lost(writes in histories()) {
            // R0.24
            let field = merge(&writes).remove("p").unwrap();
            prop_assert!(!field.heads.is_empty());
            let replaced: BTreeSet<&String> = writes.iter().flat_map(|one| &one.write.replaces).collect();
            for head in writes.iter().filter(|one| !replaced.contains(&one.write.id)) {
                prop_assert!(field.heads.contains(&head.write.id));
                let whole = field.value == head.write.value || field.others.iter().any(|other| other.value == head.write.value);
                prop_assert!(whole || field.value.is_object() && head.write.value.is_object(), "a value that is not a map is there as it was");
            }
        }

        #[test]
        fn a_write_that_saw_all_settles_all(writes in histories()) {
            let before = merge(&writes).remove("p").unwrap();
            let seq = writes.iter().map(|one| one.write.seq).max().unwrap() + 1;
            let write = Write { id: "last".into(), seq, path: "p".into(), at_us: 0, replaces: before.heads, value: json!("settled") };
            let mut all = writes;
            all.push(Signed { write, device: "D9".into() });
            let after = merge(&all).remove("p").unwrap();
            prop_assert_eq!((after.value, after.others.len(), after.heads), (json!("settled"), 0, vec!["last".to_owned()]));
        }
    }
}
