"""Scans the whole interface with schemathesis: a demo server, its own OpenAPI document, requests nobody would think of, as several people.

    python3 bench/scan/scan.py [--qudao PROGRAM] [--logins settlement,partner] [--examples 25] [--seed 7] [--dry]

A Python environment with the versions of requirements.txt is made in ~/.cache/qudao/scan-venv. Results go to bench/SCAN.md. Ends with 1 if something
was found.
"""

import argparse
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("QUDAO_CACHE", pathlib.Path.home() / ".cache/qudao"))
RESULTS = ROOT / "bench/SCAN.md"
PASSWORD = "qudao-demo-2026"
COOKIE = "qudao_session"
# Whoever is not signed in comes last, with a house of their own like everybody else.
NOBODY = "nobody"
LOGINS = ["settlement", "channel", "partner", "clerk", "auditor", "admin", NOBODY]
# What would end the scan's own session or lock its people out, and a stream that does not end.
LEFT_OUT = ["sign_in", "sign_out", "change_password", "job_events"]
CHECKS = ["not_a_server_error", "content_type_conformance", "response_schema_conformance", "missing_required_header", "ignored_auth"]
METHODS = {"get", "put", "post", "delete", "patch"}


def environment():
    """schemathesis of the version named, in an environment of its own; made again when the list changes."""
    folder = CACHE / "scan-venv"
    wanted = (HERE / "requirements.txt").read_bytes()
    stamp = folder / "requirements.sha256"
    digest = hashlib.sha256(wanted).hexdigest()
    if not stamp.is_file() or stamp.read_text() != digest:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"]
        subprocess.run(pip, check=True)
        stamp.write_text(digest)
    return folder / "bin/st"


