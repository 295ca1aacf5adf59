//! Worked examples: rows and facts with their defaults, and expectations.

use super::component::Checked;
use super::measure::kinds_of;
use crate::ast::{self, Lit, RowKind, When};
use crate::diagnostics::{Diagnostic, Sink, Span};
use crate::keywords::Kw;
use crate::model::{Cell, Example, Expect, Fact, PayeeKind, Type};
use crate::vocab::{self, STANDARD_REASONS, nearest, row_word};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::master::{Agreement, Outlet, Partner, Product, Span as Days};
use qudao_kernel::{Date, Fen, Lang};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Most facts one example can hold.
const MOST: usize = 200_000;

pub(super) fn check_all(written: &ast::Policy, components: &[Checked], sink: &mut Sink) -> Vec<Example> {
    let mut out: Vec<Example> = Vec::new();
    for item in &written.examples {
        if let Some(first) =
            written.examples.iter().take_while(|other| other.span != item.span).find(|other| other.title.node == item.title.node)
        {
            sink.error("policy.name.twice", item.title.span, "算例重名", "two examples have this name").label(
                first.title.span,
                "第一个在这里",
                "the first is here",
            );
        }
        out.push(example(item, written, components, sink));
    }
    out
}

fn example(item: &ast::Example, written: &ast::Policy, components: &[Checked], sink: &mut Sink) -> Example {
    let mut out = Example {
        name: item.title.node.clone(),
        partners: Vec::new(),
        outlets: Vec::new(),
        agreements: Vec::new(),
        products: Vec::new(),
        facts: Vec::new(),
        expects: Vec::new(),
        at: item.span.start,
    };
    for kind in [RowKind::Partner, RowKind::Outlet, RowKind::Agreement, RowKind::Product] {
        if kind == RowKind::Outlet && out.partners.is_empty() {
            out.partners.push(partner("P1"));
            if !item.rows.iter().any(|row| row.kind == RowKind::Outlet) {
                out.outlets.push(outlet("O1", &out.partners[0]));
            }
        }
        for row in item.rows.iter().filter(|row| row.kind == kind) {
            add_row(row, &mut out, sink);
        }
    }
    for row in &out.partners {
        if !out.agreements.iter().any(|agreement| agreement.partner == row.code) {
            out.agreements.push(agreement(&format!("A-{}", row.code), &row.code));
        }
    }
    let mut ids = Ids::new();
    for (position, line) in item.facts.iter().enumerate() {
        if out.facts.len() + line.times.map_or(1, |times| times.node as usize) > MOST {
            sink.error(
                "policy.example.too_many",
                line.span,
                format!("算例里的业务超过 {MOST} 笔"),
                format!("the example has more than {MOST} facts"),
            );
            break;
        }
        add_facts(line, position + 1, &mut out, &mut ids, sink);
    }
    if item.expects.is_empty() {
        sink.error("policy.example.expects_nothing", item.title.span, "算例没有写应得", "this example expects nothing")
            .help("请加上 `应得 2026-07 合计 = ¥…`", "add `expect 2026-07 total = ¥…`");
    }
    for expect in &item.expects {
        out.expects.extend(expected(expect, written, components, sink));
    }
    out
}

fn since() -> Date {
    Date::new(2000, 1, 1).unwrap_or(Date::from_days(10_957))
}

fn partner(code: &str) -> Partner {
    Partner {
        code: code.to_owned(),
        name: code.to_owned(),
        kind: String::new(),
        tier: "二级代理商".to_owned(),
        level: 0,
        parent: String::new(),
        territory: "430102".to_owned(),
        since: since(),
        blacklisted: false,
        span: Days::ALWAYS,
    }
}

fn outlet(code: &str, owner: &Partner) -> Outlet {
    Outlet {
        code: code.to_owned(),
        name: code.to_owned(),
        owner: owner.code.clone(),
        territory: owner.territory.clone(),
        channel: "社会渠道".to_owned(),
        subtype: "代理点".to_owned(),
        grade: "A".to_owned(),
        district: String::new(),
        span: Days::ALWAYS,
    }
}

fn agreement(code: &str, partner: &str) -> Agreement {
    Agreement { code: code.to_owned(), partner: partner.to_owned(), commitment: Fen(0), renewed: false, span: Days::ALWAYS }
}

/// Reads cells of one row, reporting those it does not know.
struct Cells<'a> {
    row: &'a ast::Row,
    sink: &'a mut Sink,
    read: Vec<&'static str>,
}

