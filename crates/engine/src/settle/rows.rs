//! Rows of a run's files, one after the other into the same place.

use super::arrow_out::{DESTINATIONS, LINE_KINDS, PAYEE_KINDS, STATES, as_views};
use super::source;
use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, Date32Array, Int32Array, Int64Array, PrimitiveArray, RecordBatch, StringViewArray,
    UInt32Array,
};
use qudao_kernel::{Date, Month, Refusal};
use qudao_policy::lines::{Line, LineKind, Obligation, ObligationState, Reason};
use qudao_policy::model::{Destination, PayeeKind};

/// A row of one of the files a run writes.
pub trait Row: Sized {
    /// Columns of a batch.
    type Columns;

    /// An empty row.
    fn empty() -> Self;

    /// The columns of a batch.
    ///
    /// # Errors
    /// A column is missing or of another type.
    fn columns(batch: &RecordBatch) -> Result<Self::Columns, Refusal>;

    /// Partner of a row.
    fn partner(columns: &Self::Columns, at: usize) -> &str;

    /// Makes this the row at a position. `before` is the position of the row it is now, if that is of the same columns.
    fn fill(&mut self, columns: &Self::Columns, at: usize, before: Option<usize>);
}

/// Puts a text in its place. Texts of sorted rows repeat: where the view is that of the row before, which is there already, nothing is done.
fn set(to: &mut String, from: &StringViewArray, at: usize, before: Option<usize>) {
    if before.is_some_and(|before| from.views()[before] == from.views()[at] && from.is_valid(before) == from.is_valid(at)) {
        return;
    }
    to.clear();
    to.push_str(text(from, at));
}

fn text(column: &StringViewArray, at: usize) -> &str {
    if column.is_valid(at) { column.value(at) } else { "" }
}

fn array<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, Refusal> {
    source::column(batch, name).map_err(Refusal::from)
}

fn texts(batch: &RecordBatch, name: &str) -> Result<StringViewArray, Refusal> {
    Ok(as_views(array(batch, name)?).map_err(source::arrow_failed)?.as_string_view().clone())
}

fn numbers<T: ArrowPrimitiveType>(batch: &RecordBatch, name: &str) -> Result<PrimitiveArray<T>, Refusal> {
    array(batch, name)?.as_primitive_opt::<T>().cloned().ok_or_else(|| {
        Refusal::bad_input(
            "engine.columnar.column_type",
            format!("列式文件的列 {name} 类型不对，不是结算结果文件"),
            format!("column {name} of a columnar file has another type; it is no file of a run"),
        )
    })
}

fn place(names: &[&str], text: &str) -> usize {
    names.iter().position(|name| *name == text).unwrap_or(0)
}

/// Kind of payee from its text.
pub(crate) fn payee_kind(text: &str) -> PayeeKind {
    const KINDS: [PayeeKind; 5] = [PayeeKind::Partner, PayeeKind::Outlet, PayeeKind::Clerk, PayeeKind::Customer, PayeeKind::Subscriber];
    KINDS[place(&PAYEE_KINDS, text)]
}

fn line_kind(text: &str) -> LineKind {
    const KINDS: [LineKind; 4] = [LineKind::Earn, LineKind::Release, LineKind::Reverse, LineKind::Adjust];
    KINDS[place(&LINE_KINDS, text)]
}

fn destination(text: &str) -> Destination {
    const ALL: [Destination; 7] = [
        Destination::Payable,
        Destination::Holdback,
        Destination::Netted,
        Destination::Points,
        Destination::Topup,
        Destination::Credit,
        Destination::Advance,
    ];
    ALL[place(&DESTINATIONS, text)]
}

fn state(text: &str) -> ObligationState {
    const ALL: [ObligationState; 4] =
        [ObligationState::Scheduled, ObligationState::Released, ObligationState::Forfeited, ObligationState::Reversed];
    ALL[place(&STATES, text)]
}

/// Columns of line files.
pub struct LineColumns {
    period: Int32Array,
    partner: StringViewArray,
    policy: StringViewArray,
    version: Int32Array,
    component: StringViewArray,
    kind: StringViewArray,
    basis: StringViewArray,
    day: Date32Array,
    payee_kind: StringViewArray,
    payee: StringViewArray,
    part: UInt32Array,
    subscriber: StringViewArray,
    once: StringViewArray,
    own_partner: StringViewArray,
    outlet: StringViewArray,
    clerk: StringViewArray,
    origin: Int32Array,
    counts_as: StringViewArray,
    accrued: Int64Array,
    amount: Int64Array,
    destination: StringViewArray,
    pay_on: Date32Array,
}

