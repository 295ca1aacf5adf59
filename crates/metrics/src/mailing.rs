//! Views sent by mail: a subscription of a person to a view, with a rhythm, and what was sent of it.
//!
//! A mail tells of the period that ended last: yesterday, the last whole week, the last whole month. It is claimed before it is sent, so
//! that two servers, or one that broke off, send it once; a claim nobody ended is taken up again after an hour.

use crate::store::missing;
use qudao_kernel::{Date, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row};
use qudao_platform::mail::plain_address;
use qudao_platform::{args, write_tx};

/// Most subscriptions of a person.
const MOST: i64 = 50;
/// How often a mail that cannot be sent is tried.
const MOST_TRIES: i64 = 5;
/// How long after a failure it is tried again, in microseconds.
const AGAIN_US: i64 = 15 * 60_000_000;
/// How long a claim nobody ended is left alone, in microseconds.
const LOST_US: i64 = 60 * 60_000_000;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// Every day, of the day before.
    Daily,
    /// Every Monday, of the week before.
    Weekly,
    /// Every first of a month, of the month before.
    Monthly,
}

impl Rhythm {
    /// As tables and clients write it.
    pub const fn name(self) -> &'static str {
        match self {
            Rhythm::Daily => "daily",
            Rhythm::Weekly => "weekly",
            Rhythm::Monthly => "monthly",
        }
    }

    /// The rhythm of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Rhythm::Daily, Rhythm::Weekly, Rhythm::Monthly].into_iter().find(|one| one.name() == name)
    }

    /// First and last day of the period that ended last before a day.
    pub fn period(self, today: Date) -> (Date, Date) {
        match self {
            Rhythm::Daily => (today.plus_days(-1), today.plus_days(-1)),
            Rhythm::Weekly => {
                let monday = today.plus_days(1 - i32::try_from(today.weekday()).unwrap_or(1));
                (monday.plus_days(-7), monday.plus_days(-1))
            }
            Rhythm::Monthly => {
                let month = today.month().plus(-1);
                (month.first_day(), month.last_day())
            }
        }
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailing {
    /// Id.
    pub id: String,
    /// The view.
    pub view_id: String,
    /// Name of the view.
    pub view: String,
    /// Who subscribed.
    pub login: String,
    /// How often.
    pub rhythm: Rhythm,
    /// Mail address.
    pub address: String,
    /// The question, JSON.
    pub question: String,
    /// `zh` or `en`.
    pub lang: String,
    /// What became of the last mail: its period, its state, and why it failed.
    pub last: Option<(String, String, String)>,
}

/// A subscription to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewMailing<'a> {
    /// The view, which the caller has seen that the person may open.
    pub view_id: &'a str,
    /// How often.
    pub rhythm: Rhythm,
    /// Mail address.
    pub address: &'a str,
    /// The question, JSON.
    pub question: &'a str,
    /// `zh` or `en`.
    pub lang: &'a str,
}

const SELECT: &str = "select m.id, m.view_id, v.name, m.login, m.rhythm, m.address, m.question, m.lang, s.period, s.state, s.why
    from metrics_mailing m join metrics_view v on v.id = m.view_id
    left join metrics_mail s on s.mailing = m.id
      and s.period = (select max(l.period) from metrics_mail l where l.mailing = m.id)";

fn of_row(row: &Row) -> Result<Mailing, Refusal> {
    let last = match (row.opt_string("period")?, row.opt_string("state")?) {
        (Some(period), Some(state)) => Some((period, state, row.opt_string("why")?.unwrap_or_default())),
        _ => None,
    };
    Ok(Mailing {
        id: row.string("id")?,
        view_id: row.string("view_id")?,
        view: row.string("name")?,
        login: row.string("login")?,
        rhythm: Rhythm::named(row.text("rhythm")?).unwrap_or(Rhythm::Monthly),
        address: row.string("address")?,
        question: row.string("question")?,
        lang: row.string("lang")?,
        last,
    })
}

