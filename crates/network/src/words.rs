//! The words partners and outlets are classified by: tiers, channel categories, sub-types, grades.
//!
//! The lists are definitions, `definitions/tiers.toml` and `definitions/channels.toml`, compiled in as the standard set.
//! Master data may use other words; imports say so, because a misspelt tier pays nobody.

use qudao_kernel::{Kind, Refusal, Text};
use serde::Deserialize;
use std::sync::OnceLock;

/// A tier of partners (R8.54).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Name, as master data and policies use it.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Short name in English.
    pub short: String,
    /// Tiers it may hang under; empty where it hangs under nobody.
    pub supplied_by: Vec<String>,
    /// Tier of the ancestor its volume also counts for (R8.58).
    pub rolls_up_to: Option<String>,
    /// Parameter with the percentage of the volume that counts.
    pub rolls_up_share: Option<String>,
    /// What it may do.
    pub rights: Vec<Text>,
    /// What it must do.
    pub duties: Vec<Text>,
}

/// A sub-type of outlets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subtype {
    /// Name, as master data and policies use it.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Other names for the same.
    #[serde(default)]
    pub also: Vec<String>,
}

/// A channel category (R4.32).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Name, as master data and policies use it.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// Whether an outlet of it must belong to a partner.
    pub needs_owner: bool,
    /// Its sub-types.
    pub subtypes: Vec<Subtype>,
}

/// All the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Tiers, from the top.
    pub tiers: Vec<Tier>,
    /// Channel categories.
    pub channels: Vec<Channel>,
}

/// Grades of outlets, the best first.
pub const GRADES: [&str; 4] = ["A", "B", "C", "D"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierFile {
    tier: Vec<Tier>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelFile {
    channel: Vec<Channel>,
}

impl Words {
    /// The standard set.
    ///
    /// # Errors
    /// A definition file was wrong when the program was built.
    pub fn standard() -> Result<&'static Words, Refusal> {
        static STANDARD: OnceLock<Result<Words, Refusal>> = OnceLock::new();
        let read = || {
            Words::read(
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../definitions/tiers.toml")),
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../definitions/channels.toml")),
            )
        };
        STANDARD.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    fn read(tiers: &str, channels: &str) -> Result<Self, Refusal> {
        let wrong = |file: &str, error: &toml::de::Error| {
            Refusal::new(
                Kind::Bug,
                "network.words.file",
                format!("定义文件 {file} 有误：{error}；请更正后重新安装"),
                format!("definition file {file} is wrong: {error}; correct it and install again"),
            )
        };
        let tiers: TierFile = toml::from_str(tiers).map_err(|error| wrong("tiers.toml", &error))?;
        let channels: ChannelFile = toml::from_str(channels).map_err(|error| wrong("channels.toml", &error))?;
        Ok(Self { tiers: tiers.tier, channels: channels.channel })
    }

    /// The tier of this name.
    pub fn tier(&self, name: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.zh == name)
    }

    /// The channel category of this name.
    pub fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.zh == name)
    }

    /// The sub-type a name stands for, under any category, whether by its own or another name.
    pub fn subtype(&self, name: &str) -> Option<(&Channel, &Subtype)> {
        let of = |channel: &'_ Channel| {
            channel.subtypes.iter().position(|subtype| subtype.zh == name || subtype.also.iter().any(|also| also == name))
        };
        self.channels.iter().find_map(|channel| of(channel).map(|index| (channel, &channel.subtypes[index])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_words_hold_together() {
        // R8.54, R8.58, S20: three tiers and a province's two more, silver counts for its distributor; R4.32, R4.33: three categories
        let words = Words::standard().unwrap();
        let tiers: Vec<&str> = words.tiers.iter().map(|tier| tier.zh.as_str()).collect();
        assert_eq!(tiers, ["增值服务商", "银牌增值代理商", "二级代理商", "代理点", "村级服务点"]);
        let silver = words.tier("银牌增值代理商").unwrap();
        assert_eq!((silver.rolls_up_to.as_deref(), silver.rolls_up_share.as_deref()), (Some("增值服务商"), Some("silver_rollup")));
        for tier in &words.tiers {
            assert!(!tier.duties.is_empty() && tier.supplied_by.iter().chain(&tier.rolls_up_to).all(|name| words.tier(name).is_some()));
        }
        assert_eq!(words.channels.iter().map(|channel| channel.zh.as_str()).collect::<Vec<_>>(), ["自有渠道", "社会渠道", "电子渠道"]);
        for name in ["专营店", "加盟店", "大卖场", "连锁店", "代理点", "便利店", "农村信用合作社", "店中店"] {
            assert_eq!(words.subtype(name).map(|(channel, subtype)| (channel.zh.as_str(), subtype.zh.as_str())), Some(("社会渠道", name)));
        }
        assert_eq!(words.subtype("综合卖场").map(|(_, subtype)| subtype.zh.as_str()), Some("大卖场"));
        let all: Vec<_> = words.channels.iter().flat_map(|c| &c.subtypes).flat_map(|s| s.also.iter().chain([&s.zh])).collect();
        assert!(all.iter().all(|name| all.iter().filter(|other| other == &name).count() == 1), "a name stands for one sub-type");
    }
}
