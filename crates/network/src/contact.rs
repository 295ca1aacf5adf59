//! 关键联系人 (R7.43, R7.144): who decides at an outlet or partner, what they need, what limits them, what may come of it, and how they stand to us.
//! Dated: nobody is taken away, one that left has a last day. The phone is kept with other private data.

use crate::act::Act;
use crate::life::Who;
use qudao_access::private::{self, PrivateKind};
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::args;
use qudao_platform::audit::Entry;
use qudao_platform::db::{Row, Tx};
use qudao_platform::hash::Fields;
use serde_json::json;

/// How much somebody has to say.
pub const POWERS: [&str; 3] = ["decides", "advises", "uses"];
/// How somebody stands to us.
pub const ATTITUDES: [&str; 3] = ["for", "neutral", "against"];
/// Most characters of a name and of what is said of somebody.
const NAME: usize = 60;
const WORDS: usize = 500;

/// What is said of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<'a> {
    /// Name.
    pub name: &'a str,
    /// What they are there.
    pub post: &'a str,
    /// decides, advises, uses.
    pub power: &'a str,
    /// for, neutral, against.
    pub attitude: &'a str,
    /// What they need.
    pub needs: &'a str,
    /// What limits them.
    pub limits: &'a str,
    /// What may come of it.
    pub opportunities: &'a str,
    /// A new phone; `None` leaves the old one, an empty one forgets it.
    pub phone: Option<&'a str>,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as what is said")]
pub struct Contact {
    pub id: String,
    pub version: u32,
    pub code: String,
    pub name: String,
    pub post: String,
    pub power: String,
    pub attitude: String,
    /// Since when they stand so.
    pub attitude_on: Date,
    pub needs: String,
    pub limits: String,
    pub opportunities: String,
    /// Masked; empty if none is known.
    pub phone: String,
    pub from: Date,
    /// First day no longer.
    pub to: Option<Date>,
}

fn check(said: &Said<'_>) -> Result<(), Refusal> {
    let long = [said.needs, said.limits, said.opportunities].into_iter().all(|text| text.chars().count() <= WORDS);
    let short = said.post.chars().count() <= NAME && (1..=NAME).contains(&said.name.trim().chars().count());
    if long && short && POWERS.contains(&said.power) && ATTITUDES.contains(&said.attitude) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "network.contact.words",
        format!("请填写姓名（{NAME} 字以内）、决策权和态度，其余各项 {WORDS} 字以内"),
        format!("give a name of up to {NAME} characters, what they have to say and how they stand, the rest in up to {WORDS} each"),
    ))
}

/// Adds a contact of a partner or outlet; its id.
///
/// # Errors
/// `BadInput network.contact.words`, `access.private.phone`.
pub async fn add(tx: &mut Tx, act: &Act<'_>, who: Who, code: &str, said: &Said<'_>) -> Result<String, Refusal> {
    check(said)?;
    let id = format!("con_{}", &Fields::new().text(who.name()).text(code).text(said.name).int(tx.now_us()).finish()[..16]);
    let sql = "insert into network_contact (id, version, noun, code, name, post, power, attitude, attitude_on, needs, limits, opportunities, from_day, who, at_us)
               values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $8, $12, $13)";
    let Said { name, post, power, attitude, needs, limits, opportunities, phone } = said;
    let args = args![
        &id,
        who.name(),
        code,
        name.trim(),
        post.trim(),
        *power,
        *attitude,
        act.today,
        needs.trim(),
        limits.trim(),
        opportunities.trim(),
        act.who,
        tx.now_us(),
    ];
    tx.execute(sql, args).await?;
    if let Some(phone) = phone.filter(|phone| !phone.is_empty()) {
        private::put(tx, act.who, "contact", &id, PrivateKind::Phone, phone).await?;
    }
    tx.audit(Entry::new(act.who, "contact.add", who.name(), code).after(told(&id, said)));
    Ok(id)
}

fn told(id: &str, said: &Said<'_>) -> String {
    json!({ "contact": id, "name": said.name, "post": said.post, "power": said.power, "attitude": said.attitude, "needs": said.needs,
        "limits": said.limits, "opportunities": said.opportunities })
    .to_string()
}

