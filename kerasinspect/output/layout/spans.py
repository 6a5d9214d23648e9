"""What lines are made of: stretches of text with a style, and the room around them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from kerasinspect.output.escaping import NAME_LIMIT, visible

Style: TypeAlias = Literal["plain", "name", "title", "quiet", "warning", "error"]
Span: TypeAlias = "tuple[str, Style]"
Line: TypeAlias = "tuple[Span, ...]"

GUTTER = "  "
"""What parts two columns."""

SEPARATOR = " · "
"""What parts two facts on a line."""

LEAST_WIDTH = 20
"""A page is taken to be at least so wide."""


def shown_name(text: str) -> str:
    """A name as it is shown."""
    return visible(text, NAME_LIMIT)
