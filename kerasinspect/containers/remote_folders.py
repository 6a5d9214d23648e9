"""A folder of another machine as a reader of models sees one, also of one that lists nothing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from kerasinspect.containers.folders import Below
from kerasinspect.containers.remote.addresses import address_inside, folder_address, shown_address
from kerasinspect.containers.remote.listing import entries_at
from kerasinspect.containers.remote.transport import WEB
from kerasinspect.containers.sources import open_source
from kerasinspect.errors import NotAModel
from kerasinspect.limits import Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kerasinspect.containers.remote.listing import Entry
    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Limits

_PAGE = b"<"
"""What a page of HTML begins with, which some servers give for whatever they do not have; no file of a model does."""

_LOOKED_AT = 1 << 8
"""Bytes that are looked at for that."""


class RemoteFolder:
    """A folder of another machine, whose names are asked for once."""

    def __init__(self, address: str, limits: Limits) -> None:
        """Take its address; nothing is asked yet."""
        self._address = folder_address(address)
        self._limits = limits
        self._listed: dict[str, Entry] | None = None
        self._known: dict[str, bool] = {}
        self._inside: dict[str, RemoteFolder] = {}
        self.lists = self._address.partition("://")[0].lower() not in WEB
        """Whether its machine says which names are in a folder."""

    def __str__(self) -> str:
        """The address as messages say it, without a slash at its end."""
        return shown_address(self._address)

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self._address.rpartition("/")[2]

    def names(self, limits: Limits, known: Collection[str] = ()) -> Iterator[str]:  # noqa: ARG002 - its own count
        """The names in it, or of the known ones those that are there; raises NotAModel, FailedRead or RefusedFile."""
        yield from (self._entries if self.lists else filter(self.has, known))

    @property
    def folders(self) -> list[str]:
        """The names in it that are folders; raises what ``names`` raises."""
        return [entry.name for entry in self._entries.values() if entry.is_folder] if self.lists else []

    def has(self, name: str) -> bool:
        """Whether something in it has a name; raises NotAModel or FailedRead where its machine does not say so."""
        if self.lists:
            return name in self._entries
        if name not in self._known:
            self._known[name] = self._is_there(name)
        return self._known[name]

    def source(self, name: str) -> Source:
        """A file in it; raises what ``open_remote`` raises."""
        return open_source(address_inside(self._address, name))

    def inside(self, name: str) -> RemoteFolder:
        """A folder in it, whether it is there or not; the same one each time."""
        if not name:
            return self
        if name not in self._inside:
            self._inside[name] = RemoteFolder(address_inside(self._address, name), self._limits)
        return self._inside[name]

    def require_own(self, name: str) -> None:
        """Do nothing: there are no links."""

    def below(self, name: str, tally: Tally) -> Iterator[Below]:
        """The files in a folder of it and in those below that; none where its machine lists nothing."""
        pending = [name] if self.lists and self.has(name) and self._entries[name].is_folder else []
        while pending:
            place = pending.pop()
            entries = sorted(self.inside(place)._entries.values())  # noqa: SLF001 - another of its kind
            tally.add(len(entries))
            yield from (Below(f"{place}/{one.name}", one.nbytes) for one in entries if not one.is_folder)
            pending += [f"{place}/{one.name}" for one in reversed(entries) if one.is_folder]

    @property
    def _entries(self) -> dict[str, Entry]:
        """What is in it, by name."""
        if self._listed is None:
            tally = Tally("folder_entries", self._limits.folder_entries, str(self))
            listed: dict[str, Entry] = {}
            for entry in entries_at(self._address):
                tally.add()
                listed[entry.name] = entry
            self._listed = listed
        return self._listed

    def _is_there(self, name: str) -> bool:
        """Whether a file can be had."""
        try:
            with closing(self.source(name)) as source:
                head = source.read_at(0, min(source.size, _LOOKED_AT))
        except NotAModel:
            return False
        return head.strip() != b"" and not head.lstrip().startswith(_PAGE)
