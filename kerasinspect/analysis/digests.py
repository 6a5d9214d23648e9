"""Tells arrays apart by their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasinspect.model import Array


def sha256(array: Array) -> str:
    """SHA-256, in hexadecimal, of the array's little-endian bytes in C order.

    Raises DamagedFile where the bytes are missing.
    """
    from hashlib import sha256 as started  # noqa: PLC0415 - pages show no digests unless they are asked to

    digest = started()
    for block in array.blocks():
        digest.update(block)
    return digest.hexdigest()
