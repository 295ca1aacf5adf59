//! Which field, measure or parameter may stand where.

use super::expr::{Typed, Use, What};
use super::names::Names;
use crate::diagnostics::{Sink, Span};
use crate::model::{Field, Key, LadderMode, Type, Whose, Window};
use crate::vocab::words;
use qudao_kernel::Lang;
use qudao_kernel::facts::{Col, Table};

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// The policy's scope, over facts of these tables.
    Scope(&'a [Table]),
    /// A component of single facts.
    Fact { table: Table, lines: bool, payee: bool },
    /// A component of groups.
    Group { key: Key, cumulative: bool, rank: bool, payee: bool },
    /// What a measure counts.
    Counted { table: Table, sum: bool },
    /// Which facts a claw-back suspects.
    Suspect(Table),
    /// Whom a claw-back looks at, and, if `true`, when it strikes.
    Strikes(Key, bool),
    /// Gates and pauses; `true` if the item has a subscriber.
    Gate(bool),
    /// Conditions of reversals; likewise.
    Lapse(bool),
    /// The fraction of a reversal; `true` if a fact sets it off.
    Fraction(bool),
    /// Literals and parameters.
    Fixed,
    /// Literals and parameters without local values.
    Uniform,
}

/// Why something cannot stand somewhere.
type No = Option<(String, String)>;

#[expect(clippy::unnecessary_wraps, reason = "reads as the answer it is in every match")]
fn no(zh: &str, en: &str) -> No {
    Some((zh.to_owned(), en.to_owned()))
}

/// Whether facts of the table name a subscriber.
pub(crate) fn has_subscriber(table: Table) -> bool {
    table.has(Col::Subscriber)
}

fn of_fact(field: Field, table: Table) -> No {
    match field {
        Field::Fact(col) if !table.has(col) => {
            Some((format!("{}没有这一列", table.label()), format!("{} has no such column", table.name())))
        }
        Field::Sub(_) | Field::SubExists if !has_subscriber(table) => {
            Some((format!("{}不记用户", table.label()), format!("{} names no subscriber", table.name())))
        }
        Field::ProductLine | Field::ProductCategory | Field::SupplyPrice | Field::RetailPrice if !table.has(Col::Product) => {
            Some((format!("{}不记产品", table.label()), format!("{} names no product", table.name())))
        }
        _ => None,
    }
}

/// Fields that belong to one special place each.
fn special(field: Field) -> No {
    match field {
        Field::LineAmount | Field::LineBase | Field::Partner(Whose::Earner, _) => {
            no("只有依据为逐笔酬金(each line of)的酬金项才有", "only a component on lines of others (each line of) has it")
        }
        Field::Rank => no("只有依据为排名(rank)的酬金项才有", "only a component by rank has it"),
        Field::ElapsedMonths | Field::ElapsedDays => no("只有冲回条款里才有", "only reversals have it"),
        Field::SuspectShare | Field::SuspectCount => no("只有追回(claw back)的 当(when)里才有", "only the `when` of a claw-back has it"),
        Field::Partner(Whose::Payee, _) => no(
            "只有恰好一个收款方的酬金项的金额和要求里才有",
            "only amounts and requirements of a component with exactly one payee have it",
        ),
        _ => None,
    }
}

