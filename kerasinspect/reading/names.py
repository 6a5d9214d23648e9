"""Names from a file that would lead out of the group or folder that they are used in."""

from __future__ import annotations

import re

LEADING_OUT = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:[/\\]|\0")


def leads_out(name: str) -> bool:
    r"""Whether a name, used as a path, would leave its folder, or end before it does: ``../x``, ``/x``, ``C:\x``."""
    return LEADING_OUT.search(name) is not None
