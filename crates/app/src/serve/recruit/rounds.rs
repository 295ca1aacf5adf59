//! Invitations and reminders of recruiting events on their way out, round after round (R8.27, R8.29).

use super::super::desk::Desk;
use super::super::post::{Mail, Post};
use super::super::web::bug;
use qudao_kernel::Refusal;
use qudao_recruit::event::{self, Event, Guest};
use std::sync::Arc;
use std::time::Duration;

/// How often is looked whether something is due.
const ROUND: Duration = Duration::from_secs(30);

/// Sends what is due, until the server stops.
pub(crate) async fn rounds(desk: Arc<Desk>, post: Arc<Post>) {
    let mut clock = tokio::time::interval(ROUND);
    loop {
        clock.tick().await;
        if !desk.leads("recruit").await {
            continue;
        }
        if let Err(refusal) = round(&desk, &post).await {
            tracing::error!(code = refusal.code, "{}", refusal.text.en);
        }
    }
}

async fn round(desk: &Arc<Desk>, post: &Arc<Post>) -> Result<(), Refusal> {
    let due = event::due_mails(&mut desk.db.read().await?, &desk.recruit.event, desk.today()).await?;
    for (held, guest, reminder) in due {
        // A reminder is claimed before it goes out: one that is lost is better than two.
        if let Some(days) = reminder
            && !event::reminded(&desk.db, &guest.id, days).await?
        {
            continue;
        }
        let (mail, post) = (letter(&held, &guest, reminder), Arc::clone(post));
        let sent = tokio::task::spawn_blocking(move || post.send(&mail)).await.map_err(|error| bug(&error.to_string()))?;
        match (reminder, sent) {
            (None, sent) => {
                let failed = sent.as_ref().err().map(|refusal| refusal.text.zh.as_str());
                event::delivered(&desk.db, &guest.id, failed).await?;
            }
            (Some(_), Err(refusal)) => tracing::error!(guest = guest.id, code = refusal.code, "{}", refusal.text.en),
            (Some(_), Ok(())) => {}
        }
    }
    Ok(())
}

/// What a guest reads. Invitations are in Chinese, like the event.
fn letter(held: &Event, guest: &Guest, reminder: Option<i32>) -> Mail {
    let Event { title, held_on, place, .. } = held;
    let (name, code) = (&guest.name, &guest.code);
    let (subject, first) = match reminder {
        None => (format!("邀请函：{title}"), format!("诚邀您参加“{title}”。")),
        Some(days) => (format!("会议提醒：{title}"), format!("“{title}”将于 {days} 天后举办，期待您的光临。")),
    };
    let text = format!("{name}，您好：\n\n{first}\n\n时间：{held_on}\n地点：{place}\n签到码：{code}\n\n到会时请出示签到码。\n");
    let id = match reminder {
        None => format!("{}-{}", guest.id, guest.version),
        Some(days) => format!("{}-remind-{days}", guest.id),
    };
    Mail { id, to: guest.mail.clone(), subject, text, table: None }
}
