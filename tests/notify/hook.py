"""A receiver for the tests: of signed webhooks, of ntfy's JSON, of whatever else is posted.

Signatures are verified by the `standardwebhooks` package, which nobody here wrote, with the secret
given as the first argument, or in the file that is named there after an `@`. It prints the port
it listens on, then one line of JSON for each request, and ends when its standard input does. The
first part of the path says how it answers: `/ok`, `/busy` (503), `/gone` (410), `/missing` (404),
`/away` (a redirect to /ok), `/slow`.
"""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook


def secret():
    given = sys.argv[1]
    if given.startswith("@"):
        with open(given[1:], encoding="utf-8") as file:
            return file.read().strip()
    return given


STATUS = {"busy": 503, "gone": 410, "missing": 404, "away": 302}


class Receiver(BaseHTTPRequestHandler):
    def take(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            Webhook(secret()).verify(body, headers)
            verified = True
        except Exception:
            verified = False
        way = self.path.strip("/").split("/")[0]
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = None
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": headers,
            "body": text,
            "hex": body.hex(),
            "verified": verified,
        }
        print(json.dumps(seen), flush=True)
        if way == "slow":
            time.sleep(30)
        self.send_response(STATUS.get(way, 200))
        if way == "away":
            self.send_header("location", "/ok/elsewhere")
        if way == "busy":
            self.send_header("retry-after", "7")
        answer = b'{"id":"taken"}'
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT = do_GET = take

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
