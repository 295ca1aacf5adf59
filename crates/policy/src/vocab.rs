//! What an expression can name besides the policy's own declarations: fields of facts and master data, each in Chinese and
//! English, and the kinds of facts.

use crate::model::{Field, PartnerField, Type, Whose};
use qudao_kernel::Lang;
use qudao_kernel::facts::{Col, ColType, Table};

/// A word in both languages.
type Word = (&'static str, &'static str);

/// First part of a two-part field: (en, zh).
const OWNERS: &[(Word, Whose)] = &[
    (("partner", "代理商"), Whose::Own),
    (("parent", "上级"), Whose::Parent),
    (("payee", "收款方"), Whose::Payee),
    (("earner", "挣得方"), Whose::Earner),
];

const PARTNER_FIELDS: &[(Word, PartnerField)] = &[
    (("code", "编码"), PartnerField::Code),
    (("kind", "类型"), PartnerField::Kind),
    (("tier", "层级"), PartnerField::Tier),
    (("level", "级别"), PartnerField::Level),
    (("territory", "属地"), PartnerField::Territory),
    (("years", "合作年数"), PartnerField::Years),
    (("agreement_active", "协议有效"), PartnerField::AgreementActive),
    (("commitment", "承诺额"), PartnerField::Commitment),
    (("renewed", "已续约"), PartnerField::Renewed),
];

const SUB: Word = ("sub", "用户");

const PAIRS: &[(Word, Word, Field)] = &[
    (SUB, ("exists", "有记录"), Field::SubExists),
    (("outlet", "网点"), ("code", "编码"), Field::OutletCode),
    (("outlet", "网点"), ("channel", "渠道类别"), Field::Channel),
    (("outlet", "网点"), ("subtype", "渠道小类"), Field::Subtype),
    (("outlet", "网点"), ("grade", "等级"), Field::OutletGrade),
    (("outlet", "网点"), ("district", "商圈"), Field::District),
    (("product", "产品"), ("line", "产品线"), Field::ProductLine),
    (("product", "产品"), ("category", "品类"), Field::ProductCategory),
    (("product", "产品"), ("supply_price", "供货价"), Field::SupplyPrice),
    (("product", "产品"), ("retail_price", "零售价"), Field::RetailPrice),
    (("line", "明细"), ("amount", "金额"), Field::LineAmount),
    (("line", "明细"), ("base", "基数"), Field::LineBase),
];

const SINGLES: &[(Word, Field)] = &[
    (("channel", "渠道类别"), Field::Channel),
    (("subtype", "渠道小类"), Field::Subtype),
    (("district", "商圈"), Field::District),
    (("region", "区域"), Field::Region),
    (("rank_number", "名次"), Field::Rank),
    (("elapsed_months", "已过月数"), Field::ElapsedMonths),
    (("elapsed_days", "已过天数"), Field::ElapsedDays),
    (("month_number", "月序"), Field::MonthNumber),
    (("suspect_share", "嫌疑占比"), Field::SuspectShare),
    (("suspect_count", "嫌疑数"), Field::SuspectCount),
];

fn is(word: Word, text: &str) -> bool {
    word.0 == text || word.1 == text
}

fn pick(word: Word, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => word.1,
        Lang::En => word.0,
    }
}

/// The column a word names, by name or label.
pub(crate) fn column(word: &str) -> Option<Col> {
    Col::ALL.iter().copied().find(|col| col.name() == word || col.label() == word)
}

fn column_word(col: Col) -> Word {
    (col.name(), col.label())
}

