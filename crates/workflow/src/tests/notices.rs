use super::running::rent;
use super::{House, agree, code};
use crate::machine::Command;
use crate::notice::{self, Notice, Wish};
use qudao_kernel::Refusal;
use qudao_testkit::{TestDb, on_both};
use std::time::Duration;

on_both!(notices_are_sent_once_to_who_wants_them, a_notice_that_fails_is_tried_again);

fn wish(address: &str) -> Wish {
    Wish { address: address.to_owned(), lang: "zh".to_owned() }
}

async fn waiting(house: &House) -> Vec<Notice> {
    notice::due(&mut house.db.read().await.unwrap()).await.unwrap()
}

fn told(all: &[Notice]) -> Vec<(&str, &str)> {
    all.iter().map(|one| (one.login.as_str(), one.about.as_str())).collect()
}

/// Sends all that waits.
async fn send(house: &House) {
    for one in waiting(house).await {
        assert!(notice::claim(&house.db, &one).await.unwrap());
        assert!(!notice::claim(&house.db, &one).await.unwrap(), "nobody else sends it");
        notice::ended(&house.db, &one, Ok(())).await.unwrap();
    }
}

async fn notices_are_sent_once_to_who_wants_them(db: TestDb) {
    // R8.44
    let house = House::of(db).await;
    let before = house.starts("key-early", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &before.id, Command::Submit).await.unwrap();
    house.db.clock().advance(Duration::from_secs(1));
    assert_eq!(code(notice::set(&house.db, "sun", &wish("sun@example.com\nbcc: x@example.com")).await), "workflow.mail.address");
    for login in ["sun", "wang"] {
        notice::set(&house.db, login, &wish(&format!("{login}@example.com"))).await.unwrap();
    }
    assert!(waiting(&house).await.is_empty(), "what came before is not told");
    let started = house.starts("key-start", "wang", "subsidy", rent()).await.unwrap();
    let id = started.id.as_str();
    assert!(waiting(&house).await.is_empty(), "a draft is told to nobody");
    house.acts("wang", id, Command::Submit).await.unwrap();
    let all = waiting(&house).await;
    assert_eq!(told(&all), [("sun", "holder")], "jin and li want no mail, and come later");
    assert_eq!((all[0].address.as_str(), all[0].instance.as_str(), all[0].due.is_some()), ("sun@example.com", id, true));
    send(&house).await;
    assert!(waiting(&house).await.is_empty());
    house.db.clock().advance(Duration::from_secs(1));
    house.acts("sun", id, Command::Return { to: None, straight: true, text: "请补分配办法".into() }).await.unwrap();
    assert_eq!(told(&waiting(&house).await), [("wang", "returned")]);
    send(&house).await;
    house.db.clock().advance(Duration::from_secs(1));
    house.acts("wang", id, Command::Submit).await.unwrap();
    assert_eq!(told(&waiting(&house).await), [("sun", "holder")], "it came to sun once more");
    send(&house).await;
    house.db.clock().advance(Duration::from_secs(1));
    for login in ["sun", "jin", "li"] {
        house.acts(login, id, agree()).await.unwrap();
    }
    assert_eq!(told(&waiting(&house).await), [("wang", "ended")]);
    notice::unset(&house.db, "wang").await.unwrap();
    assert!(waiting(&house).await.is_empty());
    assert_eq!(notice::wish(&mut house.db.read().await.unwrap(), "wang").await.unwrap(), None);
}

async fn a_notice_that_fails_is_tried_again(db: TestDb) {
    // R8.44
    let house = House::of(db).await;
    notice::set(&house.db, "sun", &wish("sun@example.com")).await.unwrap();
    let started = house.starts("key-start", "wang", "subsidy", rent()).await.unwrap();
    house.acts("wang", &started.id, Command::Submit).await.unwrap();
    let one = waiting(&house).await.remove(0);
    assert!(notice::claim(&house.db, &one).await.unwrap());
    notice::ended(&house.db, &one, Err(Refusal::unavailable("serve.post", "发不出", "it cannot be sent"))).await.unwrap();
    assert!(waiting(&house).await.is_empty(), "not at once");
    house.db.clock().advance(Duration::from_mins(16));
    assert_eq!(waiting(&house).await, std::slice::from_ref(&one));
    assert!(notice::claim(&house.db, &one).await.unwrap());
    house.db.clock().advance(Duration::from_mins(59));
    assert!(!notice::claim(&house.db, &one).await.unwrap(), "somebody is at it");
    house.db.clock().advance(Duration::from_mins(2));
    assert!(notice::claim(&house.db, &one).await.unwrap(), "who broke off is taken over from");
}
