//! Rows on their way: collected in memory by the chunk, then sorted and put aside in a temporary file.
//!
//! Bounds: one chunk of [`chunk_bytes`] per worker. Temporary files have no name, so nothing is left of them after a crash.

use super::row::{HEAD, Row, compare_tail, event_id, sort_key, with_id};
use qudao_kernel::Refusal;
use siphasher::sip::SipHasher13;
use siphasher::sip128;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::Path;

/// Bytes of rows all workers together hold before they are put aside.
const MEMORY: usize = 192 << 20;
/// Ids are split by their first six bits, so that each part fits in memory.
pub(super) const PARTS: usize = 64;
/// Bytes of an id entry in a temporary file.
const ENTRY: usize = 36;

/// Bytes of rows one of `workers` workers holds.
pub(super) fn chunk_bytes(workers: usize) -> usize {
    (MEMORY / workers.max(1)).clamp(4 << 20, 96 << 20)
}

/// The refusal of a temporary file that cannot be written or read.
pub(super) fn no_room(error: &std::io::Error) -> Refusal {
    Refusal::unavailable(
        "facts.work.failed",
        format!("临时文件读写失败：{error}；请确认临时目录有足够空间后重试，什么都没有保存"),
        format!("a temporary file failed: {error}; make sure the temporary folder has room and try again; nothing was saved"),
    )
}

/// What is remembered of a row to recognise it: the hash of its id, of its content, and when it became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IdEntry {
    /// 128-bit hash of table and event id.
    pub(super) id: u128,
    /// Day the row became known.
    pub(super) known: i32,
    /// 48-bit hash of the content.
    pub(super) content: u64,
    /// Row number; the top bit says that the row itself gives the known day.
    pub(super) row: u64,
}

impl IdEntry {
    /// Which part of the ids this one belongs to.
    pub(super) fn part(id: u128) -> usize {
        (id >> 122) as usize
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id.to_le_bytes());
        out.extend_from_slice(&self.known.to_le_bytes());
        out.extend_from_slice(&self.content.to_le_bytes());
        out.extend_from_slice(&self.row.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        let (known, rest) = rest.split_first_chunk::<4>()?;
        let (content, rest) = rest.split_first_chunk::<8>()?;
        let (row, _) = rest.split_first_chunk::<8>()?;
        Some(Self {
            id: u128::from_le_bytes(*id),
            known: i32::from_le_bytes(*known),
            content: u64::from_le_bytes(*content),
            row: u64::from_le_bytes(*row),
        })
    }
}

/// Hashes ids and contents of one table. Fixed keys: the hashes are stored.
pub(super) struct Hasher {
    ids: sip128::SipHasher13,
    contents: SipHasher13,
}

impl Hasher {
    /// For the ids of a table.
    pub(super) fn new(table: qudao_kernel::facts::Table) -> Self {
        let name = table.name().bytes().fold(0_u64, |key, byte| key.rotate_left(7) ^ u64::from(byte));
        Self {
            ids: sip128::SipHasher13::new_with_keys(0x7175_6461_6f00_0001, name),
            contents: SipHasher13::new_with_keys(0x7175_6461_6f00_0002, 0),
        }
    }

    /// Hash of an event id.
    pub(super) fn id(&self, event_id: &[u8]) -> u128 {
        self.ids.hash(event_id).as_u128()
    }

    /// Hash of a content.
    pub(super) fn content(&self, content: &[u8]) -> u64 {
        self.contents.hash(content) >> 16
    }
}

/// Rows in memory, and what was put aside before.
pub(super) struct Collector {
    limit: usize,
    bytes: Vec<u8>,
    order: Vec<(u128, u32)>,
    ids: Vec<IdEntry>,
    spill: Spill,
}

/// What one worker put aside.
pub(super) struct Spill {
    rows: File,
    row_bytes: u64,
    runs: Vec<Range<u64>>,
    ids: File,
    id_bytes: u64,
    /// For every time ids were put aside, where each part begins, and the end.
    parts: Vec<Vec<u64>>,
}

impl Collector {
    /// Collects up to `limit` bytes in memory; temporary files go to `folder`, or the system's.
    pub(super) fn new(limit: usize, folder: Option<&Path>) -> Result<Self, Refusal> {
        let file = || match folder {
            Some(folder) => tempfile::tempfile_in(folder),
            None => tempfile::tempfile(),
        };
        let spill = Spill {
            rows: file().map_err(|error| no_room(&error))?,
            row_bytes: 0,
            runs: Vec::new(),
            ids: file().map_err(|error| no_room(&error))?,
            id_bytes: 0,
            parts: Vec::new(),
        };
        Ok(Self { limit, bytes: Vec::new(), order: Vec::new(), ids: Vec::new(), spill })
    }

    /// Begins a row: the buffer to write its content to, and a mark to call [`Collector::keep`] with.
    pub(super) fn begin(&mut self) -> (usize, &mut Vec<u8>) {
        let mark = self.bytes.len();
        self.bytes.resize(mark + HEAD, 0);
        (mark, &mut self.bytes)
    }

    /// Keeps the row begun at the mark. `place` is its period, partner rank and day; `row` its number with the explicit bit.
    ///
    /// # Errors
    /// The chunk was full and could not be put aside.
    pub(super) fn keep(&mut self, mark: usize, place: (i32, u32, i32), row: u64, known: i32, hasher: &Hasher) -> Result<(), Refusal> {
        let content = &self.bytes[mark + HEAD..];
        let id = event_id(content);
        let key = sort_key(place.0, place.1, place.2, id);
        self.ids.push(IdEntry { id: hasher.id(id), known, content: hasher.content(content), row });
        let head = Row::head(key, row, known, content.len());
        self.bytes[mark..mark + HEAD].copy_from_slice(&head);
        self.order.push((key, mark as u32));
        if self.bytes.len() >= self.limit { self.put_aside().map_err(|error| no_room(&error)) } else { Ok(()) }
    }

