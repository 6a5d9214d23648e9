"""Decides which columns of a table a page shows, and how wide they are.

What is alike in all rows is said above the table and goes first, then optional columns. Columns that wrap take more
lines, and names are cut in the middle. Shapes and numbers are never cut: a column of them is shown whole or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.layout.sentences import widest_word
from kerasinspect.output.layout.spans import GUTTER, SEPARATOR
from kerasinspect.shown.escaping import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.output.blocks import Column
    from kerasinspect.output.show_options import Hints

_NAME, _NAME_BESIDE_WORDS = 28, 18
"""Columns of a name that optional columns leave to it, and that one leaves which tells more than they do."""

LEAST_NAME = 8
"""A name that is cut keeps so many columns."""

_LEAST_FIRST = 12
"""The name that tells a row from others keeps more."""

_LEAST_WRAPPED = 20
"""What goes on in further lines is that wide at least."""

_SENTENCE = 40
"""A sentence stands beside its row only where it gets so many columns."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What of a table a page shows."""

    widths: Mapping[int, int]
    """Columns of the page for each column of the table that stands beside the others."""
    below: tuple[int, ...] = ()
    """Columns that stand below their rows."""
    remarks: tuple[str, ...] = ()
    """What is said above the table of columns that are not shown, or not whole."""


def whole(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> Fit:
    """All columns, as wide as they are."""
    return Fit({at: _widest((title, *texts)) for at, (title, texts) in enumerate(zip(titles, cells, strict=True))})


def fit(
    columns: Sequence[Column], titles: Sequence[str], cells: Sequence[Sequence[str]], width: int, hints: Hints
) -> Fit:
    """What is shown of columns under these titles and with these cells on a page that is so many columns wide."""
    everything = whole(titles, cells)
    if _total(everything.widths.values()) <= width:
        return everything
    settled = dict(_settled(cells))
    full = {at: size for at, size in everything.widths.items() if at not in settled}
    below = [at for at in full if columns[at].below and _sentences_go_below(columns, full, width)]
    beside = {at: size for at, size in full.items() if at not in below}
    least = {at: _least(columns[at], [titles[at], *cells[at]], size) for at, size in beside.items()}
    least[0] = min(full[0], _LEAST_FIRST)
    kept = _kept(columns, least, beside, width)
    widths = _narrowed(columns, {at: beside[at] for at in kept}, least, width)
    wanted = _total(_comfortable(columns[at], least[at], beside[at]) for at in beside)
    left_out = [columns[at].title for at in beside if at not in kept]
    cut = [columns[at].title for at in kept if columns[at].shrinks and widths[at] < beside[at]]
    lacking = SEPARATOR.join((*_not_shown(left_out, wanted, hints), *_cut(cut, _total(beside.values()), hints)))
    return Fit(widths, tuple(below), (*_said(columns, cells, settled), *filter(None, [lacking])))


def _widest(texts: Iterable[str]) -> int:
    """Columns of the widest of some texts."""
    return max(map(columns_of, texts))


def _total(widths: Iterable[int]) -> int:
    """Columns that a table takes."""
    sizes = [*widths]
    return sum(sizes) + len(GUTTER) * (len(sizes) - 1)


def _settled(cells: Sequence[Sequence[str]]) -> Iterator[tuple[int, int | None]]:
    """The columns of which all is said in a word, each with the column in whose filled rows it is so, None for all."""
    filled = [tuple(map(bool, texts)) for texts in cells]
    same = [len({*texts} - {""}) <= 1 for texts in cells]
    for at in range(1, len(cells) if len(cells[0]) > 1 else 0):
        if same[at] and (all(filled[at]) or not any(filled[at])):
            yield at, None
        elif same[at]:
            beside = (other for other in range(1, len(cells)) if not same[other] and filled[other] == filled[at])
            yield from ((at, other) for other in [*beside][:1])


def _said(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], settled: Mapping[int, int | None]
) -> Iterator[str]:
    """What settled columns say, a line for all rows and a line for each other column that tells where."""
    for where in dict.fromkeys(settled.values()):
        texts = {at: max(cells[at]) for at, other in settled.items() if other == where}
        facts = [f"{columns[at].title} {text}" for at, text in texts.items() if text]
        row = f"every {columns[0].title or 'row'}" + ("" if where is None else f" with {columns[where].title}")
        if facts:
            yield f"{row}: {SEPARATOR.join(facts)}"


def _not_shown(titles: Sequence[str], width: int, hints: Hints) -> Iterator[str]:
    """Which columns a page has no room for, and how wide one is that has."""
    if titles:
        hint = hints.wider.format(columns=width, what="it" if len(titles) == 1 else "them")
        yield f"not shown: {', '.join(titles)} ({hint})"


def _cut(titles: Sequence[str], width: int, hints: Hints) -> Iterator[str]:
    """Which columns have names of which a part is left out, and how wide a page is that has all of each."""
    if titles:
        named = " and ".join(title or "names" for title in titles)
        yield f"shortened: {named} ({hints.wider.format(columns=width, what='all')})"


def _sentences_go_below(columns: Sequence[Column], full: Mapping[int, int], width: int) -> bool:
    """Whether not all has room side by side, and columns that are no sentences leave too little for one."""
    if _total(full.values()) <= width:
        return False
    others = _total(_comfortable(columns[at], size, size) for at, size in full.items() if not columns[at].below)
    return width - others - len(GUTTER) < _SENTENCE


def _least(column: Column, texts: Sequence[str], full: int) -> int:
    """Columns that a column takes at least, the first of whose texts is its title."""
    if column.below:
        return min(full, _SENTENCE)
    if column.wraps:
        return min(full, max(_LEAST_WRAPPED, _of_most(texts), *map(widest_word, texts)))
    return min(full, max(LEAST_NAME, columns_of(texts[0]))) if column.shrinks else full


def _of_most(texts: Sequence[str]) -> int:
    """Columns in which three in four texts have room on one line."""
    return sorted(map(columns_of, texts))[(len(texts) - 1) * 3 // 4]


def _comfortable(column: Column, least: int, full: int, name: int = _NAME) -> int:
    """Columns that a column takes where optional ones may still be left out."""
    return min(full, name) if column.shrinks else least


def _kept(columns: Sequence[Column], least: Mapping[int, int], full: Mapping[int, int], width: int) -> list[int]:
    """The columns that are shown: the firm ones as far as they fit, then optional ones, the first of them first."""
    firm = [at for at in full if not columns[at].optional or at == 0]
    while len(firm) > 1 and _total(least[at] for at in firm) > width:
        firm.remove(max(firm[1:], key=lambda at: (least[at], at)))
    for at in sorted((at for at in full if columns[at].optional and at), key=lambda at: not columns[at].telling):
        name = _NAME_BESIDE_WORDS if columns[at].telling else _NAME
        if _total(_comfortable(columns[n], least[n], full[n], name) for n in (*firm, at)) <= width:
            firm.append(at)
    return sorted(firm)


def _narrowed(
    columns: Sequence[Column], widths: dict[int, int], least: Mapping[int, int], width: int
) -> Mapping[int, int]:
    """The widths at which the kept columns fit: those that wrap give first, then names, the widest most."""
    for giving in ("wraps", "shrinks"):
        able = [at for at in widths if getattr(columns[at], giving)]
        for _ in range(_total(widths.values()) - width):
            widest = max((at for at in able if widths[at] > least[at]), key=widths.__getitem__, default=None)
            if widest is None:
                break
            widths[widest] -= 1
    return widths
