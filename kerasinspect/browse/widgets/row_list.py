"""A list of any length of which only the rows on the screen are drawn, with one row chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kerasinspect.browse.strips import strip_of

if TYPE_CHECKING:
    from textual import events

    from kerasinspect.output.layout.spans import Line

MORE = "…"
"""Stands for the end of a row that has no room."""


class RowList(ScrollView, can_focus=True):
    """Rows that are moved through; what they are is for those who inherit from it to say."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor"}
    DEFAULT_CSS = """
    RowList { overflow-x: hidden; scrollbar-size-vertical: 1; }
    RowList > .row-list--cursor { background: $block-cursor-blurred-background; text-style: bold; }
    RowList:focus > .row-list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    RowList:nocolor > .row-list--cursor { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "move_screen(-1)", "Page up", show=False),
        Binding("pagedown", "move_screen(1)", "Page down", show=False),
        Binding("home,g", "move_to(0)", "First", show=False),
        Binding("end,G", "move_to(-1)", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """Another row is chosen."""

    class Chosen(Message):
        """The chosen row is wanted."""

    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row_line(self, at: int) -> Line:
        """What a row says."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Measure the rows that there are at first."""
        self.rows_changed()

    def rows_changed(self) -> None:
        """Draw again, since there are other rows."""
        self.virtual_size = Size(0, self.row_count())
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        """The nearest row that there is."""
        return max(0, min(cursor, self.row_count() - 1))

    def watch_cursor(self) -> None:
        """Show the chosen row, and tell of it."""
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        """The line of a row, as wide as the list."""
        at, width = y + round(self.scroll_y), self.size.width
        if at >= self.row_count():
            return Strip.blank(width, self.rich_style)
        strip = strip_of(self.row_line(at))
        if strip.cell_length > width > 0:
            strip = Strip([*strip.crop(0, width - 1), Segment(MORE, self.rich_style)])
        strip = strip.adjust_cell_length(width)
        if at != self.cursor:
            return strip.apply_style(self.rich_style)
        return Strip([Segment(strip.text, self.get_component_rich_style("row-list--cursor"))], width)

    def action_move(self, step: int) -> None:
        """Choose a row so many further."""
        self.cursor += step

    def action_move_screen(self, step: int) -> None:
        """Choose the row that stands a screen further."""
        self.cursor += step * max(1, self.size.height - 1)

    def action_move_to(self, at: int) -> None:
        """Choose a row; -1 is the last one."""
        self.cursor = at if at >= 0 else self.row_count() + at

    def action_choose(self) -> None:
        """Say that the chosen row is wanted."""
        self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Choose a row with the mouse, and with a second click say that it is wanted."""
        at = event.y + round(self.scroll_y)
        if at < self.row_count():
            self.cursor = at
            if event.chain > 1:
                self.action_choose()
