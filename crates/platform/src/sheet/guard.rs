//! Formula injection: a text cell that a spreadsheet would run is written with a leading apostrophe and read without it.
//!
//! The two functions undo each other for every text, so that an export that is imported again changes nothing.

use std::borrow::Cow;

/// Whether a spreadsheet, or a person pasting into one, would take a text with this first character for a formula or a break.
fn runs(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

/// Whether the text needs an apostrophe: it begins with a dangerous character, perhaps after apostrophes.
fn needs_guard(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(runs)
}

/// The text as it is written.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    if needs_guard(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text without the apostrophe that guards it.
pub(super) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| needs_guard(rest)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guarding_is_undone_by_reading() {
        // R0.7: exports neutralise formulas, imports give back what was exported
        for text in ["=1+1", "-甲", "+86", "@x", "\tx", "\rx", "'=1", "''-x", "'甲", "甲", "", "'", "＝1"] {
            let written = guarded(text);
            assert_eq!(unguarded(&written), text);
            assert!(!written.starts_with(runs), "{written}");
        }
    }
}
