"""The page at the right: lines of any number, of which those on the screen are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kerasinspect.browse.strips import strip_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.geometry import Region

    from kerasinspect.output.layout.spans import Line


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
        self._lines: Sequence[Line] = ()
        self._style: Style | None = None

    @property
    def columns(self) -> int:
        """How wide a line may be."""
        return self.scrollable_content_region.width if self.display else 0

    @property
    def text(self) -> str:
        """All lines without their styles."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._lines)

    def show(self, lines: Sequence[Line], *, stay: bool = False) -> None:
        """Show other lines, from the first one on unless the view is to stay where it is.

        Of as many lines as before those are drawn that differ: what is said of long work changes ten times a second.
        """
        before, self._lines = self._lines, lines
        self.virtual_size = Size(0, len(lines))
        if not stay:
            self.scroll_home(animate=False, force=True)
        if len(before) != len(lines):
            self.refresh()
            return
        top = round(self.scroll_y)
        for at in range(top, min(len(lines), top + self.size.height)):
            if lines[at] != before[at]:
                self.refresh_line(at)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Some lines, of one style, for which the library goes through all styles of all that holds the view."""
        self._style = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line, as wide as the view."""
        at, width = y + round(self.scroll_y), self.size.width
        if at >= len(self._lines):
            return Strip.blank(width, self._style)
        return strip_of(self._lines[at]).adjust_cell_length(width).apply_style(self._style or self.rich_style)

    def on_resize(self) -> None:
        """Ask for lines of the new width."""
        self.post_message(self.Resized())
