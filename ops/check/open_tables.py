"""Opens every open table of a house as other engines do and compares it with the newest snapshot: files, rows, sums of money.

    python3 -m venv v && v/bin/pip install deltalake duckdb
    qudao catalog --store HOME && v/bin/python ops/check/open_tables.py HOME

Ends with 1 if something differs.
"""

import json
import os
import sys

import duckdb
from deltalake import DeltaTable


def newest(home):
    """The newest snapshot."""
    folder = os.path.join(home, "facts", "_snapshots")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
    with open(os.path.join(folder, names[-1]), encoding="utf-8") as file:
        return json.load(file)


def wanted(snapshot):
    """By table: files with their rows, and the sum of each column of money."""
    tables = {}
    for file in snapshot["files"]:
        files, sums = tables.setdefault(file["table"], ({}, {}))
        files[file["path"]] = file["rows"]
        for column, sum_ in file["sums"].items():
            sums[column] = sums.get(column, 0) + sum_
    return tables


def check(home, table, files, sums):
    """What differs of a table."""
    wrong = []
    opened = DeltaTable(os.path.join(home, "facts", table))
    listed = {os.path.relpath(uri.removeprefix("file://"), os.path.abspath(home)) for uri in opened.file_uris()}
    if listed != set(files):
        wrong.append(f"files: {len(listed)} in the log, {len(files)} in the snapshot")
    columns = [field.name for field in opened.schema().fields]
    with duckdb.connect() as db:
        uris = opened.file_uris() or []
        if uris:
            selected = ", ".join(["count(*)"] + [f"coalesce(sum({column}), 0)::bigint" for column in sorted(sums)])
            found = db.execute(f"select {selected} from read_parquet(?, hive_partitioning = true)", [uris]).fetchone()
            held = db.execute("select * from read_parquet(?, hive_partitioning = true) limit 0", [uris])
            missing = {name for name, *_ in held.description} ^ set(columns)
        else:
            found, missing = (0,) + (0,) * len(sums), set()
    expected = (sum(files.values()),) + tuple(sums[column] for column in sorted(sums))
    if tuple(found) != expected:
        wrong.append(f"rows and sums: {found} read, {expected} in the snapshot")
    if missing:
        wrong.append(f"columns: {sorted(missing)} in one of the two only")
    print(f"{table}: version {opened.version()}, {len(listed)} files, {found[0]} rows, {'differs' if wrong else 'the same'}")
    return [f"{table}: {one}" for one in wrong]


def main():
    home = sys.argv[1]
    tables = wanted(newest(home))
    wrong = [one for table, (files, sums) in sorted(tables.items()) for one in check(home, table, files, sums)]
    for one in wrong:
        print(one, file=sys.stderr)
    sys.exit(1 if wrong or not tables else 0)


if __name__ == "__main__":
    main()
