"""python3 -m tests.servers.server MISTAKE SOCKET IMAGE [--read-only]: serves the image's disk, wrong in one way."""

from __future__ import annotations

import signal
import sys

from tests.servers.disk import reader
from tests.servers.mistakes import MISTAKES
from tests.servers.protocol import die, listen, serve


def main() -> None:
    name, socket, image = sys.argv[1:4]
    mistake = MISTAKES[name]
    mistake.before()
    try:
        disk = mistake.disk(image, "--read-only" in sys.argv)
    except (reader.Refused, OSError) as refusal:
        print(refusal, flush=True)
        die(1)

    def end(*_: object) -> None:
        disk.close()
        die(0)

    signal.signal(signal.SIGTERM, end)
    serve(listen(socket), disk, mistake.session)


if __name__ == "__main__":
    main()
