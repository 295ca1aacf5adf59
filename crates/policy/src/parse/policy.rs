//! Files, policies and their declarations.

use super::{Mark, Parsed, Parser, Reported};
use crate::ast::{At, Count, Facts, File, Fill, Ladder, Measure, Opening, Param, Policy, Predicate, Source, Step};
use crate::keywords::Kw;
use crate::lexer::Tok;
use crate::model::{Key, LadderMode, Span as Months, Window};
use crate::vocab;
use qudao_kernel::facts::Table;
use qudao_kernel::territory::Level;

/// What a policy's items begin with.
pub(super) const ITEMS: &[Kw] = &[
    Kw::Owner,
    Kw::Effective,
    Kw::Scope,
    Kw::MinimumPayment,
    Kw::Param,
    Kw::Predicate,
    Kw::Measure,
    Kw::Ladder,
    Kw::Curve,
    Kw::Component,
    Kw::Exclusive,
    Kw::Cap,
    Kw::Budget,
    Kw::Example,
];

const KEYS: &[Kw] =
    &[Kw::Partner, Kw::Outlet, Kw::Clerk, Kw::Customer, Kw::Subscriber, Kw::Company, Kw::Province, Kw::City, Kw::County, Kw::Township];

const SPANS: &[Kw] = &[Kw::Month, Kw::Quarter, Kw::HalfYear, Kw::Year];

/// A type a ladder declares, `true` for money.
type Declared = Option<At<bool>>;

