"""The styles that text on a page or on standard error may have, and how a terminal draws them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from rich.color import ColorSystem
    from rich.style import Style as Look

Style: TypeAlias = Literal["plain", "name", "title", "quiet", "warning", "error", "bar", "curve", "curve on bar"]

_LOOKS: dict[Style, str] = {
    "title": "bold cyan",
    "name": "cyan",
    "quiet": "dim",
    "warning": "yellow",
    "error": "red",
    "bar": "cyan",
    "curve": "bold yellow",
    "curve on bar": "black on cyan",
}
"""Rich's words for each style, in colours of the terminal's own palette, which its owner has made readable."""

_OF_256 = ("#005faf", "#5f87d7", "#87afd7", "#afd7ff", "#eeeeee", "#ffd7af", "#ffaf5f", "#ff8700", "#d75f00", "#000000")
"""Colours of a terminal with 256 that take the place of a picture's.

Those that are nearest to any one colour are greenish here and pink there, so that a scale from blue to orange would not
look like one.
"""

_WHERE_TEXT_STANDS = "\0"
"""What a style is drawn around once; no text on a page has it."""


class Paint(NamedTuple):
    """Colours of a picture, each as hexadecimal red, green and blue: ``#2166ac``."""

    front: str
    back: str = ""
    """Behind the characters; the terminal's own where there is none."""


def styled(text: str, style: Style | Paint) -> str:
    """Text between the escapes of its style, each line by itself, so that a cut or a pager never carries one over."""
    if not isinstance(style, Paint) and style not in _LOOKS:
        return text
    start, end = _escapes(style)
    return "\n".join(f"{start}{line}{end}" if line.strip() else line for line in text.split("\n"))


def paints() -> bool:
    """Whether a terminal has as many colours as a picture needs: 256 of them, or all."""
    from rich.color import ColorSystem  # noqa: PLC0415 - a pipe has no colours

    return _system() in {ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR}


@lru_cache(maxsize=1)
def _system() -> ColorSystem:
    """The colours that the terminal has, as rich makes them out from the environment."""
    from rich.color import ColorSystem  # noqa: PLC0415 - a pipe has no colours
    from rich.console import Console  # noqa: PLC0415 - as above

    systems = {"256": ColorSystem.EIGHT_BIT, "truecolor": ColorSystem.TRUECOLOR}
    return systems.get(Console(force_terminal=True).color_system or "", ColorSystem.STANDARD)


@lru_cache(maxsize=4096)
def _escapes(style: Style | Paint) -> tuple[str, str]:
    """The escapes before and behind text of a style, as rich has them."""
    from rich.color import ColorSystem  # noqa: PLC0415 - a pipe has no colours

    system = _system() if isinstance(style, Paint) else ColorSystem.STANDARD
    if isinstance(style, Paint) and system is ColorSystem.EIGHT_BIT:
        style = Paint(*map(_of_256, style))
    drawn = look_of(style).render(_WHERE_TEXT_STANDS, color_system=system)
    start, _, end = drawn.partition(_WHERE_TEXT_STANDS)
    return start, end


@lru_cache(maxsize=4096)
def look_of(style: Style | Paint) -> Look:
    """A style as rich has it."""
    from rich.style import Style as Look  # noqa: PLC0415 - a pipe has no colours

    if isinstance(style, Paint):
        return Look(color=style.front, bgcolor=style.back or None)
    return Look.parse(_LOOKS.get(style, ""))


def _of_256(colour: str) -> str:
    """The colour of a terminal with 256 of them that takes the place of a picture's; none for none."""
    return min(_OF_256, key=lambda one: _distance(one, colour)) if colour else ""


def _distance(one: str, other: str) -> int:
    """How far apart two colours are."""
    parts = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return sum((first - second) ** 2 for first, second in parts)
