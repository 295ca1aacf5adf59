"""Benches of the project beside their rivals: `cargo xtask bench <name> [options]`. bench/README.md says what each measures."""

import argparse
import json
import os
import pathlib
import shutil
import sys

import check
import cluster
import metrics
import network
import routes
import serving
import visits
from harness import CACHE, RIVALS, ROOT, Contender, compete, execute, median, record, table, versions

POLICIES = ROOT / "definitions/policies/bench"
PERIOD = "2026-07"
SEED = 42
PARTNERS = 20_000
BENCHES = {}


def bench(function):
    """Registers a bench under its function's name."""
    BENCHES[function.__name__] = function
    return function


def options():
    parser = argparse.ArgumentParser(prog="cargo xtask bench", description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--qudao", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--events", type=int, default=1_000_000, help="business events of a month")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rivals", default="all", help="comma-separated names of rivals; `none` for qudao alone")
    parser.add_argument("--memory", default="1200MB", help="qudao's memory for sorting and merging")
    parser.add_argument("--policies", type=pathlib.Path, default=POLICIES, help=argparse.SUPPRESS)
    parser.add_argument("--before", type=int, default=6, help="months settled before the measured one")
    parser.add_argument("--scale", default="city", choices=("county", "city", "province"), help="of the demo that `serve` and `start` run on")
    parser.add_argument("--visits", type=int, default=0, help="how many `visits` sends; as many as two minutes allow where absent")
    parser.add_argument("--dry", action="store_true", help="print, do not write bench/RESULTS.md")
    return parser.parse_args()


def back(period, months):
    """The month so many months before."""
    year, month = map(int, period.split("-"))
    index = year * 12 + month - 1 - months
    return f"{index // 12:04}-{index % 12 + 1:02}"


def world(args, partners=PARTNERS):
    """Facts and master data of a province with so many events a month, and the settled months before; made once, kept in the cache."""
    folder = CACHE / "bench" / (f"province-{args.events}-{args.before}" + (f"-{partners}" if partners != PARTNERS else ""))
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        print(f"generating {args.events:,} events a month in {folder}", flush=True)
        command = [args.qudao, "-q", "generate", "--scale", "province", "--seed", SEED, "--events", args.events, "--partners", partners, "--as", "facts"]
        done = execute([*command, "--period", PERIOD, "--before", args.before, "--out", folder])
        print(f"  {done.wall:.1f} s, {done.peak:.0f} MiB", flush=True)
        for months in range(args.before, 0, -1):
            done = execute(settle(args, folder, back(PERIOD, months), folder / "runs" / back(PERIOD, months)))
            print(f"  settled {back(PERIOD, months)} in {done.wall:.1f} s", flush=True)
        (folder / "ready").touch()
    return folder


def settle(args, folder, period, out):
    """qudao's command for a month; the month before is named where it was settled."""
    command = [args.qudao, "-q", "settle", "--policies", args.policies, "--facts", folder, "--master", folder / "master", "--period", period, "--out", out]
    before = folder / "runs" / back(period, 1)
    return [*command, "--memory", args.memory, *(["--previous", before] if before.exists() else [])]


def clear(folder):
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def chosen(args, contenders):
    """The contenders that were asked for; qudao always runs."""
    wanted = args.rivals.split(",")
    return [one for one in contenders if one.name.startswith("qudao") or args.rivals == "all" or one.name.split()[0].lower() in wanted]


def report(args, title, lines):
    if args.dry:
        print("\n" + "\n".join(lines))
    else:
        record(f"{args.name}-{args.events}", title, lines)


