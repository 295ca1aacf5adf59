//! 审批提醒: telling people by mail what came to them, where they want it (R8.44): an application to decide, one they were copied on, one of theirs that
//! came back or ended.
//!
//! A notice is claimed before it is sent, so that two servers, or one that broke off, send it once; a claim nobody ended is taken up again after an hour.
//! What came before somebody asked for mail is not told.

use qudao_kernel::{Date, Refusal};
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::mail::plain_address;
use qudao_platform::{args, write_tx};

/// Most notices of a round.
const MOST: i64 = 200;
/// How often a mail that cannot be sent is tried.
const MOST_TRIES: i64 = 5;
/// How long after a failure it is tried again, in microseconds.
const AGAIN_US: i64 = 15 * 60_000_000;
/// How long a claim nobody ended is left alone, in microseconds.
const LOST_US: i64 = 60 * 60_000_000;

/// Where somebody wants their notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Mail address.
    pub address: String,
    /// `zh` or `en`.
    pub lang: String,
}

/// Somebody's wish, if they have one.
///
/// # Errors
/// The database does not answer.
pub async fn wish(tx: &mut Tx, login: &str) -> Result<Option<Wish>, Refusal> {
    let row = tx.query_opt("select address, lang from flow_mail where login = $1", args![login]).await?;
    row.as_ref().map(|row| Ok(Wish { address: row.string("address")?, lang: row.string("lang")? })).transpose()
}

/// Has notices sent from now on, or to another address.
///
/// # Errors
/// `BadInput workflow.mail.address`.
pub async fn set(db: &Db, login: &str, wish: &Wish) -> Result<(), Refusal> {
    let address = wish.address.trim();
    if !plain_address(address) {
        return Err(Refusal::bad_input(
            "workflow.mail.address",
            "邮箱地址有误；请按 name@example.com 填写一个地址",
            "this is no mail address; give one, like name@example.com",
        ));
    }
    let lang = if wish.lang == "en" { "en" } else { "zh" };
    write_tx!(db, |tx| {
        let sql = "insert into flow_mail (login, address, lang, from_us) values ($1, $2, $3, $4)
                   on conflict (login) do update set address = excluded.address, lang = excluded.lang";
        tx.execute(sql, args![login, address, lang, tx.now_us()]).await.map(drop)
    })
}

/// Sends no more.
///
/// # Errors
/// The database does not answer.
pub async fn unset(db: &Db, login: &str) -> Result<(), Refusal> {
    write_tx!(db, |tx| tx.execute("delete from flow_mail where login = $1", args![login]).await.map(drop))
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whom.
    pub login: String,
    /// Where to.
    pub address: String,
    /// `zh` or `en`.
    pub lang: String,
    /// The application.
    pub instance: String,
    /// Its flow.
    pub flow: String,
    /// Name of the applicant.
    pub starter: String,
    /// holder: to decide; copied; returned: it came back; ended.
    pub about: String,
    /// When it came, microseconds since 1970.
    pub at_us: i64,
    /// By when it is to be decided.
    pub due: Option<Date>,
    /// State of the application.
    pub state: String,
}

/// What is to be told now, oldest first.
///
/// # Errors
/// The database does not answer.
pub async fn due(tx: &mut Tx) -> Result<Vec<Notice>, Refusal> {
    let now = tx.now_us();
    let sql = "select n.login, n.address, n.lang, n.instance, i.flow, i.starter_name, i.state, n.about, n.at_us, n.due from (
                   select m.login, m.address, m.lang, m.from_us, p.instance, p.part as about, p.at_us, p.due
                       from flow_mail m join flow_part p on p.login = m.login and p.part in ('holder', 'copied')
                   union all
                   select m.login, m.address, m.lang, m.from_us, i.id, 'returned', d.at_us, null
                       from flow_mail m join flow_part p on p.login = m.login and p.part = 'starter'
                       join flow_instance i on i.id = p.instance join flow_decision d on d.instance = i.id and d.verb = 'return'
                   union all
                   select m.login, m.address, m.lang, m.from_us, i.id, 'ended', i.ended_us, null
                       from flow_mail m join flow_part p on p.login = m.login and p.part = 'starter'
                       join flow_instance i on i.id = p.instance and i.state in ('approved', 'rejected') and i.ended_us is not null
               ) n join flow_instance i on i.id = n.instance join access_person a on a.login = n.login
               where n.at_us >= n.from_us and a.left_at_us is null and i.state <> 'draft' and not exists (
                   select 1 from flow_mail_sent s where s.login = n.login and s.instance = n.instance and s.about = n.about and s.at_us = n.at_us
                   and (s.state = 'sent' or s.tries >= $1 or (s.state = 'failed' and s.tried_us > $2) or (s.state = 'sending' and s.tried_us > $3)))
               order by n.at_us, n.login, n.instance, n.about limit $4";
    let values = args![MOST_TRIES, now.saturating_sub(AGAIN_US), now.saturating_sub(LOST_US), MOST];
    tx.query(sql, values).await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Notice, Refusal> {
    Ok(Notice {
        login: row.string("login")?,
        address: row.string("address")?,
        lang: row.string("lang")?,
        instance: row.string("instance")?,
        flow: row.string("flow")?,
        starter: row.string("starter_name")?,
        about: row.string("about")?,
        at_us: row.int("at_us")?,
        due: row.opt_parse("due")?,
        state: row.string("state")?,
    })
}

/// Claims a notice before it is sent: false where somebody else has it.
///
/// # Errors
/// The database does not answer.
pub async fn claim(db: &Db, notice: &Notice) -> Result<bool, Refusal> {
    let Notice { login, instance, about, at_us, .. } = notice;
    write_tx!(db, |tx| {
        let now = tx.now_us();
        let sql = "insert into flow_mail_sent (login, instance, about, at_us, state, tries, tried_us, why) values ($1, $2, $3, $4, 'sending', 1, $5, '')
                   on conflict (login, instance, about, at_us) do update set state = 'sending', tries = flow_mail_sent.tries + 1, tried_us = $5
                   where (flow_mail_sent.state = 'failed' and flow_mail_sent.tried_us <= $6)
                       or (flow_mail_sent.state = 'sending' and flow_mail_sent.tried_us <= $7)";
        let values = args![login, instance, about, *at_us, now, now.saturating_sub(AGAIN_US), now.saturating_sub(LOST_US)];
        Ok(tx.execute(sql, values).await? > 0)
    })
}

/// Notes what became of a notice that was claimed.
///
/// # Errors
/// The database does not answer.
pub async fn ended(db: &Db, notice: &Notice, outcome: Result<(), Refusal>) -> Result<(), Refusal> {
    let Notice { login, instance, about, at_us, .. } = notice;
    let (state, why) = match outcome {
        Ok(()) => ("sent", String::new()),
        Err(refusal) => ("failed", refusal.text.zh),
    };
    write_tx!(db, |tx| {
        let sql = "update flow_mail_sent set state = $5, why = $6, tried_us = $7
                   where login = $1 and instance = $2 and about = $3 and at_us = $4";
        tx.execute(sql, args![login, instance, about, *at_us, state, &why, tx.now_us()]).await.map(drop)
    })
}
