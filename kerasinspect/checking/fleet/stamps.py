"""What tells that a model is still the same without reading it: sizes and times of all files that it may be made of."""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import STANDARD_INPUT, is_address
from kerasinspect.errors import FailedRead, InspectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.remote.listing import Entry

_ALONE = (".keras", ".h5", ".hdf5", ".npz")
"""Endings of files that hold all of a model ..."""
_PARTS = (".weights.h5", ".lora.h5")
"""... but for these, of which a preset has several."""
_MOST_FILES = 10_000
"""Files of a folder of which all are looked at; a model in a larger one is read again."""


class Stamps:
    """What models are now; a folder is looked at once for those of its models that come one after another."""

    def __init__(self) -> None:
        """Begin with nothing, so that no later look has what an earlier one found."""
        self._beside = lru_cache(maxsize=1)(_stamp_of_folder)
        self._silent: set[str] = set()
        """Machines that did not answer, which would be waited for again for each of their files."""

    def of(self, path: str) -> str | None:
        """A digest of what the system says of a model's files; None where it says nothing, so that it is read again.

        Where a model may be several files, those are all in its folder.
        """
        if path == STANDARD_INPUT:
            return None
        if is_address(path):
            return self._of_address(path)
        try:
            found = os.stat(path)  # noqa: PTH116 - one call for each of many files
            if os.path.isdir(path):  # noqa: PTH112 - as above
                return _stamp_of_folder(path, deep=True)
            own = f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"
            if _holds_all(path.lower()):
                return own
            beside = self._beside(os.path.dirname(path) or os.curdir, deep=False)  # noqa: PTH120 - as above
        except (OSError, ValueError):
            return None
        return None if beside is None else f"{own} {beside}"

    def _of_address(self, address: str) -> str | None:
        """What another machine says of the files of a model; None where it has no ETag and no date for them."""
        from kerasinspect.containers.remote.transport import Transport  # noqa: PLC0415 - most models are files here

        scheme, _, rest = address.partition("://")
        machine = f"{scheme}://{rest.partition('/')[0]}"
        if machine in self._silent:
            return None
        try:
            if not _holds_all(address.lower()):
                return _stamp_of_files_at(address)
            size, tag = Transport(address).describe()
        except FailedRead:
            self._silent.add(machine)
            return None
        except InspectError:  # which is for its reader to say
            return None
        return f"{size} {tag}" if tag else None


def _stamp_of_files_at(address: str) -> str | None:
    """A digest of what is in a folder there, or beside a file; None where nothing is listed, or too much."""
    from kerasinspect.containers.remote.addresses import folder_address, is_web  # noqa: PLC0415 - as above

    if is_web(address):
        return None
    folder = folder_address(address)
    found = _files_at(folder, "") or _files_at(folder.rpartition("/")[0], None)
    if not 0 < len(found) <= _MOST_FILES or not all(one.tag for _, one in found):
        return None
    told = sorted(f"{path}\0{one.nbytes} {one.tag}\0" for path, one in found)
    return sha256("".join(told).encode("utf-8", "surrogatepass")).hexdigest()


def _files_at(address: str, inside: str | None) -> list[tuple[str, Entry]]:
    """The files in a folder there, each with its path, and those below it but for None; not many more than matter."""
    from kerasinspect.containers.remote.listing import entries_at  # noqa: PLC0415 - as above

    found: list[tuple[str, Entry]] = []
    for entry in islice(entries_at(address), _MOST_FILES + 1):
        if not entry.is_folder:
            found.append((f"{inside or ''}{entry.name}", entry))
        elif inside is not None and len(found) <= _MOST_FILES:
            found += _files_at(f"{address}/{entry.name}", f"{inside}{entry.name}/")
    return found


def _holds_all(name: str) -> bool:
    """Whether a file of this name holds all of a model."""
    return name.endswith(_ALONE) and not name.endswith(_PARTS)


def _stamp_of_folder(folder: str, *, deep: bool) -> str | None:
    """A digest of what is in a folder; None where that is too much."""
    digest, count = sha256(), 0
    for entry in _entries(folder, deep=deep):
        found, count = _status(entry), count + 1
        digest.update(os.fsencode(f"{entry.path}\0{found.st_size} {found.st_mtime_ns}\0"))
        if count > _MOST_FILES:
            return None
    return digest.hexdigest()


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    """What a name leads to, or the link itself where it leads nowhere."""
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)


def _entries(folder: str, *, deep: bool) -> Iterator[os.DirEntry[str]]:
    """The files in a folder, in an order that stays, and those below it where it is a model itself."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            yield entry
        elif deep:
            yield from _entries(entry.path, deep=deep)
