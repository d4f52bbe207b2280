"""Servers that decode wrongly: caches by the wrong key, shared buffers, broken streams."""

from __future__ import annotations

import time

from tests.servers.disk import Image, reader
from tests.servers.mistake import MOMENT, TOGETHER, planted


@planted("one-cache-for-all", TOGETHER, "wrong-data")
class OneCache(Image):
    """The last cluster that was decoded, and its key, which are set one after the other."""

    key, last = None, b""

    def stream(self, host_offset, additional_sectors):
        if self.key != (host_offset, additional_sectors):
            self.key = host_offset, additional_sectors
            time.sleep(MOMENT)
            self.last = self.decoded(host_offset, additional_sectors)
        return self.last


class Keyed(Image):
    """Keeps decoded clusters by something that does not tell them apart."""

    kept: dict[int, bytes] = {}

    def stream(self, host_offset, additional_sectors):
        key = self.key_of(host_offset)
        if key not in self.kept:
            self.kept[key] = self.decoded(host_offset, additional_sectors)
        return self.kept[key]


@planted("cache-by-host-offset", "one-offset-one-size-too-small", "wrong-accept")
class ByHostOffset(Keyed):
    def key_of(self, host_offset):
        return self.file.identity, host_offset


@planted("cache-by-sector", "three-streams-in-a-sector", "wrong-data")
class BySector(Keyed):
    def key_of(self, host_offset):
        return self.file.identity, host_offset // 512


@planted("cache-by-low-bits", "offsets-alike-in-their-low-bits", "wrong-data")
class ByLowBits(Keyed):
    def key_of(self, host_offset):
        return self.file.identity, host_offset % 65536


@planted("cache-for-image-and-backing-file", "one-host-offset-in-image-and-backing-file", "wrong-data")
class ByOffsetInAnyFile(Keyed):
    def key_of(self, host_offset):
        return host_offset


@planted("output-buffer-of-all-threads", "six-good-clusters-zstd", "wrong-data")
class OneBuffer(Image):
    buffer = bytearray()

    def stream(self, host_offset, additional_sectors):
        with self.decoding:
            self.buffer[:] = self.decoded(host_offset, additional_sectors)
        time.sleep(MOMENT)
        return bytes(self.buffer)


@planted("zeros-for-a-broken-stream", "good-beside-broken", "wrong-accept")
class ZerosForBroken(Image):
    def decoded(self, host_offset, additional_sectors):
        try:
            return super().decoded(host_offset, additional_sectors)
        except reader.Refused:
            return bytes(self.cluster_size)


@planted("the-last-cluster-for-a-broken-stream", "good-and-broken-in-turn-deflate", "wrong-accept")
class LastForBroken(Image):
    last = b""

    def decoded(self, host_offset, additional_sectors):
        try:
            LastForBroken.last = super().decoded(host_offset, additional_sectors)
        except reader.Refused:
            if not self.last:
                raise
        return self.last


@planted("errors-stick", "good-and-broken-in-turn-zstd", "wrong-reject")
class ErrorsStick(Image):
    broken = False

    def decoded(self, host_offset, additional_sectors):
        if ErrorsStick.broken:
            raise reader.Refused("sticks", "after an error")
        try:
            return super().decoded(host_offset, additional_sectors)
        except reader.Refused:
            ErrorsStick.broken = True
            raise
