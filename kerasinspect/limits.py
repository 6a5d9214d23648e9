"""Limits on what is read of a file; reading stops beyond one with a sentence that names it.

Every default is far above real models: one of 20,000 layers and a file of 100 GB pass. A file that passes a limit is
refused before the work is done, and ``--limit NAME=VALUE`` raises that one limit.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from kerasinspect.arguments import in_python
from kerasinspect.errors import RefusedFile, RequestError
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

_MIB = 1 << 20

_MOST_DIGITS = 18
"""Digits of the largest number that a limit can be set to."""

_MOST_BITS = 64
"""Bits of the largest number that is written out in a message."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one file, or one name on the command line, may ask for."""

    json_bytes: int = 64 * _MIB
    """Bytes of one JSON document: a config, a metadata file, an index of shards."""
    json_depth: int = 256
    """Objects and lists inside one another in a JSON document."""
    json_marks: int = 4_000_000
    """Commas, colons and opening brackets in a JSON document: what its parsed form costs in memory grows with them."""
    json_marks_inflated: int = 500_000
    """Those of a deflated document, which Keras never writes, unless two deflated bytes stand for each of them."""
    json_objects: int = 600_000
    """Objects in a JSON document, which cost most: a layer's config has about ten."""
    layers: int = 25_000
    """Layers of a model, those inside others too."""
    path_characters: int = 16 * _MIB
    """Characters in the paths and classes of all layers and arrays: names of models inside one another add up."""
    listed_names: int = 200_000
    """Names of layers and arrays that the attributes of a legacy file list."""
    hdf5_objects: int = 250_000
    """Groups and datasets of one HDF5 file, each counted once."""
    hdf5_depth: int = 64
    """Groups inside one another in an HDF5 file."""
    hdf5_links: int = 500_000
    """Names in all groups of an HDF5 file, several of which may lead to one object."""
    hdf5_chunks: int = 1_000_000
    """Chunks that one array is stored in."""
    hdf5_attributes: int = 10_000
    """Attributes of one group or dataset of an HDF5 file."""
    hdf5_attribute_values: int = 500_000
    """Values of all attributes of an HDF5 file: the names of a legacy model's layers and weights are most of them."""
    hdf5_attribute_bytes: int = 64 * _MIB
    """Bytes of one attribute's value: a legacy file keeps its config in one."""
    hdf5_header_bytes: int = 128 * _MIB
    """Bytes of HDF5 headers, links and attributes read in all; array data does not count."""
    message_fields: int = 2_000_000
    """Fields of the messages in one file of TensorFlow, of which each object and each tensor takes some."""
    name_bytes: int = 64 << 10
    """Bytes of one name of a group, a dataset, an attribute or an archive member."""
    archive_members: int = 1_000
    """Members of an archive."""
    archive_directory_bytes: int = 16 * _MIB
    """Bytes of the list of members at an archive's end."""
    archive_ratio: int = 100
    """How many times larger an archive's member may become, where it becomes larger than ``inflated_free``."""
    inflated_ratio: int = 1_100
    """How many times larger the arrays of an HDF5 file, or of a step of Orbax, may become in all, where they become
    larger than ``inflated_free``."""
    zstd_ratio: int = 33_000
    """How many times larger one array of a step of Orbax may become, where it becomes larger than ``inflated_free``:
    128 KiB of zeros are four bytes, and an optimizer begins with zeros only."""
    inflated_free: int = 64 * _MIB
    """Bytes that compressed data may become whatever the ratio."""
    unpacked_ratio: int = 100
    """How many times larger than its file what Keras unpacks of it may be, where it is more than ``inflated_free``."""
    asset_bytes: int = 64 * _MIB
    """Bytes of one file beside the weights, such as a vocabulary."""
    shards: int = 1_000
    """Files that a model's weights are split over."""
    folder_entries: int = 1_000_000
    """Names looked at in folders: where one is searched, where a pattern is held against it, or beside a model."""
    found_models: int = 250_000
    """Models that one folder or one pattern on the command line means."""
    standard_input_bytes: int = 4 << 30
    """Bytes of a model that comes through a pipe, which are kept in a temporary file."""
    pattern_characters: int = 4_096
    """Characters of a pattern on the command line."""


DEFAULT = Limits()


def over_limit(limit: str, value: int, allowed: int, where: str) -> RefusedFile:
    """The error for ``where``, which asks for ``value`` where the limit named ``limit`` allows ``allowed``."""
    message = f"{where} exceeds the limit {limit}: {_digits(value)}, where {_digits(allowed)} are allowed."
    remedy = f"If you trust the file, raise the limit: --limit {limit}=VALUE{in_python(f'Limits({limit}=VALUE)')}."
    return RefusedFile(message, remedy)


@dataclass(slots=True)
class Tally:
    """How much ``where`` has used up of what a limit allows."""

    limit: str
    allowed: int
    where: str
    used: int = 0

    def add(self, count: int = 1) -> None:
        """Count some more; raises RefusedFile where that exceeds the limit."""
        self.used += count
        if self.used > self.allowed:
            raise over_limit(self.limit, self.used, self.allowed, self.where)


def check_inflation(stored: int, declared: int, limits: Limits, limit: str, where: str) -> None:
    """Raise RefusedFile where ``stored`` bytes are to become ``declared`` ones against the ratio named ``limit``.

    Deflate itself cannot pass 1,032: more is a lie, or was deflated twice.
    """
    allowed: int = getattr(limits, limit)
    if declared > max(limits.inflated_free, stored * allowed):
        raise over_limit(limit, declared // max(stored, 1), allowed, where)


def check_paths(characters: int, limits: Limits, where: str) -> None:
    """Raise RefusedFile where paths have more characters in all than the limit ``path_characters``.

    Each path holds all names around what it leads to, so that a small file could ask for any amount of memory.
    """
    if characters > limits.path_characters:
        raise over_limit("path_characters", characters, limits.path_characters, where)


def with_limits(base: Limits, pairs: Iterable[str]) -> Limits:
    """``base`` with the limits that ``NAME=VALUE`` texts name; raises RequestError for one that means nothing."""
    return replace(base, **dict(map(_parse_limit, pairs)))


def _parse_limit(pair: str) -> tuple[str, int]:
    """A limit's name and its value from ``NAME=VALUE``."""
    names = [field.name for field in fields(Limits)]
    name, equals, text = pair.partition("=")
    name = name.strip()
    if name not in names:
        near = nearest(name, names)
        raise RequestError(f"There is no limit named {name!r}.", f"The nearest is {near}; all: {', '.join(names)}.")
    value = _whole_number(text)
    if not equals or value is None:
        raise RequestError(f"The limit {name} needs a whole number, not {text!r}.", f"Write --limit {name}=NUMBER.")
    return name, value


def _whole_number(text: str) -> int | None:
    """The positive number that a text of at most 18 digits stands for, or None."""
    plain = text.strip().replace("_", "").replace(",", "")
    if not (plain.isascii() and plain.isdigit()) or len(plain) > _MOST_DIGITS:
        return None
    return int(plain) or None


def _digits(value: int) -> str:
    """A number with its thousands apart, or about how large it is where writing it out would help nobody."""
    bits = value.bit_length()
    return f"{value:,}" if bits <= _MOST_BITS else f"about 2^{bits - 1}"
