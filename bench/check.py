"""Whether two outputs of a run are the same: per component to the fen, and in full, row by row."""

import duckdb

COLUMNS = {
    "lines": "partner, component, kind, basis, day, payee_kind, payee, part::bigint, subscriber, own_partner, outlet, clerk, accrued::bigint, amount::bigint, destination, pay_on",
    "reasons": "partner, component, basis, day, code, until, forgone::bigint",
    "obligations": "partner, component, basis, day, payee, own_partner, subscriber, instalment::bigint, amount::bigint, origin::bigint, due::bigint, state",
}


def fingerprint(folder):
    """For each kind of output and component: rows, fen, and a sum over all rows' hashes that does not depend on their order."""
    found = {}
    with duckdb.connect() as db:
        for kind, columns in COLUMNS.items():
            fen = "forgone" if kind == "reasons" else "amount"
            rows = db.execute(
                f"""select component, count(*), sum({fen})::hugeint, sum(hash({columns})::hugeint)
                from read_parquet('{folder}/{kind}/*.parquet', hive_partitioning = false) group by component"""
            ).fetchall()
            found |= {(kind, component): (count, int(fen), int(digest)) for component, count, fen, digest in rows}
    return found


def compare(wanted, folder):
    """(rows of difference, fen of difference, components that differ in full) against a fingerprint."""
    found = fingerprint(folder)
    rows = fen = 0
    differing = []
    for key in sorted(wanted.keys() | found.keys()):
        ours, theirs = wanted.get(key, (0, 0, 0)), found.get(key, (0, 0, 0))
        rows += abs(ours[0] - theirs[0])
        fen += abs(ours[1] - theirs[1])
        if ours != theirs:
            differing.append(f"{key[0]}/{key[1] or '–'}")
    return rows, fen, differing


def sorted_by_partner(folder):
    """Whether the lines, file after file, come by partner."""
    with duckdb.connect() as db:
        return db.execute(
            f"""select count(*) from (
              select partner, lag(partner) over (partition by filename order by file_row_number) as before
              from read_parquet('{folder}/lines/*.parquet', filename = true, file_row_number = true, hive_partitioning = false)
            ) where before > partner"""
        ).fetchone()[0] == 0
