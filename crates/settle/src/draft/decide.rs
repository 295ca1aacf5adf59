//! What can be done with a draft, each in one transaction with its audit entry.

use super::store::{insert, locked, say, update};
use super::{Draft, Judged, State};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Tx};
use qudao_platform::hash::{Fields, sha256};
use qudao_platform::{args, write_tx};
use qudao_policy::outline::outline;
use serde_json::json;
use std::io::Write;
use std::path::Path;

/// Largest text, in bytes; the language reads no larger one.
const LARGEST: usize = 1 << 20;
/// Longest comment, in characters.
const LONGEST: usize = 2_000;

/// Begins a draft, from nothing or from the text of a version.
///
/// # Errors
/// `BadInput settle.draft.too_large`.
pub async fn create(db: &Db, who: &str, text: &str, base: Option<u32>) -> Result<Draft, Refusal> {
    fits(text)?;
    write_tx!(db, |tx| {
        let count = tx.query_one("select count(*) as drafts from settle_draft", args![]).await?.int("drafts")?;
        let now = tx.now_us();
        let digest = Fields::new().text(who).int(now).int(count).finish();
        let mut draft = Draft {
            id: format!("draft_{}", &digest[..16]),
            policy: String::new(),
            policy_version: 0,
            title: String::new(),
            from: None,
            last: None,
            base,
            text: String::new(),
            version: 0,
            state: State::Draft,
            author: who.to_owned(),
            writers: Vec::new(),
            created_us: now,
            changed_us: now,
            changed_by: who.to_owned(),
            submitted: None,
            decided: None,
            file: None,
        };
        written(&mut draft, tx, who, text);
        insert(tx, &draft).await?;
        say(tx, &draft.id, who, "create", "").await?;
        tx.audit(Entry::new(who, "policy_draft.create", "policy_draft", &draft.id).after(summary(&draft)));
        Ok(draft)
    })
}

/// Writes the text anew. Saving happens as somebody types, so it is kept who wrote and when, and no audit entry is made until the text is
/// sent for approval.
///
/// # Errors
/// `Conflict settle.draft.stale` if it changed since it was read, `settle.draft.fixed` if it may not be written any more.
pub async fn save(db: &Db, who: &str, id: &str, version: u32, text: &str) -> Result<Draft, Refusal> {
    fits(text)?;
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        open(&draft)?;
        if draft.text != text {
            written(&mut draft, tx, who, text);
            update(tx, &draft).await?;
        }
        Ok(draft)
    })
}

/// Says something about a draft.
///
/// # Errors
/// `BadInput settle.draft.comment`, `NotFound settle.draft.missing`.
pub async fn comment(db: &Db, who: &str, id: &str, text: &str) -> Result<(), Refusal> {
    said(text)?;
    write_tx!(db, |tx| {
        locked(tx, id).await?;
        say(tx, id, who, "comment", text).await?;
        tx.audit(Entry::new(who, "policy_draft.comment", "policy_draft", id).reason(text.trim()));
        Ok(())
    })
}

/// Sends a draft for approval; its text is fixed from here on.
///
/// # Errors
/// As [`save`], and `Conflict settle.draft.wrong` for one with errors or examples that do not come out.
pub async fn submit(db: &Db, who: &str, id: &str, version: u32, note: &str, judged: &Judged) -> Result<Draft, Refusal> {
    judged.publishable()?;
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        open(&draft)?;
        let before = summary(&draft);
        draft.submitted = Some((who.to_owned(), tx.now_us(), sha256(&draft.text)));
        turned(&mut draft, tx, who, State::InReview);
        update(tx, &draft).await?;
        say(tx, id, who, "submit", note).await?;
        tx.audit(Entry::new(who, "policy_draft.submit", "policy_draft", id).before(before).after(summary(&draft)).reason(note.trim()));
        Ok(draft)
    })
}

