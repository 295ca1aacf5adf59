//! The five kinds of master rows and the columns of their files: one list for import, export and documents.

use qudao_platform::sheet::ColumnType;

/// A kind of master row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noun {
    /// 代理商.
    Partner,
    /// 网点.
    Outlet,
    /// 店员.
    Clerk,
    /// 协议.
    Agreement,
    /// 产品.
    Product,
}

/// A column of a master file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// English header.
    pub name: &'static str,
    /// Chinese header.
    pub label: &'static str,
    /// Further accepted headers.
    pub aliases: &'static [&'static str],
    /// Type of the cells.
    pub ty: ColumnType,
    /// Whether the header must be present and the cell filled.
    pub required: bool,
    /// What it holds, in English, with the meaning of an empty cell.
    pub doc: &'static str,
}

const fn field(
    name: &'static str,
    label: &'static str,
    aliases: &'static [&'static str],
    ty: ColumnType,
    required: bool,
    doc: &'static str,
) -> Field {
    Field { name, label, aliases, ty, required, doc }
}

const FROM: Field = field(
    "effective_from",
    "生效日期",
    &["开始日期", "起始日期", "valid_from"],
    ColumnType::Date,
    false,
    "First day the row is in force; empty: since ever",
);
const TO: Field = field(
    "effective_to",
    "失效日期",
    &["结束日期", "终止日期", "valid_to"],
    ColumnType::Date,
    false,
    "First day the row is no longer in force; empty: open",
);

use ColumnType::{Bool, Date, Int, Money, Text};

const PARTNER: &[Field] = &[
    field("code", "编码", &["代理商编码", "渠道编码", "partner_code"], Text, true, "Code, the same in all rows of one partner"),
    field("name", "名称", &["代理商名称"], Text, true, "Name"),
    field("kind", "类型", &["代理商类型", "type"], Text, false, "Type, such as 代理商 or 农村信用合作社"),
    field("tier", "层级", &["代理商层级"], Text, false, "Tier, one of definitions/tiers.toml"),
    field("level", "级别", &["等级"], Int, false, "Numeric level for rules that compare partners; empty: 0"),
    field("parent", "上级编码", &["上级", "上级代理商", "上级代理商编码"], Text, false, "Code of the partner above; empty at the top"),
    field("territory", "区划代码", &["行政区划", "行政区划代码", "区域代码"], Text, true, "Division code of its seat"),
    field("since", "合作起始日", &["合作开始日期", "合作日期"], Date, false, "Day the partnership began; empty: effective_from"),
    field("blacklisted", "黑名单", &["是否黑名单"], Bool, false, "Blacklisted while the row is in force; empty: no"),
    FROM,
    TO,
];

const OUTLET: &[Field] = &[
    field("code", "编码", &["网点编码", "门店编码", "售点编码", "outlet_code"], Text, true, "Code, the same in all rows of one outlet"),
    field("name", "名称", &["网点名称", "门店名称"], Text, true, "Name"),
    field(
        "owner",
        "所属代理商",
        &["代理商编码", "所属代理商编码", "代理商", "partner"],
        Text,
        false,
        "Code of the owner; empty only for own and electronic channels",
    ),
    field("territory", "区划代码", &["行政区划", "行政区划代码", "区域代码"], Text, true, "Division code of its township or county"),
    field("channel", "渠道类别", &["渠道大类"], Text, false, "Channel category, one of definitions/channels.toml; empty: 社会渠道"),
    field("subtype", "渠道子类", &["网点类型", "渠道小类"], Text, false, "Sub-type, one of definitions/channels.toml"),
    field("grade", "等级", &["网点等级"], Text, false, "Grade A to D"),
    field("district", "商圈", &["所属商圈"], Text, false, "Business district"),
    FROM,
    TO,
];

const CLERK: &[Field] = &[
    field("code", "编码", &["工号", "店员工号", "店员编码", "clerk_code"], Text, true, "Work ID, the same in all rows of one clerk"),
    field("name", "名称", &["姓名", "店员姓名"], Text, true, "Name"),
    field("outlet", "网点编码", &["所属网点", "网点", "outlet_code"], Text, true, "Code of the outlet"),
    FROM,
    TO,
];

const AGREEMENT: &[Field] = &[
    field("code", "编码", &["协议编号", "协议编码"], Text, true, "Number of the agreement"),
    field("partner", "代理商编码", &["代理商", "所属代理商"], Text, true, "Code of the partner"),
    field("commitment", "承诺额", &["承诺金额"], Money, false, "Committed amount in yuan; empty: 0.00"),
    field("renewed", "续签", &["是否续签"], Bool, false, "Renewed for the following term; empty: no"),
    FROM,
    TO,
];

const PRODUCT: &[Field] = &[
    field("code", "编码", &["产品编码", "套餐编码", "product_code"], Text, true, "Code, the same in all rows of one product"),
    field("name", "名称", &["产品名称", "套餐名称"], Text, true, "Name"),
    field("line", "产品线", &["业务线"], Text, false, "Product line, such as 移动, 宽带, 增值业务, 终端"),
    field("category", "类别", &["产品类别", "分类"], Text, false, "Category within the line"),
    field("plan_fee", "月费", &["套餐月费", "月租"], Money, false, "Monthly fee in yuan, for plans"),
    field("supply_price", "供货价", &["采购价"], Money, false, "Supply price in yuan, for goods"),
    field("retail_price", "零售价", &["建议零售价"], Money, false, "Suggested retail price in yuan, for goods"),
    FROM,
    TO,
];

impl Noun {
    /// Every noun, in the order they are read: what is referred to first.
    pub const ALL: [Noun; 5] = [Noun::Partner, Noun::Outlet, Noun::Clerk, Noun::Agreement, Noun::Product];

    /// Stem of its files: `partners.csv`, `partners-2026.xlsx`.
    pub const fn stem(self) -> &'static str {
        match self {
            Noun::Partner => "partners",
            Noun::Outlet => "outlets",
            Noun::Clerk => "clerks",
            Noun::Agreement => "agreements",
            Noun::Product => "products",
        }
    }

    /// Chinese name, also accepted as the stem of a file.
    pub const fn label(self) -> &'static str {
        match self {
            Noun::Partner => "代理商",
            Noun::Outlet => "网点",
            Noun::Clerk => "店员",
            Noun::Agreement => "协议",
            Noun::Product => "产品",
        }
    }

    /// English name, one of it; also its name in events and in the audit.
    pub const fn english(self) -> &'static str {
        match self {
            Noun::Partner => "partner",
            Noun::Outlet => "outlet",
            Noun::Clerk => "clerk",
            Noun::Agreement => "agreement",
            Noun::Product => "product",
        }
    }

    /// Columns, in file order.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Noun::Partner => PARTNER,
            Noun::Outlet => OUTLET,
            Noun::Clerk => CLERK,
            Noun::Agreement => AGREEMENT,
            Noun::Product => PRODUCT,
        }
    }

    /// The position of the field a header names: its name, label or an alias; case and surrounding blanks do not matter.
    pub fn by_header(self, header: &str) -> Option<usize> {
        let wanted = header.trim().to_lowercase();
        self.fields()
            .iter()
            .position(|field| [field.name, field.label].iter().chain(field.aliases).any(|name| name.to_lowercase() == wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_unambiguous() {
        for noun in Noun::ALL {
            for (index, field) in noun.fields().iter().enumerate() {
                for header in [field.name, field.label].iter().chain(field.aliases) {
                    assert_eq!(noun.by_header(&format!(" {} ", header.to_uppercase())), Some(index), "{} {header}", noun.stem());
                }
            }
        }
    }
}
