"""How values show themselves to whoever asks for them in Python: in one line, and as a table in a notebook.

Whatever a file says is escaped: it neither breaks the line nor becomes a tag.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.shown.escaping import visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

_MOST_ROWS = 200
"""Rows of a table in a notebook; it is a view, and ``kerasinspect summary`` has them all."""

_PICTURES = "kerasinspect.integrations.notebook"
"""What draws values for a notebook. It stands above what it draws, which does not know it before one asks."""


def one_line(value: object, *facts: str | None) -> str:
    """A value as ``repr`` gives it: its class, and what tells it apart; facts that are empty are left out."""
    kind = type(value).__name__.lstrip("_")
    said = " · ".join(visible_name(fact) for fact in facts if fact)
    return f"<{kind} {said}>" if said else f"<{kind}>"


def pictured(function: str, value: object) -> str:
    """A value as HTML with pictures, by that function of what draws for notebooks."""
    draw: Callable[[object], str] = getattr(__import__(_PICTURES, fromlist=[function]), function)
    return draw(value)


def counted_thing(count: int, word: str) -> str:
    """A number with its word: ``1 layer``, ``12 arrays``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def html_table(
    caption: str, titles: Sequence[str], rows: Iterable[Sequence[str]], count: int, numeric: Collection[str] = ()
) -> str:
    """A table of HTML, of which there are ``count`` rows in all; those beyond the first few hundred are counted.

    Columns whose titles are ``numeric`` stand to the right, all others to the left: notebooks put all to the right,
    and other pages none. Colours are those of the page, be it light or dark.
    """
    from html import escape  # noqa: PLC0415 - takes longer to import than all of this, and only notebooks need it

    def row_of(tag: str, cells: Sequence[str]) -> str:
        """One row, each cell between tags of one kind."""
        each = zip(starts, cells, strict=True)
        return f"<tr>{''.join(f'<{tag}{start}>{escape(visible(cell))}</{tag}>' for start, cell in each)}</tr>"

    starts = [f' style="text-align:{"right" if title in numeric else "left"}"' for title in titles]
    shown = [row_of("td", row) for row in islice(rows, _MOST_ROWS)]
    more = f"<p>and {counted_thing(count - len(shown), 'more row')}</p>" if count > len(shown) else ""
    body = f"<thead>{row_of('th', titles)}</thead><tbody>{''.join(shown)}</tbody>" if shown else ""
    return f'<div><p>{escape(visible(caption))}</p><table cellpadding="4">{body}</table>{more}</div>'
