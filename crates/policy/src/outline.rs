//! What stands where in a text, also in one that has mistakes: what an editor shows beside it, and what rewrites parts of it.
//!
//! Invariant: a rewritten text differs from the one given only where it says so; comments and layout elsewhere stay.

use crate::ast::{self, Opening};
use crate::diagnostics::{Sink, Span};
use crate::keywords::Kw;
use crate::model::LadderMode;
use crate::parse::parse;
use qudao_kernel::{Date, Kind, Lang, Refusal};

/// What a text declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// Policies, in the order of the text.
    pub policies: Vec<Head>,
    /// Ladders and curves of all of them.
    pub ladders: Vec<Grid>,
}

/// The head of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Name.
    pub name: String,
    /// Version.
    pub version: u32,
    /// Title.
    pub title: String,
    /// First day in force, where it is given.
    pub from: Option<Date>,
    /// Last day in force, where it is given.
    pub last: Option<Date>,
}

/// A ladder as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Policy.
    pub policy: String,
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
    /// How it pays; `None` where the text does not say.
    pub mode: Option<LadderMode>,
    /// Whether a step includes its lower bound (满 … 不满 …) and not its upper one (超过 … 至 …).
    pub closed_below: bool,
    /// Steps as they are written.
    pub steps: Vec<Cells>,
    /// From the first step to the end of the last.
    pub place: Span,
}

/// A step as it is written; a cell is empty where the text gives nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// Where it begins.
    pub from: String,
    /// Paid for each unit.
    pub each: String,
    /// Paid once; the value of a curve's point.
    pub flat: String,
}

/// Reads what a text declares. What cannot be read is left out.
pub fn outline(text: &str) -> Outline {
    let file = parse(text, &mut Sink::new("")).file;
    let policies = file.policies.iter().map(head).collect();
    let ladders = file.policies.iter().flat_map(|policy| policy.ladders.iter().map(|ladder| grid(text, policy, ladder))).collect();
    Outline { policies, ladders }
}

fn head(policy: &ast::Policy) -> Head {
    let (from, last) = policy.effective.as_ref().map(|(from, to)| (from.node, to.as_ref().map(|to| to.node))).unzip();
    Head { name: policy.name.node.clone(), version: policy.version.node, title: policy.title.clone(), from, last: last.flatten() }
}

fn grid(text: &str, policy: &ast::Policy, ladder: &ast::Ladder) -> Grid {
    let cell = |span: Option<Span>| span.and_then(|span| text.get(span.start..span.end)).unwrap_or("").to_owned();
    let steps = ladder.steps.iter().map(|step| Cells {
        from: cell(Some(step.from.span)),
        each: cell(step.each.as_ref().map(|part| part.span)),
        flat: cell(step.flat.as_ref().map(|part| part.span)),
    });
    let place = match (ladder.steps.first(), ladder.steps.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => Span { start: ladder.name.span.end, end: ladder.name.span.end },
    };
    Grid {
        policy: policy.name.node.clone(),
        name: ladder.name.node.clone(),
        title: ladder.title.clone(),
        mode: ladder.mode,
        closed_below: ladder.steps.first().is_none_or(|step| step.opening != Opening::Above),
        steps: steps.collect(),
        place,
    }
}

/// The text of one policy and what territories fill in for it, taken out of a file that may hold others.
pub fn part(text: &str, name: &str, version: u32) -> Option<String> {
    let tree = parse(text, &mut Sink::new(""));
    let starts: Vec<usize> = tree.starts_of_file();
    let slice = |start: usize| {
        let end = starts.iter().copied().find(|next| *next > start).unwrap_or(text.len());
        text.get(start..end).map(|part| without_trailing_comments(part).trim_end().to_owned())
    };
    let begins = |place: usize| starts.iter().copied().filter(|start| *start <= place).max();
    let policy = tree.file.policies.iter().find(|policy| policy.name.node == name && policy.version.node == version)?;
    let fills = tree.file.fills.iter().filter(|fill| fill.policy.node == name && fill.version.node == version);
    let places = std::iter::once(policy.name.span.start).chain(fills.map(|fill| fill.policy.span.start));
    let parts: Vec<String> = places.filter_map(|place| slice(begins(place)?)).collect();
    Some(format!("{}\n", parts.join("\n\n")))
}

