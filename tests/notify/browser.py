"""A browser's side of Web Push, by packages that nobody here wrote: `http_ece` and `py_vapid`.

It prints a subscription as a line of JSON: the endpoint's address is the first argument. Then it
reads one line of JSON with what came to the endpoint (`headers`, and the body in hex) and prints
what the browser makes of it: the text, and the claims of the token if its signature holds.
"""

import base64
import json
import os
import sys

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


key = ec.generate_private_key(ec.SECP256R1())
point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
auth = os.urandom(16)
subscription = {
    "kind": "push",
    "endpoint": sys.argv[1],
    "p256dh": text(point),
    "auth": text(auth),
}
print(json.dumps(subscription), flush=True)
came = json.loads(sys.stdin.readline())
said = http_ece.decrypt(
    bytes.fromhex(came["hex"]), private_key=key, auth_secret=auth, version="aes128gcm"
)
token = came["headers"]["authorization"]
is_signed = Vapid02.verify(token)
claims = token.split("t=")[1].split(",")[0].split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
print(json.dumps({"said": json.loads(said), "claims": claims, "signed": bool(is_signed)}), flush=True)
