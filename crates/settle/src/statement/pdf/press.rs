//! Turns a template and its data into a PDF. The only place that talks to the typesetter.
//!
//! The template sees two files: itself and `data.json`. There is no clock, no network, no other file.

use super::fonts;
use qudao_kernel::{Kind, Refusal};
use std::sync::Mutex;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// A loaded typesetter: fonts and the standard library, for any number of documents.
pub struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    family: String,
    main: FileId,
    data: FileId,
    /// The typesetter's caches are shared by the process; one document at a time keeps them small.
    turn: Mutex<()>,
}

impl Press {
    /// Loads the fonts of this machine.
    ///
    /// # Errors
    /// `settle.pdf.no_font` if no font can show Chinese.
    pub fn open() -> Result<Self, Refusal> {
        let family = fonts::find(&fonts::own_folders(), &fonts::system_folders())?;
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&family.faces)),
            fonts: family.faces,
            family: family.name,
            main: file("/main.typ")?,
            data: file("/data.json")?,
            turn: Mutex::new(()),
        })
    }

    /// Name of the font family in use.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// Sets a document. `ident` names it: the same ident, template and data give the same bytes.
    ///
    /// # Errors
    /// `settle.pdf.failed` with the typesetter's own words; it means that the template and its data do not fit.
    pub fn print(&self, template: &str, data: &serde_json::Value, ident: &str) -> Result<Vec<u8>, Refusal> {
        // A panic while another document was set leaves nothing half-done in here.
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let text = serde_json::to_vec(data).map_err(|error| failed(&error.to_string()))?;
        let job = Job { press: self, source: Source::new(self.main, template.to_owned()), data: Bytes::new(text) };
        let document = typst::compile::<PagedDocument>(&job).output.map_err(|errors| failed(&words(&errors)))?;
        let options =
            PdfOptions { ident: Smart::Custom(ident.to_owned()), creator: Smart::Custom(Some("qudao".into())), ..PdfOptions::default() };
        let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| failed(&words(&errors)))?;
        typst::comemo::evict(0);
        Ok(bytes)
    }
}

/// One document being set.
struct Job<'a> {
    press: &'a Press,
    source: Source,
    data: Bytes,
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.press.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.press.main { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn file(path: &str) -> Result<FileId, Refusal> {
    let path = VirtualPath::new(path).map_err(|error| failed(&error.to_string()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn words(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

fn failed(words: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "settle.pdf.failed",
        format!("PDF 排版失败：{words}；请保留数据并报告此问题"),
        format!("the PDF could not be set: {words}; keep its data and report this"),
    )
}
