#!/usr/bin/env python3
"""What the machine does without Bifold: the figures that its own are divided by.

    baseline.py commit FILE.db BODIES.jsonl N SECONDS   rows a second, N to a durable transaction
    baseline.py hash BIFOLD.db                          leaves, and seconds of SHA-256 over them
"""
import hashlib
import itertools
import os
import sqlite3
import sys
import time


def commit(path, bodies, batch, seconds):
    """SQLite as Bifold sets it (WAL, synchronous=FULL), one table, the same bodies and a digest."""
    rows = [line.rstrip("\n") for line in open(bodies, encoding="utf-8")]
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE IF NOT EXISTS raw (n INTEGER PRIMARY KEY, body TEXT, leaf BLOB)")
    digest = bytes(32)
    source = itertools.cycle([(row, digest) for row in rows])
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO raw (body, leaf) VALUES (?, ?)", itertools.islice(source, batch))
        db.execute("COMMIT")
        count += batch
    took = time.perf_counter() - start
    db.close()
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
    print(count / took)


def digest(path):
    """Only the hashing is timed, not the reading."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = db.execute("SELECT leaf FROM ledger_entry")
    count, took = 0, 0.0
    while page := rows.fetchmany(10_000):
        leaves = [leaf.encode() if isinstance(leaf, str) else leaf for (leaf,) in page]
        start = time.perf_counter()
        for leaf in leaves:
            hashlib.sha256(leaf).digest()
        took += time.perf_counter() - start
        count += len(leaves)
    print(count, took)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["commit", path, bodies, batch, seconds]:
            commit(path, bodies, int(batch), float(seconds))
        case ["hash", path]:
            digest(path)
        case _:
            sys.exit(__doc__)
