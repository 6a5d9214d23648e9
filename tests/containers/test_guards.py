"""Guards against structures that send a reader round in circles, asked directly.

No file is made here, and none may be: whatever these bytes stand for would end or hang other readers if it lay in a
file that they open. So each guard is asked with the few bytes that it looks at, in memory. What lies in files made by
these tests is such that h5py and zipfile read it or raise an error; ``tests/hostile/outside.py`` sees to that.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest

from kerasinspect.assembly import assemble
from kerasinspect.containers.hdf5.attributes import heap_objects, objects_of
from kerasinspect.containers.hdf5.file import OpenFile
from kerasinspect.containers.hdf5.stream import MeteredStream
from kerasinspect.containers.hdf5.symbols import GROUP_NODE, NODE_ENTRY, heap_of, text_at
from kerasinspect.containers.hdf5.trees import NODE, leaf_entries
from kerasinspect.containers.zip.directory import check_coverage
from kerasinspect.containers.zip.members import Member
from kerasinspect.errors import RefusedFile
from kerasinspect.formats.contents import Contents
from kerasinspect.limits import DEFAULT
from tests.makers.hostile.sharing_cases import nested

if TYPE_CHECKING:
    from kerasinspect.containers.sources import Source


@dataclass(frozen=True)
class Memory:
    """Bytes in memory in place of a file."""

    data: bytes
    label: str = "memory"

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.data)

    def read_at(self, position: int, count: int) -> bytes:
        """Some of them."""
        return self.data[position : position + count]


def source(data: bytes) -> Source:
    """The bytes as what readers take."""
    return cast("Source", Memory(data))


def stream(data: bytes) -> MeteredStream:
    """The bytes as what headers are read through."""
    return MeteredStream(source(data), DEFAULT)


def node(level: int, *below: int, kind: int = GROUP_NODE) -> bytes:
    """A node of a tree with these addresses in it."""
    return NODE.pack(b"TREE", kind, level, len(below)) + b"".join(NODE_ENTRY.pack(address) for address in below)


TREES: dict[str, tuple[bytes, str]] = {
    "its own child": (node(1, 0), "its own descendant"),
    "a child twice": (node(1, 56, 56) + node(0), "two parents"),
    "a level twice": (node(1, 40) + node(1, 0), "of kind 0 and level 1"),
    "another kind": (node(0, kind=1), "of kind 1"),
    "another signature": (b"HEAP" + node(0)[4:], "HEAP"),
    "cut short": (node(0, 1, 2)[:-1], "bytes 24 to 56 of 55"),
}


@pytest.mark.parametrize(("data", "said"), TREES.values(), ids=list(TREES))
def test_a_tree_is_walked_downwards_and_each_node_once(data: bytes, said: str) -> None:
    """A node that is no further down than its parent, or that was met, ends the walk."""
    with pytest.raises(ValueError, match=said):
        list(leaf_entries(stream(data), 0, GROUP_NODE, NODE_ENTRY))


def test_a_tree_gives_what_its_leaves_hold() -> None:
    """The guards let a sound one pass."""
    whole = node(1, 56, 96) + node(0, 7) + node(0, 8, 9)
    entries = leaf_entries(stream(whole), 0, GROUP_NODE, NODE_ENTRY)
    assert [address for (address,) in entries] == [7, 8, 9]


def heap_object(place: int, data: bytes, size: int | None = None) -> bytes:
    """An object of a global heap, which declares its own size or another one."""
    return struct.pack("<H6xQ", place, len(data) if size is None else size) + data.ljust(-(-len(data) // 8) * 8, b"\0")


def test_a_heap_ends_at_its_free_space_whatever_that_declares() -> None:
    """Free space of no size is no reason to go on, and one that reaches beyond the heap is not followed."""
    for size in (0, 16, 1 << 62):
        data = heap_object(1, b"text") + heap_object(0, b"", size) + heap_object(2, b"never reached")
        assert dict(heap_objects(data)) == {1: b"text"}


def test_a_heap_whose_objects_reach_beyond_it_is_damaged() -> None:
    """Also where an object of no size is met: each step leads further."""
    assert dict(heap_objects(heap_object(1, b"") * 3)) == {1: b""}
    with pytest.raises(ValueError, match="object 2 of a heap has 99 bytes"):
        dict(heap_objects(heap_object(1, b"a") + heap_object(2, b"b", 99)))


def test_a_heap_declares_no_less_than_its_own_head() -> None:
    """A size that would lead backwards is an error."""
    data = struct.pack("<4sB3xQ", b"GCOL", 1, 8)
    made = stream(data)
    with pytest.raises(ValueError, match="bytes 16 to 8 of 16"):
        objects_of(OpenFile(source(data), DEFAULT, made, 0), 0)


def heap(free: int, *blocks: int) -> bytes:
    """A heap with one name in it, and free space that begins and goes on as it says."""
    names = b"\0name\0\0\0" + struct.pack(f"<{len(blocks)}Q", *blocks)
    return struct.pack("<4sB3xQQQ", b"HEAP", 0, len(names), free, 32) + names


@pytest.mark.parametrize("blocks", [(1,), ((1 << 64) - 1,), (8, 1, 16), (24, 1, 16, 8, 16)], ids=str)
def test_names_are_found_beside_the_free_space_of_their_heap(blocks: tuple[int, ...]) -> None:
    """None, a block of it, or two of them."""
    names = heap_of(stream(heap(*blocks)), 0)
    assert text_at(names, 1) == b"name"
    with pytest.raises(ValueError, match="no name begins at 2"):
        text_at(names, 2)


@pytest.mark.parametrize("blocks", [(0,), (9, 1, 16), (8, 1, 0), (8, 1, 24), (8, 8, 16), (1 << 62,)], ids=str)
def test_free_space_that_is_not_in_its_heap_or_never_ends_is_damage(blocks: tuple[int, ...]) -> None:
    """What stands between blocks that are none is no names."""
    with pytest.raises((ValueError, struct.error), match=r"free bytes|unpack"):
        heap_of(stream(heap(*blocks)), 0)


def member(name: str, header: int, size: int) -> Member:
    """A stored member of an archive, whose bytes follow its header at once."""
    return Member(name, header + 30 + len(name), size, size, 0, 0, header)


def test_members_that_share_bytes_are_refused_before_any_is_inflated() -> None:
    """However many share however much: it is seen from where they begin and end."""
    data = source(bytes(200))
    check_coverage(data, [member("a", 0, 69), member("b", 100, 69)], 200)
    with pytest.raises(RefusedFile, match="overlap at byte 100"):
        check_coverage(data, [member("a", 0, 70), member("b", 100, 69)], 200)


def test_many_layers_deep_inside_models_take_little_time() -> None:
    """A layer costs once, not once for each model around it."""
    config: dict[str, Any] = nested(50, 1, 3_000)
    started = time.process_time()
    model = assemble(Contents("memory", "keras-archive", config=config))
    assert sum(1 for _ in model.walk()) == 3_050
    assert time.process_time() - started < 5
