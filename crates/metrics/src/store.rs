//! What people keep: views of figures and whom they share them with; and targets.
//!
//! A view belongs to the person who made it. Others see it where it is shared with them or a role of theirs, and may not change it. What a view
//! shows is counted within the part of the network of whoever opens it.

use crate::targets::{Target, TargetOf};
use qudao_kernel::{Kind, Month, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// Longest name of a view, in characters.
const LONGEST_NAME: usize = 60;
/// Longest question of a view, in bytes.
const LONGEST_QUERY: usize = 16 << 10;
/// Most views of a person.
const MOST_VIEWS: i64 = 200;

/// Whom a view is shared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Share {
    /// `role` or `person`.
    pub kind: String,
    /// Role id, or login.
    pub code: String,
}

/// A view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Id.
    pub id: String,
    /// Version, for whoever changes it.
    pub version: u32,
    /// Login of whoever made it.
    pub owner: String,
    /// Name.
    pub name: String,
    /// The question, as its page writes it.
    pub query: String,
    /// Whom it is shared with.
    pub shares: Vec<Share>,
}

/// Who asks: a login, and the roles held.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// Login.
    pub login: &'a str,
    /// Role ids.
    pub roles: &'a [String],
}

pub(crate) fn missing(id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "metrics.view.missing",
        format!("没有视图 {id}，或未共享给您；请从列表中选择"),
        format!("there is no view {id}, or it is not shared with you; choose one of the list"),
    )
}

fn check(name: &str, query: &str, shares: &[Share]) -> Result<(), Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || query.len() > LONGEST_QUERY {
        return Err(Refusal::bad_input(
            "metrics.view.name",
            format!("视图名称须为 1 至 {LONGEST_NAME} 个字；请修改"),
            format!("a view's name has 1 to {LONGEST_NAME} characters; change it"),
        ));
    }
    if shares.iter().any(|share| !matches!(share.kind.as_str(), "role" | "person") || share.code.is_empty()) {
        return Err(Refusal::bad_input(
            "metrics.view.share",
            "共享对象须为角色或人员；请重新选择",
            "a view is shared with roles or people; choose again",
        ));
    }
    Ok(())
}

async fn read(tx: &mut Tx, row: &Row) -> Result<View, Refusal> {
    let id = row.string("id")?;
    let shares = tx.query("select kind, code from metrics_view_share where view_id = $1 order by kind, code", args![&id]).await?;
    Ok(View {
        version: row.count("version")?,
        owner: row.string("owner")?,
        name: row.string("name")?,
        query: row.string("query")?,
        shares: shares
            .iter()
            .map(|row| Ok(Share { kind: row.string("kind")?, code: row.string("code")? }))
            .collect::<Result<_, Refusal>>()?,
        id,
    })
}

fn may_open(view: &View, asker: Asker<'_>) -> bool {
    let shared = |share: &Share| match share.kind.as_str() {
        "person" => share.code == asker.login,
        _ => asker.roles.contains(&share.code),
    };
    view.owner == asker.login || view.shares.iter().any(shared)
}

/// The views somebody may open, their own first, by name.
pub async fn views(db: &Db, asker: Asker<'_>) -> Result<Vec<View>, Refusal> {
    let mut tx = db.read().await?;
    let sql = "select * from metrics_view where owner = $1
               or id in (select view_id from metrics_view_share) order by name, id";
    let rows = tx.query(sql, args![asker.login]).await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in &rows {
        let view = read(&mut tx, row).await?;
        if may_open(&view, asker) {
            views.push(view);
        }
    }
    views.sort_by_key(|view| view.owner != asker.login);
    Ok(views)
}

/// A view.
///
/// # Errors
/// `NotFound metrics.view.missing`, also for whoever may not open it.
pub async fn view(db: &Db, asker: Asker<'_>, id: &str) -> Result<View, Refusal> {
    let mut tx = db.read().await?;
    let row = tx.query_opt("select * from metrics_view where id = $1", args![id]).await?.ok_or_else(|| missing(id))?;
    let view = read(&mut tx, &row).await?;
    if may_open(&view, asker) { Ok(view) } else { Err(missing(id)) }
}

