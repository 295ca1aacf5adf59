//! Requests that may arrive twice: the second time the first answer is given and nothing happens.

use crate::db::Tx;
use crate::done::Done;
use crate::{args, hash};
use qudao_kernel::{Kind, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is known about a key.
#[must_use]
pub enum Begun<T> {
    /// It is new: do the work, then [`Claim::finish`].
    Fresh(Claim),
    /// The request was done before; this was its answer.
    Same(T),
}

/// The right to do the work of one key in this transaction. A transaction with an unfinished claim does not commit.
#[must_use]
pub struct Claim {
    scope: String,
    key: String,
}

/// Claims (scope, key) for a body. The key, the answer and whatever the work changes are committed together.
///
/// ```text
/// let claim = match keys::begin(tx, "pay", key, body).await? {
///     Begun::Same(answer) => return Ok(Done::Already(answer)),
///     Begun::Fresh(claim) => claim,
/// };
/// claim.finish(tx, pay(tx, command).await?).await
/// ```
///
/// # Errors
/// `Conflict platform.keys.other_body` if the key was used for another body.
pub async fn begin<T: DeserializeOwned>(tx: &mut Tx, scope: &str, key: &str, body: &[u8]) -> Result<Begun<T>, Refusal> {
    let body = hash::sha256(body);
    // Of two at once on PostgreSQL the second waits here for the first to commit, then finds its row.
    let claim = "insert into idempotency_key (scope, key, body_sha256, answer, at_us) values ($1, $2, $3, '', $4)
                 on conflict (scope, key) do nothing";
    if tx.execute(claim, args![scope, key, &body, tx.now_us()]).await? == 0 {
        return known(tx, scope, key, &body).await.map(Begun::Same);
    }
    tx.open_claim();
    Ok(Begun::Fresh(Claim { scope: scope.to_owned(), key: key.to_owned() }))
}

/// The answer a key was given, without claiming it.
///
/// # Errors
/// As [`begin`].
pub async fn answer<T: DeserializeOwned>(tx: &mut Tx, scope: &str, key: &str, body: &[u8]) -> Result<Option<T>, Refusal> {
    let sql = "select key from idempotency_key where scope = $1 and key = $2";
    match tx.query_opt(sql, args![scope, key]).await? {
        Some(_) => known(tx, scope, key, &hash::sha256(body)).await.map(Some),
        None => Ok(None),
    }
}

impl Claim {
    /// Stores the answer that a repeat will get.
    pub async fn finish<T: Serialize>(self, tx: &mut Tx, answer: T) -> Result<Done<T>, Refusal> {
        let Self { scope, key } = self;
        let stored = serde_json::to_string(&answer).map_err(|error| unreadable(&scope, &key, &error))?;
        tx.execute("update idempotency_key set answer = $3 where scope = $1 and key = $2", args![scope, key, stored]).await?;
        tx.close_claim();
        Ok(Done::Now(answer))
    }
}

async fn known<T: DeserializeOwned>(tx: &mut Tx, scope: &str, key: &str, body: &str) -> Result<T, Refusal> {
    let row = tx.query_one("select body_sha256, answer from idempotency_key where scope = $1 and key = $2", args![scope, key]).await?;
    if row.text("body_sha256")? != body {
        return Err(Refusal::new(
            Kind::Conflict,
            "platform.keys.other_body",
            format!("请求编号 {key} 已用于另一份内容;请换一个新的编号提交"),
            format!("request key {key} was used for other content; send this one under a new key"),
        ));
    }
    serde_json::from_str(row.text("answer")?).map_err(|error| unreadable(scope, key, &error))
}

fn unreadable(scope: &str, key: &str, error: &serde_json::Error) -> Refusal {
    Refusal::new(
        Kind::Bug,
        "platform.keys.answer",
        format!("请求 {scope}/{key} 的存档答复无法读写({error});请把此信息报告给维护者"),
        format!("the stored answer of request {scope}/{key} cannot be read or written ({error}); report this to the maintainers"),
    )
}
