//! Whether a store still holds what its newest snapshot names.

use super::snapshot::Snapshot;
use super::store::FactStore;
use qudao_kernel::Refusal;
use qudao_platform::hash::sha256;
use std::collections::BTreeMap;

/// What a look at the files of the newest snapshot found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Number of the snapshot.
    pub snapshot: u64,
    /// Files it names.
    pub files: usize,
    /// Rows they hold, as it says.
    pub rows: u64,
    /// Their bytes, as it says.
    pub bytes: u64,
    /// Files read and hashed.
    pub hashed: usize,
    /// Files that are not there.
    pub missing: Vec<String>,
    /// Files that are not what was written.
    pub changed: Vec<String>,
    /// Batches whose accepted rows are not those of their files.
    pub uneven: Vec<String>,
}

impl Survey {
    /// Whether everything was found as it should be.
    pub fn is_sound(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.uneven.is_empty()
    }
}

impl FactStore {
    /// Looks for every file of the newest snapshot, reads and hashes `sample` of them, evenly spread, or all where it is 0, and compares the rows of
    /// every batch with those of its files.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn survey(&self, sample: usize) -> Result<Survey, Refusal> {
        let snapshot = self.latest()?;
        let files = &snapshot.files;
        let mut found = Survey {
            snapshot: snapshot.number,
            files: files.len(),
            rows: files.iter().map(|file| file.rows).sum(),
            bytes: files.iter().map(|file| file.bytes).sum(),
            uneven: uneven(&snapshot),
            ..Survey::default()
        };
        let step = if sample == 0 { 1 } else { files.len().div_ceil(sample).max(1) };
        for (at, file) in files.iter().enumerate() {
            if at % step != 0 {
                if !self.has(&file.path)? {
                    found.missing.push(file.path.clone());
                }
                continue;
            }
            match self.get(&file.path)? {
                None => found.missing.push(file.path.clone()),
                Some(bytes) => {
                    found.hashed += 1;
                    if bytes.len() as u64 != file.bytes || sha256(&bytes) != file.sha256 {
                        found.changed.push(file.path.clone());
                    }
                }
            }
        }
        Ok(found)
    }
}

fn uneven(snapshot: &Snapshot) -> Vec<String> {
    let mut rows = BTreeMap::new();
    for file in &snapshot.files {
        *rows.entry((file.batch.as_str(), file.table)).or_insert(0_u64) += file.rows;
    }
    let of_files = |batch: &str, table| rows.get(&(batch, table)).copied().unwrap_or(0);
    let wrong = snapshot.batches.iter().filter(|batch| of_files(&batch.batch, batch.table) != batch.accepted);
    wrong.map(|batch| batch.batch.clone()).collect()
}
