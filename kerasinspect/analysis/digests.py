"""Tells arrays apart by their bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasinspect.model import Array


def sha256(array: Array) -> str:
    """SHA-256, in hexadecimal, of the array's little-endian bytes in C order.

    Raises DamagedFile where the bytes are missing.
    """
    digest = hashlib.sha256()
    for block in array.blocks():
        digest.update(block)
    return digest.hexdigest()
