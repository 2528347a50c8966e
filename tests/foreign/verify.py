"""Derives the root of a published tiled log from its entry bundles with pymerkle and compares it
with the checkpoint. The checkpoint's signature is not checked here."""

import base64
import pathlib
import sys

from pymerkle import InmemoryTree


def bundle_path(index, width):
    text = f"{index % 1000:03}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03}/{text}"
    return f"tile/entries/{text}" + ("" if width == 256 else f".p/{width}")


def entries(data):
    while data:
        length = int.from_bytes(data[:2], "big")
        entry, rest = data[2 : 2 + length], data[2 + length :]
        if len(entry) < length:
            sys.exit("NOT VERIFIED: a bundle is cut off")
        yield entry
        data = rest


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: verify.py DIR")
    log = pathlib.Path(sys.argv[1])
    origin, size, root = (log / "checkpoint").read_text("utf-8").split("\n")[:3]
    size = int(size)
    tree = InmemoryTree(algorithm="sha256")
    for first in range(0, size, 256):
        path = log / bundle_path(first // 256, min(256, size - first))
        if not path.exists():
            sys.exit(f"NOT VERIFIED: {path} is missing")
        for entry in entries(path.read_bytes()):
            tree.append_entry(entry)
    if tree.get_size() != size:
        sys.exit(f"NOT VERIFIED: {tree.get_size()} entries, but {size} were signed")
    if size and tree.get_root(size) != base64.b64decode(root, validate=True):
        sys.exit("NOT VERIFIED: the entries do not have the root that was signed")
    print(f"verified: {size} entries of {origin} have the signed root")


main()
