"""Benches of the server: `serve` (answers under load), `start` (from nothing to the first page) and `draft` (a changed policy over a year). Load comes
from wrk, on this machine."""

import http.client
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.parse

from harness import CACHE, ROOT, record

PASSWORD = "qudao-demo-2026"
PORT = 8691
HOST = f"127.0.0.1:{PORT}"
CLIENTS = 64
SECONDS = 5


class Server:
    """A demo server of the release binary; stopped at the end of the block."""

    def __init__(self, args, home):
        self.command = [str(args.qudao), "--quiet", "serve", "--demo", "--scale", args.scale, "--home", str(home), "--listen", HOST]

    def __enter__(self):
        self.began = time.monotonic()
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        while True:
            line = self.process.stdout.readline()
            if line.startswith("http://"):
                return self
            if not line:
                raise SystemExit("the server ended before it listened")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def rest(self):
        """Waits until the server works on nothing any more: what clients no longer wait for is finished all the same."""
        worked = lambda: sum(map(int, pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))  # noqa: E731
        before = worked()
        while True:
            time.sleep(0.5)
            now = worked()
            if now - before < 5:
                return
            before = now

    def memory(self, what):
        """VmRSS or VmHWM in MiB."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+)", text)[1]) / 1024


def request(method, path, cookie=None, body=None, more=None):
    """Status, headers and body of one request."""
    link = http.client.HTTPConnection(HOST, timeout=60)
    headers = {"X-Qudao": "1", "Content-Type": "application/json"} | ({"Cookie": cookie} if cookie else {}) | (more or {})
    link.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = link.getresponse()
    text = answer.read()
    return answer.status, answer.headers, text


def sign_in(login):
    status, headers, _ = request("POST", "/api/v1/session", body={"login": login, "password": PASSWORD})
    if status != 200:
        raise SystemExit(f"{login} cannot sign in: {status}")
    return headers["Set-Cookie"].split(";")[0]


def told(path, cookie):
    status, _, text = request("GET", path, cookie)
    if status != 200:
        raise SystemExit(f"{path}: {status} {text[:200]}")
    return json.loads(text)


def pages(cookie):
    """What is asked of the server: addresses by the name of the work."""
    month = told("/api/v1/periods", cookie)["items"]
    period = max(one["month"] for one in month if one["state"] in ("published", "closed"))
    statements = told(f"/api/v1/statements?period={period}&limit=200", cookie)["items"]
    busy = [one["partner"] for one in statements if one["lines"] > 0]
    lines = []
    for partner in busy[:60]:
        lines += [(partner, line) for line in told(f"/api/v1/statements/{period}/{partner}/lines?limit=20", cookie)["items"]]
    named = ("policy", "component", "basis", "payee", "kind", "part")
    proof = lambda partner, line: urllib.parse.urlencode({"period": period, "partner": partner} | {name: line[name] for name in named})  # noqa: E731
    return {
        "partner statement": [f"/api/v1/statements/{period}/{partner}" for partner in busy],
        "statement's lines": [f"/api/v1/statements/{period}/{partner}/lines?limit=50" for partner in busy],
        "line proof": [f"/api/v1/proofs?{proof(partner, line)}" for partner, line in lines],
        "outlet list": [f"/api/v1/outlets?limit=50&sort={sort}" for sort in ("code", "-code", "name")],
        "approval inbox": ["/api/v1/applications?limit=50", "/api/v1/applications/counts"],
        "disputes to answer": ["/api/v1/disputes?limit=50"],
        "home page": ["/api/v1/home"],
    }


def load(paths, cookie, pause_ms=0, seconds=SECONDS):
    """Requests a second, milliseconds at the median and at 99 %, errors."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        listed = ",".join(json.dumps(path) for path in paths)
        script.write(
            f"local paths={{{listed}}}\nlocal n=0\nfunction init(args) math.randomseed(7) end\n"
            "function request() n=n+1 return wrk.format('GET', paths[math.random(#paths)]) end\n"
            + (f"function delay() return math.random(0,{2 * pause_ms}) end\n" if pause_ms else "")
        )
        script.flush()
        command = ["wrk", "-t2", f"-c{CLIENTS}", f"-d{seconds}s", "--latency", "-s", script.name, "-H", f"Cookie: {cookie}", f"http://{HOST}"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    unit = {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}
    at = {percent: float(number) * unit[name] for percent, number, name in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s|m)", text)}
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), at["50"], at["99"], int(wrong[1]) if wrong else 0


def home(args):
    """A demo made once, copied for each start, so that every run sees the same."""
    made = CACHE / "bench" / f"serve-{args.scale}"
    if not (made / ".demo-clock").exists():
        shutil.rmtree(made, ignore_errors=True)
        made.parent.mkdir(parents=True, exist_ok=True)
        with Server(args, made):
            pass
    work = CACHE / "bench" / "serving"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(made, work)
    return work


