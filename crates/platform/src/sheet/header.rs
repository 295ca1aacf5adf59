//! The header row: what it must be for a file to be a table.

use super::record::{RecordBuf, is_blank};
use super::refuse;
use super::value::{parse_date, parse_int};
use qudao_kernel::{Fen, Refusal};

/// Takes the headers out of the first row.
///
/// # Errors
/// A blank header row, a header twice, a first row that is data, more columns than allowed.
pub(super) fn headers(name: &str, record: &RecordBuf, columns: usize) -> Result<Vec<String>, Refusal> {
    if record.len() > columns {
        return Err(refuse::too_many_columns(name, record.row(), columns));
    }
    let mut headers: Vec<String> = record.iter().map(|cell| cell.trim_matches(is_blank).to_owned()).collect();
    while headers.last().is_some_and(String::is_empty) {
        headers.pop();
    }
    if headers.is_empty() {
        return Err(Refusal::bad_input(
            "sheet.header.empty",
            format!("{name} 第 {} 行没有表头；第一行应为各列名称", record.row()),
            format!("{name}, row {}: no header; the first row must name the columns", record.row()),
        ));
    }
    if headers.iter().filter(|header| !header.is_empty()).all(|header| is_data(header)) {
        return Err(Refusal::bad_input(
            "sheet.header.data",
            format!("{name} 第 {} 行像是数据而不是表头；请在最上面加一行列名", record.row()),
            format!("{name}, row {} looks like data, not like a header; put a row of column names on top", record.row()),
        ));
    }
    for (index, header) in headers.iter().enumerate() {
        if let Some(first) = headers[..index].iter().position(|other| !header.is_empty() && other == header) {
            let (first, second) = (letter(first), letter(index));
            return Err(Refusal::bad_input(
                "sheet.header.duplicate",
                format!("{name} 第 {} 行：表头“{header}”在 {first} 列和 {second} 列重复；请删除或改名其中一列", record.row()),
                format!("{name}, row {}: header \"{header}\" stands in columns {first} and {second}; remove or rename one", record.row()),
            ));
        }
    }
    Ok(headers)
}

fn is_data(cell: &str) -> bool {
    parse_int(cell).is_some() || cell.parse::<Fen>().is_ok() || parse_date(cell).is_some()
}

/// The name a spreadsheet gives a column, from 0: A, B … Z, AA.
pub(super) fn letter(index: usize) -> String {
    let mut name = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        name.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    name.iter().rev().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cells: &[&str]) -> Result<Vec<String>, &'static str> {
        let mut record = RecordBuf::new();
        for cell in cells {
            record.push(cell);
        }
        headers("t.csv", &record, 4).map_err(|refusal| refusal.code)
    }

    #[test]
    fn headers_are_checked() {
        // R0.7
        assert_eq!(check(&[" 编码 ", "", "名称", ""]), Ok(vec!["编码".into(), String::new(), "名称".into()]));
        assert_eq!(check(&["", " "]), Err("sheet.header.empty"));
        assert_eq!(check(&["130000.00", "2026-07-31"]), Err("sheet.header.data"));
        assert_eq!(check(&["编码", "名称", "编码"]), Err("sheet.header.duplicate"));
        assert_eq!(check(&["a", "b", "c", "d", "e"]), Err("sheet.columns.many"));
        assert_eq!([letter(0), letter(25), letter(26), letter(701), letter(702)], ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
