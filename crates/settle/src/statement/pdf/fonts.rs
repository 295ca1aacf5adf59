//! Finds a font that can show Chinese. None is shipped: a whole CJK family is far larger than the project.
//!
//! Looked through, in this order: the folders of `QUDAO_FONTS` (separated as in `PATH`), then where systems keep fonts. The first
//! family of the list that has a regular face is taken; in the folders of `QUDAO_FONTS` any family with the needed characters will do.

use qudao_kernel::{Kind, Refusal};
use std::path::{Path, PathBuf};
use typst::foundations::Bytes;
use typst::text::{Font, FontInfo};

/// Families that look right, best first.
const FAMILIES: [&str; 12] = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Serif CJK SC",
    "SimSun",
];

/// Parts of the file names of those families; other files are not opened in system folders.
const FILES: [&str; 12] = [
    "notosanscjk",
    "notosanssc",
    "sourcehansans",
    "pingfang",
    "msyh",
    "harmonyos",
    "wqy-microhei",
    "wqy-zenhei",
    "simhei",
    "notoserifcjk",
    "simsun",
    "noto-sans-sc",
];

/// Characters every statement needs.
const NEEDED: &str = "对账单酬金¥0A";

/// Deepest folder looked into.
const DEPTH: usize = 6;

/// Faces of one family.
pub(super) struct Family {
    /// Name.
    pub(super) name: String,
    /// Regular and bold, and whatever else the family has.
    pub(super) faces: Vec<Font>,
}

/// Finds the best family on this machine.
///
/// # Errors
/// `settle.pdf.no_font` if there is none.
pub(super) fn find(own: &[PathBuf], system: &[PathBuf]) -> Result<Family, Refusal> {
    let mut known: Vec<(usize, PathBuf, u32)> = Vec::new();
    let mut any: Vec<(String, PathBuf, u32)> = Vec::new();
    for (folders, everything) in [(own, true), (system, false)] {
        for path in folders.iter().flat_map(|folder| files(folder, DEPTH)) {
            if !everything && !named(&path) {
                continue;
            }
            let Ok(data) = std::fs::read(&path) else { continue };
            for (index, info) in (0_u32..).zip(FontInfo::iter(&data)) {
                let family = info.family.as_str();
                if let Some(rank) = FAMILIES.iter().position(|name| *name == family) {
                    known.push((rank, path.clone(), index));
                } else if everything && NEEDED.chars().all(|c| info.coverage.contains(c as u32)) {
                    any.push((family.to_owned(), path.clone(), index));
                }
            }
        }
        if everything && let Some(family) = load_best(&known, &any) {
            return Ok(family);
        }
    }
    load_best(&known, &any).ok_or_else(none)
}

fn load_best(known: &[(usize, PathBuf, u32)], any: &[(String, PathBuf, u32)]) -> Option<Family> {
    let (name, places): (String, Vec<(&Path, u32)>) = if let Some(best) = known.iter().map(|(rank, ..)| *rank).min() {
        let places = known.iter().filter(|(rank, ..)| *rank == best).map(|(_, path, index)| (path.as_path(), *index)).collect();
        (FAMILIES[best].to_owned(), places)
    } else {
        let name = any.iter().map(|(name, ..)| name).min()?;
        (name.clone(), any.iter().filter(|(family, ..)| family == name).map(|(_, path, index)| (path.as_path(), *index)).collect())
    };
    let mut faces = Vec::new();
    for (path, index) in places {
        if let Some(face) = std::fs::read(path).ok().and_then(|data| Font::new(Bytes::new(data), index)) {
            faces.push(face);
        }
    }
    (!faces.is_empty()).then_some(Family { name, faces })
}

/// Font files under a folder, in the order of their paths.
fn files(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|list| list.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            if depth > 0 {
                found.extend(files(&path, depth - 1));
            }
        } else if path.extension().is_some_and(|end| ["ttf", "otf", "ttc"].iter().any(|known| end.eq_ignore_ascii_case(known))) {
            found.push(path);
        }
    }
    found
}

fn named(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    FILES.iter().any(|part| name.contains(part))
}

/// Folders of `QUDAO_FONTS`.
pub(super) fn own_folders() -> Vec<PathBuf> {
    std::env::var_os("QUDAO_FONTS").map(|list| std::env::split_paths(&list).collect()).unwrap_or_default()
}

/// Where systems keep fonts.
pub(super) fn system_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts", "C:\\Windows\\Fonts"]
            .map(PathBuf::from)
            .to_vec();
    if let Some(home) = std::env::var_os("HOME") {
        folders.extend([".local/share/fonts", ".fonts", "Library/Fonts"].map(|folder| Path::new(&home).join(folder)));
    }
    folders
}

fn none() -> Refusal {
    Refusal::new(
        Kind::Unavailable,
        "settle.pdf.no_font",
        "找不到中文字体，无法生成 PDF。请安装(Debian/Ubuntu:apt-get install fonts-noto-cjk)，或把字体文件放入一个目录并设置环境变量 QUDAO_FONTS 指向它",
        "no font with Chinese characters was found, so no PDF can be made; install one (Debian/Ubuntu: apt-get install fonts-noto-cjk), or put font \
         files in a folder and point QUDAO_FONTS at it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_font_the_package_is_named() {
        let empty = tempfile::tempdir().unwrap();
        let refusal = find(&[], &[empty.path().to_owned()]).err().unwrap();
        assert_eq!(refusal.code, "settle.pdf.no_font");
        assert!(refusal.text.zh.contains("fonts-noto-cjk") && refusal.text.en.contains("QUDAO_FONTS"));
        std::fs::write(empty.path().join("NotoSansCJK-broken.ttc"), b"not a font").unwrap();
        assert!(find(&[empty.path().to_owned()], &[]).is_err());
    }
}
