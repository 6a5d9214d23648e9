"""HDF5 groups and datasets, read with suspicion.

This module decides what is looked at. Links, layout, filters and sizes are judged from the header before anything is
followed or read, and whatever goes wrong while it is parsed becomes DamagedFile. Nothing outside the file is ever
opened: soft, external and user-defined links, external storage and virtual datasets are shown as what they are.

Source: HDF5 File Format Specification 3.0, sections III and IV.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, NamedTuple

from kerasinspect.containers.hdf5.datasets.arrays import stored_array
from kerasinspect.containers.hdf5.datasets.chunks import Chunked
from kerasinspect.containers.hdf5.datasets.extents import overlaps
from kerasinspect.containers.hdf5.datasets.unwritten import never_written
from kerasinspect.containers.hdf5.file import OpenFile, open_file
from kerasinspect.containers.hdf5.messages import DATASPACE, DATATYPE, LAYOUT, LINK_INFO, SYMBOL_TABLE
from kerasinspect.containers.hdf5.objects import header_at
from kerasinspect.containers.hdf5.stream import parsing
from kerasinspect.containers.stored import Group, Link, Tree, Unwritten, Withheld
from kerasinspect.errors import COPY_AGAIN, DamagedFile, RefusedFile
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.limits import check_inflation, over_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kerasinspect.containers.hdf5.headers import Header
    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.stored import Attribute, StoredArray
    from kerasinspect.limits import Limits

_OF_ARRAYS, _OF_GROUPS = frozenset({DATASPACE, LAYOUT}), frozenset({SYMBOL_TABLE, LINK_INFO})
"""Kinds of message of which an array has all, and a group at least one."""


@dataclass(frozen=True, slots=True)
class _Unfilled:
    """A group whose links have not been looked at yet."""

    group: Group
    links: Callable[[], Iterator[tuple[str, int | Link]]]
    depth: int


class _Home(NamedTuple):
    """The place of an array: a group, and the array's name in it."""

    group: Group
    name: str

    @property
    def array(self) -> StoredArray:
        """The array itself."""
        return self.group.arrays[self.name]


@dataclass(slots=True)
class _Walk:
    """One reading of a file's structure: what was seen, and what it has cost."""

    file: OpenFile
    seen: dict[int, str] = field(default_factory=dict)
    """The first path at which each object was met, by address."""
    arrays: dict[int, _Home] = field(default_factory=dict)
    """The place of every array, by address."""
    aliases: list[tuple[_Home, int]] = field(default_factory=list)
    """Every further name of an array, and its address."""
    links: int = 0
    inflated: int = 0
    unwritten: int = 0
    damage: list[str] = field(default_factory=list)
    pending: list[_Unfilled] = field(default_factory=list)


def read_hdf5(source: Source, limits: Limits) -> Tree:
    """The root group with everything below it, and what is damaged or does not belong there.

    Raises DamagedFile where not even the root can be read, RefusedFile where a limit is passed.
    """
    file = open_file(source, limits)
    if ahead := file.source.ahead:
        from kerasinspect.containers.hdf5.scouting import fetch_headers  # noqa: PLC0415 - most files are here

        fetch_headers(file, ahead)
    with parsing(file.source, "its root"):
        header = header_at(file, file.root)
        links = header.links()
        _check_group(file, header, "/")
    with parsing(file.source, "the attributes of /"):
        root = Group("/", header.attributes("/"))
    walk = _Walk(file, {file.root: "/"}, pending=[_Unfilled(root, links, 1)])
    while walk.pending:
        _fill(walk, walk.pending.pop())
    _settle(walk)
    file.stream.forget()
    arrays = (home.array for home in walk.arrays.values())
    unwritten = tuple(remark for array in arrays if (remark := never_written(array)))
    return Tree(root, tuple(walk.damage), file.outside_nbytes, unwritten)


def _fill(walk: _Walk, unfilled: _Unfilled) -> None:
    """Put everything that a group's links lead to in its place."""
    group = unfilled.group
    try:
        with parsing(walk.file.source, group.path):
            links = list(_bounded(walk, group.path, unfilled.links()))
    except DamagedFile as error:
        walk.damage.append(error.message)
        return
    for name, target in links:
        if name in group.arrays or name in group.groups or name in group.links:
            walk.damage.append(f"{group.path} in {walk.file.source.label} has two objects named {name}.")
        elif isinstance(target, Link):
            group.links[name] = target
            walk.damage.append(f"{group.path.rstrip('/')}/{name} in {walk.file.source.label} {target.words}.")
        elif target in walk.seen:
            walk.file.stream.charge(len(walk.seen[target]))
            group.links[name] = Link("same", walk.seen[target])
            if target in walk.arrays:
                walk.aliases.append((_Home(group, name), target))
        else:
            _place(walk, unfilled, name, target)


