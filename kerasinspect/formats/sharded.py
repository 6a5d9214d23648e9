"""Weights split over several files: an index ``NAME.weights.json`` and the shards beside it."""

from __future__ import annotations

from contextlib import closing
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.hdf5.superblock import SIGNATURE
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import STANDARD_INPUT
from kerasinspect.containers.stored import Group, Tree
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import DamagedFile, NotAModel, RefusedFile
from kerasinspect.formats.contents import INDEX_ENDING, Container
from kerasinspect.formats.weights_file import read_weights_tree
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import over_limit
from kerasinspect.platforms import is_device
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from contextlib import ExitStack

    from kerasinspect.containers.sources import Source
    from kerasinspect.formats.contents import Contents
    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.limits import Limits

_SHARDS_AT_ONCE = 4
"""Shards on another machine that are read at the same time; each asks for several ranges at once."""


def weight_map_of(index: Json) -> JsonObject | None:
    """The shards of each layer, as an index of shards names them; None for any other JSON document."""
    found = index.get("weight_map") if isinstance(index, dict) else None
    return found if isinstance(found, dict) else None


def read_sharded(source: Source, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of sharded weights, from their index; None where the JSON is something else.

    Raises DamagedFile that names the shard which is missing, RefusedFile for one that does not lie beside the index.
    """
    index = parse_json(source.read_at(0, min(source.size, limits.json_bytes + 1)), source.label, limits).value
    weight_map = weight_map_of(index)
    if weight_map is None:
        return None
    if source.path == STANDARD_INPUT:
        raise NotAModel(
            f"{source.label} is an index of shards, which lie beside no file here.", "Name the index itself."
        )
    names = shard_names(source, weight_map, limits)
    root = Group("/")
    trees: list[Tree] = []
    remarks: list[Remark] = []
    nbytes = 0
    for shard, tree in _read_shards(source, names, limits, files, remarks):
        trees.append(tree)
        _merge(root, tree.root, nbytes, remarks)
        nbytes += shard.size
    damage = tuple(sentence for tree in trees for sentence in tree.damage)
    contents = read_weights_tree(source, Tree(in_index_order(root, weight_map), damage), limits)
    return replace(
        contents,
        format="keras-weights-sharded",
        remarks=(*contents.remarks, *remarks),
        container=Container(source.size + nbytes, trees=tuple(trees)),
    )


def _read_shards(
    source: Source, names: Sequence[str], limits: Limits, files: ExitStack, remarks: list[Remark]
) -> Iterator[tuple[Source, Tree]]:
    """Each shard of an index and what it holds; of those on another machine a few are read at the same time."""
    if not source.is_remote:
        yield from ((shard, read_hdf5(shard, limits)) for shard in _open_shards(source, names, files, remarks))
        return
    from kerasinspect.containers.remote.together import together  # noqa: PLC0415 - most shards are files here

    found: dict[str, tuple[Source, Tree]] = {}

    def read(name: str) -> None:
        shard = files.enter_context(closing(_open_shard(name, source)))
        found[name] = shard, read_hdf5(shard, limits)

    together(names, read, _SHARDS_AT_ONCE)
    yield from (found[name] for name in names)


def _open_shards(source: Source, names: Iterable[str], files: ExitStack, remarks: list[Remark]) -> Iterator[Source]:
    """The shards of an index, each file once, whatever the number of names that lead to it."""
    met: dict[tuple[int, int], str] = {}
    for name in names:
        shard = files.enter_context(closing(_open_shard(name, source)))
        status = shard.handle.status
        first = met.setdefault((status.st_dev, status.st_ino), name) if status.st_ino else name
        if first == name:
            yield shard
        else:
            shard.close()
            remarks.append(Remark("repeated-shard", name, (first,)))


def shard_names(source: Source, weight_map: JsonObject, limits: Limits) -> list[str]:
    """The shards that the index names, each once, with those that Keras 3.10.0 forgets to name.

    That release lists one shard for a layer that is split over two, but numbers all of them without a gap.
    """
    named = [name for value in weight_map.values() for name in (value if isinstance(value, list) else [value])]
    names = {name for name in named if isinstance(name, str)}
    if len(names) > limits.shards:
        raise over_limit("shards", len(names), limits.shards, source.label)
    if not names or not all(isinstance(name, str) for name in named):
        message = f"{source.path} names no shard, or something that is not a file."
        raise DamagedFile(message, "Save the model again, or copy or download the file again.")
    for name in sorted(names):
        if name != Path(name).name or name in {"", ".", ".."} or "\\" in name or "\0" in name:
            message = f"{source.path} names the shard {name}, which does not lie beside it."
            raise RefusedFile(message, "A shard is only read from the same folder.")
    names.update(islice(_numbered_shards(source, frozenset(names)), limits.shards + 1))
    if len(names) > limits.shards:
        raise over_limit("shards", len(names), limits.shards, source.label)
    return sorted(names)


def _numbered_shards(source: Source, names: Collection[str]) -> Iterator[str]:
    """The shards beside an index that are numbered from 0 on without a gap, whether it names them or not."""
    stem = Path(source.path).name.removesuffix(INDEX_ENDING)
    for number in count():
        name = shard_name(stem, number)
        if name not in names and not _has_shard(source, name):
            return
        yield name


def _has_shard(index: Source, name: str) -> bool:
    """Whether a shard lies beside an index; a page, which some servers give for any name, is none."""
    if not index.is_remote:
        return index.has_beside(name)
    shard = index.find_beside(name)
    if shard is None:
        return False
    with closing(shard):
        return shard.size >= len(SIGNATURE) and shard.read_at(0, len(SIGNATURE)) == SIGNATURE


def shard_name(stem: str, number: int) -> str:
    """What Keras calls a shard."""
    return f"{stem}_{number:05}.weights.h5"


def _open_shard(name: str, index: Source) -> Source:
    """One shard; raises DamagedFile where it is missing, RefusedFile where it is a link out of the folder."""
    try:
        shard = index.beside(name) if is_device(name) else index.find_beside(name)
    except NotAModel as error:
        raise DamagedFile(error.message, f"{index.path} needs it.") from error
    if shard is None:
        message = f"The shard {name} that {index.path} names is missing."
        raise DamagedFile(message, f"Put it beside {index.path} or save the model again.")
    return shard


def _merge(into: Group, part: Group, before: int, remarks: list[Remark]) -> None:
    """Add a shard's groups to those of the shards ``before`` it, whose bytes count towards its positions."""
    pending = [(into, part)]
    while pending:
        target, group = pending.pop()
        for name, array in group.arrays.items():
            if name in target.arrays:
                remarks.append(Remark("array-in-two-shards", array.path))
            else:
                target.arrays[name] = replace(array, position=before + array.position)
        target.links.update(group.links)
        target.aliases.update(group.aliases)
        for name, child in group.groups.items():
            if name not in target.groups:
                target.groups[name] = Group(child.path, child.attributes, position=before + child.position)
            pending.append((target.groups[name], child))


def in_index_order(root: Group, weight_map: JsonObject) -> Group:
    """The tree with its groups put in the order of the index, which is the order of the layers."""
    places = {path: place for place, path in enumerate(weight_map)}
    groups = [*root.walk()]
    first: dict[str, int] = {}
    for group in reversed(groups):  # those inside before those around them
        inside = [first[child.path] for child in group.groups.values()]
        first[group.path] = min([places.get(group.path, len(places)), *inside])
        children = sorted(group.groups.items(), key=lambda item: first[item[1].path])
        group.groups.clear()
        group.groups.update(children)
    return root
