//! What all records here have in common: ids, words that are long enough, rows that are not there.

use qudao_access::sessions::day;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::db::Tx;
use qudao_platform::hash::Fields;

/// An id that follows from who asked under which key.
pub(crate) fn id(tx: &Tx, letters: &str, who: &str, key: &str) -> String {
    let today = day(tx.now_us()).to_string().replace('-', "");
    let hash = Fields::new().text(letters).text(who).text(key).finish();
    format!("{letters}{today}-{}", &hash[..8])
}

/// Words of a length, without blanks around them.
///
/// # Errors
/// `BadInput display.words`.
pub(crate) fn words<'t>(text: &'t str, least: usize, most: usize, (zh, en): (&str, &str)) -> Result<&'t str, Refusal> {
    let text = text.trim();
    let count = text.chars().count();
    if (least..=most).contains(&count) && !text.chars().any(|c| c.is_control() && c != '\n') {
        return Ok(text);
    }
    Err(Refusal::bad_input(
        "display.words",
        format!("{zh}须为 {least} 至 {most} 字；请修改"),
        format!("{en} has {least} to {most} characters; change it"),
    ))
}

/// A photo, by its SHA-256.
///
/// # Errors
/// `BadInput display.photo`.
pub(crate) fn photo(sha256: &str) -> Result<&str, Refusal> {
    if sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Ok(sha256);
    }
    Err(Refusal::bad_input("display.photo", "请先拍照或上传照片", "take or upload a photo first"))
}

/// What is not there, or not for the caller.
pub(crate) fn none((zh, en): (&str, &str), id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "display.none",
        format!("没有{zh} {id}，或不在您的范围内；请核对编号"),
        format!("there is no {en} {id}, or it is not within your reach; check the number"),
    )
}

/// A conflict with where a record stands.
pub(crate) fn state(zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Conflict, "display.state", zh, en)
}

/// A defect of ours.
pub(crate) fn bug(why: &str) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "display.stored",
        format!("陈列的存档读不懂：{why}；请把此信息报告给维护者"),
        format!("what is stored of display cannot be read: {why}; report this to the maintainers"),
    )
}
