//! What the machine says no with.

use super::instance::{Instance, State};
use super::{MOST_PEOPLE, MOST_WORDS};
use crate::definition::Step;
use crate::directory::Post;
use qudao_kernel::{Kind, Refusal};

/// An opinion that has to be there.
pub(super) fn said(text: &str) -> Result<(), Refusal> {
    let count = text.trim().chars().count();
    if (2..=MOST_WORDS).contains(&count) {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "workflow.words",
        format!("请写明原因，2 至 {MOST_WORDS} 字；现在是 {count} 字"),
        format!("say why, in 2 to {MOST_WORDS} characters; there are {count}"),
    ))
}

/// An opinion that may be absent.
pub(super) fn short(text: &str) -> Result<(), Refusal> {
    if text.chars().count() <= MOST_WORDS {
        return Ok(());
    }
    Err(Refusal::bad_input(
        "workflow.words",
        format!("意见最多 {MOST_WORDS} 字；请缩短"),
        format!("an opinion has up to {MOST_WORDS} characters; make it shorter"),
    ))
}

pub(super) fn wrong_state(instance: &Instance) -> Refusal {
    let (zh, en) = match instance.state {
        State::Draft => ("还是草稿", "is a draft"),
        State::InReview => ("正在审批", "is being decided on"),
        State::Returned => ("已退回申请人", "is back with the applicant"),
        State::TakenBack => ("已由申请人撤回", "was taken back by the applicant"),
        State::Executing => ("已批准，正在办理，内容不能再改", "is approved and being carried out, and does not change any more"),
        State::Approved => {
            ("已批准，内容不能再改；如需变更请重新申请", "is approved and does not change any more; apply anew for a change")
        }
        State::Rejected => ("已被拒绝", "was rejected"),
        State::Cancelled => ("已作废", "was cancelled"),
    };
    Refusal::new(
        Kind::Conflict,
        "workflow.state",
        format!("{} {zh}，不能做这项操作；请刷新查看", instance.id),
        format!("{} {en}, so this cannot be done; reload it", instance.id),
    )
}

pub(super) fn not_starter(instance: &Instance) -> Refusal {
    let name = &instance.starter.name;
    Refusal::new(
        Kind::Forbidden,
        "workflow.starter",
        format!("这项操作只能由申请人 {name} 进行"),
        format!("only the applicant, {name}, can do this"),
    )
}

pub(super) fn not_holder(instance: &Instance) -> Refusal {
    let names: Vec<&str> = instance.holders().into_iter().map(|party| party.name.as_str()).collect();
    let (zh, en) = (names.join("、"), names.join(", "));
    Refusal::new(
        Kind::Forbidden,
        "workflow.holder",
        format!("{} 现在由 {zh} 处理，不在您这里", instance.id),
        format!("{} is with {en} now, not with you", instance.id),
    )
}

pub(super) fn own() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "workflow.self",
        "不能审批自己的申请，也不能为此代办；须由他人审批",
        "nobody decides on an application of their own, nor for somebody else on it; another person has to",
    )
}

pub(super) fn not_lent(post: Option<&Post>) -> Refusal {
    let (zh, en) = match post {
        Some(Post { role, .. }) => (
            format!("这份处理对应角色 {role} 及其区域，您受托的权限里没有"),
            format!("this is done as {role} for its territory, which was not lent to you"),
        ),
        None => {
            ("这一步指名由本人审批，不能代办".to_owned(), "this step is for the person who is named, not for who acts for them".to_owned())
        }
    };
    Refusal::new(
        Kind::Forbidden,
        "workflow.delegate",
        format!("{zh}；请由本人处理或转交"),
        format!("{en}; let them decide or hand it over"),
    )
}

pub(super) fn ended(post: &Post) -> Refusal {
    let role = &post.role;
    Refusal::new(
        Kind::Forbidden,
        "workflow.ended",
        format!("您今天已不再以角色 {role} 负责该区域，不能处理；请转交给现任人员"),
        format!("you do not hold {role} for this territory any more, so you cannot act on it; hand it over to who does"),
    )
}

pub(super) fn cannot_decide(name: &str) -> Refusal {
    Refusal::bad_input(
        "workflow.person.cannot_decide",
        format!("{name} 的角色没有审批权限；请选择其他人"),
        format!("none of the roles of {name} may decide; choose somebody else"),
    )
}

pub(super) fn cannot_read(name: &str) -> Refusal {
    Refusal::bad_input(
        "workflow.person.cannot_read",
        format!("{name} 的角色不能查看申请；请选择其他人"),
        format!("none of the roles of {name} may see applications; choose somebody else"),
    )
}

pub(super) fn off_ladder(step: &Step, name: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "workflow.ladder",
        format!("步骤“{}”由申请人的上级逐级审批，{name} 的角色没有上级；请由有上级的岗位（如渠道经理）发起", step.title.zh),
        format!(
            "the step `{}` is decided by the applicant's superiors, and {name} applies in a role that has none; let somebody with a superior, such as a channel manager, apply",
            step.title.en
        ),
    )
}

pub(super) fn agreed(step: &Step, field: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "workflow.agreed",
        format!("此前已有人同意现有内容，步骤“{}”不能再改 {field}；如需修改请退回申请人，由各步骤重新审批", step.title.zh),
        format!(
            "somebody agreed to the content as it is, so the step `{}` cannot change {field} any more; return it to the applicant, so that it is decided anew",
            step.title.en
        ),
    )
}

pub(super) fn twice() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "workflow.twice",
        "您在这一步已有一份审批，不能再替另一份作决定；请由另一人处理",
        "you have a part in this step already and cannot decide a second one; somebody else has to",
    )
}

pub(super) fn nobody(step: &Step, who: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "workflow.nobody",
        format!("步骤“{}”找不到审批人（{who}）；请联系管理员为该区域安排人员", step.title.zh),
        format!("nobody can be found for the step `{}` ({who}); ask an administrator to appoint somebody for the area", step.title.en),
    )
}

pub(super) fn people(count: usize) -> Result<(), Refusal> {
    if (1..=MOST_PEOPLE).contains(&count) {
        return Ok(());
    }
    Err(Refusal::bad_input("workflow.person.count", format!("请选择 1 至 {MOST_PEOPLE} 人"), format!("choose 1 to {MOST_PEOPLE} people")))
}

pub(super) fn no_person(login: &str) -> Refusal {
    Refusal::bad_input(
        "workflow.person.unknown",
        format!("没有人员 {login}，或已离职；请重新选择"),
        format!("there is nobody with the login {login}, or they left; choose again"),
    )
}

pub(super) fn has_part(name: &str) -> Refusal {
    Refusal::bad_input(
        "workflow.person.has_part",
        format!("{name} 在这一步已是审批人；请选择其他人"),
        format!("{name} has a part in this step already; choose somebody else"),
    )
}

pub(super) fn too_many() -> Refusal {
    Refusal::bad_input(
        "workflow.person.too_many",
        "这一步的人员已达上限；请先由现有人员处理",
        "this step has as many people as it can have; let them decide first",
    )
}
