//! Posts and their duties: definitions (`definitions/posts`), and the log of work done for a duty (R8.94, R8.145).

use crate::{people, secret};
use qudao_kernel::{Date, Kind, Month, Refusal, Text};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde::Deserialize;
use serde_json::json;

const DUTIES: &str = include_str!("../../../definitions/posts/duties.toml");
const POSTS: &str = include_str!("../../../definitions/posts/posts.toml");
/// Longest subject and account of an entry, in characters.
const MOST_SUBJECT: usize = 80;
const MOST_ABOUT: usize = 2_000;

/// A duty of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyOf {
    /// Stable id, which is the kind of task in the matrix of responsibilities.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// Role that answers for it until the matrix says otherwise.
    pub role: String,
    /// Metric that shows it was done.
    pub metric: Option<String>,
    /// Kind of document that shows it was done.
    pub documents: Option<String>,
    /// Page on which the work is done.
    pub page: Option<String>,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// What it is for.
    pub purpose: Text,
    /// Role that carries its rights.
    pub role: String,
    /// Whether it is one of the electronic channel.
    pub electronic: bool,
    /// Ids of its duties.
    pub duties: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DutyFile {
    duty: Vec<WrittenDuty>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDuty {
    id: String,
    zh: String,
    en: String,
    role: String,
    metric: Option<String>,
    documents: Option<String>,
    page: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostFile {
    post: Vec<WrittenPost>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPost {
    id: String,
    zh: String,
    en: String,
    purpose_zh: String,
    purpose_en: String,
    role: String,
    channel: Option<String>,
    duties: Vec<String>,
}

/// The duty list template, in its order.
///
/// # Errors
/// `Bug access.posts.file`; a test shows that the embedded file is right.
pub fn duties() -> Result<Vec<DutyOf>, Refusal> {
    let file: DutyFile = toml::from_str(DUTIES).map_err(|error| wrong(&error.to_string()))?;
    let of = |duty: WrittenDuty| {
        let WrittenDuty { id, zh, en, role, metric, documents, page } = duty;
        DutyOf { id, title: Text::new(zh, en), role, metric, documents, page }
    };
    Ok(file.duty.into_iter().map(of).collect())
}

/// The post descriptions, in their order.
///
/// # Errors
/// As [`duties`].
pub fn posts() -> Result<Vec<Post>, Refusal> {
    let file: PostFile = toml::from_str(POSTS).map_err(|error| wrong(&error.to_string()))?;
    let of = |post: WrittenPost| Post {
        id: post.id,
        title: Text::new(post.zh, post.en),
        purpose: Text::new(post.purpose_zh, post.purpose_en),
        role: post.role,
        electronic: post.channel.as_deref() == Some("electronic"),
        duties: post.duties,
    };
    Ok(file.post.into_iter().map(of).collect())
}

fn wrong(why: &str) -> Refusal {
    Refusal::new(Kind::Bug, "access.posts.file", format!("岗位定义有误：{why}"), format!("the definitions of posts are wrong: {why}"))
}

/// Work somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Id.
    pub id: String,
    /// Duty.
    pub duty: String,
    /// Login of who did it.
    pub login: String,
    /// Their name.
    pub name: String,
    /// The day.
    pub day: Date,
    /// With whom, or about what.
    pub subject: String,
    /// What was done.
    pub about: String,
}

/// Notes work of one's own for a duty.
///
/// # Errors
/// `NotFound access.duty.none`; `BadInput access.work.words` for too few or too many words, `access.work.day` for a day that has not come.
pub async fn note(db: &Db, who: &str, duty: &str, day: Date, subject: &str, about: &str) -> Result<String, Refusal> {
    if !duties()?.iter().any(|known| known.id == duty) {
        return Err(Refusal::new(Kind::NotFound, "access.duty.none", "没有这项职责", "there is no such duty"));
    }
    let (subject, about) = (subject.trim(), about.trim());
    if subject.is_empty() || subject.chars().count() > MOST_SUBJECT || about.is_empty() || about.chars().count() > MOST_ABOUT {
        return Err(Refusal::bad_input(
            "access.work.words",
            format!("请填写对象（{MOST_SUBJECT} 字以内）和内容（{MOST_ABOUT} 字以内）"),
            format!("say with whom, in up to {MOST_SUBJECT} characters, and what was done, in up to {MOST_ABOUT}"),
        ));
    }
    if day > crate::sessions::day(db.now_us()) {
        return Err(Refusal::bad_input("access.work.day", "日期不能晚于今天", "the day has not come yet"));
    }
    let id = secret::id("wrk")?;
    write_tx!(db, |tx| {
        people::present(tx, who).await?;
        let sql = "insert into access_work (id, duty, login, day, subject, about, at_us) values ($1, $2, $3, $4, $5, $6, $7)";
        tx.execute(sql, args![&id, duty, who, day, subject, about, tx.now_us()]).await?;
        let after = json!({ "id": id, "day": day.to_string(), "subject": subject });
        tx.audit(Entry::new(who, "work.note", "duty", duty).after(after.to_string()));
        Ok(())
    })?;
    Ok(id)
}

/// Work of a month, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn work(tx: &mut Tx, month: Month) -> Result<Vec<Work>, Refusal> {
    let sql = "select w.*, p.name from access_work w join access_person p on p.login = w.login
               where w.day >= $1 and w.day <= $2 order by w.day desc, w.at_us desc, w.id";
    let of = |row: &Row| {
        Ok(Work {
            id: row.string("id")?,
            duty: row.string("duty")?,
            login: row.string("login")?,
            name: row.string("name")?,
            day: row.parse("day")?,
            subject: row.string("subject")?,
            about: row.string("about")?,
        })
    };
    tx.query(sql, args![month.first_day(), month.last_day()]).await?.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Roles;
    use qudao_testkit::{TestDb, on_both};
    use std::collections::BTreeSet;

    on_both!(work_is_noted_for_a_duty);

    #[test]
    fn thirteen_duties_each_with_somebody_to_answer_and_posts_with_rights() {
        // R8.94, R8.145
        let (duties, posts, roles) = (duties().unwrap(), posts().unwrap(), Roles::standard().unwrap());
        assert_eq!(duties.len(), 13);
        let ids: BTreeSet<&str> = duties.iter().map(|duty| duty.id.as_str()).collect();
        assert_eq!(ids.len(), 13);
        assert!(duties.iter().all(|duty| roles.get(&duty.role).is_ok()));
        assert!(posts.iter().all(|post| roles.get(&post.role).is_ok() && post.duties.iter().all(|duty| ids.contains(duty.as_str()))));
        let held: BTreeSet<&str> = posts.iter().flat_map(|post| &post.duties).map(String::as_str).collect();
        assert_eq!(held, ids, "every duty is of some post");
        assert!(posts.iter().filter(|post| post.electronic).count() >= 3);
    }

    async fn work_is_noted_for_a_duty(db: TestDb) {
        // R8.94; the tests' clock stands on 2026-07-01
        people::create(&db, "admin", "zhang3", "张三", "first password").await.unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let code = |outcome: Result<String, Refusal>| outcome.err().map_or("ok", |refusal| refusal.code);
        assert_eq!(code(note(&db, "zhang3", "singing", day("2026-07-01"), "甲", "乙").await), "access.duty.none");
        assert_eq!(code(note(&db, "zhang3", "negotiation", day("2026-07-02"), "甲", "乙").await), "access.work.day");
        assert_eq!(code(note(&db, "zhang3", "negotiation", day("2026-07-01"), " ", "乙").await), "access.work.words");
        note(&db, "zhang3", "negotiation", day("2026-06-30"), "岳麓通信", "商谈年度承诺额").await.unwrap();
        note(&db, "zhang3", "negotiation", day("2026-07-01"), "岳麓通信", "确定承诺额").await.unwrap();
        let found = work(&mut db.read().await.unwrap(), "2026-07".parse().unwrap()).await.unwrap();
        assert_eq!(found.iter().map(|work| work.about.as_str()).collect::<Vec<_>>(), ["确定承诺额"]);
    }
}
