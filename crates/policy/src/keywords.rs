//! The words of the language, each in Chinese and English.
//!
//! Invariant: no word is reserved as such; the parser asks for a particular [`Kw`] where one may stand. The first spelling
//! of each language is the canonical one, which the formatter prints; the others are read as well.

use qudao_kernel::Lang;

macro_rules! keywords {
    ($( $variant:ident $group:literal [$($en:literal),+] [$($zh:literal),+]; )*) => {
        /// A keyword or fixed phrase.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the spellings say it")]
        pub enum Kw { $($variant),* }

        impl Kw {
            /// Every keyword, in the order of the documents.
            pub const ALL: &'static [Kw] = &[$(Kw::$variant),*];

            /// English spellings, canonical first. A phrase has blanks between its words.
            pub const fn en(self) -> &'static [&'static str] { match self { $(Kw::$variant => &[$($en),+]),* } }

            /// Chinese spellings, canonical first.
            pub const fn zh(self) -> &'static [&'static str] { match self { $(Kw::$variant => &[$($zh),+]),* } }

            /// Where it belongs: a heading of the keyword table.
            pub const fn group(self) -> &'static str { match self { $(Kw::$variant => $group),* } }
        }
    };
}

keywords! {
    Policy "文件 file" ["policy"] ["政策"];
    Version "文件 file" ["version"] ["版本"];
    Fill "文件 file" ["fill"] ["地方取值"];
    ForRegion "文件 file" ["for region"] ["地区"];

    Owner "政策 policy" ["owner"] ["归口"];
    Effective "政策 policy" ["effective"] ["有效期"];
    RangeTo "政策 policy" ["to"] ["至"];
    Scope "政策 policy" ["scope"] ["适用范围"];
    MinimumPayment "政策 policy" ["minimum payment"] ["起付额"];
    Param "政策 policy" ["param"] ["参数"];
    Local "政策 policy" ["local"] ["地方可调"];
    Predicate "政策 policy" ["predicate"] ["口径"];
    Measure "政策 policy" ["measure"] ["指标"];
    Ladder "政策 policy" ["ladder"] ["阶梯"];
    Curve "政策 policy" ["curve"] ["曲线"];
    Component "政策 policy" ["component"] ["酬金项"];
    Exclusive "政策 policy" ["exclusive"] ["互斥"];
    Cap "政策 policy" ["cap"] ["封顶"];
    Budget "政策 policy" ["budget"] ["预算"];
    Example "政策 policy" ["example"] ["算例"];

    Count "指标 measure" ["count"] ["计数"];
    Sum "指标 measure" ["sum"] ["求和"];
    Distinct "指标 measure" ["distinct"] ["去重计数"];
    Total "指标 measure" ["total"] ["合计"];
    ActiveMonths "指标 measure" ["active months"] ["活跃月数"];
    IdleMonths "指标 measure" ["idle months"] ["空窗月数"];
    Of "指标 measure" ["of"] ["取自"];
    Where "指标 measure" ["where"] ["条件"];
    Per "指标 measure" ["per"] ["每"];
    Over "指标 measure" ["over"] ["统计期"];
    MonthsBack "指标 measure" ["months"] ["前推月"];
    RolledUpFrom "指标 measure" ["rolled up from"] ["归集自"];
    Share "指标 measure" ["share"] ["比例"];

    Partner "对象与期间 keys and spans" ["partner"] ["代理商"];
    Outlet "对象与期间 keys and spans" ["outlet"] ["网点"];
    Clerk "对象与期间 keys and spans" ["clerk"] ["店员"];
    Customer "对象与期间 keys and spans" ["customer"] ["客户"];
    Subscriber "对象与期间 keys and spans" ["subscriber"] ["用户"];
    Company "对象与期间 keys and spans" ["company"] ["全公司"];
    Province "对象与期间 keys and spans" ["province"] ["省"];
    City "对象与期间 keys and spans" ["city"] ["市"];
    County "对象与期间 keys and spans" ["county"] ["县"];
    Township "对象与期间 keys and spans" ["township"] ["乡镇"];
    Month "对象与期间 keys and spans" ["month"] ["月"];
    Quarter "对象与期间 keys and spans" ["quarter"] ["季", "季度"];
    HalfYear "对象与期间 keys and spans" ["half-year"] ["半年"];
    Year "对象与期间 keys and spans" ["year"] ["年"];

    Whole "阶梯 ladder" ["whole"] ["全量"];
    Marginal "阶梯 ladder" ["marginal"] ["累进"];
    Pays "阶梯 ladder" ["pays"] ["给付"];
    MoneyType "阶梯 ladder" ["money"] ["金额"];
    NumberType "阶梯 ladder" ["number"] ["数值"];
    From "阶梯 ladder" ["from"] ["满"];
    Below "阶梯 ladder" ["below"] ["不满"];
    Above "阶梯 ladder" ["above"] ["超过"];
    At "阶梯 ladder" ["at"] ["达到"];
    Flat "阶梯 ladder" ["flat"] ["固定"];
    EachUnit "阶梯 ladder" ["each"] ["每单位"];
    Nothing "阶梯 ladder" ["nothing"] ["不付"];

    Basis "酬金项 component" ["basis"] ["依据"];
    EachLineOf "酬金项 component" ["each line of"] ["逐笔酬金"];
    Each "酬金项 component" ["each"] ["逐笔"];
    Cumulative "酬金项 component" ["cumulative"] ["累计"];
    AtEnd "酬金项 component" ["at end"] ["期末"];
    Rank "酬金项 component" ["rank"] ["排名"];
    By "酬金项 component" ["by"] ["依"];
    WithinLevel "酬金项 component" ["within"] ["限同"];
    Top "酬金项 component" ["top"] ["取前"];
    Pool "酬金项 component" ["pool"] ["奖金池"];
    Weight "酬金项 component" ["weight"] ["权重"];
    ClawBack "酬金项 component" ["claw back of"] ["追回"];
    When "酬金项 component" ["when"] ["当"];
    Beyond "酬金项 component" ["beyond"] ["只追超出"];
    Require "酬金项 component" ["require"] ["要求"];
    Until "酬金项 component" ["until"] ["期限"];
    Amount "酬金项 component" ["amount"] ["金额"];
    Floor "酬金项 component" ["floor"] ["保底"];
    Round "酬金项 component" ["round"] ["舍入"];
    HalfUp "酬金项 component" ["half up"] ["四舍五入"];
    HalfEven "酬金项 component" ["half even"] ["四舍六入五成双"];
    Down "酬金项 component" ["down"] ["舍去"];
    Up "酬金项 component" ["up"] ["进一"];
    UnitTo "酬金项 component" ["to"] ["到"];
    FenUnit "酬金项 component" ["fen"] ["分"];
    JiaoUnit "酬金项 component" ["jiao"] ["角"];
    YuanUnit "酬金项 component" ["yuan"] ["元"];
    OncePer "酬金项 component" ["once per"] ["同值只付一次"];
    PayTo "酬金项 component" ["to"] ["付给"];
    Parent "酬金项 component" ["parent"] ["上级"];
    Ancestor "酬金项 component" ["ancestor"] ["上溯"];
    Nearest "酬金项 component" ["nearest"] ["最近上级"];
    Remainder "酬金项 component" ["remainder"] ["余数归"];
    Largest "酬金项 component" ["largest"] ["最大余数"];
    First "酬金项 component" ["first"] ["首位"];
    Last "酬金项 component" ["last"] ["末位"];
    Clause "酬金项 component" ["clause"] ["条款"];

    Schedule "分期与支付 schedule and payment" ["schedule"] ["分期"];
    Now "分期与支付 schedule and payment" ["now"] ["当月"];
    After "分期与支付 schedule and payment" ["after"] ["后延"];
    ForEach "分期与支付 schedule and payment" ["each month from"] ["逐月自"];
    ElseFail "分期与支付 schedule and payment" ["else"] ["否则"];
    Forfeit "分期与支付 schedule and payment" ["forfeit"] ["作废"];
    Defer "分期与支付 schedule and payment" ["defer"] ["顺延"];
    UpTo "分期与支付 schedule and payment" ["up to"] ["至多"];
    Times "分期与支付 schedule and payment" ["times", "time"] ["次"];
    PauseWhile "分期与支付 schedule and payment" ["pause while"] ["暂停期间"];
    PayOnDay "分期与支付 schedule and payment" ["pay on day"] ["支付日"];
    PayAfter "分期与支付 schedule and payment" ["pay after"] ["支付后延"];
    MonthsUnit "分期与支付 schedule and payment" ["months", "month"] ["个月"];
    DaysUnit "分期与支付 schedule and payment" ["days", "day"] ["天", "日"];
    Into "分期与支付 schedule and payment" ["into"] ["计入"];
    Payable "分期与支付 schedule and payment" ["payable"] ["应付"];
    Holdback "分期与支付 schedule and payment" ["holdback"] ["暂存"];
    Netted "分期与支付 schedule and payment" ["netted"] ["坐扣"];
    Points "分期与支付 schedule and payment" ["points"] ["积分"];
    Topup "分期与支付 schedule and payment" ["topup"] ["空充"];
    Credit "分期与支付 schedule and payment" ["credit"] ["话费"];
    Advance "分期与支付 schedule and payment" ["advance"] ["预支"];

    ReverseOn "冲回 reversal" ["reverse on"] ["冲回于"];
    ReverseWhen "冲回 reversal" ["reverse when"] ["冲回当"];
    Within "冲回 reversal" ["within"] ["时限"];
    Full "冲回 reversal" ["full"] ["全额"];
    ProRata "冲回 reversal" ["pro rata"] ["按比例"];
    Steps "冲回 reversal" ["steps"] ["分档"];
    Difference "冲回 reversal" ["difference"] ["降档差额"];
    Fraction "冲回 reversal" ["fraction"] ["冲回率"];

    Best "限额 limits" ["best"] ["择优"];
    MostSpecific "限额 limits" ["most specific"] ["最具体"];
    As "限额 limits" ["as"] ["名为"];
    On "限额 limits" ["on"] ["对"];
    ByDay "限额 limits" ["by day"] ["按日期"];
    HighestFirst "限额 limits" ["highest first"] ["高者优先"];
    LowestFirst "限额 limits" ["lowest first"] ["低者优先"];
    PartialAllowed "限额 limits" ["partial allowed"] ["可部分支付"];
    PartialRefused "限额 limits" ["partial refused"] ["不可部分支付"];

    Agreement "算例 example" ["agreement"] ["协议"];
    Product "算例 example" ["product"] ["产品"];
    OnDay "算例 example" ["on", "from"] ["于"];
    Expect "算例 example" ["expect"] ["应得"];
    For "算例 example" ["for"] ["付"];
    OnBasis "算例 example" ["on"] ["对"];
    Because "算例 example" ["because"] ["因"];

    And "表达式 expression" ["and"] ["且", "并且"];
    Or "表达式 expression" ["or"] ["或", "或者"];
    Not "表达式 expression" ["not"] ["非"];
    If "表达式 expression" ["if"] ["若", "如果"];
    Then "表达式 expression" ["then"] ["则"];
    Else "表达式 expression" ["else"] ["否则"];
    Match "表达式 expression" ["match"] ["按值"];
    In "表达式 expression" ["in"] ["属于"];
    Under "表达式 expression" ["under"] ["辖于"];
    StartsWith "表达式 expression" ["starts with"] ["开头为"];
    Between "表达式 expression" ["between"] ["介于"];
    BetweenAnd "表达式 expression" ["and"] ["与"];
    True "表达式 expression" ["yes", "true"] ["是"];
    False "表达式 expression" ["no", "false"] ["否"];
    Min "表达式 expression" ["min"] ["较小值"];
    Max "表达式 expression" ["max"] ["较大值"];
    Abs "表达式 expression" ["abs"] ["绝对值"];
    CeilFn "表达式 expression" ["ceil"] ["进整"];
    FloorFn "表达式 expression" ["floor"] ["舍整"];
    RoundFn "表达式 expression" ["round"] ["取整"];
    MonthsFn "表达式 expression" ["months"] ["整月数"];
    DaysFn "表达式 expression" ["days"] ["天数"];
}

