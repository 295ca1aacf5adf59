//! The published policies as they stand in the folder, and which of them concern a caller.

use super::desk::Desk;
use super::signed::Signed;
use crate::inputs::files_of;
use crate::say::unreadable;
use qudao_access::{Permission, Place, Scope};
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::hash::sha256;
use qudao_policy::applies::{Spot, may_apply};
use qudao_policy::model::{Policy, PolicySet};
use qudao_policy::outline::part;
use qudao_policy::{SourceFile, compile};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What is published.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) set: PolicySet,
}

impl Shelf {
    /// The folder as it is now. Reads files: call it where blocking is allowed.
    ///
    /// # Errors
    /// `Unavailable serve.policy.folder` where a file does not pass its check.
    pub(crate) fn open(desk: &Desk) -> Result<Arc<Self>, Refusal> {
        let folder = desk.home.policies();
        if !folder.is_dir() {
            return Ok(Arc::default());
        }
        desk.shelf.get(&folder, || Self::read(&folder))
    }

    fn read(folder: &Path) -> Result<Self, Refusal> {
        let mut files = Vec::new();
        for path in files_of(folder, &["policy"])? {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            files.push(SourceFile::new(path.file_name().unwrap_or_default().to_string_lossy(), text));
        }
        let set = compile(&files).set.ok_or_else(|| {
            Refusal::new(
                Kind::Unavailable,
                "serve.policy.folder",
                "政策文件夹里有文件通不过检查；请用 qudao policy check 查看并改正",
                "a file of the policy folder does not pass its check; look with qudao policy check and mend it",
            )
        })?;
        Ok(Self { files, set })
    }

    /// The versions that concern places of the scope on a day.
    pub(crate) fn concerning(&self, scope: &Scope, master: &Master, day: Date) -> Vec<&Policy> {
        if scope.is_everywhere() {
            return self.set.policies.iter().collect();
        }
        let chains: Vec<_> = master.outlets().filter(|outlet| outlet.span.contains(day)).collect();
        let own_outlets: BTreeSet<&str> =
            scope.clerks.iter().filter_map(|clerk| master.clerk(clerk, day)).map(|clerk| clerk.outlet.as_str()).collect();
        let mut spots = BTreeSet::new();
        for outlet in chains {
            let partners = super::opened::chain_of(master, &outlet.owner, day);
            let partners: Vec<&str> = partners.iter().map(String::as_str).collect();
            let place = Place { territory: &outlet.territory, partners: &partners, outlet: &outlet.code, clerk: "" };
            if scope.covers(&place) || own_outlets.contains(outlet.code.as_str()) {
                let tier = master.partner(&outlet.owner, day).map_or("", |row| row.tier.as_str());
                spots.insert(Spot {
                    outlet: &outlet.code,
                    channel: &outlet.channel,
                    subtype: &outlet.subtype,
                    grade: &outlet.grade,
                    district: &outlet.district,
                    territory: &outlet.territory,
                    partner: &outlet.owner,
                    tier,
                });
            }
        }
        self.set.policies.iter().filter(|policy| spots.iter().any(|spot| may_apply(policy, spot))).collect()
    }

    /// What the caller may read.
    pub(crate) fn readable(&self, desk: &Desk, signed: &Signed) -> Result<Vec<&Policy>, Refusal> {
        let scope = signed.scope(desk, Permission::PolicyRead)?;
        Ok(self.concerning(&scope, &*desk.master()?, desk.today()))
    }

    /// One version the caller may read.
    ///
    /// # Errors
    /// `NotFound serve.policy.missing`.
    pub(crate) fn one(&self, desk: &Desk, signed: &Signed, name: &str, version: u32) -> Result<&Policy, Refusal> {
        let found = self.readable(desk, signed)?.into_iter().find(|policy| policy.name == name && policy.version == version);
        found.ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "serve.policy.missing",
                format!("没有政策 {name} 版本 {version}"),
                format!("there is no policy {name} version {version}"),
            )
        })
    }

    /// The version of a name that is in force on a day, or else the latest.
    pub(crate) fn current(&self, name: &str, day: Date) -> Option<&Policy> {
        let own = || self.set.policies.iter().filter(|policy| policy.name == name);
        own().find(|policy| policy.from <= day && day < policy.to).or_else(|| own().max_by_key(|policy| policy.version))
    }
}

/// The text of a version without the other policies of its file, and its hash.
pub(crate) fn text_of(policy: &Policy) -> (String, String) {
    let text = part(&policy.source, &policy.name, policy.version).unwrap_or_else(|| policy.source.clone());
    let hash = sha256(&text);
    (text, hash)
}
