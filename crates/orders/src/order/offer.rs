//! Choosing products (R6.13): which go together, what they cost, and what the customer agrees to. Pure.

use super::{Fee, Item, Offer, Wanted};
use crate::business::{Business, Definitions};
use qudao_kernel::master::{Master, Outlet, Product};
use qudao_kernel::{Date, Fen, Kind, Refusal, Text};
use qudao_platform::hash::sha256;

/// Largest amount of an order, fen; beyond it somebody slipped.
const MOST: i64 = 100_000_000;
/// Most products of an order, pieces of one, months of a contract.
const MOST_ITEMS: usize = 10;
const MOST_PIECES: u32 = 1_000;
const MOST_MONTHS: u32 = 60;
/// Longest text.
const LONGEST: usize = 40;
/// Line of handsets.
const HANDSETS: &str = "终端";

/// An order that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// Products.
    pub items: Vec<Item>,
    /// What the customer is shown.
    pub offer: Offer,
    /// The network it runs in.
    pub network: String,
}

/// Looks at what somebody wants at an outlet on a day.
///
/// # Errors
/// `BadInput orders.business.unknown`, `orders.wanted.*` for what is missing or cannot be; `Conflict orders.product.*` for products that do not go together.
pub fn price(definitions: &Definitions, master: &Master, outlet: &Outlet, wanted: &Wanted, day: Date) -> Result<Priced, Refusal> {
    let business = definitions.business(&wanted.business)?;
    whole(business, wanted)?;
    let mut items = Vec::with_capacity(wanted.items.len().max(1));
    let mut products = Vec::with_capacity(wanted.items.len());
    for (at, asked) in wanted.items.iter().enumerate() {
        let product = master.product(&asked.product, day).ok_or_else(|| {
            Refusal::bad_input(
                "orders.product.unknown",
                format!("当日没有产品 {}；请重新选择", asked.product),
                format!("there is no product {} on that day; choose another", asked.product),
            )
        })?;
        let fits = at > 0 || business.lines.contains(&product.line);
        let kind = if at == 0 { Some(business) } else { definitions.of_line(&product.line) };
        let kind = kind.filter(|_| fits).ok_or_else(|| {
            conflict(
                "orders.product.line",
                format!("“{}”不能办理产品 {}（{}）；请选择：{}", business.zh, product.name, product.line, business.lines.join("、")),
                format!("\"{}\" is not for {} ({}); choose one of {}", business.en, product.name, product.line, business.lines.join(", ")),
            )
        })?;
        if !definitions.sells(outlet, product) {
            return Err(not_here(definitions, outlet, product));
        }
        items.push(item(kind, product, asked.quantity.max(1), &asked.imei)?);
        products.push(product);
    }
    if items.is_empty() {
        let amount = Fen(wanted.amount);
        let (product, line) = (String::new(), String::new());
        items.push(Item {
            name: business.zh.clone(),
            business: business.id.clone(),
            quantity: 1,
            plan_fee: Fen(0),
            cost: Fen(0),
            imei: String::new(),
            product,
            line,
            amount,
        });
    }
    together(definitions, business, wanted, &products)?;
    let network = network(definitions, &products)?;
    let offer = offer(business, wanted, &items)?;
    Ok(Priced { items, offer, network })
}

/// A product that is limited to other channels, with those it is for.
fn not_here(definitions: &Definitions, outlet: &Outlet, product: &Product) -> Refusal {
    let (name, channels) = (&product.name, definitions.traits(product).channels);
    if channels.is_empty() {
        return conflict(
            "orders.product.channel",
            format!("产品 {name} 不在{}销售；请到相应渠道办理", outlet.channel),
            format!("{name} is not sold by this channel; have it ordered where it is"),
        );
    }
    conflict(
        "orders.product.channel",
        format!("产品 {name} 只限{}销售，本网点为{}；请到相应渠道办理", channels.join("、"), outlet.channel),
        format!("{name} is for {} only, and this outlet is none of them; have it ordered there", channels.join(", ")),
    )
}

/// Refuses what is missing or cannot be.
fn whole(business: &Business, wanted: &Wanted) -> Result<(), Refusal> {
    let digits =
        |text: &str, from: usize, to: usize| (from..=to).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let bad = |code, zh: &str, en: &str| Err(Refusal::bad_input(code, zh, en));
    if (business.subscriber || !wanted.subscriber.is_empty()) && !digits(&wanted.subscriber, 5, 20) {
        return bad(
            "orders.wanted.subscriber",
            "请填写用户号码，5 至 20 位数字或字母",
            "give the subscriber's number, 5 to 20 digits or letters",
        );
    }
    if business.card && !digits(&wanted.card, 5, LONGEST) {
        return bad("orders.wanted.card", "请扫描或填写卡号", "scan or enter the serial of the card");
    }
    if business.lines.is_empty() != wanted.items.is_empty() || wanted.items.len() > MOST_ITEMS {
        return bad(
            "orders.wanted.items",
            "请选择产品，最多 10 个；不选产品的业务请填写金额",
            "choose up to 10 products; business without products takes an amount",
        );
    }
    let free = business.card && business.lines.is_empty();
    if business.lines.is_empty() && !(i64::from(!free)..=MOST).contains(&wanted.amount) {
        return bad("orders.wanted.amount", "请填写金额，100 万元以内", "give an amount of up to one million yuan");
    }
    if !(0..=MOST).contains(&wanted.prior_fee) || wanted.term_months > MOST_MONTHS || wanted.customer_class.chars().count() > LONGEST {
        return bad(
            "orders.wanted.details",
            "原月费、合约月数（60 以内）或客户等级有误；请核对",
            "the former fee, the months of the contract (up to 60) or the customer class cannot be; check them",
        );
    }
    for item in &wanted.items {
        if item.quantity > MOST_PIECES || !item.imei.is_empty() && !digits(&item.imei, 14, 17) {
            return bad(
                "orders.wanted.item",
                "数量须在 1000 以内，串号为 14 至 17 位；请核对",
                "up to 1000 pieces, and a serial of 14 to 17 places; check them",
            );
        }
    }
    Ok(())
}

