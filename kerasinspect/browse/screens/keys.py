"""What every key does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from kerasinspect.browse.screens.overlay import Overlay
from kerasinspect.browse.strips import lines_of
from kerasinspect.browse.widgets.page_view import PageView
from kerasinspect.output.blocks import Block, Column, Heading, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

_KEYS = {
    "?": "these keys",
    "q": "quit",
    "↑ ↓  k j": "the line above, the line below",
    "→ ←  l h": "in the tree: open, close; go in, go out",
    "space enter": "open or close; of a weight, enter goes to its page",
    "home end  g G": "the first line, the last line",
    "tab esc": "to the page, which the arrows then scroll, and back to the tree",
    "1 to 9": "another page about what is chosen",
    "z": "the whole width for the page, and back",
    "r": "read all values, where that was not done at once",
    "/": "search: a layer or a weight, by a part of its path",
    "n N": "the next one found, the one before",
    "f": "the findings of check; enter goes to the place of one",
    "y": "copy the path of what is chosen",
    "c": "copy the page, its numbers among it",
}
_IN_A_TABLE = {
    "arrows  h j k l": "the value beside, above, below",
    "page up, page down": "a screen of lines further; shift with → ← a screen of columns",
    "home end  g G": "the first line, the last line",
    "^ $": "the first column, the last column",
    "i": "go to a value by its index: 12, 5",
    "v": "copy the value under the cursor, with all its digits",
}


class KeysScreen(Overlay[None]):
    """The list of keys, until any of those that leave it is pressed."""

    DEFAULT_CSS = """
    KeysScreen { align: center middle; }
    KeysScreen PageView { width: 76; max-width: 100%; height: 90%; max-height: 100%; border: round $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss", "Back")]

    def compose(self) -> ComposeResult:
        """Make the list."""
        yield PageView()

    def on_page_view_resized(self) -> None:
        """Lay it out for the width that there is."""
        view = self.query_one(PageView)
        view.show(lines_of(key_blocks(), view.columns))


def key_blocks() -> Iterator[Block]:
    """What every key does, as a page."""
    for title, keys in (("keys", _KEYS), ("in the table of a weight", _IN_A_TABLE)):
        yield Heading(title, 2)
        yield Table(
            (Column("key"), Column("what it does", wraps=True, below=True)), tuple(map(Row, keys.items())), titled=False
        )
