//! The verification hash printed at the foot of a statement: SHA-256 over every line and the totals, so that a partner can
//! recompute it from the exported lines.
//!
//! Each field is preceded by its length in eight bytes, big end first; numbers count as eight bytes without a length. Fields of a
//! line in order: period, partner, policy, version, component, kind, basis, day, payee kind, payee, part, origin,
//! counts as, accrued, amount, destination, pay day. After the lines: due, direct, tax, offsets, payment, carried taxable, carried net, each in fen.

use super::model::Totals;
use qudao_policy::lines::{Line, LineKind};
use qudao_policy::model::{Destination, PayeeKind};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Bytes that are hashed at once: fields are short, and each call of the hash costs.
const CHUNK: usize = 4096;

/// A hash under way.
#[derive(Clone, Default)]
pub struct LineHash {
    hash: Sha256,
    ahead: Vec<u8>,
}

impl LineHash {
    /// Adds a line.
    pub fn line(&mut self, line: &Line) {
        self.int(i64::from(line.period.index()));
        self.text(&line.partner);
        self.text(&line.policy);
        self.int(i64::from(line.version));
        self.text(&line.component);
        self.text(kind(line.kind));
        self.text(&line.basis);
        self.int(i64::from(line.day.days()));
        self.text(payee(line.payee_kind));
        self.text(&line.payee);
        self.int(i64::from(line.part));
        self.int(i64::from(line.origin.index()));
        self.text(kind(line.counts_as));
        self.int(line.accrued);
        self.int(line.amount);
        self.text(destination(line.destination));
        self.int(i64::from(line.pay_on.days()));
        if self.ahead.len() >= CHUNK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.hash.update(&self.ahead);
        self.ahead.clear();
    }

    /// Adds the totals and gives 64 hexadecimal digits.
    pub fn finish(mut self, totals: &Totals) -> String {
        for amount in [totals.due, totals.direct, totals.tax, totals.offsets, totals.payment, totals.carried.taxable, totals.carried.net] {
            self.int(amount.0);
        }
        self.flush();
        let mut text = String::with_capacity(64);
        for byte in self.hash.finalize() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    fn text(&mut self, text: &str) {
        self.int(text.len() as i64);
        self.ahead.extend_from_slice(text.as_bytes());
    }

    fn int(&mut self, number: i64) {
        self.ahead.extend_from_slice(&number.to_be_bytes());
    }
}

/// Code of a kind of line, as in files.
pub(crate) const fn kind(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Earn => "earn",
        LineKind::Release => "release",
        LineKind::Reverse => "reverse",
        LineKind::Adjust => "adjust",
    }
}

/// Code of a kind of payee, as in files.
pub(crate) const fn payee(kind: PayeeKind) -> &'static str {
    match kind {
        PayeeKind::Partner => "partner",
        PayeeKind::Outlet => "outlet",
        PayeeKind::Clerk => "clerk",
        PayeeKind::Customer => "customer",
        PayeeKind::Subscriber => "subscriber",
    }
}

/// Code of a destination, as in files.
pub(crate) const fn destination(destination: Destination) -> &'static str {
    match destination {
        Destination::Payable => "payable",
        Destination::Holdback => "holdback",
        Destination::Netted => "netted",
        Destination::Points => "points",
        Destination::Topup => "topup",
        Destination::Credit => "credit",
        Destination::Advance => "advance",
    }
}