class Server:
    """A demo server on a folder; stopped at the end of the block."""

    def __init__(self, program, home):
        self.command = [program, "--lang", "en", "--quiet", "serve", "--demo", "--scale", "county", "--listen", "127.0.0.1:0", "--home", home]
        self.log = pathlib.Path(home).with_suffix(".log")

    def __enter__(self):
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self.log.open("w"), text=True)
        for line in self.process.stdout:
            if line.startswith("http://"):
                self.place = line.strip().removeprefix("http://").rstrip("/")
                return self
        raise SystemExit(f"the server ended before it listened: {self.log.read_text()[-500:]}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def cookie(self, login):
        link = http.client.HTTPConnection(self.place, timeout=60)
        body = json.dumps({"login": login, "password": PASSWORD})
        link.request("POST", "/api/v1/session", body, {"X-Qudao": "1", "Content-Type": "application/json"})
        answer = link.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{login} cannot sign in: {answer.status} {answer.read()[:200]}")
        return answer.headers["Set-Cookie"].split(";")[0]

    def answers(self):
        link = http.client.HTTPConnection(self.place, timeout=60)
        link.request("GET", "/health/ready")
        return link.getresponse().status == 204


def document(program):
    """The interface's own document, with what every operation has in common written out: a session, and refusals as problem details."""
    about = json.loads(subprocess.run([program, "openapi"], capture_output=True, check=True, text=True).stdout)
    about["components"].setdefault("securitySchemes", {})["session"] = {"type": "apiKey", "in": "cookie", "name": COOKIE}
    fields = {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"}, "detail": {"type": "string"}}
    problem = {"type": "object", "required": sorted(fields), "properties": fields}
    for methods in about["paths"].values():
        for method, operation in methods.items():
            if method in METHODS:
                operation["responses"].setdefault(
                    "default", {"description": "A refusal", "content": {"application/problem+json": {"schema": problem}}}
                )
                if operation.get("x-permission") != "none":
                    operation["security"] = [{"session": []}]
    return about


def scan(st, args, about, login, home):
    """One person's scan of a house of their own: the report, and whether the server lived through it."""
    with Server(args.qudao, home) as server, tempfile.TemporaryDirectory() as work:
        listed, report = pathlib.Path(work, "openapi.json"), pathlib.Path(work, "report.json")
        listed.write_text(json.dumps(about))
        command = [st, "run", listed, "--url", f"http://{server.place}", "--phases", "examples,coverage,fuzzing", "--mode", "all"]
        command += ["--max-examples", str(args.examples), "--seed", str(args.seed), "--request-timeout", "60", "--workers", "2", "--no-color"]
        command += ["--continue-on-failure", "--checks", ",".join(CHECKS), "--suppress-health-check", "all", "--warnings", "off", "--no-shrink"]
        command += ["--header", "X-Qudao: 1", "--header", "Accept-Language: en", "--report", "json", "--report-json-path", report]
        for name in LEFT_OUT:
            command += ["--exclude-operation-id", name]
        if login != NOBODY:
            command += ["--header", f"Cookie: {server.cookie(login)}"]
        with (pathlib.Path(home).with_suffix(".scan")).open("w") as log:
            subprocess.run(command, cwd=work, stdout=log, stderr=subprocess.STDOUT)
        if not report.is_file():
            raise SystemExit(f"schemathesis wrote no report:\n{pathlib.Path(home).with_suffix('.scan').read_text()[-2000:]}")
        alive = server.process.poll() is None and server.answers()
        return json.loads(report.read_text()), alive


def found(report):
    """Findings as (title, operation, times)."""
    for failure in report["failures"]:
        for operation in failure["operations"]:
            label = operation if isinstance(operation, str) else operation.get("label") or operation.get("operation") or json.dumps(operation)
            yield failure["title"], label, failure["count"]


def written(args, told):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    # The program may be another one than this state of the sources builds.
    program = f"{args.qudao.name} {hashlib.sha256(args.qudao.read_bytes()).hexdigest()[:12]}"
    version = (HERE / "requirements.txt").read_text().split()[0].replace("==", " ")
    lines = [
        "# Scan of the interface",
        "",
        "Written by `bench/scan/scan.py`: every operation of the OpenAPI document but those that end the scan's own session, with valid and invalid input,",
        "as several people, each on a house of their own. It looks for server errors, answers that are not what the document says, operations that forget",
        "their required headers, and operations that answer without a session. A 400 without a body is the HTTP library's answer to what is no request, such as",
        "a header with a control character in it.",
        "",
        f"{datetime.date.today()} · program {program}, sources {commit} · {version}, Python {platform.python_version()} · {args.examples} examples an operation, seed {args.seed}",
        "",
        "| as | operations | requests | findings | errors of the scan | server lives |",
        "|---|---|---|---|---|---|",
    ]
    for login, (report, alive) in told.items():
        counts, cases = report["operations"], report["test_cases"]
        findings = len(list(found(report)))
        lines.append(f"| {login} | {counts['tested']} of {counts['selected']} | {cases['generated']:,} | {findings} | {len(report['errors'])} | {'yes' if alive else '**no**'} |")
    rows = sorted({(title, label, login) for login, (report, _) in told.items() for title, label, _ in found(report)})
    lines += ["", "## Findings", ""]
    if rows:
        lines += ["| what | operation | as |", "|---|---|---|"]
        by = {}
        for title, label, login in rows:
            by.setdefault((title, label), []).append(login)
        lines += [f"| {title} | `{label}` | {', '.join(logins)} |" for (title, label), logins in by.items()]
    else:
        lines.append("None.")
    return "\n".join(lines) + "\n"


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    target = os.environ.get("CARGO_TARGET_DIR", CACHE / "target")
    cli.add_argument("--qudao", default=pathlib.Path(target, "debug/qudao"), type=lambda text: pathlib.Path(text).resolve())
    cli.add_argument("--logins", default=",".join(LOGINS))
    cli.add_argument("--examples", type=int, default=25)
    cli.add_argument("--seed", type=int, default=7)
    cli.add_argument("--keep", action="store_true", help="keep the folder with logs and reports, and print where it is")
    cli.add_argument("--dry", action="store_true", help="print, write nothing")
    args = cli.parse_args()
    if not args.qudao.is_file():
        raise SystemExit(f"there is no program {args.qudao}; build it (cargo build -p qudao) or name one with --qudao")
    st = environment()
    about = document(args.qudao)
    place = pathlib.Path(tempfile.mkdtemp(prefix="qudao-scan-"))
    try:
        house = place / "house"
        with Server(args.qudao, str(house)):
            pass
        told = {}
        for login in args.logins.split(","):
            home = place / login
            shutil.copytree(house, home)
            told[login] = scan(st, args, about, login, str(home))
            print(f"{login}: {len(list(found(told[login][0])))} findings", flush=True)
        text = written(args, told)
        print(text)
        if not args.dry:
            RESULTS.write_text(text)
        clean = all(alive and not report["failures"] for report, alive in told.values())
        raise SystemExit(0 if clean else 1)
    finally:
        if args.keep:
            print(f"logs are in {place}")
        else:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
