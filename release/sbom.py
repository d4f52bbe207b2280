"""The SBOM of a release, in SPDX 2.3: what the programs are linked with, and the digest of every published file.

python3 -m release.sbom VERSION FOLDER
"""

import hashlib
import json
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from release.changes import ROOT, git

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


def document(version: str, folder: Path, time: int, commit: str) -> dict:
    packages, relations = [], []
    own = {"SPDXID": "SPDXRef-qcow2-conform", "name": "qcow2-conform", "versionInfo": version,
           "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "MIT",
           "licenseDeclared": "MIT", "copyrightText": "NOASSERTION"}
    for wanted, license_id in LINKED.items():
        name, number = installed(wanted)
        spdx_id = "SPDXRef-" + name.replace("+", "-")
        packages.append({
            "SPDXID": spdx_id, "name": name, "versionInfo": number, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": license_id, "licenseDeclared": license_id,
            "copyrightText": "NOASSERTION", "supplier": "Organization: Debian",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": f"pkg:deb/debian/{name.replace('+', '%2B')}@{number}"}]})
        relations.append((own["SPDXID"], "STATIC_LINK", spdx_id))
    files = []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        spdx_id = f"SPDXRef-File-{len(files)}"
        files.append({"SPDXID": spdx_id, "fileName": f"./{path.name}", "licenseConcluded": "MIT",
                      "copyrightText": "NOASSERTION", "checksums": [
                          {"algorithm": name.upper(), "checksumValue": hashlib.new(name, path.read_bytes()).hexdigest()}
                          for name in ("sha1", "sha256")]})
        relations.append((own["SPDXID"], "GENERATES", spdx_id))
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"qcow2-conform-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/qcow2-conform-{version}-{commit}",
        "creationInfo": {"created": datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": [f"Tool: qcow2-conform-{version}-scripts-release"]},
        "documentDescribes": [own["SPDXID"]], "packages": [own, *packages], "files": files,
        "relationships": [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
                          for one, kind, other in relations],
    }


if __name__ == "__main__":
    commit_time = int(git("log", "-1", "--format=%ct"))
    made = document(sys.argv[1], Path(sys.argv[2]), commit_time, git("rev-parse", "HEAD").strip())
    json.dump(made, sys.stdout, indent=2)
    sys.stdout.write("\n")
