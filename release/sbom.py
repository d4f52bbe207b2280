"""The SBOM of a release, in SPDX 2.3: what the programs are linked with, and the digest of every published file.

python3 -m release.sbom VERSION FOLDER
"""

import hashlib
import json
import sys
from datetime import datetime, timezone
from pathlib import Path

from release.changes import git
from release.linked import LINKED, installed


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
