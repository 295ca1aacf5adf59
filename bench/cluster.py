"""Bench `cluster`: a month settled by the embedded run, and by a coordinator with one, two and three workers on this machine.

Every worker has one thread and so has the embedded run, so that what is compared is the way of working and not the number of cores; a second embedded run has as many
threads as there are cores. What a cluster adds is read off one worker: naming and sealing the inputs, the workers' own survey, sending files, counting the facts a
second time. What it saves is read off a worker's share: ranges, time spent settling, bytes it read and sent. Outputs must be the same bytes."""

import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time

from harness import CACHE, Contender, compete, median, record, versions

SECRET = "a secret of the bench"
MOST = 3


def digest(folder):
    """One hash over the names and bytes of a run's results."""
    whole = hashlib.sha256()
    for kind in ("lines", "obligations", "reasons", "statements"):
        for path in sorted((folder / kind).rglob("*")):
            if path.is_file():
                whole.update(f"{path.relative_to(folder)}\0".encode())
                whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def team(args):
    """Runs one cluster: `python cluster.py WORKERS OUT qudao settle …`; ends with the coordinator."""
    number, out, *command = args
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"QUDAO_CLUSTER_SECRET": SECRET}
    workers = [
        subprocess.Popen(
            [command[0], "-q", "worker", f"http://127.0.0.1:{port}", "--threads", "1", "--patience", "30", "--name", f"worker-{at}", "--work", out + "-work"],
            env=environment,
        )
        for at in range(int(number))
    ]
    try:
        # The program's flags of the coordinator come last, so that the command is that of the embedded run.
        done = subprocess.run([*command, "--cluster", f"127.0.0.1:{port}"], env=environment, check=False)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
        shutil.rmtree(out + "-work", ignore_errors=True)
    sys.exit(done.returncode)


def cluster(args, world, settle, period):
    """The bench; `world` makes the data, `settle` says the command of a month."""
    folder = world(args)
    out = CACHE / "bench" / "cluster"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    single = lambda name: [*map(str, settle(args, folder, period, out / name)), "--threads", "1"]  # noqa: E731
    clear = lambda name: lambda: shutil.rmtree(out / name, ignore_errors=True)  # noqa: E731
    contenders = [
        Contender("embedded", single("embedded"), "one thread", clear("embedded")),
        Contender("embedded, all cores", list(map(str, settle(args, folder, period, out / "cores"))), f"{os.cpu_count()} threads", clear("cores")),
    ]
    for number in range(1, MOST + 1):
        name = f"workers-{number}"
        contenders.append(Contender(f"{number} worker{'s' if number > 1 else ''}", [sys.executable, __file__, number, out / name, *single(name)], "one thread each", clear(name)))
    begin = time.monotonic()
    compete(contenders, args.rounds)
    base = median(contenders[0])
    wanted = digest(out / "embedded")
    lines = [
        "| | median s | from–to | to embedded | same bytes | a worker: ranges | s settling | MiB read | MiB sent to it | MiB from it | leases lost |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    places = ["embedded", "cores", *(f"workers-{number}" for number in range(1, MOST + 1))]
    for one, place in zip(contenders, places):
        mid = median(one)
        if mid is None:
            lines.append(f"| {one.name} | – | – | – | {one.failed.splitlines()[0][:120]} | | | | | | |")
            continue
        walls = [done.wall for done in one.rounds]
        same = "yes" if digest(out / place) == wanted else "NO"
        row = f"| {one.name} | {mid:.2f} | {min(walls):.2f}–{max(walls):.2f} | {mid / base:.2f} | {same} |"
        report = out / place / "cluster.json"
        if report.exists():
            shares = [share for share in json.loads(report.read_text())["workers"].values() if share["ranges"]]
            mean = lambda key, by=1: statistics.mean(share[key] for share in shares) / by  # noqa: E731
            row += f" {mean('ranges'):.1f} | {mean('busy_ms', 1000):.1f} | {mean('read', 2**20):,.0f} | {mean('sent', 2**20):,.0f} | {mean('received', 2**20):,.0f} | {sum(share['lost'] for share in shares)} |"
        else:
            row += " – | – | – | – | – | – |"
        lines.append(row)
    one = median(contenders[2])
    overhead = f"{one - base:.1f} s, {100 * (one - base) / base:.0f} %" if one and base else "not measured"
    lines += [
        "",
        f"Overhead of the way of working, one worker against one thread embedded: {overhead}. Per worker: means of the last round. Everything ran on one machine, so times with more workers than "
        "cores show no gain; ranges, time settling and bytes of a worker are what falls as workers are added. What does not fall is the survey each worker makes of subscriber states and of events that "
        "take others back. In each run the control totals of the facts (rows, fen, hash, for each range) were equal to those counted apart, or it would have ended with 70.",
        f"{time.monotonic() - begin:,.0f} s in all. " + versions(),
    ]
    if args.dry:
        print("\n" + "\n".join(lines))
    else:
        record(f"cluster-{args.events}", f"cluster: {args.events:,} events, {args.rounds} rounds", lines)


if __name__ == "__main__":
    team(sys.argv[1:])
