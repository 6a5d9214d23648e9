"""The headers of a file on another machine, fetched before they are read: all of one depth at the same time.

What a header leads to is known once it is here, so that a tree of groups would cost a round trip for every object in
it. Here every object of a depth is tried at once: what it needs and is not here is noted, fetched together with what
the others need, and it is tried again. What is wrong with a file is for the reader to say, who walks it afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.hdf5.headers import read_header
from kerasinspect.containers.hdf5.stream import PAGE, MeteredStream
from kerasinspect.containers.hdf5.symbols import NODE_ENTRY, SYMBOL, TABLE, heap_of
from kerasinspect.containers.hdf5.trees import NODE
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.containers.hdf5.file import OpenFile
    from kerasinspect.containers.sources import Ahead


class _NotHere(Exception):
    """Bytes are needed that were not fetched yet."""

    def __init__(self, address: int, size: int) -> None:
        super().__init__(address, size)
        self.address, self.size = address, size


class _Fetched(MeteredStream):
    """Reads of what was fetched already."""

    def __init__(self, ahead: Ahead, file: OpenFile) -> None:
        super().__init__(file.source, file.limits)
        self._ahead = ahead

    def at(self, address: int, size: int) -> bytes:
        """``size`` bytes from an address; raises _NotHere where they were not fetched."""
        start, end = address & -PAGE, min(-(-(address + size) // PAGE) * PAGE, self.source.size)
        if not self._ahead.holds(start, end - start):
            raise _NotHere(start, end - start)
        return super().at(address, size)


class _Part(NamedTuple):
    """Something to be fetched: a way to find out what it leads to, and its address."""

    lead: Callable[[OpenFile, int], Iterator[_Part]]
    address: int


def fetch_headers(file: OpenFile, ahead: Ahead) -> None:
    """Fetch the headers of all objects that the root leads to; raises FailedRead where they cannot be read."""
    known = replace(file, stream=_Fetched(ahead, file))
    waiting = [_Part(_object, file.root)]
    seen = {*waiting}
    while waiting:
        needed: list[tuple[int, int]] = []
        next_ones: list[_Part] = []
        while waiting:
            part = waiting.pop()
            try:
                leads = [*part.lead(known, part.address)]
            except _NotHere as missing:
                needed.append((missing.address, missing.size))
                next_ones.append(part)
            except Exception:  # noqa: BLE001, S112 - the reader meets the same, and says so
                continue
            else:
                waiting += [one for one in leads if one not in seen]
                seen.update(leads)
        ahead.fetch(needed)
        waiting = next_ones


def _object(file: OpenFile, address: int) -> Iterator[_Part]:
    """The tree and the names of a group."""
    if table := read_header(file, address).symbol_table():
        tree, heap = table
        yield _Part(_node, tree)
        yield _Part(_names, heap)


def _names(file: OpenFile, address: int) -> Iterator[_Part]:
    """Nothing more than the names of a group."""
    heap_of(file.stream, address)
    return iter(())


def _node(file: OpenFile, address: int) -> Iterator[_Part]:
    """The nodes or the tables below a node of a tree."""
    *_, level, count = NODE.unpack(file.stream.at(address, NODE.size))
    lead = _node if level else _table
    entries = file.stream.at(address + NODE.size, count * NODE_ENTRY.size)
    return (_Part(lead, below) for (below,) in NODE_ENTRY.iter_unpack(entries))


def _table(file: OpenFile, address: int) -> Iterator[_Part]:
    """The objects that the symbols of a table lead to."""
    _, count = TABLE.unpack(file.stream.at(address, TABLE.size))
    symbols = file.stream.at(address + TABLE.size, count * SYMBOL.size)
    return (_Part(_object, target) for _, target, *_ in SYMBOL.iter_unpack(symbols))
