//! A recruiting event from its approval to the outcome of every attendee.

use super::{code, day, noon};
use crate::Sight;
use crate::event::{
    self, Answer, Approved, Definition, Event, EventState, Guest, GuestAct, NewCard, NewGuest, Outcome, TaskChange, TaskState,
};
use crate::prospect::NewProspect;
use qudao_kernel::{Fen, Refusal};
use qudao_network::keys;
use qudao_platform::write_tx;
use qudao_testkit::{TestDb, on_both};

on_both!(an_event_runs_to_the_outcome_of_every_attendee, letters_and_reminders_go_out_once);

const ID: &str = "ZS202608-0001";

async fn made(db: &TestDb) -> Definition {
    db.clock().set_us(noon("2026-08-20"));
    let definition = Definition::standard().unwrap();
    let approved = Approved {
        application: ID,
        title: "秋季招商会",
        held_on: day("2026-08-31"),
        place: "会议中心",
        territory: "430102",
        guests: 80,
        goal: 10,
        budget: Fen(1_200_000),
        owner: "channel",
    };
    write_tx!(db, |tx| {
        keys::ready(tx).await?;
        event::make(tx, &definition, "leader", &approved).await
    })
    .unwrap();
    definition
}

async fn invites(db: &TestDb) -> u32 {
    let guest = |name, phone, mail| NewGuest { name, company: "示例小店", phone, mail };
    let new = [
        guest("来宾一", "19900000001", "a@example.com"),
        guest("来宾二", "19900000002", "b@example.com"),
        guest("来宾三", "", ""),
        guest("来宾一", "19900000001", ""),
    ];
    event::invite(db, &Sight::everywhere(), "channel", "guests-1", ID, &new).await.unwrap().into_inner()
}

async fn guests(db: &TestDb) -> Vec<Guest> {
    event::guests(&mut db.read().await.unwrap(), ID).await.unwrap()
}

async fn whole(db: &TestDb) -> Event {
    event::get(&mut db.read().await.unwrap(), &Sight::everywhere(), ID).await.unwrap()
}

async fn acts(db: &TestDb, at: usize, act: GuestAct<'_>) -> Result<u32, Refusal> {
    let guest = guests(db).await[at].clone();
    event::act(db, &Sight::everywhere(), "channel", (ID, &guest.id), guest.version, &act).await
}

async fn turns(db: &TestDb, definition: &Definition, to: EventState) -> Result<u32, Refusal> {
    let version = whole(db).await.version;
    event::to_state(db, definition, &Sight::everywhere(), "channel", (ID, version), to, (Fen(1_000_000), "")).await
}

async fn ends(db: &TestDb, task: &str) -> Result<u32, Refusal> {
    let held = event::tasks(&mut db.read().await.unwrap(), ID).await.unwrap().into_iter().find(|one| one.task == task).unwrap();
    let change = TaskChange { owner: &held.owner, due_on: held.due_on, state: TaskState::Done, evidence: "已完成，资料存档" };
    event::change_task(db, &Sight::everywhere(), "channel", (ID, task), held.version, &change).await
}

