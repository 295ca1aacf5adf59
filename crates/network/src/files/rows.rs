//! How each kind of master row is read from cells and written to them.

use super::cells::Cells;
use super::noun::Noun;
use crate::territory::Territories;
use crate::words::{GRADES, Words};
use qudao_kernel::master::{Agreement, Clerk, Outlet, Partner, Product, Span};
use qudao_kernel::{Text, master::Master};
use qudao_platform::sheet::Cell;

/// What reading a row is checked against.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Divisions.
    pub territories: &'a Territories,
    /// Tiers, channels and grades.
    pub words: &'a Words,
}

/// A kind of master row.
pub trait MasterRow: Sized + Clone + PartialEq + Send + Sync + 'static {
    /// Which kind.
    const NOUN: Noun;
    /// Reads it, leaving what is wrong in the cells.
    fn read(cells: &mut Cells<'_>, known: &Known<'_>) -> Self;
    /// Its cells, in the order of the noun's fields.
    fn cells(&self) -> Vec<Cell<'_>>;
    /// Its code.
    fn code(&self) -> &str;
    /// The days it is in force.
    fn span(&self) -> Span;
    /// The field that names another row, that row's noun and code; the code is empty where it names none.
    fn reference(&self) -> Option<(&'static str, Noun, &str)>;
    /// The same row on other days.
    fn with_span(self, span: Span) -> Self;
    /// Puts it into the index.
    fn add_to(self, master: &mut Master);
}

impl MasterRow for Partner {
    const NOUN: Noun = Noun::Partner;

    fn read(cells: &mut Cells<'_>, known: &Known<'_>) -> Self {
        let span = cells.span();
        let tier = cells.text("tier");
        if !tier.is_empty() && known.words.tier(&tier).is_none() {
            cells.warn(
                "tier",
                "network.partner.tier",
                Text::new("不是标准层级；请核对是否写错", "not a standard tier; check the spelling"),
            );
        }
        let since = cells.date("since");
        if since.is_none() && span.from == Span::ALWAYS.from && cells.problems.is_empty() {
            let text =
                Text::new("合作起始日和生效日期不能都为空；请填写其一", "since and effective_from must not both be empty; fill in one");
            cells.wrong("since", "network.partner.since", text);
        }
        Partner {
            code: cells.code("code"),
            name: cells.text("name"),
            kind: cells.text("kind"),
            tier,
            level: cells.int("level"),
            parent: cells.code("parent"),
            territory: territory(cells, known),
            since: since.unwrap_or(span.from),
            blacklisted: cells.flag("blacklisted"),
            span,
        }
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            Cell::Text(&self.code),
            Cell::Text(&self.name),
            Cell::Text(&self.kind),
            Cell::Text(&self.tier),
            Cell::Int(self.level),
            Cell::Text(&self.parent),
            Cell::Text(&self.territory),
            Cell::Date(self.since),
            Cell::Bool(self.blacklisted),
            from(self.span),
            to(self.span),
        ]
    }

    fn code(&self) -> &str {
        &self.code
    }
    fn span(&self) -> Span {
        self.span
    }
    fn reference(&self) -> Option<(&'static str, Noun, &str)> {
        Some(("parent", Noun::Partner, &self.parent))
    }
    fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }
    fn add_to(self, master: &mut Master) {
        master.add_partner(self);
    }
}

impl MasterRow for Outlet {
    const NOUN: Noun = Noun::Outlet;

    fn read(cells: &mut Cells<'_>, known: &Known<'_>) -> Self {
        let owner = cells.code("owner");
        let channel = match cells.text("channel") {
            empty if empty.is_empty() => "社会渠道".to_owned(),
            channel => channel,
        };
        match known.words.channel(&channel) {
            None => cells.warn(
                "channel",
                "network.outlet.channel",
                Text::new("不是标准渠道类别；请核对是否写错", "not a standard channel; check the spelling"),
            ),
            Some(category) if category.needs_owner && owner.is_empty() => {
                let text =
                    Text::new(format!("{channel}网点必须有所属代理商；请填写"), "an outlet of this channel must have an owner; fill it in");
                cells.wrong("owner", "network.outlet.owner", text);
            }
            Some(_) => {}
        }
        let grade = cells.text("grade").to_uppercase();
        if !grade.is_empty() && !GRADES.contains(&grade.as_str()) {
            cells.warn(
                "grade",
                "network.outlet.grade",
                Text::new("不是标准等级 A–D；请核对", "not one of the standard grades A to D; check it"),
            );
        }
        Outlet {
            code: cells.code("code"),
            name: cells.text("name"),
            owner,
            territory: territory(cells, known),
            subtype: subtype(cells, known, &channel),
            channel,
            grade,
            district: cells.text("district"),
            span: cells.span(),
        }
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        let texts = [&self.code, &self.name, &self.owner, &self.territory, &self.channel, &self.subtype, &self.grade, &self.district];
        texts.into_iter().map(|text| Cell::Text(text)).chain([from(self.span), to(self.span)]).collect()
    }

