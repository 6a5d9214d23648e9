"""What a file is as a container, whatever the model in it means: members, checksums, links, values kept elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.datasets.chunks import Chunked
from kerasinspect.containers.stored import PICKLED, Withheld
from kerasinspect.containers.zip.members import STORED
from kerasinspect.errors import ClosedModel, DamagedFile, FailedRead, InspectError
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.names import leads_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.containers.stored import Group, Link
    from kerasinspect.containers.zip.archive import Archive
    from kerasinspect.containers.zip.members import Member
    from kerasinspect.formats.contents import Container
    from kerasinspect.model import Model
    from kerasinspect.remarks import Remark


@dataclass(frozen=True, slots=True)
class _MemberFacts:
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
    special: str = ""
    """What it would be where it is extracted, other than a file or a folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path inside an HDF5 file, and what is to be said of it."""

    path: str
    words: str
    is_elsewhere: bool = False
    """It is an array whose values lie in other files."""


@dataclass(frozen=True, slots=True)
class _LinkAt:
    """A name in an HDF5 file that leads to no object of its own."""

    path: str
    link: Link


@dataclass(frozen=True, slots=True)
class ContainerFacts:
    """What a model's file is as a container."""

    nbytes: int
    """Of the file, or of all files of a folder or of sharded weights."""
    members: tuple[_MemberFacts, ...] = ()
    """Of an archive, in the order of its directory; those that share a name too."""
    packed: tuple[_MemberFacts, ...] = ()
    """Of an archive of arrays in an archive or in a folder, likewise."""
    unused_nbytes: int = 0
    """Bytes between the members of an archive that belong to none."""
    outside_nbytes: int = 0
    """Bytes of an HDF5 file before its beginning and behind its end."""
    links: tuple[_LinkAt, ...] = ()
    """Names in HDF5 files that lead somewhere by a path rather than to an object of their own."""
    shared: tuple[_LinkAt, ...] = ()
    """Names in HDF5 files that lead to an object which has another name, too."""
    withheld: tuple[Place, ...] = ()
    """Arrays whose values are not read: they lie in other files or behind a filter, or are no numbers."""
    pickled: tuple[str, ...] = ()
    """Arrays of pickled Python objects, which only running code could load."""
    oversized: tuple[Place, ...] = ()
    """Arrays that declare far more than the file holds for them."""
    compressed: tuple[str, ...] = ()
    """Arrays that are stored in chunks, so that they have to be put together before they can be used."""
    group_paths: tuple[str, ...] = ()
    """Every group of the HDF5 files, and every name that leads to no group or array of its own."""
    leading_out: tuple[Place, ...] = ()
    """Names of an HDF5 file that lead out of their group where they are used as paths."""
    repeated_keys: tuple[tuple[str, str], ...] = ()
    """A JSON document, and a key that one of its objects has twice."""
    unwritten: tuple[Remark, ...] = ()
    """Arrays that were never written, or not all of them."""
    broken_lists: tuple[Remark, ...] = ()
    """Layers of a legacy file that list what the file does not hold."""

    wrong_tensors: tuple[str, ...] | None = None
    """Tensors of a checkpoint whose bytes have another checksum than is stored; None in any other file."""
    has_graph: bool = False
    """A graph of functions lies beside the weights, which runs where the model is loaded and called."""

    @property
    def wrong_checksums(self) -> tuple[_MemberFacts, ...]:
        """The members whose bytes have another checksum than their archive names."""
        return tuple(member for member in (*self.members, *self.packed) if member.crc_matches is False)


