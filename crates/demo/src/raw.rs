//! Raw files as an operator's systems deliver them: business events in GB18030 with Chinese headers and dirty rows among the good
//! ones, subscriber months in UTF-8, money as a workbook. The good rows are exactly those of the facts; dirty rows are added, so an
//! import that rejects what it must ends with the same facts.

use crate::batch::{Known, close_of};
use crate::code::Code;
use crate::events::Event;
use crate::months::SubscriberMonth;
use crate::rng::Rng;
use crate::trade::Value;
use crate::truth::{RawFile, Truth, Witness};
use crate::world::{World, realm};
use qudao_kernel::facts::{Col, ColType, Table};
use qudao_kernel::{Date, Fen, Month, Refusal};
use qudao_platform::sheet::{Cell, Column, ColumnType, CsvEncoding, Format, TableWriter};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// A way in which a row of a raw file is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dirt {
    /// A date that is none. Rejected.
    BadDate,
    /// An outlet in no list. Accepted, and reported as unattributed.
    UnknownOutlet,
    /// The row before, word for word. Rejected as a duplicate.
    Repeated,
    /// The id of the row before with another content. Rejected as a conflict.
    Conflicting,
    /// A quantity below zero. Rejected.
    NegativeQuantity,
    /// Bytes that are no text. Rejected.
    BrokenEncoding,
    /// A formula instead of an amount. Rejected.
    Formula,
    /// No id. Rejected.
    MissingId,
}

impl Dirt {
    const ALL: [Dirt; 8] = [
        Dirt::BadDate,
        Dirt::UnknownOutlet,
        Dirt::Repeated,
        Dirt::Conflicting,
        Dirt::NegativeQuantity,
        Dirt::BrokenEncoding,
        Dirt::Formula,
        Dirt::MissingId,
    ];
}

/// How raw files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawOptions {
    /// Encoding of the business events.
    pub encoding: RawEncoding,
    /// Dirty rows for every million good ones.
    pub dirty_ppm: u64,
}

/// Encoding of a raw file of business events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawEncoding {
    /// GB18030, as older systems write.
    Gb18030,
    /// UTF-8 without a byte order mark.
    Utf8,
}

impl Default for RawOptions {
    fn default() -> Self {
        Self { encoding: RawEncoding::Gb18030, dirty_ppm: 3_000 }
    }
}

/// Stands for a byte that is no text, until the line is encoded; no cell contains it otherwise.
const BROKEN: char = '\u{1}';

impl World {
    /// Writes a month's raw files and their ground truth into a folder, which must exist:
    /// `business_event-2026-07.csv` (what is known when the month is closed), `business_event-2026-07-late.csv` (the rest),
    /// `subscriber_month-2026-07.csv`, `cash-2026-07.xlsx`, `activity-2026-07.csv`, `stock_movement-2026-07.csv`,
    /// `observation-2026-07.csv`, and `truth-2026-07.json`.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_raw(&self, month: Month, folder: &Path, options: RawOptions) -> Result<Truth, Refusal> {
        let mut witness = Witness::new(self, month);
        let close = close_of(month);
        let mut early = EventFile::create(self, folder, format!("business_event-{month}.csv"), options)?;
        let late_options = RawOptions { dirty_ppm: 0, ..options };
        let mut late = EventFile::create(self, folder, format!("business_event-{month}-late.csv"), late_options)?;
        self.events(month, self.everyone(), &mut |event| {
            witness.see(event);
            if Known::By(close).takes(event.known) { early.write(event) } else { late.write(event) }
        })?;
        let mut files = vec![early.finish()?, late.finish()?, self.raw_months(month, folder)?];
        for (table, format) in [
            (Table::Cash, Format::Xlsx),
            (Table::Activity, Format::Csv(CsvEncoding::Utf8Bom)),
            (Table::StockMovement, Format::Csv(CsvEncoding::Utf8Bom)),
            (Table::Observation, Format::Csv(CsvEncoding::Utf8Bom)),
        ] {
            files.push(self.raw_trade(table, month, folder, format)?);
        }
        let truth = witness.tell(files);
        let name = format!("truth-{month}.json");
        std::fs::write(folder.join(&name), truth.json()?).map_err(|error| unwritable(&name, &error))?;
        Ok(truth)
    }

    fn raw_months(&self, month: Month, folder: &Path) -> Result<RawFile, Refusal> {
        let name = format!("subscriber_month-{month}.csv");
        let table = Table::SubscriberMonth;
        let mut writer = TableWriter::create(&folder.join(&name), &headers(table), Format::Csv(CsvEncoding::Utf8))?;
        self.subscriber_months(month, self.everyone(), &mut |row| writer.row(&month_cells(row)))?;
        Ok(clean(name, table, writer.finish()?))
    }

    fn raw_trade(&self, table: Table, month: Month, folder: &Path, format: Format) -> Result<RawFile, Refusal> {
        let name = format!("{}-{month}.{}", table.name(), format.extension());
        let mut writer = TableWriter::create(&folder.join(&name), &headers(table), format)?;
        for partner in self.everyone() {
            for row in self.trade(table, month, partner) {
                let cell = |col: &Col| {
                    row.cells.iter().find(|(name, _)| name == col).map_or(Cell::Empty, |(col, value)| trade_cell(table, *col, value))
                };
                let cells: Vec<Cell<'_>> = table.columns().iter().map(cell).collect();
                writer.row(&cells)?;
            }
        }
        Ok(clean(name, table, writer.finish()?))
    }
}

