"""What these readers share: the image, the place of the output, and how an honest reader would go on."""

import os
import subprocess
import sys
import time

image, out = sys.argv[1:3]


def read_honestly() -> int:
    return subprocess.run([os.environ["MODEL"], "read", image, out], stderr=subprocess.DEVNULL).returncode


def linger() -> None:
    time.sleep(600)