fn item(business: &Business, product: &Product, quantity: u32, imei: &str) -> Result<Item, Refusal> {
    let handset = product.line == HANDSETS;
    if handset && (imei.is_empty() || quantity != 1) {
        return Err(Refusal::bad_input(
            "orders.wanted.imei",
            format!("请扫描终端 {} 的串号，一台一行", product.name),
            format!("scan the serial of {}, one handset a line", product.name),
        ));
    }
    let each = if handset { product.retail_price } else { product.plan_fee };
    let times = |fen: Fen| fen.0.checked_mul(i64::from(quantity)).filter(|sum| *sum <= MOST).map(Fen).ok_or_else(too_much);
    Ok(Item {
        product: product.code.clone(),
        name: product.name.clone(),
        line: product.line.clone(),
        business: business.id.clone(),
        plan_fee: product.plan_fee,
        amount: times(each)?,
        cost: times(if handset { product.supply_price } else { Fen(0) })?,
        imei: imei.to_owned(),
        quantity,
    })
}

fn too_much() -> Refusal {
    Refusal::bad_input("orders.wanted.amount", "金额超过 100 万元；请核对数量", "that is more than one million yuan; check the pieces")
}

/// Refuses a product whose company is missing.
fn together(definitions: &Definitions, business: &Business, wanted: &Wanted, products: &[&Product]) -> Result<(), Refusal> {
    // Whoever has a number already has the service that belongs to it.
    let has_service = !wanted.subscriber.is_empty() && !business.once;
    for product in products {
        let needs = definitions.traits(product).needs;
        let there = products.iter().any(|other| needs.contains(&other.line));
        if !needs.is_empty() && !there && !has_service {
            return Err(conflict(
                "orders.product.needs",
                format!("产品 {} 须与以下产品之一同办：{}；请加选", product.name, needs.join("、")),
                format!("{} is ordered together with one of {}; choose one", product.name, needs.join(", ")),
            ));
        }
    }
    Ok(())
}

/// The network handset and card share, the newest one (R4.23).
fn network(definitions: &Definitions, products: &[&Product]) -> Result<String, Refusal> {
    let mut shared: Option<(Vec<&str>, &Product)> = None;
    for product in products {
        let modes = definitions.traits(product).modes;
        if modes.is_empty() {
            continue;
        }
        let Some((before, first)) = shared else {
            shared = Some((modes.iter().map(String::as_str).collect(), product));
            continue;
        };
        let both: Vec<&str> = before.iter().copied().filter(|mode| modes.iter().any(|other| other == mode)).collect();
        if both.is_empty() {
            return Err(conflict(
                "orders.product.modes",
                format!("{}（{}）与 {}（{}）网络制式不符，不能配对；请更换", first.name, before.join("/"), product.name, modes.join("/")),
                format!(
                    "{} ({}) and {} ({}) share no network mode; exchange one",
                    first.name,
                    before.join("/"),
                    product.name,
                    modes.join("/")
                ),
            ));
        }
        shared = Some((both, first));
    }
    Ok(shared.and_then(|(modes, _)| modes.into_iter().max()).unwrap_or_default().to_owned())
}

fn offer(business: &Business, wanted: &Wanted, items: &[Item]) -> Result<Offer, Refusal> {
    let mut total = 0_i64;
    let mut fees = Vec::with_capacity(items.len());
    for item in items {
        total = total.checked_add(item.amount.0).filter(|sum| *sum <= MOST).ok_or_else(too_much)?;
        let english = if item.product.is_empty() { business.en.clone() } else { item.name.clone() };
        fees.push(Fee { title: Text::new(item.name.clone(), english), amount: item.amount, monthly: item.plan_fee });
    }
    let mut terms = Vec::new();
    for item in items.iter().filter(|item| item.plan_fee.0 > 0) {
        terms.push(Text::new(
            format!("{}每月 ¥{}，从次月起按月收取。", item.name, item.plan_fee),
            format!("{} is ¥{} a month, charged monthly from the next month on.", item.name, item.plan_fee),
        ));
    }
    if wanted.term_months > 0 {
        terms.push(Text::new(
            format!("合约期 {} 个月；提前终止按合约约定承担违约责任。", wanted.term_months),
            format!("The contract runs for {} months; ending it earlier has the consequences the contract states.", wanted.term_months),
        ));
    }
    if business.identity {
        terms.push(Text::new(
            "办理须核验本人实名信息；核验结果留存，证件号码不留存。",
            "The customer's identity is checked; the result is kept, the number of the document is not.",
        ));
    }
    let told = serde_json::json!({ "fees": fees, "total": total, "terms": terms }).to_string();
    Ok(Offer { fees, total: Fen(total), terms, sha256: sha256(told) })
}

fn conflict(code: &'static str, zh: String, en: String) -> Refusal {
    Refusal::new(Kind::Conflict, code, zh, en)
}