def serve(args):
    """64 clients: saturation, then half of it."""
    lines = [
        f"Demo of the scale {args.scale}, {CLIENTS} clients of wrk on the same two cores, {SECONDS} s a measurement, medians of {args.rounds}.",
        "",
        "| work | requests/s at saturation | 50 % ms | 99 % ms | requests/s at half | 50 % ms | 99 % ms | errors |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with Server(args, home(args)) as server:
        cookie = sign_in("settlement")
        asked = pages(cookie)
        asked["all of them in turn"] = [path for paths in asked.values() for path in paths[:50]]
        for name, paths in asked.items():
            first, *_ = load(paths, cookie, seconds=2)
            server.rest()
            # Where few answers come a second, longer, so that each client gets some.
            seconds = min(20, max(SECONDS, round(4 * CLIENTS / max(first, 1))))
            full = []
            for _ in range(args.rounds):
                full.append(load(paths, cookie, seconds=seconds))
                server.rest()
            rate, mid, most, _ = (statistics.median(column) for column in zip(*full))
            pause = max(1, round(CLIENTS / (max(rate, 1) / 2) * 1000 - mid / 2))
            half = []
            for _ in range(args.rounds):
                half.append(load(paths, cookie, pause, seconds))
                server.rest()
            half_rate, half_mid, half_most, _ = (statistics.median(column) for column in zip(*half))
            wrong = sum(one[3] for one in full + half)
            lines.append(f"| {name} | {rate:,.0f} | {mid:.1f} | {most:.1f} | {half_rate:,.0f} | {half_mid:.1f} | {half_most:.1f} | {wrong} |")
            print(lines[-1], flush=True)
        lines += ["", f"Memory after it all: {server.memory('VmRSS'):,.0f} MiB, at most {server.memory('VmHWM'):,.0f} MiB."]
    finish(args, "serve: 64 clients", lines)


def start(args):
    """From the start of the program to the first answered page, on a folder that is there; memory while nobody asks."""
    folder = home(args)
    firsts, readies = [], []
    for _ in range(args.rounds):
        with Server(args, folder) as server:
            while request("GET", "/health/ready")[0] != 204:
                time.sleep(0.002)
            readies.append(time.monotonic() - server.began)
            status, _, _ = request("GET", "/")
            firsts.append(time.monotonic() - server.began)
            time.sleep(3)
            idle = server.memory("VmRSS")
    size = os.path.getsize(args.qudao) / 2**20
    lines = [
        f"Folder of a demo of the scale {args.scale}, medians of {args.rounds}.",
        "",
        "| ready s | first page s | idle MiB | binary MiB |",
        "|---|---|---|---|",
        f"| {statistics.median(readies):.2f} | {statistics.median(firsts):.2f} ({status}) | {idle:,.0f} | {size:,.0f} |",
    ]
    finish(args, "start", lines)


def draft(args):
    """A changed policy simulated over twelve months of the demo, asked for as the studio does: from the request to the report."""
    times = []
    with Server(args, home(args)) as server:
        cookie = sign_in("settlement")
        body = {"policy": "demo-social", "version": 1}
        status, _, text = request("POST", "/api/v1/drafts", cookie, body)
        if status != 200:
            raise SystemExit(f"no draft: {status} {text[:300]}")
        opened = json.loads(text)
        address, version = f"/api/v1/drafts/{opened['head']['id']}", opened["head"]["version"]
        for round in range(args.rounds):
            # Another rate each time, so that no report of before will do; the example that names the amount follows.
            rate = 61 + round
            changed = opened["text"]
            for old, new in (("金额 60.00元", f"金额 {rate}.00元"), ("wireless = 60.00元", f"wireless = {rate}.00元")):
                changed = changed.replace(old, new)
            status, _, text = request("PUT", address, cookie, {"text": changed}, {"If-Match": f'"{version}"'})
            if status >= 300:
                raise SystemExit(f"not saved: {status} {text[:300]}")
            version = told(address, cookie)["head"]["version"]
            begin = time.monotonic()
            status, _, text = request("POST", f"{address}/simulations", cookie, {"first": "2025-08", "last": "2026-07"})
            if status != 202:
                raise SystemExit(f"not simulated: {status} {text[:300]}")
            job = json.loads(text)
            while job["state"] in ("waiting", "running"):
                time.sleep(0.02)
                job = told(f"/api/v1/jobs/{job['id']}", cookie)
            if job["state"] != "done":
                raise SystemExit(f"the simulation ended {job['state']}: {job['detail']}")
            times.append(time.monotonic() - begin)
            print(f"  {times[-1]:.2f} s", flush=True)
        most = server.memory("VmHWM")
    lines = [
        f"Demo of the scale {args.scale}, {args.rounds} rounds, each with another rate; request, both versions settled over twelve months, report written.",
        "",
        "| median s | from–to | peak MiB |",
        "|---|---|---|",
        f"| {statistics.median(times):.2f} | {min(times):.2f}–{max(times):.2f} | {most:,.0f} |",
    ]
    finish(args, "draft", lines)


def finish(args, title, lines):
    print("\n".join(lines))
    if not args.dry:
        record(title.split(":")[0], title, lines)
