//! What is strange about a visit. A flag keeps a visit from counting until a supervisor looked at it, or only says what happened; it never refuses work.

use super::position::{self, Doubt, Level};
use super::view::View;
use qudao_kernel::{Date, Text};
use qudao_network::site::Point;
use serde::{Deserialize, Serialize};

/// From what on something is strange; parameters of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of positions.
    pub doubt: Doubt,
    /// The shortest visit, minutes.
    pub least_minutes: u32,
    /// The fastest journey, km/h.
    pub most_kmh: u32,
    /// The difference of clocks that is corrected, seconds.
    pub skew_s: u32,
}

/// Something strange.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Flag {
    /// The check-in was elsewhere.
    Away {
        /// Metres to the outlet.
        distance_m: u32,
    },
    /// Nobody knows where the check-in was, and nothing else shows it.
    NoPosition,
    /// The phone says that its position was made up.
    Mock,
    /// From one check-in to the next it would have been too fast.
    Travel {
        /// The other visit.
        visit: String,
        /// How fast.
        kmh: u32,
    },
    /// A photo is there in another visit.
    PhotoRepeated {
        /// The photo.
        sha256: String,
        /// The other visit.
        visit: String,
    },
    /// A photo bears the watermark of another outlet, or was taken elsewhere.
    PhotoElsewhere {
        /// The photo.
        sha256: String,
    },
    /// It was shorter than a visit is.
    Short {
        /// How long.
        minutes: u32,
    },
    /// The outlet was closed by then.
    OutletClosed {
        /// From this day on.
        since: Date,
    },
    /// The same outlet was visited by the same manager that day under another id.
    Twice {
        /// The other visit.
        visit: String,
    },
    /// Something was written after the visit was looked at.
    Late,
    /// The clock of a phone was wrong; times were put right.
    Clock {
        /// By how much it was behind, seconds; negative for ahead.
        seconds: i64,
    },
    /// Two phones wrote on it.
    TwoDevices,
    /// A checklist has a newer version; the visit stays on its own.
    TemplateChanged {
        /// Which.
        template: String,
    },
    /// Its checklist's version is unknown here; answers are kept as they came.
    TemplateUnknown {
        /// Which.
        template: String,
    },
    /// A field was written by two who did not know each other; both values are kept.
    Conflict {
        /// Which.
        path: String,
    },
}

impl Flag {
    /// Whether the visit waits for a supervisor.
    pub const fn holds(&self) -> bool {
        !matches!(
            self,
            Self::Clock { .. } | Self::TwoDevices | Self::TemplateChanged { .. } | Self::TemplateUnknown { .. } | Self::Conflict { .. }
        )
    }

