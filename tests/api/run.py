#!/usr/bin/env python3
"""Runs schemathesis over a live server's own OpenAPI document: no request may be answered 5xx.

`cargo xtask test --only api` starts a server on a temporary organisation and calls this:

    BIFOLD_TOKEN=… run.py --base http://127.0.0.1:PORT [--max-time SECONDS] [--report DIR]

Ends with 0 when nothing failed, the document has operations, the token was let in, and the server
is ready afterwards.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
METHODS = {"get", "post", "put", "patch", "delete"}


def get(base, path, token):
    request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


def operations(base, token):
    status, body = get(base, "/api/v1/openapi.json", token)
    if status != 200:
        sys.exit(f"/api/v1/openapi.json answers {status}")
    paths = json.loads(body)["paths"]
    return sum(method in METHODS for path in paths.values() for method in path)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--base", required=True)
    options.add_argument("--max-time", type=int, default=150)
    options.add_argument("--report", type=Path)
    options.add_argument("--seed", type=int, default=20277)
    args = options.parse_args()
    token = os.environ["BIFOLD_TOKEN"]

    count = operations(args.base, token)
    if not count:
        sys.exit("the OpenAPI document names no operation")
    print(f"schemathesis over {count} operations, {args.max_time} s at most", flush=True)

    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file", str(HERE / "schemathesis.toml"),
        "run", f"{args.base}/api/v1/openapi.json",
        "-H", f"Authorization: Bearer {token}",
        "--max-time", str(args.max_time),
        "--seed", str(args.seed),
    ]  # fmt: skip
    if args.report:
        args.report.mkdir(parents=True, exist_ok=True)
        command += ["--report", "junit", "--report-dir", str(args.report)]
    with tempfile.TemporaryDirectory() as folder:
        # Hypothesis keeps its example database in the working directory.
        code = subprocess.run(command, cwd=folder, timeout=args.max_time * 2 + 60).returncode

    status, body = get(args.base, "/readyz", token)
    if status != 200:
        sys.exit(f"after the run /readyz answers {status}: {body[:200]!r}")
    sys.exit(code)


if __name__ == "__main__":
    main()
