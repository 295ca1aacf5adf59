//! The facts catalogue: which fact tables exist and what their columns are, with units, labels and header aliases.
//!
//! One list serves the importer (headers), the policy checker (unknown columns), the interpreter, the engine (layout) and
//! the documents. A fact is an immutable, source-identified row; a correction is a new row. Every table shares the same
//! set of [`Col`]s; a table uses some of them. A cell that is absent reads as the empty value of its type: empty text, 0, ¥0.00,
//! false; an absent date reads as no date (`i32::MIN` days in columns).

use serde::{Deserialize, Serialize};

/// A fact table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// 业务事件: an activation, plan change, renewal, broadband install, terminal sale, recharge, value-added sale, return, cancellation.
    BusinessEvent,
    /// 用户月度状态: a subscriber's state in a month.
    SubscriberMonth,
    /// 库存流水: a serial or quantity moving.
    StockMovement,
    /// 现场观察: one answer of a checklist on site.
    Observation,
    /// 活动: a visit, call, training, delivery, ticket, footfall count.
    Activity,
    /// 资金: a collection, payment or refund.
    Cash,
}

/// Type of a column. Money is fen in an `i64`; a date is days since 1970-01-01 in an `i32`; a month is `year*12+month-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColType {
    /// Text, UTF-8.
    Text,
    /// Whole number.
    Int,
    /// Money; files hold yuan with two decimals, memory and columns hold fen.
    Money,
    /// Yes or no.
    Bool,
    /// Business date.
    Date,
    /// Calendar month.
    Month,
}

macro_rules! columns {
    ($( $variant:ident $name:literal $ty:ident $zh:literal [$($alias:literal),*] $doc:literal; )*) => {
        /// A column of the fact tables.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Col { $( #[doc = $doc] $variant, )* }

        impl Col {
            /// Every column, in the order of the documents.
            pub const ALL: &'static [Col] = &[$(Col::$variant),*];
            /// Name in files, policies and tables.
            pub const fn name(self) -> &'static str { match self { $(Col::$variant => $name),* } }
            /// Chinese label, also accepted as a header.
            pub const fn label(self) -> &'static str { match self { $(Col::$variant => $zh),* } }
            /// Further accepted headers.
            pub const fn aliases(self) -> &'static [&'static str] { match self { $(Col::$variant => &[$($alias),*]),* } }
            /// Type.
            pub const fn ty(self) -> ColType { match self { $(Col::$variant => ColType::$ty),* } }
            /// What it holds, with its unit.
            pub const fn doc(self) -> &'static str { match self { $(Col::$variant => $doc),* } }
        }
    };
}

