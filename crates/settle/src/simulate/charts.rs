//! Charts as SVG. Each can be read without colour: signs, labels and places say the same. Exact amounts show when pointed at.

use super::cliffs::Cliff;
use super::model::Names;
use super::report::{Burn, Change, Draft, Report};
use super::svg::{Anchor, Svg, fit};
use super::text::{bounds, hundredths, share, signed};
use crate::statement::words::pick;
use qudao_kernel::{Fen, Lang};

/// Width of every chart, in pixels.
const WIDTH: i64 = 760;
/// Width of the labels at the left.
const LABEL: i64 = 210;
/// Width of the figures at the right.
const FIGURES: i64 = 150;
/// Rows shown at most.
const MOST: usize = 16;

/// Total cost of what is in force and of every draft.
pub fn scenarios(report: &Report, lang: Lang) -> String {
    let rows: Vec<(&str, Fen, Option<&Draft>)> = std::iter::once((report.live.as_str(), report.live_cost.total, None))
        .chain(report.drafts.iter().map(|draft| (draft.label.as_str(), draft.cost.total, Some(draft))))
        .collect();
    let mut svg = Svg::new(WIDTH, 30 * rows.len() as i64 + 6, pick(lang, "各方案总成本", "Total cost of each scenario"));
    let most = rows.iter().map(|row| row.1.0.unsigned_abs()).max().unwrap_or(0);
    for (index, (label, total, draft)) in rows.iter().enumerate() {
        let y = 30 * index as i64 + 4;
        svg.text((LABEL - 10, y + 15), Anchor::End, "", &fit(label, LABEL - 14));
        let width = scaled(total.0.unsigned_abs(), most, WIDTH - LABEL - FIGURES);
        svg.bar((LABEL, y), (width, 20), if draft.is_some() { "draft" } else { "live" }, &format!("¥{total}"));
        svg.text((LABEL + width + 8, y + 15), Anchor::Start, "b", &short(*total, lang));
        if let Some(draft) = draft {
            svg.text((WIDTH, y + 15), Anchor::End, "m", &format!("{} ({})", short_signed(draft.delta, lang), share(draft.delta_ppm)));
        }
    }
    svg.finish()
}

/// Cost by component, in force and under the draft.
pub fn components(draft: &Draft, names: &Names, lang: Lang) -> String {
    let rows = &draft.components[..draft.components.len().min(MOST)];
    let mut svg = Svg::new(WIDTH, 44 * rows.len() as i64 + 28, pick(lang, "按组件的成本", "Cost by component"));
    legend(&mut svg, lang);
    let most = rows.iter().flat_map(|row| [row.live.0.unsigned_abs(), row.draft.0.unsigned_abs()]).max().unwrap_or(0);
    for (index, row) in rows.iter().enumerate() {
        let y = 44 * index as i64 + 28;
        svg.text((LABEL - 10, y + 20), Anchor::End, "", &fit(names.component(&row.key), LABEL - 14));
        for (offset, amount, class) in [(2, row.live, "live"), (17, row.draft, "draft")] {
            let width = scaled(amount.0.unsigned_abs(), most, WIDTH - LABEL - FIGURES - 70);
            svg.bar((LABEL, y + offset), (width, 13), class, &format!("¥{amount}"));
            svg.text((LABEL + width + 6, y + offset + 11), Anchor::Start, "m", &short(amount, lang));
        }
        figures(&mut svg, y + 20, row, lang);
    }
    svg.finish()
}

/// Who gains and who loses most.
pub fn winners_losers(draft: &Draft, names: &Names, lang: Lang) -> String {
    let movement = &draft.partners;
    let rows: Vec<&Change> = movement.top_winners.iter().take(MOST).chain(movement.top_losers.iter().take(MOST).rev()).collect();
    diverging(&rows, |key| names.partner(key), pick(lang, "获益与受损最多的代理商", "Largest gains and losses by partner"), lang)
}

/// Change by region, largest first.
pub fn regions(draft: &Draft, names: &Names, lang: Lang) -> String {
    let mut rows: Vec<&Change> = draft.regions.iter().take(MOST).collect();
    rows.sort_by_key(|change| std::cmp::Reverse(change.delta()));
    diverging(&rows, |key| names.region(key), pick(lang, "按地区的变动", "Change by region"), lang)
}