/// Says something else of a contact of a version.
///
/// # Errors
/// As [`add`]; `NotFound network.contact.none`; `Conflict platform.db.stale`, `network.contact.ended`.
pub async fn change(tx: &mut Tx, act: &Act<'_>, id: &str, version: u32, said: &Said<'_>) -> Result<(), Refusal> {
    check(said)?;
    let before = get(tx, id).await?;
    if before.1.to.is_some() {
        return Err(ended(&before.1));
    }
    let since = if before.1.attitude == said.attitude { before.1.attitude_on } else { act.today };
    let sql =
        "update network_contact set version = version + 1, name = $3, post = $4, power = $5, attitude = $6, attitude_on = $7, needs = $8,
                   limits = $9, opportunities = $10, who = $11, at_us = $12 where id = $1 and version = $2";
    let Said { name, post, power, attitude, needs, limits, opportunities, phone } = said;
    let args = args![
        id,
        version,
        name.trim(),
        post.trim(),
        *power,
        *attitude,
        since,
        needs.trim(),
        limits.trim(),
        opportunities.trim(),
        act.who,
        tx.now_us(),
    ];
    tx.execute_versioned("联系人 contact", id, sql, args).await?;
    if let Some(phone) = phone {
        private::put(tx, act.who, "contact", id, PrivateKind::Phone, phone).await?;
    }
    let Contact { name, post, power, attitude, needs, limits, opportunities, .. } = &before.1;
    let was = Said { name, post, power, attitude, needs, limits, opportunities, phone: None };
    tx.audit(Entry::new(act.who, "contact.change", before.0.name(), &before.1.code).before(told(id, &was)).after(told(id, said)));
    Ok(())
}

/// A contact is one no longer, from today on.
///
/// # Errors
/// `NotFound network.contact.none`; `Conflict platform.db.stale`, `network.contact.ended`; `BadInput access.reason.missing`.
pub async fn end(tx: &mut Tx, act: &Act<'_>, id: &str, version: u32) -> Result<(), Refusal> {
    act.reasoned()?;
    let (who, contact) = get(tx, id).await?;
    if contact.to.is_some() {
        return Err(ended(&contact));
    }
    let sql = "update network_contact set version = version + 1, to_day = $3 where id = $1 and version = $2";
    tx.execute_versioned("联系人 contact", id, sql, args![id, version, act.today]).await?;
    let after = json!({ "contact": id, "to": act.today.to_string() });
    tx.audit(Entry::new(act.who, "contact.end", who.name(), &contact.code).after(after.to_string()).reason(act.note()));
    Ok(())
}

fn ended(contact: &Contact) -> Refusal {
    let name = &contact.name;
    Refusal::new(
        Kind::Conflict,
        "network.contact.ended",
        format!("{name} 已不是联系人；如需恢复请重新添加"),
        format!("{name} is a contact no longer; add them again"),
    )
}

/// A contact, and whose.
///
/// # Errors
/// `NotFound network.contact.none`.
pub async fn get(tx: &mut Tx, id: &str) -> Result<(Who, Contact), Refusal> {
    let row = tx.query_opt("select * from network_contact where id = $1", args![id]).await?;
    let row = row.ok_or_else(|| Refusal::new(Kind::NotFound, "network.contact.none", "没有这个联系人", "there is no such contact"))?;
    let who = if row.text("noun")? == Who::Partner.name() { Who::Partner } else { Who::Outlet };
    Ok((who, of_row(tx, &row).await?))
}

/// Contacts of a partner or outlet: those of today first, then who decides.
///
/// # Errors
/// The database does not answer.
pub async fn list(tx: &mut Tx, who: Who, code: &str) -> Result<Vec<Contact>, Refusal> {
    let sql = "select * from network_contact where noun = $1 and code = $2
               order by case when to_day is null then 0 else 1 end, case power when 'decides' then 0 when 'advises' then 1 else 2 end, name, id";
    let mut found = Vec::new();
    for row in tx.query(sql, args![who.name(), code]).await? {
        found.push(of_row(tx, &row).await?);
    }
    Ok(found)
}

async fn of_row(tx: &mut Tx, row: &Row) -> Result<Contact, Refusal> {
    let id = row.string("id")?;
    let phone = private::masked(tx, "contact", &id).await?.into_iter().find(|(kind, _)| *kind == PrivateKind::Phone);
    Ok(Contact {
        version: row.count("version")?,
        code: row.string("code")?,
        name: row.string("name")?,
        post: row.string("post")?,
        power: row.string("power")?,
        attitude: row.string("attitude")?,
        attitude_on: row.parse("attitude_on")?,
        needs: row.string("needs")?,
        limits: row.string("limits")?,
        opportunities: row.string("opportunities")?,
        phone: phone.map(|(_, mask)| mask).unwrap_or_default(),
        from: row.parse("from_day")?,
        to: row.opt_parse("to_day")?,
        id,
    })
}
