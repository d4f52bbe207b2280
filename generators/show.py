"""A case's image for the eye: what stands where in the file, and how the guest disk reads."""


from generators.case.case import Case
from generators.make import make_case


def shown(case: Case) -> str:
    made = make_case(case)
    image = made.image
    lines: list[str] = [f"{case.family}/{case.id}: {case.document['title']}", str(case.document["why"]), ""]
    lines.append(f"cluster_size {image.geometry.cluster_size}, virtual_size {image.geometry.virtual_size}, "
                 f"file length {image.file.length}")
    lines.append("in the file:")
    for name, start, end in image.places.named():
        lines.append(f"  {start:#14x}  {end - start:8}  {name}")
    lines.append("L2 entries:")
    for index, entry in sorted(image.entries.items()):
        bitmap = "" if entry.bitmap is None else f" bitmap {entry.bitmap:#018x}"
        extent = f" [{entry.host_offset:#x}, {entry.host_offset + entry.length:#x})" if entry.length else ""
        stream = ""
        if entry.body is not None and entry.body.stream is not None:
            needed = entry.body.stream.needed
            stream = f" stream of {len(entry.body.data)} bytes, {'incomplete' if needed is None else f'needs {needed}'}"
        lines.append(f"  {index:6}  {entry.cluster.kind:12} {entry.value:#018x}{bitmap}{extent}{stream}")
    lines.append("the guest disk:")
    for part in made.guest.extents:
        host = "" if part.host_offset is None else f" from {part.host_offset:#x}"
        lines.append(f"  {part.offset:#14x}  {part.length:8}  {part.kind}{host}")
    for number, after in made.after.items():
        lines.append(f"the guest disk after operation {number}: {after.file.length} bytes")
        lines += [f"  {offset:#14x}  {length:8}  as before, or zeros" for offset, length in after.open]
    for name, file in made.snapshots.items():
        lines.append(f"the snapshot '{name}': {file.length} bytes")
    return "\n".join(lines)
