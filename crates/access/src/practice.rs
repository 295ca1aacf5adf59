//! What a channel manager answers for, how they work and what they bring: definitions (`definitions/posts/manager.toml`).

use qudao_kernel::{Kind, Refusal, Text};
use serde::Deserialize;

const MANAGER: &str = include_str!("../../../definitions/posts/manager.toml");

/// A duty, way of working or quality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// Page on which it shows; of a quality none.
    pub page: Option<String>,
}

/// All of a channel manager, each in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// What they answer for.
    pub duties: Vec<Point>,
    /// How they work.
    pub methods: Vec<Point>,
    /// What they bring.
    pub qualities: Vec<Point>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    duty: Vec<Written>,
    method: Vec<Written>,
    quality: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    zh: String,
    en: String,
    page: Option<String>,
}

/// The practice of a channel manager.
///
/// # Errors
/// `Bug access.practice.file`; a test shows that the embedded file is right.
pub fn manager() -> Result<Practice, Refusal> {
    let file: File = toml::from_str(MANAGER).map_err(|error| {
        Refusal::new(
            Kind::Bug,
            "access.practice.file",
            format!("渠道经理职责定义无法读取：{error}"),
            format!("the practice of channel managers cannot be read: {error}"),
        )
    })?;
    let of = |Written { id, zh, en, page }| Point { id, title: Text::new(zh, en), page };
    let all = |written: Vec<Written>| written.into_iter().map(of).collect();
    Ok(Practice { duties: all(file.duty), methods: all(file.method), qualities: all(file.quality) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ten_duties_fourteen_methods_and_eight_qualities() {
        // S11, beside the thirteen duties of R8.94
        let Practice { duties, methods, qualities } = manager().unwrap();
        assert_eq!((duties.len(), methods.len(), qualities.len()), (10, 14, 8));
        assert_eq!(crate::posts::duties().unwrap().len(), 13);
        let all: Vec<&Point> = duties.iter().chain(&methods).chain(&qualities).collect();
        let ids: BTreeSet<&str> = all.iter().map(|point| point.id.as_str()).collect();
        assert_eq!(ids.len(), 32);
        assert!(duties.iter().chain(&methods).all(|point| point.page.is_some()), "each shows somewhere");
    }
}
