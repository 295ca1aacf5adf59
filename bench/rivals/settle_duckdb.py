"""DuckDB settles a month: settle.sql over Parquet, output to Parquet sorted by partner."""

import arguments
import duckdb
import settle_sql
from columns import MASTER, headers, sql_cast

args = arguments.read()
db = duckdb.connect()
db.execute("set preserve_insertion_order = false")
db.execute("create macro half_up(n, d) as case when n >= 0 then (2 * n + d) // (2 * d) else -((2 * -n + d) // (2 * d)) end")
# Whole months from a to b, where a month later than the 31st is the month's last day.
db.execute(
    """create macro full_months(a, b) as greatest(0, (year(b) * 12 + month(b) - year(a) * 12 - month(a))
       - case when cast(a + to_months(cast(year(b) * 12 + month(b) - year(a) * 12 - month(a) as integer)) as date) > b then 1 else 0 end)"""
)
for name, columns in MASTER.items():
    path = args.master / f"{name}.csv"
    kinds = {name: kind for _, name, kind in columns}
    cells = ", ".join(f"{sql_cast(header, kinds[column])} as {column}" for header, column in headers(path, columns).items())
    db.execute(
        f"""create temp table {name} as
        select *, coalesce(effective_from, date '0001-01-01') as f, coalesce(effective_to, date '9999-12-31') as t
        from (select {cells} from read_csv('{path}', header = true, all_varchar = true))"""
    )
db.execute(
    f"""create temp table partner_day as
    select p.code, d.d, p.tier, coalesce(p.parent, '') as parent, substr(p.territory, 1, 2) as province,
      case when p.blacklisted then 'blacklisted' when a.partner is null then 'agreement_inactive' end as std
    from (select cast(range as date) as d from range(date '{args.first}', date '{args.last}' + 1, interval '1 day')) d
    join partners p on d.d >= p.f and d.d < p.t
    left join (select distinct a.partner, d.d from agreements a
      join (select cast(range as date) as d from range(date '{args.first}', date '{args.last}' + 1, interval '1 day')) d on d.d >= a.f and d.d < a.t) a
      on a.partner = p.code and a.d = d.d"""
)
names = ", ".join(f"({c}, '{name}', '{'netted' if c == 9 else 'payable'}')" for name, c in settle_sql.NUMBER.items())
db.execute(f"create temp table component as select * from (values {names}) v(c, name, destination)")
db.execute(f"create view event as select * from read_parquet('{args.events}', hive_partitioning = false)")
db.execute(f"create view sub as select * from read_parquet('{args.subs}', hive_partitioning = false)")
db.execute("create temp table sub_one as select subscriber, arg_max(active, event_id) as active, arg_max(minutes, event_id) as minutes, arg_max(joined_on, event_id) as joined_on from sub group by subscriber")
folders = arguments.earlier(args)
quoted = lambda files: ", ".join(f"'{file}'" for file in files)  # noqa: E731
reversible = "('act_basic', 'act_class', 'act_wireless', 'act_term', 'handset_margin')"
if folders:
    db.execute(
        f"""create view prev_lines as select l.partner, n.c, l.kind, l.basis, l.day, l.payee, l.subscriber, l.own_partner, l.amount
        from read_parquet([{quoted(arguments.files(folders[:3], 'lines'))}], hive_partitioning = false) l join component n on n.name = l.component where l.component in {reversible}"""
    )
    db.execute(f"create view prev_obligations as select * from read_parquet([{quoted(arguments.files(folders[:1], 'obligations'))}], hive_partitioning = false) where state = 'scheduled'")
else:
    db.execute("create temp table prev_lines(partner text, c int, kind text, basis text, day date, payee text, subscriber text, own_partner text, amount bigint)")
    db.execute(
        "create temp table prev_obligations(partner text, basis text, day date, own_partner text, subscriber text, instalment int, amount bigint, origin int, due int)"
    )
for statement in settle_sql.statements(args.index, args.first, args.last, "//", args.cap):
    db.execute(statement)
for name, select in [
    ("lines", settle_sql.lines(args.index, args.last)),
    ("reasons", settle_sql.reasons(args.index)),
    ("obligations", settle_sql.obligations()),
]:
    (args.out / name).mkdir(exist_ok=True)
    db.execute(f"copy ({select} order by partner) to '{args.out}/{name}/{name}.parquet' (format parquet, compression zstd)")
