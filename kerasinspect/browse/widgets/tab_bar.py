"""The titles of the pages about a subject, of which one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events


class TabBar(Widget):
    """Titles side by side, each with the key that chooses it."""

    DEFAULT_CSS = "TabBar { height: 1; }"

    class Chosen(Message):
        """A title was clicked."""

        def __init__(self, at: int) -> None:
            """Tell which one."""
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        """Have no titles yet."""
        super().__init__()
        self._titles: Sequence[str] = ()
        self._at = 0

    def show(self, titles: Sequence[str], at: int) -> None:
        """Show other titles, or another one as chosen."""
        if (self._titles, self._at) != (titles, at):
            self._titles, self._at = titles, at
            self.refresh()

    def _labels(self) -> Iterator[tuple[int, str]]:
        """Each title with its key, and the column in which it begins; in a narrow bar only the chosen one is told."""
        labels = [f" {at} {title} " for at, title in enumerate(self._titles, 1)]
        if sum(map(len, labels)) > self.size.width:
            labels = [label if at == self._at else f" {at + 1} " for at, label in enumerate(labels)]
        column = 0
        for label in labels:
            yield column, label
            column += len(label)

    def render(self) -> Text:
        """The line."""
        parts = [(label, "reverse" if at == self._at else "dim") for at, (_, label) in enumerate(self._labels())]
        return Text.assemble(*parts, no_wrap=True, overflow="crop")

    def on_click(self, event: events.Click) -> None:
        """Choose the title under the mouse."""
        for at, (start, label) in enumerate(self._labels()):
            if start <= event.x < start + len(label):
                self.post_message(self.Chosen(at))
