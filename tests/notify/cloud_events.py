"""A program that tells events by the SDK of CloudEvents.

A line of JSON on standard input is an event: endpoint, token, mode (`binary` or `structured`),
attributes and data. The answer is the status of the answer.
"""

import json
import sys
import urllib.error
import urllib.request
from datetime import datetime

from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    attributes = asked["attributes"]
    attributes["time"] = datetime.fromisoformat(attributes["time"])
    event = CloudEvent(attributes=attributes, data=asked["data"])
    how = to_binary if asked["mode"] == "binary" else to_structured
    message = how(event, JSONFormat())
    headers = {**message.headers, "authorization": f"Bearer {asked['token']}"}
    request = urllib.request.Request(asked["endpoint"], message.body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    print(json.dumps(status), flush=True)