impl Row for Line {
    type Columns = LineColumns;

    fn empty() -> Self {
        Self {
            period: Month::from_index(0),
            partner: String::new(),
            policy: String::new(),
            version: 0,
            component: String::new(),
            kind: LineKind::Earn,
            basis: String::new(),
            day: Date::from_days(0),
            payee_kind: PayeeKind::Partner,
            payee: String::new(),
            part: 0,
            subscriber: String::new(),
            once: String::new(),
            own_partner: String::new(),
            outlet: String::new(),
            clerk: String::new(),
            origin: Month::from_index(0),
            counts_as: LineKind::Earn,
            accrued: 0,
            amount: 0,
            destination: Destination::Payable,
            pay_on: Date::from_days(0),
        }
    }

    fn columns(batch: &RecordBatch) -> Result<LineColumns, Refusal> {
        Ok(LineColumns {
            period: numbers(batch, "period")?,
            partner: texts(batch, "partner")?,
            policy: texts(batch, "policy")?,
            version: numbers(batch, "version")?,
            component: texts(batch, "component")?,
            kind: texts(batch, "kind")?,
            basis: texts(batch, "basis")?,
            day: numbers(batch, "day")?,
            payee_kind: texts(batch, "payee_kind")?,
            payee: texts(batch, "payee")?,
            part: numbers(batch, "part")?,
            subscriber: texts(batch, "subscriber")?,
            once: texts(batch, "once")?,
            own_partner: texts(batch, "own_partner")?,
            outlet: texts(batch, "outlet")?,
            clerk: texts(batch, "clerk")?,
            origin: numbers(batch, "origin")?,
            counts_as: texts(batch, "counts_as")?,
            accrued: numbers(batch, "accrued")?,
            amount: numbers(batch, "amount")?,
            destination: texts(batch, "destination")?,
            pay_on: numbers(batch, "pay_on")?,
        })
    }

    fn partner(columns: &LineColumns, at: usize) -> &str {
        text(&columns.partner, at)
    }

    fn fill(&mut self, columns: &LineColumns, at: usize, before: Option<usize>) {
        self.period = Month::from_index(columns.period.value(at));
        set(&mut self.partner, &columns.partner, at, before);
        set(&mut self.policy, &columns.policy, at, before);
        self.version = columns.version.value(at) as u32;
        set(&mut self.component, &columns.component, at, before);
        self.kind = line_kind(text(&columns.kind, at));
        set(&mut self.basis, &columns.basis, at, before);
        self.day = Date::from_days(columns.day.value(at));
        self.payee_kind = payee_kind(text(&columns.payee_kind, at));
        set(&mut self.payee, &columns.payee, at, before);
        self.part = columns.part.value(at);
        set(&mut self.subscriber, &columns.subscriber, at, before);
        set(&mut self.once, &columns.once, at, before);
        set(&mut self.own_partner, &columns.own_partner, at, before);
        set(&mut self.outlet, &columns.outlet, at, before);
        set(&mut self.clerk, &columns.clerk, at, before);
        self.origin = Month::from_index(columns.origin.value(at));
        self.counts_as = line_kind(text(&columns.counts_as, at));
        self.accrued = columns.accrued.value(at);
        self.amount = columns.amount.value(at);
        self.destination = destination(text(&columns.destination, at));
        self.pay_on = Date::from_days(columns.pay_on.value(at));
    }
}

/// Columns of obligation files.
pub struct ObligationColumns {
    partner: StringViewArray,
    policy: StringViewArray,
    version: Int32Array,
    component: StringViewArray,
    basis: StringViewArray,
    day: Date32Array,
    payee_kind: StringViewArray,
    payee: StringViewArray,
    part: UInt32Array,
    instalment: Int32Array,
    own_partner: StringViewArray,
    subscriber: StringViewArray,
    amount: Int64Array,
    origin: Int32Array,
    due: Int32Array,
    tries: Int32Array,
    state: StringViewArray,
}

impl Row for Obligation {
    type Columns = ObligationColumns;

