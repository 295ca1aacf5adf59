//! Effects of approved applications, each handed to the part of the house that does it. What is checked and changed there is theirs.

use super::display;
use super::onboarding;
use super::verdicts;
use super::web::bug;
use qudao_access::work_ids;
use qudao_display::places::Catalogue;
use qudao_kernel::master::Partner;
use qudao_kernel::{Date, Fen, Refusal, Text};
use qudao_network::act::Act;
use qudao_network::agreement::sign::{self, Signed};
use qudao_network::blacklist::{self, Whom};
use qudao_network::keys::{Key, KeyKind};
use qudao_network::life::Who;
use qudao_network::outlet::change::{self, Change};
use qudao_network::partner::promote;
use qudao_network::{exit, life, onboard, roster};
use qudao_orders::Definitions;
use qudao_orders::acceptance::store::{self as levels, Assign};
use qudao_orders::business::Holder;
use qudao_platform::Tx;
use qudao_platform::params::{self, Register};
use qudao_recruit::agreement::{self, Carried as Agreed};
use qudao_recruit::event::{self, Approved, Definition};
use qudao_settle::{bank, period};
use qudao_workflow::effect::{Call, Carried, Effects};
use qudao_workflow::form::unsealed;
use std::path::PathBuf;
use std::sync::Arc;

/// Carries effects out.
pub(crate) struct Carrier {
    /// Where files lie that applications name.
    pub(crate) files: PathBuf,
    /// Acceptance levels there are.
    pub(crate) levels: Arc<Definitions>,
    /// Places of outlets and what hangs there.
    pub(crate) places: Catalogue,
    /// What recruiting events are made by.
    pub(crate) event: Definition,
}

impl Effects for Carrier {
    fn carry_out<'a>(&'a self, tx: &'a mut Tx, call: &'a Call) -> Carried<'a> {
        Box::pin(self.carried(tx, call))
    }
}

impl Carrier {
    async fn carried(&self, tx: &mut Tx, call: &Call) -> Result<Text, Refusal> {
        let reason = [call.text("reason"), call.text("facts")].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let act = Act {
            who: &call.who,
            reason,
            application: &call.application,
            today: qudao_access::sessions::day(tx.now_us()),
            open_from: period::open_from(tx).await?,
        };
        match call.kind {
            "outlet_change" => {
                let wanted = match call.text("change") {
                    "name" => Change::Name(call.text("name")),
                    "move" => Change::Move { address: call.text("address"), territory: call.text("territory") },
                    "owner" => Change::Owner(call.text("owner")),
                    "pause" => Change::Pause,
                    "close" => Change::Close,
                    "reopen" => Change::Reopen,
                    other => return Err(bug(&format!("the change {other} of an outlet is none"))),
                };
                let (text, clerks) = change::change(tx, &act, call.text("outlet"), wanted, call.day("from")?).await?;
                work_ids::end_of(tx, act.who, &clerks, &act.note()).await?;
                Ok(text)
            }
            "partner_exit" => {
                exit::open(tx, &act, call.text("partner"), call.text("cause"), call.day("notice_on")?, call.day("last_day")?).await
            }
            "agreement" => {
                let agreed = Agreed {
                    partner: call.text("partner"),
                    business: call.text("business"),
                    from: call.day("from")?,
                    last_day: call.day("last_day")?,
                    deposit: Fen(call.number("deposit").unwrap_or_default()),
                };
                let commitment = agreement::carry(tx, &call.application, &agreed).await?;
                let Agreed { partner, business, from, last_day, deposit } = agreed;
                let signed_on = call.text("signed_on").parse().ok();
                let signed = Signed { code: &call.application, partner, business, from, last_day, deposit, commitment, signed_on };
                sign::sign(tx, &act, &signed).await
            }
            "blacklist" => {
                let whom = whom(call)?;
                if call.text("act") == "add" { blacklist::put(tx, &act, &whom).await } else { blacklist::lift(tx, &act, &whom).await }
            }
            "acceptance_grade" => level(tx, &act, &self.levels, call.text("partner"), call.text("level"), call.day("from")?).await,
            "onboarding" => {
                let from = call.day("from")?;
                let (files, batch) = (self.files.clone(), call.text("batch").to_owned());
                let read = tokio::task::spawn_blocking(move || onboarding::read(&files, &batch));
                let read = read.await.map_err(|error| bug(&error.to_string()))??;
                onboard::carry_out(tx, &act, &read, from).await
            }
            "partner_tier" => {
                let tier = if call.text("tier") == "silver" { "银牌增值代理商" } else { "二级代理商" };
                promote::promote(tx, &act, call.text("partner"), tier, call.day("from")?).await
            }
            "recruiting_event" => {
                let approved = Approved {
                    application: &call.application,
                    title: call.text("title"),
                    held_on: call.day("held_on")?,
                    place: call.text("place"),
                    territory: &call.territory,
                    guests: call.number("guests").unwrap_or_default(),
                    goal: call.number("goal").unwrap_or_default(),
                    budget: Fen(call.costs("costs")),
                    owner: &call.starter,
                };
                event::make(tx, &self.event, act.who, &approved).await?;
                Ok(Text::new("已建立招商会项目和任务", "the event and its tasks were made"))
            }
            "bank_account" => {
                let days = params::load(tx, Register::standard()?).await?.on("bank_change_hold_days", "", act.today)?.int()?;
                let [partner, holder, bank, tail] = ["partner", "holder", "bank", "tail"].map(|name| call.text(name));
                let agreed = bank::Agreed { application: &call.application, partner, holder, bank, tail };
                bank::carry(tx, act.who, &agreed, act.today, i32::try_from(days).unwrap_or(i32::MAX)).await
            }
            "outlet_grading" => verdicts::carry(tx, &act, call).await,
            "pop_placement" => display::place(tx, &self.places, call, act.today).await,
            other => Err(bug(&format!("nobody carries out {other}"))),
        }
    }
}

/// Gives a partner an acceptance level from a day on.
async fn level(tx: &mut Tx, act: &Act<'_>, definitions: &Definitions, code: &str, level: &str, from: Date) -> Result<Text, Refusal> {
    act.open(from)?;
    life::may_take(tx, code, from).await?;
    let record = roster::get::<Partner>(tx, code).await?;
    let row = record.as_ref().and_then(|record| roster::on(record, from)).ok_or_else(|| life::none(Who::Partner, code))?;
    let reason = &act.note();
    let new = Assign { holder: Holder::Partner, code, level, certificate: "", certificate_to: None, from, reason };
    levels::approved(tx, definitions, row, act.who, &new).await?;
    let title = definitions.level(level)?.title();
    Ok(Text::new(
        format!("{code} 自 {from} 起受理权限为 {level} {}", title.zh),
        format!("the acceptance level of {code} is {level} {} from {from} on", title.en),
    ))
}

fn whom(call: &Call) -> Result<Whom, Refusal> {
    let Some(kind) = KeyKind::named(call.text("key")) else { return Ok(Whom::Partner(call.text("partner").to_owned())) };
    let (mask, seal) = unsealed(call.text("value")).ok_or_else(|| bug("a number was not sealed"))?;
    Ok(Whom::Number(Key { kind, seal: seal.to_owned(), mask: mask.to_owned() }))
}
