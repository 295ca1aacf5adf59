//! The quieter tables: goods the partners take in, money they pay, deliveries, visits and people counted at the door, displays checked on site. A few rows
//! for each partner and outlet a month.

use crate::code::Code;
use crate::flow::PartnerMonth;
use crate::network::Partner;
use crate::rng::Rng;
use crate::world::{World, realm};
use qudao_kernel::facts::{Col, Table};
use qudao_kernel::{Date, Month};

/// A value of a cell of a [`Row`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Text of an id.
    Code(Code),
    /// Text of a list.
    Word(&'static str),
    /// Whole number.
    Int(i64),
    /// Fen.
    Money(i64),
    /// Truth value.
    Bool(bool),
    /// Day.
    Date(Date),
}

/// A row of one of the quieter tables: the cells that are not absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Day, for the order.
    day: Date,
    /// Cells.
    pub cells: Vec<(Col, Value)>,
}

/// Things looked at on a visit.
const ITEMS: [&str; 6] = ["门头", "柜台", "价签", "演示机", "海报", "吊旗"];
/// Days of a month at whose end people at the door are counted for the days since.
const COUNTED_ON: [i32; 4] = [7, 14, 21, 28];
/// Deliveries that arrive in time, per million (N22).
const ON_TIME: u64 = 900_000;

impl World {
    /// A partner's rows of a month in one of the tables `stock_movement`, `cash`, `activity` and `observation`, ordered by day and id;
    /// none for the other tables.
    pub fn trade(&self, table: Table, month: Month, partner: u32) -> Vec<Row> {
        let seat = self.partner(partner);
        if month < self.scale.opened || seat.since > month.first_day() {
            return Vec::new();
        }
        let mut clerk = Clerk {
            rng: self.rng(&[realm::TRADE, table as u64, u64::from(partner), month.index() as u64]),
            table,
            month,
            partner,
            seat,
            rows: Vec::new(),
        };
        match table {
            Table::StockMovement => clerk.stock(self),
            Table::Cash => clerk.cash(),
            Table::Activity => {
                clerk.activity(self);
                clerk.footfall(self);
            }
            Table::Observation => clerk.observation(self),
            Table::BusinessEvent | Table::SubscriberMonth => {}
        }
        clerk.finish()
    }

    /// Active outlets in the partner's hands in a month.
    fn shops(&self, seat: &Partner, month: Month) -> Vec<Code> {
        let held = seat.holdings.iter().filter(|holding| holding.from <= month && month < holding.to);
        held.map(|holding| self.outlets[holding.outlet as usize].code).collect()
    }

    /// Partners directly below.
    fn below(&self, partner: u32, month: Month) -> u64 {
        let above = |one: &Partner| if month >= crate::network::RELINKED { one.later_parent.or(one.parent) } else { one.parent };
        self.partners.iter().filter(|one| above(one) == Some(partner)).count() as u64
    }
}

/// Writes down one partner's month.
struct Clerk<'w> {
    rng: Rng,
    table: Table,
    month: Month,
    partner: u32,
    seat: &'w Partner,
    rows: Vec<Row>,
}