/// Comments behind an item belong to the next one.
fn without_trailing_comments(part: &str) -> &str {
    let mut kept = part.trim_end();
    while let Some((before, last)) = kept.rsplit_once('\n') {
        if !last.trim_start().starts_with('#') {
            break;
        }
        kept = before.trim_end();
    }
    kept
}

/// The text as a new version of its policy, in force from a day: the number and the days are written anew, and those of fills.
pub fn renewed(text: &str, version: u32, from: Date, last: Option<Date>) -> String {
    let file = parse(text, &mut Sink::new("")).file;
    let Some(policy) = file.policies.first() else { return text.to_owned() };
    let lang = language(text, policy.name.span.start);
    let days = match last {
        Some(last) => format!("{from} {} {last}", Kw::RangeTo.word(lang)),
        None => from.to_string(),
    };
    let mut changes = vec![(policy.version.span, version.to_string())];
    changes.extend(policy.effective.as_ref().map(|(from, to)| (to.as_ref().map_or(from.span, |to| from.span.to(to.span)), days)));
    let own = file.fills.iter().filter(|fill| fill.policy.node == policy.name.node && fill.version.node == policy.version.node);
    changes.extend(own.map(|fill| (fill.version.span, version.to_string())));
    rewritten(text, changes)
}

/// The text with another table of steps.
///
/// # Errors
/// `NotFound steps.ladder.missing`; `BadInput steps.cell.strange` for a cell that is more than one value, `steps.ladder.empty` for none.
pub fn with_steps(text: &str, policy: &str, ladder: &str, steps: &[Cells]) -> Result<String, Refusal> {
    let found = outline(text).ladders.into_iter().find(|grid| grid.policy == policy && grid.name == ladder);
    let grid = found.filter(|grid| !grid.steps.is_empty()).ok_or_else(|| {
        Refusal::new(
            Kind::NotFound,
            "steps.ladder.missing",
            format!("文本中没有可以读出的阶梯 {ladder}；请先改正文本里的错误"),
            format!("the text has no ladder {ladder} that can be read; mend the mistakes of the text first"),
        )
    })?;
    if steps.is_empty() {
        return Err(Refusal::bad_input("steps.ladder.empty", "阶梯至少要有一档", "a ladder has one step at least"));
    }
    let strange = |cell: &str| cell.contains(['{', '}', '(', ')', ':', '：', ';', '；', '#', '\n', '"', '“', '”', '+']);
    let all = steps.iter().flat_map(|step| [&step.from, &step.each, &step.flat]);
    if let Some(cell) = all.into_iter().find(|cell| strange(cell)) {
        return Err(Refusal::bad_input(
            "steps.cell.strange",
            format!("“{cell}”不是一个值；请填数、金额（如 2.00元）、比例（如 60%）或参数名"),
            format!("`{cell}` is not one value; give a number, an amount (¥2.00), a share (60%) or the name of a parameter"),
        ));
    }
    let lang = language(text, grid.place.start);
    let margin = text.get(..grid.place.start).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
    let margin = if margin.trim().is_empty() { margin.to_owned() } else { "    ".to_owned() };
    let mut lines: Vec<String> = comments(text.get(grid.place.start..grid.place.end).unwrap_or(""));
    lines.extend(steps.iter().enumerate().map(|(index, step)| line(&grid, lang, step, steps.get(index + 1))));
    Ok(rewritten(text, vec![(grid.place, lines.join(&format!("\n{margin}")))]))
}

/// Whole-line comments of a part of a text.
fn comments(part: &str) -> Vec<String> {
    part.lines().map(str::trim).filter(|line| line.starts_with('#')).map(str::to_owned).collect()
}

fn line(grid: &Grid, lang: Lang, step: &Cells, next: Option<&Cells>) -> String {
    let word = |kw: Kw| kw.word(lang);
    let (from, each, flat) = (step.from.trim(), step.each.trim(), step.flat.trim());
    if grid.mode == Some(LadderMode::Curve) {
        return format!("{} {from}: {flat}", word(Kw::At));
    }
    let (opens, ends) = if grid.closed_below { (Kw::From, Kw::Below) } else { (Kw::Above, Kw::RangeTo) };
    let end = next.map_or(String::new(), |next| format!(" {} {}", word(ends), next.from.trim()));
    let mut pays = Vec::new();
    if !each.is_empty() {
        pays.push(format!("{each} {}", word(Kw::EachUnit)));
    }
    if !flat.is_empty() {
        pays.push(format!("{} {flat}", word(Kw::Flat)));
    }
    let pays = if pays.is_empty() { word(Kw::Nothing).to_owned() } else { pays.join(" + ") };
    format!("{} {from}{end}: {pays}", word(opens))
}