fn diverging(rows: &[&Change], name: impl Fn(&str) -> String, label: &str, lang: Lang) -> String {
    let mut svg = Svg::new(WIDTH, 26 * rows.len() as i64 + 8, label);
    let most = rows.iter().map(|row| row.delta().0.unsigned_abs()).max().unwrap_or(0);
    let gains = rows.iter().map(|row| row.delta().0.max(0).unsigned_abs()).max().unwrap_or(0);
    let losses = rows.iter().map(|row| row.delta().0.min(0).unsigned_abs()).max().unwrap_or(0);
    // The zero line stands where gains and losses both fit at one scale, with room for their figures.
    let room = WIDTH - LABEL - FIGURES - 140;
    let left = if losses == 0 { 0 } else { 70 };
    let scale = gains.saturating_add(losses).max(most);
    let axis = LABEL + left + scaled(losses, scale, room);
    for (index, row) in rows.iter().enumerate() {
        let y = 26 * index as i64 + 4;
        let delta = row.delta();
        let width = scaled(delta.0.unsigned_abs(), scale, room);
        svg.text((LABEL - 10, y + 13), Anchor::End, "", &fit(&name(&row.key), LABEL - 14));
        let tip = format!("¥{} → ¥{}", row.live, row.draft);
        if delta.0 < 0 {
            svg.bar((axis - width, y), (width, 18), "down", &tip);
            svg.text((axis - width - 6, y + 13), Anchor::End, "m", &short_signed(delta, lang));
        } else {
            svg.bar((axis, y), (width, 18), if delta.0 == 0 { "flat" } else { "up" }, &tip);
            svg.text((axis + width + 6, y + 13), Anchor::Start, "m", &short_signed(delta, lang));
        }
        let before_after = format!("{} → {}", short(row.live, lang), short(row.draft, lang));
        svg.text((WIDTH, y + 13), Anchor::End, "m", &before_after);
    }
    svg.line((axis, 0), (axis, 26 * rows.len() as i64 + 4), "axis");
    svg.finish()
}

/// How many partners change by how much.
pub fn spread(draft: &Draft, lang: Lang) -> String {
    let (height, base) = (210, 170);
    let mut svg = Svg::new(WIDTH, height, pick(lang, "代理商变动幅度分布", "How many partners change by how much"));
    let list = &draft.partners.spread;
    let most = list.iter().map(|bucket| bucket.partners).max().unwrap_or(0);
    let step = WIDTH / (list.len().max(1) as i64);
    for (index, bucket) in list.iter().enumerate() {
        let (x, tall) = (step * index as i64 + 8, scaled(bucket.partners, most, base - 30));
        let class = match index.cmp(&(list.len() / 2)) {
            std::cmp::Ordering::Less => "down",
            std::cmp::Ordering::Equal => "flat",
            std::cmp::Ordering::Greater => "up",
        };
        svg.bar((x, base - tall), (step - 16, tall.max(1)), class, &format!("¥{}", signed(bucket.delta)));
        let middle = x + (step - 16) / 2;
        svg.text((middle, base - tall - 6), Anchor::Middle, "b", &bucket.partners.to_string());
        svg.text((middle, base + 18), Anchor::Middle, "m", &bounds(bucket, lang));
        svg.text((middle, base + 34), Anchor::Middle, "m", &short_signed(bucket.delta, lang));
    }
    svg.line((0, base), (WIDTH, base), "axis");
    svg.finish()
}

/// What the unit that reaches a step adds at once, and how many stand near.
pub fn cliffs(list: &[Cliff], lang: Lang) -> String {
    let mut svg = Svg::new(WIDTH, 30 * list.len() as i64 + 28, pick(lang, "台阶跳增", "Jumps at the steps"));
    svg.text((WIDTH - 150, 14), Anchor::End, "m", pick(lang, "台阶下 5% 内", "within 5% below"));
    svg.text((WIDTH, 14), Anchor::End, "m", pick(lang, "刚过 5% 内", "within 5% above"));
    let most = list.iter().map(|cliff| cliff.jump.0.unsigned_abs()).max().unwrap_or(0);
    for (index, cliff) in list.iter().enumerate() {
        let y = 30 * index as i64 + 24;
        svg.text(
            (LABEL - 10, y + 15),
            Anchor::End,
            "",
            &fit(&format!("{} {}", cliff.title, hundredths(cliff.at, cliff.money)), LABEL - 14),
        );
        let width = scaled(cliff.jump.0.unsigned_abs(), most, WIDTH - LABEL - FIGURES - 200);
        svg.bar((LABEL, y), (width, 20), if cliff.jump.0 < 0 { "down" } else { "warn" }, &format!("¥{}", signed(cliff.jump)));
        svg.text((LABEL + width + 8, y + 15), Anchor::Start, "b", &signed(cliff.jump));
        svg.text((WIDTH - 150, y + 15), Anchor::End, "", &cliff.below.to_string());
        svg.text((WIDTH, y + 15), Anchor::End, "", &cliff.above.to_string());
    }
    svg.finish()
}

