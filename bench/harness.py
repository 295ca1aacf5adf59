"""Measuring programs side by side, and writing down what was measured.

A timing is worth something only next to another one taken in the same minutes on the same machine: contenders take turns, round by
round, and what is reported is the median of the rounds and its ratio to the others.
"""

import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("QUDAO_CACHE", pathlib.Path.home() / ".cache/qudao"))
RIVALS = ROOT / "bench/rivals"
RESULTS = ROOT / "bench/RESULTS.md"


class Contender:
    """A program that does the work: name, command, and what a fair reader must know about it."""

    def __init__(self, name, command, note="", before=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.note = note
        # Called before every round, to clear what the round before left.
        self.before = before
        self.rounds = []
        self.failed = None


class Round:
    """One execution: wall seconds, CPU seconds, peak memory in MiB of the largest process, standard output."""

    def __init__(self, wall, cpu, peak, text):
        self.wall, self.cpu, self.peak, self.text = wall, cpu, peak, text


# Runs the command in a process of its own and reports what the kernel counted for it and its children. A fresh small parent is needed because the
# peak of a child counts its parent's memory at the moment of the fork.
PROBE = """
import json, os, resource, sys, time
start = time.monotonic()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(pid, 0)
wall = time.monotonic() - start
with open(sys.argv[1], "w") as out:
    json.dump([wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)], out)
"""


def execute(command):
    """Runs a command once. Raises with its output where it fails. A line `measured S peak M` of the command's own overrides what the kernel
    counted: for rivals that must load or start a server first, which is not what is compared."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        done = subprocess.run(
            [sys.executable, "-c", PROBE, report.name, *map(str, command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        text = done.stdout
        try:
            wall, cpu, peak, code = json.load(open(report.name))
        except ValueError:
            raise RuntimeError(f"{command[0]} could not be started:\n{text[-2000:]}") from None
    if code != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {code}:\n{text[-3000:]}")
    if own := re.search(r"^measured ([\d.]+) peak ([\d.]+)", text, re.M):
        wall, cpu, peak = float(own[1]), None, float(own[2])
    return Round(wall, cpu, peak, text)


def compete(contenders, rounds):
    """Lets every contender run `rounds` times, taking turns. One that fails is out, with its reason."""
    for number in range(rounds):
        for contender in contenders:
            if contender.failed:
                continue
            if contender.before:
                contender.before()
            try:
                done = execute(contender.command)
            except RuntimeError as error:
                contender.failed = str(error)
                print(f"  {contender.name}: FAILED\n{error}", flush=True)
                continue
            contender.rounds.append(done)
            cpu = "" if done.cpu is None else f"{done.cpu:8.2f} CPU s"
            print(f"  round {number + 1}  {contender.name:28} {done.wall:8.2f} s  {cpu:14}  {done.peak:8.0f} MiB", flush=True)


def median(contender):
    """Median wall seconds, or None."""
    return statistics.median(done.wall for done in contender.rounds) if contender.rounds else None


def table(contenders, first, unit=None):
    """Rows of a Markdown table: median, spread, ratio to the contender named `first`, CPU, peak memory."""
    base = next((median(one) for one in contenders if one.name == first), None)
    rows = ["| | median s | from–to | ratio | CPU s | peak MiB | |", "|---|---|---|---|---|---|---|"]
    for one in contenders:
        mid = median(one)
        if mid is None:
            rows.append(f"| {one.name} | – | – | – | – | – | {one.failed.splitlines()[0][:120] if one.failed else 'not run'} |")
            continue
        walls = [done.wall for done in one.rounds]
        spent = [done.cpu for done in one.rounds if done.cpu is not None]
        cpu = f"{statistics.median(spent):.1f}" if spent else "–"
        peak = max(done.peak for done in one.rounds)
        rate = f"{unit[0] / mid:,.0f} {unit[1]}/s" if unit else ""
        note = "; ".join(part for part in (rate, one.note) if part)
        ratio = f"{mid / base:.2f}" if base else "–"
        rows.append(f"| {one.name} | {mid:.2f} | {min(walls):.2f}–{max(walls):.2f} | {ratio} | {cpu} | {peak:,.0f} | {note} |")
    return rows


def machine():
    """The machine in one line."""
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read())[1]) / 2**20
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {cpu}, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}, load {load:.1f}"


def versions(extra=()):
    """Versions of everything that ran."""
    from importlib.metadata import version

    found = [f"Python {platform.python_version()}"] + [f"{name} {version(name)}" for name in ("duckdb", "polars", "pandas", "pyarrow")]
    return ", ".join([*found, *extra])


def record(name, title, lines):
    """Replaces the section of this bench in bench/RESULTS.md and prints it."""
    head = "# Measured\n\nWritten by `cargo xtask bench`. Times on shared machines mean little; ratios within one table are what counts.\n"
    text = RESULTS.read_text() if RESULTS.exists() else head
    body = "\n".join([f"<!-- {name} -->", f"## {title}", "", f"{datetime.date.today()} · {machine()}", "", *lines, f"<!-- /{name} -->"])
    pattern = re.compile(rf"<!-- {re.escape(name)} -->.*?<!-- /{re.escape(name)} -->", re.S)
    text = pattern.sub(lambda _: body, text) if pattern.search(text) else text.rstrip("\n") + "\n\n" + body + "\n"
    RESULTS.write_text(text)
    print("\n" + "\n".join(lines))
