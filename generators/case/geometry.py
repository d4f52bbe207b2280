"""The sizes that follow from a case's image: clusters, tables, the virtual disk, with the carrier's defaults."""

from dataclasses import dataclass

from generators import layout
from generators.case.errors import CaseError
from generators.case.spec import Spec, number

CARRIER_FILE_MIN = 128 * 1024  # readers in the wild refuse shorter files
CARRIER_DISK_MIN = 256 * 1024
CARRIER_CLUSTERS_MIN = 8  # the L1 table is at most the fourth cluster of the file


@dataclass(frozen=True)
class Geometry:
    cluster_bits: int
    refcount_bits: int
    extended_l2: bool
    version: int
    compression: str
    virtual_size: int

    @property
    def cluster_size(self) -> int:
        return 1 << self.cluster_bits

    @property
    def clusters(self) -> int:
        """Guest clusters of the virtual disk, the last one perhaps in part."""
        return -(-self.virtual_size // self.cluster_size)

    @property
    def l2_entries(self) -> int:
        return layout.l2_entries(self.cluster_bits, self.extended_l2)

    @property
    def l1_size(self) -> int:
        return -(-self.clusters // self.l2_entries)

    def round_up(self, offset: int) -> int:
        return -(-offset // self.cluster_size) * self.cluster_size

    def host_clusters(self, start: int, length: int) -> range:
        """The host clusters that some bytes touch; none for no bytes."""
        first = start // self.cluster_size
        return range(first, (start + length - 1) // self.cluster_size + 1 if length else first)


def geometry_of(image: Spec, highest_cluster: int) -> Geometry:
    """The geometry of a case's image whose map names guest clusters up to `highest_cluster`."""
    cluster_bits = number(image.get("cluster_bits", 16))
    header = image.get("header", {})
    refcounts = image.get("refcounts", {})
    cluster_size = 1 << cluster_bits
    least = max(CARRIER_DISK_MIN, CARRIER_CLUSTERS_MIN * cluster_size)
    plain = max(least, (highest_cluster + 1 + filler_count(cluster_size)) * cluster_size)
    version = number(header.get("version", 3))
    refcount_bits = number(refcounts.get("bits", 16))
    if version == 2 and refcount_bits != 16:
        raise CaseError("version 2 knows refcounts of 16 bits only", "refcounts.bits")
    return Geometry(cluster_bits, refcount_bits, bool(image.get("extended_l2", False)), version,
                    str(image.get("compression", "deflate")), number(image.get("virtual_size", plain)))


def filler_count(cluster_size: int) -> int:
    """How many standard clusters make the file long enough; at least one, as a neighbour that must read right."""
    return max(1, CARRIER_FILE_MIN // cluster_size if cluster_size < CARRIER_FILE_MIN // 4 else 1)
