//! A run over facts held in memory: what small folders, examples and the comparison with the interpreter use.

use super::block::{Block, Pass, Shared, TableCells};
use super::items::TableRows;
use super::output;
use super::passes;
use super::plan::Plan;
use super::release::{OpenObligations, OpenRest};
use super::reverse::{Earlier, Reversing};
use super::subs::Subs;
use super::totals::{Decided, EarlierTotals};
use datafusion::arrow::array::{ArrayRef, BooleanBuilder, Date32Builder, Int32Builder, Int64Builder, StringViewArray, StringViewBuilder};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::{Line, Obligation, ObligationState, Outcome};
use qudao_policy::model::{Cell, Fact, PolicySet};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Everything a run in memory reads; as the interpreter's input.
#[derive(Debug, Clone, Copy)]
pub struct MemoryInput<'a> {
    /// All versions of all policies.
    pub policies: &'a PolicySet,
    /// Master rows.
    pub master: &'a Master,
    /// Period.
    pub period: Month,
    /// Facts of all months that matter.
    pub facts: &'a [Fact],
    /// Lines of earlier periods.
    pub earlier_lines: &'a [Line],
    /// Obligations the run before left.
    pub obligations: &'a [Obligation],
    /// Partners in one block, at least 1. The result does not depend on it.
    pub partners_per_block: usize,
}

/// One partner's facts, obligations and earlier lines.
#[derive(Default)]
struct Part<'a> {
    facts: BTreeMap<Table, Vec<&'a Fact>>,
    obligations: Vec<&'a Obligation>,
    earlier: Vec<&'a Line>,
}

