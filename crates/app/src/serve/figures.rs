//! The counter of figures that handlers share, and the names of keys.

use super::desk::Desk;
use qudao_access::Scope;
use qudao_access::private::{PrivateKind, mask};
use qudao_engine::facts::FactStore;
use qudao_engine::metrics::sql::Reach;
use qudao_engine::metrics::{Asked, Meter};
use qudao_kernel::facts::Table;
use qudao_kernel::master::Master;
use qudao_kernel::{Date, Lang, Refusal};
use qudao_metrics::store::TargetsRead;
use qudao_metrics::{Catalogue, Dimension, Within};
use qudao_network::Territories;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The catalogue, and the counter over the folder's facts.
pub(crate) struct Figures {
    pub(crate) catalogue: Arc<Catalogue>,
    /// The folder's facts.
    pub(crate) store: Arc<FactStore>,
    /// Targets of a month, kept between requests.
    pub(crate) targets: TargetsRead,
    meter: Arc<Meter>,
    building: AtomicBool,
}

impl Figures {
    /// Over a folder.
    pub(crate) fn open(root: &Path) -> Result<Self, Refusal> {
        let catalogue = Arc::new(Catalogue::standard()?);
        let store = Arc::new(FactStore::open(&root.to_string_lossy())?);
        let meter = Arc::new(Meter::new(Arc::clone(&store), Arc::clone(&catalogue)));
        Ok(Self { catalogue, store, targets: TargetsRead::default(), meter, building: AtomicBool::new(false) })
    }

    /// The facts as they are now. Where rollups of them are missing they are built in the background. Reads files.
    pub(crate) fn now(&self, desk: &Arc<Desk>) -> Result<Asked<'_>, Refusal> {
        let asked = self.meter.now(&desk.master()?)?;
        if !asked.has_rollups() && asked.snapshot() > 0 && !self.building.swap(true, Ordering::AcqRel) {
            let desk = Arc::clone(desk);
            std::thread::spawn(move || {
                let built = desk.master().and_then(|master| desk.figures.meter.build(&master));
                if let Err(refusal) = built {
                    tracing::warn!(code = refusal.code, "{}", refusal.text.en);
                }
                desk.figures.building.store(false, Ordering::Release);
            });
        }
        Ok(asked)
    }

    /// The facts as they are now, for questions in SQL within a part of the network. Reads files.
    pub(crate) fn reach(&self, desk: &Arc<Desk>, within: Within) -> Result<Reach, Refusal> {
        self.now(desk)?;
        self.meter.reach(&desk.master()?, within)
    }
}

/// The part of the network a scope means.
pub(crate) fn within(scope: Scope) -> Within {
    Within { territories: scope.territories, partners: scope.partners, outlets: scope.outlets, clerks: scope.clerks }
}

fn english(words: &qudao_network::Words, key: &str) -> Option<String> {
    let channel = words.channel(key).map(|channel| channel.en.clone());
    let subtype = || words.subtype(key).map(|(_, subtype)| subtype.en.clone());
    channel.or_else(subtype).or_else(|| words.tier(key).map(|tier| tier.en.clone()))
}

/// What people call a key on a day: its name, or the key where it has none. A key that says nothing is "unknown".
pub(crate) fn label(catalogue: &Catalogue, master: &Master, day: Date, lang: Lang, dimension: Dimension, key: &str) -> String {
    if key.is_empty() {
        return words(lang, "（无）", "(none)");
    }
    if let Some(text) = dimension.key_label(key) {
        return text.get(lang).to_owned();
    }
    let name = match dimension {
        Dimension::Province | Dimension::City | Dimension::County | Dimension::Town => {
            Territories::official().ok().and_then(|divisions| divisions.get(key)).map(|division| division.name.clone())
        }
        Dimension::Partner | Dimension::Root => {
            master.partner(key, day).or_else(|| master.partners().find(|row| row.code == key)).map(|row| row.name.clone())
        }
        Dimension::Outlet => master.outlet(key, day).or_else(|| master.outlets().find(|row| row.code == key)).map(|row| row.name.clone()),
        Dimension::Clerk => master.clerk(key, day).map(|row| row.name.clone()),
        Dimension::Product => master.product(key, day).map(|row| row.name.clone()),
        Dimension::Kind => Table::ALL.iter().flat_map(|table| table.kinds()).find(|(code, _)| *code == key).map(|(code, zh)| match lang {
            Lang::Zh => (*zh).to_owned(),
            Lang::En => code.replace('_', " "),
        }),
        Dimension::Band => catalogue.bands.name(key).map(|name| name.get(lang).to_owned()),
        Dimension::Channel | Dimension::Subtype | Dimension::Tier if lang == Lang::En => {
            qudao_network::Words::standard().ok().and_then(|words| english(words, key))
        }
        _ => None,
    };
    name.unwrap_or_else(|| key.to_owned())
}

/// The id of a subscriber's month begins with the number: it is masked there as well.
pub(crate) fn masked_id(id: &str) -> String {
    match id.split_once('|') {
        Some((number, month)) => format!("{}|{month}", mask(PrivateKind::Phone, number)),
        None => id.to_owned(),
    }
}

/// What a page says in the language of whoever asked.
pub(super) fn words(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
    .to_owned()
}
