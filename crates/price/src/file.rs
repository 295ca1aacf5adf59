//! 供货清单: a supplier's list of serials as a file.

use crate::diversion::{MOST, Supplied};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Refusal};
use qudao_platform::sheet::{self, Problem, RecordBuf, Step};
use std::collections::BTreeSet;
use std::path::Path;

/// The columns and what else they may be called.
const COLUMNS: [(&str, &[&str]); 4] = [
    ("串号", &["串号", "imei", "序列号", "serial"]),
    ("产品编码", &["产品编码", "产品", "机型", "product"]),
    ("网点编码", &["网点编码", "网点", "outlet"]),
    ("供货日期", &["供货日期", "日期", "date"]),
];

/// Reads a list: CSV, TSV or XLSX with 串号, 产品编码, 网点编码 and 供货日期. Every outlet and product must be known on its day.
///
/// # Errors
/// What is no table; `BadInput price.file.columns`, `price.file.cell` with the row, `price.file.twice`, `price.file.long`.
pub fn read(name: &str, path: &Path, master: &Master, today: Date) -> Result<Vec<Supplied>, Refusal> {
    let mut reader = sheet::open(path, &sheet::Options::default())?;
    let places = places(name, reader.headers())?;
    let (mut list, mut seen, mut record) = (Vec::new(), BTreeSet::new(), RecordBuf::new());
    loop {
        match reader.next_into(&mut record)? {
            Step::Row => {}
            Step::Bad(problem) => return Err(problem.refusal(name)),
            Step::End => return Ok(list),
        }
        let cells = places.map(|place| record.trimmed(place));
        let one = row(cells, master, today)
            .map_err(|(column, zh, en)| Problem::new(record.row(), column, cell(cells, column), "price.file.cell", zh, en).refusal(name))?;
        if !seen.insert(one.piece.clone()) {
            let (zh, en) = ("在文件中重复；请核对文件", "stands in the file twice; check the file");
            return Err(Problem::new(record.row(), "串号", &one.piece, "price.file.twice", zh, en).refusal(name));
        }
        list.push(one);
        if list.len() > MOST {
            let (zh, en) = ("行数过多；请分成几个文件", "there are too many rows; split the file");
            return Err(Problem::new(record.row(), "", "", "price.file.long", zh, en).refusal(name));
        }
    }
}

fn places(name: &str, headers: &[String]) -> Result<[usize; 4], Refusal> {
    let mut places = [0; 4];
    for (place, (title, known)) in places.iter_mut().zip(COLUMNS) {
        *place = headers.iter().position(|header| known.contains(&header.to_lowercase().as_str())).ok_or_else(|| {
            Refusal::bad_input(
                "price.file.columns",
                format!("文件 {name} 缺少列“{title}”；须有串号、产品编码、网点编码、供货日期"),
                format!("{name} lacks the column {title}; it needs serial, product, outlet and date"),
            )
        })?;
    }
    Ok(places)
}

fn cell<'a>(cells: [&'a str; 4], column: &str) -> &'a str {
    let place = COLUMNS.iter().position(|(title, _)| *title == column);
    place.and_then(|place| cells.get(place).copied()).unwrap_or("")
}

type Wrong = (&'static str, &'static str, &'static str);

fn row([piece, product, outlet, on]: [&str; 4], master: &Master, today: Date) -> Result<Supplied, Wrong> {
    if piece.is_empty() {
        return Err(("串号", "为空；请填写", "is empty; fill it in"));
    }
    let on: Date = on.parse().map_err(|_| ("供货日期", "须为 2026-07-31 的格式", "write a day as 2026-07-31"))?;
    if on > today {
        return Err(("供货日期", "晚于今天；请核对", "is after today; check it"));
    }
    let at = master.outlet(outlet, on).ok_or(("网点编码", "当日没有这个网点；请核对", "is no outlet of that day; check it"))?;
    master.product(product, on).ok_or(("产品编码", "没有这个产品；请核对", "is no product; check it"))?;
    let text = str::to_owned;
    let (partner, territory) = (at.owner.clone(), at.territory.clone());
    Ok(Supplied { piece: text(piece), product: text(product), partner, outlet: text(outlet), territory, on })
}
