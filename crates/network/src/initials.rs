//! Pinyin initials, as people type them into a search box: `cs` for 长沙, `cq` or `zq` for 重庆.

use pinyin::ToPinyinMulti;

/// The initials each character of a name may be typed as: one bit for each letter or digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initials(Box<[u64]>);

impl Initials {
    /// The initials of a name. A character with several readings has them all; a letter or digit stands for itself.
    pub fn of(name: &str) -> Self {
        Self(name.chars().map(letters).collect())
    }

    /// Where a typed text first matches, counted in characters; `None` where it does not, or holds anything but letters and digits.
    pub fn find(&self, typed: &str) -> Option<usize> {
        let wanted: Vec<u64> = typed.chars().map(|c| bit(c.to_ascii_lowercase())).collect::<Option<_>>()?;
        if wanted.is_empty() {
            return None;
        }
        self.0.windows(wanted.len()).position(|window| window.iter().zip(&wanted).all(|(have, want)| have & want != 0))
    }
}

/// The initials of a name, one of each character by its first reading; letters and digits stand for themselves. For lists that a page searches itself.
pub fn typed(name: &str) -> String {
    name.chars().filter_map(|c| bit(c.to_ascii_lowercase()).map_or_else(|| first(c), |_| Some(c.to_ascii_lowercase()))).collect()
}

fn first(c: char) -> Option<char> {
    c.to_pinyin_multi()?.get(0).first_letter().chars().next()
}

fn letters(c: char) -> u64 {
    if let Some(own) = bit(c.to_ascii_lowercase()) {
        return own;
    }
    let Some(readings) = c.to_pinyin_multi() else { return 0 };
    (0..readings.count()).filter_map(|index| bit(readings.get(index).first_letter().chars().next()?)).fold(0, |all, one| all | one)
}

fn bit(c: char) -> Option<u64> {
    match c {
        'a'..='z' => Some(1 << (c as u32 - 'a' as u32)),
        '0'..='9' => Some(1 << (26 + c as u32 - '0' as u32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_is_found() {
        assert_eq!(Initials::of("长沙市").find("cs"), Some(0));
        assert_eq!(Initials::of("重庆市").find("CQ"), Some(0));
        assert_eq!(Initials::of("湖南省长沙市").find("css"), Some(3));
        assert_eq!(Initials::of("八五〇农场").find("nc"), Some(3));
        assert_eq!(Initials::of("长沙市").find("长"), None);
        assert_eq!(Initials::of("长沙市").find(""), None);
        assert_eq!(Initials::of("A1手机店").find("a1sj"), Some(0));
    }

    #[test]
    fn a_name_is_typed_by_its_initials() {
        assert_eq!(typed("代理商协议签订"), "dlsxyqd");
        assert_eq!(typed("A1·手机店"), "a1sjd");
    }
}