impl Parser<'_> {
    pub(super) fn file(&mut self) -> File {
        let mut file = File::default();
        while !self.at_end() {
            self.starts[self.at] = true;
            let before = self.at;
            let done = match self.eat_any(&[Kw::Policy, Kw::Fill]) {
                Some(Kw::Policy) => self.policy().map(|policy| file.policies.push(policy)),
                Some(_) => self.fill().map(|fill| file.fills.push(fill)),
                None => self.wanted_any(&[Kw::Policy, Kw::Fill]),
            };
            if done.is_err() {
                if self.at == before {
                    self.advance();
                }
                self.recover(0, &[Kw::Policy, Kw::Fill], before);
                while self.eat_sign("}") || self.eat_sign(";") {}
            }
        }
        file
    }

    fn fill(&mut self) -> Parsed<Fill> {
        let policy = self.name()?;
        self.need(Kw::Version)?;
        let version = self.integer(1, 1_000_000)?;
        self.need(Kw::ForRegion)?;
        let region = self.need_text("地区编码(如 \"4301\")", "a division code such as \"4301\"")?;
        let mut values = Vec::new();
        self.block(&[], |p| {
            let name = p.name()?;
            p.need_sign("=")?;
            values.push((name, p.expr()?));
            p.eat_sign(",");
            Ok(())
        })?;
        Ok(Fill { policy, version, region, values })
    }

    fn policy(&mut self) -> Parsed<Policy> {
        let name = self.name()?;
        self.need(Kw::Version)?;
        let version = self.integer(1, 1_000_000)?;
        let title = self.title();
        let mut policy = Policy {
            name,
            version,
            title,
            owner: None,
            effective: None,
            scope: None,
            minimum: None,
            params: Vec::new(),
            predicates: Vec::new(),
            measures: Vec::new(),
            ladders: Vec::new(),
            components: Vec::new(),
            exclusives: Vec::new(),
            caps: Vec::new(),
            budgets: Vec::new(),
            examples: Vec::new(),
            broken: Vec::new(),
        };
        self.block(ITEMS, |p| {
            let named = p.word_at(1).unwrap_or("").to_owned();
            let done = p.policy_item(&mut policy);
            if done.is_err() {
                policy.broken.push(named);
            }
            done
        })?;
        Ok(policy)
    }

    fn policy_item(&mut self, policy: &mut Policy) -> Parsed<()> {
        let start = self.span();
        match self.need_any(ITEMS)? {
            Kw::Owner => {
                let owner = self.need_text("归口岗位的文本", "a text that names the owner")?;
                if let Some(first) = policy.owner.replace(owner) {
                    self.twice(first.span, start);
                }
            }
            Kw::Effective => {
                let from = self.date()?;
                let to = if self.eat(Kw::RangeTo) { Some(self.date()?) } else { None };
                if let Some((first, _)) = policy.effective.replace((from, to)) {
                    self.twice(first.span, start);
                }
            }
            Kw::Scope => {
                let scope = self.expr()?;
                if let Some(first) = policy.scope.replace(scope) {
                    self.twice(first.span, start);
                }
            }
            Kw::MinimumPayment => {
                let minimum = self.signed_money()?;
                if let Some(first) = policy.minimum.replace(minimum) {
                    self.twice(first.span, start);
                }
            }
            Kw::Param => {
                let param = self.param()?;
                policy.params.push(param);
            }
            Kw::Predicate => {
                let name = self.name()?;
                let title = self.title();
                self.need_sign("=")?;
                policy.predicates.push(Predicate { name, title, expr: self.expr()? });
            }
            Kw::Measure => {
                let measure = self.measure()?;
                policy.measures.push(measure);
            }
            Kw::Ladder => {
                let ladder = self.ladder()?;
                policy.ladders.push(ladder);
            }
            Kw::Curve => {
                let ladder = self.curve()?;
                policy.ladders.push(ladder);
            }
            Kw::Component => {
                let component = self.component(start)?;
                policy.components.push(component);
            }
            Kw::Exclusive => policy.exclusives.push(self.exclusive(start)?),
            Kw::Cap => policy.caps.push(self.joint_cap()?),
            Kw::Budget => policy.budgets.push(self.budget()?),
            _ => policy.examples.push(self.example(start)?),
        }
        Ok(())
    }

    fn param(&mut self) -> Parsed<Param> {
        let name = self.name()?;
        let before = self.title();
        self.need_sign("=")?;
        let value = self.expr()?;
        let mut local = None;
        if self.eat(Kw::Local) {
            let low = self.expr()?;
            self.need(Kw::RangeTo)?;
            local = Some((low, self.expr()?));
        }
        let title = if before.is_empty() { self.title() } else { before };
        Ok(Param { name, title, value, local })
    }

    pub(super) fn key(&mut self) -> Parsed<At<Key>> {
        let start = self.span();
        let key = match self.need_any(KEYS)? {
            Kw::Partner => Key::Partner,
            Kw::Outlet => Key::Outlet,
            Kw::Clerk => Key::Clerk,
            Kw::Customer => Key::Customer,
            Kw::Subscriber => Key::Subscriber,
            Kw::Company => Key::Company,
            Kw::Province => Key::Region(Level::Province),
            Kw::City => Key::Region(Level::City),
            Kw::County => Key::Region(Level::County),
            _ => Key::Region(Level::Township),
        };
        Ok(At::new(key, self.since(start)))
    }

    pub(super) fn level(&mut self) -> Parsed<Level> {
        Ok(match self.need_any(&[Kw::Province, Kw::City, Kw::County, Kw::Township])? {
            Kw::Province => Level::Province,
            Kw::City => Level::City,
            Kw::County => Level::County,
            _ => Level::Township,
        })
    }

    pub(super) fn months_span(&mut self) -> Parsed<At<Months>> {
        let start = self.span();
        let span = match self.need_any(SPANS)? {
            Kw::Month => Months::Month,
            Kw::Quarter => Months::Quarter,
            Kw::HalfYear => Months::HalfYear,
            _ => Months::Year,
        };
        Ok(At::new(span, self.since(start)))
    }

    /// A table and kinds: `activation, renewal`, `cash collection`, `activity "visit"`, `subscriber_month`.
    pub(super) fn facts(&mut self) -> Parsed<Facts> {
        let start = self.span();
        let Some(word) = self.word_at(0) else { return self.wanted("业务类型或事实表", "a kind of event or a fact table") };
        let table = Table::by_name(word);
        if table.is_some() {
            self.marks[self.at] = Mark::Table;
            self.advance();
        }
        let table_or_events = table.unwrap_or(Table::BusinessEvent);
        let mut kinds = Vec::new();
        if table.is_none() || self.kind_here(table_or_events) {
            kinds.push(self.kind(table_or_events)?);
            while self.eat_sign(",") {
                kinds.push(self.kind(table_or_events)?);
            }
        }
        Ok(Facts { table: table_or_events, kinds, span: self.since(start) })
    }

    /// Whether a kind of the table stands here: a text, or one of its known words.
    fn kind_here(&self, table: Table) -> bool {
        match &self.token().tok {
            Tok::Str(_) => true,
            Tok::Word => self.word_at(0).is_some_and(|word| vocab::kind(table, word).is_some()),
            _ => false,
        }
    }

    /// One kind; the checker says whether it exists.
    pub(super) fn kind(&mut self, table: Table) -> Parsed<crate::ast::Name> {
        if let Some(text) = self.text_here() {
            return Ok(text);
        }
        self.marks[self.at] = Mark::Kind(table);
        self.name()
    }

    fn measure(&mut self) -> Parsed<Measure> {
        let name = self.name()?;
        let title = self.title();
        self.need_sign("=")?;
        let source = self.source()?;
        self.need(Kw::Per)?;
        let key = self.key()?;
        self.need(Kw::Over)?;
        let window = self.window()?;
        let mut rollup = None;
        if self.eat(Kw::RolledUpFrom) {
            let mut tiers = vec![self.need_text("层级文本", "a tier as a text")?];
            while self.eat_sign(",") {
                tiers.push(self.need_text("层级文本", "a tier as a text")?);
            }
            self.need(Kw::Share)?;
            rollup = Some((tiers, self.expr()?));
        }
        Ok(Measure { name, title, source, key, window, rollup })
    }

    fn source(&mut self) -> Parsed<Source> {
        let count = match self.need_any(&[Kw::Count, Kw::Sum, Kw::Distinct, Kw::ActiveMonths, Kw::IdleMonths, Kw::Total])? {
            Kw::Total => {
                self.need(Kw::Of)?;
                return Ok(Source::Lines { of: self.names()? });
            }
            Kw::Count => Count::Facts,
            Kw::Sum => Count::Sum(self.expr()?),
            Kw::Distinct => {
                self.marks[self.at] = Mark::Field(false);
                Count::Distinct(self.name()?)
            }
            Kw::ActiveMonths => Count::ActiveMonths,
            _ => Count::IdleMonths,
        };
        self.need(Kw::Of)?;
        let facts = self.facts()?;
        let filter = if self.eat(Kw::Where) { Some(self.expr()?) } else { None };
        Ok(Source::Facts { count, facts, filter })
    }

    fn window(&mut self) -> Parsed<At<Window>> {
        let start = self.span();
        let window = if self.eat(Kw::MonthsBack) {
            let from = self.integer(0, 120)?.node as u16;
            self.need(Kw::RangeTo)?;
            let to = self.integer(0, 120)?.node as u16;
            Window::Months { from, to }
        } else {
            Window::ToDate(self.months_span()?.node)
        };
        Ok(At::new(window, self.since(start)))
    }

    fn ladder(&mut self) -> Parsed<Ladder> {
        let name = self.name()?;
        let title = self.title();
        let mode =
            self.eat_any(&[Kw::Whole, Kw::Marginal]).map(|kw| if kw == Kw::Whole { LadderMode::Whole } else { LadderMode::Marginal });
        if mode.is_none() && self.word_at(0).is_some() && !self.at_kw(Kw::Per) && !self.at_kw(Kw::Pays) {
            return self.wanted_any(&[Kw::Whole, Kw::Marginal]);
        }
        let (input, output) = self.ladder_types()?;
        let mut steps = Vec::new();
        self.block(&[Kw::From, Kw::Above], |p| {
            steps.push(p.step()?);
            Ok(())
        })?;
        Ok(Ladder { name, title, mode, input, output, steps })
    }

    fn ladder_types(&mut self) -> Parsed<(Declared, Declared)> {
        let mut types = [None, None];
        for (kw, slot) in [Kw::Per, Kw::Pays].into_iter().zip(&mut types) {
            if self.eat(kw) {
                let start = self.span();
                let money = self.need_any(&[Kw::MoneyType, Kw::NumberType])? == Kw::MoneyType;
                *slot = Some(At::new(money, self.since(start)));
            }
        }
        let [input, output] = types;
        Ok((input, output))
    }

    fn step(&mut self) -> Parsed<Step> {
        let start = self.span();
        let opening = self.eat_any(&[Kw::From, Kw::Above]);
        let from = self.operand()?;
        let end = match opening {
            Some(Kw::From) if self.eat(Kw::Below) => Some(self.operand()?),
            Some(Kw::Above) if self.eat(Kw::RangeTo) => Some(self.operand()?),
            _ if self.at_sign(":") => None,
            _ => {
                // Read on, so that the message can show the whole bound.
                if self.eat_any(&[Kw::RangeTo, Kw::Below]).is_some() || self.eat_sign("-") {
                    self.operand()?;
                }
                return self.closed_side_missing(start);
            }
        };
        let Some(opening) = opening else { return self.closed_side_missing(start) };
        let head = self.since(start);
        self.need_sign(":")?;
        let mut step = Step {
            opening: if opening == Kw::From { Opening::From } else { Opening::Above },
            from,
            end,
            each: None,
            flat: None,
            head,
            span: head,
        };
        self.step_pay(&mut step)?;
        step.span = self.since(start);
        Ok(step)
    }

    fn closed_side_missing<T>(&mut self, start: crate::diagnostics::Span) -> Parsed<T> {
        let span = self.since(start);
        self.sink
            .error(
                "policy.ladder.closed_side_missing",
                span,
                "档位没有写明边界算在哪一档",
                "this step does not say which of its bounds belongs to it",
            )
            .help(
                "请写 `满 100 不满 200:`(100 在内、200 不在)或 `超过 100 至 200:`(100 不在、200 在内)",
                "write `from 100 below 200:` (100 belongs, 200 does not) or `above 100 to 200:` (100 does not, 200 does)",
            );
        Err(Reported)
    }

    /// `¥2.00 each + flat ¥50.00`, either alone, or `nothing`.
    fn step_pay(&mut self, step: &mut Step) -> Parsed<()> {
        if self.eat(Kw::Nothing) {
            return Ok(());
        }
        loop {
            let start = self.span();
            let slot = if self.eat(Kw::Flat) {
                let value = self.operand()?;
                step.flat.replace(value)
            } else {
                let value = self.operand()?;
                if !self.at_kw(Kw::EachUnit) {
                    let span = self.since(start);
                    self.sink
                        .error(
                            "policy.ladder.each_or_flat",
                            span,
                            "没有写明是每单位还是固定金额",
                            "this does not say whether it is paid for each unit or once",
                        )
                        .help("请写 `2.00元 每单位` 或 `固定 2.00元`", "write `¥2.00 each` or `flat ¥2.00`");
                    return Err(Reported);
                }
                self.eat(Kw::EachUnit);
                step.each.replace(value)
            };
            if let Some(first) = slot {
                let span = self.since(start);
                self.twice(first.span, span);
            }
            if !self.eat_sign("+") {
                return Ok(());
            }
        }
    }

    fn curve(&mut self) -> Parsed<Ladder> {
        let name = self.name()?;
        let title = self.title();
        let (input, output) = self.ladder_types()?;
        let mut steps = Vec::new();
        self.block(&[Kw::At], |p| {
            let start = p.span();
            p.need(Kw::At)?;
            let from = p.operand()?;
            let head = p.since(start);
            p.need_sign(":")?;
            let flat = Some(p.operand()?);
            steps.push(Step { opening: Opening::At, from, end: None, each: None, flat, head, span: p.since(start) });
            Ok(())
        })?;
        Ok(Ladder { name, title, mode: Some(LadderMode::Curve), input, output, steps })
    }
}
