"""What the static programs are linked with, by Debian's packages, and their licences: python3 -m release.linked FOLDER

Copies each package's licence into FOLDER, as a file of the package's name, and the texts that they name from Debian's
common licences into FOLDER/common.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMON = Path("/usr/share/common-licenses")

# Each is linked into the programs; Debian's package of it has its sources and its whole licence.
LINKED = {
    "libc6-dev": "LGPL-2.1-or-later",
    "libstdc++": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libcli11-dev": "BSD-3-Clause",
    "libexpected-dev": "CC0-1.0",
    "libfmt-dev": "MIT",
    "libssl-dev": "Apache-2.0",
    "libvalijson-dev": "BSD-2-Clause",
    "libzstd-dev": "BSD-3-Clause",
    "nlohmann-json3-dev": "MIT",
    "zlib1g-dev": "Zlib",
}


def installed(package: str) -> tuple[str, str]:
    """The package's full name, and its version; valijson's headers are only unpacked."""
    if package == "libstdc++":
        major = subprocess.run(["c++", "-dumpversion"], check=True, stdout=subprocess.PIPE, text=True).stdout
        package = f"libstdc++-{major.split('.')[0].strip()}-dev"
    if package == "libvalijson-dev" and (found := sorted((ROOT / "build/packages").glob("libvalijson-dev_*.deb"))):
        return package, found[0].name.split("_")[1].replace("%3a", ":")
    query = ["dpkg-query", "-W", "-f", "${Version}", package]
    return package, subprocess.run(query, check=True, stdout=subprocess.PIPE, text=True).stdout


def licence(package: str) -> Path:
    """What Debian installed of it; of what was only unpacked, what was unpacked."""
    name, _ = installed(package)
    places = (root / "usr/share/doc" / name / "copyright" for root in (Path("/"), ROOT / "build/packages"))
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(f"no licence of {name} is installed")


def copy_licences(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "common").mkdir(parents=True)
    for package in LINKED:
        text = licence(package).read_text(encoding="utf-8")
        (folder / package).write_text(text, encoding="utf-8")
        for name in re.findall(rf"{COMMON}/([A-Za-z][A-Za-z0-9]*(?:[.-][A-Za-z0-9]+)*)", text):
            shutil.copyfile(COMMON / name, folder / "common" / name)


if __name__ == "__main__":
    try:
        copy_licences(Path(sys.argv[1]))
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"release.linked: {error}")