fn field_no(field: Field, place: Place<'_>) -> No {
    let own = |field| matches!(field, Field::Partner(Whose::Own, _));
    match place {
        Place::Scope(tables) => match field {
            Field::Sub(_) | Field::SubExists => no("适用范围不看用户月度状态", "a scope does not read subscriber state"),
            _ => tables.iter().find_map(|table| of_fact(field, *table)).or_else(|| special(field)),
        },
        Place::Fact { table, lines, payee } => match field {
            Field::LineAmount | Field::LineBase | Field::Partner(Whose::Earner, _) if lines => None,
            Field::Partner(Whose::Payee, _) if payee => None,
            _ => of_fact(field, table).or_else(|| special(field)),
        },
        Place::Counted { table, .. } | Place::Suspect(table) => of_fact(field, table).or_else(|| special(field)),
        Place::Group { key, cumulative, rank, payee } => match field {
            Field::Rank if rank => None,
            Field::Partner(Whose::Payee, _) if payee => None,
            Field::Sub(_) | Field::SubExists if cumulative => {
                no("累计(cumulative)的酬金项不能看用户月度状态", "a cumulative component cannot read subscriber state")
            }
            _ => of_group(field, key).or_else(|| special(field)),
        },
        Place::Strikes(key, suspects) => match field {
            Field::SuspectShare | Field::SuspectCount if suspects => None,
            _ => of_group(field, key).or_else(|| special(field)),
        },
        Place::Gate(subscriber) | Place::Lapse(subscriber) => match field {
            Field::ElapsedMonths | Field::ElapsedDays if matches!(place, Place::Lapse(_)) => None,
            Field::Sub(_) | Field::SubExists if subscriber => None,
            Field::Sub(_) | Field::SubExists => no("这一项没有对应的用户", "the item has no subscriber"),
            Field::MonthNumber => None,
            _ if own(field) => None,
            _ => no(
                "这里只能看用户月度状态(sub.…)和本代理商(partner.…)",
                "only subscriber state (sub.…) and the own partner (partner.…) can be read here",
            ),
        },
        Place::Fraction(fact) => match field {
            Field::ElapsedMonths | Field::ElapsedDays => None,
            Field::Fact(col) if fact && Table::BusinessEvent.has(col) => None,
            _ => no(
                "冲回率只能看已过月数、已过天数和引起冲回的那笔业务",
                "a fraction reads only elapsed_months, elapsed_days and the event that sets the reversal off",
            ),
        },
        Place::Fixed | Place::Uniform => no("这里只能写字面值或参数", "only a literal or a parameter can stand here"),
    }
}

fn of_group(field: Field, key: Key) -> No {
    match field {
        Field::Fact(_) | Field::ProductLine | Field::ProductCategory | Field::SupplyPrice | Field::RetailPrice => no(
            "这里按对象汇总,没有单笔业务;请先用指标(measure)汇总",
            "this is computed per group, not per fact; count or sum it with a measure first",
        ),
        Field::Sub(_) | Field::SubExists if key != Key::Subscriber => {
            no("只有按用户汇总时才有用户", "only groups per subscriber have a subscriber")
        }
        Field::OutletCode | Field::Channel | Field::Subtype | Field::OutletGrade | Field::District if key != Key::Outlet => {
            no("只有按网点汇总时才有网点", "only groups per outlet have an outlet")
        }
        _ => None,
    }
}

/// Whether an item with this key can look the measure up.
fn key_reaches(item: Key, measure: Key) -> bool {
    item == measure || matches!(measure, Key::Partner | Key::Company | Key::Region(_))
}

fn measure_no(names: &Names, index: usize, place: Place<'_>) -> No {
    let measure = &names.measures[index];
    let past_only = matches!(measure.window, Window::Months { to, .. } if to > 0);
    match place {
        Place::Fact { table, .. } if measure.table.is_none() && !past_only => {
            let _ = table;
            no(
                "按笔计算时,本月的酬金合计还没有算完;只能读窗口在本月之前的合计(如 前推月 3 至 1)",
                "while single facts are computed, this month's total is not complete; only a total over earlier months (months 3 to 1) can be read",
            )
        }
        Place::Suspect(_) | Place::Strikes(..) if measure.table.is_none() && !past_only => no(
            "追回时,本月的酬金合计还没有算完;只能读窗口在本月之前的合计(如 前推月 3 至 1)",
            "while a claw-back looks for suspects, this month's total is not complete; only a total over earlier months (months 3 to 1) can be read",
        ),
        Place::Fact { table, .. } | Place::Suspect(table) => {
            let missing = match measure.key {
                Key::Clerk => !table.has(Col::Clerk),
                Key::Customer => !table.has(Col::Customer),
                Key::Subscriber => !has_subscriber(table),
                _ => false,
            };
            missing.then(|| {
                (
                    format!("{}里没有这个指标的统计对象", table.label()),
                    format!("{} does not name what this measure is counted per", table.name()),
                )
            })
        }
        Place::Group { key, .. } | Place::Strikes(key, _) if key_reaches(key, measure.key) => None,
        Place::Group { .. } | Place::Strikes(..) => {
            no("这个指标的统计对象与酬金项的汇总对象不同", "this measure is counted per something else than the component's group")
        }
        _ => no("这里不能读指标", "a measure cannot be read here"),
    }
}