    /// What happened, and what to do.
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            Self::Away { distance_m } => (
                format!("签到位置距网点 {distance_m} 米；内容已保存，由主管确认是否计入"),
                format!("checked in {distance_m} m from the outlet; all is kept, a supervisor decides whether it counts"),
            ),
            Self::NoPosition => (
                "没有定位，也没有门头照和店主签名；内容已保存，由主管确认".to_owned(),
                "no position, and no photo of the door with a signature; all is kept, a supervisor decides".to_owned(),
            ),
            Self::Mock => (
                "手机报告定位为模拟位置；由主管确认".to_owned(),
                "the phone says its position was made up; a supervisor decides".to_owned(),
            ),
            Self::Travel { visit, kmh } => (
                format!("与拜访 {visit} 之间相当于时速 {kmh} 公里；由主管确认"),
                format!("{kmh} km/h between this and visit {visit}; a supervisor decides"),
            ),
            Self::PhotoRepeated { visit, .. } => {
                (format!("照片与拜访 {visit} 的相同；由主管确认"), format!("a photo is that of visit {visit}; a supervisor decides"))
            }
            Self::PhotoElsewhere { .. } => (
                "照片的水印或位置不是这个网点；由主管确认".to_owned(),
                "a photo bears another outlet or was taken elsewhere; a supervisor decides".to_owned(),
            ),
            Self::Short { minutes } => {
                (format!("拜访只有 {minutes} 分钟；由主管确认"), format!("it lasted {minutes} minutes; a supervisor decides"))
            }
            Self::OutletClosed { since } => (
                format!("网点自 {since} 起已关闭；内容已保存，由主管确认"),
                format!("the outlet is closed from {since} on; all is kept, a supervisor decides"),
            ),
            Self::Twice { visit } => (
                format!("当天已有对该网点的拜访 {visit}；由主管确认"),
                format!("there is visit {visit} to the outlet that day; a supervisor decides"),
            ),
            Self::Late => ("审阅之后又有内容到达；请再看一次".to_owned(), "something came after it was looked at; look again".to_owned()),
            Self::Clock { seconds } => (
                format!("手机时钟相差 {seconds} 秒，时间已校正"),
                format!("the phone's clock differs by {seconds} s; times were put right"),
            ),
            Self::TwoDevices => {
                ("两部手机记录了这次拜访，内容已合并".to_owned(), "two phones wrote on this visit; it was brought together".to_owned())
            }
            Self::TemplateChanged { template } => (
                format!("检查表 {template} 有新版本；这次拜访按开始时的版本"),
                format!("the checklist {template} has a newer version; this visit stays on the one it began under"),
            ),
            Self::TemplateUnknown { template } => (
                format!("服务器没有检查表 {template} 的这个版本；答案原样保存，暂不计分"),
                format!("this version of the checklist {template} is unknown here; answers are kept and not scored yet"),
            ),
            Self::Conflict { path } => {
                (format!("{path} 有两份不同内容，都已保留；请选择"), format!("{path} has two values, both are kept; choose one"))
            }
        };
        Text::new(zh, en)
    }
}

/// What the place of a visit is, as far as flags ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot<'a> {
    /// Outlet.
    pub outlet: &'a str,
    /// Where it stands, if that is known.
    pub point: Option<Point>,
    /// From when on it is closed.
    pub closed_from: Option<Date>,
}

/// The level of the check-in, with its distance.
pub fn level(view: &View, spot: &Spot<'_>, limits: &Limits) -> (Level, Option<u32>) {
    let position = view.check_in.as_ref().and_then(|one| one.position.as_ref());
    position::level(position, spot.point, limits.doubt)
}

/// What a visit shows of itself. `day` is the day of its check-in.
pub fn of_view(view: &View, spot: &Spot<'_>, limits: &Limits, day: Date) -> Vec<Flag> {
    let mut flags = Vec::new();
    if let Some(entered) = &view.check_in {
        match level(view, spot, limits) {
            (Level::Away, distance) => flags.push(Flag::Away { distance_m: distance.unwrap_or(0) }),
            // Indoors there may be no fix: a photo of the door taken then and the outlet's signature are proof enough.
            (Level::Unknown, _) if !shown_otherwise(view) => flags.push(Flag::NoPosition),
            _ => {}
        }
        if entered.position.is_some_and(|position| position.mock) {
            flags.push(Flag::Mock);
        }
    }
    if let Some(minutes) = view.minutes().filter(|minutes| *minutes < limits.least_minutes) {
        flags.push(Flag::Short { minutes });
    }
    if let Some(since) = spot.closed_from.filter(|since| day >= *since) {
        flags.push(Flag::OutletClosed { since });
    }
    for (sha256, photo) in &view.photos {
        let (level, _) = position::level(photo.position.as_ref(), spot.point, limits.doubt);
        if photo.outlet != spot.outlet || level == Level::Away {
            flags.push(Flag::PhotoElsewhere { sha256: sha256.clone() });
        }
    }
    flags.extend(view.conflicts.iter().map(|path| Flag::Conflict { path: path.clone() }));
    flags
}

fn shown_otherwise(view: &View) -> bool {
    let door = view.check_in.as_ref().and_then(|one| one.door.as_ref());
    let live = door.and_then(|sha256| view.photos.get(sha256)).is_some_and(|photo| photo.live);
    live && view.check_out.as_ref().is_some_and(|one| one.signature.is_some())
}
