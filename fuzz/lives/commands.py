"""The operator's operations: qemu-img on an image that is not in use."""

import os
from typing import Callable

from lives.create import CLUSTER_BITS, disk_size, draw_options, features_of, fill, joined
from lives.life import Life
from lives.writes import aborted_writes, guest_writes

CHAIN_MAX = 3
QCOW2 = ("-f", "qcow2")
# QEMU 7.2 takes time for another refcount width as the square of the cluster size: 1 s here, 5 s for twice as much.
REWIDTHED_CLUSTER_MAX = 1 << 16


def snapshot_create(life: Life) -> None:
    name = life.new_name("s") if life.random.random() < 0.9 else life.new_name("s") + " a longer name" * 5
    if life.run("snapshot create", "qemu-img", "snapshot", "-q", "-c", name, life.top):
        life.snapshots.append(name)
        life.features.add("snapshots")


def snapshot_apply(life: Life) -> None:
    name = life.pick(life.snapshots)
    if name:
        life.run("snapshot apply", "qemu-img", "snapshot", "-q", "-a", name, life.top)


def snapshot_delete(life: Life) -> None:
    name = life.pick(life.snapshots)
    if name and life.run("snapshot delete", "qemu-img", "snapshot", "-q", "-d", name, life.top):
        life.snapshots.remove(name)


def bitmap_add(life: Life) -> None:
    name = life.new_name("bitmap")
    grain = life.random.choice(([], ["-g", str(1 << life.random.randint(9, 20))]))
    if life.run("bitmap add", "qemu-img", "bitmap", "--add", *grain, life.top, name):
        life.bitmaps.append(name)
        life.features.add("bitmaps")


def bitmap_change(life: Life) -> None:
    name, how = life.pick(life.bitmaps), life.random.choice(("enable", "disable", "clear", "remove"))
    if name and life.run(f"bitmap {how}", "qemu-img", "bitmap", f"--{how}", life.top, name) and how == "remove":
        life.bitmaps.remove(name)


def resize(life: Life) -> None:
    size, random = life.header.size, life.random
    if random.random() < 0.5:
        new = max(512, random.randrange(0, max(size, 1024), 512))
        life.run("resize, smaller", "qemu-img", "resize", "-q", *QCOW2, "--shrink", life.top, str(new))
    else:
        new = size + random.randrange(512, 1 << 20, 512)
        how = random.choice(([], [], [f"--preallocation={random.choice(('metadata', 'falloc', 'full'))}"]))
        life.run("resize, larger", "qemu-img", "resize", "-q", *QCOW2, *how, life.top, str(new))


def amend(life: Life) -> None:
    random = life.random
    options = ["compat=0.10", "compat=1.1", "lazy_refcounts=on", "lazy_refcounts=off"]
    if life.header.cluster_size <= REWIDTHED_CLUSTER_MAX:
        options += [f"refcount_bits={1 << random.randrange(7)}"] * 2
    option = random.choice(options)
    if life.run(f"amend {option.partition('=')[0]}", "qemu-img", "amend", "-q", *QCOW2, "-o", option, life.top):
        life.features.add(f"amended, {option}")


def overlay(life: Life) -> None:
    """From here on a new image is written to, and the one so far stands behind it."""
    if len(life.below) >= CHAIN_MAX:
        return
    random, bits = life.random, life.random.choice(CLUSTER_BITS)
    options = draw_options(random, bits)
    for key in ("preallocation", "data_file", "data_file_raw"):
        options.pop(key, None)
    name = f"{life.new_name('overlay')}.qcow2"
    size = [str(disk_size(random, bits))] if random.random() < 0.3 else []
    if life.run("create an overlay", "qemu-img", "create", "-q", *QCOW2, "-b", life.top, "-F", "qcow2", "-o",
                joined(options), name, *size):
        life.below.append(life.top)
        life.top, life.snapshots, life.bitmaps = name, [], []
        life.features |= features_of(bits, options) | {"backing file, qcow2"}


def rebase(life: Life) -> None:
    """To another file of its own or to none, its data taken along; or the name alone, which changes what is read."""
    random = life.random
    if not life.below and random.random() < 0.8:
        return
    unsafe = ["-u"] if random.random() < 0.3 else []
    words = ["qemu-img", "rebase", "-q", *QCOW2, *unsafe]
    if random.random() < 0.3:
        if life.run("rebase -u to none" if unsafe else "rebase to none", *words, "-b", "", life.top):
            life.below.clear()
        return
    form, name, length = random.choice(("raw", "qcow2")), life.new_name("base"), max(512, life.header.size)
    life.run("create", "qemu-img", "create", "-q", "-f", form, name, str(length))
    fill(life, name, form, length)
    if life.run("rebase -u" if unsafe else "rebase", *words, "-b", name, "-F", form, life.top):
        life.below = [name]
        life.features.add(f"backing file, {form}")


def commit(life: Life) -> None:
    if not life.below:
        return
    keep = ["-d"] if life.random.random() < 0.5 else []
    life.run("commit", "qemu-img", "commit", "-q", *QCOW2, *keep, life.top)
    life.changed_below.add(life.below[-1])


def convert(life: Life) -> None:
    """The image is replaced by a compressed copy, which has no snapshots and no backing file, or is over the same."""
    random, bits = life.random, life.random.choice(CLUSTER_BITS)
    options = draw_options(random, bits)
    for key in ("preallocation", "data_file", "data_file_raw"):
        options.pop(key, None)
    words = ["-c"] if random.random() < 0.8 else []
    if random.random() < 0.5:
        words += ["-W", "-m", str(random.choice((1, 4, 16)))]
    kept = bool(life.below) and random.random() < 0.3
    if kept:
        words += ["-B", life.below[-1], "-F", "raw" if life.below[-1].endswith("raw") else "qcow2"]
    name = f"{life.new_name('copy')}.qcow2"
    how = " ".join(["convert", *(word for word in words if word in ("-c", "-W", "-B"))])
    if life.run(how, "qemu-img", "convert", "-q", *QCOW2, "-O", "qcow2", *words, "-o", joined(options), life.top, name):
        life.top, life.snapshots, life.bitmaps = name, [], []
        life.below = life.below if kept else []
        life.features |= features_of(bits, options) | {"converted"}


def qemu_repair(life: Life) -> None:
    how = life.random.choice(("leaks", "all"))
    life.run(f"qemu-img check -r {how}", "qemu-img", "check", "-q", *QCOW2, "-r", how, life.top, statuses=(0, 2, 3))


def truncate(life: Life) -> None:
    """The last of a life: the file is cut, or grows by a hole."""
    length, random = life.path.stat().st_size, life.random
    new = random.choice((random.randrange(length + 1), random.randrange(length + 1),
                         max(0, length - random.randint(1, 70000)), length + random.randint(1, 70000)))
    os.truncate(life.path, new)
    life.note("truncate" if new < length else "lengthen", f"truncate -s {new} {life.top}")
    life.truncated = new < length


OPERATIONS: dict[Callable[[Life], None], int] = {
    guest_writes: 40, aborted_writes: 6, snapshot_create: 14, snapshot_apply: 5, snapshot_delete: 5, bitmap_add: 10,
    bitmap_change: 6, resize: 8, amend: 7, overlay: 5, rebase: 4, commit: 4, convert: 5, qemu_repair: 3,
}