columns! {
    EventId "event_id" Text "事件编号" ["流水号", "业务流水号", "id"] "Identity in the source system; the idempotency key within a table.";
    Kind "kind" Text "业务类型" ["类型", "event_type", "type"] "What happened; one of the table's kinds.";
    OccurredOn "occurred_on" Date "发生日期" ["业务日期", "受理日期", "日期", "date"] "Valid time: the day it happened.";
    KnownOn "known_on" Date "获知日期" ["入库日期", "到达日期"] "Known time: the day the source reported it; the import day when absent.";
    Month "month" Month "月份" ["账期", "period"] "Calendar month of a subscriber's state.";
    Outlet "outlet" Text "网点编码" ["网点", "网点编号", "售点", "门店编码", "outlet_code"] "Outlet where it happened.";
    Partner "partner" Text "代理商编码" ["代理商", "渠道编码", "partner_code"] "Partner, used for attribution only where the row names no outlet.";
    Clerk "clerk" Text "店员工号" ["工号", "营业员", "clerk_code"] "Work ID of the clerk.";
    Subscriber "subscriber" Text "用户号码" ["用户", "手机号", "号码", "subscriber_id"] "Subscriber the row is about.";
    Customer "customer" Text "客户编号" ["客户"] "Trade customer a payment came from.";
    Product "product" Text "产品编码" ["产品", "套餐", "套餐编码", "机型", "product_code"] "Product, plan or model.";
    PlanFee "plan_fee" Money "套餐月费" ["月租", "套餐资费"] "Monthly fee of the plan.";
    PriorFee "prior_fee" Money "原套餐月费" ["变更前月费"] "Monthly fee before a plan change.";
    Amount "amount" Money "金额" ["发生金额", "充值金额", "回款金额"] "Amount of the sale, recharge, collection or movement.";
    Cost "cost" Money "成本" ["采购价"] "Supply price or cost of what was sold.";
    Quantity "quantity" Int "数量" ["件数"] "Number of units; 1 where absent in a business event.";
    Term "term_months" Int "合约月数" ["合约期"] "Length of the contract in months.";
    Order "order_id" Text "订单编号" ["订单", "订单号"] "Order the row belongs to.";
    Ref "ref_event" Text "原事件编号" ["原流水号", "关联流水号"] "Event that this one cancels, returns or changes.";
    Imei "imei" Text "串号" ["IMEI", "终端串号"] "Serial of the handset.";
    Class "customer_class" Text "客户等级" ["客户类别"] "Customer class, such as 品牌客户 or 中高端客户.";
    Network "network" Text "网络制式" ["制式"] "Network mode.";
    Verified "identity_verified" Bool "实名认证" ["实名", "是否实名"] "Real-name check passed.";
    SlipOn "slip_on" Date "回单日期" ["回单交回日期"] "Day the signed order slip came back; no date while it is out.";
    Hold "hold" Text "冻结原因" ["冻结", "风控标记"] "Code of a red hold; empty when there is none.";
    JoinedOn "joined_on" Date "入网日期" ["开户日期"] "Day the subscriber joined.";
    Active "active" Bool "在网" ["是否在网", "状态正常"] "Active in the month.";
    SuspendedDays "suspended_days" Int "停机天数" ["停机"] "Days suspended in the month.";
    Minutes "minutes" Int "通话分钟" ["通话时长", "主叫分钟"] "Minutes of calls in the month.";
    DataMb "data_mb" Int "流量MB" ["流量"] "Megabytes used in the month.";
    Billed "billed" Money "出账金额" ["出账收入"] "Billed in the month.";
    Received "received" Money "实收金额" ["实收"] "Received in the month.";
    Arrears "arrears" Money "欠费金额" ["欠费"] "Owed at the end of the month.";
    Recharge "recharge" Money "当月充值" ["充值"] "Recharged in the month.";
    Confirmed "identity_confirmed" Bool "身份确认" ["二次实名"] "Identity confirmed again in the month.";
    Item "item" Text "检查项" ["项目"] "Checklist item, or subject of an activity.";
    Value "value" Int "数值" ["分值", "得分"] "Observed number or score.";
    Passed "passed" Bool "合格" ["是否合格"] "Whether the item passed.";
    Grade "grade" Text "证据等级" ["证据"] "How it is known: seen, told or system.";
    DueOn "due_on" Date "应完成日期" ["要求日期", "约定日期"] "Day by which it was due.";
    DoneOn "done_on" Date "实际完成日期" ["完成日期", "到货日期"] "Day it was done.";
    Serial "serial" Text "序列号" ["卡号"] "Serial of the moved item.";
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 6] =
        [Table::BusinessEvent, Table::SubscriberMonth, Table::StockMovement, Table::Observation, Table::Activity, Table::Cash];

    /// Name in folders and files.
    pub const fn name(self) -> &'static str {
        match self {
            Table::BusinessEvent => "business_event",
            Table::SubscriberMonth => "subscriber_month",
            Table::StockMovement => "stock_movement",
            Table::Observation => "observation",
            Table::Activity => "activity",
            Table::Cash => "cash",
        }
    }

    /// Chinese label.
    pub const fn label(self) -> &'static str {
        match self {
            Table::BusinessEvent => "业务事件",
            Table::SubscriberMonth => "用户月度状态",
            Table::StockMovement => "库存流水",
            Table::Observation => "现场观察",
            Table::Activity => "活动",
            Table::Cash => "资金",
        }
    }

    /// The table of this name, by English name or Chinese label.
    pub fn by_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name || table.label() == name)
    }

    /// Columns of this table in file order. The first five are required to be present as headers, except those that
    /// [`Table::optional`] names.
    pub const fn columns(self) -> &'static [Col] {
        match self {
            Table::BusinessEvent => &[
                Col::EventId,
                Col::Kind,
                Col::OccurredOn,
                Col::KnownOn,
                Col::Outlet,
                Col::Partner,
                Col::Clerk,
                Col::Subscriber,
                Col::Product,
                Col::PlanFee,
                Col::PriorFee,
                Col::Amount,
                Col::Cost,
                Col::Quantity,
                Col::Term,
                Col::Order,
                Col::Ref,
                Col::Imei,
                Col::Class,
                Col::Network,
                Col::Verified,
                Col::SlipOn,
                Col::Hold,
            ],
            Table::SubscriberMonth => &[
                Col::EventId,
                Col::Month,
                Col::OccurredOn,
                Col::KnownOn,
                Col::Outlet,
                Col::Partner,
                Col::Subscriber,
                Col::Product,
                Col::JoinedOn,
                Col::Active,
                Col::SuspendedDays,
                Col::Minutes,
                Col::DataMb,
                Col::Billed,
                Col::Received,
                Col::Arrears,
                Col::Recharge,
                Col::Confirmed,
            ],
            Table::StockMovement => &[
                Col::EventId,
                Col::Kind,
                Col::OccurredOn,
                Col::KnownOn,
                Col::Outlet,
                Col::Partner,
                Col::Product,
                Col::Serial,
                Col::Quantity,
                Col::Amount,
                Col::Ref,
            ],
            Table::Observation => &[
                Col::EventId,
                Col::Kind,
                Col::OccurredOn,
                Col::KnownOn,
                Col::Outlet,
                Col::Partner,
                Col::Item,
                Col::Value,
                Col::Passed,
                Col::Grade,
            ],
            Table::Activity => &[
                Col::EventId,
                Col::Kind,
                Col::OccurredOn,
                Col::KnownOn,
                Col::Outlet,
                Col::Partner,
                Col::Item,
                Col::Quantity,
                Col::Value,
                Col::Amount,
                Col::DueOn,
                Col::DoneOn,
            ],
            Table::Cash => {
                &[Col::EventId, Col::Kind, Col::OccurredOn, Col::KnownOn, Col::Outlet, Col::Partner, Col::Customer, Col::Amount, Col::Ref]
            }
        }
    }

    /// Columns a file must have. `subscriber_month` derives `event_id` (`subscriber|month`) and `occurred_on` (the
    /// month's first day) when they are absent.
    pub const fn required(self) -> &'static [Col] {
        match self {
            Table::SubscriberMonth => &[Col::Month, Col::Subscriber],
            _ => &[Col::EventId, Col::Kind, Col::OccurredOn],
        }
    }

    /// The kinds a row may have: (code, Chinese label). Empty for `subscriber_month`, which has none, and for
    /// `observation` and `activity`, whose kinds are open.
    pub const fn kinds(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Table::BusinessEvent => &[
                ("activation", "开卡"),
                ("plan_change", "套餐变更"),
                ("renewal", "续约"),
                ("broadband_install", "宽带装机"),
                ("terminal_sale", "终端销售"),
                ("recharge", "充值"),
                ("vas_sale", "增值业务"),
                ("return", "退货"),
                ("cancellation", "销户"),
            ],
            Table::StockMovement => &[
                ("sell_in", "进货"),
                ("sell_through", "销售"),
                ("transfer", "调拨"),
                ("return", "退库"),
                ("count", "盘点"),
                ("adjustment", "调整"),
            ],
            Table::Cash => &[("collection", "回款"), ("payment", "付款"), ("refund", "退款")],
            Table::SubscriberMonth | Table::Observation | Table::Activity => &[],
        }
    }

    /// Whether the table has this column.
    pub fn has(self, col: Col) -> bool {
        self.columns().contains(&col)
    }
}

impl Col {
    /// The column a header names: its name, its label or an alias; case and surrounding blanks do not matter.
    pub fn by_header(header: &str) -> Option<Col> {
        let wanted = header.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_lowercase();
        Col::ALL.iter().copied().find(|col| {
            col.name() == wanted || col.label().to_lowercase() == wanted || col.aliases().iter().any(|alias| alias.to_lowercase() == wanted)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn headers_are_unambiguous() {
        let mut seen = BTreeMap::new();
        for col in Col::ALL {
            for header in [col.name(), col.label()].into_iter().chain(col.aliases().iter().copied()) {
                if let Some(other) = seen.insert(header.to_lowercase(), *col) {
                    assert_eq!(other, *col, "{header} names two columns");
                }
                assert_eq!(Col::by_header(&format!("\u{feff} {header} ")), Some(*col), "{header}");
            }
        }
    }

    #[test]
    fn every_table_holds_what_attribution_needs() {
        for table in Table::ALL {
            for col in [Col::EventId, Col::OccurredOn, Col::KnownOn, Col::Outlet, Col::Partner] {
                assert!(table.has(col), "{} lacks {}", table.name(), col.name());
            }
            assert!(table.required().iter().all(|col| table.has(*col)));
        }
    }
}
