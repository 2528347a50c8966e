#!/usr/bin/env python3
"""Runs schemathesis over a live server's own OpenAPI document: no request may be answered 5xx.

`cargo xtask test --only api` starts a server on a temporary organisation and calls this:

    BIFOLD_TOKEN=… run.py --base http://127.0.0.1:PORT [--max-time SECONDS] [--report DIR]

It declares a few incidents first, and gives their ids to most of the requests that need one, so
that these get past "there is no such incident". Ends with 0 when nothing failed, the document has
operations, the token is let in before, and the server is ready afterwards.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
METHODS = {"get", "post", "put", "patch", "delete"}
INCIDENTS = 40
# The tool prints whole source files when it breaks.
WIDTH = 400
# A fault of Python before 3.11.5 (python/cpython#106905) that ends an operation of the tool at
# random, and what the tool prints when an answer of the server was wrong.
STUMBLED = "AST constructor recursion depth mismatch"
FAILED = "= FAILURES ="
ATTEMPTS = 3


def ask(base, path, token, body=None):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


def expect(status, reply):
    if reply[0] != status:
        sys.exit(f"answered {reply[0]}, not {status}: {reply[1][:300]!r}")
    return reply[1]


def operations(base, token):
    document = json.loads(expect(200, ask(base, "/api/v1/openapi.json", token)))
    return sum(method in METHODS for path in document["paths"].values() for method in path)


def declare(base, token, n):
    body = {"title": f"Trial {n}", "impact": "moderate", "urgency": "medium"}
    return json.loads(expect(201, ask(base, "/api/v1/incidents", token, body)))["id"]


def config(ids):
    """The settings of schemathesis.toml, and the ids that exist."""
    return f"""{(HERE / "schemathesis.toml").read_text()}
[dictionaries.incidents]
values = {json.dumps(ids)}

[[operations]]
include-path-regex = '^/api/v1/incidents/\\{{id\\}}'
parameters = {{ "path.id" = {{ dictionary = "incidents", probability = 0.8 }} }}
"""


# Read by Python at its start: two threads of the tool that parse at once meet that fault.
ONE_PARSES = """
import ast, threading
parse, turn = ast.parse, threading.RLock()
def in_turn(*args, **more):
    with turn:
        return parse(*args, **more)
ast.parse = in_turn
"""


def schemathesis(folder, ids, token, args):
    settings = Path(folder) / "schemathesis.toml"
    settings.write_text(config(ids))
    (Path(folder) / "sitecustomize.py").write_text(ONE_PARSES)
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "--config-file", str(settings),
        "run", f"{args.base}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {token}",
        "--max-time", str(args.max_time),
        "--seed", str(args.seed),
        "--warnings", "off",
    ]  # fmt: skip
    if args.report:
        args.report.mkdir(parents=True, exist_ok=True)
        command += ["--report", "junit", "--report-junit-path", str(args.report / "junit.xml")]
    # Hypothesis keeps its examples in the working directory.
    running = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": folder},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch = threading.Timer(args.max_time * 2 + 60, running.kill)
    watch.start()
    said = set()
    for line in running.stdout:
        print(line.rstrip()[:WIDTH], flush=True)
        said |= {text for text in (STUMBLED, FAILED) if text in line}
    watch.cancel()
    return running.wait(), said


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--base", required=True)
    options.add_argument("--max-time", type=int, default=150)
    options.add_argument("--report", type=lambda path: Path(path).resolve())
    options.add_argument("--seed", type=int, default=20277)
    args = options.parse_args()
    token = os.environ["BIFOLD_TOKEN"]

    count = operations(args.base, token)
    if not count:
        sys.exit("the OpenAPI document names no operation")
    ids = [declare(args.base, token, n) for n in range(INCIDENTS)]
    print(f"schemathesis over {count} operations, {args.max_time} s at most", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ATTEMPTS):
            code, said = schemathesis(folder, ids, token, args)
            # What the tool did not get to try is tried with the next seed; a failure stands.
            if said != {STUMBLED}:
                break
            print("the tool stumbled over a fault of its Python; once more", flush=True)
            args.seed += 1
    expect(200, ask(args.base, "/readyz", token))
    sys.exit(code)


if __name__ == "__main__":
    main()
