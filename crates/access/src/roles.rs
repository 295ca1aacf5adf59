//! Roles: definitions of what a post may do, `definitions/roles/standard.toml`.

use qudao_kernel::{Refusal, Text};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The standard set, in the binary.
const STANDARD: &str = include_str!("../../../definitions/roles/standard.toml");

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// One thing that may be allowed; `noun.verb` in definitions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl Permission {
            /// All of them.
            pub const ALL: &'static [Permission] = &[$(Permission::$name),+];

            /// By the name definitions write.
            pub fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|permission| permission.name() == text)
            }

            /// As definitions write it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Permission::$name => $text,)+
                }
            }
        }
    };
}
permissions! {
    /// See people and their roles.
    PersonRead = "person.read",
    /// Add people, give and take roles, reset passwords.
    PersonManage = "person.manage",
    /// Unmask a phone, an ID number, a bank account, with a reason.
    PrivateReveal = "private.reveal",
    /// See parameters, their values and who set them.
    ParameterRead = "parameter.read",
    /// Set parameters.
    ParameterManage = "parameter.manage",
    /// Read the audit chain.
    AuditRead = "audit.read",
    /// See partners, outlets and clerks.
    PartnerRead = "partner.read",
    /// Add partners and outlets to be, and take them through their states.
    PartnerManage = "partner.manage",
    /// Suspend a partner at once, and let it work again.
    PartnerSuspend = "partner.suspend",
    /// Merge partners or outlets that were kept twice.
    PartnerMerge = "partner.merge",
    /// Say which channel manager looks after which outlets.
    PartnerAssign = "partner.assign",
    /// See agreements, those that are drafted, and who has none.
    AgreementRead = "agreement.read",
    /// Draft agreements, send them, note signatures, end them.
    AgreementManage = "agreement.manage",
    /// Sign agreements of one's own partner.
    AgreementSign = "agreement.sign",
    /// See prospects, enquiries, expansion plans and recruiting events.
    RecruitRead = "recruit.read",
    /// Work on prospects, enquiries, expansion plans and recruiting events.
    RecruitManage = "recruit.manage",
    /// See what prices hold, what was seen of them, and cases.
    PriceRead = "price.read",
    /// Write price books, check prices, work on cases, ask for authorisations, announce cuts.
    PriceManage = "price.manage",
    /// Publish books, decide cases, authorisations, cuts and claims that others made.
    PriceDecide = "price.decide",
    /// See display standards, corrections, our material at outlets and its agreements.
    DisplayRead = "display.read",
    /// Set standards, work on corrections, make and place material, draft its agreements, call campaigns back.
    DisplayManage = "display.manage",
    /// See assortments, shelves, stock and cover, depth and width, risks and orders.
    DistributionRead = "distribution.read",
    /// Set assortments, note what is on the shelf, send and receive orders, settle risks.
    DistributionManage = "distribution.manage",
    /// Take a partner's exit from step to step.
    PartnerExit = "partner.exit",
    /// See who is kept out of the channel, and why.
    BlacklistRead = "blacklist.read",
    /// See business volume, down to events.
    VolumeRead = "volume.read",
    /// Read facts and figures of one's part of the network by SQL, with a token.
    SqlRead = "sql.read",
    /// Set targets in one's part of the network.
    TargetSet = "target.set",
    /// See how outlets are graded, and what is proposed for them.
    GradingRead = "grading.read",
    /// See which files arrived, and what was refused in them.
    ImportRead = "import.read",
    /// Import and withdraw files.
    ImportLoad = "import.load",
    /// Read policies.
    PolicyRead = "policy.read",
    /// Run a draft over past months.
    PolicySimulate = "policy.simulate",
    /// Write drafts of policies and send them for approval.
    PolicyDraft = "policy.draft",
    /// Approve drafts that others wrote, and so publish them.
    PolicyPublish = "policy.publish",
    /// See how far months are, what a trial found, what a month changed.
    SettlementRead = "settlement.read",
    /// Settle a month: trials, exceptions, asking for publication.
    SettlementRun = "settlement.run",
    /// Approve what somebody else submitted, close a month.
    SettlementApprove = "settlement.approve",
    /// See payments and masked accounts.
    PaymentRead = "payment.read",
    /// Make batches of payments, enter accounts, mark what the bank paid.
    PaymentMake = "payment.make",
    /// Approve batches and accounts somebody else entered.
    PaymentApprove = "payment.approve",
    /// See statements, their lines and proofs.
    StatementRead = "statement.read",
    /// Confirm or dispute one's own statement.
    StatementConfirm = "statement.confirm",
    /// See one's own income: of a partner, an outlet, a work ID.
    IncomeRead = "income.read",
    /// Answer disputes, approve their amounts, decide invoices.
    DisputeAnswer = "dispute.answer",
    /// See the ledger.
    LedgerRead = "ledger.read",
    /// Read documents of the store, as far as they are meant for one's role and place.
    DocumentRead = "document.read",
    /// Keep documents and folders: add, new versions, archive.
    DocumentManage = "document.manage",
    /// Note what rivals are thought to pay.
    RivalNote = "rival.note",
    /// Begin, send and follow applications of one's own.
    FlowStart = "flow.start",
    /// Decide on applications, and carry out what was approved.
    FlowDecide = "flow.decide",
    /// See the applications and budgets of one's part of the network.
    FlowRead = "flow.read",
    /// Cancel what others applied for.
    FlowManage = "flow.manage",
    /// Write flows of the house: forms, steps, who decides.
    FlowDefine = "flow.define",
    /// Approve flows that others wrote, and so put them into use.
    FlowPublish = "flow.publish",
    /// See acceptance levels, refused orders and who is near a limit.
    AcceptanceRead = "acceptance.read",
    /// Give acceptance levels, suspend and restore them.
    AcceptanceManage = "acceptance.manage",
    /// See orders, their slips, cards and numbers.
    OrderRead = "order.read",
    /// Take orders with one's own work ID.
    OrderTake = "order.take",
    /// Carry orders of others on, take effective ones back.
    OrderHandle = "order.handle",
    /// Note slips that came back, and check them.
    SlipHandle = "slip.handle",
    /// Decide on exchanges, returns and repairs of handsets, and note what came back.
    ServiceHandle = "service.handle",
    /// Allocate and move cards and numbers.
    StockHandle = "stock.handle",
    /// See visits, promises, plans and diaries of one's part of the network.
    VisitRead = "visit.read",
    /// Visit outlets, and write down what was found there.
    VisitMake = "visit.make",
    /// Look at visits that are held, and at diaries of one's managers.
    VisitReview = "visit.review",
    /// Plan visits: one's own days, or those of managers one looks after.
    VisitPlan = "visit.plan",
    /// Book roadshow units, count their kit, let them go, note their stops.
    RoadshowManage = "roadshow.manage",
    /// See air top-up terminals, their float and how it was reconciled.
    TerminalRead = "terminal.read",
    /// Place and recall terminals, load their float, reconcile it.
    TerminalManage = "terminal.manage",
    /// See what is offered to outlets, and orders of handsets.
    SupplyRead = "supply.read",
    /// Order handsets for one's outlets, receive them, ask to give some back.
    SupplyOrder = "supply.order",
    /// Keep offers and the central store, accept and send out orders, take back returns.
    SupplyHandle = "supply.handle",
    /// See what partners owe, what they paid, and their deposits.
    ReceivableRead = "receivable.read",
    /// Issue invoices, note collections and deposits, propose offsets.
    ReceivableManage = "receivable.manage",
    /// Approve offsets somebody else proposed.
    ReceivableApprove = "receivable.approve",
}

