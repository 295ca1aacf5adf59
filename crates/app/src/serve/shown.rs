//! Days, instants and personal numbers as clients get them.

use qudao_kernel::Date;

pub(crate) fn day(day: Option<Date>) -> Option<String> {
    day.map(|day| day.to_string())
}

/// An instant as RFC 3339 in Chinese time.
pub(crate) fn instant(us: i64) -> String {
    let day = qudao_access::sessions::day(us);
    let of_day = (us + 8 * 3_600_000_000).rem_euclid(86_400_000_000) / 1_000_000;
    format!("{day}T{:02}:{:02}:{:02}+08:00", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// Hides the middle of mobile numbers, wherever they stand in a text.
pub(crate) fn mask(text: &str) -> String {
    const DIGITS: usize = 11;
    let bytes = text.as_bytes();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if run == DIGITS && bytes[at] == b'1' {
            shown.push_str(&text[at..at + 3]);
            shown.push_str("****");
            shown.push_str(&text[at + 7..at + DIGITS]);
            at += DIGITS;
        } else if run > 0 {
            shown.push_str(&text[at..at + run]);
            at += run;
        } else {
            let next = text[at..].chars().next().map_or(1, char::len_utf8);
            shown.push_str(&text[at..at + next]);
            at += next;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{instant, mask};

    #[test]
    fn mobile_numbers_are_masked_wherever_they_stand() {
        // R1.13
        assert_eq!(mask("用户号码 13812345678；订单 E26070199999000000"), "用户号码 138****5678；订单 E26070199999000000");
        assert_eq!(mask("A00001/13912340000"), "A00001/139****0000");
        assert_eq!(instant(0), "1970-01-01T08:00:00+08:00");
    }
}