impl Clerk<'_> {
    fn day(&mut self) -> Date {
        self.month.first_day().plus_days(self.rng.below(u64::from(self.month.days())) as i32)
    }

    fn add(&mut self, day: Date, cells: &[(Col, Value)]) {
        self.rows.push(Row { day, cells: cells.to_vec() });
    }

    /// Sorts by day and gives ids in that order.
    fn finish(mut self) -> Vec<Row> {
        self.rows.sort_by_key(|row| row.day);
        let letter = match self.table {
            Table::StockMovement => "S",
            Table::Cash => "C",
            Table::Activity => "T",
            _ => "O",
        };
        for (number, row) in self.rows.iter_mut().enumerate() {
            let id = crate::flow::event_id(self.partner, row.day, number as u32);
            let id = Code::EMPTY.text(letter).text(id.as_str().trim_start_matches('E'));
            row.cells.push((Col::EventId, Value::Code(id)));
            row.cells.push((Col::OccurredOn, Value::Date(row.day)));
            row.cells.push((Col::KnownOn, Value::Date(row.day.plus_days(1))));
        }
        self.rows
    }

    fn partner_cell(&self) -> (Col, Value) {
        (Col::Partner, Value::Code(self.seat.code))
    }

    /// Goods in: mostly the low-end models service providers keep in stock (R8.56).
    fn stock(&mut self, world: &World) {
        let group = &world.catalogue.terminals;
        for _ in 0..2 + (self.seat.month_micro / 300_000_000).min(20) {
            let day = self.day();
            let item = &world.catalogue.items[usize::from(group.at(self.rng.by_weight(&group.totals)))];
            let quantity = 1 + self.rng.below(if self.seat.tier <= 1 { 60 } else { 12 }) as i64;
            let cells = [
                (Col::Kind, Value::Word("sell_in")),
                self.partner_cell(),
                (Col::Product, Value::Code(item.code)),
                (Col::Quantity, Value::Int(quantity)),
                (Col::Amount, Value::Money(item.supply * quantity)),
            ];
            self.add(day, &cells);
        }
    }

    /// Money in from trade customers, some of it paid back.
    fn cash(&mut self) {
        let customers = 2 + self.rng.below(6);
        for _ in 0..customers + self.rng.below(4) {
            let day = self.day();
            let refund = self.rng.chance(30_000);
            let number = self.rng.below(customers) + 1;
            let customer = Code::EMPTY.text("C").text(self.seat.code.as_str()).text("-").digits(number, 2);
            // Between 500 and 20 500 yuan, in whole hundreds of fen.
            let amount = (500 + self.rng.below(20_000) as i64) * 100;
            let cells = [
                (Col::Kind, Value::Word(if refund { "refund" } else { "collection" })),
                self.partner_cell(),
                (Col::Customer, Value::Code(customer)),
                (Col::Amount, Value::Money(if refund { amount / 10 } else { amount })),
            ];
            self.add(day, &cells);
        }
    }

    /// Deliveries to the partners below, trainings, and visits to the outlets.
    fn activity(&mut self, world: &World) {
        if self.seat.tier <= 1 {
            for _ in 0..world.below(self.partner, self.month).min(500) * 2 {
                let due = self.day();
                let on_time = self.rng.chance(ON_TIME);
                let done = due.plus_days(if on_time { -(self.rng.below(2) as i32) } else { 1 + self.rng.below(5) as i32 });
                let cells = [
                    (Col::Kind, Value::Word("delivery")),
                    self.partner_cell(),
                    (Col::Item, Value::Word("二级渠道供货")),
                    (Col::Quantity, Value::Int(1 + self.rng.below(30) as i64)),
                    (Col::DueOn, Value::Date(due)),
                    (Col::DoneOn, Value::Date(done)),
                ];
                self.add(due, &cells);
            }
        }
        for outlet in world.shops(self.seat, self.month) {
            for _ in 0..=self.rng.below(2) {
                let day = self.day();
                let cells = [
                    (Col::Kind, Value::Word("visit")),
                    (Col::Outlet, Value::Code(outlet)),
                    self.partner_cell(),
                    (Col::Value, Value::Int(10 + self.rng.below(50) as i64)),
                ];
                self.add(day, &cells);
            }
        }
    }

    /// People who came in, counted at the door and reported about once a week: two and a half to four for each piece of business (R6.39).
    fn footfall(&mut self, world: &World) {
        let business = PartnerMonth::new(world, self.partner, self.month);
        let days = self.month.days() as i32;
        let mut from = 0;
        for day in COUNTED_ON {
            // The last count takes in the days that are left.
            let until = if days - day < 7 { days } else { day };
            for (outlet, thousandths) in business.expected(from as usize..until as usize) {
                let visitors = thousandths * (2_500 + self.rng.below(1_500)) / 1_000_000 + self.rng.below(6);
                let cells = [
                    (Col::Kind, Value::Word("footfall")),
                    (Col::Outlet, Value::Code(world.outlets[outlet as usize].code)),
                    self.partner_cell(),
                    (Col::Quantity, Value::Int(visitors as i64)),
                ];
                self.add(self.month.first_day().plus_days(until - 1), &cells);
            }
            from = until;
        }
    }

    /// One display check of each outlet.
    fn observation(&mut self, world: &World) {
        for outlet in world.shops(self.seat, self.month) {
            let day = self.day();
            for item in ITEMS {
                let passed = self.rng.chance(860_000);
                let grade = ["seen", "seen", "seen", "told"][self.rng.below(4) as usize];
                let cells = [
                    (Col::Kind, Value::Word("display")),
                    (Col::Outlet, Value::Code(outlet)),
                    self.partner_cell(),
                    (Col::Item, Value::Word(item)),
                    (Col::Value, Value::Int(if passed { 80 + self.rng.below(21) as i64 } else { self.rng.below(80) as i64 })),
                    (Col::Passed, Value::Bool(passed)),
                    (Col::Grade, Value::Word(grade)),
                ];
                self.add(day, &cells);
            }
        }
    }
}