def container_facts(container: Container) -> ContainerFacts:
    """The facts about the open files that a model was read from.

    Reads every byte of an archive, in pieces, for the checksums; raises FailedRead where the system does not give them.
    """
    listed = (Place(path, f"Its attributes list {name}") for path, name in container.listed_names if leads_out(name))
    facts = ContainerFacts(
        container.nbytes,
        leading_out=tuple(listed),
        repeated_keys=container.repeated_keys,
        broken_lists=container.broken_lists,
    )
    if container.archive is not None:
        facts = replace(facts, members=_facts_of(container.archive), unused_nbytes=container.archive.unused_nbytes)
    if container.packed is not None:
        facts = replace(facts, packed=_facts_of(container.packed))
    if container.bundle is not None:
        wrong = tuple(name for name in container.bundle.checked() if name is not None)
        facts = replace(facts, wrong_tensors=wrong, has_graph=container.has_graph)
    for tree in container.trees:
        unwritten = (*facts.unwritten, *tree.unwritten)
        facts = replace(facts, outside_nbytes=facts.outside_nbytes + tree.outside_nbytes, unwritten=unwritten)
        facts = _with_group(facts, tree.root)
    return facts


def checksum_nbytes(container: Container) -> int:
    """Bytes that are read for the checksums of an archive, as far as the directory tells."""
    archives = (container.archive, container.packed)
    members = (member for archive in archives if archive for member in archive.members.values())
    bundled = 0 if container.bundle is None else container.bundle.nbytes
    return bundled + sum(member.compressed_size for member in members)


def _facts_of(archive: Archive) -> tuple[_MemberFacts, ...]:
    """The facts about every member of an archive."""
    return tuple(_member_facts(archive, member) for member in archive.entries)


def _member_facts(archive: Archive, member: Member) -> _MemberFacts:
    """The facts about one member; of those that share a name, only the last one's bytes are read."""
    facts = _MemberFacts(
        name=member.name,
        nbytes=member.size,
        stored_nbytes=member.compressed_size,
        compressed=member.method != STORED,
        problem=member.problem,
        leads_elsewhere=member.leads_elsewhere,
        special=member.special,
    )
    if member.problem or archive.members[member.name] is not member:
        return facts
    try:
        return replace(facts, crc_matches=archive.check_crc(member.name))
    except (ClosedModel, FailedRead):
        raise
    except InspectError as error:
        return replace(facts, problem=error.message)


def _with_group(facts: ContainerFacts, root: Group) -> ContainerFacts:
    """The facts with those about everything in an HDF5 file."""
    arrays, links = [*root.all_arrays()], [*_links_of(root)]
    return replace(
        facts,
        links=(*facts.links, *(one for one in links if one.link.is_path)),
        shared=(*facts.shared, *(one for one in links if one.link.kind == "same")),
        withheld=(
            *facts.withheld,
            *(
                Place(one.path, one.storage.reason, one.storage.is_elsewhere)
                for one in arrays
                if isinstance(one.storage, Withheld) and one.dtype != PICKLED
            ),
        ),
        pickled=(*facts.pickled, *(one.path for one in arrays if one.dtype == PICKLED)),
        oversized=(*facts.oversized, *(Place(one.path, one.problem) for one in arrays if one.problem)),
        compressed=(*facts.compressed, *(one.path for one in arrays if isinstance(one.storage, Chunked))),
        group_paths=(*facts.group_paths, *_paths_of(root)),
        leading_out=(*facts.leading_out, *_names_leading_out(root)),
    )


def _links_of(root: Group) -> Iterator[_LinkAt]:
    """Every name that leads to no object of its own."""
    for group in root.walk():
        yield from (_LinkAt(f"{group.path.rstrip('/')}/{name}", link) for name, link in group.links.items())


def _paths_of(root: Group) -> Iterator[str]:
    """The path of every group, and of every name that leads to no object of its own."""
    for group in root.walk():
        yield group.path
        yield from (f"{group.path.rstrip('/')}/{name}" for name in group.links)


def _names_leading_out(root: Group) -> Iterator[Place]:
    """Names of objects that leave their group where they are used as paths."""
    for group in root.walk():
        for name in (*group.groups, *group.arrays, *group.links):
            if leads_out(name):
                yield Place(group.path, f"It holds an object named {name}")


def wrong_checksum(model: Model, facts: ContainerFacts) -> Iterator[str]:
    """A sentence where the weights of a model have another checksum than its file says, whatever rule is asked."""
    if model.checksum is None or not facts.wrong_checksums:
        return
    try:
        model.checksum.verify()
    except DamagedFile as error:
        yield error.message
