//! Where facts lie: a folder, an S3-compatible bucket, or memory, behind one handle that blocks.
//!
//! The handle runs its requests on threads of its own, so it can be used from anywhere; from asynchronous code it blocks the
//! thread it is called on.

use super::snapshot::Snapshot;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use qudao_kernel::{Kind, Refusal};
use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use tokio::runtime::Runtime;

/// Folder of everything the store keeps.
const ROOT: &str = "facts";
/// Bytes of a part of a large object; the least S3 takes is 5 MiB.
const PART: usize = 8 << 20;

/// The fact store.
pub struct FactStore {
    objects: Arc<dyn ObjectStore>,
    /// What lies around it, with the place of the store in it.
    whole: Arc<dyn ObjectStore>,
    prefix: Path,
    place: String,
    /// Taken out only when dropped.
    runtime: Option<Runtime>,
}

/// The refusal of a store that fails.
fn failed(place: &str, path: &str, error: &dyn std::fmt::Display) -> Refusal {
    Refusal::unavailable(
        "facts.store.failed",
        format!("事实库 {place} 的 {path} 读写失败：{error}；请检查路径、网络和权限后重试，已保存的数据不受影响"),
        format!("fact store {place}, {path}: {error}; check path, network and permissions and try again; what was saved is not affected"),
    )
}

/// The refusal of a stored object that is not what it should be.
pub(crate) fn broken(what: &str, error: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "facts.store.broken",
        format!("事实库中的 {what} 无法读写：{error}；文件可能已损坏，请从备份恢复该文件"),
        format!("{what} in the fact store cannot be read or written: {error}; the file may be damaged, restore it from a backup"),
    )
}

impl FactStore {
    /// Opens a store: a folder, which is created, or `s3://bucket/prefix`. For the latter endpoint, region and keys come from the
    /// environment (`AWS_ENDPOINT`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`); addresses are path-style.
    ///
    /// # Errors
    /// The folder cannot be made, or the address or environment is incomplete.
    pub fn open(place: &str) -> Result<Self, Refusal> {
        if let Some(rest) = place.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let endpoint = ["AWS_ENDPOINT", "AWS_ENDPOINT_URL"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
            let builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_allow_http(endpoint.starts_with("http://"));
            return Self::over(s3(place, builder)?, Path::from(prefix), place);
        }
        std::fs::create_dir_all(place).map_err(|error| failed(place, "", &error))?;
        let local = LocalFileSystem::new_with_prefix(place).map_err(|error| failed(place, "", &error))?;
        Self::over(Arc::new(local), Path::default(), place)
    }

    /// A store in memory, for tests and for reading loose files.
    ///
    /// # Errors
    /// No threads could be started.
    pub fn in_memory() -> Result<Self, Refusal> {
        Self::over(Arc::new(InMemory::new()), Path::default(), "memory")
    }

    /// A store in an S3-compatible bucket given in full.
    ///
    /// # Errors
    /// The address is not usable.
    pub fn open_s3(endpoint: &str, bucket: &str, prefix: &str, key: &str, secret: &str) -> Result<Self, Refusal> {
        let place = format!("s3://{bucket}/{prefix}");
        let builder = AmazonS3Builder::new()
            .with_endpoint(endpoint)
            .with_allow_http(endpoint.starts_with("http://"))
            .with_bucket_name(bucket)
            .with_region("us-east-1")
            .with_access_key_id(key)
            .with_secret_access_key(secret);
        Self::over(s3(&place, builder)?, Path::from(prefix), &place)
    }

