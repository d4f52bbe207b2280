"""A reader that is wrong in ways of which a report must tell: wrong_reader.py MODEL IMAGE OUT.

It reads as the model does, but where the first compressed cluster is of 64 KiB the byte 0x1002 of the disk is another;
a stream that is broken it hands out as zeros; and what it prints is meant for a page that takes text for markup.
"""

import subprocess
import sys

model, image, out = sys.argv[1:]
print("<script>alert(1)</script></script><img src=x onerror=alert(2)>", file=sys.stderr)
read = subprocess.run([model, "read", image, out], capture_output=True, check=False)
with open(image, "rb") as file:
    header = file.read(72)
if b"decompress" in read.stderr:
    with open(out, "wb") as file:
        file.truncate(min(int.from_bytes(header[24:32], "big"), 1 << 24))
elif read.returncode:
    sys.exit(read.returncode)
elif (
    b"compressed cluster descriptor, x = 62 - (16"
    in subprocess.run([model, "explain", image], capture_output=True, check=False).stdout
):
    with open(out, "r+b") as file:
        file.seek(0x1002)
        byte = file.read(1)
        file.seek(0x1002)
        file.write(bytes([byte[0] ^ 0xFF]))
