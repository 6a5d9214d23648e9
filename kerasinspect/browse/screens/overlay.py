"""A screen above the view that keys leave."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType


class Overlay(ModalScreen[ScreenResultType]):
    """A screen that is left once, however many keys that leave it are pressed before it is gone."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave it with a result; nothing where it is left already: the library would leave the screen below, too."""
        return super().dismiss(result) if self.is_current else AwaitComplete()
