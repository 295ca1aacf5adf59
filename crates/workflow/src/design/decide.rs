//! What can be done with a definition of the house, each in one transaction with its audit entry.

use super::judge::judge;
use super::store::{insert, locked, say, update};
use super::{Draft, State};
use crate::definition;
use crate::standard::{self, Catalogue};
use qudao_kernel::{Kind, Refusal, Text};
use qudao_platform::audit::{Entry, same_hand};
use qudao_platform::db::{Db, Tx};
use qudao_platform::hash::{Fields, sha256};
use qudao_platform::{args, write_tx};
use serde_json::json;

/// Largest text, in bytes.
const LARGEST: usize = 256 << 10;
/// Longest comment, in characters.
const LONGEST: usize = 2_000;
/// What audit entries are about.
const NOUN: &str = "flow_draft";

/// Begins a definition, from nothing or from the text of a version.
///
/// # Errors
/// `BadInput workflow.draft.too_large`.
pub async fn create(db: &Db, who: &str, text: &str, base: Option<u32>) -> Result<Draft, Refusal> {
    fits(text)?;
    write_tx!(db, |tx| {
        let count = tx.query_one("select count(*) as drafts from flow_draft", args![]).await?.int("drafts")?;
        let now = tx.now_us();
        let digest = Fields::new().text(who).int(now).int(count).finish();
        let mut draft = Draft {
            id: format!("flow_{}", &digest[..16]),
            flow: String::new(),
            flow_version: 0,
            title: Text::default(),
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
            retire_by: None,
        };
        written(&mut draft, tx, who, text);
        insert(tx, &draft).await?;
        say(tx, &draft.id, who, "create", "").await?;
        tx.audit(Entry::new(who, "flow_draft.create", NOUN, &draft.id).after(summary(&draft)));
        Ok(draft)
    })
}

/// Writes the text anew. Saving happens as somebody types, so it is kept who wrote and when, and no audit entry is made until the text is sent for approval.
///
/// # Errors
/// `Conflict workflow.draft.stale` if it changed since it was read, `workflow.draft.fixed` if it may not be written any more.
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

/// Says something about a definition.
///
/// # Errors
/// `BadInput workflow.draft.comment`, `NotFound workflow.draft.missing`.
pub async fn comment(db: &Db, who: &str, id: &str, text: &str) -> Result<(), Refusal> {
    said(text)?;
    write_tx!(db, |tx| {
        locked(tx, id).await?;
        say(tx, id, who, "comment", text).await?;
        tx.audit(Entry::new(who, "flow_draft.comment", NOUN, id).reason(text.trim()));
        Ok(())
    })
}

/// Sends a definition for approval, with the reason of the change; its text is fixed from here on.
///
/// # Errors
/// As [`save`]; `BadInput workflow.draft.comment` without a reason; `Conflict workflow.draft.wrong` for one with anything wrong.
pub async fn submit(db: &Db, catalogue: &Catalogue, who: &str, id: &str, version: u32, reason: &str) -> Result<Draft, Refusal> {
    said(reason)?;
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        open(&draft)?;
        judge(tx, catalogue, &draft.text).await?.publishable()?;
        let before = summary(&draft);
        draft.submitted = Some((who.to_owned(), tx.now_us(), sha256(&draft.text)));
        turned(&mut draft, tx, who, State::InReview);
        update(tx, &draft).await?;
        said_and_done(tx, &draft, who, ("flow_draft.submit", "submit"), before, reason).await?;
        Ok(draft)
    })
}

/// Sends a definition back with what is to be changed.
///
/// # Errors
/// `BadInput workflow.draft.comment` without a comment; `Conflict workflow.draft.stale`, `workflow.draft.not_in_review`.
pub async fn give_back(db: &Db, who: &str, id: &str, version: u32, note: &str) -> Result<Draft, Refusal> {
    said(note)?;
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        in_state(&draft, State::InReview)?;
        let before = summary(&draft);
        turned(&mut draft, tx, who, State::Returned);
        update(tx, &draft).await?;
        said_and_done(tx, &draft, who, ("flow_draft.return", "return"), before, note).await?;
        Ok(draft)
    })
}

