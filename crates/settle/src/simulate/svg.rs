//! A small SVG writer: whole pixels, escaped text, one palette in light and dark.

use std::fmt::Write;

/// Where a text is held.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture under construction.
pub(super) struct Svg {
    width: i64,
    height: i64,
    label: String,
    body: String,
}

const STYLE: &str = "text{font:12px -apple-system,'PingFang SC','Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif;fill:#1b2733;\
font-variant-numeric:tabular-nums}.m{fill:#5b6b7b;font-size:11px}.b{font-weight:700}.live{fill:#a9b8c8}.draft{fill:#123c69}.up{fill:#2e7d5b}.down{fill:#b3261e}\
.flat{fill:#c3ccd6}.warn{fill:#b7791f}.axis{stroke:#ccd6e0;stroke-width:1}.line{fill:none;stroke:#123c69;stroke-width:2}.area{fill:#123c69;fill-opacity:.08}\
.mark{stroke:#b3261e;stroke-width:1;stroke-dasharray:4 3}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.m{fill:#9fb0c0}.live{fill:#51606f}.draft{fill:#6ea8e0}.up{fill:#4fb286}.down{fill:#f0776c}.flat{fill:#3a4653}\
.warn{fill:#e0a63f}.axis{stroke:#3a4653}.line{stroke:#6ea8e0}.area{fill:#6ea8e0}.mark{stroke:#f0776c}}";

impl Svg {
    /// An empty picture with a title for those who cannot see it.
    pub(super) fn new(width: i64, height: i64, label: &str) -> Self {
        Self { width, height, label: escape(label), body: String::new() }
    }

    /// A bar; `tip` shows when pointed at. Never narrower than a pixel.
    pub(super) fn bar(&mut self, (x, y): (i64, i64), (width, height): (i64, i64), class: &str, tip: &str) {
        let tip = escape(tip);
        // Writing to a String cannot fail, here and below.
        let _ = write!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{height}\" rx=\"2\" class=\"{class}\"><title>{tip}</title></rect>",
            width.max(1)
        );
    }

    /// A text on one line.
    pub(super) fn text(&mut self, (x, y): (i64, i64), anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        let _ = write!(self.body, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" class=\"{class}\">{text}</text>");
    }

    /// A straight line.
    pub(super) fn line(&mut self, (x1, y1): (i64, i64), (x2, y2): (i64, i64), class: &str) {
        let _ = write!(self.body, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" class=\"{class}\"/>");
    }

    /// A line through points, or a filled shape, as the class says.
    pub(super) fn path(&mut self, points: &[(i64, i64)], class: &str) {
        let _ = write!(self.body, "<path class=\"{class}\" d=\"");
        for (index, (x, y)) in points.iter().enumerate() {
            let _ = write!(self.body, "{}{x} {y}", if index == 0 { 'M' } else { 'L' });
        }
        self.body.push_str("\"/>");
    }

    /// The picture.
    pub(super) fn finish(self) -> String {
        let Svg { width, height, label, body } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-label=\"{label}\"><style>{STYLE}</style>{body}</svg>"
        )
    }
}

/// Text that is safe in SVG and HTML.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// The text, cut with an ellipsis where it would be wider than so many pixels at 12 px.
pub(super) fn fit(text: &str, pixels: i64) -> String {
    let wide = |c: char| if c.is_ascii() { 7 } else { 12 };
    if text.chars().map(wide).sum::<i64>() <= pixels {
        return text.to_owned();
    }
    let mut used = 12;
    let mut cut: String = text
        .chars()
        .take_while(|c| {
            used += wide(*c);
            used <= pixels
        })
        .collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_cut() {
        assert_eq!(escape("<a b='1'>&\u{7}"), "&lt;a b=&#39;1&#39;&gt;&amp; ");
        assert_eq!(fit("宽带新装酬金", 72), "宽带新装酬金");
        assert_eq!(fit("宽带新装酬金", 71), "宽带新装…");
    }
}
