"""PostgreSQL settles a month: settle.sql over loaded and indexed tables. Loading is done before and reported apart, since it cannot read Parquet."""

import pathlib
import sys
import time

import arguments
import psycopg
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import settle_sql
from columns import MASTER, headers
from postgres_server import peak, server

TYPES = {"text": "text", "int": "bigint", "date": "date", "money": "bigint", "bool": "boolean"}
FUNCTIONS = """
create function half_up(n bigint, d bigint) returns bigint language sql immutable parallel safe as
  $$ select case when n >= 0 then (2 * n + d) / (2 * d) else -((2 * -n + d) / (2 * d)) end $$;
create function full_months(a date, b date) returns integer language sql immutable parallel safe as
  $$ select greatest(0, (m - case when (a + make_interval(months => m))::date > b then 1 else 0 end))
     from (select (extract(year from b) * 12 + extract(month from b) - extract(year from a) * 12 - extract(month from a))::integer as m) x $$;
"""
EVENT = [
    "event_id", "kind", "occurred_on", "outlet", "clerk", "subscriber", "product", "plan_fee", "prior_fee", "amount", "cost", "term_months",
    "ref_event", "imei", "customer_class", "identity_verified", "slip_on", "hold", "attributed",
]  # fmt: skip
SUB = ["event_id", "occurred_on", "outlet", "partner", "subscriber", "active", "minutes", "joined_on", "attributed"]
ARROW = {pa.string(): "text", pa.int64(): "bigint", pa.int32(): "integer", pa.date32(): "date", pa.bool_(): "boolean"}


def load(db, name, paths, columns, keep=None):
    """Copies columns of Parquet files into an unlogged table."""
    created = False
    for table in arguments.tables(paths, columns, keep):
        kinds = [ARROW.get(field.type, "bigint") for field in table.schema]
        if not created:
            listed = ", ".join(f"{column} {kind}" for column, kind in zip(columns, kinds))
            db.execute(f"create unlogged table {name} ({listed})")
            created = True
        out = pa.BufferOutputStream()
        pc.write_csv(table, out, pc.WriteOptions(include_header=False, quoting_style="needed"))
        with db.cursor() as cursor, cursor.copy(f"copy {name} ({', '.join(columns)}) from stdin (format csv)") as pipe:
            pipe.write(out.getvalue().to_pybytes())


