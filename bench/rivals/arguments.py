"""Arguments every settle rival takes, and the days of the period."""

import argparse
import calendar
import datetime
import pathlib


def read():
    parser = argparse.ArgumentParser()
    parser.add_argument("--facts", required=True, type=pathlib.Path, help="folder with business_event/period=YYYY-MM/*.parquet …")
    parser.add_argument("--master", required=True, type=pathlib.Path)
    parser.add_argument("--previous", type=pathlib.Path, help="folder with a folder YYYY-MM for each earlier month's output")
    parser.add_argument("--period", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--cap", type=int, default=20_000_000, help="fen; smaller in checks, so that the cap is met")
    parser.add_argument("--rows", action="store_true", help="PostgreSQL only: the event rules row by row in PL/pgSQL")
    args = parser.parse_args()
    year, month = map(int, args.period.split("-"))
    args.index = year * 12 + month - 1
    args.first = datetime.date(year, month, 1)
    args.last = datetime.date(year, month, calendar.monthrange(year, month)[1])
    args.events = f"{args.facts}/business_event/period={args.period}/*.parquet"
    args.subs = f"{args.facts}/subscriber_month/period={args.period}/*.parquet"
    args.out.mkdir(parents=True, exist_ok=True)
    return args


def earlier(args, months=6):
    """Folders of earlier months' output that exist, newest first."""
    found = []
    for back in range(1, months + 1):
        year, month = divmod(args.index - back, 12)
        folder = args.previous / f"{year:04}-{month + 1:02}" if args.previous else None
        if folder and folder.is_dir():
            found.append(folder)
    return found


def files(folders, kind):
    """Parquet files of one kind of output."""
    return sorted(str(path) for folder in folders for path in folder.glob(f"{kind}/*.parquet"))


def tables(paths, columns, keep=None):
    """The files' columns piece by piece, with plain texts (Arrow's filters know no text views), and only the rows that `keep` wants."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    for batch in ds.dataset(paths, partitioning=None).to_batches(columns=columns, batch_size=131_072):
        table = pa.Table.from_batches([batch])
        plain = [pa.field(field.name, pa.string()) if "string" in str(field.type) else field for field in table.schema]
        table = table.cast(pa.schema(plain))
        yield table if keep is None else table.filter(keep)
