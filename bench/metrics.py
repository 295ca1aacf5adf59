"""Bench `metrics`: the standard statistics over a year of business, asked of qudao's server over HTTP and of DuckDB on the same Parquet files.

Every view is a question of the catalogue and a SQL statement of the same meaning; their figures must be equal, key by key. qudao answers over
HTTP with the asker's scope applied; DuckDB answers within this process and without a scope, which is in its favour. What DuckDB keeps
between questions: outlets and partners as tables, and which events were taken back. What qudao keeps: its rollups, whose build is timed."""

import http.client
import json
import pathlib
import shutil
import statistics
import time

import duckdb
from harness import CACHE, execute, record, versions
from rivals.columns import MASTER, headers, sql_cast
from serving import HOST, Server, request, sign_in, told

FIRST, LAST = "2025-08-01", "2026-07-31"
MONTH = ("2026-07-01", "2026-07-31")
YEAR = (FIRST, LAST)
EFFECTIVE = "kind not in ('return', 'cancellation') and event_id not in (select id from taken_back)"


def ask(metrics, by, days=YEAR, **more):
    return {"metrics": metrics, "by": by, "from": days[0], "to": days[1], **more}


def sql(select, by, days=YEAR, where="true", source="placed", tail=""):
    keys = ", ".join(f"{expression} as k{at}" for at, expression in enumerate(by))
    groups = ", ".join(str(at + 1) for at in range(len(by)))
    return f"select {keys}, {select} from {source} where occurred_on between date '{days[0]}' and date '{days[1]}' and {where} group by {groups} {tail}"


MONTH_KEY = "strftime(occurred_on, '%Y-%m')"
COUNTY = "substr(territory, 1, 6)"
ORDERS = f"count(*) filter ({EFFECTIVE})"
AMOUNT = f"coalesce(sum(amount) filter ({EFFECTIVE}), 0)"
ADDS = "count(*) filter (kind = 'activation')"

# Name, question, statement, whether only the first 50 rows by the first figure are asked for.
VIEWS = [
    ("a year by month", ask(["effective_orders", "sales_amount", "gross_adds"], ["month"]), sql(f"{ORDERS}, {AMOUNT}, {ADDS}", [MONTH_KEY], source="event")),
    ("a month by day", ask(["effective_orders", "sales_amount"], ["day"], MONTH), sql(f"{ORDERS}, {AMOUNT}", ["cast(occurred_on as varchar)"], MONTH, source="event")),
    ("a month by county", ask(["effective_orders", "sales_amount", "gross_adds"], ["county"], MONTH), sql(f"{ORDERS}, {AMOUNT}, {ADDS}", [COUNTY], MONTH)),
    ("a year by channel and month", ask(["effective_orders", "gross_adds"], ["channel", "month"]), sql(f"{ORDERS}, {ADDS}", ["channel", MONTH_KEY])),
    ("a year by type of channel", ask(["effective_orders", "sales_amount"], ["subtype"]), sql(f"{ORDERS}, {AMOUNT}", ["subtype"])),
    ("a month's first 50 outlets", ask(["effective_orders"], ["outlet"], MONTH, sort={"metric": "effective_orders", "descending": True}, top={"rows": 50}), sql(ORDERS, ["outlet"], MONTH, source="event", tail="order by 2 desc limit 50")),
    ("a month's first 50 partners", ask(["sales_amount"], ["partner"], MONTH, sort={"metric": "sales_amount", "descending": True}, top={"rows": 50}), sql(AMOUNT, ["attributed"], MONTH, source="event", tail="order by 2 desc limit 50")),
    ("a month's first 50 clerks", ask(["effective_orders"], ["clerk"], MONTH, sort={"metric": "effective_orders", "descending": True}, top={"rows": 50}), sql(ORDERS, ["clerk"], MONTH, source="event", tail="order by 2 desc limit 50")),
    ("a year by product", ask(["effective_orders", "sales_amount"], ["product"]), sql(f"{ORDERS}, {AMOUNT}", ["product"], source="event")),
    ("a year by weekday and business", ask(["accepted_orders"], ["weekday", "kind"]), sql("count(*)", ["cast(isodow(occurred_on) as varchar)", "kind"], where="kind not in ('return', 'cancellation')", source="event")),
    ("one county's month by outlet", ask(["effective_orders", "sales_amount"], ["outlet"], MONTH, filters=[{"dimension": "territory", "values": ["{county}"]}]), sql(f"{ORDERS}, {AMOUNT}", ["outlet"], MONTH, where=f"{COUNTY} = '{{county}}'")),
    ("one partner's year by month", ask(["effective_orders", "sales_amount"], ["month"], filters=[{"dimension": "partner", "values": ["{partner}"]}]), sql(f"{ORDERS}, {AMOUNT}", [MONTH_KEY], where="attributed = '{partner}'", source="event")),
    ("customers of a month by county", ask(["customers"], ["county"], MONTH), sql("count(distinct subscriber)", [COUNTY], MONTH)),
    ("active outlets of a year by month", ask(["outlets_active"], ["month"]), sql("count(distinct outlet)", [MONTH_KEY], where="outlet <> ''", source="event")),
    ("cohorts of a year", ask(["cohort_active"], ["month", "age"]), "select strftime(joined_on, '%Y-%m') as k0, printf('%02d', (year(occurred_on) * 12 + month(occurred_on)) - (year(joined_on) * 12 + month(joined_on))) as k1, count(*) from state where active and joined_on between date '" + FIRST + "' and date '" + LAST + "' group by 1, 2"),
    ("billed in a month by county", ask(["billed"], ["county"], MONTH), sql("coalesce(sum(billed), 0)", [COUNTY], MONTH, source="state_placed")),
]