/// The field a path of one or two words names.
pub(crate) fn field(path: &[&str]) -> Option<Field> {
    match path {
        [word] => SINGLES.iter().find(|(known, _)| is(*known, word)).map(|(_, field)| *field).or_else(|| column(word).map(Field::Fact)),
        [first, second] => {
            if let Some((_, _, field)) = PAIRS.iter().find(|(a, b, _)| is(*a, first) && is(*b, second)) {
                return Some(*field);
            }
            if is(SUB, first) {
                return column(second).filter(|col| Table::SubscriberMonth.has(*col)).map(Field::Sub);
            }
            let (_, whose) = OWNERS.iter().find(|(word, _)| is(*word, first))?;
            let (_, field) = PARTNER_FIELDS.iter().find(|(word, _)| is(*word, second))?;
            Some(Field::Partner(*whose, *field))
        }
        _ => None,
    }
}

/// The words of a field in a policy's text, one or two of them joined by a point: `plan_fee`, `代理商.层级`.
pub fn words(field: Field, lang: Lang) -> String {
    match field {
        Field::Fact(col) => pick(column_word(col), lang).to_owned(),
        Field::Sub(col) => format!("{}.{}", pick(SUB, lang), pick(column_word(col), lang)),
        Field::Partner(whose, what) => {
            let first = OWNERS.iter().find(|(_, known)| *known == whose).map_or("", |(word, _)| pick(*word, lang));
            let second = PARTNER_FIELDS.iter().find(|(_, known)| *known == what).map_or("", |(word, _)| pick(*word, lang));
            format!("{first}.{second}")
        }
        other => {
            if let Some((word, _)) = SINGLES.iter().find(|(_, known)| *known == other) {
                return pick(*word, lang).to_owned();
            }
            let pair = PAIRS.iter().find(|(_, _, known)| *known == other);
            pair.map_or_else(String::new, |(a, b, _)| format!("{}.{}", pick(*a, lang), pick(*b, lang)))
        }
    }
}

/// One part of a path in the other language, or the word itself where it is not known. `first` is the part before it.
pub(crate) fn translate(first: Option<&str>, word: &str, followed: bool, lang: Lang) -> Option<&'static str> {
    let found = match first {
        None if followed => {
            OWNERS.iter().map(|(known, _)| *known).chain(PAIRS.iter().map(|(known, _, _)| *known)).find(|known| is(*known, word))
        }
        None => SINGLES.iter().map(|(known, _)| *known).chain(Col::ALL.iter().map(|col| column_word(*col))).find(|known| is(*known, word)),
        Some(first) => {
            let pair = PAIRS.iter().find(|(a, b, _)| is(*a, first) && is(*b, word)).map(|(_, known, _)| *known);
            let column = || Table::SubscriberMonth.columns().iter().map(|col| column_word(*col)).find(|known| is(*known, word));
            let partner = || PARTNER_FIELDS.iter().map(|(known, _)| *known).find(|known| is(*known, word));
            pair.or_else(|| if is(SUB, first) { column() } else { partner() })
        }
    };
    found.map(|known| pick(known, lang))
}

/// What the rows of an example can say: (en, zh).
const ROW_WORDS: &[Word] = &[
    ("name", "名称"),
    ("kind", "类型"),
    ("tier", "层级"),
    ("level", "级别"),
    ("parent", "上级"),
    ("territory", "属地"),
    ("since", "合作起始"),
    ("blacklisted", "黑名单"),
    ("from", "自"),
    ("to", "至"),
    ("owner", "归属"),
    ("channel", "渠道类别"),
    ("subtype", "渠道小类"),
    ("grade", "等级"),
    ("district", "商圈"),
    ("partner", "代理商"),
    ("commitment", "承诺额"),
    ("renewed", "已续约"),
    ("line", "产品线"),
    ("category", "品类"),
    ("plan_fee", "套餐月费"),
    ("supply_price", "供货价"),
    ("retail_price", "零售价"),
];

/// The English word of a row's cell.
pub(crate) fn row_word(word: &str) -> Option<&'static str> {
    ROW_WORDS.iter().find(|known| is(**known, word)).map(|known| known.0)
}

