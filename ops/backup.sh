#!/bin/sh
# Takes a backup, verifies it, and only then removes those that are older than the newest KEEP (14 where not said).
#   backup.sh HOME FOLDER        the database is that of QUDAO_DB, else the SQLite file in HOME
set -eu
home=$1
folder=$2
keep=${KEEP:-14}
qudao=${QUDAO:-qudao}
# Local time repeats an hour in autumn and people move machines; UTC does neither.
name=$folder/$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$folder"
# Left by a backup that was broken off: never a backup, and in nobody's way but ours.
find "$folder" -maxdepth 1 -type d -name '????????T??????Z.part' -exec rm -rf {} +
"$qudao" --quiet backup "$name" --home "$home"
"$qudao" --quiet backup --verify "$name" >/dev/null
# Oldest first by name; the newest `keep` stay.
count=$(find "$folder" -maxdepth 1 -type d -name '????????T??????Z' | wc -l)
find "$folder" -maxdepth 1 -type d -name '????????T??????Z' | sort | while read -r old && [ "$count" -gt "$keep" ]; do
    rm -rf "$old"
    count=$((count - 1))
done
