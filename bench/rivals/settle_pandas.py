"""pandas settles a month: the bench policy as vectorised column arithmetic, output to Parquet sorted by partner."""

import arguments
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from columns import MASTER, headers
from settle_sql import COMPONENTS

args = arguments.read()
PERIOD, CAP = args.index, args.cap
FIRST, LAST = pd.Timestamp(args.first), pd.Timestamp(args.last)
DAYS = pd.DataFrame({"d": pd.date_range(FIRST, LAST)})
NAT = np.datetime64("NaT", "s")
FAR = pd.Timestamp("2200-01-01")


def half_up(number, divisor):
    """number ÷ divisor, rounded half away from zero, in integers."""
    number = np.asarray(number, dtype=np.int64)
    return np.sign(number) * ((2 * np.abs(number) + divisor) // (2 * divisor))


def read(pattern, columns, keep=None):
    """Columns of Parquet files as a frame: absent texts empty, absent numbers 0, dates as days."""
    files = pattern if isinstance(pattern, list) else sorted(map(str, args.facts.glob(pattern)))
    table = pa.concat_tables(arguments.tables(files, columns, keep))
    frame = {}
    for name in columns:
        column = table[name]
        kind = column.type
        if pa.types.is_date(kind):
            frame[name] = column.to_numpy().astype("datetime64[s]")
        elif pa.types.is_boolean(kind):
            frame[name] = column.fill_null(False).to_numpy()
        elif pa.types.is_integer(kind):
            frame[name] = column.fill_null(0).to_numpy()
        else:
            frame[name] = pd.Series(column.cast(pa.string()).fill_null("").to_pandas(), dtype="str")
    return pd.DataFrame(frame)


def master(name):
    path = args.master / f"{name}.csv"
    columns = MASTER[name]
    have, kinds = headers(path, columns), {column: kind for _, column, kind in columns}
    frame = pd.read_csv(path, dtype="str", keep_default_na=False, usecols=list(have), encoding="utf-8-sig").rename(columns=have)
    for column in frame:
        if kinds[column] == "date":
            frame[column] = pd.to_datetime(frame[column], errors="coerce").astype("datetime64[s]")
        elif kinds[column] == "bool":
            frame[column] = frame[column].isin(["是", "true", "1"])
    frame["f"], frame["t"] = frame["effective_from"].fillna(pd.Timestamp("1900-01-01")), frame["effective_to"].fillna(FAR)
    return frame


def by_day(frame):
    """Dated rows as one row for each day of the period on which they hold."""
    crossed = frame.merge(DAYS, how="cross")
    return crossed[(crossed["d"] >= crossed["f"]) & (crossed["d"] < crossed["t"])].drop(columns=["f", "t"])


def first_of(*conditions):
    """For each row the text of the first condition that holds; None where none does."""
    return np.select([np.asarray(condition, dtype=bool) for condition, _ in conditions], [text for _, text in conditions], default="")


agreed = by_day(master("agreements")[["partner", "f", "t"]]).drop_duplicates().rename(columns={"partner": "code"}).assign(agreed=True)
partner_day = by_day(master("partners")[["code", "tier", "parent", "territory", "blacklisted", "f", "t"]]).merge(agreed, on=["code", "d"], how="left")
partner_day["province"] = partner_day["territory"].str[:2]
partner_day["std"] = first_of((partner_day["blacklisted"], "blacklisted"), (partner_day["agreed"].isna(), "agreement_inactive"))
partner_day = partner_day[["code", "d", "tier", "parent", "province", "std"]]
partner_day["d"] = partner_day["d"].astype("datetime64[s]")
outlets = master("outlets")
outlet_day = by_day(outlets.loc[outlets["channel"] == "社会渠道", ["code", "f", "t"]]).rename(columns={"code": "outlet"})
outlet_day["d"] = outlet_day["d"].astype("datetime64[s]")
product_day = by_day(master("products")[["code", "line", "f", "t"]]).rename(columns={"code": "product"})
product_day["d"] = product_day["d"].astype("datetime64[s]")
today = partner_day[partner_day["d"] == LAST].drop(columns="d").set_index("code")

EVENTS = f"business_event/period={args.period}/*.parquet"
SUBS = f"subscriber_month/period={args.period}/*.parquet"
event = read(EVENTS, [
    "event_id", "kind", "occurred_on", "outlet", "clerk", "subscriber", "product", "plan_fee", "prior_fee", "amount", "cost", "term_months", "ref_event", "imei",
    "customer_class", "identity_verified", "slip_on", "hold", "attributed",
]).rename(columns={"occurred_on": "d", "attributed": "p", "term_months": "term", "customer_class": "class", "identity_verified": "verified"})  # fmt: skip
sub = read(SUBS, ["event_id", "occurred_on", "outlet", "partner", "subscriber", "active", "minutes", "joined_on", "attributed"])
sub_one = sub.sort_values("event_id").drop_duplicates("subscriber", keep="last")[["subscriber", "active", "minutes", "joined_on"]]

# in scope: outlets of the channel the policy is about, with everything the rules read
undo = event.loc[event["kind"].isin(["cancellation", "return"]) & (event["ref_event"] != ""), ["ref_event", "kind", "d", "event_id"]]
lost = event.loc[event["p"] == "", ["event_id", "d"]]
waited = (event["slip_on"] - event["d"]).dt.days
event["slip"] = ((waited >= 0) & (waited <= 10)).to_numpy()
event["has_imei"] = (event["imei"] != "").to_numpy()
event["held"] = (event["hold"] != "").to_numpy()
event = event.drop(columns=["ref_event", "imei", "slip_on", "hold"])
e = event.merge(outlet_day, on=["outlet", "d"]).merge(partner_day.rename(columns={"code": "p"}).drop(columns="province"), on=["p", "d"])
e = e.merge(product_day, on=["product", "d"], how="left")
del event
e["std"] = np.where((e["std"] == "") & e["held"], "on_hold", e["std"])
of = dict(tuple(e.groupby("kind")))
WHO = ["event_id", "d", "p", "outlet", "clerk", "subscriber"]


def claim(c, kind, amount, require=None, where=None, frame=None):
    """What a component makes of the events it considers; `amount` and `require` are functions of them."""
    frame = of.get(kind, e.iloc[:0]) if frame is None else frame
    if where is not None:
        frame = frame[where(frame)]
    code = frame["std"].to_numpy()
    if require is not None:
        code = np.where(code == "", require(frame), code)
    return frame[WHO].assign(c=c, code=code, amount=np.asarray(amount(frame), dtype=np.int64))


REASON = ["partner", "c", "basis", "day", "code", "until", "forgone"]
LINE = ["partner", "c", "kind", "basis", "day", "payee_kind", "payee", "part", "subscriber", "own_partner", "outlet", "clerk", "accrued", "amount"]


def reasons(frame, c, code, basis="event_id", day="d", partner="p", until=NAT, forgone=0):
    column = lambda value: frame[value].to_numpy() if isinstance(value, str) and value in frame else value  # noqa: E731
    return pd.DataFrame(
        {"partner": column(partner), "c": column(c), "basis": column(basis), "day": column(day), "code": column(code), "until": until, "forgone": column(forgone)}, index=frame.index
    )


def no_identity(f):
    return np.where(~f["verified"], "no_identity", "")


def no_slip(f):
    return np.where(~f["slip"], "slip_missing", "")


def both(f):
    return first_of((~f["verified"], "no_identity"), (~f["slip"], "slip_missing"))


recharge = of.get("recharge", e.iloc[:0]).merge(sub_one[["subscriber", "active", "joined_on"]], on="subscriber")


def in_network(f):
    age = (f["d"] - f["joined_on"]).dt.days
    return np.select([age.isna(), age < 0, age < 31, age < 61, age < 91], [200, 0, 200, 100, 50], 0)


claims = pd.concat([
    claim(1, "activation", lambda f: np.minimum(half_up(f["plan_fee"] * 20, 100), 6000), both, lambda f: f["line"] == "移动"),
    claim(2, "activation", lambda f: half_up(f["plan_fee"] * np.where(f["class"] == "中高端客户", 125, 75), 1000), no_identity, lambda f: f["class"].isin(["品牌客户", "中高端客户"])),
    claim(3, "activation", lambda f: np.full(len(f), 6000), no_identity, lambda f: f["line"] == "3G无线宽带"),
    claim(4, "activation", lambda f: np.where(f["term"] >= 24, 1500, 800), no_slip, lambda f: f["term"] >= 12),
    claim(5, "activation", lambda f: np.full(len(f), 500), lambda f: np.where(~f["has_imei"], "no_handset", ""), lambda f: f["plan_fee"] >= 5900),
    claim(6, "terminal_sale", lambda f: np.minimum(half_up((f["amount"] - f["cost"]) * 30, 100), 12000), no_slip),
    claim(7, "broadband_install", lambda f: np.where(f["plan_fee"] >= 8000, 8000, 5000), both),
    claim(8, "vas_sale", lambda f: np.minimum(half_up(f["amount"] * 30, 100), 600), lambda f: np.where(f["amount"] < 600, "too_small", "")),
    claim(9, "recharge", lambda f: np.minimum(half_up(f["amount"] * 8, 1000), 500), lambda f: np.where(f["amount"] < 5000, "too_small", "")),
    claim(10, "renewal", lambda f: np.minimum(half_up(f["plan_fee"] * f["term"] * 5, 100), 10000), lambda f: np.where(f["term"] < 12, "short_term", "")),
    claim(11, "plan_change", lambda f: np.minimum(half_up((f["plan_fee"] - f["prior_fee"]) * 50, 100), 8000), lambda f: np.where(f["plan_fee"] <= f["prior_fee"], "not_up", "")),
    claim(12, "recharge", in_network, lambda f: np.where(~f["active"], "not_active", ""), frame=recharge),
], ignore_index=True)  # fmt: skip
refused = claims[(claims["code"] != "") | (claims["amount"] == 0)]
until = np.select(
    [refused["code"] == "no_identity", refused["code"] == "slip_missing"],
    [(refused["d"] + pd.DateOffset(months=3)).to_numpy("datetime64[s]"), (refused["d"] + pd.Timedelta(days=10)).to_numpy("datetime64[s]")],
    NAT,
)
found = [reasons(refused, "c", np.where(refused["code"] == "", "zero_amount", refused["code"]), until=until)]
paid = claims[(claims["code"] == "") & (claims["amount"] != 0)].drop(columns="code")
del claims, refused, recharge

# the joint cap on components 1 to 3: only partners beyond it need their claims in order
under = paid["c"] <= 3
total = paid[under].groupby("p")["amount"].sum()
over = paid["p"].isin(total[total > CAP].index) & under
cut = paid[over].sort_values(["p", "d", "event_id", "c"])
cut["admitted"] = np.minimum(cut["amount"], np.maximum(0, CAP - (cut.groupby("p")["amount"].cumsum() - cut["amount"])))
short = cut[cut["admitted"] < cut["amount"]]
found.append(reasons(short, "c", "capped", forgone=(short["amount"] - short["admitted"]).to_numpy()))
paid = pd.concat([paid[~over], cut[cut["admitted"] > 0].assign(amount=lambda f: f["admitted"]).drop(columns="admitted")], ignore_index=True)


def lines(frame, accrued, amount, payee_kind="partner", payee="p", part=0):
    return pd.DataFrame({
        "partner": frame["p"], "c": frame["c"], "kind": "earn", "basis": frame["event_id"], "day": frame["d"], "payee_kind": payee_kind, "payee": frame[payee], "part": part,
        "subscriber": frame["subscriber"], "own_partner": frame["p"], "outlet": frame["outlet"], "clerk": frame["clerk"], "accrued": accrued, "amount": amount,
    })  # fmt: skip


install, handset = paid[paid["c"] == 7], paid[paid["c"] == 5]
plain = paid[~paid["c"].isin([5, 7])]
clerks, linked = install[install["clerk"] != ""], handset[handset["clerk"] != ""]
third = lambda f: f["amount"] * 30 // 100  # noqa: E731
out = [
    lines(plain, plain["amount"], np.where(plain["c"] == 1, plain["amount"] * 40 // 100, plain["amount"])),
    lines(install, install["amount"] - third(install), install["amount"] - third(install)),
    lines(clerks, third(clerks), third(clerks), "clerk", "clerk", 1),
    lines(linked, linked["amount"], linked["amount"], "clerk", "clerk", 0),
]
nobody = install[install["clerk"] == ""]
found.append(reasons(nobody, "c", "no_payee", forgone=third(nobody).to_numpy()))
nobody = handset[handset["clerk"] == ""]
found.append(reasons(nobody, "c", "no_payee", forgone="amount"))

# instalments: new ones, and those of earlier months that fall due
first = paid[paid["c"] == 1]
DUE = ["partner", "basis", "day", "own_partner", "subscriber", "instalment", "amount", "origin", "due", "state"]
due = [
    pd.DataFrame({
        "partner": first["p"], "basis": first["event_id"], "day": first["d"], "own_partner": first["p"], "subscriber": first["subscriber"], "instalment": number,
        "amount": third(first) if number == 1 else first["amount"] - first["amount"] * 40 // 100 - third(first), "origin": PERIOD, "due": PERIOD + 3 * number, "state": "scheduled",
    })
    for number in (1, 2)
]  # fmt: skip
folders = arguments.earlier(args)
if folders:
    old = read(arguments.files(folders[:1], "obligations"), DUE, ds.field("state") == "scheduled").merge(sub_one, on="subscriber", how="left")
    on_net = old["active"].fillna(False).astype(bool) & (old["minutes"] >= 50)
    old["state"] = first_of((old["due"] > PERIOD, "scheduled"), (on_net, "released"), (~on_net, "forfeited"))
    due.append(old[DUE])
due = pd.concat(due, ignore_index=True)
due = due[due["amount"] != 0]
released, forfeited = due[due["state"] == "released"], due[due["state"] == "forfeited"]
out.append(pd.DataFrame({
    "partner": released["partner"], "c": 1, "kind": "release", "basis": released["basis"], "day": released["day"], "payee_kind": "partner", "payee": released["partner"],
    "part": released["instalment"].astype("int64") * 16777216, "subscriber": released["subscriber"], "own_partner": released["own_partner"], "outlet": "", "clerk": "",
    "accrued": released["amount"], "amount": released["amount"],
}))  # fmt: skip
found.append(reasons(forfeited, 1, "gate_failed", "basis", "day", "own_partner", forgone="amount"))

# claw-back: what was paid for a cancelled activation or a returned handset, in this and earlier months
undo = undo.sort_values(["d", "event_id"]).drop_duplicates(["ref_event", "kind"]).rename(columns={"ref_event": "basis", "kind": "cause", "d": "undone"}).drop(columns="event_id")
REVERSIBLE = {"act_basic": 1, "act_class": 2, "act_wireless": 3, "act_term": 4, "handset_margin": 6}
BACK = ["partner", "c", "kind", "basis", "day", "payee", "subscriber", "own_partner", "amount"]
back = pd.concat(out, ignore_index=True)
back = back.loc[back["c"].isin(REVERSIBLE.values()) & back["basis"].isin(undo["basis"]), BACK]
if folders:
    keep = ds.field("component").isin(list(REVERSIBLE)) & ds.field("basis").isin(pa.array(undo["basis"].tolist(), pa.string()))
    old = read(arguments.files(folders[:3], "lines"), ["partner", "component", *BACK[2:]], keep)
    old["c"] = old["component"].map(REVERSIBLE).astype("int64")
    back = pd.concat([back, old[BACK]], ignore_index=True)
back["cause"] = np.where(back["c"] == 6, "return", "cancellation")
back = back.merge(undo, on=["basis", "cause"])
reach = (back["day"] + pd.DateOffset(months=3)).where(back["c"] != 6, back["day"] + pd.DateOffset(months=1))
back = back[(back["undone"] >= back["day"]) & (back["undone"] <= reach)]
back["paid"] = back["amount"].where(back["kind"] != "reverse", 0)
back["gone"] = back["amount"].where(back["kind"] == "reverse", 0)
back["earned"] = back["kind"] == "earn"
undone = back.groupby(["partner", "c", "basis", "payee"], as_index=False).agg(
    day=("day", "min"), subscriber=("subscriber", "min"), own_partner=("own_partner", "min"), undone=("undone", "min"), paid=("paid", "sum"), gone=("gone", "sum"), earned=("earned", "any")
)
undone = undone[(undone["gone"] == 0) & undone["earned"]]
months = (undone["undone"].dt.year - undone["day"].dt.year) * 12 + undone["undone"].dt.month - undone["day"].dt.month
elapsed = sum(((undone["day"] + pd.DateOffset(months=number)) <= undone["undone"]).astype(int) for number in (1, 2, 3))
undone["taken"] = np.where(undone["c"] == 6, undone["paid"], half_up(undone["paid"] * (3 - elapsed), 3))
taken = undone[undone["taken"] != 0]
out.append(pd.DataFrame({
    "partner": taken["partner"], "c": taken["c"], "kind": "reverse", "basis": taken["basis"], "day": taken["day"], "payee_kind": "partner", "payee": taken["payee"], "part": 0,
    "subscriber": taken["subscriber"], "own_partner": taken["own_partner"], "outlet": "", "clerk": "", "accrued": -taken["taken"], "amount": -taken["taken"],
}))  # fmt: skip
hit = due.merge(undone.loc[undone["c"] == 1, ["basis", "partner"]].assign(hit=True), on=["basis", "partner"], how="left")["hit"].notna().to_numpy()
due["state"] = np.where(hit & (due["state"] == "scheduled").to_numpy(), "reversed", due["state"])

# groups; their own partner is looked at on the last day
fine = e[e["std"] == ""]
cards = fine[(fine["kind"] == "activation") & fine["verified"]].groupby("p").size().rename("n").reset_index()
sales = fine[fine["kind"] == "terminal_sale"]
handsets = sales.groupby("p")["amount"].sum().rename("x").reset_index()
installs = fine[fine["kind"] == "broadband_install"].groupby(["p", "outlet"]).size().rename("n").reset_index()
served = fine[fine["kind"].isin(["activation", "plan_change", "renewal"]) & (fine["clerk"] != "")].groupby(["p", "clerk"]).size().rename("n").reset_index()
silver = sales[sales["tier"] == "银牌增值代理商"].merge(partner_day[["code", "d"]].rename(columns={"code": "parent"}), on=["parent", "d"])
rolled = pd.concat([sales[["p", "amount"]], silver[["parent", "amount"]].rename(columns={"parent": "p"})]).groupby("p")["amount"].sum().rename("x").reset_index()
rolled = rolled[rolled["p"].isin(today.index[today["tier"] == "增值服务商"])]
alive = partner_day.loc[partner_day["std"] == "", ["code", "d"]].rename(columns={"code": "attributed", "d": "occurred_on"})
seen = sub[["attributed", "occurred_on", "outlet", "active"]].merge(outlet_day.rename(columns={"d": "occurred_on"}), on=["outlet", "occurred_on"]).merge(alive, on=["attributed", "occurred_on"])
tracked = seen.groupby("attributed").agg(tracked=("active", "size"), kept=("active", "sum")).reset_index().rename(columns={"attributed": "p"})
places = handsets.merge(today[["province"]], left_on="p", right_index=True, how="left").sort_values(["x", "p"], ascending=[False, True])
places["place"] = places.groupby("province", dropna=False).cumcount() + 1
places = places[places["place"] <= 10]
zero = lambda value: np.maximum(0, value)  # noqa: E731
group = lambda c, frame, amount, within="": pd.DataFrame({"c": c, "p": frame["p"], "within": frame[within] if within else "", "amount": amount})  # noqa: E731
n, x = lambda f: f["n"], lambda f: f["x"]
groups = pd.concat([
    group(13, cards, np.select([cards["n"] < 100, cards["n"] < 200, cards["n"] < 300], [0, 100000, 300000], 600000)),
    group(14, handsets, half_up(np.minimum(handsets["x"], 5000000) + 2 * zero(np.minimum(handsets["x"], 20000000) - 5000000) + 3 * zero(handsets["x"] - 20000000), 1000)),
    group(15, installs, 1000 * zero(np.minimum(installs["n"], 10) - 5) + 2000 * zero(installs["n"] - 10), "outlet"),
    group(16, served, np.select([served["n"] < 50, served["n"] < 100], [0, 50 * served["n"]], 100 * served["n"]), "clerk"),
    group(17, rolled, np.where(rolled["x"] < 10000000, 0, half_up(rolled["x"] * 15, 10000))),
    group(22, tracked, np.where(10 * tracked["kept"] >= 9 * tracked["tracked"], 20 * tracked["kept"], -1)),
    group(24, places, np.select([places["place"] == 1, places["place"] <= 3], [2000000, 1000000], 500000)),
], ignore_index=True)  # fmt: skip
standing = lambda codes: today["std"].reindex(codes).fillna("agreement_inactive").to_numpy()  # noqa: E731
groups["std"] = standing(groups["p"])
groups["basis"] = groups["p"].where(groups["within"] == "", groups["p"] + "/" + groups["within"])
bad = groups[(groups["std"] != "") | (groups["amount"] <= 0)]
found.append(reasons(bad, "c", first_of((bad["std"] == "blacklisted", "blacklisted"), (bad["std"] != "", "agreement_inactive"), (bad["amount"] == -1, "low_quality"), (bad["amount"] == 0, "zero_amount")), "basis", LAST))


def group_lines(f, account="p"):
    """Lines of groups; `c`, `p`, `within`, `basis`, `amount`, and the account's column."""
    return pd.DataFrame({
        "partner": f[account], "c": f["c"], "kind": "earn", "basis": f["basis"], "day": LAST, "payee_kind": np.select([f["c"] == 15, f["c"] == 16], ["outlet", "clerk"], "partner"),
        "payee": f[account].where(f["within"] == "", f["within"]), "part": 0, "subscriber": "", "own_partner": f["p"], "outlet": f["within"].where(f["c"] == 15, ""),
        "clerk": f["within"].where(f["c"] == 16, ""), "accrued": f["amount"], "amount": f["amount"],
    })  # fmt: skip


out.append(group_lines(groups[(groups["std"] == "") & (groups["amount"] > 0)]))

# the pool: floor of each share, the fen left over to the largest remainders, ties to the smaller code
POOL = 130_000_000
cards["std"] = standing(cards["p"])
lapsed = cards[cards["std"] != ""]
found.append(reasons(lapsed, 23, "std", "p", LAST))
shares = cards[cards["std"] == ""].assign(c=23, within="", basis=lambda f: f["p"])
shares["amount"], shares["rest"] = POOL * shares["n"] // shares["n"].sum(), POOL * shares["n"] % shares["n"].sum()
shares = shares.sort_values(["rest", "p"], ascending=[False, True])
shares["amount"] += (np.arange(len(shares)) < POOL - shares["amount"].sum()).astype("int64")
found.append(reasons(shares[shares["amount"] == 0], 23, "zero_amount", "p", LAST))
out.append(group_lines(shares[shares["amount"] != 0]))

# overrides up the tree, each on the totals of the one below
base = pd.concat(out, ignore_index=True)
base = base[base["c"] <= 12]
for c, percent in [(18, 5), (19, 40), (20, 40), (21, 40)]:
    up = base.groupby("partner", as_index=False)["amount"].sum().rename(columns={"partner": "p", "amount": "total"})
    up = up.assign(c=c, within="", basis=up["p"], amount=half_up(up["total"] * percent, 100), own=standing(up["p"]), parent=today["parent"].reindex(up["p"]).to_numpy())
    above = today["std"].reindex(up["parent"]).to_numpy()
    none = ~up["parent"].isin(today.index)
    up["code"] = first_of((up["own"] == "blacklisted", "blacklisted"), (up["own"] != "", "agreement_inactive"), ((c == 18) & (up["total"] <= 0), "nothing_earned"), (up["amount"] == 0, "zero_amount"))
    up["unpayable"] = first_of((none, "no_payee"), (above == "blacklisted", "payee_blacklisted"), (above != "", "payee_agreement_inactive"))
    bad = up[(up["code"] != "") | (up["unpayable"] != "")]
    found.append(reasons(bad, c, np.where(bad["code"] == "", bad["unpayable"], bad["code"]), "p", LAST, forgone=np.where(bad["code"] == "", bad["amount"], 0)))
    base = group_lines(up[(up["code"] == "") & (up["unpayable"] == "")], "parent")
    out.append(base)

# facts nobody can be found for
found.append(reasons(lost, 0, "unattributed", partner=""))
stray = sub[(sub["attributed"] == "") & ((sub["outlet"] != "") | (sub["partner"] != ""))]
found.append(reasons(stray, 0, "unattributed", day="occurred_on", partner=""))


def write(name, frame):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for column in ("day", "until", "pay_on"):
        if column in table.column_names:
            table = table.set_column(table.column_names.index(column), column, table[column].cast(pa.date32()))
    (args.out / name).mkdir(exist_ok=True)
    pq.write_table(table, args.out / name / f"{name}.parquet", compression="zstd")


names = pd.Series(dict(enumerate(COMPONENTS, 1)) | {0: ""})
result = pd.concat(out, ignore_index=True).sort_values("partner")
result = result.assign(
    period=PERIOD, policy="bench-province", version=1, component=names.reindex(result["c"]).to_numpy(), once="", origin=PERIOD, counts_as=result["kind"],
    destination=np.where(result["c"] == 9, "netted", "payable"), pay_on=LAST,
)
write("lines", result.drop(columns="c"))
result = pd.concat(found, ignore_index=True).sort_values("partner")
result = result.assign(period=PERIOD, policy=np.where(result["c"] == 0, "", "bench-province"), version=(result["c"] > 0).astype("int32"), component=names.reindex(result["c"]).to_numpy())
write("reasons", result.drop(columns="c"))
write("obligations", due.sort_values("partner").assign(policy="bench-province", version=1, component="act_basic", payee_kind="partner", payee=lambda f: f["partner"], part=0, tries=0))
