//! `qudao export`: master data and what a run wrote, as CSV or XLSX.

use crate::chain::summary_of;
use crate::inputs;
use crate::run_files;
use crate::say::{self, Say};
use clap::ValueEnum;
use qudao_engine::settle::Rows;
use qudao_kernel::Refusal;
use qudao_network::files::write_master;
use qudao_platform::sheet::{CsvEncoding, Format};
use std::path::PathBuf;

/// What to export.
#[derive(clap::Subcommand)]
pub(crate) enum What {
    /// 主数据 Master data: one file for each kind
    Master {
        /// 主数据文件夹 Folder of master data
        #[arg(long)]
        master: PathBuf,
        /// 输出文件夹 Folder
        #[arg(long)]
        out: PathBuf,
        /// 格式 Format
        #[arg(long, value_enum, default_value = "xlsx")]
        format: Kind,
    },
    /// 结算明细 Lines of a run
    Lines(Table),
    /// 待付义务 Obligations of a run
    Obligations(Table),
    /// 未计酬原因 Reasons of a run
    Reasons(Table),
}

/// A table of a run.
#[derive(clap::Args)]
pub(crate) struct Table {
    /// 结算输出文件夹 Out folder of the run
    #[arg(long)]
    run: PathBuf,
    /// 输出文件，.csv 或 .xlsx File
    #[arg(long)]
    out: PathBuf,
    /// 只要该代理商 Of this partner only
    #[arg(long)]
    partner: Option<String>,
}

/// Format of an export.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    Csv,
    Xlsx,
}

/// The command.
pub(crate) fn command(say: &Say, what: &What) -> Result<(), Refusal> {
    let runtime = say::runtime(2)?;
    let handle = runtime.handle();
    if let What::Lines(table) | What::Obligations(table) | What::Reasons(table) = what {
        summary_of(&table.run)?;
    }
    let rows = |table: &Table| Rows { partner: table.partner.clone(), ..Rows::default() };
    let format = |table: &Table| Format::by_path(&table.out);
    let count = match what {
        What::Master { master, out, format } => {
            let (rows, _) = inputs::master(master)?;
            let format = match format {
                Kind::Csv => Format::Csv(CsvEncoding::Utf8Bom),
                Kind::Xlsx => Format::Xlsx,
            };
            for path in write_master(out, &rows, format, say.lang)? {
                println!("{}", path.display());
            }
            return Ok(());
        }
        What::Lines(table) => run_files::lines(handle, &table.run, &rows(table), &table.out, format(table))?,
        What::Obligations(table) => run_files::obligations(handle, &table.run, &rows(table), &table.out, format(table))?,
        What::Reasons(table) => run_files::reasons(handle, &table.run, &rows(table), &table.out, format(table))?,
    };
    say.note(format_args!("{count} 行"), format_args!("{count} rows"));
    Ok(())
}