impl<'a> Cells<'a> {
    fn find(&mut self, word: &'static str) -> Option<&'a ast::Cell> {
        self.read.push(word);
        self.row.cells.iter().find(|(name, _)| row_word(&name.node) == Some(word))
    }

    fn wrong(&mut self, span: Span, zh: &str, en: &str) {
        self.sink.error("policy.example.cell_type", span, format!("这里要{zh}"), format!("{en} is needed here"));
    }

    fn text(&mut self, word: &'static str, slot: &mut String) {
        let Some((_, value)) = self.find(word) else { return };
        match text_of(&value.node) {
            Some(text) => *slot = text,
            None => self.wrong(value.span, "文本", "a text"),
        }
    }

    fn money(&mut self, word: &'static str, slot: &mut Fen) {
        let Some((_, value)) = self.find(word) else { return };
        match value.node {
            Lit::Money(fen) => *slot = Fen(fen),
            _ => self.wrong(value.span, "金额", "money"),
        }
    }

    fn truth(&mut self, word: &'static str, slot: &mut bool) {
        let Some((_, value)) = self.find(word) else { return };
        match value.node {
            Lit::Bool(truth) => *slot = truth,
            _ => self.wrong(value.span, "是或否", "yes or no"),
        }
    }

    fn number(&mut self, word: &'static str, slot: &mut i64) {
        let Some((_, value)) = self.find(word) else { return };
        match value.node {
            Lit::Number { mantissa, scale: 0 } => *slot = mantissa,
            _ => self.wrong(value.span, "整数", "a whole number"),
        }
    }

    fn date(&mut self, word: &'static str, slot: &mut Date, next: i32) {
        let Some((_, value)) = self.find(word) else { return };
        match value.node {
            Lit::Date(date) => *slot = date.plus_days(next),
            _ => self.wrong(value.span, "日期", "a date"),
        }
    }

    /// First and last day in force; the text gives the last day itself.
    fn days(&mut self, slot: &mut Days) {
        self.date("from", &mut slot.from, 0);
        self.date("to", &mut slot.to, 1);
    }

    fn finish(self) {
        for (position, (name, _)) in self.row.cells.iter().enumerate() {
            let word = row_word(&name.node);
            if !word.is_some_and(|word| self.read.contains(&word)) {
                let d = self.sink.error(
                    "policy.name.unknown",
                    name.span,
                    format!("这种行没有 `{}`", name.node),
                    format!("such a row has no `{}`", name.node),
                );
                let near = nearest(
                    &name.node,
                    self.read.iter().flat_map(|word| [Lang::En, Lang::Zh].map(|lang| vocab::translate_row(word, lang).unwrap_or(word))),
                );
                suggest(d, near);
            }
            if let Some((first, _)) = self.row.cells[..position].iter().find(|(other, _)| row_word(&other.node) == word && word.is_some()) {
                self.sink.error("policy.syntax.twice", name.span, "这一项写了两次", "this is given a second time").label(
                    first.span,
                    "第一次在这里",
                    "the first time is here",
                );
            }
        }
    }
}

fn suggest(d: &mut Diagnostic, near: Option<String>) {
    if let Some(near) = near {
        d.help(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
    }
}

fn text_of(lit: &Lit) -> Option<String> {
    match lit {
        Lit::Text(text) | Lit::Word(text) => Some(text.clone()),
        Lit::Number { mantissa, scale: 0 } if *mantissa >= 0 => Some(mantissa.to_string()),
        _ => None,
    }
}

fn add_row(row: &ast::Row, out: &mut Example, sink: &mut Sink) {
    let code = &row.code.node;
    let mut cells = Cells { row, sink, read: Vec::new() };
    match row.kind {
        RowKind::Partner => {
            let mut made = partner(code);
            cells.text("name", &mut made.name);
            cells.text("kind", &mut made.kind);
            cells.text("tier", &mut made.tier);
            cells.number("level", &mut made.level);
            cells.text("parent", &mut made.parent);
            cells.text("territory", &mut made.territory);
            cells.date("since", &mut made.since, 0);
            cells.truth("blacklisted", &mut made.blacklisted);
            cells.days(&mut made.span);
            out.partners.push(made);
        }
        RowKind::Outlet => {
            let mut owner = out.partners[0].code.clone();
            cells.text("owner", &mut owner);
            let known = out.partners.iter().find(|partner| partner.code == owner).cloned();
            let mut made = outlet(code, &known.unwrap_or_else(|| partner(&owner)));
            cells.text("name", &mut made.name);
            cells.text("territory", &mut made.territory);
            cells.text("channel", &mut made.channel);
            cells.text("subtype", &mut made.subtype);
            cells.text("grade", &mut made.grade);
            cells.text("district", &mut made.district);
            cells.days(&mut made.span);
            out.outlets.push(made);
        }
        RowKind::Agreement => {
            let mut made = agreement(code, &out.partners[0].code);
            cells.text("partner", &mut made.partner);
            cells.money("commitment", &mut made.commitment);
            cells.truth("renewed", &mut made.renewed);
            cells.days(&mut made.span);
            out.agreements.push(made);
        }
        RowKind::Product => {
            let mut made = Product {
                code: code.clone(),
                name: code.clone(),
                line: String::new(),
                category: String::new(),
                plan_fee: Fen(0),
                supply_price: Fen(0),
                retail_price: Fen(0),
                span: Days::ALWAYS,
            };
            cells.text("name", &mut made.name);
            cells.text("line", &mut made.line);
            cells.text("category", &mut made.category);
            cells.money("plan_fee", &mut made.plan_fee);
            cells.money("supply_price", &mut made.supply_price);
            cells.money("retail_price", &mut made.retail_price);
            cells.days(&mut made.span);
            out.products.push(made);
        }
    }
    cells.finish();
}

fn add_facts(line: &ast::FactLine, position: usize, out: &mut Example, ids: &mut Ids, sink: &mut Sink) {
    let table = line.facts.table;
    let mut cells: Vec<(Col, Cell)> = Vec::new();
    let base = line.id.as_ref().map_or_else(|| format!("x{position}"), |id| id.node.clone());
    match line.when {
        When::Month(month) => {
            cells.push((Col::EventId, Cell::Text(format!("{base}|{month}"))));
            cells.push((Col::Month, Cell::Month(month)));
            cells.push((Col::OccurredOn, Cell::Date(month.first_day())));
            cells.push((Col::KnownOn, Cell::Date(month.first_day())));
            cells.push((Col::Subscriber, Cell::Text(base.clone())));
        }
        When::Day(day) => {
            cells.push((Col::EventId, Cell::Text(base.clone())));
            if let Some(kinds) = kinds_of(&line.facts.kinds, table, sink)
                && let Some(kind) = kinds.first()
            {
                cells.push((Col::Kind, Cell::Text(kind.clone())));
            } else if table.required().contains(&Col::Kind) && line.facts.kinds.is_empty() && !table.kinds().is_empty() {
                sink.error(
                    "policy.example.kind_missing",
                    line.facts.span,
                    format!("没有写{}的类型", table.label()),
                    format!("a {} has a kind", table.name()),
                )
                .help(
                    format!("例如 {} {}", table.name(), table.kinds()[0].0),
                    format!("for example {} {}", table.name(), table.kinds()[0].0),
                );
            }
            cells.push((Col::OccurredOn, Cell::Date(day)));
            cells.push((Col::KnownOn, Cell::Date(day)));
        }
    }
    for (name, value) in &line.cells {
        let Some(col) = vocab::column(&name.node).filter(|col| table.has(*col)) else {
            let d = sink.error(
                "policy.name.unknown",
                name.span,
                format!("{}没有列 `{}`", table.label(), name.node),
                format!("{} has no column `{}`", table.name(), name.node),
            );
            suggest(d, nearest(&name.node, table.columns().iter().flat_map(|col| [col.name(), col.label()])));
            continue;
        };
        if let Some(cell) = cell(col, value, sink) {
            cells.retain(|(known, _)| *known != col);
            cells.push((col, cell));
        }
    }
    defaults(table, out, &mut cells);
    for count in 1..=line.times.map_or(1, |times| times.node) {
        let mut fact = Fact { table, cells: cells.clone() };
        let mut id = base.clone();
        if line.times.is_some() {
            id = format!("{base}-{count}");
            for (col, cell) in &mut fact.cells {
                if *col == Col::EventId {
                    *cell = Cell::Text(id.clone());
                }
            }
        }
        let id = if let When::Month(month) = line.when { format!("{base}|{month}") } else { id };
        known_twice(table, &id, line.span, ids, sink);
        out.facts.push(fact);
    }
}

/// Ids used so far, and where.
type Ids = HashMap<(Table, String), Span>;

/// An event id stands for one fact of its table.
fn known_twice(table: Table, id: &str, span: Span, ids: &mut Ids, sink: &mut Sink) {
    match ids.entry((table, id.to_owned())) {
        Entry::Vacant(free) => drop(free.insert(span)),
        Entry::Occupied(taken) => {
            sink.error("policy.example.id_twice", span, format!("编号 {id} 用了两次"), format!("the id {id} is used twice")).label(
                *taken.get(),
                "第一次在这里",
                "the first is here",
            );
        }
    }
}

/// What a fact has unless the example says otherwise: a place, and a verified identity.
fn defaults(table: Table, out: &Example, cells: &mut Vec<(Col, Cell)>) {
    let has = |cells: &[(Col, Cell)], col: Col| cells.iter().any(|(known, _)| *known == col);
    if !has(cells, Col::Outlet) && !has(cells, Col::Partner) {
        match (out.outlets.first(), out.partners.first()) {
            (Some(outlet), _) => cells.push((Col::Outlet, Cell::Text(outlet.code.clone()))),
            (None, Some(partner)) => cells.push((Col::Partner, Cell::Text(partner.code.clone()))),
            (None, None) => {}
        }
    }
    if table.has(Col::Verified) && !has(cells, Col::Verified) {
        cells.push((Col::Verified, Cell::Bool(true)));
    }
}

fn cell(col: Col, value: &ast::At<Lit>, sink: &mut Sink) -> Option<Cell> {
    let made = match (col.ty(), &value.node) {
        (ColType::Text, lit) => text_of(lit).map(Cell::Text),
        (ColType::Int, Lit::Number { mantissa, scale: 0 }) => Some(Cell::Int(*mantissa)),
        (ColType::Money, Lit::Money(fen)) => Some(Cell::Money(*fen)),
        (ColType::Bool, Lit::Bool(truth)) => Some(Cell::Bool(*truth)),
        (ColType::Date, Lit::Date(date)) => Some(Cell::Date(*date)),
        (ColType::Month, Lit::Month(month)) => Some(Cell::Month(*month)),
        _ => None,
    };
    if made.is_none() {
        let (zh, en) = match col.ty() {
            ColType::Int => ("整数", "a whole number"),
            ColType::Money => (vocab::type_word(Type::Money, Lang::Zh), "money"),
            ColType::Bool => ("是或否", "yes or no"),
            ColType::Date => ("日期", "a date"),
            ColType::Month => ("月份", "a month"),
            ColType::Text => ("文本", "a text"),
        };
        sink.error("policy.example.cell_type", value.span, format!("{} 要{zh}", col.label()), format!("{} is {en}", col.name()));
    }
    made
}

fn expected(item: &ast::Expect, written: &ast::Policy, components: &[Checked], sink: &mut Sink) -> Option<Expect> {
    let component = match &item.component {
        None => None,
        Some(name) => {
            let found = components.iter().position(|component| component.name == name.node);
            if found.is_none() {
                if !written.broken.contains(&name.node) {
                    let d = sink.error(
                        "policy.name.unknown",
                        name.span,
                        format!("没有叫 `{}` 的酬金项", name.node),
                        format!("there is no component `{}`", name.node),
                    );
                    suggest(
                        d,
                        nearest(
                            &name.node,
                            components
                                .iter()
                                .map(|component| component.name.as_str())
                                .chain([Kw::Total.word(Lang::En), Kw::Total.word(Lang::Zh)]),
                        ),
                    );
                }
                return None;
            }
            found
        }
    };
    if let Some(reason) = &item.reason {
        let own = written.components.iter().enumerate().filter(|(index, _)| component.is_none_or(|wanted| wanted == *index));
        let codes: Vec<&str> = own
            .flat_map(|(_, item)| &item.requires)
            .map(|require| require.code.node.as_str())
            .chain(STANDARD_REASONS.iter().map(|(code, _, _)| *code))
            .collect();
        if !codes.contains(&reason.node.as_str()) {
            let d = sink.error(
                "policy.name.unknown",
                reason.span,
                format!("没有原因代码 `{}`", reason.node),
                format!("there is no reason code `{}`", reason.node),
            );
            suggest(d, nearest(&reason.node, codes));
            return None;
        }
    }
    let payee = item.payee.as_ref().map(|(kind, code)| {
        let kind = match kind {
            Kw::Outlet => PayeeKind::Outlet,
            Kw::Clerk => PayeeKind::Clerk,
            Kw::Customer => PayeeKind::Customer,
            Kw::Subscriber => PayeeKind::Subscriber,
            _ => PayeeKind::Partner,
        };
        (kind, code.node.clone())
    });
    Some(Expect {
        period: item.period,
        component,
        payee,
        basis: item.basis.as_ref().map(|basis| basis.node.clone()),
        amount: item.amount,
        reason: item.reason.as_ref().map(|reason| reason.node.clone()),
        at: (item.span.start, item.span.end),
    })
}