    fn over(whole: Arc<dyn ObjectStore>, prefix: Path, place: &str) -> Result<Self, Refusal> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("facts")
            .enable_all()
            .build()
            .map_err(|error| failed(place, "", &error))?;
        let objects: Arc<dyn ObjectStore> =
            if prefix.as_ref().is_empty() { Arc::clone(&whole) } else { Arc::new(PrefixStore::new(Arc::clone(&whole), prefix.clone())) };
        Ok(Self { objects, whole, prefix, place: place.to_owned(), runtime: Some(runtime) })
    }

    /// The objects underneath. Paths in a [`Snapshot`] are relative to its root.
    pub fn objects(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.objects)
    }

    /// The whole bucket, for scans: an object answers there by the name it was asked for, as a listing compares it, and below a prefix it does not.
    pub(crate) fn whole(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.whole)
    }

    /// The name of a file in [`FactStore::whole`].
    pub(crate) fn whole_name(&self, path: &str) -> String {
        if self.prefix.as_ref().is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) }
    }

    /// Where it is, as it was opened.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Runs a request to its end.
    pub(crate) fn wait<T: Send + 'static>(&self, future: impl Future<Output = T> + Send + 'static) -> Result<T, Refusal> {
        let stopped = || failed(&self.place, "", &"stopped");
        let runtime = self.runtime.as_ref().ok_or_else(stopped)?;
        let (sender, receiver) = sync_channel(1);
        runtime.spawn(async move {
            // The receiver waits below for as long as this runs.
            sender.send(future.await).ok();
        });
        receiver.recv().map_err(|_| stopped())
    }

    /// Runs a request on one object.
    fn ask<T: Send + 'static, F>(
        &self,
        path: &str,
        request: impl FnOnce(Arc<dyn ObjectStore>, Path) -> F,
    ) -> Result<Result<T, Error>, Refusal>
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        self.wait(request(self.objects(), Path::from(path)))
    }

    /// The refusal of a request that failed.
    pub(super) fn failed(&self, path: &str, error: &dyn std::fmt::Display) -> Refusal {
        failed(&self.place, path, error)
    }

    fn done<T>(&self, path: &str, answer: Result<T, Error>) -> Result<T, Refusal> {
        answer.map_err(|error| self.failed(path, &error))
    }

    /// Puts an object, whatever is there.
    pub(crate) fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
        let answer = self.ask(path, |objects, path| async move { objects.put(&path, PutPayload::from(bytes)).await.map(|_| ()) })?;
        self.done(path, answer)
    }

    /// Puts an object where there is none; `false` if there is one.
    pub(super) fn put_new(&self, path: &str, bytes: Vec<u8>) -> Result<bool, Refusal> {
        let answer = self.ask(path, |objects, path| async move {
            objects.put_opts(&path, PutPayload::from(bytes), PutMode::Create.into()).await.map(|_| ())
        })?;
        match answer {
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            answer => self.done(path, answer).map(|()| true),
        }
    }

    /// Puts an object that comes in pieces. Nothing is there unless all of it is.
    pub(super) fn put_pieces(&self, path: &str, mut pieces: impl FnMut() -> Result<Option<Vec<u8>>, Refusal>) -> Result<u64, Refusal> {
        let mut bytes = Vec::new();
        let mut total = 0;
        while bytes.len() < PART {
            let Some(piece) = pieces()? else {
                total += bytes.len() as u64;
                return self.put(path, bytes).map(|()| total);
            };
            bytes.extend(piece);
        }
        let mut upload = self.done(path, self.ask(path, |objects, path| async move { objects.put_multipart(&path).await })?)?;
        let mut more = true;
        while more {
            match pieces()? {
                Some(piece) => bytes.extend(piece),
                None => more = false,
            }
            while bytes.len() >= PART || (!more && !bytes.is_empty()) {
                let rest = bytes.split_off(bytes.len().min(PART));
                total += bytes.len() as u64;
                let part = upload.put_part(PutPayload::from(std::mem::replace(&mut bytes, rest)));
                self.done(path, self.wait(part)?)?;
            }
        }
        let answer = self.wait(async move { upload.complete().await.map(|_| ()) })?;
        self.done(path, answer).map(|()| total)
    }

    /// A whole object; `None` if there is none.
    pub(crate) fn get(&self, path: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let answer = self.ask(path, |objects, path| async move { objects.get(&path).await?.bytes().await })?;
        match answer {
            Err(Error::NotFound { .. }) => Ok(None),
            answer => self.done(path, answer).map(|bytes| Some(bytes.to_vec())),
        }
    }

    /// Whether there is an object.
    pub(super) fn has(&self, path: &str) -> Result<bool, Refusal> {
        match self.ask(path, |objects, path| async move { objects.head(&path).await })? {
            Err(Error::NotFound { .. }) => Ok(false),
            answer => self.done(path, answer).map(|_| true),
        }
    }

    /// A range of an object.
    pub(super) fn get_range(&self, path: &str, range: Range<u64>) -> Result<Vec<u8>, Refusal> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.ask(path, |objects, path| async move { objects.get_range(&path, range).await })?;
        self.done(path, answer).map(|bytes| bytes.to_vec())
    }

    /// Removes an object; nothing happens if there is none.
    pub(crate) fn delete(&self, path: &str) -> Result<(), Refusal> {
        match self.ask(path, |objects, path| async move { objects.delete(&path).await })? {
            Err(Error::NotFound { .. }) => Ok(()),
            answer => self.done(path, answer),
        }
    }

    /// Paths below a folder, with the second each was last written.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<(String, i64)>, Refusal> {
        use futures::TryStreamExt;
        let answer = self.ask(folder, |objects, folder| async move { objects.list(Some(&folder)).try_collect::<Vec<_>>().await })?;
        let mut found: Vec<(String, i64)> =
            self.done(folder, answer)?.into_iter().map(|meta| (meta.location.to_string(), meta.last_modified.timestamp())).collect();
        found.sort();
        Ok(found)
    }

    /// The newest snapshot; the empty one, number 0, of a new store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn latest(&self) -> Result<Snapshot, Refusal> {
        self.snapshot(self.latest_number()?)
    }

    /// The number of the newest snapshot; 0 of a new store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn latest_number(&self) -> Result<u64, Refusal> {
        Ok(self.list(&path(&["_snapshots"]))?.into_iter().filter_map(|(path, _)| number_of(&path)).max().unwrap_or(0))
    }

    /// As [`FactStore::latest_number`], for whoever knows what it was some time ago: numbers follow each other, so the next ones are looked for
    /// and the many before are not listed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn latest_number_since(&self, known: u64) -> Result<u64, Refusal> {
        // A store that was put back to an earlier state is looked through.
        if known == 0 || !self.has(&Snapshot::path(known))? {
            return self.latest_number();
        }
        let mut number = known;
        while self.has(&Snapshot::path(number + 1))? {
            number += 1;
        }
        Ok(number)
    }

    /// A snapshot by number: what the store held then.
    ///
    /// # Errors
    /// There is no such snapshot, or the store cannot be read.
    pub fn snapshot(&self, number: u64) -> Result<Snapshot, Refusal> {
        if number == 0 {
            return Ok(Snapshot::default());
        }
        let path = Snapshot::path(number);
        let bytes = self.get(&path)?.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "facts.snapshot.missing",
                format!("事实库 {} 没有快照 {number}；请用 batches 查看现有快照", self.place),
                format!("fact store {} has no snapshot {number}", self.place),
            )
        })?;
        serde_json::from_slice(&bytes).map_err(|error| broken(&path, &error))
    }

    /// Commits a snapshot under its number; `false` if someone else has taken the number meanwhile.
    pub(super) fn commit(&self, snapshot: &Snapshot) -> Result<bool, Refusal> {
        let path = Snapshot::path(snapshot.number);
        let bytes = serde_json::to_vec_pretty(snapshot).map_err(|error| broken(&path, &error))?;
        self.put_new(&path, bytes)
    }
}

impl Drop for FactStore {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn s3(place: &str, builder: AmazonS3Builder) -> Result<Arc<dyn ObjectStore>, Refusal> {
    let objects = builder.with_virtual_hosted_style_request(false).build().map_err(|error| {
        Refusal::bad_input(
            "facts.store.address",
            format!("无法使用 {place}：{error}；请设置 AWS_ENDPOINT、AWS_REGION、AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY"),
            format!("cannot use {place}: {error}; set AWS_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        )
    })?;
    Ok(Arc::new(objects))
}

/// A path below the root.
pub(crate) fn path(parts: &[&str]) -> String {
    format!("{ROOT}/{}", parts.join("/"))
}

fn number_of(path: &str) -> Option<u64> {
    path.rsplit_once('/')?.1.strip_suffix(".json")?.parse().ok()
}
