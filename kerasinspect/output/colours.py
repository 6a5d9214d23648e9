"""The styles that text on a page or on standard error may have, and how a terminal draws them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from rich.style import Style as Look

Style: TypeAlias = Literal["plain", "name", "title", "quiet", "warning", "error"]

_LOOKS: dict[Style, str] = {
    "title": "bold cyan",
    "name": "cyan",
    "quiet": "dim",
    "warning": "yellow",
    "error": "red",
}
"""Rich's words for each style, in colours of the terminal's own palette, which its owner has made readable."""

_WHERE_TEXT_STANDS = "\0"
"""What a style is drawn around once; no text on a page has it."""


def styled(text: str, style: Style) -> str:
    """Text between the escapes of its style, each line by itself, so that a cut or a pager never carries one over."""
    if style not in _LOOKS:
        return text
    start, end = _escapes(style)
    return "\n".join(f"{start}{line}{end}" if line.strip() else line for line in text.split("\n"))


@lru_cache
def _escapes(style: Style) -> tuple[str, str]:
    """The escapes before and behind text of a style, as rich has them."""
    from rich.color import ColorSystem  # noqa: PLC0415 - a pipe has no colours

    drawn = look_of(style).render(_WHERE_TEXT_STANDS, color_system=ColorSystem.STANDARD)
    start, _, end = drawn.partition(_WHERE_TEXT_STANDS)
    return start, end


@lru_cache
def look_of(style: Style) -> Look:
    """A style as rich has it."""
    from rich.style import Style as Look  # noqa: PLC0415 - a pipe has no colours

    return Look.parse(_LOOKS.get(style, ""))
