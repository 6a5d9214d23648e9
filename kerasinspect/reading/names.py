"""Names from a file: those that would lead out of the group or folder that they are used in, and long ones."""

from __future__ import annotations

import re

LEADING_OUT = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:[/\\]|\0")


def leads_out(name: str) -> bool:
    r"""Whether a name, used as a path, would leave its folder, or end before it does: ``../x``, ``/x``, ``C:\x``."""
    return LEADING_OUT.search(name) is not None


def cut(name: str, most: int) -> str:
    """A name of at most so many characters; of a longer one the beginning."""
    return name if len(name) <= most else f"{name[:most]}…"
