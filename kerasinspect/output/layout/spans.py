"""What lines are made of: stretches of text with a style, and the room around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from kerasinspect.output.colours import Paint, Style

Span: TypeAlias = "tuple[str, Style | Paint]"
Line: TypeAlias = "tuple[Span, ...]"

GUTTER = "  "
"""What parts two columns."""

SEPARATOR = " · "
"""What parts two facts on a line."""

LEAST_WIDTH = 20
"""A page is taken to be at least so wide."""
