"""What a file is as a container, whatever the model in it means: members, checksums, links, values kept elsewhere."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.errors import InspectError
from kerasinspect.reading.archive import open_archive
from kerasinspect.reading.hdf5 import read_hdf5
from kerasinspect.reading.hdf5_header import superblock_position
from kerasinspect.reading.keras_archive import WEIGHTS
from kerasinspect.reading.limits import DEFAULT, Limits, check_inflation
from kerasinspect.reading.sharded import is_index, open_shard, shard_names
from kerasinspect.reading.sources import open_source
from kerasinspect.reading.stored import InMemory, Withheld
from kerasinspect.reading.strict_json import parse_json
from kerasinspect.reading.zip_directory import (
    FILE_KIND,
    LONGEST_DESCRIPTOR,
    SYMBOLIC_LINK,
    find_directory,
    leads_elsewhere,
    written_entries,
)
from kerasinspect.reading.zip_members import DESCRIBED_LATER, LOCAL_SIGNATURE, STORED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.reading.archive import Archive
    from kerasinspect.reading.sources import Source
    from kerasinspect.reading.stored import Group
    from kerasinspect.reading.zip_members import Entry, Member

COMPACT_LIMIT = 1 << 16
"""Bytes that an HDF5 header can hold: more of them in memory were put together from chunks."""


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """One member of an archive."""

    name: str
    nbytes: int
    stored_nbytes: int
    compressed: bool
    crc_matches: bool | None = None
    """None where its bytes cannot be read."""
    problem: str = ""
    """Why its bytes cannot be read, as a sentence or the end of one."""
    leads_elsewhere: bool = False
    """Its name would leave the folder that it is extracted into."""
    symbolic_link: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A path inside an HDF5 file, and what is to be said of it."""

    path: str
    words: str


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """What a model's file is as a container."""

    nbytes: int
    """Of the file, or of all files of a folder or of sharded weights."""
    members: tuple[MemberFacts, ...] = ()
    """Of an archive, in the order of its directory; those that share a name too."""
    unused_nbytes: int = 0
    """Bytes between the members of an archive that belong to none."""
    links: tuple[Place, ...] = ()
    """Names in HDF5 files that lead somewhere by a path rather than to an object of their own."""
    withheld: tuple[Place, ...] = ()
    """Arrays whose values lie in other files, or behind a filter that is not read."""
    compressed: tuple[str, ...] = ()
    """Arrays that are stored in chunks, so that they have to be put together before they can be used."""


def container_facts(location: str | os.PathLike[str], limits: Limits = DEFAULT) -> ContainerFacts:
    """The facts about a file, a folder or the index of sharded weights that ``open_model`` has opened.

    Reads every byte of an archive, in pieces, for the checksums. Raises what ``open_model`` raises.
    """
    path = Path(os.fspath(location))
    if path.is_dir():
        facts = file_facts(path / WEIGHTS, limits)
        return replace(facts, nbytes=sum(file.stat().st_size for file in path.rglob("*") if file.is_file()))
    return file_facts(path, limits)


def file_facts(path: Path, limits: Limits) -> ContainerFacts:
    """The facts about one file, and about the shards that it names if it is an index."""
    with ExitStack() as stack:
        source = open_source(path)
        stack.callback(source.close)
        if source.read_at(0, min(source.size, len(LOCAL_SIGNATURE))) == LOCAL_SIGNATURE:
            archive = open_archive(source, limits)
            stack.callback(archive.close)
            return archive_facts(archive, limits)
        facts = ContainerFacts(source.size)
        if superblock_position(source) is not None:
            return hdf5_facts(facts, source, limits)
        for name in names_of_shards(source, limits):
            shard = open_shard(path.parent, name, source)
            stack.callback(shard.close)
            facts = hdf5_facts(replace(facts, nbytes=facts.nbytes + shard.size), shard, limits)
        return facts


def names_of_shards(source: Source, limits: Limits) -> list[str]:
    """The shards that an index names; none where the file is no index."""
    index = parse_json(source.read_at(0, min(source.size, limits.json_bytes + 1)), source.label, limits).value
    return shard_names(source, index["weight_map"]) if is_index(index) else []


def archive_facts(archive: Archive, limits: Limits) -> ContainerFacts:
    """The facts about an archive and the weights in it."""
    extent = find_directory(archive.file)
    directory = archive.file.read_at(extent.start, extent.size)
    entries = [*written_entries(archive.file, directory, extent)]
    members = tuple(
        member_facts(archive, member, entry, limits) for member, entry in zip(archive.entries, entries, strict=True)
    )
    used = sum(member.end - member.header for member in archive.entries)
    used += sum(LONGEST_DESCRIPTOR for entry in entries if entry.flags & DESCRIBED_LATER)
    facts = ContainerFacts(archive.file.size, members, max(0, extent.start - used))
    return hdf5_facts(facts, archive.source(WEIGHTS), limits) if WEIGHTS in archive.members else facts


def member_facts(archive: Archive, member: Member, entry: Entry, limits: Limits) -> MemberFacts:
    """The facts about one member; of those that share a name, only the last one's bytes are read."""
    facts = MemberFacts(
        name=member.name,
        nbytes=member.size,
        stored_nbytes=member.compressed_size,
        compressed=member.method != STORED,
        problem=member.problem,
        leads_elsewhere=leads_elsewhere(member.name),
        symbolic_link=entry.mode & FILE_KIND == SYMBOLIC_LINK,
    )
    if member.problem or archive.members[member.name] is not member:
        return facts
    try:
        check_inflation(member.compressed_size, member.size, limits, "archive_ratio", archive.where(member))
        return replace(facts, crc_matches=archive.check_crc(member.name))
    except InspectError as error:
        return replace(facts, problem=error.message)


def hdf5_facts(facts: ContainerFacts, source: Source, limits: Limits) -> ContainerFacts:
    """The facts with those about the HDF5 file that a source holds."""
    root, _ = read_hdf5(source, limits)
    withheld, compressed = [], []
    for array in root.all_arrays():
        if isinstance(array.storage, Withheld):
            withheld.append(Place(array.path, array.storage.reason))
        elif isinstance(array.storage, InMemory) and array.nbytes > COMPACT_LIMIT:
            compressed.append(array.path)
    return replace(
        facts,
        links=(*facts.links, *links_of(root)),
        withheld=(*facts.withheld, *withheld),
        compressed=(*facts.compressed, *compressed),
    )


def links_of(root: Group) -> Iterator[Place]:
    """Every link that leads to a path or to something that HDF5 itself does not know."""
    for group in root.walk():
        for name, words in group.links.items():
            if words.startswith(("links to ", "is a link ")):
                yield Place(f"{group.path.rstrip('/')}/{name}", words)
