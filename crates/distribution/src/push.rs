//! 主推链 (R7.133–R7.141): how dealer, store, counter and clerk push us, at which of them it breaks, and which factor is weakest.

use crate::kept::{At, bug};
use qudao_access::Sight;
use qudao_access::sight::mark;
use qudao_field::checklist::{Answer, Given};
use qudao_kernel::{Date, Refusal, Text};
use qudao_platform::args;
use qudao_platform::db::{Row, Tx, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The checklist it is read from.
pub const TEMPLATE: &str = "main_push";
/// Levels from the top, with the item each is.
const LEVELS: [&str; 4] = ["level_dealer", "level_mall", "level_counter", "level_clerk"];
/// The three questions of the clerk.
const TEST: [&str; 3] = ["first", "stressed", "praised"];
/// Factors, with the item each is.
const FACTORS: [&str; 6] = ["factor_brand", "factor_gain", "factor_decider", "factor_relation", "factor_support", "factor_knowledge"];
/// The grade of a level that pushes us, and from which on a factor is right.
const PUSHES: u32 = 2;
const RIGHT: u32 = 3;

/// How the chain stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Dealer, store, counter group, clerk: 0 to 2; none where there is no such level or nobody asked.
    pub levels: [Option<u32>; 4],
    /// Recommended first, stressed, praised.
    pub test: [Option<bool>; 3],
    /// Brand, gain, decision-maker, relation, support, knowledge: 0 to 5.
    pub factors: [Option<u32>; 6],
}

impl Chain {
    /// What the answers say; none where nobody answered.
    pub fn of(answers: &BTreeMap<String, Given>) -> Option<Self> {
        let grade = |item: &str| match answers.get(item).map(|given| &given.answer) {
            Some(Answer::Grade(grade)) => Some(*grade),
            _ => None,
        };
        let said = |item: &str| match answers.get(item).map(|given| &given.answer) {
            Some(Answer::YesNo(yes)) => Some(*yes),
            _ => None,
        };
        let chain = Self { levels: LEVELS.map(grade), test: TEST.map(said), factors: FACTORS.map(grade) };
        (chain != Self::default()).then_some(chain)
    }

    /// Where it breaks: the first level from the top that does not push us.
    pub fn breaks(&self) -> Option<usize> {
        self.levels.iter().position(|level| level.is_some_and(|grade| grade < PUSHES))
    }

    /// Whether clerks push us: all three (R7.133); none while a question is open.
    pub fn pushed(&self) -> Option<bool> {
        self.test.iter().copied().collect::<Option<Vec<bool>>>().map(|all| all.into_iter().all(|yes| yes))
    }

    /// The weakest factor that is not right (R7.141); the first of equals.
    pub fn weakest(&self) -> Option<usize> {
        let below = self.factors.iter().enumerate().filter_map(|(at, grade)| Some((at, (*grade)?)));
        below.filter(|(_, grade)| *grade < RIGHT).min_by_key(|(at, grade)| (*grade, *at)).map(|(at, _)| at)
    }
}

/// What is done where the chain breaks at a level (R7.136–R7.139).
pub fn lever(level: usize) -> Text {
    match level {
        0 => Text::new(
            "利润：核算单台毛利与返利，与经销商约定主推",
            "profit: go through margin and rebate of a unit, and agree on main push",
        ),
        1 => {
            Text::new("广告与品牌：争取位置和柜台，配合商场活动", "advertising and brand: win places and counters, join the store's events")
        }
        2 => Text::new(
            "配合、支持与服务：最佳专柜、陈列指导、快速补货",
            "cooperation, support and service: the best counter, help with display, fast supply",
        ),
        _ => Text::new("产品知识与销售技能培训", "training in product knowledge and selling"),
    }
}

/// What is done about a factor (R7.141).
pub fn remedy(factor: usize) -> Text {
    match factor {
        0 => Text::new("品牌：增加门头、海报等品牌露出", "brand: more of our sign and posters"),
        1 => Text::new(
            "利益：对比竞品单台收益，说明返利与提成",
            "gain: compare what a unit leaves with the rival's; explain rebate and commission",
        ),
        2 => Text::new("决策人：约见真正做主的人", "decision-maker: meet who decides"),
        3 => Text::new("关系：提高拜访频次，兑现承诺", "relation: visit more often, keep promises"),
        4 => Text::new("支持与服务：解决遗留问题，补齐物料", "support and service: settle what is open, bring material"),
        _ => Text::new("产品信息：安排产品培训，留下一页资料", "product knowledge: train, and leave a page"),
    }
}

/// The chain of an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Outlet.
    pub outlet: String,
    /// When it was looked at.
    pub day: Date,
    /// The visit.
    pub visit: String,
    /// How it stands.
    pub chain: Chain,
}

/// Keeps the chain of an outlet, where none of a later visit is there.
pub(crate) async fn keep(tx: &mut Tx, at: At<'_>, day: Date, visit: &str, chain: &Chain) -> Result<(), Refusal> {
    let body = serde_json::to_string(chain).map_err(|error| bug(&error.to_string()))?;
    let sql = "insert into distribution_push (outlet, partner, territory, day, visit, body) values ($1, $2, $3, $4, $5, $6)
               on conflict (outlet) do update set partner = excluded.partner, territory = excluded.territory, day = excluded.day,
                   visit = excluded.visit, body = excluded.body
               where distribution_push.day < excluded.day or (distribution_push.day = excluded.day and distribution_push.visit <= excluded.visit)";
    tx.execute(sql, args![at.outlet, at.partner, at.territory, day, visit, body]).await.map(drop)
}

/// Chains within a sight, by outlet; of one outlet where it is named.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight, outlet: &str) -> Result<Vec<Kept>, Refusal> {
    let mut values: Vec<Value> = Vec::new();
    let mut wheres = vec![sight.wheres("p", false, &mut values)];
    if !outlet.is_empty() {
        wheres.push(format!("p.outlet = {}", mark(&mut values, outlet)));
    }
    let sql = format!("select p.* from distribution_push p where {} order by p.outlet", wheres.join(" and "));
    let of = |row: &Row| {
        let chain = serde_json::from_str(row.text("body")?).map_err(|error| bug(&error.to_string()))?;
        Ok(Kept { outlet: row.string("outlet")?, day: row.parse("day")?, visit: row.string("visit")?, chain })
    };
    tx.query(sql, &values).await?.iter().map(of).collect()
}
