"""The styles that text on a page or on standard error may have, and the escapes that a terminal draws them by."""

from __future__ import annotations

from typing import Literal, TypeAlias

Style: TypeAlias = Literal["plain", "name", "title", "quiet", "warning", "error"]

_ESCAPES: dict[Style, str] = {
    "title": "\x1b[1;36m",
    "name": "\x1b[36m",
    "quiet": "\x1b[2m",
    "warning": "\x1b[33m",
    "error": "\x1b[31m",
}
"""Colours of the terminal's own palette, which its owner has made readable."""

_END = "\x1b[0m"


def styled(text: str, style: Style) -> str:
    """Text between the escapes of its style, each line by itself, so that a cut or a pager never carries one over."""
    start = _ESCAPES.get(style)
    if start is None:
        return text
    return "\n".join(f"{start}{line}{_END}" if line.strip() else line for line in text.split("\n"))
