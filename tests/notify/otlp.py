"""An application that logs by OpenTelemetry's own SDK.

A line of JSON on standard input is what it logs: endpoint, token, encoding (`gzip`, `none`, or `json` for
the JSON form of the same request, which its exporter does not speak), service, and records with the
arguments of a log record. The answer is whether all of it was taken.
"""

import json
import sys
import time
import urllib.request

from google.protobuf.json_format import MessageToDict
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    LogRecordExporter,
    LogRecordExportResult,
)
from opentelemetry.sdk.resources import Resource


class Json(LogRecordExporter):
    def __init__(self, endpoint, headers):
        self.endpoint, self.headers = endpoint, headers

    def export(self, batch):
        body = MessageToDict(encode_logs(batch), use_integers_for_enums=True)
        headers = {**self.headers, "content-type": "application/json"}
        asked = urllib.request.Request(self.endpoint, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert json.load(answer) == {}
        return LogRecordExportResult.SUCCESS

    def shutdown(self):
        pass

    def force_flush(self, timeout_millis=0):
        return True


class Watched:
    """Remembers what came of each export."""

    def __init__(self, exporter):
        self.exporter, self.results = exporter, []

    def export(self, batch):
        try:
            self.results.append(self.exporter.export(batch).name)
        except Exception as error:
            self.results.append(str(error))
            raise
        return LogRecordExportResult.SUCCESS

    def __getattr__(self, name):
        return getattr(self.exporter, name)


print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    headers = {"authorization": f"Bearer {asked['token']}"}
    if asked["encoding"] == "json":
        exporter = Json(asked["endpoint"], headers)
    else:
        how = Compression(asked["encoding"])
        exporter = OTLPLogExporter(asked["endpoint"], headers=headers, compression=how, timeout=30)
    watched = Watched(exporter)
    provider = LoggerProvider(resource=Resource.create({"service.name": asked["service"]}))
    provider.add_log_record_processor(BatchLogRecordProcessor(watched))
    logger = provider.get_logger("tests")
    for record in asked["records"]:
        record["severity_number"] = SeverityNumber[record["severity_text"]]
        logger.emit(LogRecord(timestamp=time.time_ns(), **record))
    provider.shutdown()
    print(json.dumps(watched.results), flush=True)
