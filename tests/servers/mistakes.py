"""The bank: all mistakes, each planted by the file of its kind."""

from importlib import import_module

from tests.servers.mistake import MISTAKES

__all__ = ["MISTAKES"]

for kind in ("changing", "decoding", "durability", "request", "status"):
    import_module(f"tests.servers.{kind}_mistakes")
