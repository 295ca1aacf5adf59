"""A private PostgreSQL for a bench: its own folder, a Unix socket only, settings a DBA would choose for a batch on this machine."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import psycopg

SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "2GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "8GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "fsync": "off",
    "autovacuum": "off",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "2",
    "max_worker_processes": "8",
    "jit": "off",
}


def binaries():
    """Folder of the newest installed server."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if not found:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent


@contextlib.contextmanager
def server(changed=None):
    """Starts a server in a fresh folder, yields a connection string, stops it and removes the folder. `changed` are settings other than [`SETTINGS`]."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qudao-bench-pg-"))
    user = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    bin_folder = binaries()

    def run(*command):
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)

    data = folder / "data"
    run(bin_folder / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = " ".join(f"-c {name}={value}" for name, value in (SETTINGS | (changed or {})).items())
    run(bin_folder / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", f"-k {folder} {options}", "start")
    try:
        yield f"host={folder} user=bench dbname=postgres"
    finally:
        run(bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def peak(connection):
    """Peak resident memory of this session's process in MiB, shared buffers it touched included."""
    pid = connection.execute("select pg_backend_pid()").fetchone()[0]
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    with server() as address, psycopg.connect(address) as db:
        print(db.execute("select version()").fetchone()[0], f"{peak(db):.0f} MiB")
