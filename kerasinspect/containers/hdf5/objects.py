"""The header of any object of an HDF5 file: read here where every program writes it so, by pyfive where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.headers import NeedsFallback, read_header

if TYPE_CHECKING:
    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.hdf5.headers import Header


def header_at(file: OpenFile, address: int) -> Header:
    """The object header at an address; what goes wrong in it is the parser's own exception."""
    try:
        return read_header(file, address)
    except NeedsFallback:
        from kerasinspect.containers.hdf5.fallback import header_by_pyfive  # noqa: PLC0415 - pyfive takes long to import

        return header_by_pyfive(file, address)