def _bounded(walk: _Walk, path: str, links: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Links, as long as names and numbers stay within the limits."""
    limits = walk.file.limits
    for name, target in links:
        walk.links += 1
        if walk.links > limits.hdf5_links:
            raise over_limit("hdf5_links", walk.links, limits.hdf5_links, walk.file.source.label)
        if len(name) > limits.name_bytes:
            raise over_limit("name_bytes", len(name), limits.name_bytes, f"A name in {path}")
        walk.file.stream.charge(len(path) + 2 * len(name) + (len(target.words) if isinstance(target, Link) else 0))
        yield name, target


def _place(walk: _Walk, parent: _Unfilled, name: str, address: int) -> None:
    """Put the object at an address under its name: a dataset, a group, or a note of why it is neither."""
    file, group = walk.file, parent.group
    path = walk.seen[address] = f"{group.path.rstrip('/')}/{name}"
    if len(walk.seen) > file.limits.hdf5_objects:
        raise over_limit("hdf5_objects", len(walk.seen), file.limits.hdf5_objects, file.source.label)
    try:
        with parsing(file.source, path):
            header = header_at(file, address)
            links = header.links()
        if not _OF_ARRAYS.isdisjoint(header.messages):
            _place_array(walk, group, name, header, path)
            walk.arrays[address] = _Home(group, name)
        elif DATATYPE in header.messages:
            group.links[name] = Link("datatype")
        else:
            _check_group(file, header, path)
            if parent.depth >= file.limits.hdf5_depth:
                raise over_limit("hdf5_depth", parent.depth + 1, file.limits.hdf5_depth, path)
            group.groups[name] = Group(path, _attributes(walk, header, path), position=address)
            walk.pending.append(_Unfilled(group.groups[name], links, parent.depth + 1))
    except DamagedFile as error:
        walk.damage.append(error.message)
        group.links[name] = Link("damaged")


def _check_group(file: OpenFile, header: Header, path: str) -> None:
    """Raise DamagedFile for an object with other messages than a group has, even one that holds nothing."""
    if _OF_GROUPS.isdisjoint(header.messages):
        message = f"{path} in {file.source.label} is damaged: it is not a group, dataset or datatype."
        raise DamagedFile(message, COPY_AGAIN)


def _attributes(walk: _Walk, header: Header, path: str) -> Mapping[str, Attribute]:
    """The attributes of a group; none where they are damaged, which hides nothing else of it."""
    try:
        with parsing(walk.file.source, f"the attributes of {path}"):
            return header.attributes(path)
    except DamagedFile as error:
        walk.damage.append(error.message)
        return {}


def _place_array(walk: _Walk, group: Group, name: str, header: Header, path: str) -> None:
    """Put a dataset under its name, unreadable where all so far together inflate to more than the file can hold."""
    source = walk.file.source
    with parsing(source, path):
        array, is_inflated = stored_array(walk.file, header, path)
    if is_inflated and not isinstance(array.storage, Withheld):
        try:
            check_inflation(source.size, walk.inflated + array.nbytes, walk.file.limits, "inflated_ratio", path)
            walk.inflated += array.nbytes
        except RefusedFile as error:
            array = replace(array, problem=str(error))
    if isinstance(array.storage, Unwritten):
        walk.unwritten += array.nbytes
        if walk.unwritten > walk.file.limits.inflated_free and not array.problem:
            array = replace(array, problem=f"{path} is one of many arrays that declare bytes which are not stored.")
    if array.problem:
        walk.damage.append(array.problem)
    elif isinstance(array.storage, Withheld) and array.storage.is_partial:
        walk.damage.append(array.storage.reason)
    group.arrays[name] = array


def _settle(walk: _Walk) -> None:
    """Find the chunks of all arrays, leave alone what lies over anything else, and give further names their arrays.

    All that needs the whole file to be known first.
    """
    for home in walk.arrays.values():
        _find_chunks(walk, home)
    homes = [home for home in walk.arrays.values() if not home.array.problem]
    arrays = [home.array for home in homes]
    for place, words in overlaps(walk.file, arrays):
        _set_problem(walk, homes[place], f"{arrays[place].path} in {walk.file.source.label} is damaged: {words}.")
    for home, address in walk.aliases:
        path = f"{home.group.path.rstrip('/')}/{home.name}"
        home.group.aliases[home.name] = replace(walk.arrays[address].array, path=path)


def _find_chunks(walk: _Walk, home: _Home) -> None:
    """Find where the chunks of an array lie, if it has any."""
    storage = home.array.storage
    if isinstance(storage, Chunked) and not home.array.problem:
        try:
            storage.find()
        except (DamagedFile, RefusedFile) as error:
            _set_problem(walk, home, str(error))


def _set_problem(walk: _Walk, home: _Home, words: str) -> None:
    """Say why the values of an array cannot be read."""
    home.group.arrays[home.name] = replace(home.array, problem=words)
    walk.damage.append(words)
