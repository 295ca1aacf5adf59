//! Drafts: what is to be agreed, until it was sent; from then on it is as it was sent.

use super::template::Catalogue;
use crate::Sight;
use crate::kept::{none, not_before, number, state, territory, words};
use qudao_kernel::master::Span;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_network::agreement::sign as network;
use qudao_platform::audit::Entry;
use qudao_platform::db::{self as platform, Db, Row, Tx};
use qudao_platform::keys::{self, Begun};
use qudao_platform::{Done, args, write_tx};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Most characters of what is agreed beside the template.
const OWN: usize = 2_000;
const NOUN: (&str, &str) = ("协议拟稿", "draft of an agreement");

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    /// Being written.
    Draft,
    /// Sent with an application, for good.
    Sent,
    /// Given up.
    Dropped,
}

impl DraftState {
    const ALL: [Self; 3] = [Self::Draft, Self::Sent, Self::Dropped];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
        }
    }
}

impl FromStr for DraftState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}

/// What is to be agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Template.
    pub template: String,
    /// Partner, in force or approved.
    pub partner: String,
    /// Its name as it stands in the text.
    pub partner_name: String,
    /// Division code of its seat.
    pub territory: String,
    /// Business line, as the flow names them.
    pub business: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub last_day: Date,
    /// Deposit.
    pub deposit: Fen,
    /// What is filled into the template, by term.
    pub filled: BTreeMap<String, Value>,
    /// What is agreed beside the template; empty for nothing.
    pub own_terms: String,
    /// The agreement it goes on from; empty for none.
    pub renews: String,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Number.
    pub id: String,
    /// For the next change.
    pub version: u32,
    /// Where it stands.
    pub state: DraftState,
    /// Template.
    pub template: String,
    /// The version it was written with.
    pub template_version: u32,
    /// What is to be agreed.
    pub wanted: Wanted,
    /// The application it was sent with; empty before.
    pub application: String,
    /// Hash of what was sent; empty before.
    pub sha256: String,
    /// Who began it.
    pub made_by: String,
    /// When, microseconds since 1970.
    pub made_us: i64,
}

fn check(catalogue: &Catalogue, wanted: &Wanted) -> Result<u32, Refusal> {
    let template = catalogue.get(&wanted.template)?;
    template.check(&wanted.filled)?;
    territory(&wanted.territory)?;
    words(&wanted.own_terms, 0, OWN, ("补充约定", "what is agreed beside the template"))?;
    words(&wanted.business, 1, 40, ("业务线", "the business line"))?;
    not_before(wanted.last_day, wanted.from, ("到期日期", "the last day"))?;
    if wanted.deposit.0 < 0 {
        return Err(Refusal::bad_input("recruit.money", "保证金不能为负数；请修改", "a deposit is not negative; change it"));
    }
    Ok(template.version)
}

/// Begins a draft. The same request under its key is the same draft.
///
/// # Errors
/// `BadInput recruit.template.unknown`, `recruit.agreement.term`, `recruit.days`, `recruit.words`, `network.territory.unknown`.
pub async fn create(db: &Db, catalogue: &Catalogue, key: &str, who: &str, wanted: &Wanted) -> Result<Done<String>, Refusal> {
    let version = check(catalogue, wanted)?;
    write_tx!(db, |tx| {
        let claim = match keys::begin::<String>(tx, &format!("agreement:{who}"), key, told(wanted).as_bytes()).await? {
            Begun::Same(id) => return Ok(Done::Already(id)),
            Begun::Fresh(claim) => claim,
        };
        let id = number(tx, "XD").await?;
        let sql = "insert into recruit_agreement (id, version, state, template, template_version, partner, partner_name, territory, business, from_day,
                       last_day, deposit, commitment, filled, own_terms, renews, changed_us, application, sha256, made_by, made_us)
                   values ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', '', $17, $16)";
        let mut values = written(tx, catalogue, (&id, 1), version, wanted)?;
        values.push(who.into());
        tx.execute(sql, &values).await?;
        tx.audit(Entry::new(who, "agreement.draft", "agreement_draft", &id).after(told(wanted)));
        claim.finish(tx, id).await
    })
}