    /// Puts the rest aside; nothing more is taken.
    pub(super) fn finish(mut self) -> Result<Spill, Refusal> {
        self.put_aside().map_err(|error| no_room(&error))?;
        Ok(self.spill)
    }

    fn put_aside(&mut self) -> std::io::Result<()> {
        if self.order.is_empty() {
            return Ok(());
        }
        let bytes = &self.bytes;
        let row = |at: u32| Row::at(&bytes[at as usize..]);
        // Ids of one source often begin alike, and longer than the key holds; what follows the common beginning tells them apart without a look
        // at the rows.
        let shared = shared_beginning(self.order.iter().map(|(_, at)| event_id(row(*at).content())));
        if shared > 0 {
            for (key, at) in &mut self.order {
                let id = event_id(row(*at).content());
                *key = with_id(*key, id.get(shared..).unwrap_or_default());
            }
        }
        self.order.sort_unstable_by(|(key, at), (other_key, other_at)| {
            key.cmp(other_key).then_with(|| {
                let (row, other) = (row(*at), row(*other_at));
                compare_tail(row.content(), row.known(), other.content(), other.known()).then(row.number().cmp(&other.number()))
            })
        });
        let begin = self.spill.row_bytes;
        let mut out = Vec::with_capacity(BUFFER + HEAD);
        for (_, at) in &self.order {
            let rest = &bytes[*at as usize..];
            out.extend_from_slice(&rest[..Row::length(rest).unwrap_or(HEAD)]);
            if out.len() >= BUFFER {
                self.spill.rows.write_all(&out)?;
                self.spill.row_bytes += out.len() as u64;
                out.clear();
            }
        }
        self.spill.rows.write_all(&out)?;
        self.spill.row_bytes += out.len() as u64;
        self.spill.runs.push(begin..self.spill.row_bytes);
        self.spill.put_ids(&self.ids)?;
        self.bytes.clear();
        self.order.clear();
        self.ids.clear();
        Ok(())
    }
}

/// How many bytes all texts begin with.
fn shared_beginning<'a>(mut texts: impl Iterator<Item = &'a [u8]>) -> usize {
    let Some(first) = texts.next() else { return 0 };
    texts.fold(first.len(), |shared, text| {
        if text.get(..shared) == first.get(..shared) {
            shared
        } else {
            first.iter().zip(text).take_while(|(one, other)| one == other).count()
        }
    })
}

/// Bytes written or read at a time.
const BUFFER: usize = 256 << 10;

impl Spill {
    fn put_ids(&mut self, ids: &[IdEntry]) -> std::io::Result<()> {
        let mut parts: Vec<Vec<u8>> = (0..PARTS).map(|_| Vec::with_capacity(ids.len() / PARTS * ENTRY * 9 / 8)).collect();
        for entry in ids {
            entry.write(&mut parts[IdEntry::part(entry.id)]);
        }
        let mut begins = Vec::with_capacity(PARTS + 1);
        for part in parts {
            begins.push(self.id_bytes);
            self.ids.write_all(&part)?;
            self.id_bytes += part.len() as u64;
        }
        begins.push(self.id_bytes);
        self.parts.push(begins);
        Ok(())
    }

    /// Appends the id entries of one part, unsorted.
    pub(super) fn read_part(&self, part: usize, into: &mut Vec<IdEntry>) -> Result<(), Refusal> {
        for begins in &self.parts {
            let (begin, end) = (begins[part], begins[part + 1]);
            let mut bytes = vec![0; (end - begin) as usize];
            read_exact_at(&self.ids, &mut bytes, begin).map_err(|error| no_room(&error))?;
            into.extend(bytes.chunks_exact(ENTRY).filter_map(IdEntry::read));
        }
        Ok(())
    }

    /// The sorted runs of rows.
    pub(super) fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        self.runs.iter().map(|span| Run { file: &self.rows, at: span.start, end: span.end, buffer: Vec::new(), start: 0 })
    }
}

/// A sorted run being read.
pub(super) struct Run<'a> {
    file: &'a File,
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    start: usize,
}

impl Run<'_> {
    /// The row it stands at; `None` before the first call of [`Run::load`] and at the end.
    pub(super) fn row(&self) -> Option<Row<'_>> {
        let rest = &self.buffer[self.start..];
        (!rest.is_empty()).then(|| Row::at(rest))
    }

    /// Steps over the current row.
    pub(super) fn step(&mut self) -> Result<(), Refusal> {
        self.start += Row::length(&self.buffer[self.start..]).unwrap_or(0);
        self.load()
    }

    /// Makes sure the current row is in memory whole, if there is one.
    pub(super) fn load(&mut self) -> Result<(), Refusal> {
        loop {
            let rest = &self.buffer[self.start..];
            if Row::length(rest).is_some_and(|length| length <= rest.len()) || self.at == self.end {
                return Ok(());
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            let have = self.buffer.len();
            let more = BUFFER.min((self.end - self.at) as usize);
            self.buffer.resize(have + more, 0);
            read_exact_at(self.file, &mut self.buffer[have..], self.at).map_err(|error| no_room(&error))?;
            self.at += more as u64;
        }
    }
}

/// Reads at a position, whoever else reads the file.
#[cfg(unix)]
pub(super) fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

/// Reads at a position, whoever else reads the file.
#[cfg(windows)]
pub(super) fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        at += read as u64;
        bytes = &mut bytes[read..];
    }
    Ok(())
}
