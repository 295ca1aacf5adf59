//! From the tree to the checked model: names, types, places, and every refusal of the language.
//!
//! Invariant: a policy is in the result exactly if nothing about it was refused.

mod basis;
mod component;
mod example;
mod expr;
mod ladder;
mod limits;
mod measure;
mod names;
mod order;
mod payment;
mod pays;
mod places;
mod policy;
mod reversal;
mod set;
mod shares;

use crate::diagnostics::{Diagnostic, Severity, Sink, SourceFile, finish};
use crate::model::{Policy, PolicySet};
use crate::{lint, parse};

pub(crate) use expr::value as literal_value;
pub(crate) use pays::{children, decimal, is_long, number, percent, repeats};

/// What a set of texts gives.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The policies; `None` if anything is refused.
    pub set: Option<PolicySet>,
    /// Refusals and warnings, in the order of the files and places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads and checks policy texts as one set: all versions of all policies, and what territories fill in.
pub fn compile(files: &[SourceFile]) -> Compiled {
    let mut sinks: Vec<Sink> = files.iter().map(|file| Sink::new(&file.name)).collect();
    let trees: Vec<_> = files.iter().zip(&mut sinks).map(|(file, sink)| parse::parse(&file.text, sink).file).collect();
    let mut policies: Vec<Policy> = Vec::new();
    for ((file, tree), sink) in files.iter().zip(&trees).zip(&mut sinks) {
        for written in &tree.policies {
            if let Some(policy) = policy::check(written, file, sink) {
                if sink.errors() == 0 {
                    lint::lint(written, &policy, sink);
                }
                policies.push(policy);
            }
        }
    }
    let mut set = set::join(files, &trees, policies, &mut sinks);
    set.policies.sort_by(|a, b| (&a.name, a.version).cmp(&(&b.name, b.version)));
    let diagnostics = finish(sinks.into_iter().flat_map(Sink::into_items).collect(), files);
    let refused = diagnostics.iter().any(|item| item.severity == Severity::Error);
    Compiled { set: (!refused).then_some(set), diagnostics }
}
