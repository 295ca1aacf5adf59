"""Bench `network`: 30,000 outlets, 20,000 partners, 100,000 people on SQLite: every list page, the search box, 5,000 outlets out of one checked
file, and orders a second with audit and outbox, on SQLite and on a private PostgreSQL that waits for its disk.

The house is a demo of the scale `wide`, made once and copied for each run. What people there are beside the demo's own is written into the copy's
database by SQL, since making 100,000 passwords takes hours and measures nothing."""

import http.client
import json
import re
import shutil
import sqlite3
import statistics
import threading
import time
import urllib.parse

from harness import CACHE, ROOT, record
from serving import HOST, PASSWORD, Server, request, sign_in

PEOPLE = 100_000
FRESH = 5_000
ASKED = 30
CLIENTS = 8
TAKERS = 48
SECONDS = 20
# A list is asked for by the first of these who may see it; all of them see the whole network.
LOGINS = ("leader", "settlement", "admin", "system", "service", "marketing", "auditor", "supply", "supervisor", "channel", "ad")
# What a list cannot be asked without.
NEEDED = {
    "/candidates": "who=partner",
    "/main-push/outlets": "from=2026-08-01&to=2026-08-31",
    "/payment-candidates": "month=2026-07",
    "/statements": "period=2026-07",
    "/outlet-grades": "month=2026-07",
}
SORTS = {"/partners": "-outlets", "/outlets": "name", "/clerks": "-name", "/people": "name", "/orders": "-amount"}
# Pages that are no lists.
WHOLE = ("/home", "/network/map", "/network/areas", "/network/territories", "/network/universe", "/orders/counts", "/applications/counts", "/receivables/summary", "/agreements/counts")
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Link:
    """One kept connection of somebody."""

    def __init__(self, cookie):
        self.http = http.client.HTTPConnection(HOST, timeout=120)
        self.headers = {"X-Qudao": "1", "Content-Type": "application/json", "Cookie": cookie}

    def ask(self, method, path, body=None, more=None):
        """Status, milliseconds, body."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body)
        begin = time.perf_counter()
        self.http.request(method, f"/api/v1{path}", data, self.headers | (more or {}))
        answer = self.http.getresponse()
        text = answer.read()
        return answer.status, (time.perf_counter() - begin) * 1000, text

    def need(self, method, path, body=None, more=None, key=None, version=None):
        """The answer as JSON; anything refused ends the bench."""
        more = dict(more or {})
        if key:
            more["Idempotency-Key"] = key
        if version is not None:
            more["If-Match"] = f'"{version}"'
        status, _, text = self.ask(method, path, body, more)
        if status >= 300:
            raise SystemExit(f"{method} {path}: {status} {text[:400].decode(errors='replace')}")
        return json.loads(text) if text else None


def percent(times, part):
    return sorted(times)[min(len(times) - 1, max(0, round(part * len(times)) - 1))]


def house(args, scale, name):
    """A copy of a demo that was made once."""
    args.scale = scale
    made = CACHE / "bench" / f"network-{scale}"
    if not (made / "ready").exists():
        shutil.rmtree(made, ignore_errors=True)
        made.parent.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        print(f"making a demo of the scale {scale} in {made}", flush=True)
        with Server(args, made):
            pass
        print(f"  {time.monotonic() - begin:.0f} s", flush=True)
        if scale == "wide":
            begin = time.monotonic()
            populate(made)
            print(f"  {PEOPLE:,} people in {time.monotonic() - begin:.0f} s", flush=True)
        (made / "ready").touch()
    work = CACHE / "bench" / f"network-{name}"
    shutil.rmtree(work, ignore_errors=True)
    # Raw files were imported and are not served.
    shutil.copytree(made, work, ignore=shutil.ignore_patterns("raw"))
    return work


def populate(home):
    """People with a role each: most of them clerks, some over an outlet, a partner, a county."""
    # The file the server opens in its folder.
    files = list(home.glob("*.db"))
    if len(files) != 1:
        raise SystemExit(f"there should be one database in {home}, found {files}")
    db = sqlite3.connect(files[0])
    hashed = db.execute("select password from access_person where login = 'clerk'").fetchone()[0]
    columns = [row[1] for row in db.execute("pragma table_info(access_person)")]
    like = dict(zip(columns, db.execute("select * from access_person where login = 'clerk'").fetchone(), strict=True))
    codes = lambda file, column: [line.split(",")[column] for line in (home / "master" / file).read_text(encoding="utf-8-sig").splitlines()[1:]]  # noqa: E731
    outlets, clerks, partners = (sorted(set(codes(file, 0))) for file in ("outlets.csv", "clerks.csv", "partners.csv"))
    counties = sorted({code[1:7] for code in outlets})
    surnames, given = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏", "建国伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂"
    have = db.execute("select count(*) from access_person").fetchone()[0]
    people, grants = [], []
    for number in range(PEOPLE - have):
        kind = number % 100
        role, over = ("clerk", clerks[number % len(clerks)])
        if kind < 25:
            role, over = "store_manager", outlets[number % len(outlets)]
        elif kind < 40:
            role, over = "partner_owner", partners[number % len(partners)]
        elif kind < 42:
            role, over = "channel_manager", counties[number % len(counties)]
        name = surnames[number % len(surnames)] + given[number // 30 % len(given)] + given[number // 700 % len(given)]
        login = f"p{number:06}"
        people.append([{**like, "login": login, "name": name, "password": hashed, "must_change": 0}[column] for column in columns])
        grants.append((f"bench-{number}", login, role, over, "2026-01-01", None))
    db.executemany(f"insert into access_person ({', '.join(columns)}) values ({', '.join('?' * len(columns))})", people)
    db.executemany("insert into access_grant (id, login, role, over, effective_from, effective_to) values (?, ?, ?, ?, ?, ?)", grants)
    db.commit()
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()


def lists():
    """Addresses of all lists there are, with the names of what they can be asked for."""
    document = json.loads((ROOT / "web/openapi.json").read_text())
    for path, verbs in sorted(document["paths"].items()):
        names = {one["name"] for one in verbs.get("get", {}).get("parameters", [])}
        if {"limit", "after"} <= names and "{" not in path:
            yield path.removeprefix("/api/v1"), names


def variants(path, names, last, county):
    """What is asked of a list: the first page, some filtered and a sorted one, and one far behind."""
    base = NEEDED.get(path, "")
    with_ = lambda more: f"{path}?" + "&".join(part for part in (base, "limit=50", more) if part)  # noqa: E731
    yield "first", with_("")
    if "q" in names:
        yield "with a word", with_("q=" + urllib.parse.quote("王" if path == "/people" else "通讯"))
    if path in ("/partners", "/outlets", "/clerks", "/people"):
        yield "with initials", with_("q=tx")
    if path in ("/partners", "/outlets", "/clerks"):
        yield "of a county", with_(f"territory={county}")
    if path == "/people":
        yield "of a role", with_("role=channel_manager")
    if path in SORTS and "sort" in names:
        yield "sorted", with_(f"sort={SORTS[path]}")
    if last:
        yield "far behind", with_("after=" + urllib.parse.quote(last))


def far(link, path):
    """Where the last page begins that is reached in 40 steps of 500; nothing for a list of one page."""
    last, base = None, NEEDED.get(path, "")
    for _ in range(40):
        more = f"&after={urllib.parse.quote(last)}" if last else ""
        status, _, text = link.ask("GET", f"{path}?{base}&limit=500{more}")
        following = json.loads(text).get("next") if status == 200 and text.startswith(b"{") else None
        if not following:
            return last
        last = following
    return last


def timed(link, path):
    """Median, 95 % and most milliseconds, after one that is not counted; the status where it is refused."""
    status, _, _ = link.ask("GET", path)
    times = []
    while status == 200 and len(times) < ASKED:
        status, took, _ = link.ask("GET", path)
        times.append(took)
    if status != 200:
        return status
    return statistics.median(times), percent(times, 0.95), max(times)


def pages(links):
    """Rows of the table of lists, and how many were at or above 100 ms."""
    rows, slow = [], 0
    county = links["leader"].need("GET", "/outlets?limit=1")["items"][0]["territory"][:6]
    asked = [(path, names) for path, names in lists() if path != "/search"] + [(path, set()) for path in WHOLE]
    for path, names in asked:
        first = f"{path}?{NEEDED.get(path, '')}" + ("&limit=50" if names else "")
        found = ((login, *links[login].ask("GET", first)) for login in LOGINS)
        login, total = next(((login, text) for login, status, _, text in found if status == 200), (None, b""))
        if login is None:
            rows.append(f"| {path} | nobody of {len(LOGINS)} may | – | – | – | – |")
            continue
        body = json.loads(total)
        count = f"{body['total']:,}" if isinstance(body, dict) and isinstance(body.get("total"), int) else "–"
        kinds = variants(path, names, far(links[login], path), county) if names else [("whole", path)]
        for kind, address in kinds:
            measured = timed(links[login], address)
            if isinstance(measured, int):
                rows.append(f"| {path} | {kind}: refused with {measured} | {count} | – | – | – |")
                continue
            mid, most, worst = measured
            slow += most >= 100
            rows.append(f"| {path} | {kind} | {count} | {mid:.1f} | {most:.1f} | {worst:.1f} |")
            print(rows[-1], flush=True)
    return rows, slow


def searches(links):
    """The search box, by what people type."""
    link = links["leader"]
    sample = lambda path: link.need("GET", f"{path}?limit=500&after=10000")["items"]  # noqa: E731
    outlets, partners, clerks = sample("/outlets"), sample("/partners"), sample("/clerks")
    step = lambda rows: rows[:: max(1, len(rows) // ASKED)][:ASKED]  # noqa: E731
    words = {
        "name of an outlet": [row["name"] for row in step(outlets)],
        "part of a name": [row["name"][:2] for row in step(partners)],
        "code of an outlet": [row["code"] for row in step(outlets)],
        "code of a clerk": [row["code"] for row in step(clerks)],
        "pinyin initials": ["txd", "sjd", "yyt", "zyd", "dlw", "tx", "hs", "xc", "cg", "jy"] * 3,
        "phone": [phone(number) for number in range(ASKED)],
        "nothing there": [f"无此{number}" for number in range(ASKED)],
    }
    rows = []
    for name, typed in words.items():
        times, hits = [], 0
        for text in typed:
            status, took, body = link.ask("GET", f"/search?q={urllib.parse.quote(text)}")
            if status != 200:
                raise SystemExit(f"search {text}: {status}")
            times.append(took)
            hits += bool(json.loads(body)["items"])
        rows.append(f"| {name} | {hits} of {len(typed)} | {statistics.median(times):.1f} | {percent(times, 0.95):.1f} | {max(times):.1f} |")
        print(rows[-1], flush=True)
    return rows


def onboarding(links):
    """5,000 outlets with a clerk and a contact each: looked at, applied for, agreed to by everybody asked, and there. Seconds of the parts."""
    link = links["supervisor"]
    day = link.need("GET", "/me")["today"]
    partners = [row for row in link.need("GET", "/partners?state=active&blacklisted=false&limit=200")["items"] if row["life"] == "active"]
    lines = ["类型,编码,名称,所属,区划代码,地址,电话,职务,决策权"]
    for number in range(FRESH):
        owner = partners[number % len(partners)]
        lines.append(f"网点,NB{number},云岫{number}店,{owner['code']},{owner['territory']},城关镇{number}号,138{number:08},,")
        lines.append(f"店员,NB{number}-1,店员{number},NB{number},,,,,")
        lines.append(f"联系人,,店主{number},NB{number},,,,店主,决策")
    file = "\n".join(lines).encode()
    begin = time.monotonic()
    kind = {"Content-Type": "application/octet-stream"}
    checked = link.need("POST", f"/onboarding?from={day}", file, kind)
    looked = time.monotonic() - begin
    if checked["rejected"]:
        raise SystemExit(f"rejected: {checked['problems'][:3]}")
    form = {"batch": checked["batch"], "outlets": FRESH, "clerks": FRESH, "contacts": FRESH, "from_day": day, "reason": "新开县域"}
    begin = time.monotonic()
    it = link.need("POST", "/applications", {"flow": "bulk_onboarding", "form": form}, key="bench-onboarding")
    it = link.need("POST", f"/applications/{it['id']}/submit", {}, key="bench-onboarding-sent", version=it["version"])
    hands = 0
    while it["state"] == "in_review":
        holder = links["admin"].need("GET", f"/applications/{it['id']}")["head"]["holders"][0]["login"]
        whole = links[holder].need("GET", f"/applications/{it['id']}")
        body = {"signature": PICTURE} if whole["needs_signature"] else {}
        it = links[holder].need("POST", f"/applications/{it['id']}/agree", body, key=f"bench-agree-{hands}", version=it["version"])
        hands += 1
    brought = time.monotonic() - begin
    whole = links["admin"].need("GET", f"/applications/{it['id']}")
    if not (whole["effect"] and whole["effect"]["done"]):
        raise SystemExit(f"not brought in: {whole['effect']}")
    begin = time.monotonic()
    link.need("GET", f"/outlets?q=NB{FRESH - 1}&limit=1")
    shown = time.monotonic() - begin
    return looked, brought, shown, hands


def phone(number):
    return f"19{number:09}"


def takers(links):
    """People with work IDs that may take orders, each at an outlet of its own, signed in."""
    admin, system = links["admin"], links["system"]
    day = admin.need("GET", "/me")["today"]
    clerks, seen, partners, outlets = [], set(), set(), set()
    for after in range(0, 60_000, 500):
        page = links["leader"].need("GET", f"/clerks?state=active&limit=500&after={after}")
        for row in page["items"]:
            if row["outlet"] not in seen and row["partner"]:
                seen.add(row["outlet"])
                clerks.append(row)
        if len(clerks) >= 40 * TAKERS or not page["next"]:
            break
    # Those that have a level already are the demo's own.
    lasting, step = [], max(1, len(clerks) // (3 * TAKERS))
    for number, row in enumerate(clerks[::step]):
        if len(lasting) == TAKERS:
            break
        given = True
        for holder, code, done in (("partner", row["partner"], partners), ("outlet", row["outlet"], outlets), ("clerk", row["code"], set())):
            if code in done:
                continue
            sent = {"level": "L2", "certificate": "", "from": day, "reason": "压测"}
            status, _, _ = system.ask("POST", f"/acceptance/holders/{holder}/{code}/level", sent, {"If-Match": '"0"'})
            # A cooperative holds another kind of level; it is left out, with its outlets.
            given = given and status == 200
            if status == 200:
                done.add(code)
        if not given:
            continue
        login, first = f"taker{number:03}", "qudao-first-2026"
        grant = {"role": "clerk", "over": row["code"], "from": "2026-01-01", "reason": "压测"}
        admin.need("POST", "/people", {"login": login, "name": f"压测{number:03}", "first_password": first, "grant": grant})
        admin.need("POST", f"/people/{login}/work-ids", {"clerk": row["code"], "phone": phone(number), "reason": "压测"})
        status, headers, text = request("POST", "/api/v1/session", body={"login": login, "password": first})
        if status != 200:
            raise SystemExit(f"{login}: {status} {text[:200]}")
        cookie = headers["Set-Cookie"].split(";")[0]
        status, _, text = request("POST", "/api/v1/me/password", cookie, {"old": first, "new": PASSWORD})
        if status != 204:
            raise SystemExit(f"{login}: {status} {text[:200]}")
        cookie = sign_in(login)
        seller = Link(cookie).need("GET", "/orders/seller")
        # Some partners have no agreement in force.
        if seller["problem"] is None and "recharge" in seller["business"]:
            lasting.append(cookie)
    if not lasting:
        raise SystemExit("nobody may take orders")
    return lasting


def take(cookies, until, done, wrong):
    """One client: takes orders with these work IDs by turns until the time is over."""
    links = [Link(cookie) for cookie in cookies]
    wanted = {"business": "recharge", "subscriber": "19900001234", "amount": 1_000}
    offers = [link.need("POST", "/orders/quote", wanted)["offer"]["sha256"] for link in links]
    number = 0
    while time.monotonic() < until:
        link, sha256 = links[number % len(links)], offers[number % len(links)]
        key = f"{threading.get_ident()}-{number}"
        number += 1
        status, one, text = link.ask("POST", "/orders", wanted, {"Idempotency-Key": f"start-{key}"})
        if status != 201:
            wrong.append(text[:200])
            continue
        begun = json.loads(text)
        sent = {"sha256": sha256, "consent": False}
        status, two, text = link.ask("POST", f"/orders/{begun['id']}/submit", sent, {"Idempotency-Key": f"send-{key}", "If-Match": f'"{begun["version"]}"'})
        if status == 200 and json.loads(text)["state"] == "effective":
            done.append((time.monotonic(), one + two))
        else:
            wrong.append(text[:200])


def orders(links):
    """Orders a second over the time, milliseconds of one (two requests), how many were refused, and what the server says of its checks."""
    cookies = takers(links)
    begin = time.monotonic()
    until, done, wrong = begin + SECONDS, [], []
    hands = [threading.Thread(target=take, args=(cookies[at::CLIENTS], until, done, wrong)) for at in range(min(CLIENTS, len(cookies)))]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    took = time.monotonic() - begin
    if not done:
        raise SystemExit(f"no order was taken: {wrong[:3]}")
    each = [ms for _, ms in done]
    seconds = [sum(1 for at, _ in done if begin + second <= at < begin + second + 1) for second in range(SECONDS)]
    print(f"  {len(done):,} orders, {len(wrong)} refused {wrong[:1]}", flush=True)
    return len(done) / took, min(seconds), statistics.median(each), percent(each, 0.99), len(wrong), checks()


def checks():
    """How many acceptance checks the server made, their mean in microseconds, and how many took a millisecond or more."""
    _, _, text = request("GET", "/metrics")
    text = text.decode()
    value = lambda name: float(found[1]) if (found := re.search(rf"^{re.escape(name)} ([\d.]+)$", text, re.M)) else 0.0  # noqa: E731
    count = value("qudao_acceptance_check_seconds_count")
    within = value('qudao_acceptance_check_seconds_bucket{le="0.001000000"}')
    return int(count), value("qudao_acceptance_check_seconds_sum") / max(count, 1) * 1e6, int(count - within)


def on_postgres(args):
    """The same orders on a private PostgreSQL that loses nothing it answered; nothing where none is installed."""
    from rivals import postgres_server

    work = CACHE / "bench" / "network-postgres"
    shutil.rmtree(work, ignore_errors=True)
    args.scale = "city"
    lasting = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on", "shared_buffers": "512MB", "max_wal_size": "1GB"}
    with postgres_server.server(lasting) as address:
        folder = re.search(r"host=(\S+)", address)[1]
        server = Server(args, work)
        server.command += ["--db", f"postgres://bench@localhost/postgres?host={folder}"]
        with server:
            links = {login: Link(sign_in(login)) for login in LOGINS}
            return orders(links)


def rate_row(name, result):
    rate, least, mid, most, wrong, (count, mean, long) = result
    return f"| {name} | {rate:,.0f} | {least:,} | {mid:.1f} | {most:.1f} | {wrong} | {count:,} | {mean:.1f} | {long} |"


def network(args):
    home = house(args, "wide", "served")
    with Server(args, home) as server:
        links = {login: Link(sign_in(login)) for login in LOGINS}
        size = {path: links["leader"].need("GET", f"{path}?limit=1")["total"] for path in ("/partners", "/outlets", "/clerks", "/people")}
        taken = orders(links)
        server.rest()
        rows, slow = pages(links)
        found = searches(links)
        looked, brought, shown, hands = onboarding(links)
        memory = server.memory("VmHWM")
    lines = [
        f"Demo of the scale wide: {size['/partners']:,} partners, {size['/outlets']:,} outlets, {size['/clerks']:,} clerks, {size['/people']:,} people with a login; SQLite. "
        f"Each page {ASKED} times in a row, asked by somebody who sees all of it. The server held at most {memory:,.0f} MiB.",
        "",
        f"**Onboarding** {FRESH:,} outlets, {FRESH:,} clerks, {FRESH:,} contacts of one file: checked in {looked:.1f} s, from application through {hands} approvals to the network in {brought:.1f} s, "
        f"the first list after it {shown:.1f} s; together {looked + brought + shown:.1f} s.",
        "",
        f"**Orders**, {CLIENTS} clients for {SECONDS} s: each is begun and sent (two transactions with audit and history, the second with counts and an event in the outbox).",
        "",
        "| database | orders/s | in the slowest second | 50 % ms | 99 % ms | refused | grade checks | mean µs | 1 ms or longer |",
        "|---|---|---|---|---|---|---|---|---|",
        rate_row("SQLite, full durability", taken),
    ]
    if args.rivals != "none":
        lines.append(rate_row("PostgreSQL, fsync on (demo of a city)", on_postgres(args)))
    lines += [
        "",
        "**Search**",
        "",
        "| typed | found | 50 % ms | 95 % ms | most ms |",
        "|---|---|---|---|---|",
        *found,
        "",
        f"**Pages**: {len(rows)} measured, {slow} with 95 % at 100 ms or more.",
        "",
        "| page | which | rows | 50 % ms | 95 % ms | most ms |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    print("\n".join(lines))
    if not args.dry:
        record("network", f"network: {size['/outlets']:,} outlets, {size['/partners']:,} partners, {size['/people']:,} people", lines)

