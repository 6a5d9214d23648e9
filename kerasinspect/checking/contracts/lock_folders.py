"""A folder of locks, one for each of many models, under the path that its model has from the folder around both."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.checking.contracts.contract import Contract
from kerasinspect.checking.contracts.locks import bytes_of_lock, parse_lock, read_lock
from kerasinspect.containers.sources import STANDARD_INPUT, is_address
from kerasinspect.errors import RequestError
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDING = ".lock.json"
"""What the name of a lock has beside that of its model."""

_NOTHING = "%"
"""The name for a part of an address that is empty; no other part has it."""
_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
"""What is no name of a file on Windows, whatever follows after a dot."""


@dataclass(frozen=True, slots=True)
class LockFolder:
    """A folder of locks; it travels to other processes, which read the locks of their files alone."""

    path: str
    exact_names: bool = False
    """Whether layers must have just the names of each lock."""

    @property
    def source(self) -> str:
        """What reports say was compared: a name that ends in a separator."""
        return os.path.join(self.path, "")  # noqa: PTH118 - pathlib cuts it off

    def lock_of(self, location: str) -> str:
        """The path of the lock of a model; raises RequestError for a model that has no path from here."""
        return os.path.join(self.path, *self._parts(location)) + _ENDING  # noqa: PTH118 - any text

    def _parts(self, location: str) -> list[str]:
        """The path of a model from the folder that the folder of locks lies in; of an address, from its machine on."""
        if location == STANDARD_INPUT:
            raise RequestError("Standard input has no path to keep its lock under.", "Name a file of locks instead.")
        if is_address(location):
            return _parts_of_address(location)
        around = os.path.dirname(os.path.abspath(self.path))  # noqa: PTH100, PTH120 - links stay
        try:
            parts = [*Path(os.path.relpath(os.path.abspath(location), around)).parts]  # noqa: PTH100 - as above
        except ValueError:  # on Windows, another drive
            parts = [os.pardir]
        if os.pardir in parts:
            message = f"{location} does not lie in {around}, where the folder of locks {self.path} is."
            raise RequestError(message, "Keep that folder in one that the models lie in too.")
        return parts

    def locks_of(self, locations: Iterable[str]) -> list[str]:
        """The path of the lock of each of some models; raises RequestError where two of them would have one lock."""
        owners: dict[str, str] = {}
        places = []
        for location in locations:
            place = self.lock_of(location)
            other = owners.setdefault(os.path.normcase(place), location)
            if other != location and not _is_same(other, location):
                message = f"{other} and {location} would have the same lock, {place}."
                raise RequestError(message, "Lock them in two folders.")
            places.append(place)
        return places

    def contract(self, location: str) -> Contract:
        """What was agreed about a model; raises RequestError where its lock is none."""
        lock = self.lock_of(location)
        if not os.path.lexists(lock):
            return Contract(source=lock, is_absent=True)
        agreed = parse_lock(read_lock(lock), lock)
        return replace(agreed, exact_names=agreed.exact_names or self.exact_names)

    def digest(self, location: str) -> str:
        """A digest of the lock of a model, which tells whether a report on it still holds; nothing is parsed for it."""
        from hashlib import sha256  # noqa: PLC0415 - few runs keep anything

        lock = self.lock_of(location)
        data = bytes_of_lock(lock) if os.path.lexists(lock) else b""
        return sha256(repr((lock, self.exact_names)).encode("utf-8", "backslashreplace") + data).hexdigest()


def _is_same(one: str, other: str) -> bool:
    """Whether two names are of one model: the same address but for what signs it, or the same path."""
    if is_address(one) or is_address(other):
        from kerasinspect.containers.remote.addresses import folder_address  # noqa: PLC0415 - most models are files

        return folder_address(one) == folder_address(other)
    return os.path.normcase(os.path.abspath(one)) == os.path.normcase(os.path.abspath(other))  # noqa: PTH100 - links stay


def _parts_of_address(address: str) -> list[str]:
    """The machine and the path in an address, each part as a name that every system allows; no two have the same.

    What signs an address of the web is left out; in a key of an object store, a question mark is a letter.
    """
    from kerasinspect.containers.remote.addresses import folder_address  # noqa: PLC0415 - most models are files here

    _, _, rest = folder_address(address).partition("://")
    return [_quoted(part) for part in rest.split("/")]


def _quoted(part: str) -> str:
    """A part of an address as a name, from which it can be told again: none that leads elsewhere, or is a device."""
    from urllib.parse import quote  # noqa: PLC0415 - most models are files here

    name = quote(part, safe="", errors="surrogatepass")
    kept = name.rstrip(".")  # a dot at the end is lost on Windows, and dots alone are folders
    name = kept + "%2E" * (len(name) - len(kept))
    if name.partition(".")[0].upper() in _DEVICES:
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return name or _NOTHING
