//! Writing master rows as files that [`super::load_master`] reads back unchanged.

use super::noun::Noun;
use super::rows::MasterRow;
use qudao_kernel::master::Master;
use qudao_kernel::{Lang, Refusal};
use qudao_platform::sheet::{Column, Format, TableWriter};
use std::path::{Path, PathBuf};

/// Writes one file for each kind of row, with headers in the language; their paths. Kinds without rows get their header only.
///
/// # Errors
/// The folder cannot be made, or a file cannot be written.
pub fn write_master(dir: &Path, master: &Master, format: Format, lang: Lang) -> Result<Vec<PathBuf>, Refusal> {
    std::fs::create_dir_all(dir).map_err(|error| {
        Refusal::unavailable(
            "network.master.folder",
            format!("无法建立文件夹 {}：{error}；请检查路径和权限", dir.display()),
            format!("cannot make the folder {}: {error}; check path and permissions", dir.display()),
        )
    })?;
    Ok(vec![
        write_rows(dir, master.partners(), format, lang)?,
        write_rows(dir, master.outlets(), format, lang)?,
        write_rows(dir, master.clerks(), format, lang)?,
        write_rows(dir, master.agreements(), format, lang)?,
        write_rows(dir, master.products(), format, lang)?,
    ])
}

/// The columns of a noun's file, with headers in a language.
pub fn columns(noun: Noun, lang: Lang) -> Vec<Column> {
    let title = |label, name| if lang == Lang::Zh { label } else { name };
    noun.fields().iter().map(|field| Column::new(title(field.label, field.name), field.ty)).collect()
}

fn write_rows<'a, T: MasterRow + 'a>(
    dir: &Path,
    rows: impl Iterator<Item = &'a T>,
    format: Format,
    lang: Lang,
) -> Result<PathBuf, Refusal> {
    let path = dir.join(format!("{}.{}", T::NOUN.stem(), format.extension()));
    let mut writer = TableWriter::create(&path, &columns(T::NOUN, lang), format)?;
    for row in rows {
        writer.row(&row.cells())?;
    }
    writer.finish()?;
    Ok(path)
}
