//! Days, instants and personal numbers as clients get them.

use qudao_access::private::{self, PrivateKind};
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

/// Hides mobile numbers, identity numbers and numbers of bank cards, wherever they stand in a text.
pub(crate) fn mask(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let length = digits + usize::from(digits == 17 && rest[digits..].starts_with(['X', 'x']));
        let (number, after) = rest.split_at(length.max(first.len_utf8()));
        match personal(number) {
            Some(kind) => shown.push_str(&private::mask(kind, number)),
            None => shown.push_str(number),
        }
        rest = after;
    }
    shown
}

/// What personal number a number is, as far as its form tells.
fn personal(number: &str) -> Option<PrivateKind> {
    match number.len() {
        11 if number.starts_with('1') => Some(PrivateKind::Phone),
        18 if private::id_number(&number.to_uppercase()) => Some(PrivateKind::IdNumber),
        16..=19 if number.starts_with("62") => Some(PrivateKind::BankAccount),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{instant, mask};

    #[test]
    fn personal_numbers_are_masked_wherever_they_stand() {
        // R0.16, R1.13
        assert_eq!(mask("用户号码 13812345678；订单 E26070199999000000"), "用户号码 138****5678；订单 E26070199999000000");
        assert_eq!(mask("A00001/13912340000"), "A00001/139****0000");
        assert_eq!(mask("证件11010519491231002x，卡6222021234567890"), "证件110*************2x，卡************7890");
        assert_eq!(mask("订单 202607019999900001、123456789012345678"), "订单 202607019999900001、123456789012345678");
        assert_eq!(instant(0), "1970-01-01T08:00:00+08:00");
    }
}
