//! What was planted, for tests and audits to be measured against: the ground truth of a month.

use crate::batch::close_of;
use crate::code::Code;
use crate::events::Event;
use crate::fraud::Scheme;
use crate::network::Story;
use crate::raw::Dirt;
use crate::world::{Coverage, World};
use qudao_kernel::{Month, Refusal};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Fewest numbers on one handset that make it suspect.
const SUSPECT_NUMBERS: u32 = 4;

/// What a month holds and what was planted in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// Scale and seed of the world.
    pub scale: String,
    /// Seed of the world.
    pub seed: u64,
    /// Month.
    pub month: Month,
    /// Counties and outlets.
    pub coverage: Coverage,
    /// Business events.
    pub events: u64,
    /// Business events by kind.
    pub by_kind: BTreeMap<&'static str, u64>,
    /// Events known only after the month is closed.
    pub late: u64,
    /// Events at outlets that are in no list; settlement reports them as unattributed.
    pub unattributed: u64,
    /// Events held by risk control.
    pub held: u64,
    /// Activations without a real-name check.
    pub unverified: u64,
    /// Planted schemes.
    pub fraud: Vec<Fraud>,
    /// Rows of the raw files, if they were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<RawFile>,
    /// What was staged in the network.
    pub stories: Vec<Story>,
}

/// Cards opened under one scheme at one outlet in the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fraud {
    /// Scheme.
    pub scheme: Scheme,
    /// Partner.
    pub partner: String,
    /// Outlet.
    pub outlet: String,
    /// Activations of the scheme.
    pub cards: u64,
    /// All activations of the outlet in the month.
    pub of: u64,
    /// Handsets that serve four numbers or more.
    pub handsets: u64,
}

/// A raw file and what an import of it must report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RawFile {
    /// Name, relative to the month's folder.
    pub file: String,
    /// Table.
    pub table: &'static str,
    /// Rows after the header.
    pub received: u64,
    /// Rows an import takes.
    pub accepted: u64,
    /// Rows an import rejects, duplicates among them.
    pub rejected: u64,
    /// Rejected because they repeat a row word for word.
    pub duplicates: u64,
    /// Rejected because the id stands for another content.
    pub conflicts: u64,
    /// Accepted, though no partner can be found.
    pub unattributed: u64,
    /// Planted dirty rows by kind.
    pub dirt: BTreeMap<Dirt, u64>,
}

/// Watches a month's events go by.
pub(crate) struct Witness {
    truth: Truth,
    outlets: BTreeMap<(Scheme, Code, Code), Seen>,
    activations: BTreeMap<Code, u64>,
}

#[derive(Default)]
struct Seen {
    cards: u64,
    numbers: BTreeMap<Code, u32>,
}

impl Witness {
    pub(crate) fn new(world: &World, month: Month) -> Self {
        let truth = Truth {
            scale: world.scale.name.clone(),
            seed: world.seed,
            month,
            coverage: world.coverage(),
            events: 0,
            by_kind: BTreeMap::new(),
            late: 0,
            unattributed: 0,
            held: 0,
            unverified: 0,
            fraud: Vec::new(),
            files: Vec::new(),
            stories: world.stories.clone(),
        };
        Self { truth, outlets: BTreeMap::new(), activations: BTreeMap::new() }
    }

    pub(crate) fn see(&mut self, event: &Event) {
        let truth = &mut self.truth;
        truth.events += 1;
        *truth.by_kind.entry(event.kind).or_default() += 1;
        truth.late += u64::from(event.known > close_of(truth.month));
        truth.unattributed += u64::from(event.partner.is_empty());
        truth.held += u64::from(!event.hold.is_empty());
        if event.kind != "activation" {
            return;
        }
        truth.unverified += u64::from(event.verified == Some(false));
        *self.activations.entry(event.outlet).or_default() += 1;
        if let Some(scheme) = event.scheme {
            let seen = self.outlets.entry((scheme, event.partner, event.outlet)).or_default();
            seen.cards += 1;
            if scheme == Scheme::FarmedHandsets {
                *seen.numbers.entry(event.imei).or_default() += 1;
            }
        }
    }

    pub(crate) fn tell(mut self, files: Vec<RawFile>) -> Truth {
        self.truth.files = files;
        for ((scheme, partner, outlet), seen) in self.outlets {
            self.truth.fraud.push(Fraud {
                scheme,
                partner: partner.to_string(),
                outlet: outlet.to_string(),
                cards: seen.cards,
                of: self.activations.get(&outlet).copied().unwrap_or(0),
                handsets: seen.numbers.values().filter(|numbers| **numbers >= SUSPECT_NUMBERS).count() as u64,
            });
        }
        self.truth
    }
}

impl World {
    /// The ground truth of a month.
    ///
    /// # Errors
    /// None of its own.
    pub fn truth(&self, month: Month) -> Result<Truth, Refusal> {
        let mut witness = Witness::new(self, month);
        self.events(month, self.everyone(), &mut |event| {
            witness.see(event);
            Ok(())
        })?;
        Ok(witness.tell(Vec::new()))
    }
}

impl Truth {
    /// The schemes planted in the month.
    pub fn schemes(&self) -> BTreeSet<Scheme> {
        self.fraud.iter().map(|fraud| fraud.scheme).collect()
    }

    /// The truth as JSON, for a file beside the data.
    ///
    /// # Errors
    /// None in practice; a defect of ours otherwise.
    pub fn json(&self) -> Result<String, Refusal> {
        serde_json::to_string_pretty(self).map_err(|error| {
            Refusal::new(
                qudao_kernel::Kind::Bug,
                "demo.truth.json",
                format!("无法写出真值：{error}"),
                format!("cannot write the truth: {error}"),
            )
        })
    }
}
