"""A model that lies in one way, for the tests of fuzz/lives.py: lying_model.py FAULT MODEL COMMAND...

It runs the true model first, and then changes what came out.
"""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    fault, model, *words = sys.argv[1:]
    command, image = words[0], next((word for word in words if word.endswith(".qcow2")), "")
    if fault == "no-snapshots" and "--snapshot" in words:  # the active disk in place of a snapshot's
        at = words.index("--snapshot")
        del words[at:at + 2]
    done = subprocess.run([model, *words], capture_output=True, check=False)
    out, status = bytearray(done.stdout), done.returncode
    repaired = command == "check" and "--repair" in words and status != 4
    if fault == "wrong-byte" and command == "read" and len(out) > 5000:
        out[5000] ^= 1
    elif fault == "all-data" and command == "map":
        out = bytearray(out.replace(b'"zero":true,"data":false', b'"zero":false,"data":true'))
    elif fault == "always-clean" and command == "check":
        status = 0
    elif fault == "repair-appends" and repaired:
        with Path(image).open("ab") as file:
            file.write(bytes(512))
    elif fault == "repair-writes-data" and repaired:
        data = bytearray(Path(image).read_bytes())
        data[-len(data) // 3:] = bytes(-(-len(data) // 3))
        Path(image).write_bytes(data)
    elif fault == "dies" and command == "info":
        status = 134
    sys.stdout.buffer.write(out)
    sys.stderr.buffer.write(done.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