/// Sends a draft back with what is to be changed.
///
/// # Errors
/// `BadInput settle.draft.comment` without a comment; `Conflict settle.draft.stale`, `settle.draft.not_in_review`.
pub async fn give_back(db: &Db, who: &str, id: &str, version: u32, note: &str) -> Result<Draft, Refusal> {
    said(note)?;
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        in_review(&draft)?;
        let before = summary(&draft);
        turned(&mut draft, tx, who, State::Returned);
        update(tx, &draft).await?;
        say(tx, id, who, "return", note).await?;
        tx.audit(Entry::new(who, "policy_draft.return", "policy_draft", id).before(before).after(summary(&draft)).reason(note.trim()));
        Ok(draft)
    })
}

/// Gives a draft up.
///
/// # Errors
/// `Forbidden settle.draft.not_yours` for whoever did not write it; `Conflict settle.draft.stale`, `settle.draft.fixed` after publication.
pub async fn withdraw(db: &Db, who: &str, id: &str, version: u32, note: &str) -> Result<Draft, Refusal> {
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        if !same_hand(&draft.author, who) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "settle.draft.not_yours",
                format!("草案由 {} 建立，只能由本人撤回", draft.author),
                format!("the draft is of {}; nobody else withdraws it", draft.author),
            ));
        }
        if !draft.state.is_open() {
            in_review(&draft)?;
        }
        let before = summary(&draft);
        turned(&mut draft, tx, who, State::Withdrawn);
        update(tx, &draft).await?;
        say(tx, id, who, "withdraw", note).await?;
        tx.audit(Entry::new(who, "policy_draft.withdraw", "policy_draft", id).before(before).after(summary(&draft)).reason(note.trim()));
        Ok(draft)
    })
}

/// Approves what was sent, the text with this hash, and publishes it as a file of `folder`. `judged` is what was found about the text beside
/// the files there now.
///
/// # Errors
/// `Forbidden settle.draft.own` for whoever wrote at it; `Conflict settle.draft.stale`, `settle.draft.not_in_review`, `settle.draft.other_text`,
/// `settle.draft.wrong`, `settle.draft.file_exists`; `Unavailable settle.draft.unwritable`.
pub async fn publish(
    db: &Db,
    who: &str,
    id: &str,
    (version, sha): (u32, &str),
    note: &str,
    judged: &Judged,
    folder: &Path,
) -> Result<Draft, Refusal> {
    let policy = judged.publishable()?;
    let file = format!("{}-v{}.policy", policy.name, policy.version);
    let path = folder.join(&file);
    if path.exists() {
        return Err(Refusal::new(
            Kind::Conflict,
            "settle.draft.file_exists",
            format!("政策文件夹中已有 {file}；请换一个版本号"),
            format!("there is a file {file} already; choose another version"),
        ));
    }
    let outcome = write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        in_review(&draft)?;
        if draft.writers.iter().chain([&draft.author]).any(|writer| same_hand(writer, who)) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "settle.draft.own",
                "写过这份草案的人不能批准它；请由其他有权限的人审批",
                "whoever wrote at a draft does not approve it; somebody else has to",
            ));
        }
        let sent = draft.submitted.as_ref().map_or("", |(_, _, sha)| sha.as_str());
        if sent != sha || sha256(&draft.text) != sha || policy.source != draft.text {
            return Err(Refusal::new(
                Kind::Conflict,
                "settle.draft.other_text",
                "要批准的文本与提交的不是同一份；请刷新后重新审阅",
                "what you approve is not what was sent; reload and look again",
            ));
        }
        let before = summary(&draft);
        draft.decided = Some((who.to_owned(), tx.now_us()));
        draft.file = Some(file.clone());
        turned(&mut draft, tx, who, State::Published);
        update(tx, &draft).await?;
        say(tx, id, who, "publish", note).await?;
        tx.audit(Entry::new(who, "policy.publish", "policy", &policy.name).before(before).after(summary(&draft)).reason(note.trim()));
        // Last, so that nothing of ours fails behind it; whatever fails still takes the file away again, below.
        put(folder, &path, &draft.text)?;
        Ok(draft)
    });
    if outcome.is_err() {
        let _ = std::fs::remove_file(&path);
    }
    outcome
}