/// A row's cell in a language.
pub(crate) fn translate_row(word: &str, lang: Lang) -> Option<&'static str> {
    ROW_WORDS.iter().find(|known| is(**known, word)).map(|known| pick(*known, lang))
}

/// Whether the word alone already means a field, so that nothing else can have this name.
pub(crate) fn is_field_word(word: &str) -> bool {
    field(&[word]).is_some()
}

/// Every field an expression can name.
pub(crate) fn fields() -> Vec<Field> {
    let mut out: Vec<Field> = Col::ALL.iter().copied().filter(|col| crate::complete::readable(*col)).map(Field::Fact).collect();
    out.extend(SINGLES.iter().map(|(_, field)| *field));
    out.extend(PAIRS.iter().map(|(_, _, field)| *field));
    out.extend(Table::SubscriberMonth.columns().iter().map(|col| Field::Sub(*col)));
    for (_, whose) in OWNERS {
        out.extend(PARTNER_FIELDS.iter().map(|(_, what)| Field::Partner(*whose, *what)));
    }
    out
}

/// Every field word and pair, for suggestions.
pub(crate) fn all_words() -> Vec<String> {
    let mut out = Vec::new();
    let mut add = |word: Word| {
        out.push(word.0.to_owned());
        out.push(word.1.to_owned());
    };
    for word in SINGLES.iter().map(|(word, _)| *word).chain(Col::ALL.iter().map(|col| column_word(*col))) {
        add(word);
    }
    for lang in [Lang::En, Lang::Zh] {
        out.extend(PAIRS.iter().map(|(_, _, field)| words(*field, lang)));
        out.extend(Table::SubscriberMonth.columns().iter().map(|col| words(Field::Sub(*col), lang)));
        for (_, whose) in OWNERS {
            out.extend(PARTNER_FIELDS.iter().map(|(_, what)| words(Field::Partner(*whose, *what), lang)));
        }
    }
    out
}

/// Type of a field. `None` for `Col::Month`, which expressions cannot read.
pub(crate) fn field_type(field: Field) -> Option<Type> {
    Some(match field {
        Field::Fact(col) | Field::Sub(col) => match col.ty() {
            ColType::Text => Type::Text,
            ColType::Int => Type::Number,
            ColType::Money => Type::Money,
            ColType::Bool => Type::Bool,
            ColType::Date => Type::Date,
            ColType::Month => return None,
        },
        Field::SubExists => Type::Bool,
        Field::Partner(_, what) => match what {
            PartnerField::Code | PartnerField::Kind | PartnerField::Tier | PartnerField::Territory => Type::Text,
            PartnerField::Level | PartnerField::Years => Type::Number,
            PartnerField::AgreementActive | PartnerField::Renewed => Type::Bool,
            PartnerField::Commitment => Type::Money,
        },
        Field::OutletCode
        | Field::Channel
        | Field::Subtype
        | Field::OutletGrade
        | Field::District
        | Field::Region
        | Field::ProductLine
        | Field::ProductCategory => Type::Text,
        Field::SupplyPrice | Field::RetailPrice | Field::LineAmount | Field::LineBase => Type::Money,
        Field::Rank | Field::ElapsedMonths | Field::ElapsedDays | Field::MonthNumber | Field::SuspectShare | Field::SuspectCount => {
            Type::Number
        }
    })
}

/// The code of a kind of a table, from its code or Chinese label.
pub(crate) fn kind(table: Table, word: &str) -> Option<&'static str> {
    table.kinds().iter().find(|(code, label)| *code == word || *label == word).map(|(code, _)| *code)
}

/// A kind in a language.
pub(crate) fn kind_word(table: Table, code: &str, lang: Lang) -> String {
    match (lang, table.kinds().iter().find(|(known, _)| *known == code)) {
        (Lang::Zh, Some((_, label))) => (*label).to_owned(),
        _ => code.to_owned(),
    }
}

