"""Polars settles a month: the bench policy as expressions over lazy frames, output to Parquet sorted by partner."""

import datetime

import arguments
import polars as pl
from columns import MASTER, headers
from settle_sql import COMPONENTS

args = arguments.read()
PERIOD, FIRST, LAST, CAP = args.index, args.first, args.last, args.cap
FEN = {"text": pl.String, "int": pl.Int64, "date": pl.String, "money": pl.String, "bool": pl.String}


def half_up(number, divisor):
    """number ÷ divisor, rounded half away from zero, in integers."""
    return pl.when(number >= 0).then((2 * number + divisor) // (2 * divisor)).otherwise(-((-2 * number + divisor) // (2 * divisor)))


def master(name):
    columns = MASTER[name]
    path = args.master / f"{name}.csv"
    have, kinds = headers(path, columns), {column: kind for _, column, kind in columns}
    frame = pl.read_csv(path, infer_schema=False).select(pl.col(header).alias(column) for header, column in have.items())
    cells = []
    for column in have.values():
        cell = pl.col(column)
        match kinds[column]:
            case "date":
                cells.append(cell.str.to_date("%Y-%m-%d", strict=False).alias(column))
            case "bool":
                cells.append(cell.is_in(["是", "true", "1"]).fill_null(False).alias(column))
            case "text":
                cells.append(cell.fill_null("").alias(column))
    return frame.with_columns(cells).with_columns(
        pl.col("effective_from").fill_null(datetime.date(1, 1, 1)).alias("f"), pl.col("effective_to").fill_null(datetime.date(9999, 12, 31)).alias("t")
    )


def by_day(frame):
    """Dated rows as one row for each day of the period on which they hold."""
    days = pl.DataFrame({"d": pl.date_range(FIRST, LAST, "1d", eager=True)})
    return frame.join(days, how="cross").filter((pl.col("d") >= pl.col("f")) & (pl.col("d") < pl.col("t"))).drop("f", "t")


agreed = by_day(master("agreements").select("partner", "f", "t")).unique().with_columns(agreed=True)
partner_day = (
    by_day(master("partners").select("code", "tier", "parent", "territory", "blacklisted", "f", "t"))
    .join(agreed, left_on=["code", "d"], right_on=["partner", "d"], how="left")
    .select(
        "code", "d", "tier", "parent", pl.col("territory").str.slice(0, 2).alias("province"),
        pl.when("blacklisted").then(pl.lit("blacklisted")).when(pl.col("agreed").is_null()).then(pl.lit("agreement_inactive")).alias("std"),
    )
)  # fmt: skip
outlet_day = by_day(master("outlets").filter(pl.col("channel") == "社会渠道").select("code", "f", "t"))
product_day = by_day(master("products").select("code", "line", "f", "t"))
today = partner_day.filter(pl.col("d") == LAST).drop("d")

event = pl.scan_parquet(args.events, hive_partitioning=False)
sub = pl.scan_parquet(args.subs, hive_partitioning=False)
sub_one = (
    sub.select("event_id", "subscriber", "active", "minutes", "joined_on").sort("event_id").unique("subscriber", keep="last").drop("event_id").collect()
)

# in scope: outlets of the channel the policy is about, with everything the rules read
number = lambda name: pl.col(name).fill_null(0)  # noqa: E731
text = lambda name: pl.col(name).fill_null("")  # noqa: E731
waited = (pl.col("slip_on") - pl.col("occurred_on")).dt.total_days()
e = (
    event.select(
        "event_id", "kind", pl.col("occurred_on").alias("d"), pl.col("attributed").alias("p"), text("outlet"), text("clerk"), text("subscriber"), text("product"),
        number("plan_fee"), number("prior_fee"), number("amount"), number("cost"), number("term_months").alias("term"), text("customer_class").alias("class"),
        pl.col("identity_verified").fill_null(False).alias("verified"), ((waited >= 0) & (waited <= 10)).fill_null(False).alias("slip"),
        (text("imei") != "").alias("has_imei"), (text("hold") != "").alias("held"),
    )
    .join(outlet_day.lazy(), left_on=["outlet", "d"], right_on=["code", "d"], how="semi")
    .join(partner_day.lazy().drop("province"), left_on=["p", "d"], right_on=["code", "d"], how="inner")
    .join(product_day.lazy(), left_on=["product", "d"], right_on=["code", "d"], how="left")
    .with_columns(pl.col("std").fill_null(pl.when("held").then(pl.lit("on_hold"))))
    .drop("product", "held")
    .collect(engine="streaming")
)  # fmt: skip
of = {kind: frame for (kind,), frame in e.partition_by("kind", as_dict=True).items()}
empty = e.clear()
col, lit, when = pl.col, pl.lit, pl.when
WHO = ["event_id", "d", "p", "outlet", "clerk", "subscriber"]
REASON = {"partner": pl.String, "c": pl.Int32, "basis": pl.String, "day": pl.Date, "code": pl.String, "until": pl.Date, "forgone": pl.Int64}
LINE = {
    "partner": pl.String, "c": pl.Int32, "kind": pl.String, "basis": pl.String, "day": pl.Date, "payee_kind": pl.String, "payee": pl.String, "part": pl.Int32,
    "subscriber": pl.String, "own_partner": pl.String, "outlet": pl.String, "clerk": pl.String, "accrued": pl.Int64, "amount": pl.Int64,
}  # fmt: skip


def claim(c, kind, amount, require=None, where=None, frame=None):
    """What a component makes of the events it considers."""
    frame = of.get(kind, empty) if frame is None else frame
    frame = frame if where is None else frame.filter(where)
    code = col("std") if require is None else pl.coalesce("std", require)
    return frame.select(lit(c, pl.Int32).alias("c"), *WHO, code.alias("code"), amount.cast(pl.Int64).alias("amount"))


def reasons(frame, c, basis, day, code, partner="p", until=None, forgone=0):
    as_expr = lambda value: value if isinstance(value, pl.Expr) else lit(value)  # noqa: E731
    c, day, forgone = as_expr(c), as_expr(day), as_expr(forgone)
    columns = [col(partner).alias("partner"), c.alias("c"), basis.alias("basis"), day.alias("day"), code.alias("code"), (lit(None) if until is None else until).alias("until"), forgone.alias("forgone")]
    return frame.select(columns).cast(REASON)


no_identity = when(~col("verified")).then(lit("no_identity"))
no_slip = when(~col("slip")).then(lit("slip_missing"))
capped = lambda amount, cap: pl.min_horizontal(amount, lit(cap))  # noqa: E731
recharge = of.get("recharge", empty).join(sub_one.select("subscriber", "active", "joined_on"), on="subscriber", how="inner")
age = (col("d") - col("joined_on")).dt.total_days()
claims = pl.concat([
    claim(1, "activation", capped(half_up(col("plan_fee") * 20, 100), 6000), pl.coalesce(no_identity, no_slip), col("line") == "移动"),
    claim(2, "activation", half_up(col("plan_fee") * when(col("class") == "中高端客户").then(125).otherwise(75), 1000), no_identity, col("class").is_in(["品牌客户", "中高端客户"])),
    claim(3, "activation", lit(6000), no_identity, col("line") == "3G无线宽带"),
    claim(4, "activation", when(col("term") >= 24).then(1500).otherwise(800), no_slip, col("term") >= 12),
    claim(5, "activation", lit(500), when(~col("has_imei")).then(lit("no_handset")), col("plan_fee") >= 5900),
    claim(6, "terminal_sale", capped(half_up((col("amount") - col("cost")) * 30, 100), 12000), no_slip),
    claim(7, "broadband_install", when(col("plan_fee") >= 8000).then(8000).otherwise(5000), pl.coalesce(no_identity, no_slip)),
    claim(8, "vas_sale", capped(half_up(col("amount") * 30, 100), 600), when(col("amount") < 600).then(lit("too_small"))),
    claim(9, "recharge", capped(half_up(col("amount") * 8, 1000), 500), when(col("amount") < 5000).then(lit("too_small"))),
    claim(10, "renewal", capped(half_up(col("plan_fee") * col("term") * 5, 100), 10000), when(col("term") < 12).then(lit("short_term"))),
    claim(11, "plan_change", capped(half_up((col("plan_fee") - col("prior_fee")) * 50, 100), 8000), when(col("plan_fee") <= col("prior_fee")).then(lit("not_up"))),
    claim(
        12, "recharge",
        when(age.is_null()).then(200).when(age < 0).then(0).when(age < 31).then(200).when(age < 61).then(100).when(age < 91).then(50).otherwise(0),
        when(~col("active")).then(lit("not_active")), frame=recharge,
    ),
])  # fmt: skip
until = when(col("code") == "no_identity").then(col("d").dt.offset_by("3mo")).when(col("code") == "slip_missing").then(col("d").dt.offset_by("10d"))
found = [reasons(claims.filter(col("code").is_not_null() | (col("amount") == 0)), col("c"), col("event_id"), col("d"), col("code").fill_null("zero_amount"), until=until)]
paid = claims.filter(col("code").is_null() & (col("amount") != 0)).drop("code")
del claims

# the joint cap on components 1 to 3: only partners beyond it need their claims in order
over = paid.filter(col("c") <= 3).group_by("p").agg(col("amount").sum()).filter(col("amount") > CAP).select("p")
cut = (
    paid.filter(col("c") <= 3)
    .join(over, on="p", how="semi")
    .sort("p", "d", "event_id", "c")
    .with_columns(before=col("amount").cum_sum().over("p") - col("amount"))
    .with_columns(admitted=pl.min_horizontal(col("amount"), pl.max_horizontal(lit(0), CAP - col("before"))))
)
found.append(reasons(cut.filter(col("admitted") < col("amount")), col("c"), col("event_id"), col("d"), lit("capped"), forgone=col("amount") - col("admitted")))
kept = paid.filter(col("c") > 3)
free = paid.filter(col("c") <= 3).join(over, on="p", how="anti")
paid = pl.concat([kept, free, cut.filter(col("admitted") > 0).with_columns(amount=col("admitted")).select(free.columns)])


def lines(frame, accrued, amount, payee_kind="partner", payee="p", part=0):
    return frame.select(
        col("p").alias("partner"), "c", lit("earn").alias("kind"), col("event_id").alias("basis"), col("d").alias("day"), lit(payee_kind).alias("payee_kind"),
        col(payee).alias("payee"), lit(part).alias("part"), "subscriber", col("p").alias("own_partner"), "outlet", "clerk", accrued.alias("accrued"), amount.alias("amount"),
    ).cast(LINE)  # fmt: skip


amount, third = col("amount"), col("amount") * 30 // 100
install, handset = paid.filter(col("c") == 7), paid.filter(col("c") == 5)
out = [
    lines(paid.filter(~col("c").is_in([5, 7])), amount, when(col("c") == 1).then(amount * 40 // 100).otherwise(amount)),
    lines(install, amount - third, amount - third),
    lines(install.filter(col("clerk") != ""), third, third, "clerk", "clerk", 1),
    lines(handset.filter(col("clerk") != ""), amount, amount, "clerk", "clerk", 0),
]
found.append(reasons(install.filter(col("clerk") == ""), col("c"), col("event_id"), col("d"), lit("no_payee"), forgone=third))
found.append(reasons(handset.filter(col("clerk") == ""), col("c"), col("event_id"), col("d"), lit("no_payee"), forgone=amount))

# instalments: new ones, and those of earlier months that fall due
first = paid.filter(col("c") == 1)
OBLIGATION = {
    "partner": pl.String, "basis": pl.String, "day": pl.Date, "own_partner": pl.String, "subscriber": pl.String, "instalment": pl.Int32, "amount": pl.Int64,
    "origin": pl.Int32, "due": pl.Int32, "state": pl.String,
}  # fmt: skip
due = [
    first.select(
        col("p").alias("partner"), col("event_id").alias("basis"), col("d").alias("day"), col("p").alias("own_partner"), "subscriber", lit(n).alias("instalment"),
        (third if n == 1 else amount - amount * 40 // 100 - third).alias("amount"), lit(PERIOD).alias("origin"), lit(PERIOD + 3 * n).alias("due"), lit("scheduled").alias("state"),
    ).cast(OBLIGATION)
    for n in (1, 2)
]  # fmt: skip
folders = arguments.earlier(args)
if folders:
    gate = when(col("due") > PERIOD).then(lit("scheduled")).when(col("active") & (col("minutes") >= 50)).then(lit("released")).otherwise(lit("forfeited"))
    due.append(
        pl.scan_parquet(arguments.files(folders[:1], "obligations"))
        .filter(col("state") == "scheduled")
        .join(sub_one.lazy(), on="subscriber", how="left")
        .select(*[name for name in OBLIGATION if name != "state"], gate.alias("state"))
        .cast(OBLIGATION)
        .collect()
    )
due = pl.concat(due).filter(col("amount") != 0)
released, forfeited = due.filter(col("state") == "released"), due.filter(col("state") == "forfeited")
out.append(
    released.select(
        "partner", lit(1).alias("c"), lit("release").alias("kind"), "basis", "day", lit("partner").alias("payee_kind"), col("partner").alias("payee"),
        (col("instalment") * 16777216).alias("part"), "subscriber", "own_partner", lit("").alias("outlet"), lit("").alias("clerk"), col("amount").alias("accrued"), "amount",
    ).cast(LINE)
)  # fmt: skip
found.append(reasons(forfeited, 1, col("basis"), col("day"), lit("gate_failed"), partner="own_partner", forgone=col("amount")))

# claw-back: what was paid for a cancelled activation or a returned handset, in this and earlier months
undo = (
    event.filter(col("kind").is_in(["cancellation", "return"]) & col("ref_event").is_not_null())
    .select(col("ref_event").alias("basis"), col("kind").alias("cause"), col("occurred_on").alias("undone"), "event_id")
    .sort("undone", "event_id")
    .unique(["basis", "cause"], keep="first")
    .drop("event_id")
    .collect()
)
REVERSIBLE = {"act_basic": 1, "act_class": 2, "act_wireless": 3, "act_term": 4, "handset_margin": 6}
BACK = ["partner", "c", "kind", "basis", "day", "payee", "subscriber", "own_partner", "amount"]
paid_before = [pl.concat(out).filter(col("c").is_in([1, 2, 3, 4, 6])).select(BACK)]
if folders:
    paid_before.append(
        pl.scan_parquet(arguments.files(folders[:3], "lines"))
        .filter(col("component").is_in(list(REVERSIBLE)))
        .with_columns(c=col("component").replace_strict(REVERSIBLE, return_dtype=pl.Int32))
        .join(undo.lazy(), on="basis", how="semi")
        .select(BACK)
        .cast({name: LINE[name] for name in BACK})
        .collect()
    )
reach = when(col("c") == 6).then(col("day").dt.offset_by("1mo")).otherwise(col("day").dt.offset_by("3mo"))
months = (col("undone").dt.year() - col("day").dt.year()) * 12 + (col("undone").dt.month().cast(pl.Int32) - col("day").dt.month().cast(pl.Int32))
elapsed = months - (col("day").dt.offset_by(pl.format("{}mo", months)) > col("undone")).cast(pl.Int32)
reversed_ = (
    pl.concat(paid_before)
    .with_columns(cause=when(col("c") == 6).then(lit("return")).otherwise(lit("cancellation")))
    .join(undo, on=["basis", "cause"])
    .filter((col("undone") >= col("day")) & (col("undone") <= reach))
    .group_by("partner", "c", "basis", "payee")
    .agg(
        col("day").min(), col("subscriber").min(), col("own_partner").min(), col("undone").min(),
        col("amount").filter(col("kind") != "reverse").sum().alias("paid"), col("amount").filter(col("kind") == "reverse").sum().alias("gone"),
        (col("kind") == "earn").any().alias("earned"),
    )
    .filter((col("gone") == 0) & col("earned"))
    .with_columns(taken=when(col("c") == 6).then(col("paid")).otherwise(half_up(col("paid") * pl.max_horizontal(lit(0), 3 - elapsed), 3)))
)  # fmt: skip
out.append(
    reversed_.filter(col("taken") != 0)
    .select(
        "partner", "c", lit("reverse").alias("kind"), "basis", "day", lit("partner").alias("payee_kind"), "payee", lit(0).alias("part"), "subscriber", "own_partner",
        lit("").alias("outlet"), lit("").alias("clerk"), (-col("taken")).alias("accrued"), (-col("taken")).alias("amount"),
    )
    .cast(LINE)
)  # fmt: skip
due = due.join(reversed_.filter(col("c") == 1).select("basis", "partner", hit=lit(True)), on=["basis", "partner"], how="left").with_columns(
    state=when((col("state") == "scheduled") & col("hit")).then(lit("reversed")).otherwise(col("state"))
)

# groups; their own partner is looked at on the last day
fine = e.filter(col("std").is_null())
cards = fine.filter((col("kind") == "activation") & col("verified")).group_by("p").agg(pl.len().cast(pl.Int64).alias("n"))
sales = fine.filter(col("kind") == "terminal_sale")
handsets = sales.group_by("p").agg(col("amount").sum().alias("x"))
installs = fine.filter(col("kind") == "broadband_install").group_by("p", "outlet").agg(pl.len().cast(pl.Int64).alias("n"))
served = fine.filter(col("kind").is_in(["activation", "plan_change", "renewal"]) & (col("clerk") != "")).group_by("p", "clerk").agg(pl.len().cast(pl.Int64).alias("n"))
silver = sales.filter(col("tier") == "银牌增值代理商").join(partner_day, left_on=["parent", "d"], right_on=["code", "d"], how="semi")
rolled = pl.concat([sales.select("p", "amount"), silver.select(col("parent").alias("p"), "amount")]).group_by("p").agg(col("amount").sum().alias("x"))
tracked = (
    sub.select(col("attributed").alias("p"), col("occurred_on").alias("d"), "outlet", "active")
    .join(outlet_day.lazy(), left_on=["outlet", "d"], right_on=["code", "d"], how="semi")
    .join(partner_day.lazy().filter(col("std").is_null()), left_on=["p", "d"], right_on=["code", "d"], how="semi")
    .group_by("p")
    .agg(pl.len().cast(pl.Int64).alias("tracked"), col("active").sum().cast(pl.Int64).alias("kept"))
    .collect()
)
n, x = col("n"), col("x")
over_zero = lambda value: pl.max_horizontal(lit(0), value)  # noqa: E731
group = lambda c, frame, amount, within=lit(""): frame.select(lit(c, pl.Int32).alias("c"), "p", within.alias("within"), amount.cast(pl.Int64).alias("amount"))  # noqa: E731
places = (
    handsets.join(today, left_on="p", right_on="code", how="left")
    .sort(["x", "p"], descending=[True, False])
    .with_columns(place=pl.int_range(1, pl.len() + 1).over("province"))
    .filter(col("place") <= 10)
)
groups = pl.concat([
    group(13, cards, when(n < 100).then(0).when(n < 200).then(100000).when(n < 300).then(300000).otherwise(600000)),
    group(14, handsets, half_up(pl.min_horizontal(x, lit(5000000)) + 2 * over_zero(pl.min_horizontal(x, lit(20000000)) - 5000000) + 3 * over_zero(x - 20000000), 1000)),
    group(15, installs, 1000 * over_zero(pl.min_horizontal(n, lit(10)) - 5) + 2000 * over_zero(n - 10), col("outlet")),
    group(16, served, when(n < 50).then(0).when(n < 100).then(50 * n).otherwise(100 * n), col("clerk")),
    group(17, rolled.join(today.filter(col("tier") == "增值服务商"), left_on="p", right_on="code", how="semi"), when(x < 10000000).then(0).otherwise(half_up(x * 15, 10000))),
    group(22, tracked, when(10 * col("kept") >= 9 * col("tracked")).then(20 * col("kept")).otherwise(-1)),
    group(24, places, when(col("place") == 1).then(2000000).when(col("place") <= 3).then(1000000).otherwise(500000)),
]).join(today.with_columns(known=True), left_on="p", right_on="code", how="left")  # fmt: skip
groups = groups.with_columns(
    std=when(col("known").is_null()).then(lit("agreement_inactive")).otherwise(col("std")),
    basis=when(col("within") == "").then(col("p")).otherwise(col("p") + "/" + col("within")),
)
code = pl.coalesce("std", when(col("amount") == -1).then(lit("low_quality")).otherwise(lit("zero_amount")))
found.append(reasons(groups.filter(col("std").is_not_null() | (col("amount") <= 0)), col("c"), col("basis"), LAST, code))


def group_lines(frame):
    """Lines of groups; `c`, `p`, `within`, `basis`, `amount`, and the account in `account`."""
    one = lambda c, value, other: when(col("c") == c).then(value).otherwise(other)  # noqa: E731
    return frame.select(
        col("account").alias("partner"), "c", lit("earn").alias("kind"), "basis", lit(LAST).alias("day"), one(15, lit("outlet"), one(16, lit("clerk"), lit("partner"))).alias("payee_kind"),
        when(col("within") == "").then(col("account")).otherwise(col("within")).alias("payee"), lit(0).alias("part"), lit("").alias("subscriber"), col("p").alias("own_partner"),
        one(15, col("within"), lit("")).alias("outlet"), one(16, col("within"), lit("")).alias("clerk"), col("amount").alias("accrued"), "amount",
    ).cast(LINE)  # fmt: skip


out.append(group_lines(groups.filter(col("std").is_null() & (col("amount") > 0)).with_columns(account=col("p"))))

# the pool: floor of each share, the fen left over to the largest remainders, ties to the smaller code
POOL = 130_000_000
sharers = cards.join(today.with_columns(known=True), left_on="p", right_on="code", how="left").with_columns(std=when(col("known").is_null()).then(lit("agreement_inactive")).otherwise(col("std")))
found.append(reasons(sharers.filter(col("std").is_not_null()), 23, col("p"), LAST, col("std")))
shares = (
    sharers.filter(col("std").is_null())
    .with_columns(low=POOL * n // n.sum(), rest=POOL * n % n.sum())
    .sort(["rest", "p"], descending=[True, False])
    .with_columns(amount=col("low") + (pl.int_range(pl.len()) < POOL - col("low").sum()).cast(pl.Int64))
)
found.append(reasons(shares.filter(amount == 0), 23, col("p"), LAST, lit("zero_amount")))
out.append(group_lines(shares.filter(amount != 0).select(lit(23, pl.Int32).alias("c"), "p", lit("").alias("within"), col("p").alias("basis"), "amount", col("p").alias("account"))))

# overrides up the tree, each on the totals of the one below
base = pl.concat(out).lazy().filter(col("c") <= 12)
for c, percent in [(18, 5), (19, 40), (20, 40), (21, 40)]:
    up = (
        base.group_by("partner").agg(col("amount").sum().alias("total")).collect()
        .join(today.select(pl.col("code").alias("partner"), col("std").alias("own"), "parent", known=lit(True)), on="partner", how="left")
        .join(today.select(pl.col("code").alias("parent"), col("std").alias("above"), exists=lit(True)), on="parent", how="left")
        .with_columns(amount=half_up(col("total") * percent, 100))
        .with_columns(
            code=pl.coalesce(
                when(col("known").is_null()).then(lit("agreement_inactive")).otherwise(col("own")),
                when(lit(c == 18) & (col("total") <= 0)).then(lit("nothing_earned")),
                when(col("amount") == 0).then(lit("zero_amount")),
            ),
            unpayable=when(col("exists").is_null()).then(lit("no_payee")).when(col("above") == "blacklisted").then(lit("payee_blacklisted")).when(col("above").is_not_null()).then(lit("payee_agreement_inactive")),
        )
    )  # fmt: skip
    refused = up.filter(col("code").is_not_null() | col("unpayable").is_not_null())
    found.append(reasons(refused, c, col("partner"), LAST, pl.coalesce("code", "unpayable"), partner="partner", forgone=when(col("code").is_null()).then(col("amount")).otherwise(0)))
    good = up.filter(col("code").is_null() & col("unpayable").is_null())
    out.append(group_lines(good.select(lit(c, pl.Int32).alias("c"), col("partner").alias("p"), lit("").alias("within"), col("partner").alias("basis"), "amount", col("parent").alias("account"))))
    base = out[-1].lazy()

# facts nobody can be found for
for frame, extra in [(event, pl.lit(True)), (sub, (text("outlet") != "") | (text("partner") != ""))]:
    lost = frame.filter((col("attributed") == "") & extra).select("event_id", "occurred_on", p=lit("")).collect()
    found.append(reasons(lost, 0, col("event_id"), col("occurred_on"), lit("unattributed")))

names = dict(enumerate(COMPONENTS, 1))
component = col("c").replace_strict({**names, 0: ""}, return_dtype=pl.String).alias("component")
period = lit(PERIOD, pl.Int32)
pl.concat(out).sort("partner").select(
    period.alias("period"), "partner", lit("bench-province").alias("policy"), lit(1, pl.Int32).alias("version"), component, "kind", "basis", "day", "payee_kind", "payee", "part",
    "subscriber", lit("").alias("once"), "own_partner", "outlet", "clerk", period.alias("origin"), col("kind").alias("counts_as"), "accrued", "amount",
    when(col("c") == 9).then(lit("netted")).otherwise(lit("payable")).alias("destination"), lit(LAST).alias("pay_on"),
).write_parquet(args.out / "lines/lines.parquet", compression="zstd", mkdir=True)  # fmt: skip
pl.concat(found).sort("partner").select(
    period.alias("period"), "partner", when(col("c") == 0).then(lit("")).otherwise(lit("bench-province")).alias("policy"), (col("c") > 0).cast(pl.Int32).alias("version"), component,
    "basis", "day", "code", "until", "forgone",
).write_parquet(args.out / "reasons/reasons.parquet", compression="zstd", mkdir=True)  # fmt: skip
due.sort("partner").select(
    "partner", lit("bench-province").alias("policy"), lit(1, pl.Int32).alias("version"), lit("act_basic").alias("component"), "basis", "day", lit("partner").alias("payee_kind"),
    col("partner").alias("payee"), lit(0).alias("part"), "instalment", "own_partner", "subscriber", "amount", "origin", "due", lit(0).alias("tries"), "state",
).write_parquet(args.out / "obligations/obligations.parquet", compression="zstd", mkdir=True)  # fmt: skip
