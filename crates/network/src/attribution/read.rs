//! Reads the rules, and refuses those that do not add up.

use super::{Of, Order, Party, Rule, Rules, Split, WHOLE};
use qudao_kernel::{Date, Refusal};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<WrittenOrder>,
    split: Vec<WrittenSplit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOrder {
    from: String,
    order: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSplit {
    of: Of,
    from: String,
    parts: Vec<WrittenPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPart {
    to: Party,
    percent: String,
}

/// What is wrong, in Chinese and English.
type Wrong = (String, String);

/// Reads rules. `place` names the file in messages.
///
/// # Errors
/// `BadInput network.attribution.file`: dates that do not rise, an order that names a rule twice or the partner before the outlet, shares
/// that do not make 100 %, a first day of rules without a split.
pub fn read(toml: &str, place: &str) -> Result<Rules, Refusal> {
    rules(toml).map_err(|(zh, en)| {
        Refusal::bad_input(
            "network.attribution.file",
            format!("归属规则 {place} 有误：{zh}"),
            format!("the rules of attribution {place} are wrong: {en}"),
        )
    })
}

fn rules(toml: &str) -> Result<Rules, Wrong> {
    let file: File = toml::from_str(toml).map_err(|error| (error.to_string(), error.to_string()))?;
    let orders = orders(file.rules)?;
    let splits = splits(file.split)?;
    let first = orders.first().map(|order| order.from).ok_or(("没有规则".to_owned(), "there are no rules".to_owned()))?;
    for of in Of::ALL {
        if !splits.iter().any(|split| split.of == of && split.from <= first) {
            let name = of.name();
            return Err((
                format!("{name} 在 {first} 没有分摊"),
                format!("there is no split of {name} for {first}, the first day of the rules"),
            ));
        }
    }
    Ok(Rules { orders, splits })
}

fn day(text: &str) -> Result<Date, Wrong> {
    text.parse::<Date>().map_err(|_| (format!("{text} 不是日期"), format!("{text} is no day")))
}

fn orders(written: Vec<WrittenOrder>) -> Result<Vec<Order>, Wrong> {
    let mut orders: Vec<Order> = Vec::new();
    for WrittenOrder { from, order } in written {
        let from = day(&from)?;
        if orders.last().is_some_and(|last| last.from >= from) {
            return Err((format!("{from} 的规则不晚于前一组"), format!("the rules of {from} do not follow those before them")));
        }
        let place_of = |rule: Rule| order.iter().position(|one| *one == rule);
        if let Some((_, rule)) = order.iter().enumerate().find(|(place, rule)| place_of(**rule) != Some(*place)) {
            let twice = rule.name();
            return Err((format!("{from} 的规则两次写了 {twice}"), format!("the rules of {from} name {twice} twice")));
        }
        // Facts are attributed so: an outlet that is unknown must be seen, whatever partner stands beside it.
        if !matches!((place_of(Rule::Outlet), place_of(Rule::Partner)), (Some(outlet), Some(partner)) if outlet < partner) {
            return Err((
                format!("{from} 的规则须先看受理网点，后看代理商"),
                format!("the rules of {from} have to look at the outlet and, after it, at the partner"),
            ));
        }
        orders.push(Order { from, rules: order });
    }
    Ok(orders)
}

fn splits(written: Vec<WrittenSplit>) -> Result<Vec<Split>, Wrong> {
    let mut splits: Vec<Split> = Vec::new();
    for WrittenSplit { of, from, parts } in written {
        let (from, name) = (day(&from)?, of.name());
        if splits.iter().any(|split| split.of == of && split.from >= from) {
            return Err((format!("{from} 的分摊不晚于前一组"), format!("the split of {from} does not follow the one before it")));
        }
        let parts = parts.iter().map(|part| Ok((part.to, ppm(&part.percent)?))).collect::<Result<Vec<_>, Wrong>>()?;
        let whole: u64 = parts.iter().map(|(_, ppm)| ppm).sum();
        if whole != WHOLE {
            let percent = format!("{}.{:04}", whole / 10_000, whole % 10_000);
            return Err((
                format!("{name} 自 {from} 的分摊合计 {percent}%，应为 100%"),
                format!("the parts of {name} from {from} make {percent} %, not 100 %"),
            ));
        }
        splits.push(Split { of, from, parts });
    }
    Ok(splits)
}

/// Parts of a million of a percentage with up to four decimals.
fn ppm(percent: &str) -> Result<u64, Wrong> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=3).contains(&whole.len()) && decimals.len() <= 4 && digits(whole) && digits(decimals);
    let ppm = fits.then(|| format!("{whole}{decimals:0<4}").parse::<u64>().ok()).flatten();
    ppm.filter(|ppm| (1..=WHOLE).contains(ppm))
        .ok_or_else(|| (format!("{percent} 不是大于 0 且不超过 100 的百分数"), format!("{percent} is no percentage above 0 and up to 100")))
}
