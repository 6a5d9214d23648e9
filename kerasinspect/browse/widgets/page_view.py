"""The page at the right: lines of any number, of which those on the screen are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Sequence


class PageView(ScrollView, can_focus=True):
    """Lines that were laid out for its width."""

    DEFAULT_CSS = """
    PageView { scrollbar-gutter: stable; scrollbar-size-vertical: 1; overflow-x: hidden; padding: 0 0 0 1; }
    """

    class Resized(Message):
        """There is room for lines of another width."""

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self._strips: Sequence[Strip] = ()

    @property
    def columns(self) -> int:
        """How wide a line may be."""
        return self.scrollable_content_region.width if self.display else 0

    @property
    def text(self) -> str:
        """All lines without their styles."""
        return "\n".join(strip.text.rstrip() for strip in self._strips)

    def show(self, strips: Sequence[Strip], *, stay: bool = False) -> None:
        """Show other lines, from the first one on unless the view is to stay where it is."""
        self._strips = strips
        self.virtual_size = Size(0, len(strips))
        if not stay:
            self.scroll_home(animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, as wide as the view."""
        at, width = y + round(self.scroll_y), self.size.width
        if at >= len(self._strips):
            return Strip.blank(width, self.rich_style)
        return self._strips[at].adjust_cell_length(width).apply_style(self.rich_style)

    def on_resize(self) -> None:
        """Ask for lines of the new width."""
        self.post_message(self.Resized())