@bench
def settle_month(args):
    """A month of 24 components against every rival, equal to the fen and row by row."""
    folder = world(args)
    out = CACHE / "bench" / "out"
    ours = out / "qudao"
    facts = ["--facts", folder / "facts", "--master", folder / "master", "--period", PERIOD]
    rival = lambda script, name, *more: [sys.executable, RIVALS / f"{script}.py", *facts, "--previous", folder / "runs", "--out", out / name, *more]  # noqa: E731
    contenders = [
        Contender("qudao", settle(args, folder, PERIOD, ours), "with statements and control sums", clear(ours)),
        Contender("DuckDB", rival("settle_duckdb", "duckdb"), "", clear(out / "duckdb")),
        Contender("Polars", rival("settle_polars", "polars"), "", clear(out / "polars")),
        Contender("pandas", rival("settle_pandas", "pandas"), "", clear(out / "pandas")),
        Contender("PostgreSQL", rival("settle_postgres", "postgresql"), "set-based SQL; loading not counted", clear(out / "postgresql")),
        Contender("PL/pgSQL", rival("settle_postgres", "pl", "--rows"), "event rules row by row; loading not counted", clear(out / "pl")),
    ]
    contenders = chosen(args, contenders)
    out.mkdir(parents=True, exist_ok=True)
    execute(contenders[0].command)
    floor = [sys.executable, RIVALS / "floor.py", *facts, "--previous", out / "floor-of", "--out", out / "floor"]
    shutil.rmtree(out / "floor-of", ignore_errors=True)
    shutil.copytree(ours, out / "floor-of")
    contenders.append(Contender("floor", floor, "reads the needed columns, rewrites the output"))
    compete(contenders, args.rounds)
    wanted = check.fingerprint(ours)
    lines = table(contenders, "qudao", (args.events, "events"))
    lines += ["", "| against qudao's output | rows off | fen off | differs in |", "|---|---|---|---|"]
    for one in contenders[1:]:
        place = {"DuckDB": "duckdb", "Polars": "polars", "pandas": "pandas", "PostgreSQL": "postgresql", "PL/pgSQL": "pl"}.get(one.name)
        if place and one.rounds:
            rows, fen, differing = check.compare(wanted, out / place)
            lines.append(f"| {one.name} | {rows} | {fen} | {', '.join(differing) or 'nothing, row by row'} |")
    count = {kind: sum(rows for (of, _), (rows, _, _) in wanted.items() if of == kind) for kind in check.COLUMNS}
    lines += [
        "",
        f"{count['lines']:,} lines, {count['reasons']:,} reasons, {count['obligations']:,} obligations; lines by partner: {'yes' if check.sorted_by_partner(ours) else 'NO'}; {args.before} months before. "
        + versions(),
    ]
    report(args, f"settle: {args.events:,} events, 24 components, {args.rounds} rounds", lines)


def changed_store(args, folder, name, condition, base):
    """A copy of the facts, settled, in which 1 % of the month's events then get another amount, by a correction that came later."""
    import duckdb

    copy = CACHE / "bench" / f"changed-{args.events}-{name}"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    # Fact files never change, so the copy shares them.
    shutil.copytree(folder / "facts", copy / "facts", copy_function=os.link)
    command = settle(args, folder, PERIOD, base)
    command[command.index("--facts") + 1] = copy
    execute(command)
    csv = copy / "business_event-corrected.csv"
    with duckdb.connect() as db:
        files = f"read_parquet('{folder}/facts/business_event/**/*.parquet', hive_partitioning = false)"
        columns = [row[0] for row in db.execute(f"describe select * from {files}").fetchall() if row[0] not in ("attributed", "known_on", "source", "batch")]
        money = {"plan_fee": "plan_fee + 100", "prior_fee": "prior_fee", "amount": "amount + 100", "cost": "cost"}
        # Money stands in fen in the store and in yuan in files.
        cells = [f"printf('%d.%02d', ({money[c]}) // 100, ({money[c]}) % 100) as {c}" if c in money else c for c in columns]
        wanted = f"occurred_on between date '{PERIOD}-01' and last_day(date '{PERIOD}-01') and coalesce(attributed, '') <> '' and amount >= 0 and known_on < date '2026-08-20'"
        db.execute(f"copy (select {', '.join(cells)}, date '2026-08-20' as known_on from {files} where {wanted} and {condition(db, files, wanted)}) to '{csv}' (header)")
        rows = db.execute(f"select count(*) from read_csv('{csv}', all_varchar = true)").fetchone()[0]
    execute([args.qudao, "-q", "import", "--store", copy, "--master", folder / "master", "--table", "business_event", "--day", "2026-08-21", csv])
    return copy, rows