/// Writes a draft of a version anew.
///
/// # Errors
/// As [`create`]; `NotFound recruit.none`; `Conflict recruit.state`, `platform.db.stale`.
pub async fn rewrite(
    db: &Db,
    catalogue: &Catalogue,
    sight: &Sight,
    who: &str,
    id: &str,
    version: u32,
    wanted: &Wanted,
) -> Result<u32, Refusal> {
    let template_version = check(catalogue, wanted)?;
    write_tx!(db, |tx| {
        let before = open(tx, sight, id).await?;
        let sql = "update recruit_agreement set version = version + 1, template = $3, template_version = $4, partner = $5, partner_name = $6,
                       territory = $7, business = $8, from_day = $9, last_day = $10, deposit = $11, commitment = $12, filled = $13, own_terms = $14,
                       renews = $15, changed_us = $16 where id = $1 and version = $2";
        let values = written(tx, catalogue, (id, version), template_version, wanted)?;
        tx.execute_versioned("协议拟稿 draft", id, sql, &values).await?;
        tx.audit(Entry::new(who, "agreement.rewrite", "agreement_draft", id).before(told(&before.wanted)).after(told(wanted)));
        Ok(version + 1)
    })
}

/// What is kept of a draft, in the order of both statements that write it: number, version, template and its version, what is wanted, and when.
fn written(
    tx: &Tx,
    catalogue: &Catalogue,
    (id, version): (&str, u32),
    template_version: u32,
    wanted: &Wanted,
) -> Result<Vec<platform::Value>, Refusal> {
    let Wanted { template, partner, partner_name, territory, business, from, last_day, deposit, filled, own_terms, renews } = wanted;
    let (commitment, filled) = (catalogue.get(template)?.commitment(filled), json!(filled).to_string());
    let head =
        args![id, version, template, template_version, partner, partner_name, territory, business, *from, *last_day, *deposit].to_vec();
    Ok([head, args![commitment, filled, own_terms.trim(), renews, tx.now_us()].to_vec()].concat())
}

/// Gives a draft up.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `platform.db.stale`; `BadInput access.reason.missing`.
pub async fn drop_draft(db: &Db, sight: &Sight, who: &str, id: &str, version: u32, reason: &str) -> Result<u32, Refusal> {
    qudao_access::people::reasoned(reason)?;
    write_tx!(db, |tx| {
        open(tx, sight, id).await?;
        let sql = "update recruit_agreement set version = version + 1, state = 'dropped', changed_us = $3 where id = $1 and version = $2";
        tx.execute_versioned("协议拟稿 draft", id, sql, args![id, version, tx.now_us()]).await?;
        tx.audit(Entry::new(who, "agreement.drop", "agreement_draft", id).reason(reason.trim()));
        Ok(version + 1)
    })
}

