//! What may be in the zip an XLSX is, checked before anything of it is kept in memory.
//!
//! The directory of the archive says how large each part becomes; a directory can lie, so the parts are also unpacked once
//! into nothing and counted. The longest stretch without a tag bounds the longest cell, and with it the memory of the reader.

use super::reader::Limits;
use super::refuse;
use memchr::{memchr, memrchr};
use qudao_kernel::Refusal;
use std::io::{Read, Seek};
use zip::ZipArchive;

/// Longest picture or other binary part. A damaged workbook may name one as its sheet, so these are bounded too.
const BINARY_BYTES: usize = 64 << 20;

/// Checks an archive against the limits.
///
/// # Errors
/// It is no readable archive, or unpacks to more than allowed.
pub(super) fn check<R: Read + Seek>(name: &str, file: R, limits: Limits) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(file).map_err(|error| refuse::damaged(name, &error))?;
    let mut declared: u64 = 0;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|error| refuse::damaged(name, &error))?;
        declared = declared.saturating_add(part.size());
    }
    if declared > limits.unpacked_bytes {
        return Err(too_large(name, limits));
    }
    let mut left = limits.unpacked_bytes;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| refuse::damaged(name, &error))?;
        let is_xml = part.name().is_ok_and(|name| [".xml", ".rels"].iter().any(|end| name.to_ascii_lowercase().ends_with(end)));
        let longest = if is_xml { limits.record_bytes } else { limits.record_bytes.max(BINARY_BYTES) };
        left = count(name, &mut part, left, limits, longest)?;
    }
    Ok(())
}

/// Unpacks one part into nothing; how many bytes of the allowance are left.
fn count(name: &str, part: &mut impl Read, mut left: u64, limits: Limits, longest: usize) -> Result<u64, Refusal> {
    let mut chunk = vec![0; 64 << 10];
    let mut stretch = 0;
    loop {
        let read = part.read(&mut chunk).map_err(|error| refuse::damaged(name, &error))?;
        if read == 0 {
            return Ok(left);
        }
        left = left.checked_sub(read as u64).ok_or_else(|| too_large(name, limits))?;
        let bytes = &chunk[..read];
        stretch += memchr(b'<', bytes).unwrap_or(read);
        if stretch > longest {
            return Err(Refusal::bad_input(
                "sheet.record.long",
                format!("{name} 中有一格超过 {longest} 字节；请缩短该单元格后重新上传"),
                format!("{name}: a cell is longer than {longest} bytes; shorten it and upload the file again"),
            ));
        }
        if let Some(last) = memrchr(b'<', bytes) {
            stretch = read - last;
        }
    }
}

fn too_large(name: &str, limits: Limits) -> Refusal {
    let mib = limits.unpacked_bytes >> 20;
    Refusal::bad_input(
        "sheet.book.bomb",
        format!("{name} 解压后超过 {mib} MiB；请拆分为多个文件，或改用 CSV"),
        format!("{name} unpacks to more than {mib} MiB; split it into several files, or use CSV"),
    )
}
