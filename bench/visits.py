"""Bench `visits`: what phones send of a day's visits, as they send it: the writes of a visit in one request, five photos of 60–100 KB each in parts, the
question whether all is there. Twenty-four phones at a time on the same two cores as the server.

The need is 20,000 visits with 100,000 photos in a working day of eight hours whose busiest hour has four times the average."""

import contextlib
import hashlib
import http.client
import io
import itertools
import json
import math
import random
import shutil
import sqlite3
import threading
import time

from harness import CACHE, record
from serving import HOST, Server, home, request, sign_in, told

PHONES = 24
SECONDS = 120
# Visits of one manager in the day.
A_DAY = 14
PHOTOS = 5
PART = 64 * 1024
MINUTE = 60_000_000
NEED = 20_000 / (8 * 3600) * 4
# Whose account the bench's managers are copies of.
LIKE = "channel"
CHECKED = 60


class Line:
    """The connection of one phone, kept as phones keep it."""

    def __init__(self, cookie):
        self.http = http.client.HTTPConnection(HOST, timeout=120)
        self.headers = {"X-Qudao": "1", "Cookie": cookie}

    def ask(self, method, path, body=None, kind="application/json"):
        """The answer and its milliseconds; what is refused ends the bench."""
        begin = time.perf_counter()
        self.http.request(method, f"/api/v1{path}", body, self.headers | {"Content-Type": kind})
        answer = self.http.getresponse()
        text = answer.read()
        spent = (time.perf_counter() - begin) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300].decode(errors='replace')}")
        return json.loads(text), spent


def pictures(count=40):
    """Photos as phones make them: soft shapes and some grain, 60–100 KB."""
    from PIL import Image, ImageFilter

    drawn, made = random.Random(5), []
    while len(made) < count:
        small = Image.frombytes("RGB", (48, 36), drawn.randbytes(48 * 36 * 3)).resize((1280, 960), Image.Resampling.BICUBIC)
        grain = Image.frombytes("L", (320, 240), drawn.randbytes(320 * 240)).resize((1280, 960), Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(1))
        blended = Image.blend(small, grain.convert("RGB"), drawn.uniform(0.1, 0.2))
        for quality in range(90, 20, -4):
            out = io.BytesIO()
            blended.save(out, "JPEG", quality=quality)
            if out.tell() <= 100_000:
                break
        # What is still small gets no smaller by being looked at: it is padded as cameras pad, with a comment.
        picture = out.getvalue()
        if len(picture) < 60_000:
            picture = commented(picture, drawn.randbytes(61_000 - len(picture)))
        made.append(picture)
    return made


