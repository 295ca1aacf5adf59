"""What a month end of a whole country takes, simulated from what was measured.

    python3 bench/country.py                        1,000,000,000 events a month in 31 provinces
    python3 bench/country.py --events 2000000000 --trials 500

Nothing here is measured anew: times and memory of a settlement are read from RESULTS.md, brought to other sizes by the
exponents between the measured ones, and drawn anew in each trial within the measured spread. What is assumed stands in
ASSUMED and is printed with the result. Every machine is like the measured one: two cores, one settlement at a time.
"""

import argparse
import math
import random
import re
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"

# Inhabitants of the census of 2020, in 100,000.
PROVINCES = {
    "Guangdong": 1260, "Shandong": 1015, "Henan": 994, "Jiangsu": 847, "Sichuan": 837, "Hebei": 746, "Hunan": 664, "Zhejiang": 646,
    "Anhui": 610, "Hubei": 578, "Guangxi": 501, "Yunnan": 472, "Jiangxi": 452, "Liaoning": 426, "Fujian": 415, "Shaanxi": 395,
    "Guizhou": 386, "Shanxi": 349, "Chongqing": 321, "Heilongjiang": 319, "Xinjiang": 259, "Gansu": 250, "Shanghai": 249, "Jilin": 241,
    "Inner Mongolia": 240, "Beijing": 219, "Tianjin": 139, "Hainan": 101, "Ningxia": 72, "Qinghai": 59, "Tibet": 36,
}

ASSUMED = [
    "events of a province in proportion to its inhabitants (census of 2020)",
    "beyond 50 M events time grows as events do (power 1), although 0.75 was measured between 10 M and 50 M; memory by the measured power",
    "a run takes its computed time, from 7 % less to 17 % more, as runs of 10 M did around their median (35.4 to 40.6 s) and with ten points for busy machines",
    "one run in fifty is killed at some moment and begun again from nothing; ranges that were kept are not counted",
    "the month's files are imported beforehand, at the measured rate, one file after the other on each machine",
    "facts lie on storage that gives each machine what its own disk gave in the measurement",
]


def measured():
    """Events, seconds and MiB of the settlements of RESULTS.md, and rows a second of the larger import."""
    text = RESULTS.read_text(encoding="utf-8")
    points = []
    for events in (1_000_000, 10_000_000, 50_000_000):
        part = re.search(rf"<!-- settle-{events} -->(.*?)<!-- /settle-{events} -->", text, re.S).group(1)
        cells = [cell.strip() for cell in re.search(r"^\| qudao \|(.*)$", part, re.M).group(1).split("|")]
        points.append((events, float(cells[0]), float(cells[4].replace(",", ""))))
    rates = re.findall(r"^\| qudao \|.*?\| ([\d,]+) rows/s", text, re.M)
    return points, max(int(rate.replace(",", "")) for rate in rates)


def at(points, events, column, beyond):
    """A measured column at another number of events: by the power between the neighbouring sizes, and `beyond` after the last."""
    for (e0, *low), (e1, *high) in zip(points, points[1:]):
        power = math.log(high[column] / low[column]) / math.log(e1 / e0)
        if events <= e1:
            return low[column] * (events / e0) ** power
    return high[column] * (events / e1) ** (power if beyond is None else beyond)


def trial(draw, seconds, machines):
    """One month end: when the last province is settled. The longest go first, each to the machine that is free first."""
    free = [0.0] * machines
    for planned in seconds:
        time = planned * draw.uniform(0.93, 1.17)
        if draw.random() < 0.02:
            time += time * draw.random()
        first = min(range(machines), key=free.__getitem__)
        free[first] += time
    return max(free)


def clock(seconds):
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min" if seconds < 36_000 else f"{seconds / 3600:.1f} h"


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--events", type=int, default=1_000_000_000)
    asked.add_argument("--trials", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=1)
    args = asked.parse_args()
    points, rows = measured()
    inhabitants = sum(PROVINCES.values())
    sizes = sorted((args.events * people / inhabitants for people in PROVINCES.values()), reverse=True)
    seconds = [at(points, events, 0, 1.0) for events in sizes]
    draw = random.Random(args.seed)
    print(f"{args.events:,} events a month, {len(sizes)} provinces from {sizes[-1] / 1e6:.1f} M to {sizes[0] / 1e6:.1f} M events")
    print(f"largest province: {clock(seconds[0])}, {at(points, sizes[0], 1, None):,.0f} MiB; all one after the other: {clock(sum(seconds))}\n")
    print("| machines | settled, median | 99 of 100 | largest memory | import before |\n|---|---|---|---|---|")
    for machines in (1, 2, 4, 8, 16, 31):
        ends = sorted(trial(draw, seconds, machines) for _ in range(args.trials))
        memory = at(points, sizes[0], 1, None)
        loads = [0.0] * machines
        for events in sizes:
            loads[min(range(machines), key=loads.__getitem__)] += events / rows
        median, worst = ends[len(ends) // 2], ends[min(len(ends) - 1, len(ends) * 99 // 100)]
        print(f"| {machines} | {clock(median)} | {clock(worst)} | {memory:,.0f} MiB | {clock(max(loads))} |")
    print("\nAssumed:")
    for line in ASSUMED:
        print(f"- {line}")


if __name__ == "__main__":
    main()