/// Writes a file that is there whole or not at all.
fn put(folder: &Path, path: &Path, text: &str) -> Result<(), Refusal> {
    let fault = |error: std::io::Error| {
        Refusal::unavailable(
            "settle.draft.unwritable",
            format!("不能写入 {}：{error}；请检查磁盘和权限后重试", path.display()),
            format!("cannot write {}: {error}; check disk and permissions, then try again", path.display()),
        )
    };
    std::fs::create_dir_all(folder).map_err(fault)?;
    let beside = path.with_extension("policy.part");
    let written = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&beside, path)).map_err(fault)
}

/// The draft, if it is still as the caller saw it.
async fn current(tx: &mut Tx, id: &str, version: u32) -> Result<Draft, Refusal> {
    let draft = locked(tx, id).await?;
    if draft.version == version {
        return Ok(draft);
    }
    let (by, now) = (&draft.changed_by, draft.version);
    Err(Refusal::new(
        Kind::Conflict,
        "settle.draft.stale",
        format!("草案已由 {by} 改到第 {now} 稿，您看到的是第 {version} 稿；请对照改动后重新保存"),
        format!("{by} changed the draft to revision {now} while you saw revision {version}; compare and save again"),
    ))
}

fn open(draft: &Draft) -> Result<(), Refusal> {
    if draft.state.is_open() { Ok(()) } else { Err(fixed()) }
}

fn fixed() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "settle.draft.fixed",
        "草案已提交审批、发布或撤回，文本不能再改；如需修改，请审批人退回或另建草案",
        "the draft was sent for approval, published or withdrawn and is not written any more; have it returned or begin another",
    )
}

fn in_review(draft: &Draft) -> Result<(), Refusal> {
    if draft.state == State::InReview {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "settle.draft.not_in_review",
        "草案不在审批中；请刷新后查看",
        "the draft is not in review; reload to see how it stands",
    ))
}

fn fits(text: &str) -> Result<(), Refusal> {
    if text.len() <= LARGEST {
        return Ok(());
    }
    Err(Refusal::bad_input("settle.draft.too_large", "政策文本超过 1 MB；请缩短", "the text is larger than 1 MB; shorten it"))
}

fn said(text: &str) -> Result<(), Refusal> {
    if (1..=LONGEST).contains(&text.trim().chars().count()) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "settle.draft.comment",
        format!("请填写意见，最多 {LONGEST} 字"),
        format!("say something, in at most {LONGEST} characters"),
    ))
}

fn turned(draft: &mut Draft, tx: &Tx, who: &str, state: State) {
    draft.state = state;
    draft.version += 1;
    draft.changed_us = tx.now_us();
    who.clone_into(&mut draft.changed_by);
}

fn written(draft: &mut Draft, tx: &Tx, who: &str, text: &str) {
    let head = outline(text).policies.into_iter().next();
    if let Some(head) = head {
        (draft.policy, draft.policy_version, draft.title) = (head.name, head.version, head.title);
        (draft.from, draft.last) = (head.from, head.last);
    }
    text.clone_into(&mut draft.text);
    if !draft.writers.iter().any(|writer| writer == who) {
        draft.writers.push(who.to_owned());
    }
    let state = draft.state;
    turned(draft, tx, who, state);
}

/// A draft in the audit chain: the text by its hash, and where it is fixed the text itself.
fn summary(draft: &Draft) -> String {
    let day = |day: Option<qudao_kernel::Date>| day.map(|day| day.to_string());
    let mut value = json!({
        "draft": draft.id, "policy": draft.policy, "version": draft.policy_version, "title": draft.title,
        "from": day(draft.from), "last": day(draft.last), "state": draft.state.name(), "sha256": sha256(&draft.text), "writers": draft.writers,
    });
    if draft.state == State::Published {
        value["file"] = json!(draft.file);
        value["text"] = json!(draft.text);
    }
    value.to_string()
}