/// Settles a period.
///
/// # Errors
/// An overflow, or earlier lines or obligations of a version that is not in the set.
pub fn settle_in_memory(input: &MemoryInput<'_>) -> Result<Outcome, Refusal> {
    let facts = latest(input.facts);
    let plan = Plan::new(input.policies, input.period)?;
    let mut shared = Shared {
        fills: passes::fills(input.policies),
        set: input.policies.clone(),
        master: super::master::MasterIndex::new(input.master),
        subs: subs(&facts, input.period)?,
        reversing: reversing(&facts, input.period),
        earlier: None,
        totals: EarlierTotals::default(),
        decided: Decided::default(),
        plan,
    };
    let mut parts: BTreeMap<String, Part<'_>> = BTreeMap::new();
    for line in input.earlier_lines.iter().filter(|line| line.origin < input.period) {
        let (policy, component) = passes::component_of(&shared.set, &line.policy, line.version, &line.component)?;
        let family = shared.plan.family(policy, component);
        shared.totals.add(family, line).map_err(|_| Refusal::from(super::block::Trouble::Overflow))?;
        // Accounts that only have earlier lines still have to be looked at for reversals.
        parts.entry(line.partner.clone()).or_default().earlier.push(line);
    }
    for fact in &facts {
        let (partner, _) = shared.master.attribute(text(fact, Col::Outlet), text(fact, Col::Partner), day(fact).days());
        let code = shared.master.partners.get(partner).map_or("", |row| &row.code);
        parts.entry(code.to_string()).or_default().facts.entry(fact.table).or_default().push(fact);
    }
    for obligation in input.obligations.iter().filter(|obligation| obligation.state == ObligationState::Scheduled) {
        parts.entry(obligation.partner.clone()).or_default().obligations.push(obligation);
    }
    let parts: Vec<(String, Part<'_>)> = parts.into_iter().collect();
    // Every pass sees the same cells.
    let chunks: Vec<_> = parts.chunks(input.partners_per_block.max(1)).map(|chunk| (chunk, tables(chunk))).collect();
    let mut outcome = Outcome::default();
    passes::run(
        &mut shared,
        |shared, pass, claims, emit| {
            for (chunk, tables) in &chunks {
                let segs = chunk.iter().map(|(code, _)| code.clone()).collect();
                let block = Block::new(shared, segs, tables.clone(), open(shared, chunk)?, earlier(chunk));
                let sink = block.run(pass, claims)?;
                if pass == Pass::Final {
                    emit(&block, sink)?;
                }
            }
            Ok(())
        },
        &mut |block, sink| {
            output::append(block, &sink, &mut outcome);
            Ok(())
        },
    )?;
    outcome.sort();
    Ok(outcome)
}

fn cell(fact: &Fact, col: Col) -> Option<&Cell> {
    fact.cells.iter().find(|(held, _)| *held == col).map(|(_, cell)| cell)
}

fn text(fact: &Fact, col: Col) -> &str {
    match cell(fact, col) {
        Some(Cell::Text(text)) => text,
        _ => "",
    }
}

fn day(fact: &Fact) -> Date {
    match (cell(fact, Col::OccurredOn), cell(fact, Col::Month)) {
        (Some(Cell::Date(day)), _) => *day,
        (_, Some(Cell::Month(month))) => month.first_day(),
        _ => Date::from_days(super::items::NO_DATE),
    }
}

fn state_month(fact: &Fact) -> Month {
    match cell(fact, Col::Month) {
        Some(Cell::Month(month)) => *month,
        _ => day(fact).month(),
    }
}

fn event_id(fact: &Fact) -> String {
    let id = text(fact, Col::EventId);
    if id.is_empty() && fact.table == Table::SubscriberMonth {
        return format!("{}|{}", text(fact, Col::Subscriber), state_month(fact));
    }
    id.to_string()
}

/// Facts with their derived cells filled in; of doubled ids the one known last, of those the last in input order.
fn latest(facts: &[Fact]) -> Vec<Fact> {
    let known = |fact: &Fact| match cell(fact, Col::KnownOn) {
        Some(Cell::Date(day)) => day.days(),
        _ => super::items::NO_DATE,
    };
    let mut chosen: HashMap<(Table, String), usize> = HashMap::new();
    for (index, fact) in facts.iter().enumerate() {
        let seen = chosen.entry((fact.table, event_id(fact))).or_insert(index);
        if known(fact) >= known(&facts[*seen]) {
            *seen = index;
        }
    }
    let chosen: BTreeSet<usize> = chosen.into_values().collect();
    chosen
        .into_iter()
        .map(|index| {
            let fact = &facts[index];
            let mut cells: Vec<(Col, Cell)> =
                fact.cells.iter().filter(|(col, _)| !matches!(col, Col::EventId | Col::OccurredOn)).cloned().collect();
            cells.push((Col::EventId, Cell::Text(event_id(fact))));
            cells.push((Col::OccurredOn, Cell::Date(day(fact))));
            Fact { table: fact.table, cells }
        })
        .collect()
}

/// Arrays of the columns a table has.
fn arrays(table: Table, facts: &[&Fact]) -> Vec<(Col, ArrayRef)> {
    table.columns().iter().map(|col| (*col, array(*col, facts))).collect()
}

fn array(col: Col, facts: &[&Fact]) -> ArrayRef {
    let cells = facts.iter().map(|fact| cell(fact, col));
    match col.ty() {
        ColType::Text => {
            let mut builder = StringViewBuilder::with_capacity(facts.len());
            cells.for_each(|cell| builder.append_option(if let Some(Cell::Text(text)) = cell { Some(text) } else { None }));
            Arc::new(builder.finish())
        }
        ColType::Int | ColType::Money => {
            let mut builder = Int64Builder::with_capacity(facts.len());
            cells.for_each(|cell| {
                builder.append_option(if let Some(Cell::Int(value) | Cell::Money(value)) = cell { Some(*value) } else { None });
            });
            Arc::new(builder.finish())
        }
        ColType::Bool => {
            let mut builder = BooleanBuilder::with_capacity(facts.len());
            cells.for_each(|cell| builder.append_option(if let Some(Cell::Bool(value)) = cell { Some(*value) } else { None }));
            Arc::new(builder.finish())
        }
        ColType::Date => {
            let mut builder = Date32Builder::with_capacity(facts.len());
            cells.for_each(|cell| builder.append_option(if let Some(Cell::Date(day)) = cell { Some(day.days()) } else { None }));
            Arc::new(builder.finish())
        }
        ColType::Month => {
            let mut builder = Int32Builder::with_capacity(facts.len());
            cells.for_each(|cell| builder.append_option(if let Some(Cell::Month(month)) = cell { Some(month.index()) } else { None }));
            Arc::new(builder.finish())
        }
    }
}

fn subs(facts: &[Fact], period: Month) -> Result<Subs, Refusal> {
    let rows: Vec<&Fact> = facts.iter().filter(|fact| fact.table == Table::SubscriberMonth && state_month(fact) == period).collect();
    Subs::new(&array(Col::Subscriber, &rows), &array(Col::EventId, &rows), &arrays(Table::SubscriberMonth, &rows))
}

fn earlier(parts: &[(String, Part<'_>)]) -> Earlier {
    let mut earlier = Earlier::default();
    parts.iter().flat_map(|(_, part)| &part.earlier).for_each(|line| earlier.add((*line).clone()));
    earlier
}

fn reversing(facts: &[Fact], period: Month) -> Reversing {
    let rows: Vec<&Fact> = facts
        .iter()
        .filter(|fact| fact.table == Table::BusinessEvent && day(fact).month() == period && !text(fact, Col::Ref).is_empty())
        .collect();
    Reversing::new(TableRows::new(Table::BusinessEvent, rows.len(), arrays(Table::BusinessEvent, &rows)))
}

/// Cells of a block's tables, with the segment of each row.
fn tables(parts: &[(String, Part<'_>)]) -> Vec<TableCells> {
    let mut tables = Vec::new();
    for table in Table::ALL {
        let mut seg = Vec::new();
        let mut facts: Vec<&Fact> = Vec::new();
        for (number, (_, part)) in parts.iter().enumerate() {
            let Some(rows) = part.facts.get(&table) else { continue };
            let mut rows = rows.clone();
            rows.sort_by(|a, b| (day(a), text(a, Col::EventId)).cmp(&(day(b), text(b, Col::EventId))));
            seg.extend(std::iter::repeat_n(number as u32, rows.len()));
            facts.extend(rows);
        }
        if !facts.is_empty() {
            let cells = arrays(table, &facts);
            tables.push((table, seg, cells));
        }
    }
    tables
}

fn open(shared: &Shared, parts: &[(String, Part<'_>)]) -> Result<Option<OpenObligations>, Refusal> {
    let rows: Vec<(u32, &Obligation)> = parts
        .iter()
        .enumerate()
        .flat_map(|(seg, (_, part))| part.obligations.iter().map(move |obligation| (seg as u32, *obligation)))
        .collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let texts = |pick: fn(&Obligation) -> &str| -> StringViewArray { rows.iter().map(|(_, row)| Some(pick(row))).collect() };
    let mut comp = Vec::with_capacity(rows.len());
    for (_, row) in &rows {
        let (policy, component) = passes::component_of(&shared.set, &row.policy, row.version, &row.component)?;
        comp.push(shared.plan.number(policy, component));
    }
    Ok(Some(OpenObligations {
        seg: rows.iter().map(|(seg, _)| *seg).collect(),
        comp,
        texts: [texts(|row| &row.basis), texts(|row| &row.payee), texts(|row| &row.own_partner), texts(|row| &row.subscriber)],
        rest: rows
            .iter()
            .map(|(_, row)| OpenRest {
                day: row.day.days(),
                payee_kind: row.payee_kind,
                part: row.part,
                instalment: row.instalment,
                amount: row.amount,
                origin: row.origin.index(),
                due: row.due.index(),
                tries: row.tries,
            })
            .collect(),
    }))
}
