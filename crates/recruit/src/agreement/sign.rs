//! 签署: who signed for each side, when and how; and whether what was signed may be carried out.

use super::draft::{Draft, DraftState, get, of_application};
use crate::Sight;
use crate::kept::{state, words};
use qudao_access::sessions::day;
use qudao_kernel::{Date, Fen, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde_json::json;
use std::str::FromStr;

/// A side of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The operator.
    Us,
    /// The partner.
    Partner,
}

impl Side {
    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Us => "us",
            Side::Partner => "partner",
        }
    }
}

impl FromStr for Side {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Side::Us, Side::Partner].into_iter().find(|side| side.name() == text).ok_or(())
    }
}

/// How somebody signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By hand, with a picture.
    Hand,
    /// 盖章 on paper.
    Seal,
}

impl Way {
    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Way::Hand => "hand",
            Way::Seal => "seal",
        }
    }
}

impl FromStr for Way {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Way::Hand, Way::Seal].into_iter().find(|way| way.name() == text).ok_or(())
    }
}

/// A signature to be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSignature<'a> {
    /// For which side.
    pub side: Side,
    /// Name of who signed.
    pub name: &'a str,
    /// When.
    pub signed_on: Date,
    /// How.
    pub way: Way,
    /// Of a seal, which and where the paper lies.
    pub note: &'a str,
    /// SHA-256 of the picture; empty for a seal.
    pub picture: &'a str,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "as what is noted")]
pub struct Signature {
    pub side: Side,
    pub name: String,
    pub signed_on: Date,
    pub way: Way,
    pub note: String,
    pub picture: String,
    /// Who noted it.
    pub who: String,
    /// When, microseconds since 1970.
    pub at_us: i64,
}

/// Whether a draft can be signed so, before anything of the signature is kept; its picture is not looked at.
///
/// # Errors
/// `NotFound recruit.none`; `Conflict recruit.state` before it was sent and for a side that signed; `BadInput recruit.words`, `recruit.signature.day`.
pub async fn may_sign(tx: &mut Tx, sight: &Sight, id: &str, new: &NewSignature<'_>) -> Result<(), Refusal> {
    words(new.name, 2, 60, ("签署人", "who signed"))?;
    let note = words(new.note, 0, 200, ("说明", "the note"))?;
    if new.way == Way::Seal && note.is_empty() {
        return Err(Refusal::bad_input("recruit.words", "盖章须说明印章和原件存放处", "say which seal, and where the paper lies"));
    }
    let draft = get(tx, sight, id).await?;
    if draft.state != DraftState::Sent {
        return Err(state(
            format!("协议拟稿 {id} 尚未提交审批，不能签署；请先提交"),
            format!("the draft {id} was not sent yet and is not to be signed; send it first"),
        ));
    }
    let (today, made) = (day(tx.now_us()), day(draft.made_us));
    if new.signed_on > today || new.signed_on < made {
        return Err(Refusal::bad_input(
            "recruit.signature.day",
            format!("签署日期须在 {made} 至 {today} 之间；请修改"),
            format!("a day of signing is between {made} and {today}; change it"),
        ));
    }
    let sql = "select count(*) as n from recruit_signature where agreement = $1 and side = $2";
    if tx.query_one(sql, args![id, new.side.name()]).await?.int("n")? > 0 { Err(signed_already(id)) } else { Ok(()) }
}

fn signed_already(id: &str) -> Refusal {
    state(format!("协议 {id} 的这一方已签署；签署记录不能更改"), format!("this side of {id} has signed; a signature stays"))
}