/// The language the keyword at or before a place is written in.
fn language(text: &str, place: usize) -> Lang {
    let is_chinese = |part: &str| part.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let line = |at: usize| {
        let start = text[..at].rfind('\n').map_or(0, |index| index + 1);
        text[start..].lines().next().unwrap_or("")
    };
    let words: String = line(place).split(['"', '“']).next().unwrap_or("").to_owned();
    if is_chinese(&words) { Lang::Zh } else { Lang::En }
}

/// Writes parts anew; they do not overlap.
fn rewritten(text: &str, mut changes: Vec<(Span, String)>) -> String {
    changes.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut out = text.to_owned();
    for (span, new) in changes {
        out.replace_range(span.start..span.end, &new);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# 开头\n政策 甲 版本 1 \"甲办法\" {\n  有效期 2026-01-01 至 2026-12-31\n  阶梯 台阶 \"台阶\" 全量 {\n    # 档位\n    满 0 不满 100: 不付\n    满 100: 2.00元 每单位 + 固定 1000.00元\n  }\n}\n\n# 乙\n政策 乙 版本 3 {\n  有效期 2026-01-01\n}\n地方取值 甲 版本 1 地区 \"4301\" { a = 1 }\n";

    #[test]
    fn a_text_with_mistakes_still_tells_its_heads_and_ladders() {
        let found = outline(TEXT);
        let heads: Vec<(&str, u32)> = found.policies.iter().map(|head| (head.name.as_str(), head.version)).collect();
        assert_eq!(heads, [("甲", 1), ("乙", 3)]);
        assert_eq!(found.policies[0].last.map(|day| day.to_string()).as_deref(), Some("2026-12-31"));
        assert_eq!(found.ladders[0].steps[1], Cells { from: "100".into(), each: "2.00元".into(), flat: "1000.00元".into() });
        assert_eq!(outline("政策 甲 版本 ").policies, []);
    }

    #[test]
    fn a_ladder_is_written_anew_in_its_own_language_with_its_comments() {
        // R4.53
        let cells = |from: &str, each: &str, flat: &str| Cells { from: from.into(), each: each.into(), flat: flat.into() };
        let steps = [cells("0", "", ""), cells("150", "", "500.00元"), cells("300", "1.50元", "")];
        let text = with_steps(TEXT, "甲", "台阶", &steps).unwrap();
        assert!(
            text.contains("    # 档位\n    满 0 不满 150: 不付\n    满 150 不满 300: 固定 500.00元\n    满 300: 1.50元 每单位\n  }"),
            "{text}"
        );
        assert_eq!(outline(&text).ladders[0].steps, steps);
        let strange = with_steps(TEXT, "甲", "台阶", &[cells("0: 不付 }", "", "")]);
        assert_eq!(strange.unwrap_err().code, "steps.cell.strange");
        assert_eq!(with_steps(TEXT, "甲", "没有", &steps).unwrap_err().code, "steps.ladder.missing");
    }

    #[test]
    fn one_policy_of_a_file_becomes_a_new_version_of_its_own() {
        // R0.4
        let own = part(TEXT, "甲", 1).unwrap();
        assert!(own.starts_with("政策 甲") && own.contains("地方取值 甲 版本 1") && !own.contains('乙'), "{own}");
        let day = |text: &str| text.parse::<Date>().unwrap();
        let new = renewed(&own, 2, day("2026-09-01"), None);
        assert!(
            new.contains("政策 甲 版本 2 \"甲办法\"") && new.contains("有效期 2026-09-01\n") && new.contains("地方取值 甲 版本 2"),
            "{new}"
        );
        let until = renewed(&own, 2, day("2026-09-01"), Some(day("2027-08-31")));
        assert!(until.contains("有效期 2026-09-01 至 2027-08-31"), "{until}");
        assert_eq!(part(TEXT, "甲", 2), None);
    }
}
