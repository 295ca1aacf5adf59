//! 上柜组合 (R7.111): which models outlets of a type carry, from a day on.
//!
//! `definitions/distribution/assortment.toml` says it for kinds of product; what somebody sets for a model goes before it, from its day on.

use qudao_access::people::reasoned;
use qudao_kernel::master::Product;
use qudao_kernel::{Date, Kind, Refusal};
use qudao_platform::audit::Entry;
use qudao_platform::db::{Db, Row, Tx};
use qudao_platform::{args, write_tx};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::str::FromStr;

const STANDARD: &str = include_str!("../../../definitions/distribution/assortment.toml");

/// What a model is to outlets of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It is always there.
    Must,
    /// It is pushed.
    Main,
    /// It may be there.
    Optional,
    /// It is not to be there.
    Banned,
    /// Nothing is said of it.
    None,
}

impl Role {
    /// All of them.
    pub const ALL: [Role; 5] = [Role::Must, Role::Main, Role::Optional, Role::Banned, Role::None];

    /// As tables and interfaces write it.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Must => "must",
            Role::Main => "main",
            Role::Optional => "optional",
            Role::Banned => "banned",
            Role::None => "none",
        }
    }

    /// Whether the on-shelf rate counts it (R7.117).
    pub const fn is_core(self) -> bool {
        matches!(self, Role::Must | Role::Main)
    }

    /// Whether it is on sale there (R7.99).
    pub const fn is_sold(self) -> bool {
        !matches!(self, Role::Banned)
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Empty for all.
    #[serde(default)]
    outlet_types: Vec<String>,
    line: String,
    /// Empty for all of the line.
    #[serde(default)]
    category: String,
    role: Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

/// What the definitions say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definitions {
    rules: Vec<Rule>,
}

impl Definitions {
    /// The standard ones.
    ///
    /// # Errors
    /// `Bug distribution.assortment`; a test shows that the embedded file is right.
    pub fn standard() -> Result<Self, Refusal> {
        let file: File = toml::from_str(STANDARD).map_err(|error| {
            Refusal::new(
                Kind::Bug,
                "distribution.assortment",
                format!("上柜组合的定义有误：{error}"),
                format!("the definitions of assortments are wrong: {error}"),
            )
        })?;
        Ok(Self { rules: file.rule })
    }

    /// Lines of product they speak of: what has no assortment is no model.
    pub fn speaks_of(&self, product: &Product) -> bool {
        self.rules.iter().any(|rule| rule.line == product.line)
    }

    fn role(&self, outlet_type: &str, product: &Product) -> Role {
        let fits = |rule: &&Rule| {
            (rule.outlet_types.is_empty() || rule.outlet_types.iter().any(|one| one == outlet_type))
                && rule.line == product.line
                && (rule.category.is_empty() || rule.category == product.category)
        };
        self.rules.iter().find(fits).map_or(Role::None, |rule| rule.role)
    }
}

/// What was set for a model and a type of outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Type of outlet.
    pub outlet_type: String,
    /// Model.
    pub product: String,
    /// First day.
    pub from: Date,
    /// What it is from then on.
    pub role: Role,
    /// Why.
    pub reason: String,
    /// Who set it.
    pub who: String,
}

/// Assortments on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    definitions: Definitions,
    sets: BTreeMap<(String, String), Set>,
}

