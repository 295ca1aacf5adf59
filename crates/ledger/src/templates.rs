//! The usual postings. Each gives balanced entries, and names the accounts that must not fall below zero by it.

use crate::kind::AccountKind::{
    self, Advance, Bank, Budget, BudgetPlan, CommissionExpense, Deposit, Goods, Holdback, Payable, Points, PointsIssued, Receivable, Tax,
    TopupFloat,
};
use crate::model::{Account, Entry, Journal};
use qudao_kernel::{Fen, Refusal};

/// Balanced entries with their conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Accounts that must not stand on their wrong side afterwards.
    pub guards: Vec<Account>,
}

impl Journal {
    /// With a posting added.
    pub fn posting(mut self, posting: Posting) -> Self {
        self.entries.extend(posting.entries);
        self.guards.extend(posting.guards);
        self
    }
}

/// What allows taking an owner's money for what they owe (R0.30, R0.32). Either names a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// The owner agreed, in this document.
    Consent(String),
    /// A clause of the agreement says so.
    Clause(String),
}

impl Basis {
    fn reference(&self) -> Result<String, Refusal> {
        let (word, document) = match self {
            Basis::Consent(document) => ("consent", document.trim()),
            Basis::Clause(document) => ("clause", document.trim()),
        };
        if document.is_empty() {
            return Err(Refusal::bad_input(
                "ledger.offset.no_basis",
                "抵扣须有代理商同意书或合同条款;请填写文件编号",
                "an offset needs the owner's consent or a clause of the agreement; give the document",
            ));
        }
        Ok(format!("{word}:{document}"))
    }
}

/// The postings of one settlement entity, which owns the counterparts.
#[derive(Debug, Clone, Copy)]
pub struct Templates<'e> {
    entity: &'e str,
}

impl<'e> Templates<'e> {
    /// For an entity.
    pub const fn of(entity: &'e str) -> Self {
        Self { entity }
    }

    /// Commission earned: owed at once. A negative amount claws back.
    pub fn commission(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = nonzero(amount.0)?;
        Ok(pair((self.entity, CommissionExpense), (owner, Payable), amount, reference))
    }

    /// Commission earned and held until its gate opens. A negative amount takes back what is held.
    pub fn hold_back(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = nonzero(amount.0)?;
        Ok(pair((self.entity, CommissionExpense), (owner, Holdback), amount, reference))
    }

