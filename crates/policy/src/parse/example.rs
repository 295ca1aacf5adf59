//! Worked examples: rows, facts and what must come out.

use super::{Mark, Parsed, Parser};
use crate::ast::{At, Cell, Example, Expect, FactLine, Lit, Row, RowKind, When};
use crate::diagnostics::Span;
use crate::keywords::Kw;
use crate::lexer::Tok;
use crate::vocab;
use qudao_kernel::facts::Table;

const ROWS: &[(Kw, RowKind)] =
    &[(Kw::Partner, RowKind::Partner), (Kw::Outlet, RowKind::Outlet), (Kw::Agreement, RowKind::Agreement), (Kw::Product, RowKind::Product)];

impl Parser<'_> {
    pub(super) fn example(&mut self, start: Span) -> Parsed<Example> {
        let title = self.need_text("算例名称文本", "the example's name as a text")?;
        let mut example = Example { title, rows: Vec::new(), facts: Vec::new(), expects: Vec::new(), span: start };
        self.block(&[Kw::Expect, Kw::Partner, Kw::Outlet, Kw::Agreement, Kw::Product], |p| p.example_item(&mut example))?;
        example.span = self.since(start);
        Ok(example)
    }

    fn example_item(&mut self, example: &mut Example) -> Parsed<()> {
        let start = self.span();
        if self.eat(Kw::Expect) {
            let expect = self.expect(start)?;
            example.expects.push(expect);
            return Ok(());
        }
        for (kw, kind) in ROWS {
            if self.eat(*kw) {
                let code = self.code()?;
                let cells = self.cells(Mark::Row)?;
                example.rows.push(Row { kind: *kind, code, cells });
                return Ok(());
            }
        }
        let fact = self.fact(start)?;
        example.facts.push(fact);
        Ok(())
    }

    /// `activation e1 on 2026-07-03 { plan_fee: ¥129.00 }`, `activation 200 times on …`, `subscriber_month s1 2026-10 { … }`.
    fn fact(&mut self, start: Span) -> Parsed<FactLine> {
        let known = self.word_at(0).is_some_and(|word| Table::by_name(word).is_some() || vocab::kind(Table::BusinessEvent, word).is_some());
        if !known {
            let word = self.word_at(0).unwrap_or("").to_owned();
            let kinds = Table::BusinessEvent.kinds().iter().flat_map(|(code, label)| [*code, *label]);
            let tables = Table::ALL.iter().flat_map(|table| [table.name(), table.label()]);
            let words = [Kw::Expect, Kw::Partner, Kw::Outlet, Kw::Agreement, Kw::Product];
            let near = vocab::nearest(&word, kinds.chain(tables).chain(words.iter().flat_map(|kw| kw.spellings())));
            let out = self.wanted(
                "应得(expect)、代理商、网点、协议、产品,或一种业务",
                "expect, partner, outlet, agreement, product or a kind of fact",
            );
            if let Some(near) = near {
                self.sink.help_last(format!("是不是想写 `{near}`?"), format!("did you mean `{near}`?"));
            }
            return out;
        }
        let facts = self.one_kind()?;
        let (mut id, mut times) = (None, None);
        let month_row = facts.table == Table::SubscriberMonth;
        if month_row || !self.at_kw(Kw::OnDay) && !self.times_here(0) {
            id = Some(self.code()?);
        }
        if self.times_here(0) {
            times = Some(self.integer(1, 100_000)?);
            self.need(Kw::Times)?;
        }
        let when = if month_row { self.month().map(|month| When::Month(month.node))? } else { self.on_day()? };
        let cells = if self.at_sign("{") { self.cells(Mark::Field(false))? } else { Vec::new() };
        Ok(FactLine { facts, id, times, when, cells, span: self.since(start) })
    }

    fn times_here(&self, n: usize) -> bool {
        matches!(self.ahead(n).tok, Tok::Number { .. }) && self.word_at(n + 1).is_some_and(|word| Kw::Times.is(word))
    }

    /// A table with at most one kind.
    fn one_kind(&mut self) -> Parsed<crate::ast::Facts> {
        let start = self.span();
        let facts = self.facts()?;
        if facts.kinds.len() > 1 {
            self.sink.error("policy.example.several_kinds", self.since(start), "一笔业务只能有一种类型", "one fact has one kind");
        }
        Ok(facts)
    }

    fn on_day(&mut self) -> Parsed<When> {
        self.need(Kw::OnDay)?;
        Ok(When::Day(self.date()?.node))
    }

    fn month(&mut self) -> Parsed<At<qudao_kernel::Month>> {
        if let Tok::Month(month) = self.token().tok {
            let out = At::new(month, self.span());
            self.advance();
            return Ok(out);
        }
        self.wanted("月份(如 2026-07)", "a month such as 2026-07")
    }

    /// `{ plan_fee: ¥129.00, subscriber: s1 }`
    fn cells(&mut self, mark: Mark) -> Parsed<Vec<Cell>> {
        self.need_sign("{")?;
        let mut cells = Vec::new();
        while !self.at_sign("}") {
            self.marks[self.at] = mark;
            let name = self.name()?;
            self.need_sign(":")?;
            cells.push((name, self.cell_value()?));
            while self.eat_sign(",") || self.eat_sign(";") {}
        }
        self.need_sign("}")?;
        Ok(cells)
    }

    fn cell_value(&mut self) -> Parsed<At<Lit>> {
        let start = self.span();
        let negative = self.at_sign("-");
        if negative {
            self.marks[self.at] = Mark::Minus;
            self.advance();
        }
        let lit = match (&self.token().tok, negative) {
            (Tok::Money(fen), _) => Lit::Money(if negative { -fen } else { *fen }),
            (Tok::Number { mantissa, scale }, _) => Lit::Number { mantissa: if negative { -mantissa } else { *mantissa }, scale: *scale },
            (Tok::Date(date), false) => Lit::Date(*date),
            (Tok::Month(month), false) => Lit::Month(*month),
            (Tok::Str(text), false) => Lit::Text(text.clone()),
            (Tok::Word, false) => {
                for (kw, value) in [(Kw::True, true), (Kw::False, false)] {
                    if self.eat(kw) {
                        return Ok(At::new(Lit::Bool(value), start));
                    }
                }
                Lit::Word(self.word_at(0).unwrap_or("").to_owned())
            }
            _ => return self.wanted("一个值", "a value"),
        };
        self.advance();
        Ok(At::new(lit, self.since(start)))
    }

    /// `expect 2026-07 basic for partner P1 on e2 = ¥0.00 because no_identity`
    fn expect(&mut self, start: Span) -> Parsed<Expect> {
        let period = self.month()?.node;
        let component = if self.eat(Kw::Total) { None } else { Some(self.name()?) };
        let mut payee = None;
        if self.eat(Kw::For) {
            let kind = self.need_any(&[Kw::Partner, Kw::Outlet, Kw::Clerk, Kw::Customer, Kw::Subscriber])?;
            payee = Some((kind, self.code()?));
        }
        let basis = if self.eat(Kw::OnBasis) { Some(self.code()?) } else { None };
        self.need_sign("=")?;
        let amount = self.signed_money()?.node;
        let reason = if self.eat(Kw::Because) { Some(self.name()?) } else { None };
        Ok(Expect { period, component, payee, basis, amount, reason, span: self.since(start) })
    }
}
