#!/usr/bin/env python3
"""repairer.py FAULT MODEL IMAGE: mends an image with the model, and makes one mistake."""

import subprocess
import sys

from qcow2_image import Image

fault, model, path = sys.argv[1:]
image = Image(path)
if fault == "honest":
    sys.exit(min(1, subprocess.run([model, "check", "--repair", path], stdout=subprocess.DEVNULL).returncode))
elif fault.startswith("loses-a-stream"):
    image.put(image.entries()[2], 0)
    image.save()
elif fault == "empties-the-snapshot":
    image.put(image.snapshot_l1(), 0)
    image.save()
elif fault == "leaves-a-leak":
    image.append(b"nobody's")
    image.save()
elif fault != "gives-up":
    sys.exit(f"no such fault: {fault}")
sys.exit(fault.endswith("gives-up"))