    /// Held commission becomes owed.
    pub fn release(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Holdback), (owner, Payable), amount, reference))
    }

    /// Held commission is lost.
    pub fn forfeit(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Holdback), (self.entity, CommissionExpense), amount, reference))
    }

    /// Commission set off at once against goods picked up (坐扣).
    pub fn net_at_pickup(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((self.entity, CommissionExpense), (owner, Receivable), amount, reference))
    }

    /// Tax withheld from what is owed to a natural person (R0.31).
    pub fn withhold_tax(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Payable), (owner, Tax), amount, reference).guard(owner, Payable))
    }

    /// Withheld tax goes to the tax office.
    pub fn remit_tax(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Tax), (self.entity, Bank), amount, reference).guard(owner, Tax))
    }

    /// What is owed is paid; never more than that.
    pub fn pay(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Payable), (self.entity, Bank), amount, reference).guard(owner, Payable))
    }

    /// Paid before it is earned.
    pub fn pay_advance(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Advance), (self.entity, Bank), amount, reference))
    }

    /// An advance is recovered from what is owed; never more than either.
    pub fn recover_advance(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Payable), (owner, Advance), amount, reference).guard(owner, Payable).guard(owner, Advance))
    }

    /// Goods sold on account.
    pub fn charge(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Receivable), (self.entity, Goods), amount, reference))
    }

    /// The owner pays what they owe; never more than that.
    pub fn collect(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((self.entity, Bank), (owner, Receivable), amount, reference).guard(owner, Receivable))
    }

    /// The owner pays, also more than they owe: the rest stands to their credit (R7.4).
    pub fn receive(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((self.entity, Bank), (owner, Receivable), amount, reference))
    }

    /// What was charged is put right; a negative amount lowers what is owed.
    pub fn adjust_charge(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = nonzero(amount.0)?;
        Ok(pair((owner, Receivable), (self.entity, Goods), amount, reference))
    }

    /// What the owner owes is set off against what is owed to them: at most the smaller of the two, and only on a basis (R0.32).
    pub fn offset(self, owner: &str, amount: Fen, basis: &Basis) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Payable), (owner, Receivable), amount, &basis.reference()?).guard(owner, Payable).guard(owner, Receivable))
    }

    /// A deposit comes in (R0.30).
    pub fn take_deposit(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((self.entity, Bank), (owner, Deposit), amount, reference))
    }

    /// A deposit goes back (R0.30).
    pub fn refund_deposit(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Deposit), (self.entity, Bank), amount, reference))
    }

    /// A deposit pays what its owner owes, on a basis only (R0.30).
    pub fn use_deposit(self, owner: &str, amount: Fen, basis: &Basis) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Deposit), (owner, Receivable), amount, &basis.reference()?).guard(owner, Receivable))
    }

    /// A deposit, or a part of it, is kept for a reason that was told (R0.30).
    pub fn keep_deposit(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Deposit), (self.entity, Goods), amount, reference))
    }

    /// Top-up money is bought.
    pub fn load_float(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((self.entity, Bank), (owner, TopupFloat), amount, reference))
    }

    /// Top-up money is bought on account.
    pub fn load_float_on_account(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, Receivable), (owner, TopupFloat), amount, reference))
    }

    /// Top-up money that was not sold is given back, as a terminal is called back.
    pub fn return_float(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((owner, TopupFloat), (self.entity, Bank), amount, reference))
    }

    /// Top-up money is sold to a subscriber; a negative amount takes a sale back.
    pub fn sell_float(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = nonzero(amount.0)?;
        Ok(pair((owner, TopupFloat), (self.entity, Goods), amount, reference))
    }

    /// Commission is granted as top-up money.
    pub fn grant_float(self, owner: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = nonzero(amount.0)?;
        Ok(pair((self.entity, CommissionExpense), (owner, TopupFloat), amount, reference))
    }

    /// Points are granted; a negative number takes them back, below zero if they were used already.
    pub fn points(self, owner: &str, points: i64, reference: &str) -> Result<Posting, Refusal> {
        Ok(pair((self.entity, PointsIssued), (owner, Points), nonzero(points)?, reference))
    }

    /// Points are used; never more than there are.
    pub fn redeem_points(self, owner: &str, points: i64, reference: &str) -> Result<Posting, Refusal> {
        Ok(pair((owner, Points), (self.entity, PointsIssued), positive(points)?, reference).guard(owner, Points))
    }

    /// A budget is set up or raised.
    pub fn grant_budget(self, budget: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((self.entity, BudgetPlan), (budget, Budget), amount, reference))
    }

    /// A budget is drawn on; never more than is left.
    pub fn draw_budget(self, budget: &str, amount: Fen, reference: &str) -> Result<Posting, Refusal> {
        let amount = positive(amount.0)?;
        Ok(pair((budget, Budget), (self.entity, BudgetPlan), amount, reference))
    }
}

fn pair(debit: (&str, AccountKind), credit: (&str, AccountKind), amount: i64, reference: &str) -> Posting {
    let entries = vec![Entry::debit(debit.0, debit.1, amount).about(reference), Entry::credit(credit.0, credit.1, amount).about(reference)];
    Posting { entries, guards: Vec::new() }
}

impl Posting {
    fn guard(mut self, owner: &str, kind: AccountKind) -> Self {
        self.guards.push(Account::new(owner, kind));
        self
    }
}

fn nonzero(amount: i64) -> Result<i64, Refusal> {
    if amount == 0 { Err(wrong_amount("须不为零", "must not be zero")) } else { Ok(amount) }
}

fn positive(amount: i64) -> Result<i64, Refusal> {
    if amount > 0 { Ok(amount) } else { Err(wrong_amount("须大于零", "must be above zero")) }
}

fn wrong_amount(zh: &str, en: &str) -> Refusal {
    Refusal::bad_input("ledger.posting.amount", format!("记账金额{zh};请检查金额"), format!("the amount of a posting {en}; check it"))
}
