"""An S3-compatible service for the tests: moto's, with the buckets named as arguments.

It prints the port it listens on and ends when its standard input does, so that it never outlives
the tests, however they end.
"""

import logging
import os
import sys

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
client = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{port}",
    region_name="us-east-1",
    aws_access_key_id="key",
    aws_secret_access_key="secret",
)
for bucket in sys.argv[1:]:
    client.create_bucket(Bucket=bucket)
print(port, flush=True)
sys.stdin.read()
os._exit(0)
