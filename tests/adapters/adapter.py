"""python3 -m tests.adapters.adapter MISTAKE: images at level 1, several requests at a time, wrong in one way.

Each request has a thread of its own. `read-range` is asked for in a `read-parallel` alone, as `hello` does not list it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from typing import Optional

from tests.servers.disk import Disk, Image, reader
from tests.servers.protocol import Refused, die

MOMENT = 0.005  # seconds that a request waits, so that others come meanwhile


class Adapter:
    """An adapter with open_max requests open at a time. A class that is derived from it answers otherwise."""

    open_max: Optional[int] = 8
    image_class: type[Image] = Image

    def __init__(self) -> None:
        self.saying = threading.Lock()
        self.image, self.disk = "", None
        self.first_free = os.dup(0)
        os.close(self.first_free)
        Disk.image_class = self.image_class

    # ---- one image at a time -------------------------------------------------------------------------------
    def open(self, image: str) -> None:
        """The runner opens no other image while requests for this one are open."""
        if image == self.image:
            return
        os.closerange(self.first_free, self.first_free + 64)
        self.image, self.disk = image, None
        try:
            self.disk = Disk(image, read_only=True)
        except reader.Refused:
            pass

    def bytes_of(self, request: dict) -> bytes:
        if self.disk is None:
            raise Refused
        return self.disk.read(request.get("offset", 0), request.get("length", self.disk.size))

    # ---- requests ------------------------------------------------------------------------------------------
    def serve(self) -> None:
        for line in sys.stdin:
            request = json.loads(line)
            op = request["op"]
            if op == "hello":
                self.say(request, **self.hello())
            elif op == "bye":
                return self.say(request)
            else:
                self.open(request["image"])
                part = op == "read-range"
                threading.Thread(target=self.guarded, args=(self.together if part else self.alone, request),
                                 daemon=True).start()

    def hello(self) -> dict:
        said = {"protocol": 1, "name": "bank", "version": "1", "operations": ["read", "read-parallel"]}
        return said | ({"parallel": self.open_max} if self.open_max else {})

    def guarded(self, perform, request: dict) -> None:
        try:
            perform(request)
        except Refused:
            self.say(request, answer="reject")
        except Exception:
            traceback.print_exc()
            die(70)

    def alone(self, request: dict) -> None:
        self.give(request, self.bytes_of(request))

    def together(self, request: dict) -> None:
        time.sleep(MOMENT)
        self.alone(request)

    def give(self, request: dict, data: bytes) -> None:
        with open(request["out"], "xb") as out:
            out.write(data)
        self.say(request, answer="accept")

    def say(self, request: dict, **message: object) -> None:
        with self.saying:
            print(json.dumps({"seq": request["seq"], **message}), flush=True)


def main() -> None:
    from tests.adapters.mistakes import MISTAKES  # which are made of the above
    MISTAKES[sys.argv[1]].adapter().serve()


if __name__ == "__main__":
    main()