def world(args):
    """A served folder with a year of so many events a month; made once."""
    home = CACHE / "bench" / f"year-{args.events}"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        print(f"generating {12 * args.events:,} events in {home}", flush=True)
        command = [args.qudao, "-q", "generate", "--scale", "province", "--partners", 20_000, "--events", args.events, "--as", "facts"]
        done = execute([*command, "--period", LAST[:7], "--before", 11, "--out", home])
        print(f"  {done.wall:.0f} s, {done.peak:.0f} MiB", flush=True)
        (home / "policies").mkdir()
        # The demo's logins, on the day after the year.
        (home / ".demo-clock").write_text(str(int((time.mktime((2026, 8, 1, 2, 0, 0, 0, 0, 0)) - time.time()) * 1e6)))
        (home / "ready").touch()
    return home


def rival(home):
    """DuckDB over the folder's Parquet."""
    db = duckdb.connect()
    for name in ("outlets",):
        path = home / "master" / f"{name}.csv"
        kinds = {column: kind for _, column, kind in MASTER[name]}
        cells = ", ".join(f"{sql_cast(header, kinds[column])} as {column}" for header, column in headers(path, MASTER[name]).items())
        db.execute(
            f"""create temp table {name} as select *, coalesce(effective_from, date '0001-01-01') as f, coalesce(effective_to, date '9999-12-31') as t
            from (select {cells} from read_csv('{path}', header = true, all_varchar = true))"""
        )
    db.execute(f"create view event as select * from read_parquet('{home}/facts/business_event/*/*.parquet', hive_partitioning = false)")
    db.execute(f"create view state as select * from read_parquet('{home}/facts/subscriber_month/*/*.parquet', hive_partitioning = false)")
    db.execute("create temp table taken_back as select distinct ref_event as id from event where kind in ('return', 'cancellation') and ref_event <> ''")
    for view, of in (("placed", "event"), ("state_placed", "state")):
        db.execute(
            f"""create view {view} as select e.*, o.territory, o.channel, o.subtype from {of} e
            left join outlets o on o.code = e.outlet and e.occurred_on >= o.f and e.occurred_on < o.t"""
        )
    return db


class Client:
    """Questions to the server over one kept connection."""

    def __init__(self, cookie):
        self.link = http.client.HTTPConnection(HOST, timeout=600)
        self.headers = {"X-Qudao": "1", "Content-Type": "application/json", "Cookie": cookie}

    def answer(self, question):
        self.link.request("POST", "/api/v1/metrics/query", json.dumps(question), self.headers)
        answer = self.link.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {text[:300]} of {question}")
        return json.loads(text)


def ours(answer):
    """Keys to figures, rows without any figure left out."""
    rows = {tuple(row["key"]): tuple(cell["value"] or 0 for cell in row["cells"]) for row in answer["rows"]}
    return {key: cells for key, cells in rows.items() if any(cells)}


def theirs(rows, keys):
    found = {tuple(key or "" for key in row[:keys]): tuple(int(cell) for cell in row[keys:]) for row in rows}
    return {key: cells for key, cells in found.items() if any(cells)}


def equal(question, one, other):
    """Key by key; of first rows only the figures, as equal ones may stand in either order."""
    if "top" in question:
        return sorted(one.values()) == sorted(other.values())
    return one == other


def timed(work):
    begin = time.perf_counter()
    result = work()
    return (time.perf_counter() - begin) * 1000, result


def forget():
    """Empties the machine's file cache where that is allowed."""
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
    except OSError:
        return False
    return True


def percent(times, part):
    return sorted(times)[min(len(times) - 1, round(part * len(times)) - 1)]


