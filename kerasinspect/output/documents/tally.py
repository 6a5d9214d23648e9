"""``tally`` as a document, and as lines that are all alike, for tables of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.fleet.tallies import FleetTally
    from kerasinspect.output.formats.json import Document

TALLY_COLUMNS = ("about", "code", "name", "severity", "count", "files")
"""The keys of a line."""


def tally_document(found: FleetTally) -> Document:
    """The counts as a document."""
    return {
        "schema": "kerasinspect.tally/1",
        "files": found.files,
        "unreadable": found.unreadable,
        "rules": [one._asdict() for one in found.rules],
        "classes": [{**one._asdict(), "class_name": one.class_name or None} for one in found.classes],
        "keras_versions": [{**one._asdict(), "keras_version": one.keras_version or None} for one in found.versions],
    }


def tally_lines(found: FleetTally) -> Iterator[Document]:
    """A document for each count: what it is about, and in how many files."""
    head: Document = {"schema": "kerasinspect.tally.line/1"}
    nothing: Document = {"code": None, "severity": None}
    for rule in found.rules:
        counted: Document = {"code": rule.code, "name": rule.name, "severity": rule.severity, "count": rule.findings}
        yield {**head, "about": "rule", **counted, "files": rule.files}
    for version in found.versions:
        name, files = version.keras_version or None, version.files
        yield {**head, "about": "keras_version", **nothing, "name": name, "count": files, "files": files}
    for kind in found.classes:
        named: Document = {"name": kind.class_name or None, "count": kind.layers}
        yield {**head, "about": "layer_class", **nothing, **named, "files": kind.files}
