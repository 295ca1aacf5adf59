//! The flows there are: the standard set in the binary, those the house published itself, and every version that was used, in the database.
//!
//! A flow of the house stands before the one of the same id that is shipped, until it is used no more.

use crate::definition::{self, Definition, Finding};
use qudao_access::Roles;
use qudao_kernel::{Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::Tx;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// The standard set: file name and text.
        const STANDARD: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../definitions/flows/", $name)))),+];
    };
}
files!(
    "deal_registration.toml",
    "recruiting_event.toml",
    "pop_placement.toml",
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
    "outlet_grading.toml",
);

/// A definition with its text.
#[derive(Clone)]
pub struct Written {
    /// What it says.
    pub definition: Arc<Definition>,
    /// As it was written.
    pub text: Arc<str>,
}

/// All flows in their present version, and those of earlier ones that were asked for.
pub struct Catalogue {
    roles: Roles,
    shipped: BTreeMap<String, Written>,
    /// Those the house published, which stand before what is shipped.
    own: RwLock<BTreeMap<String, Written>>,
    /// How many versions the house published, and when the last of them changed, as they were read.
    revision: Mutex<(i64, i64)>,
    earlier: Mutex<BTreeMap<(String, u32), Arc<Definition>>>,
}

impl Catalogue {
    /// The standard set.
    ///
    /// # Errors
    /// `BadInput workflow.definition.wrong`; a test shows that the embedded files are right.
    pub fn standard(roles: &Roles) -> Result<Self, Refusal> {
        let mut shipped = BTreeMap::new();
        for (name, text) in STANDARD {
            let written = Written::read(name, text, roles)?;
            if let Some(twice) = shipped.insert(written.definition.id.clone(), written) {
                return Err(wrong(name, &twice.definition.id));
            }
        }
        Ok(Self::holding(shipped, roles))
    }

    fn holding(shipped: BTreeMap<String, Written>, roles: &Roles) -> Self {
        Self { roles: roles.clone(), shipped, own: RwLock::default(), revision: Mutex::default(), earlier: Mutex::default() }
    }

    /// The roles the definitions were checked with.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Reads what the house published anew: when the server starts, and after a publication. What cannot be read any more, because a role it names is gone, is
    /// left out and told.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn renew(&self, tx: &mut Tx) -> Result<Vec<Refusal>, Refusal> {
        let revision = revision(tx).await?;
        let sql = "select flow, text from flow_draft where state in ('published', 'retiring') order by flow, flow_version";
        let (mut own, mut failed) = (BTreeMap::new(), Vec::new());
        for row in tx.query(sql, args![]).await? {
            let flow = row.string("flow")?;
            match Written::read(&flow, row.text("text")?, &self.roles) {
                // The last version stands.
                Ok(written) => {
                    own.insert(flow, written);
                }
                Err(refusal) => failed.push(refusal),
            }
        }
        *self.own.write().unwrap_or_else(PoisonError::into_inner) = own;
        *self.revision.lock().unwrap_or_else(PoisonError::into_inner) = revision;
        Ok(failed)
    }

    /// The same where another server published one since.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn follow(&self, tx: &mut Tx) -> Result<Vec<Refusal>, Refusal> {
        let known = *self.revision.lock().unwrap_or_else(PoisonError::into_inner);
        if revision(tx).await? == known { Ok(Vec::new()) } else { self.renew(tx).await }
    }

    /// All flows in their present version, by id.
    pub fn all(&self) -> Vec<Arc<Definition>> {
        let mut all: BTreeMap<String, Arc<Definition>> = BTreeMap::new();
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        for (flow, written) in self.shipped.iter().chain(own.iter()) {
            all.insert(flow.clone(), Arc::clone(&written.definition));
        }
        all.into_values().collect()
    }

    /// A flow in its present version, with its text.
    pub fn written(&self, flow: &str) -> Option<Written> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.get(flow).or_else(|| self.shipped.get(flow)).cloned()
    }

    /// A flow as it is shipped.
    pub fn shipped(&self, flow: &str) -> Option<&Written> {
        self.shipped.get(flow)
    }

    /// A flow in its present version.
    ///
    /// # Errors
    /// `NotFound workflow.definition.none`.
    pub fn get(&self, flow: &str) -> Result<Arc<Definition>, Refusal> {
        self.written(flow).map(|written| written.definition).ok_or_else(|| definition::unknown(flow))
    }

    /// Keeps the present version of a flow for good before something begins under it.
    ///
    /// # Errors
    /// `Conflict workflow.definition.changed` if another text was used under the same version.
    pub(crate) async fn keep(&self, tx: &mut Tx, flow: &str, who: &str) -> Result<Arc<Definition>, Refusal> {
        let Written { definition, text } = self.written(flow).ok_or_else(|| definition::unknown(flow))?;
        if keep(tx, &definition, &text, who).await? {
            return Ok(definition);
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
        let present = self.written(flow).map(|written| written.definition);
        if let Some(present) = present.filter(|present| present.version == version && present.sha256 == kept) {
            return Ok(present);
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

impl Written {
    fn read(name: &str, text: &str, roles: &Roles) -> Result<Self, Refusal> {
        Ok(Self { definition: Arc::new(checked(name, text, roles)?), text: Arc::from(text) })
    }
}

/// How many versions the house published, and when the last of them changed.
async fn revision(tx: &mut Tx) -> Result<(i64, i64), Refusal> {
    let sql = "select count(*) as n, max(changed_us) as at_us from flow_draft where state in ('published', 'retiring', 'retired')";
    let row = tx.query_one(sql, args![]).await?;
    Ok((row.int("n")?, row.opt_int("at_us")?.unwrap_or(0)))
}

/// Keeps a version of a flow for good. Whether it is the text that is kept under that version.
pub(crate) async fn keep(tx: &mut Tx, definition: &Definition, text: &str, who: &str) -> Result<bool, Refusal> {
    let (flow, version) = (&definition.id, definition.version);
    let sql = "insert into flow_definition (flow, version, sha256, body, published_by, at_us) values ($1, $2, $3, $4, $5, $6)
               on conflict (flow, version) do nothing";
    tx.execute(sql, args![flow, version, &definition.sha256, text, who, tx.now_us()]).await?;
    let sql = "select sha256 from flow_definition where flow = $1 and version = $2";
    Ok(tx.query_one(sql, args![flow, version]).await?.text("sha256")? == definition.sha256)
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
    pub(crate) fn of_text(text: &str, roles: &Roles) -> Result<Self, Refusal> {
        let written = Written::read("test", text, roles)?;
        Ok(Self::holding(BTreeMap::from([(written.definition.id.clone(), written)]), roles))
    }
}