def master(db, args):
    for name, columns in MASTER.items():
        path = args.master / f"{name}.csv"
        names = headers(path, columns)
        kinds = {column: kind for _, column, kind in columns}
        db.execute(f"create temp table raw_{name} ({', '.join(f'{column} text' for column in names.values())})")
        with db.cursor() as cursor, cursor.copy(f"copy raw_{name} from stdin (format csv, header)") as pipe:
            pipe.write(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        cell = {"money": "({0}::numeric * 100)::bigint", "bool": "{0} in ('是', 'true', '1')"}
        cells = ", ".join(
            cell.get(kinds[column], "nullif({0}, '')::" + TYPES[kinds[column]]).format(column) + f" as {column}" for column in names.values()
        )
        db.execute(
            f"""create table {name} as select *, coalesce(effective_from, '-infinity') as f, coalesce(effective_to, 'infinity') as t
            from (select {cells} from raw_{name}) x"""
        )
        db.execute(f"create index on {name} ({'partner' if name == 'agreements' else 'code'}, f)")


def prepare(db, args):
    """Everything a database would hold before the run begins."""
    db.execute(FUNCTIONS)
    master(db, args)
    load(db, "event", sorted(map(str, args.facts.glob(f"business_event/period={args.period}/*.parquet"))), EVENT)
    load(db, "sub", sorted(map(str, args.facts.glob(f"subscriber_month/period={args.period}/*.parquet"))), SUB)
    names = ", ".join(f"({c}, '{name}', '{'netted' if c == 9 else 'payable'}')" for name, c in settle_sql.NUMBER.items())
    db.execute(f"create table component as select * from (values {names}) v(c, name, destination)")
    folders = arguments.earlier(args)
    if folders:
        reversible = ["act_basic", "act_class", "act_wireless", "act_term", "handset_margin"]
        columns = ["partner", "component", "kind", "basis", "day", "payee", "subscriber", "own_partner", "amount"]
        load(db, "prev", arguments.files(folders[:3], "lines"), columns, ds.field("component").isin(reversible))
        db.execute("create unlogged table prev_lines as select prev.*, n.c from prev join component n on n.name = prev.component")
        columns = ["partner", "basis", "day", "own_partner", "subscriber", "instalment", "amount", "origin", "due", "state"]
        load(db, "prev_obligations", arguments.files(folders[:1], "obligations"), columns, ds.field("state") == "scheduled")
    else:
        db.execute("create table prev_lines(partner text, c int, kind text, basis text, day date, payee text, subscriber text, own_partner text, amount bigint)")
        db.execute(
            "create table prev_obligations(partner text, basis text, day date, own_partner text, subscriber text, instalment int, amount bigint, origin int, due int)"
        )
    for table, column in [("event", "ref_event"), ("prev_lines", "basis"), ("sub", "subscriber")]:
        db.execute(f"create index on {table} ({column})")
    db.execute("analyze")


def settle(db, args):
    db.execute(
        f"""create temp table partner_day as
        select p.code, d.d::date as d, p.tier, coalesce(p.parent, '') as parent, substr(p.territory, 1, 2) as province,
          case when p.blacklisted then 'blacklisted' when not exists (
            select 1 from agreements a where a.partner = p.code and d.d >= a.f and d.d < a.t) then 'agreement_inactive' end as std
        from partners p join generate_series(date '{args.first}', date '{args.last}', interval '1 day') d(d) on d.d >= p.f and d.d < p.t"""
    )
    db.execute("create temp table sub_one as select distinct on (subscriber) subscriber, active, minutes, joined_on from sub order by subscriber, event_id desc")
    db.execute("analyze partner_day")
    db.execute("analyze sub_one")
    statements = settle_sql.statements(args.index, args.first, args.last, "/", args.cap)
    if args.rows:
        db.execute("create index on partner_day (code, d)")
        db.execute("create index on sub_one (subscriber)")
        db.execute((pathlib.Path(__file__).parent / "settle_rows.sql").read_text().replace("{cap}", str(args.cap)))
        db.execute("call settle_events()")
        done = next(at for at, statement in enumerate(statements) if statement.startswith("create temp table out_line"))
        statements = statements[done:]
    for statement in statements:
        db.execute(statement)
        if statement.startswith("create temp table"):
            db.execute(f"analyze {statement.split()[3]}")
    for name, select in [
        ("lines", settle_sql.lines(args.index, args.last)),
        ("reasons", settle_sql.reasons(args.index)),
        ("obligations", settle_sql.obligations()),
    ]:
        db.execute(f"create unlogged table {name} as {select} order by partner")


def save(db, args):
    """Parquet for the comparison, outside the measured time."""
    for name in ("lines", "reasons", "obligations"):
        with db.cursor(f"read_{name}") as cursor:
            cursor.itersize = 100_000
            cursor.execute(f"select * from {name}")
            writer = None
            while rows := cursor.fetchmany(100_000):
                columns = [column.name for column in cursor.description]
                kinds = {"day": pa.date32(), "until": pa.date32(), "pay_on": pa.date32()}
                whole = {"period", "version", "part", "accrued", "amount", "forgone", "instalment", "origin", "due", "tries"}
                schema = pa.schema([(c, kinds.get(c, pa.int64() if c in whole else pa.string())) for c in columns])
                table = pa.Table.from_arrays([pa.array(values, kind.type) for values, kind in zip(zip(*rows), schema)], schema=schema)
                (args.out / name).mkdir(exist_ok=True)
                writer = writer or pq.ParquetWriter(args.out / name / f"{name}.parquet", schema)
                writer.write_table(table)
            if writer:
                writer.close()


if __name__ == "__main__":
    args = arguments.read()
    with server() as address, psycopg.connect(address, autocommit=True) as db:
        start = time.monotonic()
        prepare(db, args)
        loaded = time.monotonic() - start
        start = time.monotonic()
        settle(db, args)
        spent = time.monotonic() - start
        print(f"measured {spent:.3f} peak {peak(db):.0f} loaded {loaded:.1f}")
        db.autocommit = False
        save(db, args)
    sys.exit(0)
