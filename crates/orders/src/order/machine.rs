//! What may be done to an order, and what comes of it. Pure.

use super::{Confirmed, Ended, Order, Part, Progress, State, Task};
use crate::business::{Business, Undo};
use crate::real_name::Identity;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::hash::sha256;

/// Longest note or number, in characters.
const LONGEST: usize = 200;
const LONGEST_NUMBER: usize = 40;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Keep what the real-name service said.
    Identify(Identity),
    /// Send it: the offer the customer confirmed, and whether they agreed to the check.
    Submit {
        /// Hash of the offer they saw.
        sha256: String,
        /// Whether they agreed.
        consent: bool,
    },
    /// The business system took it under this number.
    Accept(String),
    /// A part of the work is done.
    Finish(Part, String),
    /// A part of the work was tried in vain.
    Fail(Part, String),
    /// Give it up before it takes effect.
    Cancel(String),
    /// Take it back after it took effect.
    Reverse(String),
    /// End its contract early.
    Terminate(String),
}

impl Command {
    /// As histories write it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Identify(_) => "identify",
            Self::Submit { .. } => "submit",
            Self::Accept(_) => "accept",
            Self::Finish(..) => "finish",
            Self::Fail(..) => "fail",
            Self::Cancel(_) => "cancel",
            Self::Reverse(_) => "reverse",
            Self::Terminate(_) => "terminate",
        }
    }
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was done.
    pub act: &'static str,
    /// The state after it.
    pub state: State,
    /// What was said.
    pub note: String,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The order now.
    pub order: Order,
    /// What happened, at least one line.
    pub lines: Vec<Line>,
}

/// Does it.
///
/// # Errors
/// `Conflict orders.state` where the state does not allow it, `orders.terms.changed`, `orders.identity.failed`, `orders.identity.missing`,
/// `orders.undo.none`, `orders.task.none`; `BadInput orders.reason`, `orders.consent.missing`, `orders.system_no`.
pub fn act(order: &Order, business: &Business, command: &Command, now_us: i64, today: Date) -> Result<Outcome, Refusal> {
    let mut next = order.clone();
    let mut lines = Vec::new();
    let mut note = String::new();
    match command {
        Command::Identify(identity) => {
            state(order, &[State::Draft])?;
            note.clone_from(&identity.reference);
            next.identity = Some(identity.clone());
        }
        Command::Submit { sha256, consent } => {
            state(order, &[State::Draft])?;
            if *sha256 != order.offer.sha256 {
                return Err(conflict(
                    "orders.terms.changed",
                    "客户确认的资费或条款与现在的不同；请重新展示并确认",
                    "the fees or terms the customer confirmed are not those of now; show them again and have them confirmed",
                ));
            }
            identified(order, business)?;
            if business.identity && !consent {
                return Err(Refusal::bad_input(
                    "orders.consent.missing",
                    "客户须同意核验实名信息；请征得同意后提交",
                    "the customer must agree to the identity check; ask them, then submit",
                ));
            }
            next.confirmed = Some(Confirmed { sha256: sha256.clone(), consent: *consent, at_us: now_us });
            next.tasks = tasks(order, business);
            next.state = State::Submitted;
        }
        Command::Accept(number) => {
            state(order, &[State::Submitted])?;
            let number = number.trim();
            if number.is_empty()
                || number.len() > LONGEST_NUMBER
                || !number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            {
                return Err(Refusal::bad_input(
                    "orders.system_no",
                    "请填写业务系统的受理流水号，40 位以内的字母、数字或短横线",
                    "give the number of the business system, up to 40 letters, digits and hyphens",
                ));
            }
            note.push_str(number);
            number.clone_into(&mut next.system_no);
            next.state = State::Accepted;
        }
        Command::Finish(part, said) | Command::Fail(part, said) => {
            state(order, &[State::Accepted, State::Activated])?;
            let task = next.tasks.iter_mut().find(|task| task.part == *part && task.progress != Progress::Done).ok_or_else(|| {
                conflict("orders.task.none", "该子任务不存在或已完成；请刷新页面", "there is no such part, or it is done; reload the page")
            })?;
            task.progress = if matches!(command, Command::Finish(..)) { Progress::Done } else { Progress::Failed };
            task.note = said.trim().chars().take(LONGEST).collect();
            format!("{} {}", part.name(), task.note).trim_end().clone_into(&mut note);
        }
        Command::Cancel(reason) => {
            state(order, &[State::Draft, State::Submitted, State::Accepted, State::Activated])?;
            note = reasoned(reason)?;
            next.state = State::Cancelled;
        }
        Command::Reverse(reason) | Command::Terminate(reason) => {
            state(order, &[State::Effective])?;
            note = reasoned(reason)?;
            let early = matches!(command, Command::Terminate(_));
            if business.undo.is_none() || early && (business.undo != Some(Undo::Cancellation) || order.wanted.term_months == 0) {
                return Err(conflict(
                    "orders.undo.none",
                    "该类订单生效后不能撤回，或没有合约期；请按差错流程处理",
                    "an order of this kind is not taken back once it took effect, or has no contract to end; correct it as an error",
                ));
            }
            next.state = if early { State::Terminated } else { State::Reversed };
            next.ended = Some(Ended { reason: note.clone(), on: today });
        }
    }
    lines.push(Line { act: command.name(), state: next.state, note });
    proceed(&mut next, business, &mut lines, today)?;
    Ok(Outcome { order: next, lines })
}