impl Plan {
    /// Assortments in force on a day.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn on(tx: &mut Tx, definitions: &Definitions, day: Date) -> Result<Self, Refusal> {
        let sql = "select * from distribution_assortment where effective_from <= $1 order by effective_from";
        let mut sets = BTreeMap::new();
        for row in tx.query(sql, args![day]).await? {
            let set = of_row(&row)?;
            sets.insert((set.outlet_type.clone(), set.product.clone()), set);
        }
        Ok(Self { definitions: definitions.clone(), sets })
    }

    /// What a model is to a type of outlet.
    pub fn role(&self, outlet_type: &str, product: &Product) -> Role {
        self.set(outlet_type, &product.code).map_or_else(|| self.definitions.role(outlet_type, product), |set| set.role)
    }

    /// What somebody set for it, if anybody did.
    pub fn set(&self, outlet_type: &str, product: &str) -> Option<&Set> {
        self.sets.get(&(outlet_type.to_owned(), product.to_owned()))
    }

    /// The models of a type of outlet, but for those nothing is said of.
    pub fn of<'p>(&self, outlet_type: &str, products: impl Iterator<Item = &'p Product>) -> Vec<(&'p Product, Role)> {
        products.map(|product| (product, self.role(outlet_type, product))).filter(|(_, role)| *role != Role::None).collect()
    }
}

/// What is to be set.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Type of outlet.
    pub outlet_type: &'a str,
    /// Model.
    pub product: &'a Product,
    /// What it was, as the page showed it.
    pub was: Role,
    /// What it is.
    pub role: Role,
    /// From when on.
    pub from: Date,
    /// Why.
    pub reason: &'a str,
}

/// Sets what a model is to a type of outlet, from a day on that is not past.
///
/// # Errors
/// `BadInput access.reason.missing`, `distribution.assortment.day`; `Conflict distribution.assortment.stale` where it is another thing meanwhile.
pub async fn set(db: &Db, definitions: &Definitions, who: &str, new: &New<'_>) -> Result<(), Refusal> {
    reasoned(new.reason)?;
    write_tx!(db, |tx| {
        let today = crate::kept::today(tx);
        if new.from < today {
            return Err(Refusal::bad_input(
                "distribution.assortment.day",
                "上柜组合从今天或以后生效；过去的不再改动",
                "an assortment holds from today on or later; what is past stays",
            ));
        }
        let before = Plan::on(tx, definitions, new.from).await?.role(new.outlet_type, new.product);
        if before != new.was {
            return Err(Refusal::new(
                Kind::Conflict,
                "distribution.assortment.stale",
                format!("{} 在这类网点的上柜组合已被他人修改；请刷新", new.product.code),
                format!("somebody else changed what {} is to this type of outlet; reload", new.product.code),
            ));
        }
        let sql = "insert into distribution_assortment (outlet_type, product, effective_from, role, reason, who, at_us)
                   values ($1, $2, $3, $4, $5, $6, $7) on conflict (outlet_type, product, effective_from)
                   do update set role = excluded.role, reason = excluded.reason, who = excluded.who, at_us = excluded.at_us";
        let reason = new.reason.trim();
        let values = args![new.outlet_type, &new.product.code, new.from, new.role.name(), reason, who, tx.now_us()];
        tx.execute(sql, values).await?;
        let id = format!("{}/{}", new.outlet_type, new.product.code);
        let (was, is) = (json!({ "role": before.name() }), json!({ "role": new.role.name(), "from": new.from.to_string() }));
        let entry = Entry::new(who, "assortment.set", "assortment", &id).before(was.to_string());
        tx.audit(entry.after(is.to_string()).reason(reason));
        Ok(())
    })
}

/// What is set from after a day on, the nearest first.
///
/// # Errors
/// The database does not answer.
pub async fn to_come(tx: &mut Tx, day: Date) -> Result<Vec<Set>, Refusal> {
    let sql = "select * from distribution_assortment where effective_from > $1 order by effective_from, outlet_type, product";
    tx.query(sql, args![day]).await?.iter().map(of_row).collect()
}

fn of_row(row: &Row) -> Result<Set, Refusal> {
    Ok(Set {
        outlet_type: row.string("outlet_type")?,
        product: row.string("product")?,
        from: row.parse("effective_from")?,
        // The table admits no other word.
        role: row.text("role")?.parse().unwrap_or(Role::None),
        reason: row.string("reason")?,
        who: row.string("who")?,
    })
}
