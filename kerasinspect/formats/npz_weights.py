"""Weights as ``model.weights.npz``: plain arrays by their headers, pickled ones named and left alone.

Keras itself pickles a dictionary per layer there, which no Keras since 3.9 loads again. Source: numpy.lib.format,
versions 1.0 to 3.0.
"""

from __future__ import annotations

import math
import re
from contextlib import closing
from typing import TYPE_CHECKING

from kerasinspect.containers.stored import PICKLED, Contiguous, Group, Storage, StoredArray, Tree, Withheld
from kerasinspect.containers.zip.archive import open_archive
from kerasinspect.dtypes import Encoding
from kerasinspect.errors import DamagedFile, UnreadableFile
from kerasinspect.formats.weights_file import read_weights_tree
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import check_paths, over_limit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import ExitStack

    from kerasinspect.containers.sources import Source
    from kerasinspect.formats.contents import Contents
    from kerasinspect.limits import Limits

MAGIC = b"\x93NUMPY"
SHORTEST = 12
"""Bytes of the shortest beginning that has a header's length in it."""
HEADER_LIMIT = 1 << 12
_HEADER = re.compile(
    rb"\{'descr': '(?P<code>\|[biu]1|[<>](?:[iu][248]|f[248]))', 'fortran_order': (?P<by_columns>True|False), "
    rb"'shape': \((?P<shape>[0-9, ]{0,999})\), \} *\n"
)
"""The header as numpy writes it: never evaluated, only matched."""
_PICKLES = re.compile(rb"\{'descr': (?:'[<>|=]?O\d*'|'object'|\[[^\]]{0,999}'[<>|=]?O\d*')")
"""A header of Python objects, however it is spelled."""
MOST_AXES = 32
"""As HDF5 allows."""


def read_npz(source: Source, limits: Limits, files: ExitStack) -> Contents:
    """The contents of such an archive; raises what ``open_archive`` raises, and RefusedFile for names too deep or long.

    Each part of a name is a group, whose path has all parts before it. Each array has a checksum of its own.
    """
    inner = files.enter_context(closing(open_archive(source, limits)))
    root = Group("/")
    damage: list[str] = []
    readable: list[str] = []
    characters = 0
    for name in inner.members:
        *folders, last = name.removesuffix(".npy").split("/")
        if len(folders) >= limits.hdf5_depth:
            raise over_limit("hdf5_depth", len(folders) + 1, limits.hdf5_depth, source.label)
        characters += len(name) * (len(folders) + 1)
        check_paths(characters, limits, source.label)
        try:
            _add_array(_group_at(root, folders), last, inner.source(name), damage)
            readable.append(name)
        except UnreadableFile as error:
            damage.append(error.message)
    contents = read_weights_tree(source, Tree(root, tuple(damage)), limits)
    return replace(
        contents,
        remarks=(*contents.remarks, *inner.remarks),
        checksum=inner.checksum_of_all(readable),
        container=replace(contents.container, packed=inner),
    )


def _group_at(root: Group, folders: Iterable[str]) -> Group:
    """The group below others of these names, made where it is not there yet."""
    group = root
    for folder in folders:
        if folder not in group.groups:
            group.groups[folder] = Group(f"{group.path.rstrip('/')}/{folder}")
        group = group.groups[folder]
    return group


def _add_array(group: Group, name: str, source: Source, damage: list[str]) -> None:
    """Add one ``.npy`` file to a group; raises DamagedFile where it is none, or the group has one of that name."""
    if name in group.arrays:
        raise DamagedFile(f"{source.label} is a second array of one name.", "Save the model again.")
    array = _npy_array(source, f"{group.path.rstrip('/')}/{name}")
    group.arrays[name] = array
    if array.problem:
        damage.append(array.problem)
    elif isinstance(array.storage, Withheld):
        damage.append(array.storage.reason)


def _npy_array(source: Source, path: str) -> StoredArray:
    """One ``.npy`` file by its header alone; raises DamagedFile for any other."""
    head = source.read_at(0, min(source.size, SHORTEST))
    if not head.startswith(MAGIC) or len(head) < SHORTEST:
        raise DamagedFile(f"{source.label} is not a NumPy array.", "Save the model again as .keras.")
    start = 10 if head[len(MAGIC)] == 1 else SHORTEST
    length = int.from_bytes(head[8:start], "little")
    header = source.read_at(start, min(length, HEADER_LIMIT, source.size - start))
    if _PICKLES.match(header):
        reason = f"{source.label} holds pickled Python objects, which are never loaded."
        return StoredArray(path, (), PICKLED, Encoding("|V8"), Withheld(reason))
    written = _HEADER.fullmatch(header)
    shape = tuple(int(size) for size in re.findall(rb"[0-9]+", written["shape"])) if written else ()
    if written is None or len(shape) > MOST_AXES:
        raise DamagedFile(f"The header of {source.label} cannot be read.", "Save the model again.")
    encoding = Encoding(written["code"].decode())
    nbytes, at = encoding.itemsize * math.prod(shape), start + length
    storage: Storage = Contiguous(source, at, nbytes)
    if written["by_columns"] == b"True" and len(shape) > 1:
        storage = Withheld(f"The values of {source.label} are stored in Fortran order, which is not supported.")
    left = source.size - at
    if nbytes < left:
        raise DamagedFile(f"{source.label} has {left - nbytes:,} bytes behind its values.", "Save the model again.")
    problem = None if nbytes <= left else f"{path} declares {nbytes:,} bytes, and {source.label} has {max(0, left):,}."
    return StoredArray(path, shape, encoding.word, encoding, storage, at, problem, source)