/// Takes an order as far as nothing is left to be done.
fn proceed(order: &mut Order, business: &Business, lines: &mut Vec<Line>, today: Date) -> Result<(), Refusal> {
    let done = |order: &Order, part: Option<Part>| {
        order.tasks.iter().filter(|task| part.is_none_or(|part| task.part == part)).all(|task| task.progress == Progress::Done)
    };
    loop {
        let next = match order.state {
            State::Submitted if !business.system => State::Accepted,
            State::Accepted if done(order, Some(Part::Activation)) => State::Activated,
            State::Activated if done(order, None) => State::Effective,
            _ => return Ok(()),
        };
        if next == State::Effective {
            identified(order, business)?;
            order.effective_on = Some(today);
        }
        order.state = next;
        lines.push(Line { act: "proceed", state: next, note: String::new() });
    }
}

fn tasks(order: &Order, business: &Business) -> Vec<Task> {
    let wanted = [(Part::Activation, business.task), (Part::Delivery, order.wanted.delivery), (Part::Invoice, order.wanted.invoice)];
    let open = |part| Task { part, progress: Progress::Open, note: String::new() };
    wanted.into_iter().filter(|(_, is)| *is).map(|(part, _)| open(part)).collect()
}

/// Refuses an order whose customer is not known to be who they say (R0.27).
fn identified(order: &Order, business: &Business) -> Result<(), Refusal> {
    match &order.identity {
        _ if !business.identity => Ok(()),
        Some(identity) if identity.passed => Ok(()),
        Some(_) => Err(conflict(
            "orders.identity.failed",
            "实名核验没有通过，不能办理；请核对证件后重新核验",
            "the real-name check failed; look at the document and check again",
        )),
        None => Err(conflict("orders.identity.missing", "还没有实名核验；请先核验", "there is no real-name check yet; make it first")),
    }
}

fn state(order: &Order, allowed: &[State]) -> Result<(), Refusal> {
    if allowed.contains(&order.state) {
        return Ok(());
    }
    let name = order.state.name();
    Err(Refusal::new(
        Kind::Conflict,
        "orders.state",
        format!("订单 {} 的状态是 {name}，不能这样处理；请刷新页面", order.id),
        format!("order {} is {name}, which does not allow this; reload the page", order.id),
    ))
}

fn reasoned(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if (2..=LONGEST).contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    Err(Refusal::bad_input("orders.reason", "请填写原因，2 至 200 字", "say why, in 2 to 200 characters"))
}

fn conflict(code: &'static str, zh: &str, en: &str) -> Refusal {
    Refusal::new(Kind::Conflict, code, zh, en)
}

/// What a request to act consists of, to tell a repeat from another one.
pub fn digest(id: &str, command: &Command) -> String {
    // The check's own reference and time differ each time; the person does not.
    match command {
        Command::Identify(identity) => sha256(format!("{id} identify {} {}", identity.name, identity.number)),
        other => sha256(format!("{id} {other:?}")),
    }
}
