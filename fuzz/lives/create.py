"""How an image is born: what qemu-img create can be asked for, drawn by lot."""

from random import Random

from lives.life import Life

CLUSTER_BITS = (9, 9, 10, 11, 12, 12, 13, 14, 15, 16, 16, 17, 18, 19, 20, 21)
PREALLOCATION = ("off", "off", "off", "metadata", "metadata", "falloc", "full")
DISK_MAX = 4 << 20
BACKED = 0.4


def create(life: Life) -> None:
    random = life.random
    bits = random.choice(CLUSTER_BITS)
    size = disk_size(random, bits)
    options = draw_options(random, bits)
    backing = []
    if random.random() < BACKED:
        backing = _backing_file(life, bits, size)
        options.pop("preallocation", None)
        options.pop("data_file_raw", None)
    words = ["qemu-img", "create", "-q", "-f", "qcow2", *backing, "-o", joined(options), life.top, str(size)]
    if not life.run("create", *words):
        life.below.clear()
        life.run("create", "qemu-img", "create", "-q", "-f", "qcow2", life.top, str(size))
        options = {}
    life.features |= features_of(bits, options)


def disk_size(random: Random, bits: int) -> int:
    """Some clusters, more than one L2 table's where these are small; now and then no whole number of them."""
    most = max(2, min(300, DISK_MAX >> bits))
    size = random.randint(1, most) << bits
    if random.random() < 0.3:
        size += random.randrange(512, 1 << bits, 512) if bits > 9 else 512
    return size


def draw_options(random: Random, bits: int) -> dict[str, str]:
    options = {"cluster_size": str(1 << bits), "compat": "0.10" if random.random() < 0.15 else "1.1"}
    if random.random() < 0.35:
        options["preallocation"] = random.choice(PREALLOCATION)
    if options["compat"] == "0.10":
        return options
    if random.random() < 0.4:
        options["refcount_bits"] = str(1 << random.randrange(7))
    if bits >= 14 and random.random() < 0.35:
        options["extended_l2"] = "on"
    if random.random() < 0.25:
        options["lazy_refcounts"] = "on"
    if random.random() < 0.35:
        options["compression_type"] = "zstd"
    if random.random() < 0.12:
        options["data_file"] = "outside.raw"
        if random.random() < 0.5:
            options["data_file_raw"] = "on"
    return options


def joined(options: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in options.items())


def features_of(bits: int, options: dict[str, str]) -> set[str]:
    found = {f"{1 << bits} byte clusters"}
    for key, value in options.items():
        if key not in ("cluster_size", "data_file", "data_file_raw") and value != "off":
            found.add(f"{key}={value}")
    if "data_file" in options:
        found.add("data_file, raw" if "data_file_raw" in options else "data_file")
    return found


def _backing_file(life: Life, bits: int, size: int) -> list[str]:
    """Makes a file to stand behind the image: raw or qcow2, shorter, as long, or longer."""
    random = life.random
    length = max(512, size + random.choice((0, 0, -size // 2, size // 3)) // 512 * 512)
    form = random.choice(("raw", "qcow2", "qcow2"))
    name = f"{life.new_name('base')}.{form}"
    options = ["-o", f"cluster_size={1 << random.choice((bits, 12, 16))}"] if form == "qcow2" else []
    life.run("create", "qemu-img", "create", "-q", "-f", form, *options, name, str(length))
    fill(life, name, form, length)
    life.below.append(name)
    life.features.add(f"backing file, {form}")
    return ["-b", name, "-F", form]


def fill(life: Life, name: str, form: str, length: int) -> None:
    """A few writes into a file that is to stand behind the image."""
    random, commands = life.random, []
    for _ in range(random.randint(1, 4)):
        start = random.randrange(0, length, 512)
        part = random.randint(1, min(length - start, 1 << 17))
        commands += ["-c", f"write -P {random.randint(1, 255)} {start} {part}"]
    life.run("write to a backing file", "qemu-io", "-f", form, "-t", "unsafe", *commands, name)
