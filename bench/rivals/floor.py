"""The floor: reads the columns that the rules need and rewrites a finished output. No rule is computed, nothing is sorted."""

import arguments
import duckdb

args = arguments.read()
db = duckdb.connect()
db.execute("set preserve_insertion_order = true")
needed = (
    "event_id, kind, occurred_on, attributed, outlet, clerk, subscriber, product, plan_fee, prior_fee, amount, cost, term_months, ref_event, imei, "
    "customer_class, identity_verified, slip_on, hold"
)
db.execute(f"select {', '.join(f'max({name})' for name in needed.split(', '))} from read_parquet('{args.events}', hive_partitioning = false)").fetchall()
needed = "subscriber, outlet, active, minutes, joined_on, attributed"
db.execute(f"select {', '.join(f'max({name})' for name in needed.split(', '))} from read_parquet('{args.subs}', hive_partitioning = false)").fetchall()
for kind in ("lines", "reasons", "obligations"):
    source = ", ".join(f"'{file}'" for file in arguments.files([args.previous], kind))
    db.execute(f"copy (select * from read_parquet([{source}])) to '{args.out}/{kind}.parquet' (format parquet, compression zstd)")
