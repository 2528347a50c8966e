#!/usr/bin/env python3
"""Declares incidents of the comparison workload over the API and writes their ids to a file.

    PYTHONPATH=../shared/bench:bench BIFOLD_TOKEN=… python3 bench/load.py URL 20000 ids.txt

As in the comparison, one in ten stays active; the others are resolved.
"""
import concurrent.futures
import http.client
import json
import os
import sys
import threading
import urllib.parse

import workload as W
from adapter_bifold import declaration

CLIENTS = 8
LOCAL = threading.local()


def post(base, path, key, body):
    if not hasattr(LOCAL, "connection"):
        LOCAL.connection = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, timeout=30)
    headers = {
        "Authorization": "Bearer " + os.environ["BIFOLD_TOKEN"],
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    LOCAL.connection.request("POST", path, json.dumps(body), headers)
    reply = LOCAL.connection.getresponse()
    answer = reply.read()
    if not 200 <= reply.status < 300:
        raise RuntimeError(f"{path} answered {reply.status}: {answer[:200]!r}")
    return json.loads(answer)


def declare(base, i):
    incident = W.incident(i)
    done = post(base, "/api/v1/incidents", f"load-{i}", declaration(incident))
    if incident["state"] == "resolved":
        path = f"/api/v1/incidents/{done['id']}/resolve"
        post(base, path, f"load-{i}-resolve", {"code": "fixed", "text": "Done as described."})
    return done["id"]


def main():
    base, count, ids = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool, open(ids, "w") as file:
        for n, name in enumerate(pool.map(lambda i: declare(base, i), range(count)), 1):
            print(name, file=file)
            if n % 1000 == 0:
                print(n, "incidents", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main()