/// Gives a definition up that was not published.
///
/// # Errors
/// `Forbidden workflow.draft.not_yours` for whoever did not begin it; `Conflict workflow.draft.stale`, `workflow.draft.not_in_review`.
pub async fn withdraw(db: &Db, who: &str, id: &str, version: u32, note: &str) -> Result<Draft, Refusal> {
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        if !same_hand(&draft.author, who) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "workflow.draft.not_yours",
                format!("流程草案由 {} 建立，只能由本人撤回", draft.author),
                format!("the draft is of {}; nobody else withdraws it", draft.author),
            ));
        }
        if !draft.state.is_open() {
            in_state(&draft, State::InReview)?;
        }
        let before = summary(&draft);
        turned(&mut draft, tx, who, State::Withdrawn);
        update(tx, &draft).await?;
        said_and_done(tx, &draft, who, ("flow_draft.withdraw", "withdraw"), before, note).await?;
        Ok(draft)
    })
}

/// Approves what was sent, the text with this hash: what begins from now on begins under it.
///
/// # Errors
/// `Forbidden workflow.draft.own` for whoever wrote at it; `Conflict workflow.draft.stale`, `workflow.draft.not_in_review`, `workflow.draft.other_text`,
/// `workflow.draft.wrong`.
pub async fn publish(
    db: &Db,
    catalogue: &Catalogue,
    who: &str,
    id: &str,
    (version, sha): (u32, &str),
    note: &str,
) -> Result<Draft, Refusal> {
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        in_state(&draft, State::InReview)?;
        if draft.writers.iter().chain([&draft.author]).any(|writer| same_hand(writer, who)) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "workflow.draft.own",
                "写过这份流程的人不能批准它；请由其他有权限的人审批",
                "whoever wrote at a flow does not approve it; somebody else has to",
            ));
        }
        let sent = draft.submitted.as_ref().map_or("", |(_, _, sha)| sha.as_str());
        if sent != sha || sha256(&draft.text) != sha {
            return Err(Refusal::new(
                Kind::Conflict,
                "workflow.draft.other_text",
                "要批准的文本与提交的不是同一份；请刷新后重新审阅",
                "what you approve is not what was sent; reload and look again",
            ));
        }
        let judged = judge(tx, catalogue, &draft.text).await?;
        let definition = judged.publishable()?;
        let before = summary(&draft);
        draft.decided = Some((who.to_owned(), tx.now_us()));
        turned(&mut draft, tx, who, State::Published);
        update(tx, &draft).await?;
        if !standard::keep(tx, definition, &draft.text, who).await? {
            return Err(Refusal::new(
                Kind::Conflict,
                "workflow.draft.wrong",
                format!("版本 {} 已用于另一份文本；请退回并提高版本号", definition.version),
                format!("the version {} belongs to another text; send it back for a higher one", definition.version),
            ));
        }
        said_and_done(tx, &draft, who, ("flow_definition.publish", "publish"), before, note).await?;
        Ok(draft)
    })
}

/// Asks that a published version be used no more; somebody else decides.
///
/// # Errors
/// `BadInput workflow.draft.comment` without a reason; `Conflict workflow.draft.stale`, `workflow.draft.not_in_review` for one that is not in use.
pub async fn ask_retire(db: &Db, who: &str, id: &str, version: u32, reason: &str) -> Result<Draft, Refusal> {
    said(reason)?;
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        in_state(&draft, State::Published)?;
        let before = summary(&draft);
        draft.retire_by = Some(who.to_owned());
        turned(&mut draft, tx, who, State::Retiring);
        update(tx, &draft).await?;
        said_and_done(tx, &draft, who, ("flow_definition.retire_ask", "retire_ask"), before, reason).await?;
        Ok(draft)
    })
}

/// Confirms that a version is used no more. What runs under it goes on; what begins does so under the version before it, if there is one.
///
/// # Errors
/// `Forbidden workflow.draft.own` for whoever asked for it; `Conflict workflow.draft.stale`, `workflow.draft.not_in_review`.
pub async fn retire(db: &Db, who: &str, id: &str, version: u32, note: &str) -> Result<Draft, Refusal> {
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        in_state(&draft, State::Retiring)?;
        if draft.retire_by.as_deref().is_some_and(|asked| same_hand(asked, who)) {
            return Err(Refusal::new(
                Kind::Forbidden,
                "workflow.draft.own",
                "提出停用的人不能自己确认；请由其他有权限的人确认",
                "whoever asked for it does not confirm it; somebody else has to",
            ));
        }
        let before = summary(&draft);
        turned(&mut draft, tx, who, State::Retired);
        update(tx, &draft).await?;
        said_and_done(tx, &draft, who, ("flow_definition.retire", "retire"), before, note).await?;
        Ok(draft)
    })
}

