//! Files of a store that lies elsewhere, brought to this machine: a run reads each of them many times and in pieces.

use super::snapshot::FactFile;
use super::store::{FactStore, broken};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt;
use qudao_kernel::Refusal;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files on their way at a time.
const AT_ONCE: usize = 4;

/// Why a file did not come.
enum Failure {
    Store(object_store::Error),
    Disk(std::io::Error),
    Content(String),
}

impl FactStore {
    /// Brings files into a folder, under their paths; those that are there already stay. Each is compared with the hash its snapshot
    /// gives. `progress` is told the bytes that have come, now and then.
    ///
    /// # Errors
    /// The store or the folder fails, or a file is not what the snapshot says.
    pub fn fetch(&self, files: &[&FactFile], folder: &Path, progress: &dyn Fn(u64)) -> Result<Vec<PathBuf>, Refusal> {
        let mut come = 0;
        for some in files.chunks(AT_ONCE) {
            let wanted: Vec<(FactFile, PathBuf)> =
                some.iter().map(|file| ((*file).clone(), folder.join(&file.path))).filter(|(_, to)| !to.exists()).collect();
            let objects = self.objects();
            let done = self.wait(async move {
                let each =
                    wanted.iter().map(|(file, to)| async { bring(&*objects, file, to).await.map_err(|why| (file.path.clone(), why)) });
                stream::iter(each.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await
            })?;
            done.map_err(|(path, why)| match why {
                Failure::Store(error) => self.failed(&path, &error),
                Failure::Disk(error) => self.failed(&format!("{path} → {}", folder.display()), &error),
                Failure::Content(found) => broken(&path, &format!("SHA-256 {found}")),
            })?;
            come += some.iter().map(|file| file.bytes).sum::<u64>();
            progress(come);
        }
        Ok(files.iter().map(|file| folder.join(&file.path)).collect())
    }

    /// The last bytes of a file, at most so many.
    ///
    /// # Errors
    /// The store fails.
    pub fn end(&self, file: &FactFile, most: u64) -> Result<Vec<u8>, Refusal> {
        let (objects, path) = (self.objects(), object_store::path::Path::from(file.path.as_str()));
        let range = file.bytes.saturating_sub(most)..file.bytes;
        let answer = self.wait(async move { objects.get_range(&path, range).await })?;
        answer.map(|bytes| bytes.to_vec()).map_err(|error| self.failed(&file.path, &error))
    }
}

/// Brings one file. Nothing stands under its name until all of it has come.
async fn bring(objects: &dyn object_store::ObjectStore, file: &FactFile, to: &Path) -> Result<(), Failure> {
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder).map_err(Failure::Disk)?;
    let mut target = tempfile::NamedTempFile::new_in(folder).map_err(Failure::Disk)?;
    let mut hash = Sha256::new();
    let answer = objects.get(&object_store::path::Path::from(file.path.as_str())).await.map_err(Failure::Store)?;
    let mut pieces = answer.into_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(Failure::Store)?;
        hash.update(&piece);
        target.write_all(&piece).map_err(Failure::Disk)?;
    }
    let found = hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    if found != file.sha256 {
        return Err(Failure::Content(found));
    }
    target.persist(to).map_err(|error| Failure::Disk(error.error))?;
    Ok(())
}