fn clean(file: String, table: Table, rows: u64) -> RawFile {
    RawFile {
        file,
        table: table.name(),
        received: rows,
        accepted: rows,
        rejected: 0,
        duplicates: 0,
        conflicts: 0,
        unattributed: 0,
        dirt: BTreeMap::new(),
    }
}

/// Chinese headers of a table.
fn headers(table: Table) -> Vec<Column> {
    let ty = |col: &Col| match col.ty() {
        ColType::Text => ColumnType::Text,
        ColType::Int => ColumnType::Int,
        ColType::Money => ColumnType::Money,
        ColType::Bool => ColumnType::Bool,
        ColType::Date => ColumnType::Date,
        ColType::Month => ColumnType::Month,
    };
    table.columns().iter().map(|col| Column::new(col.label(), ty(col))).collect()
}

/// Label of a kind, as people write it.
fn label(table: Table, kind: &'static str) -> &'static str {
    table.kinds().iter().find(|(code, _)| *code == kind).map_or(kind, |(_, label)| label)
}

fn trade_cell(table: Table, col: Col, value: &Value) -> Cell<'_> {
    match value {
        Value::Code(code) => Cell::Text(code.as_str()),
        Value::Word(word) if col == Col::Kind => Cell::Text(label(table, word)),
        Value::Word(word) => Cell::Text(word),
        Value::Int(number) => Cell::Int(*number),
        Value::Money(fen) => Cell::Money(Fen(*fen)),
        Value::Bool(truth) => Cell::Bool(*truth),
        Value::Date(day) => Cell::Date(*day),
    }
}

fn month_cells(row: &SubscriberMonth) -> [Cell<'_>; 18] {
    [
        Cell::Text(row.id.as_str()),
        Cell::Month(row.month),
        Cell::Date(row.month.first_day()),
        Cell::Date(row.known),
        Cell::Text(row.outlet.as_str()),
        Cell::Text(row.partner.as_str()),
        Cell::Text(row.subscriber.as_str()),
        Cell::Text(row.product.as_str()),
        Cell::Date(row.joined),
        Cell::Bool(row.active),
        Cell::Int(row.suspended_days),
        Cell::Int(row.minutes),
        Cell::Int(row.data_mb),
        Cell::Money(Fen(row.billed)),
        Cell::Money(Fen(row.received)),
        Cell::Money(Fen(row.arrears)),
        Cell::Money(Fen(row.recharge)),
        Cell::Bool(row.confirmed),
    ]
}

/// A raw file of business events. Written byte by byte, because it must hold what no proper writer would write.
struct EventFile {
    name: String,
    out: BufWriter<File>,
    options: RawOptions,
    rng: Rng,
    /// Cells of the row at hand, in the table's column order.
    cells: Vec<String>,
    line: String,
    count: RawFile,
}

impl EventFile {
    fn create(world: &World, folder: &Path, name: String, options: RawOptions) -> Result<Self, Refusal> {
        let out = File::create(folder.join(&name)).map_err(|error| unwritable(&name, &error))?;
        let columns = Table::BusinessEvent.columns();
        let mut file = Self {
            rng: world.rng(&[realm::DIRT, u64::MAX, name.len() as u64]),
            out: BufWriter::with_capacity(1 << 20, out),
            options,
            cells: columns.iter().map(|col| col.label().to_owned()).collect(),
            line: String::new(),
            count: clean(name.clone(), Table::BusinessEvent, 0),
            name,
        };
        file.put()?;
        Ok(file)
    }

