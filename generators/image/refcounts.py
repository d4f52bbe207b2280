"""Reference counts as checkers count them: every table, and for each L2 entry every host cluster of its extent."""

from generators import layout
from generators.case.errors import CaseError
from generators.case.geometry import Geometry
from generators.image.placement import Places
from generators.case.spec import Spec, number


class Refcounts:
    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self.counts: dict[int, int] = {}

    def add(self, start: int, length: int) -> None:
        """One reference more to each host cluster that these bytes touch."""
        for cluster in self._geometry.host_clusters(start, length):
            self.counts[cluster] = self.counts.get(cluster, 0) + 1

    def of(self, host_offset: int) -> int:
        return self.counts.get(host_offset // self._geometry.cluster_size, 0)

    def blocks(self) -> list[int]:
        """The indexes in the refcount table of the blocks that these counts need."""
        per_block = layout.refcount_block_entries(self._geometry.cluster_bits, self._geometry.refcount_bits)
        return sorted({cluster // per_block for cluster in self.counts})

    def overridden(self, changes: Spec, places: Places) -> "Refcounts":
        """The counts with those that a case falsifies: {place: number, "+1" or "-1"}."""
        falsified = Refcounts(self._geometry)
        falsified.counts = dict(self.counts)
        for place, change in changes.items():
            cluster = places.resolve(place) // self._geometry.cluster_size
            relative = str(change)[0] in "+-"
            falsified.counts[cluster] = falsified.counts.get(cluster, 0) + int(change) if relative else number(change)
        return falsified

    def block_bytes(self, block: int) -> bytes:
        geometry = self._geometry
        per_block = layout.refcount_block_entries(geometry.cluster_bits, geometry.refcount_bits)
        first = block * per_block
        counts = {cluster - first: count for cluster, count in self.counts.items()
                  if first <= cluster < first + per_block}
        for index, count in counts.items():
            if not 0 <= count < 1 << geometry.refcount_bits:
                raise CaseError(f"host cluster {first + index} has {count} references, too many for "
                                f"{geometry.refcount_bits} bits", "refcounts")
        return layout.refcount_bytes(counts, geometry.cluster_bits, geometry.refcount_bits)
