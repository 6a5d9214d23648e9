"""The tree of layers and weights at the left."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from kerasinspect.browse.outline import Node, Outline
from kerasinspect.browse.widgets.row_list import MORE, RowList
from kerasinspect.output.layout.cutting import cut_apart, numbered_apart, shown_apart
from kerasinspect.shown.escaping import columns_of, visible_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.browse.subjects import Subject
    from kerasinspect.output.layout.spans import Line

_DEEPEST = 8
"""Levels of guides that are drawn; of what lies deeper the last ones are."""

_OPEN, _CLOSED, _LEAF = "▾ ", "▸ ", ("  ", "╴ ")
"""What stands before a name; before one that holds nothing the end of a guide, where there is one."""


class LayerTree(RowList):
    """Subjects, of which those that hold others are opened and closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "open", "Open", show=False),
        Binding("left,h", "close", "Close", show=False),
        Binding("space", "open_or_close", "Open or close", show=False),
    ]

    def __init__(self, top: Subject) -> None:
        """Show a tree from its top."""
        super().__init__()
        self.outline = Outline(top)
        self._cut_for: tuple[object, ...] = ()
        self._cuts: Sequence[str] = ()

    @property
    def chosen(self) -> Node:
        """The node in the chosen row."""
        return self.outline.rows[self.cursor]

    def row_count(self) -> int:
        """How many nodes are to be seen."""
        return len(self.outline.rows)

    def row_line(self, at: int) -> Line:
        """The name of a subject behind the guides that lead to it, and its facts, in the columns that there are."""
        node = self.outline.rows[at]
        subject, before = node.subject, _before(node)
        tone, said = subject.tone(), subject.facts()
        style = tone if tone != "plain" else "plain" if node.depth else "title"
        label = self._label(at)
        facts = f"  {visible_name(said)}" if said else ""
        room = self.scrollable_content_region.width - len(before) - columns_of(label)
        return (before, "quiet"), (label, style), (_cut_at_end(facts, room), "quiet")

    def _label(self, at: int) -> str:
        """The name in a row, cut where it has no room so that those on the screen are told apart."""
        top, width = round(self.scroll_y), self.scrollable_content_region.width
        rows = range(top, min(self.row_count(), top + max(1, self.size.height)))
        if at not in rows:  # which is drawn for nobody
            rows = range(at, at + 1)
        nodes = [self.outline.rows[row] for row in rows]
        key = (width, *nodes)
        if key != self._cut_for:
            names = [node.subject.label for node in nodes]
            rooms = [max(1, width - len(_before(node))) for node in nodes]
            shown = shown_apart(names)
            if any(columns_of(name) > room for name, room in zip(shown, rooms, strict=True)):
                shown = numbered_apart(names, cut_apart(names, shown, rooms), rooms)
            self._cut_for, self._cuts = key, shown
        return self._cuts[rows.index(at)]

    def show(self, outline: Outline) -> None:
        """Show another tree from its top."""
        self.outline = outline
        self.rows_changed()
        self.cursor = 0
        self.post_message(self.Moved())

    def go_to(self, node: Node) -> None:
        """Choose a node, wherever it is."""
        at = self.outline.reveal(node)
        self.rows_changed()
        self.cursor = at

    def action_open(self) -> None:
        """Open the chosen node; where it is open, go to the first one in it."""
        node = self.chosen
        if node.is_open:
            self.cursor += bool(node.below)
        else:
            self.outline.unfold(self.cursor)
            self.rows_changed()

    def action_close(self) -> None:
        """Close the chosen node; where it is closed, go to the one that holds it."""
        node = self.chosen
        if node.is_open and node.parent is not None:
            self.outline.fold(self.cursor)
            self.rows_changed()
        elif node.parent is not None:
            self.cursor = self.outline.rows.index(node.parent)

    def action_open_or_close(self) -> None:
        """Open the chosen node where it is closed, or close it."""
        (self.outline.fold if self.chosen.is_open else self.outline.unfold)(self.cursor)
        self.rows_changed()


def _before(node: Node) -> str:
    """What stands before the name of a subject."""
    mark = _LEAF[node.depth > 1] if node.subject.is_leaf else _OPEN if node.is_open else _CLOSED
    return _guides(node) + mark


def _cut_at_end(text: str, room: int) -> str:
    """A text, or as much of its beginning as there is room for and a sign that more follows; nothing in no room."""
    if columns_of(text) <= room:
        return text
    kept = ""
    for character in text:
        if columns_of(kept + character) > room - len(MORE):
            break
        kept += character
    return f"{kept.rstrip()}{MORE}" if room > 0 else ""


def _guides(node: Node) -> str:
    """The lines of the tree beside a node; directly below the top there are none."""
    holders = [*islice((one for one in node.path() if one.depth > 1), _DEEPEST)]
    strokes = ["  " if one.is_last else "│ " for one in holders[1:]]
    return "".join(reversed(strokes)) + ("" if not holders else "└─" if node.is_last else "├─")
