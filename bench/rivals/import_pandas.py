"""pandas reads a CSV of business events into Parquet in chunks: types converted, unreadable cells emptied, no reject file."""

import argparse
import pathlib

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from columns import EVENT, headers

args = argparse.ArgumentParser()
args.add_argument("--csv", required=True)
args.add_argument("--encoding", choices=["utf-8", "gb18030"], default="utf-8")
args.add_argument("--out", required=True)
args = args.parse_args()

out = pathlib.Path(args.out)
out.mkdir(parents=True, exist_ok=True)
have = headers(args.csv, EVENT, "utf-8-sig" if args.encoding == "utf-8" else args.encoding)
kinds = {name: kind for _, name, kind in EVENT}
arrow = {"text": pa.string(), "int": pa.int64(), "date": pa.date32(), "money": pa.int64(), "bool": pa.bool_()}
schema = pa.schema([(name, arrow[kinds[name]]) for name in have.values()])

with pq.ParquetWriter(out / "business_event.parquet", schema, compression="zstd") as writer:
    chunks = pd.read_csv(
        args.csv,
        encoding=args.encoding,
        encoding_errors="replace",
        dtype="string",
        usecols=list(have),
        chunksize=500_000,
        on_bad_lines="skip",
        keep_default_na=False,
        na_values=[""],
    )
    for chunk in chunks:
        chunk = chunk.rename(columns=have)
        for name in have.values():
            match kinds[name]:
                case "int":
                    chunk[name] = pd.to_numeric(chunk[name], errors="coerce").astype("Int64")
                case "money":
                    chunk[name] = (pd.to_numeric(chunk[name], errors="coerce") * 100).round().astype("Int64")
                case "date":
                    chunk[name] = pd.to_datetime(chunk[name], errors="coerce", format="%Y-%m-%d").dt.date
                case "bool":
                    chunk[name] = chunk[name].isin(["是", "true", "1", "TRUE"])
        writer.write_table(pa.Table.from_pandas(chunk[list(have.values())], schema=schema, preserve_index=False))
