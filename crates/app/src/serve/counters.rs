//! What the server tells whoever watches it, in the text format of Prometheus.

use axum::http::StatusCode;
use qudao_orders::acceptance::pace::{BOUNDS, Paced};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// Upper bounds of the buckets of request times, microseconds.
const BUCKETS: [u64; 8] = [5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000];

/// Counts since the start.
#[derive(Default)]
pub(crate) struct Counters {
    /// By the first digit of the status, from 1.
    statuses: [AtomicU64; 5],
    within: [AtomicU64; 8],
    micros: AtomicU64,
    sign_ins_refused: AtomicU64,
}

impl Counters {
    /// A request was answered.
    pub(crate) fn request(&self, status: StatusCode, micros: i64) {
        let micros = u64::try_from(micros).unwrap_or(0);
        if let Some(count) = self.statuses.get(usize::from(status.as_u16() / 100).wrapping_sub(1)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        for (bound, count) in BUCKETS.iter().zip(&self.within) {
            if micros <= *bound {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Somebody was not let in.
    pub(crate) fn refused(&self) {
        self.sign_ins_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// The exposition.
    pub(crate) fn text(&self, running: usize, checks: &Paced) -> String {
        let value = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let all: u64 = self.statuses.iter().map(value).sum();
        let mut out = String::from("# TYPE qudao_requests_total counter\n");
        for (class, count) in self.statuses.iter().enumerate() {
            let _ = writeln!(out, "qudao_requests_total{{status=\"{}xx\"}} {}", class + 1, value(count));
        }
        out.push_str("# TYPE qudao_request_seconds histogram\n");
        for (bound, count) in BUCKETS.iter().zip(&self.within) {
            let _ = writeln!(out, "qudao_request_seconds_bucket{{le=\"{}.{:06}\"}} {}", bound / 1_000_000, bound % 1_000_000, value(count));
        }
        let micros = value(&self.micros);
        let _ = writeln!(out, "qudao_request_seconds_bucket{{le=\"+Inf\"}} {all}");
        let _ =
            writeln!(out, "qudao_request_seconds_sum {}.{:06}\nqudao_request_seconds_count {all}", micros / 1_000_000, micros % 1_000_000);
        let _ =
            writeln!(out, "# TYPE qudao_sign_ins_refused_total counter\nqudao_sign_ins_refused_total {}", value(&self.sign_ins_refused));
        let _ = writeln!(out, "# TYPE qudao_jobs_open gauge\nqudao_jobs_open {running}");
        out.push_str("# TYPE qudao_acceptance_check_seconds histogram\n");
        let seconds = |nanos: u64| format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
        for (bound, count) in BOUNDS.iter().zip(checks.within) {
            let _ = writeln!(out, "qudao_acceptance_check_seconds_bucket{{le=\"{}\"}} {count}", seconds(*bound));
        }
        let Paced { all, nanos, .. } = *checks;
        let _ = writeln!(out, "qudao_acceptance_check_seconds_bucket{{le=\"+Inf\"}} {all}");
        let _ = writeln!(out, "qudao_acceptance_check_seconds_sum {}\nqudao_acceptance_check_seconds_count {all}", seconds(nanos));
        out
    }
}
