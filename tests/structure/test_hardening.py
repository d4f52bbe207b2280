"""The programs that parse hostile bytes are built with what the compiler and the linker have against it."""

import os
import platform
import struct
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("QCOW2_BIN", ROOT / "build/release/bin"))
PROGRAMS = ("qcow2-model", "qcow2-model-adapter", "qcow2-conform")
PT_DYNAMIC, PT_GNU_STACK, PT_GNU_RELRO = 2, 0x6474E551, 0x6474E552
PF_X = 1
ET_DYN = 3
DT_BIND_NOW, DT_FLAGS, DT_FLAGS_1 = 24, 30, 0x6FFFFFFB
DF_BIND_NOW, DF_1_NOW, DF_1_PIE = 0x8, 0x1, 0x08000000
SHT_SYMTAB, SHT_DYNSYM = 2, 11
ENDBR64 = b"\xf3\x0f\x1e\xfa"


class Elf:
    """A little-endian ELF64 file."""

    def __init__(self, file: Path) -> None:
        self.bytes = file.read_bytes()
        assert self.bytes[:6] == b"\x7fELF\x02\x01", file
        (self.type,) = struct.unpack_from("<H", self.bytes, 16)
        program_headers, section_headers = struct.unpack_from("<QQ", self.bytes, 32)
        p_size, p_count, s_size, s_count = struct.unpack_from("<HHHH", self.bytes, 54)
        # type, flags, offset, virtual address, physical address, size in the file
        self.segments = [struct.unpack_from("<IIQQQQ", self.bytes, program_headers + i * p_size)
                         for i in range(p_count)]
        # name, type, flags, address, offset, size, link
        self.sections = [struct.unpack_from("<IIQQQQI", self.bytes, section_headers + i * s_size)
                         for i in range(s_count)]

    def segment(self, kind: int) -> tuple[int, ...] | None:
        return next((segment for segment in self.segments if segment[0] == kind), None)

    def dynamic(self) -> dict[int, int]:
        _, _, offset, _, _, size = self.segment(PT_DYNAMIC)
        return dict(struct.iter_unpack("<qQ", self.bytes[offset:offset + size]))

    def symbols(self, kind: int) -> dict[str, int]:
        """Name -> address."""
        found = {}
        for _, _, _, _, offset, size, link in (section for section in self.sections if section[1] == kind):
            names = self.sections[link][4]
            for name, _, _, _, address, _ in struct.iter_unpack("<IBBHQQ", self.bytes[offset:offset + size]):
                begin = names + name
                found[self.bytes[begin:self.bytes.index(b"\0", begin)].decode()] = address
        return found

    def at(self, address: int, length: int) -> bytes:
        for _, _, offset, start, _, size in self.segments:
            if start <= address < start + size:
                return self.bytes[offset + address - start:offset + address - start + length]
        raise AssertionError(f"nothing at {address:#x}")


class Hardening(unittest.TestCase):
    def setUp(self) -> None:
        self.programs = {name: Elf(BIN / name) for name in PROGRAMS}

    def each(self) -> object:
        for name, elf in self.programs.items():
            with self.subTest(name):
                yield elf

    def test_they_can_be_loaded_anywhere(self) -> None:
        for elf in self.each():
            self.assertEqual(ET_DYN, elf.type)
            self.assertTrue(elf.dynamic().get(DT_FLAGS_1, 0) & DF_1_PIE)

    def test_what_the_linker_fills_in_is_read_only_from_the_start(self) -> None:
        for elf in self.each():
            dynamic = elf.dynamic()
            self.assertIsNotNone(elf.segment(PT_GNU_RELRO))
            self.assertTrue(DT_BIND_NOW in dynamic or dynamic.get(DT_FLAGS, 0) & DF_BIND_NOW
                            or dynamic.get(DT_FLAGS_1, 0) & DF_1_NOW)

    def test_the_stack_holds_no_code(self) -> None:
        for elf in self.each():
            self.assertFalse(elf.segment(PT_GNU_STACK)[1] & PF_X)

    def test_the_stack_is_protected(self) -> None:
        for elf in self.each():
            self.assertIn("__stack_chk_fail", elf.symbols(SHT_DYNSYM))

    def test_calls_of_the_c_library_are_checked(self) -> None:
        for elf in self.each():
            checked = [name for name in elf.symbols(SHT_DYNSYM) if name.startswith("__") and name.endswith("_chk")]
            self.assertTrue(checked)

    def test_the_standard_library_asserts(self) -> None:
        for elf in self.each():
            self.assertIn("_ZSt21__glibcxx_assert_failPKciS0_S0_", elf.symbols(SHT_DYNSYM))

    def test_jumps_have_their_targets(self) -> None:
        if platform.machine() != "x86_64":
            self.skipTest("another machine's instruction")
        for elf in self.each():
            self.assertEqual(ENDBR64, elf.at(elf.symbols(SHT_SYMTAB)["main"], 4))
