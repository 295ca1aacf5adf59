//! 乱价 told where outlets are to be opened (R7.269): who approves one reads that prices of its county are in disorder. Nothing is refused for it.

use super::super::desk::Desk;
use super::super::figures::words;
use super::super::network_name;
use super::market::{DAYS, bounds};
use qudao_access::Sight;
use qudao_kernel::master::Master;
use qudao_kernel::territory::{Level, at_level};
use qudao_kernel::{Date, Lang, Refusal};
use qudao_platform::Tx;
use qudao_price::case::{self, CaseKind};
use qudao_price::check;
use qudao_price::map::{self, Advice, Row};
use std::collections::{BTreeMap, BTreeSet};

/// Most products that are named.
const NAMED: usize = 3;

/// Counties where prices are in disorder now, with the words that say so.
pub(in crate::serve) struct Disorder(BTreeMap<String, String>);

impl Disorder {
    /// Looks at the counties of some divisions.
    ///
    /// # Errors
    /// The database does not answer.
    pub(in crate::serve) async fn of(desk: &Desk, tx: &mut Tx, master: &Master, areas: &[String], lang: Lang) -> Result<Self, Refusal> {
        let (today, all) = (desk.today(), Sight::everywhere());
        let bounds = bounds(desk, today)?;
        let counties: BTreeSet<&str> = areas.iter().map(|area| at_level(area, Level::County)).filter(|area| !area.is_empty()).collect();
        let mut found = BTreeMap::new();
        if counties.is_empty() {
            return Ok(Self(found));
        }
        let open = case::Query { kind: Some(CaseKind::Price), open: true, ..case::Query::default() };
        let cases = case::list(tx, &all, &open).await?;
        for county in counties {
            let checks = check::of_time(tx, &all, county, today.plus_days(-DAYS), today).await?;
            let rows = map::rows(&checks, Level::County, &BTreeMap::new(), bounds);
            let wild: Vec<&Row> = rows.iter().filter(|row| row.advice == Advice::Narrow).collect();
            if !wild.is_empty() {
                let cases = cases.iter().filter(|one| at_level(&one.territory, Level::County) == county).count();
                found.insert(county.to_owned(), told(master, today, county, &wild, cases, lang));
            }
        }
        Ok(Self(found))
    }

    /// What is said of a division; empty where its county is in order.
    pub(in crate::serve) fn at(&self, territory: &str) -> String {
        self.0.get(at_level(territory, Level::County)).cloned().unwrap_or_default()
    }

    /// What is said of all that were looked at.
    pub(in crate::serve) fn all(self) -> Vec<String> {
        self.0.into_values().collect()
    }
}

fn told(master: &Master, today: Date, county: &str, wild: &[&Row], cases: usize, lang: Lang) -> String {
    let name = |row: &&Row| master.product(&row.product, today).map_or_else(|| row.product.clone(), |product| product.name.clone());
    let names: Vec<String> = wild.iter().take(NAMED).map(name).collect();
    let (area, count) = (network_name(county, lang), wild.len());
    words(
        lang,
        &format!("{area}价格秩序混乱：{} 等 {count} 款产品乱价，未结案件 {cases} 件；建议先整顿价格，再新增网点", names.join("、")),
        &format!(
            "prices of {area} are in disorder: {count} products such as {}, {cases} open cases; put prices in order before opening outlets",
            names.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use qudao_kernel::Fen;

    #[test]
    fn whoever_approves_an_outlet_reads_which_prices_are_in_disorder() {
        // R7.269
        let row = Row {
            area: "421102".into(),
            product: "T1".into(),
            suggested: None,
            seen: 4,
            outlets: 9,
            lowest: Fen(98_900),
            median: Fen(99_900),
            highest: Fen(119_900),
            spread: None,
            below: 2,
            above: 0,
            below_share: 5_000,
            width: None,
            advice: Advice::Narrow,
        };
        let day: Date = "2026-08-31".parse().unwrap();
        let words = told(&Master::default(), day, "421102", &[&row], 2, Lang::Zh);
        assert!(words.contains("T1 等 1 款产品乱价") && words.contains("未结案件 2 件"), "{words}");
        let disorder = Disorder([("421102".to_owned(), words)].into());
        assert!(disorder.at("421102001").contains("价格秩序混乱") && disorder.at("421121100").is_empty());
        assert_eq!(disorder.all().len(), 1);
    }
}
