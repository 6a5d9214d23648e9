"""Weights split over several files: an index ``NAME.weights.json`` and the shards beside it."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasinspect.errors import DamagedFile, NotAModel, RefusedFile
from kerasinspect.reading.contents import Container, Tree
from kerasinspect.reading.hdf5 import read_hdf5
from kerasinspect.reading.limits import passed
from kerasinspect.reading.sources import open_beside
from kerasinspect.reading.stored import Group
from kerasinspect.reading.strict_json import parse_json
from kerasinspect.reading.weights_file import read_weights_tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack

    from kerasinspect.reading.contents import Contents
    from kerasinspect.reading.limits import Limits
    from kerasinspect.reading.sources import Source

INDEX_ENDING = ".weights.json"


def is_index(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a JSON document is an index of shards."""
    return isinstance(value, dict) and isinstance(value.get("weight_map"), dict)


def read_sharded(source: Source, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of sharded weights, from their index; None where the JSON is something else.

    Raises DamagedFile that names the shard which is missing, RefusedFile for one that does not lie beside the index.
    """
    index = parse_json(source.read_at(0, min(source.size, limits.json_bytes + 1)), source.label, limits).value
    if not is_index(index):
        return None
    names = shard_names(source, index["weight_map"])
    if len(names) > limits.shards:
        raise passed("shards", len(names), limits.shards, source.label)
    root = Group("/")
    trees: list[Tree] = []
    remarks: list[str] = []
    nbytes = 0
    for name in names:
        shard = files.enter_context(closing(open_shard(Path(source.path).parent, name, source)))
        trees.append(read_hdf5(shard, limits))
        merge(root, trees[-1].root, nbytes, remarks)
        nbytes += shard.size
    damage = tuple(sentence for tree in trees for sentence in tree.damage)
    contents = read_weights_tree(source, Tree(ordered(root, index["weight_map"]), damage), limits)
    return replace(
        contents,
        format="keras-weights-sharded",
        remarks=(*contents.remarks, *remarks),
        container=Container(source.size + nbytes, trees=tuple(trees)),
    )


def shard_names(source: Source, weight_map: Mapping[str, Any]) -> list[str]:
    """The shards that the index names, each once, with those that Keras 3.10.0 forgets to name.

    That release lists one shard for a layer that is split over two, but numbers all of them without a gap.
    """
    named = [name for value in weight_map.values() for name in (value if isinstance(value, list) else [value])]
    names = sorted({name for name in named if isinstance(name, str)})
    if not names or not all(isinstance(name, str) for name in named):
        message = f"{source.path} names no shard, or something that is no file."
        raise DamagedFile(message, "Save the model again, or get the file from its source again.")
    for name in names:
        if name != Path(name).name or name in {"", ".", ".."} or "\\" in name or "\0" in name:
            message = f"{source.path} names the shard {name}, which does not lie beside it."
            raise RefusedFile(message, "A shard is only read from the same folder.")
    stem = Path(source.path).name.removesuffix(INDEX_ENDING)
    while names and Path(source.path).parent.joinpath(f"{stem}_{len(names):05}.weights.h5").is_file():
        following = f"{stem}_{len(names):05}.weights.h5"
        if following in names:
            break
        names.append(following)
    return names


def open_shard(folder: Path, name: str, index: Source) -> Source:
    """One shard; raises DamagedFile where it is missing, RefusedFile where it is a link out of the folder."""
    if not os.path.lexists(folder / name):
        message = f"The shard {name} that {index.path} names is missing."
        raise DamagedFile(message, f"Put it into {folder} or save the model again.")
    try:
        return open_beside(folder, name)
    except NotAModel as error:
        raise DamagedFile(error.message, f"{index.path} needs it.") from error


def merge(into: Group, part: Group, before: int, remarks: list[str]) -> None:
    """Add a shard's groups to those of the shards ``before`` it, whose bytes count towards its positions."""
    pending = [(into, part)]
    while pending:
        target, group = pending.pop()
        for name, array in group.arrays.items():
            if name in target.arrays:
                remarks.append(f"{array.path} is in two shards; the second one is left out.")
            else:
                target.arrays[name] = replace(array, position=before + array.position)
        target.links.update(group.links)
        target.aliases.update(group.aliases)
        for name, child in group.groups.items():
            if name not in target.groups:
                target.groups[name] = Group(child.path, child.attributes, position=before + child.position)
            pending.append((target.groups[name], child))


def ordered(root: Group, weight_map: Mapping[str, Any]) -> Group:
    """The same tree with groups in the order of the index, which is the order of the layers."""
    places = {path: place for place, path in enumerate(weight_map)}

    def first(group: Group) -> int:
        return min((places.get(below.path, len(places)) for below in group.walk()), default=len(places))

    for group in [*root.walk()]:
        children = sorted(group.groups.items(), key=lambda item: first(item[1]))
        group.groups.clear()
        group.groups.update(children)
    return root