/// Notes a signature of a draft that was sent. It stays.
///
/// # Errors
/// As [`may_sign`]; `BadInput recruit.signature.picture`.
pub async fn sign(db: &Db, sight: &Sight, who: &str, id: &str, new: &NewSignature<'_>) -> Result<(), Refusal> {
    if (new.way == Way::Hand) == new.picture.is_empty() {
        return Err(Refusal::bad_input(
            "recruit.signature.picture",
            "手写签名须有签名图片，盖章不带图片；请修改",
            "a signature by hand comes with its picture, a seal without; change it",
        ));
    }
    write_tx!(db, |tx| {
        may_sign(tx, sight, id, new).await?;
        let (name, note) = (new.name.trim(), new.note.trim());
        let sql = "insert into recruit_signature (agreement, side, name, signed_on, way, note, picture, who, at_us)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (agreement, side) do nothing";
        let values = args![id, new.side.name(), name, new.signed_on, new.way.name(), note, new.picture, who, tx.now_us()];
        if tx.execute(sql, values).await? == 0 {
            return Err(signed_already(id));
        }
        let after =
            json!({ "side": new.side.name(), "name": name, "signed_on": new.signed_on.to_string(), "way": new.way.name() }).to_string();
        tx.audit(Entry::new(who, "agreement.sign", "agreement_draft", id).after(after));
        Ok(())
    })
}

/// The signatures of a draft.
///
/// # Errors
/// The database does not answer.
pub async fn signatures(tx: &mut Tx, id: &str) -> Result<Vec<Signature>, Refusal> {
    let of_row = |row: &Row| {
        Ok(Signature {
            side: row.parse("side")?,
            name: row.string("name")?,
            signed_on: row.parse("signed_on")?,
            way: row.parse("way")?,
            note: row.string("note")?,
            picture: row.string("picture")?,
            who: row.string("who")?,
            at_us: row.int("at_us")?,
        })
    };
    let sql = "select * from recruit_signature where agreement = $1 order by side desc";
    tx.query(sql, args![id]).await?.iter().map(of_row).collect()
}

/// What an application is to bring in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried<'a> {
    /// Partner.
    pub partner: &'a str,
    /// Business line.
    pub business: &'a str,
    /// First day.
    pub from: Date,
    /// Last day.
    pub last_day: Date,
    /// Deposit.
    pub deposit: Fen,
}

/// Whether an application may bring its agreement in force; the committed amount of it. An application without a draft has none to be signed here.
///
/// # Errors
/// `Conflict recruit.agreement.unsigned` with the side that did not sign; `recruit.agreement.differs` where the application says something else than
/// what was signed.
pub async fn carry(tx: &mut Tx, application: &str, carried: &Carried<'_>) -> Result<Fen, Refusal> {
    let Some(draft) = of_application(tx, application).await? else { return Ok(Fen(0)) };
    same(&draft, carried)?;
    let signed = signatures(tx, &draft.id).await?;
    for (side, zh, en) in [(Side::Us, "甲方", "party A"), (Side::Partner, "乙方", "party B")] {
        if !signed.iter().any(|one| one.side == side) {
            let id = &draft.id;
            return Err(Refusal::new(
                Kind::Conflict,
                "recruit.agreement.unsigned",
                format!("协议 {id} 缺少{zh}签署；请在协议页面登记签署后重试"),
                format!("{en} has not signed {id}; note the signature on the agreement's page, then try again"),
            ));
        }
    }
    let sql = "select commitment from recruit_agreement where id = $1";
    tx.query_one(sql, args![&draft.id]).await?.fen("commitment")
}

fn same(draft: &Draft, carried: &Carried<'_>) -> Result<(), Refusal> {
    let wanted = &draft.wanted;
    let own = Carried {
        partner: &wanted.partner,
        business: &wanted.business,
        from: wanted.from,
        last_day: wanted.last_day,
        deposit: wanted.deposit,
    };
    if own == *carried {
        return Ok(());
    }
    let id = &draft.id;
    Err(Refusal::new(
        Kind::Conflict,
        "recruit.agreement.differs",
        format!("申请的代理商、业务线、日期或保证金与协议文本 {id} 不一致；请作废申请，另拟协议后重新提交"),
        format!(
            "partner, business, days or deposit of the application are not those of the text {id}; cancel it, draft another and send that"
        ),
    ))
}
