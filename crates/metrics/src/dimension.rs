//! What figures can be split by.

use qudao_kernel::facts::Table;
use qudao_kernel::{Lang, Text};
use serde::{Deserialize, Serialize};

/// Which sort of thing a dimension speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// When.
    Time,
    /// Where and by whom.
    Place,
    /// What.
    Thing,
}

macro_rules! dimensions {
    ($( $name:ident $code:literal $group:ident $zh:literal $en:literal $doc:literal; )*) => {
        /// Something figures can be split by. A key is a text; empty where the fact says nothing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Dimension { $( #[doc = $doc] $name, )* }

        impl Dimension {
            /// All of them, in the order they are offered.
            pub const ALL: &'static [Dimension] = &[$(Dimension::$name),*];

            /// Stable code.
            pub const fn code(self) -> &'static str { match self { $(Dimension::$name => $code),* } }

            /// What people call it.
            pub fn label(self, lang: Lang) -> &'static str {
                match (self, lang) { $((Dimension::$name, Lang::Zh) => $zh, (Dimension::$name, Lang::En) => $en),* }
            }

            /// What sort of thing it is.
            pub const fn group(self) -> Group { match self { $(Dimension::$name => Group::$group),* } }
        }
    };
}

dimensions! {
    Day "day" Time "日" "Day" "Day, `2026-07-31`.";
    Week "week" Time "周" "Week" "ISO week, named by its Monday.";
    Month "month" Time "月" "Month" "Month, `2026-07`.";
    Weekday "weekday" Time "星期" "Weekday" "Day of the week, 1 Monday to 7 Sunday.";
    DayKind "day_kind" Time "日期类型" "Sort of day" "`work`, `weekend` or `holiday`.";
    Province "province" Place "省" "Province" "Division of 2 digits.";
    City "city" Place "市" "City" "Division of 4 digits.";
    County "county" Place "区县" "County" "Division of 6 digits.";
    Town "town" Place "乡镇街道" "Township" "Division of 9 digits, or the county where no more is known.";
    Channel "channel" Place "渠道类别" "Channel" "Channel category of the outlet.";
    Subtype "subtype" Place "渠道子类" "Channel type" "Sub-type of the outlet.";
    Grade "grade" Place "网点等级" "Outlet class" "Class of the outlet, A to D.";
    Tier "tier" Place "代理商层级" "Partner tier" "Tier of the partner the fact belongs to on the day.";
    Root "root" Place "顶级代理商" "Top partner" "The partner at the top of the tree on the day.";
    Partner "partner" Place "代理商" "Partner" "The partner the fact belongs to on the day.";
    Outlet "outlet" Place "网点" "Outlet" "Outlet where it happened.";
    Clerk "clerk" Place "店员" "Clerk" "Work ID.";
    Kind "kind" Thing "业务类型" "Business" "What happened.";
    Line "line" Thing "产品线" "Product line" "Line of the product on the day.";
    Product "product" Thing "产品" "Product" "Product, plan or model.";
    Band "band" Thing "资费档" "Fee band" "Band of the plan's monthly fee.";
    CustomerClass "customer_class" Thing "客户等级" "Customer class" "Class of the customer.";
    Network "network" Thing "网络制式" "Network" "Network mode.";
    State "state" Thing "状态" "State" "`effective`, `cancelled` or `reversal`.";
    Age "age" Thing "在网月数" "Months in network" "Months from joining to the state.";
}

impl Dimension {
    /// The dimension of a code.
    pub fn by_code(code: &str) -> Option<Dimension> {
        Self::ALL.iter().copied().find(|dimension| dimension.code() == code)
    }

    /// Whether facts of a table can say anything about it.
    pub const fn of_table(self, table: Table) -> bool {
        match self {
            Dimension::Day | Dimension::Week | Dimension::Weekday | Dimension::DayKind => !matches!(table, Table::SubscriberMonth),
            Dimension::Clerk | Dimension::CustomerClass | Dimension::Network | Dimension::Band | Dimension::State => {
                matches!(table, Table::BusinessEvent)
            }
            Dimension::Kind => !matches!(table, Table::SubscriberMonth),
            Dimension::Line | Dimension::Product => {
                matches!(table, Table::BusinessEvent | Table::SubscriberMonth | Table::StockMovement)
            }
            Dimension::Age => matches!(table, Table::SubscriberMonth),
            _ => true,
        }
    }

    /// What people call a key that is a code of ours; `None` where the key is a code of the operator's or speaks for itself.
    pub fn key_label(self, key: &str) -> Option<Text> {
        let text = |zh: &str, en: &str| Some(Text::new(zh, en));
        match (self, key) {
            (Dimension::Weekday, day) => {
                let index = day.parse::<usize>().ok()?.checked_sub(1)?;
                let zh = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"].get(index)?;
                let en = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].get(index)?;
                text(zh, en)
            }
            (Dimension::DayKind, "work") => text("工作日", "Working day"),
            (Dimension::DayKind, "weekend") => text("周末", "Weekend"),
            (Dimension::DayKind, "holiday") => text("节假日", "Holiday"),
            (Dimension::State, "effective") => text("已生效", "Effective"),
            (Dimension::State, "cancelled") => text("已撤销", "Cancelled"),
            (Dimension::State, "reversal") => text("退货销户", "Return or cancellation"),
            (Dimension::Age, age) => text(&format!("第 {age} 月"), &format!("Month {age}")),
            _ => None,
        }
    }
}
