"""Tours by PyVRP from the file that `qudao tours` reads: for so many seconds, with its standard settings."""

import argparse
import json

import pyvrp
from pyvrp.stop import MaxRuntime

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("--seconds", type=float, required=True)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

with open(args.file, encoding="utf-8") as source:
    asked = json.load(source)
ways, stops = asked["ways"], asked["stops"]
model = pyvrp.Model()
# Ways are given; where places lie is not.
places = [model.add_location(0, 0) for _ in ways]
model.add_depot(places[0], tw_early=0, tw_late=asked["until"])
for place, stop in zip(places[1:], stops, strict=True):
    model.add_client(place, delivery=stop["load"], service_duration=stop["service"], tw_early=stop["from"], tw_late=stop["to"])
model.add_vehicle_type(asked["tours"], capacity=asked["room"], tw_early=0, tw_late=asked["until"])
for one, row in zip(places, ways, strict=True):
    for other, way in zip(places, row, strict=True):
        if one is not other:
            model.add_edge(one, other, distance=way, duration=way)
found = model.solve(MaxRuntime(args.seconds), seed=args.seed, display=False)
# A route says of each of its activities what it is: clients are what counts here.
tours = [[stops[activity.idx]["name"] for activity in route if activity.is_client()] for route in found.best.routes()]
print(json.dumps({"tours": tours, "left": [], "travel": found.best.distance()}))
