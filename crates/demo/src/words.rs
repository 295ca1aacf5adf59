//! Names made of word lists. Nobody and no firm is meant.

use crate::rng::Rng;

const FIRST: [&str; 16] =
    ["青禾", "白鹭", "云杉", "晚风", "石榴", "松塔", "蓝桥", "麦田", "竹里", "橘井", "星野", "雨巷", "南枝", "渡口", "银杏", "芦苇"];
const SECOND: [&str; 16] =
    ["石桥", "纸船", "陶罐", "木窗", "灯笼", "铜铃", "瓦舍", "云梯", "砚台", "蓑笠", "风铃", "竹筏", "茶灶", "棋盘", "水车", "船桨"];
const TRADE: [&str; 5] = ["通讯", "数码", "电讯", "通信器材", "信息技术"];
const FORM: [&str; 5] = ["有限公司", "有限公司", "经营部", "商行", "服务部"];
const STREET: [&str; 12] = ["人民路", "东门", "西正街", "车站", "河街", "新区", "学府路", "建设路", "集贸市场", "南岸", "北环", "老街"];

/// Name of a firm. `wholesale` firms are companies; others may be shops.
pub(crate) fn firm(rng: &mut Rng, wholesale: bool) -> String {
    let first = rng.pick(&FIRST).copied().unwrap_or_default();
    let second = rng.pick(&SECOND).copied().unwrap_or_default();
    let trade = rng.pick(&TRADE).copied().unwrap_or_default();
    let form = if wholesale { FORM[0] } else { rng.pick(&FORM).copied().unwrap_or_default() };
    format!("{first}{second}{trade}{form}")
}

/// Name of an outlet.
pub(crate) fn shop(rng: &mut Rng, county: &str, subtype: &str) -> String {
    let street = rng.pick(&STREET).copied().unwrap_or_default();
    let first = rng.pick(&FIRST).copied().unwrap_or_default();
    format!("{county}{street}{first}{subtype}")
}