    fn empty() -> Self {
        Self {
            partner: String::new(),
            policy: String::new(),
            version: 0,
            component: String::new(),
            basis: String::new(),
            day: Date::from_days(0),
            payee_kind: PayeeKind::Partner,
            payee: String::new(),
            part: 0,
            instalment: 0,
            own_partner: String::new(),
            subscriber: String::new(),
            amount: 0,
            origin: Month::from_index(0),
            due: Month::from_index(0),
            tries: 0,
            state: ObligationState::Scheduled,
        }
    }

    fn columns(batch: &RecordBatch) -> Result<ObligationColumns, Refusal> {
        Ok(ObligationColumns {
            partner: texts(batch, "partner")?,
            policy: texts(batch, "policy")?,
            version: numbers(batch, "version")?,
            component: texts(batch, "component")?,
            basis: texts(batch, "basis")?,
            day: numbers(batch, "day")?,
            payee_kind: texts(batch, "payee_kind")?,
            payee: texts(batch, "payee")?,
            part: numbers(batch, "part")?,
            instalment: numbers(batch, "instalment")?,
            own_partner: texts(batch, "own_partner")?,
            subscriber: texts(batch, "subscriber")?,
            amount: numbers(batch, "amount")?,
            origin: numbers(batch, "origin")?,
            due: numbers(batch, "due")?,
            tries: numbers(batch, "tries")?,
            state: texts(batch, "state")?,
        })
    }

    fn partner(columns: &ObligationColumns, at: usize) -> &str {
        text(&columns.partner, at)
    }

    fn fill(&mut self, columns: &ObligationColumns, at: usize, before: Option<usize>) {
        set(&mut self.partner, &columns.partner, at, before);
        set(&mut self.policy, &columns.policy, at, before);
        self.version = columns.version.value(at) as u32;
        set(&mut self.component, &columns.component, at, before);
        set(&mut self.basis, &columns.basis, at, before);
        self.day = Date::from_days(columns.day.value(at));
        self.payee_kind = payee_kind(text(&columns.payee_kind, at));
        set(&mut self.payee, &columns.payee, at, before);
        self.part = columns.part.value(at);
        self.instalment = columns.instalment.value(at) as u16;
        set(&mut self.own_partner, &columns.own_partner, at, before);
        set(&mut self.subscriber, &columns.subscriber, at, before);
        self.amount = columns.amount.value(at);
        self.origin = Month::from_index(columns.origin.value(at));
        self.due = Month::from_index(columns.due.value(at));
        self.tries = columns.tries.value(at) as u16;
        self.state = state(text(&columns.state, at));
    }
}

/// Columns of reason files.
pub struct ReasonColumns {
    period: Int32Array,
    partner: StringViewArray,
    policy: StringViewArray,
    version: Int32Array,
    component: StringViewArray,
    basis: StringViewArray,
    day: Date32Array,
    code: StringViewArray,
    until: Date32Array,
    forgone: Int64Array,
}

impl Row for Reason {
    type Columns = ReasonColumns;

    fn empty() -> Self {
        Self {
            period: Month::from_index(0),
            partner: String::new(),
            policy: String::new(),
            version: 0,
            component: String::new(),
            basis: String::new(),
            day: Date::from_days(0),
            code: String::new(),
            until: None,
            forgone: 0,
        }
    }

    fn columns(batch: &RecordBatch) -> Result<ReasonColumns, Refusal> {
        Ok(ReasonColumns {
            period: numbers(batch, "period")?,
            partner: texts(batch, "partner")?,
            policy: texts(batch, "policy")?,
            version: numbers(batch, "version")?,
            component: texts(batch, "component")?,
            basis: texts(batch, "basis")?,
            day: numbers(batch, "day")?,
            code: texts(batch, "code")?,
            until: numbers(batch, "until")?,
            forgone: numbers(batch, "forgone")?,
        })
    }

    fn partner(columns: &ReasonColumns, at: usize) -> &str {
        text(&columns.partner, at)
    }

    fn fill(&mut self, columns: &ReasonColumns, at: usize, before: Option<usize>) {
        self.period = Month::from_index(columns.period.value(at));
        set(&mut self.partner, &columns.partner, at, before);
        set(&mut self.policy, &columns.policy, at, before);
        self.version = columns.version.value(at) as u32;
        set(&mut self.component, &columns.component, at, before);
        set(&mut self.basis, &columns.basis, at, before);
        self.day = Date::from_days(columns.day.value(at));
        set(&mut self.code, &columns.code, at, before);
        self.until = columns.until.is_valid(at).then(|| Date::from_days(columns.until.value(at)));
        self.forgone = columns.forgone.value(at);
    }
}
