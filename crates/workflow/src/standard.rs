//! The flows there are: the standard set in the binary, and every version that was used, in the database.

use crate::definition::{self, Definition, Finding};
use qudao_access::Roles;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::Tx;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// The standard set: file name and text.
        const STANDARD: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../definitions/flows/", $name)))),+];
    };
}
files!(
    "deal_registration.toml",
    "recruiting_event.toml",
    "product_installation.toml",
    "product_withdrawal.toml",
    "agent_agreement.toml",
    "agent_revocation.toml",
    "sales_contract.toml",
    "agent_reward.toml",
    "subsidy.toml",
    "exception.toml",
    "bank_account.toml",
    "acceptance_grade.toml",
    "outlet_change.toml",
    "mall_support.toml",
    "blacklist.toml",
    "statement_approval.toml",
    "policy_publication.toml",
    "bulk_onboarding.toml",
    "core_agent.toml",
);

/// All flows in their present version, and those of earlier ones that were asked for.
pub struct Catalogue {
    roles: Roles,
    present: BTreeMap<String, (Arc<Definition>, &'static str)>,
    earlier: Mutex<BTreeMap<(String, u32), Arc<Definition>>>,
}

impl Catalogue {
    /// The standard set.
    ///
    /// # Errors
    /// `BadInput workflow.definition.wrong`; a test shows that the embedded files are right.
    pub fn standard(roles: &Roles) -> Result<Self, Refusal> {
        let mut present = BTreeMap::new();
        for (name, text) in STANDARD {
            let definition = checked(name, text, roles)?;
            if let Some(twice) = present.insert(definition.id.clone(), (Arc::new(definition), *text)) {
                return Err(wrong(name, &twice.0.id));
            }
        }
        Ok(Self { roles: roles.clone(), present, earlier: Mutex::default() })
    }

    /// The roles the definitions were checked with.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// All flows, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.present.values().map(|(definition, _)| definition)
    }

    /// A flow in its present version.
    ///
    /// # Errors
    /// `NotFound workflow.definition.none`.
    pub fn get(&self, flow: &str) -> Result<&Arc<Definition>, Refusal> {
        self.present.get(flow).map(|(definition, _)| definition).ok_or_else(|| definition::unknown(flow))
    }

    /// Keeps the present version of a flow for good before something begins under it.
    ///
    /// # Errors
    /// `Conflict workflow.definition.changed` if another text was used under the same version.
    pub(crate) async fn keep(&self, tx: &mut Tx, flow: &str, who: &str) -> Result<Arc<Definition>, Refusal> {
        let (definition, text) = self.present.get(flow).ok_or_else(|| definition::unknown(flow))?;
        let sql = "insert into flow_definition (flow, version, sha256, body, published_by, at_us) values ($1, $2, $3, $4, $5, $6)
                   on conflict (flow, version) do nothing";
        tx.execute(sql, args![flow, definition.version, &definition.sha256, *text, who, tx.now_us()]).await?;
        let sql = "select sha256 from flow_definition where flow = $1 and version = $2";
        let kept = tx.query_one(sql, args![flow, definition.version]).await?.string("sha256")?;
        if kept == definition.sha256 {
            return Ok(Arc::clone(definition));
        }
        let version = definition.version;
        Err(Refusal::new(
            Kind::Conflict,
            "workflow.definition.changed",
            format!("流程 {flow} 的内容已变，版本号 {version} 没有变；请提高版本号"),
            format!("the flow {flow} changed but its version {version} did not; raise the version"),
        ))
    }

    /// A flow in the version an instance began under.
    ///
    /// # Errors
    /// `NotFound workflow.definition.none`, `BadInput workflow.definition.wrong` if it cannot be read any more.
    pub async fn of(&self, tx: &mut Tx, flow: &str, version: u32) -> Result<Arc<Definition>, Refusal> {
        let sql = "select sha256 from flow_definition where flow = $1 and version = $2";
        let kept = tx.query_opt(sql, args![flow, version]).await?.ok_or_else(|| definition::unknown(flow))?.string("sha256")?;
        if let Some((present, _)) = self.present.get(flow).filter(|(present, _)| present.version == version && present.sha256 == kept) {
            return Ok(Arc::clone(present));
        }
        let key = (flow.to_owned(), version);
        if let Some(known) = self.earlier.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let sql = "select body from flow_definition where flow = $1 and version = $2";
        let body = tx.query_one(sql, args![flow, version]).await?.string("body")?;
        let read = Arc::new(checked(flow, &body, &self.roles)?);
        self.earlier.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&read));
        Ok(read)
    }
}

fn checked(name: &str, text: &str, roles: &Roles) -> Result<Definition, Refusal> {
    definition::read(text, roles).map_err(|findings: Vec<Finding>| match definition::refuse(name, &findings) {
        Err(refusal) => refusal,
        Ok(()) => wrong(name, name),
    })
}

fn wrong(name: &str, id: &str) -> Refusal {
    Refusal::bad_input(
        "workflow.definition.wrong",
        format!("流程定义 {name} 的编号 {id} 重复；请改名"),
        format!("the id {id} of the flow {name} is taken; rename it"),
    )
}

#[cfg(test)]
impl Catalogue {
    /// One flow of a test.
    pub(crate) fn of_text(text: &'static str, roles: &Roles) -> Result<Self, Refusal> {
        let definition = checked("test", text, roles)?;
        let present = BTreeMap::from([(definition.id.clone(), (Arc::new(definition), text))]);
        Ok(Self { roles: roles.clone(), present, earlier: Mutex::default() })
    }
}
