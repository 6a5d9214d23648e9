"""Versions of Keras, as files tell them."""

from __future__ import annotations

import re
from typing import TypeAlias

KerasVersion: TypeAlias = tuple[int, int]
"""Major and minor version."""

KERAS_3 = (3, 0)


def version_of(text: str | None) -> KerasVersion | None:
    """Major and minor version; None where a text does not begin with both."""
    match = re.match(r"(\d{1,9})\.(\d{1,9})", text or "")
    return (int(match[1]), int(match[2])) if match else None
