"""Bifold behind the peers' load generator (`bench_http.py` of the comparison workload).

    PYTHONPATH=../shared/bench:bench BIFOLD_TOKEN=… python3 ../shared/bench/bench_http.py \\
        --product bifold --base http://127.0.0.1:8080 --op create -c 8 -n 2000 --srv app=PID

Operations: create, update, listpage, search, ticket, home, report. `load.py` beside this file
declares the 20,000 incidents that the reading operations expect.
"""
import os
import urllib.parse

import workload as W

IMPACT = {"SEV-1": "extensive", "SEV-2": "significant", "SEV-3": "moderate", "SEV-4": "minor"}
URGENCY = {"SEV-1": "critical", "SEV-2": "high", "SEV-3": "medium", "SEV-4": "low"}
# The four queues of the comparison, as verdicts and priorities.
QUEUES = ["", "&security_is=yes", "&service_is=yes", "&handling=2"]


def declaration(incident):
    """The body that declares an incident of the workload."""
    return {
        "title": incident["title"],
        "description": incident["description"],
        "impact": IMPACT[incident["severity"]],
        "urgency": URGENCY[incident["severity"]],
    }


def expect(status, needle=None):
    def check(reply):
        if reply.status != status:
            return f"status {reply.status} {reply.body[:120]!r}"
        if needle and needle not in reply.body:
            return f"missing {needle!r}"
        return True

    return check


class Adapter:
    base = "http://127.0.0.1:8080"

    def __init__(self, base, request):
        self.base = base or self.base
        self.host = urllib.parse.urlsplit(self.base).netloc
        self.request = request
        self.incidents = int(os.environ.get("NTICKETS", "20000"))
        ids = os.environ.get("BIFOLD_IDS")
        self.ids = open(ids, encoding="utf-8").read().split() if ids else None

    async def login(self, client, k):
        return [("Authorization", "Bearer " + os.environ["BIFOLD_TOKEN"])]

    def _get(self, headers, path, needle=None):
        raw = self.request("GET", path, self.host, headers)
        return raw, expect(200, needle)

    def _post(self, headers, path, body, status):
        raw = self.request("POST", path, self.host, headers, body)
        return raw, expect(status, b'"ledger"')

    def _incident(self, i):
        """An existing incident: by id from BIFOLD_IDS."""
        if not self.ids:
            raise SystemExit("name a file of incident ids in BIFOLD_IDS; bench/load.py writes one")
        return self.ids[(i * 7919) % min(self.incidents, len(self.ids))]

    def create(self, headers, i):
        body = declaration(W.incident(1_000_000 + i))
        return self._post(headers, "/api/v1/incidents", body, 201)

    def update(self, headers, i):
        text = W.update(i, i // 1000 if i < 10_000_000 else 0)["text"]
        return self._post(headers, f"/api/v1/incidents/{self._incident(i)}/notes", {"text": text}, 200)

    def listpage(self, headers, i):
        path = f"/api/v1/incidents?limit=50&open=true{QUEUES[i % 4]}"
        return self._get(headers, path, b'"items"')

    def search(self, headers, i):
        words = urllib.parse.quote(W.search_term(i))
        return self._get(headers, f"/api/v1/search?limit=50&q={words}", b'"items"')

    def ticket(self, headers, i):
        return self._get(headers, f"/api/v1/incidents/{self._incident(i)}", b'"number"')

    def home(self, headers, i):
        """What somebody sees first: the most urgent of their own and of everybody's."""
        mine = "&assignee=me" if i % 2 else ""
        return self._get(headers, f"/api/v1/incidents?limit=20&open=true{mine}", b'"items"')

    def report(self, headers, i):
        return self._get(headers, "/api/v1/reports/" + REPORTS[i % len(REPORTS)])


REPORTS = ["matrix", "flow", "outcomes"]
