//! Titles of components and sentences of reasons, looked up in the policies of the run.

use super::words;
use qudao_kernel::Lang;
use qudao_policy::lines::Reason;
use qudao_policy::model::{Component, Policy, PolicySet};
use std::collections::HashMap;

/// An index over a policy set, for documents. Names that are not in it stand for themselves.
#[derive(Debug, Clone, Default)]
pub struct Catalog<'a> {
    policies: HashMap<(&'a str, u32), &'a Policy>,
    components: HashMap<(&'a str, u32, &'a str), &'a Component>,
}

impl<'a> Catalog<'a> {
    /// Indexes the set.
    pub fn new(set: &'a PolicySet) -> Self {
        let mut catalog = Self::default();
        for policy in &set.policies {
            catalog.policies.insert((&policy.name, policy.version), policy);
            for component in &policy.components {
                catalog.components.insert((&policy.name, policy.version, &component.name), component);
            }
        }
        catalog
    }

    /// The component, if the set has it.
    pub fn component(&self, policy: &str, version: u32, component: &str) -> Option<&'a Component> {
        self.components.get(&(policy, version, component)).copied()
    }

    /// Title of a component; its name where it has none.
    pub fn title(&self, policy: &str, version: u32, component: &str) -> String {
        let title = self.component(policy, version, component).map_or("", |found| found.title.as_str());
        if title.is_empty() { component.to_owned() } else { title.to_owned() }
    }

    /// Title of a policy; its name where it has none.
    pub fn policy_title(&self, policy: &str, version: u32) -> String {
        let title = self.policies.get(&(policy, version)).map_or("", |found| found.title.as_str());
        if title.is_empty() { policy.to_owned() } else { title.to_owned() }
    }

    /// The sentence of a reason: the requirement's own, else the standard one, else the code.
    pub fn sentence(&self, reason: &Reason, lang: Lang) -> String {
        self.component(&reason.policy, reason.version, &reason.component)
            .and_then(|component| component.requires.iter().find(|require| require.code == reason.code))
            .map(|require| require.text.clone())
            .filter(|text| !text.is_empty())
            .or_else(|| words::standard_reason(&reason.code, lang).map(str::to_owned))
            .unwrap_or_else(|| reason.code.clone())
    }
}

/// The highest minimum payment of the set's policies, in fen: the one a statement over all of them keeps to.
pub fn minimum_payment(set: &PolicySet) -> i64 {
    set.policies.iter().map(|policy| policy.minimum_payment).max().unwrap_or(0)
}
