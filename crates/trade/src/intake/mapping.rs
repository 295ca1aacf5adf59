//! Mapping files: TOML or JSON documents that say what a source calls things.

use qudao_kernel::facts::Table;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::columnar::facts::Mapping;
use std::path::Path;

/// Reads a mapping file; JSON if it is called so, else TOML. Its table, if it names one, must exist.
///
/// # Errors
/// The file is missing or not such a document; the message has the place.
pub fn read_mapping(path: &Path) -> Result<Mapping, Refusal> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Refusal::new(
            Kind::NotFound,
            "trade.mapping.unreadable",
            format!("无法读取映射文件 {name}：{error}；请检查路径，并保存为 UTF-8"),
            format!("mapping file {name} cannot be read: {error}; check the path and save it as UTF-8"),
        )
    })?;
    let wrong = |error: &dyn std::fmt::Display| {
        Refusal::bad_input(
            "trade.mapping.wrong",
            format!("映射文件 {name} 有误：{error}；可用的项：table、[columns] 表头 = 列名、[kinds] 类型 = 代码"),
            format!("mapping file {name}: {error}; it may have table, [columns] header = column and [kinds] kind = code"),
        )
    };
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let mapping: Mapping = if is_json {
        serde_json::from_str(&text).map_err(|error| wrong(&error))?
    } else {
        toml::from_str(&text).map_err(|error| wrong(&error))?
    };
    if let Some(table) = &mapping.table {
        let table = Table::by_name(table).ok_or_else(|| wrong(&unknown(table)))?;
        mapping.check(table)?;
    }
    Ok(mapping)
}

fn unknown(table: &str) -> String {
    let names: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
    format!("table = \"{table}\" ({})", names.join(", "))
}

/// The table a file holds: the one given, else the mapping's, else the one its name begins with (`business_event-202607.csv`,
/// `业务事件 7月.xlsx`).
///
/// # Errors
/// None of them tells.
pub fn table_of(path: &Path, given: Option<Table>, mapping: &Mapping) -> Result<Table, Refusal> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let by_name = || Table::ALL.into_iter().find(|table| name.starts_with(table.name()) || name.starts_with(table.label()));
    given.or_else(|| mapping.table.as_deref().and_then(Table::by_name)).or_else(by_name).ok_or_else(|| {
        let zh: Vec<String> = Table::ALL.iter().map(|table| format!("{}（{}）", table.label(), table.name())).collect();
        let en: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
        Refusal::bad_input(
            "trade.intake.table",
            format!("不知道 {name} 属于哪张表；请指明表名，或让文件名以表名开头：{}", zh.join("、")),
            format!("it is not clear which table {name} holds; name the table, or begin the file's name with it: {}", en.join(", ")),
        )
    })
}
