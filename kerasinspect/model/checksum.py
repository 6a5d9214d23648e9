"""The checksum that a file has of the bytes of its weights, and how it is verified."""

from __future__ import annotations

from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.late_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

VERIFIED_AT_ONCE = 1 << 20
"""Bytes of weights of which the checksum is verified whatever is read of them: it takes less than a millisecond."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """The checksum that a file has of the bytes of its weights."""

    nbytes: int
    """Bytes that are still to be read for it; 0 where opening the file read them all."""
    verify: Callable[[], None] = field(repr=False)
    """Reads them; raises DamagedFile where the file has another checksum of them."""

    def then(self, inner: Checksum | None) -> Checksum:
        """A checksum that verifies this one, and then the one that the bytes have of what is inside them."""
        if inner is None:
            return self
        return Checksum(self.nbytes + inner.nbytes, partial(_verify_both, self, inner))


def _verify_both(outer: Checksum, inner: Checksum) -> None:
    """Verify one after the other."""
    outer.verify()
    inner.verify()
