//! `qudao backup`: a house copied while it works, or a copy looked at again.

use crate::say::{self, Say, table, yuan};
use qudao_kernel::{Kind, Lang, Refusal};
use qudao_ledger::{AccountKind, Unit};
use qudao_upkeep::{House, Manifest, back_up, verify};
use std::path::{Path, PathBuf};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// 备份文件夹，不能已存在 Folder of the backup, which must not be there yet
    folder: PathBuf,
    /// 工作文件夹 Folder, as `qudao serve` has it
    #[arg(long, required_unless_present = "verify")]
    home: Option<PathBuf>,
    /// 数据库，默认工作文件夹中的 SQLite 文件 Database, as `qudao serve` has it
    #[arg(long, env = "QUDAO_DB", hide_env_values = true)]
    db: Option<String>,
    /// 不备份，只校验已有的备份 Take none: check one that was taken
    #[arg(long, conflicts_with = "home")]
    verify: bool,
}

/// The command.
pub(crate) fn command(say: &Say, args: &Args) -> Result<(), Refusal> {
    let runtime = say::runtime(2)?;
    match &args.home {
        Some(home) => {
            let house = House::new(home, args.db.as_deref());
            let manifest = runtime.block_on(take(say, &house, &args.folder))?;
            say.note("备份完成", "the backup is complete");
            print!("{}", shown(say, &manifest));
            Ok(())
        }
        None => runtime.block_on(look(say, &args.folder)),
    }
}

async fn take(say: &Say, house: &House, folder: &Path) -> Result<Manifest, Refusal> {
    let db = house.open().await?;
    let bar = say.bar("备份", "backing up");
    let far = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let taken = back_up(&db, house, folder, env!("CARGO_PKG_VERSION"), &far).await;
    bar.finish_and_clear();
    db.close().await;
    taken
}

async fn look(say: &Say, folder: &Path) -> Result<(), Refusal> {
    let bar = say.bar("校验", "checking");
    let far = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let found = verify(folder, &far).await;
    bar.finish_and_clear();
    let found = found?;
    print!("{}", shown(say, &found.manifest));
    for (file, text) in &found.problems {
        println!("{file}: {}", text.get(say.lang));
    }
    let count = found.problems.len();
    if count > 0 {
        return Err(Refusal::new(
            Kind::Conflict,
            "upkeep.backup.changed",
            format!("备份有 {count} 处与备份时不同，列在上面；请不要用它恢复"),
            format!("the backup differs from what was taken in {count} places, listed above; do not restore it"),
        ));
    }
    if !found.database_read {
        say.note(
            "数据库备份的哈希一致；本机没有 pg_restore，未进一步检查其内容",
            "the database's file has its hash; pg_restore is not installed here, so its content was not looked at further",
        );
    }
    say.note("备份与备份时一致", "the backup is what was taken");
    Ok(())
}

/// An amount as its kind is counted: yuan, or points.
fn counted(kind: &str, amount: i64) -> String {
    let unit = AccountKind::all().find(|known| known.name() == kind).map(AccountKind::unit);
    if unit == Some(Unit::Points) { amount.to_string() } else { yuan(i128::from(amount)) }
}

/// Totals of a backup, for comparing by eye.
pub(crate) fn shown(say: &Say, manifest: &Manifest) -> String {
    let totals = &manifest.totals;
    let pick = |zh: &str, en: &str| say.pick(zh, en).to_owned();
    let mut rows = vec![
        vec![pick("数据库", "database"), manifest.database.name().to_owned()],
        vec![pick("版本", "schema"), totals.schema.clone()],
        vec![pick("文件", "files"), manifest.files.to_string()],
        vec![pick("字节", "bytes"), manifest.bytes.to_string()],
        vec![pick("审计记录", "audit entries"), totals.audit.entries.to_string()],
        vec![pick("审计链尾", "audit chain ends"), totals.audit.head.clone()],
        vec![pick("账本记录", "ledger records"), totals.books.records.to_string()],
        vec![pick("账本链尾", "ledger ends"), totals.books.head.clone()],
    ];
    for (name, entity) in &totals.books.entities {
        rows.push(vec![format!("{name} {}", say.pick("凭证", "journals")), entity.journals.to_string()]);
        for (kind, amount) in &entity.balances {
            rows.push(vec![format!("{name} {kind}"), counted(kind, *amount)]);
        }
    }
    for run in &totals.runs {
        rows.push(vec![format!("{} {}", run.folder, say.pick("对账单", "statements")), yuan(i128::from(run.statements))]);
    }
    let warning = match (totals.are_sound(), say.lang) {
        (true, _) => "",
        (false, Lang::Zh) => "注意：这个系统在备份前已有问题，请运行 qudao doctor\n",
        (false, Lang::En) => "note: this house was not sound before it was backed up; run qudao doctor\n",
    };
    format!("{}{warning}", table(2, &rows))
}