@bench
def resettle(args):
    """A settled month again after 1 % of its events were corrected, and after a ladder was re-rated: against settling it from scratch."""
    folder = world(args)
    out = CACHE / "bench" / "resettle"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    base = out / "base"
    execute(settle(args, folder, PERIOD, base))
    share = max(1, args.events // 100)

    def neighbours(db, files, wanted):
        codes = db.execute(
            f"select attributed from (select attributed, sum(count(*)) over (order by attributed) as rows from {files} where {wanted} and attributed >= 'A05000' group by attributed) where rows <= {share}"
        ).fetchall()
        return "attributed in (" + ", ".join(f"'{code}'" for (code,) in codes) + ")"

    scattered = lambda db, files, wanted: "hash(event_id) % 100 = 0"  # noqa: E731
    ladder = out / "ladder"
    shutil.copytree(args.policies, ladder)
    text = (ladder / "province.policy").read_text()
    (ladder / "province.policy").write_text(text.replace("flat ¥3000.00", "flat ¥3500.00"))
    lines = ["| what changed | events changed | from scratch s | re-run s | share | rows to post | same as from scratch |", "|---|---|---|---|---|---|---|"]
    worlds = [("1 % of the events, of neighbouring partners", *changed_store(args, folder, "near", neighbours, out / "near"), args.policies, out / "near")]
    worlds += [("1 % of the events, all over the province", *changed_store(args, folder, "far", scattered, out / "far"), args.policies, out / "far")]
    worlds += [("one ladder re-rated", folder, 0, ladder, base)]
    for what, facts, rows, policies, base in worlds:
        scratch, again = out / "scratch", out / "again"
        command = settle(args, folder, PERIOD, scratch)
        command[command.index("--facts") + 1] = facts
        command[command.index("--policies") + 1] = policies
        rerun = [again if part == scratch else part for part in command] + ["--rerun-of", base]
        contenders = [Contender("qudao", rerun, "", clear(again)), Contender("qudao from scratch", command, "", clear(scratch))]
        compete(contenders, args.rounds)
        off = check.compare(check.fingerprint(scratch), again)
        post = json.loads((again / "summary.json").read_text())["rerun"]["rows"]
        mine, full = (median(one) for one in contenders)
        same = "yes, row by row" if not off[2] else f"NO: {off}"
        lines.append(f"| {what} | {rows:,} | {full:.2f} | {mine:.2f} | {mine / full:.2f} | {post:,} | {same} |")
    report(args, f"resettle: {args.events:,} events, {args.rounds} rounds", [*lines, "", versions()])


@bench
def import_files(args):
    """A CSV of business events in both encodings with 0.1 % and more bad rows, validated and de-duplicated; rivals only convert."""
    folder = CACHE / "bench" / f"raw-{args.events}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        execute([args.qudao, "-q", "generate", "--scale", "province", "--seed", SEED, "--events", args.events, "--months", PERIOD, "--as", "raw", "--out", folder])
        (folder / "ready").touch()
    gbk = next(folder.rglob(f"business_event-{PERIOD}.csv"))
    utf8 = gbk.with_name(f"business_event-{PERIOD}-utf8.csv")
    if not utf8.exists():
        with open(gbk, encoding="gb18030", errors="replace", newline="") as source, open(utf8, "w", encoding="utf-8", newline="") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    with open(utf8, "rb") as source:
        rows = sum(chunk.count(b"\n") for chunk in iter(lambda: source.read(1 << 20), b"")) - 1
    lines = []
    for encoding, path in [("utf-8", utf8), ("gb18030", gbk)]:
        out = CACHE / "bench" / "import"
        ours = [args.qudao, "-q", "import", "--store", out / "qudao", "--master", folder / "master", "--table", "business_event", "--accept-partial", path]
        rival = lambda name: [sys.executable, RIVALS / f"import_{name}.py", "--csv", path, "--encoding", encoding, "--out", out / name]  # noqa: E731, B023
        contenders = [
            Contender("qudao", ours, "validated, de-duplicated, attributed, sorted, reject file", clear(out / "qudao")),
            Contender("DuckDB", rival("duckdb"), "COPY, nothing checked" + ("; iconv first" if encoding != "utf-8" else ""), clear(out / "duckdb")),
            Contender("pandas", rival("pandas"), "in chunks, nothing checked", clear(out / "pandas")),
        ]
        contenders = chosen(args, contenders)
        compete(contenders, args.rounds)
        lines += [f"{encoding}, {rows:,} rows, {path.stat().st_size / 2**20:,.0f} MiB", "", *table(contenders, "qudao", (rows, "rows")), ""]
    report(args, f"import: {rows:,} rows, {args.rounds} rounds", [*lines, versions()])


def doubled(args, what, cases):
    """A table of settling cases of rising size, by turns: the exponent of wall time over size between neighbours."""
    import math

    out = CACHE / "bench" / "out" / "grow"
    contenders = [Contender(f"{size:,} {what}", command(out), "", clear(out)) for size, command in cases]
    compete(contenders, args.rounds)
    lines, before = [f"| {what} | median s | CPU s | peak MiB | exponent |", "|---|---|---|---|---|"], None
    for (size, _), one in zip(cases, contenders, strict=True):
        mid = median(one)
        exponent = f"{math.log(mid / before[1]) / math.log(size / before[0]):.2f}" if before else "–"
        cpu = sorted(done.cpu for done in one.rounds)[len(one.rounds) // 2]
        lines.append(f"| {size:,} | {mid:.2f} | {cpu:.1f} | {max(done.peak for done in one.rounds):,.0f} | {exponent} |")
        before = (size, mid)
    return [*lines, ""]


@bench
def grow(args):
    """`settle` at rising numbers of events, partners, components and months before."""
    top = args.events
    other = lambda **more: argparse.Namespace(**{**vars(args), **more})  # noqa: E731

    def settled(of, folder, period=PERIOD):
        return lambda out: settle(of, folder, period, out)

    def events(size):
        of = other(events=size)
        return size, settled(of, world(of))

    def partners(size):
        of = other(events=top // 2)
        return size, settled(of, world(of, size))

    def components(copies):
        folder = CACHE / "bench" / "copies" / str(copies)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # The worked examples would pay once more for each copy.
        text = (args.policies / "province.policy").read_text().split("\n  example ")[0] + "\n}\n"
        for number in range(copies):
            # The first keeps its name: it is the one the months before were settled by, so the copies' gates and returns find nothing to follow up.
            name = f"bench-province-{number}" if number else "bench-province"
            (folder / f"{number}.policy").write_text(text.replace("policy bench-province ", f"policy {name} "))
        return 24 * copies, settled(other(events=top // 2, policies=folder), world(other(events=top // 2)))

    def months(before):
        of = other(events=top // 8, before=8)
        return before, settled(of, world(of), back(PERIOD, 8 - before))

    lines = doubled(args, "events", [events(top // share) for share in (8, 4, 2, 1)])
    lines += doubled(args, "partners", [partners(size) for size in (5_000, 10_000, 20_000, 40_000)])
    lines += doubled(args, "components", [components(copies) for copies in (1, 2, 4)])
    lines += doubled(args, "months before", [months(before) for before in (1, 2, 4, 8)])
    kinds = f"Partners and components at {top // 2:,} events, months at {top // 8:,}; {args.before} months before but in the last table; added components are copies without earlier results of their own."
    report(args, f"grow: up to {top:,} events, {args.rounds} rounds", [*lines, kinds, versions()])


@bench
def simulate(args):
    """The bench policy and a draft of it over past months, side by side, against the policy in force alone and DuckDB running both."""
    folder = world(args)
    out = CACHE / "bench" / "simulate"
    draft = out / "draft-policies"
    shutil.rmtree(out, ignore_errors=True)
    draft.mkdir(parents=True)
    text = (args.policies / "province.policy").read_text().replace("flat ¥3000.00", "flat ¥3500.00").replace("amount 5% * earned", "amount 5.5% * earned")
    # The worked examples belong to the figures in force; the draft's own would differ.
    (draft / "province.policy").write_text(text.split("\n  example ")[0] + "\n}\n")
    first = back(PERIOD, args.before - 1)
    months = [back(PERIOD, months) for months in range(args.before - 1, -1, -1)]
    both = [args.qudao, "-q", "simulate", "--policies", args.policies, "--draft", draft, "--facts", folder, "--master", folder / "master"]
    alone = "; ".join(" ".join(map(str, settle(args, folder, month, out / "alone" / month))) for month in months)
    sql = "; ".join(
        f"{sys.executable} {RIVALS}/settle_duckdb.py --facts {folder}/facts --master {folder}/master --previous {folder}/runs --period {month} --out {out}/duckdb/{number}"
        for month in months
        for number in (1, 2)
    )
    contenders = [
        Contender("qudao", [*both, "--months", f"{first}..{PERIOD}", "--out", out / "report"], "both, compared", clear(out / "report")),
        Contender("qudao, in force alone", ["bash", "-c", f"set -e; {alone}"], "", clear(out / "alone")),
        Contender("DuckDB", ["bash", "-c", f"set -e; {sql}"], "settles every month twice, compares nothing", clear(out / "duckdb")),
    ]
    contenders = chosen(args, contenders)
    compete(contenders, args.rounds)
    report(args, f"simulate: {len(months)} months of {args.events:,} events, {args.rounds} rounds", [*table(contenders, "qudao, in force alone"), "", versions()])


@bench
def prove(args):
    """Full proofs of 1,000 lines drawn at random over all components, none of them proven before: in one process, and some in one each."""
    import random
    import re
    import statistics

    import duckdb

    folder = world(args)
    run = CACHE / "bench" / "out" / "proved"
    shutil.rmtree(run, ignore_errors=True)
    execute(settle(args, folder, PERIOD, run))
    with duckdb.connect() as db:
        drawn = db.execute(
            f"""select partner, policy || '/' || component || '/' || basis || '/' || payee, component || ' ' || kind
            from read_parquet('{run}/lines/*.parquet') using sample reservoir(1000 rows) repeatable (1)"""
        ).fetchall()
    random.Random(1).shuffle(drawn)
    names = run / "drawn"
    # No --policies, no --master: what the run kept of them, as whoever asks for a proof would.
    command = [args.qudao, "--lang", "en", "prove", "--run", run, "--facts", folder, "--json"]
    lines = [
        "| names | lines proven | median ms | 90 % ms | 99 % ms | start-up ms | fact alone | its group | partner's facts | all facts | peak MiB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    said = (
        r"(\d+) lines, median ([\d.]+) ms each, 90 % within ([\d.]+), 99 % within ([\d.]+) ms; start-up ([\d.]+) ms; "
        r"from the fact alone (\d+), its group (\d+), the partner's facts (\d+), all facts (\d+)"
    )
    for title, name in (("with the partner", lambda partner, line: f"{partner}\t{line}"), ("of the line alone", lambda _, line: line)):
        names.write_text("".join(name(partner, line) + "\n" for partner, line, _ in drawn))
        done = execute([*command, "--lines", names, "--out", run / "proofs.jsonl"])
        found = re.search(said, done.text)
        lines.append(f"| {title} | {' | '.join(found.groups())} | {done.peak:,.0f} |")
    alone = sorted(execute([*command, "--partner", partner, line]).wall * 1000 for partner, line, _ in drawn[: 10 * args.rounds])
    kinds = {kind: sum(1 for _, _, other in drawn if other == kind) for kind in sorted({kind for _, _, kind in drawn})}
    lines += [
        "",
        f"One process a line, {len(alone)} of them: median {statistics.median(alone):.0f} ms, 90 % within {alone[len(alone) * 9 // 10]:.0f} ms; "
        "most of it is start-up: policies, master data, the ends of the run's files.",
        "",
        "Drawn: " + ", ".join(f"{kind} {count}" for kind, count in kinds.items()) + ".",
    ]
    report(args, f"prove: lines of {args.events:,} events", lines)


if __name__ == "__main__":
    BENCHES |= {"serve": serving.serve, "start": serving.start, "draft": serving.draft, "metrics": metrics.metrics, "network": network.network}
    BENCHES |= {"routes": routes.routes, "visits": visits.visits}
    BENCHES |= {"cluster": lambda args: cluster.cluster(args, world, settle, PERIOD)}
    BENCHES |= {"settle": BENCHES.pop("settle_month"), "import": BENCHES.pop("import_files")}
    BENCHES[options().name](options())