def export(cookie, db, rows):
    """Writes the latest business of at least so many rows to a CSV file; days asked for, rows, seconds, MiB, and whether DuckDB counts as many."""
    month = 7
    counted = lambda: db.execute(f"select count(*) from event where kind = 'activation' and occurred_on between date '2026-{month:02}-01' and date '{LAST}'").fetchone()[0]  # noqa: E731
    while counted() < rows and month > 1:
        month -= 1
    asked = {"rows": {"metric": "gross_adds", "from": f"2026-{month:02}-01", "to": LAST}, "format": "csv", "name": "bench"}
    begin = time.monotonic()
    status, _, text = request("POST", "/api/v1/exports/rows", cookie, asked, {"Idempotency-Key": f"export-{begin}"})
    job = json.loads(text)
    if status != 202:
        raise SystemExit(f"export: {status} {text[:200]}")
    while job["state"] in ("waiting", "running"):
        time.sleep(0.2)
        job = told(f"/api/v1/jobs/{job['id']}", cookie)
    if job["state"] != "done":
        raise SystemExit(f"export: {job['state']} {job['detail']}")
    _, _, content = request("GET", f"/api/v1/exports/{job['result']['export']}", cookie)
    seconds = time.monotonic() - begin
    return asked["rows"]["from"], content.count(b"\n") - 1, seconds, len(content) / 2**20, content.count(b"\n") - 1 == counted()


def metrics(args):
    home = world(args)
    args.scale = "city"
    rollups = home / "facts" / "_rollups"
    shutil.rmtree(rollups, ignore_errors=True)
    with Server(args, home) as server:
        client = Client(sign_in("leader"))
        begin = time.monotonic()
        client.answer(VIEWS[0][1])
        while not list(rollups.glob("index*")):
            time.sleep(1)
            if time.monotonic() - begin > 3600:
                raise SystemExit("the rollups were not built within an hour")
        built = time.monotonic() - begin
        held = server.memory("VmHWM")
    db = rival(home)
    db.execute("set threads = 2")
    county = db.execute("select substr(territory, 1, 6) from outlets group by 1 order by count(*) desc, 1 limit 1").fetchone()[0]
    partner = db.execute("select owner from outlets group by 1 order by count(*) desc, 1 limit 1").fetchone()[0]
    fill = lambda text: text.replace("{county}", county).replace("{partner}", partner)  # noqa: E731
    views = [(name, json.loads(fill(json.dumps(question))), fill(statement)) for name, question, statement in VIEWS]
    rows, warm_ours, warm_theirs, off = [], [], [], 0
    emptied = forget()
    with Server(args, home) as server:
        cookie = sign_in("leader")
        client = Client(cookie)
        for name, question, statement in views:
            emptied = forget() and emptied
            cold, answer = timed(lambda: client.answer(question))
            emptied = forget() and emptied
            their_cold, result = timed(lambda: db.execute(statement).fetchall())
            same = equal(question, ours(answer), theirs(result, len(question["by"])))
            off += not same
            mine, other = [], []
            for _ in range(args.rounds):
                mine.append(timed(lambda: client.answer(question))[0])
                other.append(timed(lambda: db.execute(statement).fetchall())[0])
            warm_ours += mine
            warm_theirs += other
            median = statistics.median(mine), statistics.median(other)
            line = f"| {name} | {len(answer['rows'])} | {cold:,.0f} | {their_cold:,.0f} | {median[0]:,.0f} | {median[1]:,.0f} | {median[0] / median[1]:.2f} | {'yes' if same else 'NO'} |"
            rows.append(line)
            print(line, flush=True)
        memory = server.memory("VmHWM")
        since, written, seconds, size, whole = export(cookie, db, 1_000_000)
        export_memory = server.memory("VmHWM")
    stored = sum(path.stat().st_size for path in rollups.glob("*") if path.is_file()) / 2**20
    lines = [
        f"{12 * args.events:,} business events of twelve months and the states of their subscribers, 20,000 partners; medians of {args.rounds}. Cold: "
        + ("the machine's file cache emptied before the question." if emptied else "first question, file cache as it was."),
        "",
        "| view | rows | qudao cold ms | DuckDB cold ms | qudao ms | DuckDB ms | ratio | equal |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        f"Warm, all views and rounds: qudao 95 % within {percent(warm_ours, 0.95):,.0f} ms, DuckDB within {percent(warm_theirs, 0.95):,.0f} ms. {off} views differ.",
        f"Rollups: built in {built:,.0f} s with at most {held:,.0f} MiB, {stored:,.0f} MiB on disk. The server held at most {memory:,.0f} MiB while asked.",
        f"Export of the {written:,} activations since {since} as CSV, asked for and downloaded: {seconds:,.0f} s, {size:,.0f} MiB; the server held at most {export_memory:,.0f} MiB; {'as many as DuckDB counts' if whole else 'NOT as many as DuckDB counts'}.",
        versions(),
    ]
    if args.dry:
        print("\n".join(lines))
    else:
        record(f"metrics-{args.events}", f"metrics: {12 * args.events:,} events of a year", lines)