/// What is left of a budget day by day.
pub fn burn_down(budget: &Burn, lang: Lang) -> String {
    let (top, base, left) = (38, 190, 80);
    let mut svg = Svg::new(WIDTH, 216, &format!("{} {}", budget.name, pick(lang, "剩余预算", "budget left")));
    svg.text((0, 14), Anchor::Start, "b", &budget.name);
    let (Some(first), Some(last)) = (budget.left.first(), budget.left.last()) else { return svg.finish() };
    let days = i64::from(last.0.days() - first.0.days()).max(1);
    let x = |day: qudao_kernel::Date| left + (WIDTH - left - 20) * i64::from(day.days() - first.0.days()) / days;
    let limit = budget.limit.0.max(1).unsigned_abs();
    let y = |amount: Fen| base - scaled(amount.0.max(0).unsigned_abs().min(limit), limit, base - top);
    let mut points = vec![(left, top)];
    for (day, amount) in &budget.left {
        let before = points.last().map_or(top, |point| point.1);
        points.extend([(x(*day), before), (x(*day), y(*amount))]);
    }
    let mut area = points.clone();
    area.extend([(x(last.0), base), (left, base)]);
    svg.path(&area, "area");
    svg.path(&points, "line");
    for (amount, level) in [(budget.limit, top), (Fen(budget.limit.0 / 2), i64::midpoint(top, base)), (Fen::ZERO, base)] {
        svg.text((left - 8, level + 4), Anchor::End, "m", &short(amount, lang));
        svg.line((left, level), (WIDTH - 20, level), "axis");
    }
    svg.text((left, base + 18), Anchor::Start, "m", &first.0.to_string());
    svg.text((WIDTH - 20, base + 18), Anchor::End, "m", &last.0.to_string());
    if let Some(day) = budget.exhausted_on {
        svg.line((x(day), top), (x(day), base), "mark");
        let text = format!("{} {day}", pick(lang, "用完", "used up"));
        // The label stands inside the picture: left of the mark in its right half.
        if x(day) > WIDTH / 2 {
            svg.text((x(day) - 6, top + 14), Anchor::End, "down", &text);
        } else {
            svg.text((x(day) + 6, top + 14), Anchor::Start, "down", &text);
        }
    }
    svg.finish()
}

fn legend(svg: &mut Svg, lang: Lang) {
    svg.bar((LABEL, 3), (12, 12), "live", "");
    svg.text((LABEL + 18, 14), Anchor::Start, "m", pick(lang, "现行", "in force"));
    svg.bar((LABEL + 70, 3), (12, 12), "draft", "");
    svg.text((LABEL + 88, 14), Anchor::Start, "m", pick(lang, "草案", "draft"));
}

fn figures(svg: &mut Svg, y: i64, row: &Change, lang: Lang) {
    let class = if row.delta() == Fen::ZERO { "m" } else { "b" };
    svg.text((WIDTH, y), Anchor::End, class, &format!("{} ({})", short_signed(row.delta(), lang), share(row.delta_ppm())));
}

/// A part of a length, in whole pixels.
fn scaled(part: u64, whole: u64, length: i64) -> i64 {
    if whole == 0 {
        return 0;
    }
    i64::try_from(u128::from(part) * u128::from(length.unsigned_abs()) / u128::from(whole)).unwrap_or(length)
}

/// A large amount as people say it: 12.3万， 4.56亿； 123.0K, 4.56M. Small ones exactly.
pub(super) fn short(amount: Fen, lang: Lang) -> String {
    let (small, large, names) = match lang {
        Lang::Zh => (1_000_000, 10_000_000_000, ["万", "亿"]),
        Lang::En => (1_000_000, 100_000_000, ["K", "M"]),
    };
    let magnitude = amount.0.unsigned_abs();
    let sign = if amount.0 < 0 { "-" } else { "" };
    if magnitude >= large {
        let hundredths = (magnitude + large / 200) / (large / 100);
        return format!("{sign}{}.{:02}{}", hundredths / 100, hundredths % 100, names[1]);
    }
    if magnitude >= small {
        let unit: u64 = if lang == Lang::Zh { 1_000_000 } else { 100_000 };
        let tenths = (magnitude + unit / 20) / (unit / 10);
        return format!("{sign}{}.{}{}", tenths / 10, tenths % 10, names[0]);
    }
    amount.to_string()
}

fn short_signed(amount: Fen, lang: Lang) -> String {
    let text = short(amount, lang);
    if amount.0 > 0 { format!("+{text}") } else { text }
}