def commented(picture, words):
    """The same picture with a comment (JPEG's COM), which makes it another file."""
    return picture[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + picture[2:]


def populate(folder, count):
    """Managers of the same grants as the demo's."""
    [file] = folder.glob("*.db")
    with contextlib.closing(sqlite3.connect(file)) as db:
        person = db.execute("select * from access_person where login = ?", (LIKE,))
        columns = [column for column, *_ in person.description]
        like = dict(zip(columns, person.fetchone(), strict=True))
        grants = db.execute("select role, over, effective_from, effective_to from access_grant where login = ?", (LIKE,)).fetchall()
        for number in range(count):
            login = f"m{number:05}"
            values = [{**like, "login": login, "name": f"经理{number:05}"}[column] for column in columns]
            db.execute(f"insert into access_person ({', '.join(columns)}) values ({', '.join('?' * len(columns))})", values)
            for at, grant in enumerate(grants):
                sql = "insert into access_grant (id, login, role, over, effective_from, effective_to) values (?, ?, ?, ?, ?, ?)"
                db.execute(sql, (f"visits-{number}-{at}", login, *grant))
        db.commit()
        db.execute("pragma wal_checkpoint(truncate)")


class Phones:
    """Everything that is sent, and what came back."""

    def __init__(self, setup, outlets, cookies, offset, limit):
        self.setup, self.outlets, self.cookies, self.offset = setup, outlets, cookies, offset
        self.limit, self.until = limit, math.inf
        self.numbers, self.next = itertools.count(1), itertools.count()
        self.pictures = pictures()
        self.spent = {"writes of a visit": [], "how far a photo is": [], "part of a photo": [], "whether all is there": []}
        self.done, self.held, self.photos, self.bytes, self.wrong = [], 0, 0, 0, []
        self.lock = threading.Lock()

    def now(self):
        """Microseconds by the demo's clock."""
        return time.time_ns() // 1000 + self.offset

    def ulid(self):
        return f"01K{next(self.numbers):023}"

    def run(self):
        try:
            while not self.wrong and time.monotonic() < self.until:
                number = next(self.next)
                if number >= self.limit:
                    return
                manager, turn = divmod(number, A_DAY)
                if manager >= len(self.cookies):
                    return
                self.visit(self.cookies[manager], manager, turn)
        except Exception as error:  # noqa: BLE001
            self.wrong.append(str(error))

    def visit(self, cookie, manager, turn):
        """A visit of twenty minutes, from the first write to the last receipt."""
        outlet = self.outlets[(manager * 7 + turn) % len(self.outlets)]
        entered = self.now() - (A_DAY - turn) * 34 * MINUTE - 60 * MINUTE
        photos = [commented(drawn, f"{manager} {turn} {at} {time.time_ns()}".encode()) for at, drawn in enumerate(random.choices(self.pictures, k=PHOTOS))]
        named = {hashlib.sha256(photo).hexdigest(): photo for photo in photos}
        visit, body = self.ulid(), self.body(outlet, entered, list(named))
        line, times = Line(cookie), []
        first, spent = line.ask("PUT", f"/field/visits/{visit}", json.dumps(body))
        times.append(("writes of a visit", spent))
        if any(write["taken"] != "kept" for write in first["writes"]) or len(first["missing"]) != PHOTOS:
            raise RuntimeError(f"not all of a visit was kept: {first}")
        for name, photo in named.items():
            path = f"/field/visits/{visit}/photos/{name}"
            known, spent = line.ask("GET", f"{path}/progress")
            times.append(("how far a photo is", spent))
            while not known["whole"]:
                have = known["have"]
                known, spent = line.ask("PUT", f"{path}?offset={have}&size={len(photo)}", photo[have : have + PART], "application/octet-stream")
                times.append(("part of a photo", spent))
        body["writes"], body["device_now_us"] = [], self.now()
        last, spent = line.ask("PUT", f"/field/visits/{visit}", json.dumps(body))
        times.append(("whether all is there", spent))
        line.http.close()
        if last["state"] != "reported" or last["missing"]:
            raise RuntimeError(f"a visit is not whole: {last}")
        with self.lock:
            self.done.append((visit, list(named)))
            self.held += last["counts"] != "yes"
            self.photos += len(named)
            self.bytes += sum(map(len, photos))
            for kind, spent in times:
                self.spent[kind].append(spent)

    def body(self, outlet, entered, names):
        """Header and writes: two checks, a checklist, steps, a report, and what is said of each photo."""
        writes = []

        def write(path, value):
            writes.append({"id": self.ulid(), "seq": len(writes) + 1, "path": path, "at_us": entered, "replaces": [], "value": value})

        position = {"lat_e6": outlet["lat_e6"], "lon_e6": outlet["lon_e6"], "accuracy_m": 15, "age_s": 4, "source": "gps"}
        door, signature, *others = names
        write("goal.g1", {"purpose": "display", "text": "店头换新", "achieved": True, "reason": "已换"})
        write("check_in", {"at_us": entered, "position": position, "door": door, "met": ["店长"]})
        for name in names:
            write(f"photo.{name}", {"taken_us": entered, "position": position, "live": True, "outlet": outlet["code"], "bytes": 80_000})
        given = {"present": {"yes_no": True}, "dress": {"yes_no": True}, "ours": {"yes_no": True}, "points": {"count": 3}, "demo": {"grade": 2}, "sold": {"count": 4}}
        for item, answer in given.items():
            write(f"answer.promoter.{item}", {"answer": answer, "evidence": "seen", "photos": others if item == "dress" else []})
        write("training.t1", {"topic": "新套餐", "person": "店员", "minutes": 10, "score": 80})
        write("ending", {"reason": "无需求"})
        write("check_out", {"at_us": entered + 20 * MINUTE, "position": position, "signature": signature})
        for step in self.setup["steps"]:
            write(f"step.{step['id']}", {"at_us": entered})
        write("report", entered + 21 * MINUTE)
        version = next(one["version"] for one in self.setup["templates"] if one["id"] == "promoter")
        header = {"outlet": outlet["code"], "purposes": ["display"], "began_us": entered, "templates": {"promoter": version}}
        return {"device": "phone-bench", "device_now_us": self.now(), "header": header, "writes": writes}


def size(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def percent(times, part):
    return sorted(times)[min(len(times) - 1, math.ceil(part * len(times)) - 1)]


def checked(phones):
    """Some visits as a supervisor sees them, and their photos byte for byte."""
    cookie = sign_in("supervisor")
    for visit, names in random.Random(1).sample(phones.done, min(CHECKED, len(phones.done))):
        state = told(f"/api/v1/field/visits/{visit}", cookie)["line"]["state"]
        if state != "reported":
            raise SystemExit(f"visit {visit} is {state}")
        for name in names:
            status, _, photo = request("GET", f"/api/v1/field/visits/{visit}/photos/{name}", cookie)
            if status != 200 or hashlib.sha256(photo).hexdigest() != name:
                raise SystemExit(f"photo {name} of {visit} is not what was sent: {status}")


def visits(args):
    """A day's visits, or two minutes of them, and whether all of it is there afterwards."""
    folder = home(args)
    wanted = args.visits or 20_000
    managers = math.ceil(wanted / A_DAY)
    populate(folder, managers)
    with Server(args, folder) as server:
        offset = int((folder / ".demo-clock").read_text())
        like = sign_in(LIKE)
        setup = told("/api/v1/field/setup", like)
        outlets = [one for one in told("/api/v1/field/outlets?limit=200", like)["rows"] if one["lat_e6"] is not None]
        # Without a bound on visits as many managers as two minutes may need.
        logins = managers if args.visits else min(managers, 400)
        print(f"signing {logins:,} managers in", flush=True)
        cookies = [sign_in(f"m{number:05}") for number in range(logins)]
        phones = Phones(setup, outlets, cookies, offset, wanted)
        server.rest()
        before, idle = size(folder), server.memory("VmRSS")
        begin = time.monotonic()
        phones.until = math.inf if args.visits else begin + SECONDS
        running = [threading.Thread(target=phones.run) for _ in range(PHONES)]
        for phone in running:
            phone.start()
        while any(phone.is_alive() for phone in running):
            time.sleep(5)
            print(f"  {time.monotonic() - begin:4.0f} s  {len(phones.done):,} visits, {phones.photos:,} photos", flush=True)
        for phone in running:
            phone.join()
        wall = time.monotonic() - begin
        if phones.wrong or not phones.done:
            raise SystemExit(f"{len(phones.done)} visits, then: {phones.wrong[:1]}")
        server.rest()
        grown, busy, most = size(folder) - before, server.memory("VmRSS"), server.memory("VmHWM")
        checked(phones)
    count = len(phones.done)
    rate, pictures_rate = count / wall, phones.photos / wall
    lines = [
        f"Demo of the scale {args.scale}, SQLite, {PHONES} phones at a time on the same two cores, {logins:,} managers of {A_DAY} visits a day; {wall:.0f} s.",
        "",
        "| | visits | photos | MiB of photos | visits/s | photos/s | of the busiest hour's need |",
        "|---|---|---|---|---|---|---|",
        f"| accepted | {count:,} | {phones.photos:,} | {phones.bytes / 2**20:,.0f} | {rate:.1f} | {pictures_rate:.1f} | {rate / NEED:.1f} × |",
        f"| needed | 20,000 a day | 100,000 a day | | {NEED:.1f} | {NEED * PHOTOS:.1f} | |",
        "",
        "| acknowledged | requests | 50 % ms | 99 % ms | most ms |",
        "|---|---|---|---|---|",
    ]
    for kind, times in phones.spent.items():
        lines.append(f"| {kind} | {len(times):,} | {percent(times, 0.5):.1f} | {percent(times, 0.99):.1f} | {max(times):.1f} |")
    lines += [
        "",
        f"Server's memory {idle:,.0f} MiB before, {busy:,.0f} MiB after, {most:,.0f} MiB at most; disk {grown / 2**20:,.0f} MiB more, {grown / count / 1024:,.0f} KiB a visit. "
        f"{phones.held:,} visits wait for a supervisor. {min(CHECKED, count)} visits were read again with all their photos, byte for byte.",
    ]
    print("\n".join(lines))
    if not args.dry:
        record("visits", f"visits: {count:,} with {phones.photos:,} photos", lines)
    shutil.rmtree(CACHE / "bench" / "serving", ignore_errors=True)