/// Keeps a view. Returns its id.
///
/// # Errors
/// `BadInput metrics.view.name`, `metrics.view.share`, `metrics.view.many`.
pub async fn create(db: &Db, owner: &str, name: &str, query: &str, shares: &[Share]) -> Result<String, Refusal> {
    check(name, query, shares)?;
    write_tx!(db, |tx| {
        let held = tx.query_one("select count(*) as n from metrics_view where owner = $1", args![owner]).await?.int("n")?;
        if held >= MOST_VIEWS {
            return Err(Refusal::bad_input(
                "metrics.view.many",
                format!("每人最多保存 {MOST_VIEWS} 个视图；请先删除不用的"),
                format!("a person keeps at most {MOST_VIEWS} views; delete some first"),
            ));
        }
        let now = tx.now_us();
        let id = format!("view_{owner}_{now:x}_{held}");
        let sql =
            "insert into metrics_view (id, version, owner, name, query, created_at_us, updated_at_us) values ($1, 1, $2, $3, $4, $5, $5)";
        tx.execute(sql, args![&id, owner, name.trim(), query, now]).await?;
        share(tx, &id, shares).await?;
        tx.audit(Entry::new(owner, "metrics.view_create", "metrics_view", &id).after(name.trim().to_owned()));
        Ok(id)
    })
}

async fn share(tx: &mut Tx, id: &str, shares: &[Share]) -> Result<(), Refusal> {
    tx.execute("delete from metrics_view_share where view_id = $1", args![id]).await?;
    for share in shares {
        let sql = "insert into metrics_view_share (view_id, kind, code) values ($1, $2, $3) on conflict do nothing";
        tx.execute(sql, args![id, &share.kind, &share.code]).await?;
    }
    Ok(())
}

/// Changes a view of one's own, as it was at a version.
///
/// # Errors
/// `NotFound metrics.view.missing`, `Conflict platform.db.stale`, and those of [`create`].
pub async fn update(db: &Db, owner: &str, id: &str, version: u32, name: &str, query: &str, shares: &[Share]) -> Result<(), Refusal> {
    check(name, query, shares)?;
    write_tx!(db, |tx| {
        owned(tx, owner, id).await?;
        let sql = "update metrics_view set version = version + 1, name = $3, query = $4, updated_at_us = $5 where id = $1 and version = $2";
        let now = tx.now_us();
        tx.execute_versioned("视图", id, sql, args![id, version, name.trim(), query, now]).await?;
        share(tx, id, shares).await?;
        tx.audit(Entry::new(owner, "metrics.view_update", "metrics_view", id).after(name.trim().to_owned()));
        Ok(())
    })
}

async fn owned(tx: &mut Tx, owner: &str, id: &str) -> Result<(), Refusal> {
    let row = tx.query_opt("select owner from metrics_view where id = $1 {for_update}", args![id]).await?;
    match row {
        Some(row) if row.text("owner")? == owner => Ok(()),
        _ => Err(missing(id)),
    }
}

/// Deletes a view of one's own, and every subscription to it.
///
/// # Errors
/// `NotFound metrics.view.missing`.
pub async fn delete(db: &Db, owner: &str, id: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        owned(tx, owner, id).await?;
        tx.execute("delete from metrics_view_share where view_id = $1", args![id]).await?;
        let mailed = "delete from metrics_mail where mailing in (select m.id from metrics_mailing m where m.view_id = $1)";
        tx.execute(mailed, args![id]).await?;
        tx.execute("delete from metrics_mailing where view_id = $1", args![id]).await?;
        tx.execute("delete from metrics_view where id = $1", args![id]).await?;
        tx.audit(Entry::new(owner, "metrics.view_delete", "metrics_view", id));
        Ok(())
    })
}

/// Sets targets; those there are for the same are replaced, whatever their version.
pub async fn set_targets(db: &Db, who: &str, targets: &[Target]) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let now = tx.now_us();
        for target in targets {
            let sql = "insert into metrics_target (metric, kind, code, month, value, set_by, set_at_us) values ($1, $2, $3, $4, $5, $6, $7)
                       on conflict (metric, kind, code, month) do update set value = excluded.value,
                       version = metrics_target.version + 1, set_by = excluded.set_by, set_at_us = excluded.set_at_us";
            tx.execute(sql, args![&target.metric, target.of.code(), &target.code, target.month, target.value, who, now]).await?;
        }
        tx.audit(Entry::new(who, "metrics.target_set", "metrics_target", "targets").after(targets.len().to_string()));
        Ok(())
    })
}

/// What names a target in the audit chain.
fn target_id(target: &Target) -> String {
    format!("{} {} {} {}", target.metric, target.of.code(), target.code, target.month)
}

