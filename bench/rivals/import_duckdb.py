"""DuckDB reads a CSV of business events into Parquet: types converted, nothing validated, nothing deduplicated, no reject file.

DuckDB cannot read GB18030 without a downloaded extension; the file is converted with iconv first, inside the measured time.
"""

import argparse
import pathlib
import subprocess

import duckdb
from columns import EVENT, headers, sql_cast

args = argparse.ArgumentParser()
args.add_argument("--csv", required=True)
args.add_argument("--encoding", choices=["utf-8", "gb18030"], default="utf-8")
args.add_argument("--out", required=True)
args = args.parse_args()

out = pathlib.Path(args.out)
out.mkdir(parents=True, exist_ok=True)
source = args.csv
if args.encoding != "utf-8":
    source = str(out / "converted.csv")
    with open(source, "wb") as converted:
        subprocess.run(["iconv", "-c", "-f", "GB18030", "-t", "UTF-8", args.csv], stdout=converted, check=False)
have = headers(source, EVENT)
kinds = {name: kind for _, name, kind in EVENT}
cells = ", ".join(f"{sql_cast(header, kinds[name])} as {name}" for header, name in have.items())
db = duckdb.connect()
db.execute(
    f"""copy (select {cells} from read_csv('{source}', header = true, all_varchar = true, ignore_errors = true, null_padding = true))
        to '{out}/business_event.parquet' (format parquet, compression zstd)"""
)
