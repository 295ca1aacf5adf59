//! Characters to words.

use super::Fault;
use qudao_kernel::Text;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tok {
    /// A name, perhaps with a column behind a dot.
    Word(String),
    Int(i128),
    /// Fen.
    Money(i128),
    Text(String),
    Date(String),
    Month(String),
    Sign(&'static str),
    End,
}

/// A word and the character it begins at, from 1.
pub(super) type Placed = (Tok, usize);

const SIGNS: [&str; 13] = ["!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "(", ")", ",", "，"];
/// Digits an amount may have, which keeps it far from the edge of 128 bits.
const MOST_DIGITS: usize = 16;

pub(super) fn words(text: &str) -> Result<Vec<Placed>, Fault> {
    let chars: Vec<char> = text.chars().collect();
    let (mut at, mut found) = (0, Vec::new());
    while let Some(&first) = chars.get(at) {
        let begin = at + 1;
        if first.is_whitespace() {
            at += 1;
        } else if first.is_ascii_digit() {
            let end = span(&chars, at, |c| c.is_ascii_digit() || c == '.' || c == '-');
            let yuan = chars.get(end) == Some(&'元');
            found.push((number(&chars[at..end], yuan, begin)?, begin));
            at = end + usize::from(yuan);
        } else if first == '\'' || first == '"' {
            let end = span(&chars, at + 1, |c| c != first);
            if end == chars.len() {
                return Err(fault(begin, "文本缺少结尾的引号", "a text lacks its closing quote"));
            }
            found.push((Tok::Text(chars[at + 1..end].iter().collect()), begin));
            at = end + 1;
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = span(&chars, at, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
            found.push((Tok::Word(chars[at..end].iter().collect()), begin));
            at = end;
        } else if let Some(word) = [('且', "and"), ('或', "or"), ('非', "not")].iter().find(|(sign, _)| *sign == first) {
            found.push((Tok::Word(word.1.to_owned()), begin));
            at += 1;
        } else {
            let rest: String = chars[at..].iter().take(2).collect();
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            let sign = sign.ok_or_else(|| fault(begin, &format!("不认识的字符 {first}"), &format!("`{first}` means nothing here")))?;
            found.push((Tok::Sign(if sign == "，" { "," } else { sign }), begin));
            at += sign.chars().count();
        }
    }
    found.push((Tok::End, chars.len() + 1));
    Ok(found)
}

fn span(chars: &[char], from: usize, belongs: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|c| !belongs(*c)).map_or(chars.len(), |length| from + length)
}

fn number(chars: &[char], yuan: bool, at: usize) -> Result<Tok, Fault> {
    let text: String = chars.iter().collect();
    let wrong = || fault(at, &format!("{text} 不是数字、金额、日期或月份"), &format!("`{text}` is no number, amount, date or month"));
    if text.contains('-') {
        let is_month = text.len() == 7 && text.parse::<qudao_kernel::Month>().is_ok();
        let is_date = text.len() == 10 && text.parse::<qudao_kernel::Date>().is_ok();
        return match (is_month, is_date) {
            (true, _) => Ok(Tok::Month(text)),
            (_, true) => Ok(Tok::Date(text)),
            // `5-3` without spaces is a difference in other languages; here it would be guessed.
            _ => Err(wrong()),
        };
    }
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    if whole.len() + part.len() > MOST_DIGITS || part.contains('.') || part.len() > 2 || (!yuan && !part.is_empty()) {
        return Err(wrong());
    }
    let whole: i128 = whole.parse().map_err(|_| wrong())?;
    if !yuan {
        return Ok(Tok::Int(whole));
    }
    let part: i128 = format!("{part:0<2}").parse().map_err(|_| wrong())?;
    Ok(Tok::Money(whole * 100 + part))
}

pub(super) fn fault(at: usize, zh: &str, en: &str) -> Fault {
    Fault { at, why: Text::new(zh, en) }
}
