"""The line at the foot of the screen: the keys that are used most, as many as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events

_KEYS = (
    ("?", "keys", "app.keys"),
    ("q", "quit", "app.quit"),
    ("/", "search", "app.search"),
    ("tab", "page", "app.focus_next"),
    ("f", "findings", "app.findings"),
    ("z", "whole width", "app.zoom"),
    ("y", "copy name", "app.copy_name"),
    ("v", "copy value", "app.copy_value"),
    ("c", "copy page", "app.copy_page"),
    ("i", "go to index", "app.go_to_index"),
)
"""Each key, what it does, and the action that a click on it is."""

_MORE = "…"
"""Stands for keys that have no room; the first one lists all."""


class KeyBar(Widget):
    """Keys with what they do, none of them cut."""

    DEFAULT_CSS = "KeyBar { height: 1; background: $panel; }"

    def _shown(self) -> Iterator[tuple[int, str, str, str]]:
        """The column in which each key begins that has room, with the key, its word and its action."""
        column, room = 1, self.size.width - len(_MORE) - 1
        for key, word, action in _KEYS:
            width = len(key) + len(word) + 1
            if column + width > room:
                return
            yield column, key, word, action
            column += width + 2

    def render(self) -> Text:
        """The line, with a sign at its end where keys have no room."""
        shown = [*self._shown()]
        text = Text(no_wrap=True, overflow="crop")
        for _, key, word, _ in shown:
            text.append(f"{'  ' if text else ' '}")
            text.append(key, "bold yellow")
            text.append(f" {word}")
        return text if len(shown) == len(_KEYS) else text.append(f" {_MORE}", "dim")

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for column, key, word, action in self._shown():
            if column <= event.x < column + len(key) + 1 + len(word):
                await self.run_action(action)