/// R8.17 to R8.34 but the letters.
async fn an_event_runs_to_the_outcome_of_every_attendee(db: TestDb) {
    let definition = made(&db).await;
    let tasks = event::tasks(&mut db.read().await.unwrap(), ID).await.unwrap();
    assert_eq!((tasks.len(), tasks[0].due_on, tasks[16].due_on), (17, day("2026-08-16"), day("2026-09-15")), "due relative to the day");
    assert!(tasks[0].is_late(day("2026-08-20")));
    assert_eq!(invites(&db).await, 3, "the same phone is one guest");
    assert_eq!(invites(&db).await, 3, "the same request adds nobody");
    acts(&db, 2, GuestAct::HandOver("上门送达")).await.unwrap();
    acts(&db, 2, GuestAct::Answer(Answer::Yes, "")).await.unwrap();
    let codes: Vec<String> = guests(&db).await.into_iter().map(|guest| guest.code).collect();
    let enters = async |code: &str| event::check_in(&db, &definition, &Sight::everywhere(), "channel", ID, code).await;
    assert_eq!(code(&enters(&codes[0]).await), "recruit.state", "not before the day");
    assert_eq!(code(&turns(&db, &definition, EventState::Held).await), "recruit.days");
    db.clock().set_us(noon("2026-08-31"));
    let came = enters(&codes[0].to_lowercase()).await.unwrap();
    assert_eq!(came.next_on, Some(day("2026-09-03")), "every attendee has a next contact");
    assert_eq!(code(&enters(&codes[0]).await), "recruit.guest.twice");
    assert_eq!(code(&enters("XXXXXX").await), "recruit.guest.code");
    enters(&codes[2]).await.unwrap();
    let (first, absent) = (guests(&db).await[0].id.clone(), guests(&db).await[1].id.clone());
    let card = |phone| NewCard {
        kind: "card",
        guest: &first,
        prospect: NewProspect {
            name: "来宾一",
            company: "",
            territory: "430102",
            tier: "",
            plan: "",
            owner: "channel",
            phone,
            licence: "",
        },
        answers: "",
    };
    let brought = event::enter(&db, &Sight::everywhere(), "channel", "card-0001", ID, &card("19900000001")).await.unwrap().into_inner();
    let again = event::enter(&db, &Sight::everywhere(), "channel", "card-0002", ID, &card("19900000001")).await.unwrap().into_inner();
    assert_eq!((brought.fresh, again.fresh, &brought.id), (true, false, &again.id));
    prizes_are_not_more_than_were_bought(&db, &first, &absent).await;
    turns(&db, &definition, EventState::Held).await.unwrap();
    assert_eq!(code(&acts(&db, 1, GuestAct::FollowUp(Outcome::Signed, None, "")).await), "recruit.state", "who did not come");
    assert_eq!(code(&acts(&db, 0, GuestAct::FollowUp(Outcome::Open, None, "")).await), "recruit.guest.next");
    acts(&db, 0, GuestAct::FollowUp(Outcome::Signed, None, "已签协议")).await.unwrap();
    for rule in definition.tasks.iter().filter(|rule| rule.required) {
        ends(&db, &rule.id).await.unwrap();
    }
    assert_eq!(code(&turns(&db, &definition, EventState::Closed).await), "recruit.event.open");
    acts(&db, 2, GuestAct::FollowUp(Outcome::Lost, None, "已与他方签约")).await.unwrap();
    turns(&db, &definition, EventState::Closed).await.unwrap();
    assert_eq!(code(&ends(&db, "media").await), "recruit.state");
    let found = event::figures(&mut db.read().await.unwrap(), &whole(&db).await).await.unwrap();
    assert_eq!((found.listed, found.invited, found.confirmed, found.attended), (3, 1, 1, 2), "{found:?}");
    assert_eq!((found.cards, found.prospects, found.signed, found.lost, found.cost_per_signed), (2, 1, 1, 1, Some(Fen(1_000_000))));
}

/// R8.31
async fn prizes_are_not_more_than_were_bought(db: &TestDb, came: &str, absent: &str) {
    let everywhere = Sight::everywhere();
    let prize = event::add_prize(db, &everywhere, "channel", "prize-0001", ID, "雨伞", 1).await.unwrap().into_inner();
    assert_eq!(code(&event::give(db, &everywhere, "channel", ID, prize, absent).await), "recruit.state", "only who came");
    event::give(db, &everywhere, "channel", ID, prize, came).await.unwrap();
    assert_eq!(code(&event::give(db, &everywhere, "channel", ID, prize, came).await), "recruit.prize.twice");
    let third = guests(db).await[2].id.clone();
    assert_eq!(code(&event::give(db, &everywhere, "channel", ID, prize, &third).await), "recruit.prize.gone");
    event::incident(db, &everywhere, "channel", ID, "话筒故障，十分钟后更换").await.unwrap();
    assert_eq!(event::incidents(&mut db.read().await.unwrap(), ID).await.unwrap().len(), 1);
}

/// R8.27, R8.29: a letter is sent once and its delivery kept; who does not decline is reminded three days before and one.
async fn letters_and_reminders_go_out_once(db: TestDb) {
    let definition = made(&db).await;
    invites(&db).await;
    assert_eq!(event::queue_invitations(&db, &Sight::everywhere(), "channel", ID).await.unwrap(), 2, "those with an address");
    let due = async |on: &str| {
        let found = event::due_mails(&mut db.read().await.unwrap(), &definition, day(on)).await.unwrap();
        found.into_iter().map(|(_, guest, days)| (guest.id, days)).collect::<Vec<_>>()
    };
    let (one, two) = (guests(&db).await[0].id.clone(), guests(&db).await[1].id.clone());
    assert_eq!(due("2026-08-20").await, [(one.clone(), None), (two.clone(), None)]);
    event::delivered(&db, &one, None).await.unwrap();
    event::delivered(&db, &two, Some("地址不存在")).await.unwrap();
    assert!(due("2026-08-20").await.is_empty());
    assert_eq!(event::queue_invitations(&db, &Sight::everywhere(), "channel", ID).await.unwrap(), 1, "what failed is sent again");
    event::delivered(&db, &two, None).await.unwrap();
    acts(&db, 1, GuestAct::Answer(Answer::No, "当天外出")).await.unwrap();
    assert_eq!(due("2026-08-28").await, [(one.clone(), Some(3))]);
    assert!(event::reminded(&db, &one, 3).await.unwrap());
    assert!(!event::reminded(&db, &one, 3).await.unwrap(), "nobody is reminded twice of the same day");
    assert!(due("2026-08-29").await.is_empty());
    assert_eq!(due("2026-08-30").await, [(one, Some(1))]);
    assert!(due("2026-08-31").await.is_empty());
}
