//! The templates there are: the standard set in the binary, and every version a visit began under, in the database.

use super::read::{self, refusal};
use super::{Context, Template};
use qudao_kernel::{Kind, Refusal};
use qudao_platform::args;
use qudao_platform::db::Tx;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// The standard set: file name and text.
        const STANDARD: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../../definitions/checklists/", $name)))),+];
    };
}
files!(
    "visit_basics.toml",
    "display_elements.toml",
    "display_principles.toml",
    "places.toml",
    "price.toml",
    "main_push.toml",
    "mystery.toml",
    "promoter.toml",
    "own_hall.toml",
);

/// All templates in their present version, and those of earlier ones that were asked for.
pub struct Catalogue {
    present: BTreeMap<String, (Arc<Template>, String)>,
    earlier: Mutex<BTreeMap<(String, u32), Arc<Template>>>,
}

impl Catalogue {
    /// The standard set.
    ///
    /// # Errors
    /// `BadInput field.template.wrong`; a test shows that the embedded files are right.
    pub fn standard() -> Result<Self, Refusal> {
        Self::of_texts(STANDARD)
    }

    /// A set of templates: name and text of each.
    ///
    /// # Errors
    /// `BadInput field.template.wrong`.
    pub fn of_texts(texts: &[(&str, &str)]) -> Result<Self, Refusal> {
        let mut present = BTreeMap::new();
        for (name, text) in texts {
            let template = read::read(text).map_err(|findings| refusal(name, &findings))?;
            let id = template.id.clone();
            if present.insert(id.clone(), (Arc::new(template), (*text).to_owned())).is_some() {
                return Err(refusal(
                    name,
                    &[read::finding("id", format!("编号 {id} 重复；请改名"), format!("the id {id} is taken; rename it"))],
                ));
            }
        }
        Ok(Self { present, earlier: Mutex::default() })
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Template>> {
        self.present.values().map(|(template, _)| template)
    }

    /// A template in its present version.
    ///
    /// # Errors
    /// `NotFound field.template.none`.
    pub fn get(&self, id: &str) -> Result<&Arc<Template>, Refusal> {
        self.present.get(id).map(|(template, _)| template).ok_or_else(|| none(id))
    }

    /// The templates for a visit, of those that are not hidden.
    pub fn for_visit(&self, context: &Context) -> Vec<&Arc<Template>> {
        self.iter().filter(|template| !template.hidden && template.fits.fits(context)).collect()
    }

    /// Keeps the present versions for good: when a program starts, so that no phone can begin under a version that is not kept.
    ///
    /// # Errors
    /// `Conflict field.template.changed` if another text was kept under the same version.
    pub async fn keep(&self, tx: &mut Tx) -> Result<(), Refusal> {
        for (id, (template, text)) in &self.present {
            let Template { version, sha256, .. } = &**template;
            let sql = "insert into field_template (template, version, sha256, body, at_us) values ($1, $2, $3, $4, $5)
                       on conflict (template, version) do nothing";
            tx.execute(sql, args![id, *version, sha256, text, tx.now_us()]).await?;
            let sql = "select sha256 from field_template where template = $1 and version = $2";
            if tx.query_one(sql, args![id, *version]).await?.text("sha256")? != sha256 {
                return Err(Refusal::new(
                    Kind::Conflict,
                    "field.template.changed",
                    format!("检查表 {id} 的内容已变，版本号 {version} 没有变；请提高版本号"),
                    format!("the checklist {id} changed but its version {version} did not; raise the version"),
                ));
            }
        }
        Ok(())
    }

    /// A template in the version a visit began under; the present one where that is it.
    ///
    /// # Errors
    /// `NotFound field.template.none`, `BadInput field.template.wrong` if it cannot be read any more.
    pub async fn of(&self, tx: &mut Tx, id: &str, version: u32) -> Result<Arc<Template>, Refusal> {
        if let Some((present, _)) = self.present.get(id).filter(|(present, _)| present.version == version) {
            return Ok(Arc::clone(present));
        }
        let key = (id.to_owned(), version);
        if let Some(known) = self.earlier.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let sql = "select body from field_template where template = $1 and version = $2";
        let body = tx.query_opt(sql, args![id, version]).await?.ok_or_else(|| none(id))?.string("body")?;
        let read = Arc::new(read::read(&body).map_err(|findings| refusal(id, &findings))?);
        self.earlier.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&read));
        Ok(read)
    }
}

fn none(id: &str) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "field.template.none",
        format!("没有检查表 {id} 或它的这个版本"),
        format!("there is no checklist {id}, or not in this version"),
    )
}
