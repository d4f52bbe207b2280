"""Writes the corpus. A case is made again only when its file or a generator has changed.

A case counts as made when corpus/.made/<id> says so; that note goes first when a case is made again and is written
last, and files are put in place by renaming, so a build that is killed leaves nothing that passes for whole.
A file that is longer than its file system allows (ext4: 16 TiB) stands there packed; the runner unpacks it on tmpfs.
Guest disks that are alike are one file with several names.
"""

import errno
import hashlib
import json
import os
import pathlib
import shutil
from typing import Callable, Iterable, Optional

from generators.image.anatomy import anatomy_text
from generators.canaries import canaries
from generators.case.case import Case
from generators.guest.guest_text import guest_map_text
from generators.make import PLAIN_FILE_MAX, make_case
from generators.image.sparse import SparseFile
from generators.case.spec import Spec

Report = Callable[[str], None]
PACKED = ".packed"


def sources_digest() -> str:
    """Of everything in generators/ that decides what an image looks like."""
    folder = os.path.dirname(os.path.abspath(__file__))
    digest = hashlib.sha256()
    for source in sorted(pathlib.Path(folder).rglob("*.py")):
        digest.update(str(source.relative_to(folder)).encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


class Corpus:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        for part in ("cases", "images", "guest", "layout", "canary", ".disks", ".made", ".new"):
            os.makedirs(self._path(part), exist_ok=True)

    def _path(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)

    # ---- texts -----------------------------------------------------------------------------------------
    def put_text(self, name: str, text: str) -> None:
        """Replaces a text file, unless it is as it should be."""
        path = self._path(name)
        data = text.encode()
        if _content(path) != data:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            new = self._path(".new", os.path.basename(name))
            with open(new, "wb") as file:
                file.write(data)
            os.replace(new, path)

    # ---- a build that has nothing to do ----------------------------------------------------------------
    def is_whole(self, inputs: str) -> bool:
        """Whether the last build came to its end with these inputs, and all that it made still stands."""
        return _content(self._path(".made", ".whole")) == inputs.encode() and all(
            self._stands(name) for name in os.listdir(self._path(".made")) if not name.startswith("."))

    def note_whole(self, inputs: str) -> None:
        self.put_text(".made/.whole", inputs)

    def _note_begun(self) -> None:
        _unlink(self._path(".made", ".whole"))

    # ---- cases -----------------------------------------------------------------------------------------
    def build(self, cases: list[Case], sources: str, report: Report) -> Spec:
        """Makes what is missing or out of date, drops what is no case any more; the lock entries of all cases."""
        self._note_begun()
        self._drop_strangers(cases)
        entries: Spec = {}
        for case in cases:
            key = hashlib.sha256(sources.encode() + case.text).hexdigest()
            note = self._note(case.id)
            if note.get("key") != key or not self._stands(case.id):
                report(case.id)
                note = {"key": key, **self._make(case)}
                self.put_text(f".made/{case.id}", json.dumps(note))
            self.put_text(f"cases/{case.family}/{case.id}.json", case.text.decode())
            entries[case.id] = note["lock"]
        self._drop_unused_disks()
        self._canaries(sources)
        return entries

    def _note(self, name: str) -> Spec:
        data = _content(self._path(".made", name))
        return json.loads(data) if data else {}

    def _stands(self, name: str) -> bool:
        """Whether the files of a case that is noted as made are still there."""
        return all(os.path.exists(self._path(file)) or os.path.exists(self._path(file + PACKED)) for file in (
            f"images/{name}/{name}.qcow2", f"guest/{name}.raw", f"guest/{name}.json", f"layout/{name}.json"))

    def _make(self, case: Case) -> Spec:
        """What the note says of a case that has been made."""
        made = make_case(case)
        _unlink(self._path(".made", case.id))
        self._put_images(case.id, {f"{case.id}.qcow2": made.image.file, **made.siblings})
        self._put_disk(f"guest/{case.id}.raw", made.guest.file)
        others = {**made.alternatives, **{f"after-{index}": after.file for index, after in made.after.items()},
                  **{f"snapshot-{name}": file for name, file in made.snapshots.items()}}
        for name, file in others.items():
            self._put_disk(f"guest/{case.id}.{name}.raw", file)
        self.put_text(f"guest/{case.id}.json", guest_map_text(made.guest, made.after, made.snapshots))
        self.put_text(f"layout/{case.id}.json", anatomy_text(made.image))
        self._drop_others(case.id, others)
        return {"lock": made.lock_entry()}

    def _drop_others(self, name: str, kept: Iterable[str]) -> None:
        """Guest disks that the case had before it was changed."""
        known = {f"{name}.raw", f"{name}.json", *(f"{name}.{other}.raw" for other in kept)}
        for file in os.listdir(self._path("guest")):
            if file.startswith(f"{name}.") and file.removesuffix(PACKED) not in known:
                os.remove(self._path("guest", file))

    def _put_images(self, name: str, files: dict[str, SparseFile]) -> None:
        new, place = self._path(".new", name), self._path("images", name)
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new)
        for file_name, file in files.items():
            _store(file, os.path.join(new, file_name))
        shutil.rmtree(place, ignore_errors=True)
        os.replace(new, place)

    def _put_disk(self, name: str, file: SparseFile) -> None:
        """Puts a guest disk in place, as one more name of the file that has the same content, if there is one."""
        disk = self._path(".disks", f"{file.length:x}-{file.disk_digest()}")
        new = self._path(".new", os.path.basename(name))
        stored = next((path for path in (disk, disk + PACKED) if os.path.exists(path)), "")
        if not stored:
            stored = disk + _store(file, new)
            os.replace(new + stored[len(disk):], stored)
        suffix = stored[len(disk):]
        _link(stored, new)
        for other in ("", PACKED):
            _unlink(self._path(name + other))
        os.replace(new, self._path(name + suffix))

    def _drop_unused_disks(self) -> None:
        for name in os.listdir(self._path(".disks")):
            if os.stat(self._path(".disks", name)).st_nlink == 1:
                os.remove(self._path(".disks", name))

    def _put_file(self, name: str, file: SparseFile) -> None:
        new = self._path(".new", os.path.basename(name))
        file.store(new)
        os.replace(new, self._path(name))

    # ---- what stands beside the cases ------------------------------------------------------------------
    def _canaries(self, sources: str) -> None:
        note = self._path(".made", ".canaries")
        if _content(note) == sources.encode():
            return
        _unlink(note)
        images, guests = canaries()
        for name, file in images.items():
            self._put_file(f"canary/{name}.qcow2", file)
        for name, guest in guests.items():
            self.put_text(f"canary/{name}.json", guest_map_text(guest))
        self.put_text(".made/.canaries", sources)

    def _drop_strangers(self, cases: list[Case]) -> None:
        """Removes what belongs to no case: renamed and deleted ones, alternatives included."""
        known = {case.id for case in cases}
        for name in os.listdir(self._path(".made")):
            if name not in known and not name.startswith("."):
                os.remove(self._path(".made", name))
        for name in os.listdir(self._path("images")):
            if name not in known:
                shutil.rmtree(self._path("images", name))
        for folder in ("guest", "layout"):
            for name in os.listdir(self._path(folder)):
                if name.partition(".")[0] not in known:
                    os.remove(self._path(folder, name))
        wanted = {f"{case.family}/{case.id}.json" for case in cases}
        for folder, _, names in os.walk(self._path("cases")):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self._path("cases")).replace(os.sep, "/") not in wanted:
                    os.remove(path)


def _store(file: SparseFile, path: str) -> str:
    """Stores the file, and says what its name got in addition: the mark of a packed one, or nothing."""
    try:
        file.store(path)
        return ""
    except OSError as error:
        _unlink(path)
        if error.errno not in (errno.EFBIG, errno.EINVAL) or file.length <= PLAIN_FILE_MAX:
            raise
    file.store_packed(path + PACKED)
    return PACKED


def _link(path: str, name: str) -> None:
    _unlink(name)
    try:
        os.link(path, name)
    except OSError:  # a file system without links, or without any more of them
        shutil.copyfile(path, name)


def _content(path: str) -> Optional[bytes]:
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _unlink(path: str) -> None:
    if os.path.exists(path):
        os.remove(path)