/// What a grant of a role names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// A division code and all below it; empty for everywhere.
    Territory,
    /// A partner and all partners below it.
    Partner,
    /// One outlet.
    Outlet,
    /// One work ID.
    Clerk,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Stable id, `snake_case`.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// What a grant of it names.
    pub over: Over,
    /// What it allows.
    pub may: Vec<Permission>,
}

/// All roles, by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeMap<String, Role>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    role: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    zh: String,
    en: String,
    over: Over,
    may: Vec<Permission>,
}

impl Roles {
    /// The standard set.
    ///
    /// # Errors
    /// As [`Roles::read`]; a test shows that the embedded file is right.
    pub fn standard() -> Result<Self, Refusal> {
        Self::read(STANDARD, "definitions/roles/standard.toml")
    }

    /// Reads a definitions file. `place` names it in messages.
    ///
    /// # Errors
    /// `BadInput access.roles.file` for anything but roles with known permissions, each defined once.
    pub fn read(toml: &str, place: &str) -> Result<Self, Refusal> {
        let file: File = toml::from_str(toml).map_err(|error| wrong_file(place, &error.to_string()))?;
        let mut roles = BTreeMap::new();
        for written in file.role {
            let Written { id, zh, en, over, may } = written;
            let role = Role { id: id.clone(), title: Text::new(zh, en), over, may };
            if roles.insert(id.clone(), role).is_some() {
                return Err(wrong_file(place, &format!("{id} is defined twice")));
            }
        }
        Ok(Self(roles))
    }

    /// One role.
    ///
    /// # Errors
    /// `BadInput access.role.unknown`, with the ids there are.
    pub fn get(&self, id: &str) -> Result<&Role, Refusal> {
        self.0.get(id).ok_or_else(|| {
            let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
            Refusal::bad_input(
                "access.role.unknown",
                format!("没有角色 {id}；可用的角色：{}", known.join("、")),
                format!("there is no role {id}; there are {}", known.join(", ")),
            )
        })
    }

    /// All, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.values()
    }
}

fn wrong_file(place: &str, why: &str) -> Refusal {
    Refusal::bad_input(
        "access.roles.file",
        format!("角色定义 {place} 有误：{why}"),
        format!("the role definitions {place} are wrong: {why}"),
    )
}