    /// Writes the cells at hand as a line.
    fn put(&mut self) -> Result<(), Refusal> {
        self.line.clear();
        for (index, cell) in self.cells.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            self.line.push_str(cell);
        }
        self.line.push_str("\r\n");
        let written = match self.options.encoding {
            RawEncoding::Utf8 => self.out.write_all(&broken(self.line.as_bytes())),
            RawEncoding::Gb18030 => self.out.write_all(&broken(&encoding_rs::GB18030.encode(&self.line).0)),
        };
        written.map_err(|error| unwritable(&self.name, &error))
    }

    fn write(&mut self, event: &Event) -> Result<(), Refusal> {
        fill(&mut self.cells, event);
        self.put()?;
        self.count.received += 1;
        self.count.accepted += 1;
        self.count.unattributed += u64::from(event.partner.is_empty());
        if self.rng.chance(self.options.dirty_ppm) {
            // Kinds take turns, so that a small file has all of them.
            let sum: u64 = self.count.dirt.values().sum();
            self.dirty(Dirt::ALL[sum as usize % Dirt::ALL.len()])?;
        }
        Ok(())
    }

    /// Adds a bad variant of the row at hand.
    fn dirty(&mut self, dirt: Dirt) -> Result<(), Refusal> {
        if !matches!(dirt, Dirt::Repeated | Dirt::Conflicting) {
            let id = self.cell(Col::EventId);
            id.replace_range(..1, "X");
        }
        match dirt {
            Dirt::BadDate => {
                let year = self.cell(Col::OccurredOn).get(..4).unwrap_or_default().to_owned();
                self.set(Col::OccurredOn, &format!("{year}-02-30"));
            }
            Dirt::UnknownOutlet => self.set(Col::Outlet, "W0000000000"),
            Dirt::Repeated => {}
            Dirt::Conflicting => self.set(Col::Amount, "0.01"),
            Dirt::NegativeQuantity => self.set(Col::Quantity, "-1"),
            Dirt::BrokenEncoding => self.set(Col::Network, &BROKEN.to_string()),
            Dirt::Formula => self.set(Col::Amount, "=1+1"),
            Dirt::MissingId => self.set(Col::EventId, ""),
        }
        self.put()?;
        let count = &mut self.count;
        *count.dirt.entry(dirt).or_default() += 1;
        count.received += 1;
        match dirt {
            Dirt::UnknownOutlet => {
                count.accepted += 1;
                count.unattributed += 1;
            }
            _ => count.rejected += 1,
        }
        count.duplicates += u64::from(dirt == Dirt::Repeated);
        count.conflicts += u64::from(dirt == Dirt::Conflicting);
        Ok(())
    }

    fn cell(&mut self, col: Col) -> &mut String {
        let index = Table::BusinessEvent.columns().iter().position(|one| *one == col).unwrap_or(0);
        &mut self.cells[index]
    }

    fn set(&mut self, col: Col, text: &str) {
        let cell = self.cell(col);
        cell.clear();
        cell.push_str(text);
    }

    fn finish(mut self) -> Result<RawFile, Refusal> {
        self.out.flush().map_err(|error| unwritable(&self.name, &error))?;
        Ok(self.count)
    }
}

/// Puts the bytes that are no text in their place.
fn broken(line: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if line.contains(&(BROKEN as u8)) {
        line.iter().map(|byte| if *byte == BROKEN as u8 { 0xff } else { *byte }).collect::<Vec<u8>>().into()
    } else {
        line.into()
    }
}

/// Writes an event into cells, in the table's column order.
fn fill(cells: &mut [String], event: &Event) {
    let mut cells = cells.iter_mut();
    let mut next = |write: &dyn Fn(&mut String)| {
        if let Some(cell) = cells.next() {
            cell.clear();
            write(cell);
        }
    };
    let code = |code: Code| move |cell: &mut String| cell.push_str(code.as_str());
    let word = |word: &'static str| move |cell: &mut String| cell.push_str(word);
    let money = |fen: i64| {
        move |cell: &mut String| {
            if fen != 0 {
                cell.push_str(&Fen(fen).plain());
            }
        }
    };
    let date = |day: Option<Date>| move |cell: &mut String| cell.push_str(&day.map(|day| day.to_string()).unwrap_or_default());
    next(&code(event.id));
    next(&word(label(Table::BusinessEvent, event.kind)));
    next(&date(Some(event.occurred)));
    next(&date(Some(event.known)));
    for id in [event.outlet, event.partner, event.clerk, event.subscriber, event.product] {
        next(&code(id));
    }
    for fen in [event.plan_fee, event.prior_fee, event.amount, event.cost] {
        next(&money(fen));
    }
    next(&word(""));
    next(&|cell| {
        if event.term != 0 {
            cell.push_str(&event.term.to_string());
        }
    });
    for id in [event.order, event.reference, event.imei] {
        next(&code(id));
    }
    next(&word(event.class));
    next(&word(event.network));
    next(&word(match event.verified {
        None => "",
        Some(true) => "是",
        Some(false) => "否",
    }));
    next(&date(event.slip));
    next(&word(event.hold));
}

fn unwritable(name: &str, error: &std::io::Error) -> Refusal {
    Refusal::unavailable(
        "demo.file.write",
        format!("无法写入 {name}：{error}；请检查目录与磁盘空间"),
        format!("cannot write {name}: {error}; check the folder and the disk"),
    )
}