/// A table in a language.
pub(crate) fn table_word(table: Table, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => table.label(),
        Lang::En => table.name(),
    }
}

/// Type names for messages.
pub(crate) fn type_word(ty: Type, lang: Lang) -> &'static str {
    match (ty, lang) {
        (Type::Bool, Lang::Zh) => "是否",
        (Type::Money, Lang::Zh) => "金额",
        (Type::Number, Lang::Zh) => "数值",
        (Type::Text, Lang::Zh) => "文本",
        (Type::Date, Lang::Zh) => "日期",
        (Type::Bool, Lang::En) => "a yes/no",
        (Type::Money, Lang::En) => "money",
        (Type::Number, Lang::En) => "a number",
        (Type::Text, Lang::En) => "a text",
        (Type::Date, Lang::En) => "a date",
    }
}

/// Standard reasons a line can be zero for: (code, zh, en).
pub const STANDARD_REASONS: &[(&str, &str, &str)] = &[
    ("unattributed", "找不到归属的网点或代理商", "no outlet or partner on that day"),
    ("blacklisted", "代理商在黑名单", "the partner is blacklisted"),
    ("agreement_inactive", "当日没有有效协议", "no agreement in force on that day"),
    ("on_hold", "业务被冻结", "the fact is on hold"),
    ("zero_amount", "金额为零", "the amount is zero"),
    ("already_paid", "同值已付过", "already paid for this value"),
    ("excluded", "互斥组中另一项已付", "another component of the exclusive group pays"),
    ("capped", "已达联合封顶", "the joint cap is reached"),
    ("budget_exhausted", "预算已用完", "the budget is used up"),
    ("no_payee", "没有收款方", "there is no such payee"),
    ("payee_agreement_inactive", "收款方当日没有有效协议", "the payee has no agreement in force on that day"),
    ("payee_blacklisted", "收款方在黑名单", "the payee is blacklisted"),
    ("gate_failed", "分期条件未满足,作废", "the condition of the instalment failed"),
    ("deferred", "分期条件未满足,顺延", "the instalment is deferred"),
    ("paused", "分期暂停", "the instalment is paused"),
];

/// The known word nearest to a wrong one, if it is near enough to be meant.
pub(crate) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = wrong.chars().count();
    let limit = (length / 3).max(1);
    known
        .into_iter()
        .filter(|word| word.chars().count().abs_diff(length) <= limit)
        .map(|word| (distance(wrong, word), word))
        .filter(|(distance, word)| *distance <= limit && *distance < word.chars().count())
        .min()
        .map(|(_, word)| word.to_owned())
}

/// Edit distance in characters, a swap of neighbours counting one.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_reads_back_from_its_words_in_both_languages() {
        let mut fields: Vec<Field> = Col::ALL.iter().map(|col| Field::Fact(*col)).collect();
        fields.extend(Table::SubscriberMonth.columns().iter().map(|col| Field::Sub(*col)));
        fields.extend(SINGLES.iter().map(|(_, field)| *field));
        fields.extend(PAIRS.iter().map(|(_, _, field)| *field));
        for (_, whose) in OWNERS {
            fields.extend(PARTNER_FIELDS.iter().map(|(_, what)| Field::Partner(*whose, *what)));
        }
        for wanted in fields {
            for lang in [Lang::Zh, Lang::En] {
                let text = words(wanted, lang);
                let path: Vec<&str> = text.split('.').collect();
                assert_eq!(field(&path), Some(wanted), "{text}");
            }
        }
    }

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        assert_eq!(nearest("plan_fe", ["amount", "plan_fee"]).as_deref(), Some("plan_fee"));
        assert_eq!(nearest("palnfee", ["plan_fee"]).as_deref(), Some("plan_fee"));
        assert_eq!(nearest("套餐月非", ["套餐月费", "金额"]).as_deref(), Some("套餐月费"));
        assert_eq!(nearest("zzz", ["plan_fee"]), None);
    }
}