    fn code(&self) -> &str {
        &self.code
    }
    fn span(&self) -> Span {
        self.span
    }
    fn reference(&self) -> Option<(&'static str, Noun, &str)> {
        Some(("owner", Noun::Partner, &self.owner))
    }
    fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }
    fn add_to(self, master: &mut Master) {
        master.add_outlet(self);
    }
}

impl MasterRow for Clerk {
    const NOUN: Noun = Noun::Clerk;

    fn read(cells: &mut Cells<'_>, _: &Known<'_>) -> Self {
        Clerk { code: cells.code("code"), name: cells.text("name"), outlet: cells.code("outlet"), span: cells.span() }
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![Cell::Text(&self.code), Cell::Text(&self.name), Cell::Text(&self.outlet), from(self.span), to(self.span)]
    }

    fn code(&self) -> &str {
        &self.code
    }
    fn span(&self) -> Span {
        self.span
    }
    fn reference(&self) -> Option<(&'static str, Noun, &str)> {
        Some(("outlet", Noun::Outlet, &self.outlet))
    }
    fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }
    fn add_to(self, master: &mut Master) {
        master.add_clerk(self);
    }
}

impl MasterRow for Agreement {
    const NOUN: Noun = Noun::Agreement;

    fn read(cells: &mut Cells<'_>, _: &Known<'_>) -> Self {
        Agreement {
            code: cells.code("code"),
            partner: cells.code("partner"),
            commitment: cells.money("commitment"),
            renewed: cells.flag("renewed"),
            span: cells.span(),
        }
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            Cell::Text(&self.code),
            Cell::Text(&self.partner),
            Cell::Money(self.commitment),
            Cell::Bool(self.renewed),
            from(self.span),
            to(self.span),
        ]
    }

    fn code(&self) -> &str {
        &self.code
    }
    fn span(&self) -> Span {
        self.span
    }
    fn reference(&self) -> Option<(&'static str, Noun, &str)> {
        Some(("partner", Noun::Partner, &self.partner))
    }
    fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }
    fn add_to(self, master: &mut Master) {
        master.add_agreement(self);
    }
}

impl MasterRow for Product {
    const NOUN: Noun = Noun::Product;

    fn read(cells: &mut Cells<'_>, _: &Known<'_>) -> Self {
        Product {
            code: cells.code("code"),
            name: cells.text("name"),
            line: cells.text("line"),
            category: cells.text("category"),
            plan_fee: cells.money("plan_fee"),
            supply_price: cells.money("supply_price"),
            retail_price: cells.money("retail_price"),
            span: cells.span(),
        }
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            Cell::Text(&self.code),
            Cell::Text(&self.name),
            Cell::Text(&self.line),
            Cell::Text(&self.category),
            Cell::Money(self.plan_fee),
            Cell::Money(self.supply_price),
            Cell::Money(self.retail_price),
            from(self.span),
            to(self.span),
        ]
    }

    fn code(&self) -> &str {
        &self.code
    }
    fn span(&self) -> Span {
        self.span
    }
    fn reference(&self) -> Option<(&'static str, Noun, &str)> {
        None
    }
    fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }
    fn add_to(self, master: &mut Master) {
        master.add_product(self);
    }
}

fn territory(cells: &mut Cells<'_>, known: &Known<'_>) -> String {
    let code = cells.code("territory");
    if !code.is_empty()
        && let Err(text) = known.territories.check(&code)
    {
        cells.wrong("territory", "network.territory.unknown", text);
    }
    code
}

/// The sub-type by its own name, also where the file uses another name for it.
fn subtype(cells: &mut Cells<'_>, known: &Known<'_>, channel: &str) -> String {
    let given = cells.text("subtype");
    if given.is_empty() {
        return given;
    }
    match known.words.subtype(&given) {
        Some((category, subtype)) if category.zh == channel => subtype.zh.clone(),
        Some((category, subtype)) => {
            let zh = format!("该渠道子类属于{}，与渠道类别不符；请核对", category.zh);
            cells.warn(
                "subtype",
                "network.outlet.subtype",
                Text::new(zh, format!("the sub-type belongs to {}; check the channel", category.en)),
            );
            subtype.zh.clone()
        }
        None => {
            cells.warn(
                "subtype",
                "network.outlet.subtype",
                Text::new("不是标准渠道子类；请核对是否写错", "not a standard sub-type; check the spelling"),
            );
            given
        }
    }
}

fn from(span: Span) -> Cell<'static> {
    if span.from == Span::ALWAYS.from { Cell::Empty } else { Cell::Date(span.from) }
}

fn to(span: Span) -> Cell<'static> {
    if span.to == Span::ALWAYS.to { Cell::Empty } else { Cell::Date(span.to) }
}
