//! What a file is, by its first bytes.

use qudao_kernel::Refusal;
use std::str::FromStr;

/// Most pixels of a picture, along a side and in all: beyond that whoever opens it could run out of memory.
const MOST_SIDE: u32 = 12_000;
const MOST_PIXELS: u64 = 50_000_000;

/// Kinds of file that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A picture.
    Png,
    /// A picture.
    Jpeg,
    /// A picture.
    Webp,
    /// A document.
    Pdf,
    /// An electronic invoice.
    Ofd,
    /// A workbook, without macros.
    Xlsx,
    /// A text document, without macros.
    Docx,
    /// Slides, without macros.
    Pptx,
    /// Plain text or a table of it, in UTF-8 or GB18030.
    Text,
}

/// Photos and papers, as records carry them.
pub const PAPERS: &[FileKind] = &[FileKind::Png, FileKind::Jpeg, FileKind::Webp, FileKind::Pdf, FileKind::Ofd];
/// What a document store keeps.
pub const DOCUMENTS: &[FileKind] = &FileKind::ALL;

impl FileKind {
    const ALL: [FileKind; 9] = [
        FileKind::Png,
        FileKind::Jpeg,
        FileKind::Webp,
        FileKind::Pdf,
        FileKind::Ofd,
        FileKind::Xlsx,
        FileKind::Docx,
        FileKind::Pptx,
        FileKind::Text,
    ];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            FileKind::Png => "png",
            FileKind::Jpeg => "jpeg",
            FileKind::Webp => "webp",
            FileKind::Pdf => "pdf",
            FileKind::Ofd => "ofd",
            FileKind::Xlsx => "xlsx",
            FileKind::Docx => "docx",
            FileKind::Pptx => "pptx",
            FileKind::Text => "text",
        }
    }

    /// For browsers.
    pub const fn mime(self) -> &'static str {
        match self {
            FileKind::Png => "image/png",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Webp => "image/webp",
            FileKind::Pdf => "application/pdf",
            FileKind::Ofd => "application/ofd",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            FileKind::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            // What was written elsewhere is read as text, never as a page.
            FileKind::Text => "text/plain",
        }
    }

    /// Whether it is a picture.
    pub const fn is_picture(self) -> bool {
        matches!(self, FileKind::Png | FileKind::Jpeg | FileKind::Webp)
    }
}

impl FromStr for FileKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        FileKind::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// Its kind.
    pub kind: FileKind,
    /// Of a picture, pixels; else 0.
    pub width: u32,
    /// The same.
    pub height: u32,
}

/// Says what a file is, if it is of one of the kinds that are taken.
///
/// # Errors
/// `BadInput platform.files.kind` for what is none of the kinds, `platform.files.pixels` for a picture that is too large or has no size.
pub fn look(bytes: &[u8], taken: &[FileKind]) -> Result<Content, Refusal> {
    let Some(kind) = kind_of(bytes).filter(|kind| taken.contains(kind)) else { return Err(not_taken(taken)) };
    let size = match kind {
        FileKind::Png => png(bytes),
        FileKind::Jpeg => jpeg(bytes),
        FileKind::Webp => webp(bytes),
        _ => return Ok(Content { kind, width: 0, height: 0 }),
    };
    match size {
        Some((width, height)) if bounded(width, height) => Ok(Content { kind, width, height }),
        _ => Err(Refusal::bad_input(
            "platform.files.pixels",
            format!("照片损坏，或超过 {} 万像素；请重新拍照或缩小后上传", MOST_PIXELS / 10_000),
            format!("the photo is damaged or has more than {} million pixels; take it again or make it smaller", MOST_PIXELS / 1_000_000),
        )),
    }
}

fn kind_of(bytes: &[u8]) -> Option<FileKind> {
    if bytes.starts_with(b"%PDF-") {
        return Some(FileKind::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let parts = [
            (&b"OFD.xml"[..], FileKind::Ofd),
            (b"xl/workbook.xml", FileKind::Xlsx),
            (b"word/document.xml", FileKind::Docx),
            (b"ppt/presentation.xml", FileKind::Pptx),
        ];
        let found = parts.into_iter().find(|(name, _)| holds(bytes, name)).map(|(_, kind)| kind);
        return found.filter(|_| !holds(bytes, b"vbaProject.bin"));
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(FileKind::Png)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(FileKind::Jpeg)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(FileKind::Webp)
    } else {
        super::text::decoded(bytes).map(|_| FileKind::Text)
    }
}

fn not_taken(taken: &[FileKind]) -> Refusal {
    if taken.contains(&FileKind::Text) {
        return Refusal::bad_input(
            "platform.files.kind",
            "不支持这种文件；可上传 PDF、OFD、XLSX、DOCX、PPTX、CSV、TXT 和 JPG、PNG、WebP 图片，不含宏",
            "this kind of file is not taken; PDF, OFD, XLSX, DOCX, PPTX, CSV, TXT and JPG, PNG, WebP pictures are, without macros",
        );
    }
    Refusal::bad_input(
        "platform.files.kind",
        "这不是照片或票据文件；可上传 JPG、PNG、WebP 照片，发票可用 PDF、OFD",
        "this is neither a photo nor a paper; JPG, PNG and WebP photos are taken, and PDF or OFD for invoices",
    )
}

fn bounded(width: u32, height: u32) -> bool {
    let sides = 1..=MOST_SIDE;
    sides.contains(&width) && sides.contains(&height) && u64::from(width) * u64::from(height) <= MOST_PIXELS
}

fn holds(bytes: &[u8], name: &[u8]) -> bool {
    bytes.windows(name.len()).any(|window| window == name)
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn big16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes).map(u32::from)
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    Some((big(bytes, 16)?, big(bytes, 20)?))
}

/// Goes from segment to segment to the frame's head.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        while *bytes.get(at)? == 0xff && *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => return Some((big16(bytes, at + 7)?, big16(bytes, at + 5)?)),
            0xd0..=0xd9 | 0x01 => at += 2,
            0xda => return None,
            _ => at += 2 + big16(bytes, at + 2)? as usize,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let little = |at: usize, digits: usize| {
        let cells = bytes.get(at..at + digits)?;
        Some(cells.iter().rev().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)))
    };
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(24, 3)? + 1, little(27, 3)? + 1)),
        b"VP8 " => Some((little(26, 2)? & 0x3fff, little(28, 2)? & 0x3fff)),
        b"VP8L" => {
            let packed = little(21, 4)?;
            Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}