/// Words that cannot be a name inside an expression, because an expression would read them as an operator.
pub(crate) const RESERVED: &[Kw] = &[
    Kw::And,
    Kw::Or,
    Kw::Not,
    Kw::If,
    Kw::Then,
    Kw::Else,
    Kw::Match,
    Kw::In,
    Kw::Under,
    Kw::Between,
    Kw::BetweenAnd,
    Kw::True,
    Kw::False,
    Kw::EachUnit,
    Kw::Of,
    Kw::Per,
];

impl Kw {
    /// Canonical spelling in a language.
    pub const fn word(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh()[0],
            Lang::En => self.en()[0],
        }
    }

    /// All spellings of both languages.
    pub(crate) fn spellings(self) -> impl Iterator<Item = &'static str> {
        self.en().iter().chain(self.zh()).copied()
    }

    /// Whether this one word spells the keyword.
    pub(crate) fn is(self, word: &str) -> bool {
        self.spellings().any(|spelling| spelling == word)
    }

    /// Both canonical spellings for a message: `全量(whole)`, `whole (全量)`.
    pub(crate) fn shown(self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("{}({})", self.zh()[0], self.en()[0]),
            Lang::En => format!("{} ({})", self.en()[0], self.zh()[0]),
        }
    }
}

/// Whether an expression would read the word as one of its operators.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|kw| kw.is(word))
}

/// The keyword table of the reference document, as Markdown.
pub fn table() -> String {
    let mut out = String::new();
    let mut group = "";
    for kw in Kw::ALL {
        if kw.group() != group {
            group = kw.group();
            out.extend(["\n**", group, "**\n\n| 中文 | English |\n|---|---|\n"]);
        }
        let list = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ");
        out.extend(["| ", &list(kw.zh()), " | ", &list(kw.en()), " |\n"]);
    }
    out.trim_start().to_owned()
}