/// Whether a draft may be sent: it is one, and no other agreement of the partner and business line holds on any of its days.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `network.agreement.overlap`.
pub async fn send(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Draft, Refusal> {
    let draft = open(tx, sight, id).await?;
    let span = Span { from: draft.wanted.from, to: draft.wanted.last_day.plus_days(1) };
    network::free(tx, &draft.wanted.partner, &draft.wanted.business, span).await?;
    Ok(draft)
}

/// Notes the application a draft was sent with, and the hash of its text.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state`, `platform.db.stale`.
pub async fn sent_of(
    db: &Db,
    sight: &Sight,
    who: &str,
    (id, version): (&str, u32),
    application: &str,
    sha256: &str,
) -> Result<u32, Refusal> {
    write_tx!(db, |tx| {
        let draft = get(tx, sight, id).await?;
        // The same application again, after an answer that was lost.
        if draft.application == application {
            return Ok(draft.version);
        }
        still(&draft)?;
        let sql = "update recruit_agreement set version = version + 1, state = 'sent', application = $3, sha256 = $4, changed_us = $5
                   where id = $1 and version = $2";
        tx.execute_versioned("协议拟稿 draft", id, sql, args![id, version, application, sha256, tx.now_us()]).await?;
        let after = json!({ "application": application, "sha256": sha256 }).to_string();
        tx.audit(Entry::new(who, "agreement.send", "agreement_draft", id).after(after));
        Ok(version + 1)
    })
}

/// A draft within a sight.
///
/// # Errors
/// `NotFound recruit.none`.
pub async fn get(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Draft, Refusal> {
    let mut values: Vec<platform::Value> = args![id].to_vec();
    let wheres = sight.wheres_of_partner("r", &mut values);
    let row = tx.query_opt(format!("select r.* from recruit_agreement r where r.id = $1 and {wheres}"), &values).await?;
    row.as_ref().map(of_row).transpose()?.ok_or_else(|| none(NOUN, id))
}

/// The draft an application was made for, if it was made for one.
///
/// # Errors
/// The database does not answer.
pub async fn of_application(tx: &mut Tx, application: &str) -> Result<Option<Draft>, Refusal> {
    if application.is_empty() {
        return Ok(None);
    }
    let row = tx.query_opt("select * from recruit_agreement where application = $1", args![application]).await?;
    row.as_ref().map(of_row).transpose()
}

/// Drafts within a sight, the newest first.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, sight: &Sight) -> Result<Vec<Draft>, Refusal> {
    let mut values: Vec<platform::Value> = Vec::new();
    let wheres = sight.wheres_of_partner("r", &mut values);
    let sql = format!("select r.* from recruit_agreement r where {wheres} order by r.made_us desc, r.id desc");
    tx.query(sql, &values).await?.iter().map(of_row).collect()
}

async fn open(tx: &mut Tx, sight: &Sight, id: &str) -> Result<Draft, Refusal> {
    let draft = get(tx, sight, id).await?;
    still(&draft)?;
    Ok(draft)
}

fn still(draft: &Draft) -> Result<(), Refusal> {
    let id = &draft.id;
    match draft.state {
        DraftState::Draft => Ok(()),
        DraftState::Sent => Err(state(
            format!("协议拟稿 {id} 已随申请 {} 提交，不能再改；需要修改的，请撤回申请后另拟一份", draft.application),
            format!(
                "the draft {id} was sent with application {} and is not changed any more; take that back and draft another",
                draft.application
            ),
        )),
        DraftState::Dropped => {
            Err(state(format!("协议拟稿 {id} 已作废；请另拟一份"), format!("the draft {id} was dropped; write another")))
        }
    }
}

fn told(wanted: &Wanted) -> String {
    let Wanted { template, partner, business, from, last_day, deposit, filled, own_terms, renews, .. } = wanted;
    json!({ "template": template, "partner": partner, "business": business, "from": from.to_string(), "last_day": last_day.to_string(),
        "deposit": deposit.0, "filled": filled, "own_terms": own_terms, "renews": renews })
    .to_string()
}

fn of_row(row: &Row) -> Result<Draft, Refusal> {
    let id = row.string("id")?;
    let filled = serde_json::from_str(row.text("filled")?).map_err(|error| {
        Refusal::new(
            Kind::Bug,
            "recruit.body",
            format!("协议拟稿 {id} 的存档无法读取（{error}）；请把此信息报告给维护者"),
            format!("the record of draft {id} cannot be read ({error}); report this to the maintainers"),
        )
    })?;
    Ok(Draft {
        version: row.count("version")?,
        state: row.parse("state")?,
        template: row.string("template")?,
        template_version: row.count("template_version")?,
        wanted: Wanted {
            template: row.string("template")?,
            partner: row.string("partner")?,
            partner_name: row.string("partner_name")?,
            territory: row.string("territory")?,
            business: row.string("business")?,
            from: row.parse("from_day")?,
            last_day: row.parse("last_day")?,
            deposit: row.fen("deposit")?,
            filled,
            own_terms: row.string("own_terms")?,
            renews: row.string("renews")?,
        },
        application: row.string("application")?,
        sha256: row.string("sha256")?,
        made_by: row.string("made_by")?,
        made_us: row.int("made_us")?,
        id,
    })
}
