"""The table of releases: which names each one knows, and which keys its classes take.

A set of releases is a whole number whose bit N stands for release N, as in the file.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FILE = Path(__file__).with_name("table.json")

_OLD_ENDING = "Initializer"
"""Orthogonal was once called OrthogonalInitializer."""
_ANY = "*"
"""Stands among the keys of a class that passes over what it does not know."""


@dataclass(frozen=True, slots=True)
class Releases:
    """All that the table says."""

    versions: tuple[str, ...]
    """In ascending order."""
    names: Mapping[str, Mapping[str, int]]
    """Where each public name leads to, in which releases."""
    classes: Mapping[str, Mapping[str, Any]]
    """By where they are defined: ``in`` which releases they are, ``keys`` that all of them take, and ``some``."""
    words: Mapping[str, Mapping[str, int]]
    """Names that stand alone in a config, by module, and the releases that know them."""

    forms: Mapping[str, int]
    """Ways to write a config, and the releases that read them."""

    @property
    def all(self) -> int:
        """The set of all releases."""
        return (1 << len(self.versions)) - 1

    def having(self, name: str) -> int:
        """The releases in which a full name (``keras.layers.Dense``) leads to something."""
        found = 0
        for where in self._homes(name).values():
            found |= where
        return found

    def taking(self, name: str, key: str) -> int:
        """The releases in which the class of that name takes a key in its config."""
        found = 0
        for home, where in self._homes(name).items():
            if home in self.classes:
                found |= where & self._keys(home, key)
        return found

    def homes_of(self, part: str, class_name: str) -> Sequence[str]:
        """The definitions of a class in a part of Keras."""
        return _homes_by_name().get((part, class_name.removesuffix(_OLD_ENDING)), ())

    def _homes(self, name: str) -> Mapping[str, int]:
        """Where a name leads to; the definition itself where it is no public name."""
        if name in self.names:
            return self.names[name]
        return {name: int(self.classes[name]["in"])} if name in self.classes else {}

    def _keys(self, home: str, key: str) -> int:
        """The releases in which one definition takes a key."""
        row = self.classes[home]
        if {key, _ANY} & {*row["keys"].split(" ")}:
            return int(row["in"])
        some = row["some"]
        return int(some.get(key, 0)) | int(some.get(_ANY, 0))


@cache
def known_releases() -> Releases:
    """The table, read once."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))
    return Releases(tuple(table["releases"]), table["names"], table["classes"], table["words"], table["forms"])


@cache
def _homes_by_name() -> dict[tuple[str, str], list[str]]:
    """All definitions by the part of Keras that they are in, and their names."""
    homes: dict[tuple[str, str], list[str]] = {}
    for home in known_releases().classes:
        match home.split("."):
            case ["keras", "src", part, *_, name]:
                homes.setdefault((part, name.removesuffix(_OLD_ENDING)), []).append(home)
    return homes
