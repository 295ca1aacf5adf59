"""Benches of the project beside their rivals: `cargo xtask bench <name> [options]`. bench/README.md says what each measures."""

import argparse
import shutil
import subprocess
import sys

from harness import CACHE, RIVALS, ROOT, Contender, compete, execute, median, record, table, versions

POLICIES = ROOT / "definitions/policies/bench"
PERIOD = "2026-07"
# Months before the period of which facts exist, so that gates, reversals and windows have something to look back at.
BEFORE = 6


def options():
    parser = argparse.ArgumentParser(prog="cargo xtask bench")
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--qudao", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--events", type=int, default=1_000_000, help="business events of the settled month")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rivals", default="all", help="comma-separated: floor,duckdb,polars,pandas,postgres,plpgsql; none for qudao alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", default="1500MB", help="qudao's memory limit")
    parser.add_argument("--dry", action="store_true", help="print, do not write bench/RESULTS.md")
    return parser.parse_args()


def world(args):
    """Facts, master data and earlier months' results of a province with so many events, made once and kept in the cache."""
    folder = CACHE / "bench" / f"province-{args.events}-{args.seed}"
    if (folder / "ready").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"generating {args.events:,} events a month in {folder}", flush=True)
    command = [args.qudao, "generate", "--scale", "province", "--events", args.events, "--seed", args.seed]
    done = execute([*command, "--period", PERIOD, "--before", BEFORE, "--as", "facts", "--out", folder])
    print(f"  {done.wall:.1f} s, {done.peak:.0f} MiB", flush=True)
    (folder / "ready").touch()
    return folder


def wanted(args, names):
    """Which rivals run."""
    if args.rivals == "none":
        return []
    return names if args.rivals == "all" else [name for name in names if name in args.rivals.split(",")]


BENCHES = {}


def bench(function):
    BENCHES[function.__name__] = function
    return function


if __name__ == "__main__":
    sys.path.insert(0, str(RIVALS))
    import settle_bench  # noqa: F401  (registers its benches)
