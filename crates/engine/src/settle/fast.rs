//! Maps and sets for the hot path. Their keys come from facts and master data that were checked on the way in.

use foldhash::fast::FixedState;

/// A map with a quick hash.
pub(crate) type Map<K, V> = std::collections::HashMap<K, V, FixedState>;
/// A set with a quick hash.
pub(crate) type Set<K> = std::collections::HashSet<K, FixedState>;
