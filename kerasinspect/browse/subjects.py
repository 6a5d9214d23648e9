"""What can be looked at: a tree of subjects, each with its pages. Nothing here knows of a terminal or reads a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kerasinspect.browse.whole_array import WholeArray
    from kerasinspect.output.blocks import Block, Tone
    from kerasinspect.output.show_options import GridOptions

_Draw: TypeAlias = "Callable[[GridOptions], Iterable[Block]]"
"""Makes a page; reading happens while it is walked through."""


def _no_array() -> None:
    """Most pages have no array to be moved through."""


def _nothing() -> tuple[Block, ...]:
    """Nothing above an array."""
    return ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page about a subject."""

    title: str
    draw: _Draw
    """The page; one with an ``array`` has it only where that gives none."""
    nbytes: int = 0
    """Bytes that drawing it reads beyond what is shown: those of whole arrays, for figures of all values."""
    array: Callable[[], WholeArray | None] = _no_array
    """An array that is moved through as a whole."""
    head: Callable[[], Iterable[Block]] = _nothing
    """What stands above it."""


def _no_pages() -> tuple[Page, ...]:
    """Nothing to be looked at."""
    return ()


def _nothing_below() -> tuple[Callable[[], Subject], ...]:
    """The end of a branch."""
    return ()


def _no_facts() -> str:
    """Nothing behind a label."""
    return ""


def _plain() -> Tone:
    """What is said of most subjects matters as much as all else."""
    return "plain"


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A model, a layer, a weight, or what became of one of them."""

    path: str
    """What it is found by and copied as: ``lstm/lstm_cell/kernel``."""
    label: str
    """What it is called below the subject that holds it."""
    facts: Callable[[], str] = _no_facts
    """What stands behind the label, for one that is on the screen."""
    tone: Callable[[], Tone] = _plain
    """How much it matters, as above."""
    pages: Callable[[], Sequence[Page]] = _no_pages
    below: Callable[[], Sequence[Callable[[], Subject]]] = _nothing_below
    """What makes each subject that it holds: of 20,000 layers those are made that are looked at."""
    is_leaf: bool = True
    """Whether it holds nothing."""