/// Subscribes, in place of an earlier subscription to the same view. Returns the id.
///
/// # Errors
/// `BadInput metrics.mailing.address`, `metrics.mailing.many`.
pub async fn subscribe(db: &Db, login: &str, new: &NewMailing<'_>) -> Result<String, Refusal> {
    let address = new.address.trim();
    if !plain_address(address) {
        return Err(Refusal::bad_input(
            "metrics.mailing.address",
            "邮箱地址有误；请按 name@example.com 填写一个地址",
            "this is no mail address; give one, like name@example.com",
        ));
    }
    write_tx!(db, |tx| {
        let id = format!("mailing_{}_{login}", new.view_id);
        let others = "select count(*) as n from metrics_mailing where login = $1 and id <> $2";
        let held = tx.query_one(others, args![login, &id]).await?.int("n")?;
        if held >= MOST {
            return Err(Refusal::bad_input(
                "metrics.mailing.many",
                format!("每人最多订阅 {MOST} 个视图；请先取消不用的"),
                format!("a person subscribes to at most {MOST} views; end some first"),
            ));
        }
        // Whoever subscribes anew waits for a mail of the new kind, whatever became of those before.
        tx.execute("delete from metrics_mail where mailing = $1", args![&id]).await?;
        let sql = "insert into metrics_mailing (id, view_id, login, rhythm, address, question, lang, created_at_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)
                   on conflict (id) do update set rhythm = excluded.rhythm, address = excluded.address, question = excluded.question,
                   lang = excluded.lang";
        let now = tx.now_us();
        tx.execute(sql, args![&id, new.view_id, login, new.rhythm.name(), address, new.question, new.lang, now]).await?;
        let after = format!("{} {address}", new.rhythm.name());
        tx.audit(Entry::new(login, "mailing.subscribe", "metrics_view", new.view_id).after(after));
        Ok(id)
    })
}

/// Ends a subscription of one's own; what was sent of it is forgotten with it, the audit trail apart.
///
/// # Errors
/// `NotFound metrics.view.missing`.
pub async fn unsubscribe(db: &Db, login: &str, id: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let sql = "select view_id from metrics_mailing where id = $1 and login = $2 {for_update}";
        let row = tx.query_opt(sql, args![id, login]).await?.ok_or_else(|| missing(id))?;
        tx.execute("delete from metrics_mail where mailing = $1", args![id]).await?;
        tx.execute("delete from metrics_mailing where id = $1", args![id]).await?;
        tx.audit(Entry::new(login, "mailing.unsubscribe", "metrics_view", row.text("view_id")?));
        Ok(())
    })
}

/// The subscriptions of a person.
pub async fn of(db: &Db, login: &str) -> Result<Vec<Mailing>, Refusal> {
    let sql = format!("{SELECT} where m.login = $1 order by v.name, m.id");
    db.read().await?.query(sql, args![login]).await?.iter().map(of_row).collect()
}

/// All subscriptions.
pub async fn all(db: &Db) -> Result<Vec<Mailing>, Refusal> {
    let sql = format!("{SELECT} order by m.id");
    db.read().await?.query(sql, args![]).await?.iter().map(of_row).collect()
}

/// Takes the mail of a period to be sent; whether it is the caller's to send.
pub async fn claim(db: &Db, mailing: &Mailing, period: Date) -> Result<bool, Refusal> {
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let first = "insert into metrics_mail (mailing, period, state, tries, tried_at_us) values ($1, $2, 'sending', 1, $3)
                     on conflict do nothing";
        if tx.execute(first, args![&mailing.id, period.to_string(), now]).await? > 0 {
            return Ok(true);
        }
        let again = "update metrics_mail set state = 'sending', tries = tries + 1, tried_at_us = $3
                     where mailing = $1 and period = $2 and tries < $4
                     and (state = 'failed' and tried_at_us <= $5 or state = 'sending' and tried_at_us <= $6)";
        let taken = tx.execute(again, args![&mailing.id, period.to_string(), now, MOST_TRIES, now - AGAIN_US, now - LOST_US]).await?;
        Ok(taken > 0)
    })
}

/// Says what became of a claimed mail.
pub async fn ended(db: &Db, mailing: &Mailing, period: Date, sent: Result<(), Refusal>) -> Result<(), Refusal> {
    write_tx!(db, |tx| {
        let (state, why) = match &sent {
            Ok(()) => ("sent", String::new()),
            Err(refusal) => ("failed", refusal.text.zh.clone()),
        };
        let sql = "update metrics_mail set state = $3, why = $4 where mailing = $1 and period = $2";
        tx.execute(sql, args![&mailing.id, period.to_string(), state, &why]).await?;
        let after = format!("{period} {} {state}", mailing.address);
        tx.audit(Entry::new(&mailing.login, "mailing.send", "metrics_view", &mailing.view_id).after(after));
        Ok(())
    })
}
