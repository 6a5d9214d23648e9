"""What the documentation tells others to compute by themselves, as it stands there."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FINGERPRINTS = ROOT / "docs" / "fingerprint.md"


@cache
def recipe() -> Callable[[Iterable[Any]], str]:
    """The function that gives the fingerprint of arrays."""
    names: dict[str, Any] = {}
    for code in re.findall(
        r"^```python\n(.*?)^```$", FINGERPRINTS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        exec(compile(code, FINGERPRINTS.name, "exec"), names)  # noqa: S102 - our own text
    found: Callable[[Iterable[Any]], str] = names["fingerprint"]
    return found
