#!/usr/bin/python3
"""The spec's own reader at level 1: it stays up and answers requests, one JSON line each (docs/plugging-in.md).

Between two requests nothing of the first is kept. A refusal is an answer; whatever else goes wrong ends the adapter,
which the runner then takes for what it is and starts anew.
"""

import json
import os
import sys

import qcow2_spec_reader as reader

HELLO = {
    "protocol": 1,
    "name": "spec-reader",
    "version": sys.version.split()[0],
    "operations": ["read", "read-range"],
    "features": ["deflate", "zstd", "extended-l2", "v2", "backing-file", "snapshot", "external-data-file",
                 "standard-clusters", "zero-clusters"],
}


def close_files(first: int) -> None:
    """The reader never closes what it opens: it was made to end with its only image."""
    os.closerange(first, first + 1024)
    reader.File.held = 0


def read(request: dict, first_free: int) -> dict:
    try:
        image = reader.Image(reader.File(os.fsencode(request["image"])))
        offset = request.get("offset", 0)
        length = request.get("length", max(0, image.size - offset))
        reader.deliver(image, offset, length, request["out"])
    except reader.Refused as refusal:
        return {"answer": "reject", "message": str(refusal)}
    finally:
        close_files(first_free)
    return {"answer": "accept"}


def main() -> None:
    first_free = os.dup(0)
    os.close(first_free)
    for line in sys.stdin:
        request = json.loads(line)
        op = request["op"]
        answer = {"hello": lambda: HELLO, "bye": dict}.get(op, lambda: read(request, first_free))()
        print(json.dumps({"seq": request["seq"], **answer}), flush=True)
        if op == "bye":
            return


if __name__ == "__main__":
    main()