fn use_no(names: &Names, what: What, place: Place<'_>) -> No {
    match what {
        What::Field(field) => field_no(field, place),
        What::Measure(index) => measure_no(names, index, place),
        What::Param(index) if matches!(place, Place::Uniform) && names.params[index].local => no(
            "全公司只有一个数,不能用地方可调的参数",
            "this is one number for the whole company, so a parameter with local values cannot stand here",
        ),
        What::Division if matches!(place, Place::Counted { sum: true, .. }) => {
            no("求和的表达式里不能有除法(除不尽时不能逐笔相加)", "a sum cannot contain a division, which may not come out even")
        }
        What::Ladder(index)
            if matches!(place, Place::Counted { sum: true, .. }) && names.ladders[index].mode == Some(LadderMode::Curve) =>
        {
            no("求和的表达式里不能用曲线(插值要做除法)", "a sum cannot contain a curve, which divides")
        }
        What::Ladder(_) if matches!(place, Place::Fixed | Place::Uniform) => {
            no("这里只能写字面值或参数", "only a literal or a parameter can stand here")
        }
        What::Param(_) | What::Predicate(_) | What::Ladder(_) | What::Division => None,
    }
}

fn shown(names: &Names, what: What, lang: Lang) -> String {
    match what {
        What::Field(field) => words(field, lang),
        What::Param(index) => names.params[index].name.clone(),
        What::Predicate(index) => names.predicates[index].name.clone(),
        What::Measure(index) => names.measures[index].name.clone(),
        What::Ladder(index) => names.ladders[index].name.clone(),
        What::Division => "/".to_owned(),
    }
}

/// Reports what the expression reads that its place does not allow. `true` if all is allowed.
pub(crate) fn allow(names: &Names, sink: &mut Sink, typed: &Typed, place: Place<'_>) -> bool {
    let mut fine = true;
    for reading in &typed.uses {
        fine &= allow_one(names, sink, *reading, place, None);
        if let What::Predicate(index) = reading.what {
            for inner in &names.predicates[index].uses {
                fine &= allow_one(names, sink, *inner, place, Some(reading.span));
            }
        }
    }
    fine
}

fn allow_one(names: &Names, sink: &mut Sink, reading: Use, place: Place<'_>, through: Option<Span>) -> bool {
    let Some((zh, en)) = use_no(names, reading.what, place) else { return true };
    let (zh_name, en_name) = (shown(names, reading.what, Lang::Zh), shown(names, reading.what, Lang::En));
    let d = sink.error(
        "policy.field.not_here",
        through.unwrap_or(reading.span),
        format!("这里不能用 {zh_name}:{zh}"),
        format!("{en_name} cannot stand here: {en}"),
    );
    if through.is_some() {
        d.label(reading.span, "口径里读了它", "the predicate reads it");
    }
    false
}

/// A literal or parameter of a type: rates, bounds, limits.
pub(crate) fn fixed(names: &Names, sink: &mut Sink, expr: &crate::ast::Expr, ty: Type, place: Place<'_>) -> Option<crate::model::Expr> {
    let typed = super::expr::Exprs::new(names, sink).of(expr, ty)?;
    simple(names, sink, typed, place)
}

/// As [`fixed`], for an expression whose type is known already.
pub(crate) fn simple(names: &Names, sink: &mut Sink, typed: Typed, place: Place<'_>) -> Option<crate::model::Expr> {
    if !allow(names, sink, &typed, place) {
        return None;
    }
    if !super::expr::is_literal(&typed.expr) && !matches!(typed.expr, crate::model::Expr::Param(_)) {
        sink.error("policy.expression.not_literal", typed.span, "这里只能写字面值或参数", "only a literal or a parameter can stand here")
            .help("算好的数请直接写出,或声明成参数", "write the number itself, or declare a parameter");
        return None;
    }
    Some(typed.expr)
}
