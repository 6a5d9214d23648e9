"""``tally`` as blocks: how many files there are, then a table each of rules, of versions of Keras and of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table
from kerasinspect.output.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.fleet.tallies import FleetTally

_NUMBER = {"numeric": True}
_RULES = (
    Column("code"),
    Column("rule", shrinks=True),
    Column("severity"),
    Column("findings", **_NUMBER),
    Column("files", **_NUMBER),
)
_VERSIONS = (Column("Keras"), Column("files", **_NUMBER), Column("with findings", **_NUMBER))
_CLASSES = (Column("layer class", shrinks=True), Column("layers", **_NUMBER), Column("files", **_NUMBER))
_UNKNOWN = "(not told)"
"""Stands for what files do not tell."""
_SHOWN = 40
"""Classes that a page lists; the other forms have all."""


def tally_blocks(found: FleetTally) -> Iterator[Block]:
    """The page of ``tally``."""
    unread = (f"{found.unreadable:,} not wholly read",) if found.unreadable else ()
    yield Heading("tally", 1, facts=(counted(found.files, "file"), *unread))
    if found.rules:
        yield Table(_RULES, tuple(Row((*rule[:3], *map(_count, rule[3:]))) for rule in found.rules))
    else:
        yield Paragraph("Nothing was found." if found.files else "No file is in the log yet.", apart=True)
    if found.versions:
        yield Table(
            _VERSIONS, tuple(Row((version or _UNKNOWN, *map(_count, counts))) for version, *counts in found.versions)
        )
    if found.classes:
        listed = found.classes[:_SHOWN]
        yield Table(_CLASSES, tuple(Row((name or _UNKNOWN, *map(_count, counts))) for name, *counts in listed))
    if len(found.classes) > _SHOWN:
        yield Paragraph(f"and {counted(len(found.classes) - _SHOWN, 'rarer class')}; --format json has all", "quiet")


def _count(number: int) -> str:
    """A number for people."""
    return f"{number:,}"
