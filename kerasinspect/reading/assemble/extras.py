"""Arrays that are no layer's weight: optimizer state, metrics, random seeds, and what nothing claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.model import Extra, ExtraKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.reading.contents import Contents
    from kerasinspect.reading.stored import StoredArray

WORDS: tuple[tuple[str, ExtraKind], ...] = (
    ("optimizer", "optimizer"),
    ("metric", "metric"),
    ("loss_tracker", "metric"),
    ("seed_generator", "seed"),
)


def extras_of(contents: Contents, claimed: set[str]) -> Iterator[Extra]:
    """Every array of the file that is not among the ``claimed`` paths."""
    for row in contents.optimizer:
        yield Extra("optimizer", row.name, row.array.path, row.array)
    rows = [row for layer in contents.layers for row in layer.rows] + [*contents.own]
    stored = [row.array for row in rows] + [*(contents.tree.all_arrays() if contents.tree else ()), *contents.others]
    for array in stored:
        if array.path not in claimed:
            yield Extra(kind_of(array), name_of(array), array.path, array)


def kind_of(array: StoredArray) -> ExtraKind:
    """What kind of array lies at such a path."""
    parts = array.path.lower().split("/")
    for word, kind in WORDS:
        if any(word in part for part in parts):
            return kind
    return "unclaimed"


def name_of(array: StoredArray) -> str:
    """Its path without the leading slash: all that the file says."""
    return array.path.lstrip("/")
