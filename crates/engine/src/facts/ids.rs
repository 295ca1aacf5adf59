//! The ids of a batch, kept beside it so that the next import recognises rows sent again without reading facts.
//!
//! ```text
//! magic "QUDAOID1"                         8
//! where each of 64 parts begins, and the end, counted in entries   65 × 8
//! entries, rising: id 16 (first six bits: the part), content hash 6, known day 2 (days since 1999-12-31)
//! ```

use super::row::EPOCH;
use super::snapshot::Snapshot;
use super::spill::{PARTS, no_room, read_exact_at};
use super::store::{FactStore, broken};
use qudao_kernel::Refusal;
use qudao_kernel::facts::Table;
use std::fs::File;
use std::io::Write;
use std::path::Path;

const MAGIC: &[u8; 8] = b"QUDAOID1";
const HEADER: u64 = 8 + 8 * (PARTS as u64 + 1);
const ENTRY: usize = 24;
/// Batches up to this many ids are read once, whole.
const SMALL: u64 = 20_000;
/// Bytes of small batches held in memory.
const HELD: usize = 64 << 20;

/// A version of a row that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    /// Hash of the id.
    pub(super) id: u128,
    /// Day it became so.
    pub(super) since: i32,
    /// Hash of the content, 48 bits.
    pub(super) content: u64,
}

impl Known {
    /// Appends the stored form.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        // Big end first, so that stored entries sort as bytes.
        out.extend_from_slice(&self.id.to_be_bytes());
        out.extend_from_slice(&self.content.to_be_bytes()[2..]);
        out.extend_from_slice(&((self.since - EPOCH + 1) as u16).to_be_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        let (content, rest) = rest.split_first_chunk::<6>()?;
        let (known, _) = rest.split_first_chunk::<2>()?;
        let content = content.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        Some(Self { id: u128::from_be_bytes(*id), content, since: i32::from(u16::from_be_bytes(*known)) + EPOCH - 1 })
    }
}

/// Ids of earlier batches, read part by part.
pub(super) struct EarlierIds<'a> {
    store: &'a FactStore,
    files: Vec<IdFile>,
}

struct IdFile {
    path: String,
    begins: Vec<u64>,
    /// The entries, if the batch is small.
    entries: Option<Vec<u8>>,
}

impl<'a> EarlierIds<'a> {
    /// The ids of all batches of a table in a snapshot.
    pub(super) fn of(store: &'a FactStore, snapshot: &Snapshot, table: Table) -> Result<Self, Refusal> {
        let mut held = 0;
        let files = snapshot
            .batches_of(table)
            .map(|batch| {
                let header = store.get_range(&batch.ids, 0..HEADER)?;
                let begins: Vec<u64> =
                    header[8.min(header.len())..].chunks_exact(8).filter_map(|at| at.try_into().ok()).map(u64::from_le_bytes).collect();
                if !header.starts_with(MAGIC) || begins.len() != PARTS + 1 {
                    return Err(broken(&batch.ids, &"not an id file"));
                }
                let count = begins[PARTS];
                let small = count <= SMALL && held < HELD;
                let entries = if small { Some(store.get_range(&batch.ids, HEADER..HEADER + count * ENTRY as u64)?) } else { None };
                held += entries.as_ref().map_or(0, Vec::len);
                Ok(IdFile { path: batch.ids.clone(), begins, entries })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { store, files })
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Calls `visit` with the ids of one part, batch by batch, each rising.
    pub(super) fn each_of_part(&self, part: usize, mut visit: impl FnMut(&mut dyn Iterator<Item = Known>)) -> Result<(), Refusal> {
        for file in &self.files {
            let (begin, end) = (file.begins[part], file.begins[part + 1]);
            let loaded;
            let bytes = if let Some(all) = &file.entries {
                all.get(begin as usize * ENTRY..end as usize * ENTRY).unwrap_or_default()
            } else {
                let at = |entry: u64| HEADER + entry * ENTRY as u64;
                loaded = self.store.get_range(&file.path, at(begin)..at(end))?;
                loaded.as_slice()
            };
            visit(&mut bytes.chunks_exact(ENTRY).filter_map(Known::read));
        }
        Ok(())
    }
}

/// The ids of a new batch, part by part in any order, in a temporary file.
pub(super) struct NewIds {
    file: File,
    at: u64,
    parts: Vec<(u64, u64)>,
}

impl NewIds {
    /// An empty list.
    pub(super) fn new(folder: Option<&Path>) -> Result<Self, Refusal> {
        let file = folder.map_or_else(tempfile::tempfile, tempfile::tempfile_in).map_err(|error| no_room(&error))?;
        Ok(Self { file, at: 0, parts: vec![(0, 0); PARTS] })
    }

    /// Adds the entries of one part.
    pub(super) fn put(&mut self, part: usize, entries: &[u8]) -> Result<(), Refusal> {
        self.file.write_all(entries).map_err(|error| no_room(&error))?;
        self.parts[part] = (self.at, entries.len() as u64);
        self.at += entries.len() as u64;
        Ok(())
    }

    /// Uploads the list in order.
    pub(super) fn upload(&self, store: &FactStore, path: &str) -> Result<(), Refusal> {
        let mut header = MAGIC.to_vec();
        let mut count = 0;
        for (_, length) in &self.parts {
            header.extend_from_slice(&u64::to_le_bytes(count));
            count += length / ENTRY as u64;
        }
        header.extend_from_slice(&count.to_le_bytes());
        let mut header = Some(header);
        let mut parts = self.parts.iter();
        store.put_pieces(path, || {
            if let Some(header) = header.take() {
                return Ok(Some(header));
            }
            let Some((at, length)) = parts.next() else { return Ok(None) };
            let mut bytes = vec![0; *length as usize];
            read_exact_at(&self.file, &mut bytes, *at).map_err(|error| no_room(&error))?;
            Ok(Some(bytes))
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_entries_sort_as_ids_do() {
        let known = |id, content, known| Known { id, since: known, content };
        let entries = [known(1, 7, EPOCH - 1), known(2 << 70, 1, EPOCH + 9_000), known(u128::MAX, (1 << 48) - 1, EPOCH + 65_534)];
        let mut stored: Vec<Vec<u8>> = Vec::new();
        for entry in &entries {
            let mut bytes = Vec::new();
            entry.write(&mut bytes);
            assert_eq!(bytes.len(), ENTRY);
            assert_eq!(Known::read(&bytes), Some(*entry));
            stored.push(bytes);
        }
        assert!(stored.is_sorted());
    }
}
