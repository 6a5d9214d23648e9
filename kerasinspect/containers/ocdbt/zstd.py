"""Zstandard: from the standard library since Python 3.14, before that from the package of the same functions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kerasinspect.errors import MissingExtra

if TYPE_CHECKING:
    from types import ModuleType


def decompressed(data: bytes, most: int) -> bytes:
    """What compressed bytes stand for, at most ``most`` of them.

    Raises ValueError where they are no whole frame or stand for more, MissingExtra where nothing here can tell.
    """
    module = _module()
    inflater = module.ZstdDecompressor()
    try:
        found: bytes = inflater.decompress(data, most + 1)
    except module.ZstdError as error:
        raise ValueError(str(error)) from error
    if len(found) > most or not inflater.eof:
        reason = f"{len(data)} compressed bytes do not end with {most} others"
        raise ValueError(reason)
    return found


def _module() -> ModuleType:
    """The module that decompresses; raises MissingExtra where there is none."""
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415 - most files need none
        else:
            from backports import zstd  # noqa: PLC0415 - an extra, imported by who needs it
    except ImportError as error:
        remedy = "Install the extra: pip install 'kerasinspect[orbax]'"
        if sys.version_info >= (3, 14):  # whose own module is left out where its library was not there to build with
            remedy = "Use a Python that was built with Zstandard."
        message = f"Orbax compresses with Zstandard, whose library cannot be imported ({error})."
        raise MissingExtra(message, remedy) from error
    found: ModuleType = zstd
    return found
