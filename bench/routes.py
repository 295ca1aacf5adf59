"""Bench `routes`: tours of 100 calls with windows and loads, on public instances whose best known solutions are known, beside PyVRP with 10 s each.

`bench/data/vrptw` has Solomon's instances (Operations Research 35, 1987) as LKH-3 spreads them, one file a class: places and loads once, then the window
of each instance. Ways are bee lines in tenths, cut off behind that digit, and the sum of them is what is made small: the rules of the DIMACS challenge,
by which the lengths below are the shortest there are."""

import csv
import json
import math
import statistics
import sys
from importlib.metadata import version

from harness import CACHE, RIVALS, ROOT, execute, record, versions

DATA = ROOT / "bench/data/vrptw"
# Of each class its service time; of each instance the shortest length.
CLASSES = {"C1": 90, "R1": 10, "RC1": 10}
BEST = {"C104": 8229, "C109": 8273, "R101": 16377, "R104": 9715, "R109": 11469, "R112": 9486, "RC101": 16198, "RC104": 11323, "RC106": 13727, "RC108": 11142}
TOURS, ROOM = 25, 200
SECONDS = 10
# About so many fit into that time; the same number gives the same tours on every machine.
GENERATIONS = 400_000
REACHES = 3


def instances():
    """Name and what `qudao tours` reads, of every instance."""
    for name, service in CLASSES.items():
        with open(DATA / f"{name}.csv", encoding="utf-8") as source:
            rows = [{column: int(cell) for column, cell in row.items()} for row in csv.DictReader(source)]
        places = [(row["x"], row["y"]) for row in rows]
        # Squares of ways are whole, so no rounding error can cut a tenth too much.
        ways = [[math.isqrt(100 * ((x - u) ** 2 + (y - v) ** 2)) for u, v in places] for x, y in places]
        for instance in [column.removesuffix(" from") for column in rows[0] if column.endswith(" from")]:
            window = lambda row: {"from": 10 * row[f"{instance} from"], "to": 10 * row[f"{instance} to"]}  # noqa: E731, B023
            stops = [{"name": str(at), "service": 10 * service, "load": row["load"], **window(row)} for at, row in enumerate(rows) if at]
            yield instance, {"ways": ways, "stops": stops, "until": window(rows[0])["to"], "room": ROOM, "tours": TOURS}


def length(asked, told):
    """Counts tours anew: their length. Raises where one is late or too full, or a call is not there once."""
    found = json.loads(told.strip().splitlines()[-1])
    ways, stops = asked["ways"], asked["stops"]
    calls = sorted(int(name) for tour in found["tours"] for name in tour)
    total = 0
    for tour in found["tours"]:
        at = now = load = 0
        for call in map(int, tour):
            stop = stops[call - 1]
            now = max(now + ways[at][call], stop["from"])
            if now > stop["to"]:
                raise SystemExit(f"call {call} is late: {now} > {stop['to']}")
            total, now, load, at = total + ways[at][call], now + stop["service"], load + stop["load"], call
        total += ways[at][0]
        if now + ways[at][0] > asked["until"] or load > asked["room"]:
            raise SystemExit(f"a tour is back at {now + ways[at][0]} with {load}")
    if calls != list(range(1, len(stops) + 1)) or total != found["travel"] or len(found["tours"]) > asked["tours"]:
        raise SystemExit(f"not every call once: {found}")
    return total, len(found["tours"])


def routes(args):
    """Both by turns, each with another seed a round; gaps to the best known lengths."""
    folder = CACHE / "bench" / "routes"
    folder.mkdir(parents=True, exist_ok=True)
    contenders = ["qudao", "PyVRP"] if args.rivals == "all" or "pyvrp" in args.rivals.lower() else ["qudao"]
    lines = ["| instance | best known | " + " | ".join(f"{name}: length | tours | gap % | worst % | s" for name in contenders) + " |"]
    lines.append("|---" * (2 + 5 * len(contenders)) + "|")
    gaps = {name: [] for name in contenders}
    slowest = dict.fromkeys(contenders, 0.0)
    for instance, asked in instances():
        file = folder / f"{instance}.json"
        file.write_text(json.dumps(asked))
        rounds = {name: [] for name in contenders}
        for seed in range(args.rounds):
            commands = {
                "qudao": [args.qudao, "-q", "tours", file, "--generations", GENERATIONS, "--seed", seed],
                "PyVRP": [sys.executable, RIVALS / "routes_pyvrp.py", file, "--seconds", SECONDS, "--seed", seed],
            }
            for name in contenders:
                done = execute(commands[name])
                rounds[name].append((*length(asked, done.text), done.wall))
        cells = []
        for name in contenders:
            totals = sorted(total for total, _, _ in rounds[name])
            middle = statistics.median_low(totals)
            used = next(count for total, count, _ in rounds[name] if total == middle)
            gap = lambda total: 100 * (total - BEST[instance]) / BEST[instance]  # noqa: E731, B023
            wall = statistics.median(wall for _, _, wall in rounds[name])
            gaps[name] += [gap(total) for total in totals]
            slowest[name] = max(slowest[name], *(wall for _, _, wall in rounds[name]))
            cells += [f"{middle / 10:,.1f}", str(used), f"{gap(middle):.2f}", f"{gap(totals[-1]):.2f}", f"{wall:.1f}"]
        lines.append(f"| {instance} | {BEST[instance] / 10:,.1f} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    lines.append("")
    for name in contenders:
        within = sum(gap <= REACHES for gap in gaps[name])
        lines.append(
            f"{name}: {statistics.mean(gaps[name]):.2f} % on average, {max(gaps[name]):.2f} % at worst, {within} of {len(gaps[name])} within {REACHES} %; {slowest[name]:.1f} s at most."
        )
    lines += ["", f"Medians of {args.rounds} seeds; qudao {GENERATIONS:,} generations, PyVRP {SECONDS} s besides its start. " + versions([f"PyVRP {version('pyvrp')}"] if len(contenders) > 1 else [])]
    print("\n".join(lines))
    if not args.dry:
        record("routes", f"routes: tours of 100 calls, {args.rounds} rounds", lines)