/// Keeps a version in use that somebody asked to be used no more.
///
/// # Errors
/// `BadInput workflow.draft.comment` without a reason; `Conflict workflow.draft.stale`, `workflow.draft.not_in_review`.
pub async fn keep_in_use(db: &Db, who: &str, id: &str, version: u32, note: &str) -> Result<Draft, Refusal> {
    said(note)?;
    write_tx!(db, |tx| {
        let mut draft = current(tx, id, version).await?;
        in_state(&draft, State::Retiring)?;
        let before = summary(&draft);
        draft.retire_by = None;
        turned(&mut draft, tx, who, State::Published);
        update(tx, &draft).await?;
        said_and_done(tx, &draft, who, ("flow_definition.retire_keep", "retire_keep"), before, note).await?;
        Ok(draft)
    })
}

/// The note and the audit entry of what was done: entry's action, note's kind.
async fn said_and_done(
    tx: &mut Tx,
    draft: &Draft,
    who: &str,
    (action, kind): (&str, &str),
    before: String,
    note: &str,
) -> Result<(), Refusal> {
    say(tx, &draft.id, who, kind, note).await?;
    let (noun, id) = if action.starts_with(NOUN) { (NOUN, &draft.id) } else { ("flow_definition", &draft.flow) };
    tx.audit(Entry::new(who, action, noun, id).before(before).after(summary(draft)).reason(note.trim()));
    Ok(())
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
        "workflow.draft.stale",
        format!("流程草案已由 {by} 改到第 {now} 稿，您看到的是第 {version} 稿；请对照改动后重新保存"),
        format!("{by} changed the draft to revision {now} while you saw revision {version}; compare and save again"),
    ))
}

fn open(draft: &Draft) -> Result<(), Refusal> {
    if draft.state.is_open() {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "workflow.draft.fixed",
        "流程已提交审批、发布或撤回，文本不能再改；如需修改，请审批人退回或以此新建草案",
        "the flow was sent for approval, published or withdrawn and is not written any more; have it returned or begin another draft from it",
    ))
}

fn in_state(draft: &Draft, state: State) -> Result<(), Refusal> {
    if draft.state == state {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "workflow.draft.not_in_review",
        "流程的状态已变，不能这样处理；请刷新后查看",
        "the flow stands otherwise by now, so this cannot be done; reload to see how it stands",
    ))
}

fn fits(text: &str) -> Result<(), Refusal> {
    if text.len() <= LARGEST {
        return Ok(());
    }
    Err(Refusal::bad_input("workflow.draft.too_large", "流程定义超过 256 KB；请缩短", "the definition is larger than 256 KB; shorten it"))
}

fn said(text: &str) -> Result<(), Refusal> {
    if (1..=LONGEST).contains(&text.trim().chars().count()) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "workflow.draft.comment",
        format!("请填写原因或意见，最多 {LONGEST} 字"),
        format!("give a reason or say something, in at most {LONGEST} characters"),
    ))
}

fn turned(draft: &mut Draft, tx: &Tx, who: &str, state: State) {
    draft.state = state;
    draft.version += 1;
    draft.changed_us = tx.now_us();
    who.clone_into(&mut draft.changed_by);
}

/// The new text, with what it declares as far as it can be read.
fn written(draft: &mut Draft, tx: &Tx, who: &str, text: &str) {
    if let Some(document) = definition::document(text) {
        let word = |key: &str| document.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        draft.flow = word("id");
        draft.flow_version =
            document.get("version").and_then(serde_json::Value::as_u64).and_then(|one| u32::try_from(one).ok()).unwrap_or(0);
        draft.title = Text::new(word("zh"), word("en"));
    }
    text.clone_into(&mut draft.text);
    if !draft.writers.iter().any(|writer| writer == who) {
        draft.writers.push(who.to_owned());
    }
    let state = draft.state;
    turned(draft, tx, who, state);
}

/// A definition in the audit chain: the text by its hash, and where it is fixed for good the text itself.
fn summary(draft: &Draft) -> String {
    let mut value = json!({
        "draft": draft.id, "flow": draft.flow, "version": draft.flow_version, "title": draft.title.zh, "state": draft.state.name(),
        "sha256": sha256(&draft.text), "writers": draft.writers,
    });
    if draft.state == State::Published {
        value["text"] = json!(draft.text);
    }
    value.to_string()
}