/// Sets one target, as it was at a version; 0 where there was none.
///
/// # Errors
/// `Conflict platform.db.stale`.
pub async fn set_target(db: &Db, who: &str, target: &Target, version: u32) -> Result<(), Refusal> {
    let id = target_id(target);
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let key = "metric = $1 and kind = $2 and code = $3 and month = $4";
        if version == 0 {
            let sql = "insert into metrics_target (metric, kind, code, month, value, set_by, set_at_us) values ($1, $2, $3, $4, $5, $6, $7)
                       on conflict (metric, kind, code, month) do nothing";
            let values = args![&target.metric, target.of.code(), &target.code, target.month, target.value, who, now];
            tx.execute_versioned("目标", &id, sql, values).await?;
        } else {
            let sql = format!(
                "update metrics_target set value = $5, version = version + 1, set_by = $6, set_at_us = $7 where {key} and version = $8"
            );
            let values = args![&target.metric, target.of.code(), &target.code, target.month, target.value, who, now, version];
            tx.execute_versioned("目标", &id, sql, values).await?;
        }
        tx.audit(Entry::new(who, "metrics.target_set", "metrics_target", &id).after(target.value.to_string()));
        Ok(())
    })
}

/// Takes a target away, as it was at a version.
///
/// # Errors
/// `Conflict platform.db.stale`.
pub async fn remove_target(db: &Db, who: &str, target: &Target, version: u32) -> Result<(), Refusal> {
    let id = target_id(target);
    write_tx!(db, |tx| {
        let sql = "delete from metrics_target where metric = $1 and kind = $2 and code = $3 and month = $4 and version = $5";
        tx.execute_versioned("目标", &id, sql, args![&target.metric, target.of.code(), &target.code, target.month, version]).await?;
        tx.audit(Entry::new(who, "metrics.target_remove", "metrics_target", &id));
        Ok(())
    })
}

/// A target as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTarget {
    /// The target.
    pub target: Target,
    /// Version, for whoever changes it.
    pub version: u32,
    /// Who set it last; empty for those of an earlier version of the program.
    pub set_by: String,
    /// When, microseconds.
    pub set_at_us: i64,
}

/// All targets of a month, by metric, kind and code.
pub async fn kept_targets(db: &Db, month: Month) -> Result<Vec<KeptTarget>, Refusal> {
    let mut found = Vec::new();
    let sql = "select metric, kind, code, month, value, version, set_by, set_at_us from metrics_target where month = $1";
    for row in db.read().await?.query(sql, args![month]).await? {
        let Some(target) = target(&row, row.string("metric")?)? else { continue };
        found.push(KeptTarget { target, version: row.count("version")?, set_by: row.string("set_by")?, set_at_us: row.int("set_at_us")? });
    }
    found.sort_by(|a, b| {
        let (a, b) = (&a.target, &b.target);
        (&a.metric, a.of, &a.code).cmp(&(&b.metric, b.of, &b.code))
    });
    Ok(found)
}

/// The targets of the month that was asked for last, read anew when one was set or removed since.
#[derive(Debug, Default)]
pub struct TargetsRead(Mutex<Option<ReadTargets>>);

#[derive(Debug)]
struct ReadTargets {
    month: Month,
    /// How many there were, their versions, and when the last one was set.
    stamp: [i64; 3],
    kept: Arc<Vec<KeptTarget>>,
}

impl TargetsRead {
    /// All targets of a month, as [`kept_targets`] has them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn of(&self, db: &Db, month: Month) -> Result<Arc<Vec<KeptTarget>>, Refusal> {
        let sql = "select count(*) as targets, cast(coalesce(sum(version), 0) as bigint) as versions, coalesce(max(set_at_us), 0) as last
                   from metrics_target where month = $1";
        let row = db.read().await?.query_one(sql, args![month]).await?;
        let stamp = [row.int("targets")?, row.int("versions")?, row.int("last")?];
        if let Some(read) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && (read.month, read.stamp) == (month, stamp)
        {
            return Ok(Arc::clone(&read.kept));
        }
        let kept = Arc::new(kept_targets(db, month).await?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ReadTargets { month, stamp, kept: Arc::clone(&kept) });
        Ok(kept)
    }
}

/// The target of a row; `None` where it is of a kind there no longer is.
fn target(row: &Row, metric: String) -> Result<Option<Target>, Refusal> {
    let Some(of) = TargetOf::by_code(row.text("kind")?) else { return Ok(None) };
    Ok(Some(Target { metric, of, code: row.string("code")?, month: row.parse("month")?, value: row.int("value")? }))
}

/// The targets of some metrics from a month to another, both included.
pub async fn targets(db: &Db, metrics: &[String], first: Month, last: Month) -> Result<Vec<Target>, Refusal> {
    let mut found = Vec::new();
    let mut tx = db.read().await?;
    for metric in metrics {
        let sql =
            "select kind, code, month, value from metrics_target where metric = $1 and month between $2 and $3 order by month, kind, code";
        for row in tx.query(sql, args![metric, first, last]).await? {
            found.extend(target(&row, metric.clone())?);
        }
    }
    Ok(found)
}
