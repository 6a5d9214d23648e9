"""Ways to break a model file: blindly, and with an eye for ZIP, HDF5 and JSON."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeAlias

import h5py
import numpy as np

from tests.makers.raw_zip import DEFLATED, STORED, Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Mutator: TypeAlias = "Callable[[Random, bytes], bytes]"

HDF5_MARKS = re.compile(rb"\x89HDF|TREE|HEAP|SNOD|OHDR|OCHK|GCOL|FRHP|FHDB|BTHD|BTLF|FSHD|FSSE")
AFTER_MARK = 96
NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, (1 << 63) - 1, (1 << 64) - 1)
FIELDS = ("flags", "method", "crc", "compressed_size", "size", "offset", "name", "extra", "signature")
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "a\ud800",
    "\x1b[2J\n::error::",
    "x" * 10_000,
    [],
    {},
    [[[]]],
    [None, "a", 3],
    {"class_name": "Dense", "config": {}},
    {"class_name": "__tensor__", "config": {"value": [1], "dtype": "float32"}},
    {"class_name": "__lambda__", "config": {"code": "4wAA"}},
)


def mutate(random: Random, data: bytes) -> bytes:
    """The bytes, changed one to three times by mutators that fit them."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        fitting = list(BLIND)
        if HDF5_MARKS.search(data):
            fitting += [near_mark] * 4
        if data.startswith(b"PK"):
            fitting += [in_archive] * 6
        if data.startswith(b"\x89HDF"):
            fitting += [in_config_attribute] * 2
        data = random.choice(fitting)(random, data)
    return data


def some_bytes(random: Random, data: bytes) -> bytes:
    """A few bytes become others."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8) if changed else 0):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def bytes_at_beginning(random: Random, data: bytes) -> bytes:
    """A few of the first bytes become others."""
    return some_bytes(random, data[:2048]) + data[2048:]


def number(random: Random, data: bytes) -> bytes:
    """Some bytes become a number at a border."""
    return number_at(random, data, random.randrange(len(data) + 1))


def number_at(random: Random, data: bytes, at: int) -> bytes:
    """The bytes at a place become a number at a border, or one about as large as the file."""
    width = random.choice((1, 2, 4, 8))
    value = random.choice((*NUMBERS, len(data), len(data) - 8, at, random.randrange(len(data) + 1)))
    return data[:at] + struct.pack("<Q", max(0, value))[:width] + data[at + width :]


def cut(random: Random, data: bytes) -> bytes:
    """The end is missing."""
    return data[: random.randrange(len(data) + 1)]


def hole(random: Random, data: bytes) -> bytes:
    """A part is missing."""
    start, length = random.randrange(len(data) + 1), random.randint(1, 512)
    return data[:start] + data[start + length :]


def repeated(random: Random, data: bytes) -> bytes:
    """A part stands somewhere else, too."""
    start, to, length = random.randrange(len(data) + 1), random.randrange(len(data) + 1), random.randint(1, 512)
    part = data[start : start + length]
    return data[:to] + part + data[to + random.choice((0, len(part))) :]


def zeros(random: Random, data: bytes) -> bytes:
    """A block was never written."""
    start, length = random.randrange(len(data) + 1) & ~511, random.choice((512, 4096))
    return data[:start] + bytes(len(data[start : start + length])) + data[start + length :]


BLIND: tuple[Mutator, ...] = (some_bytes, some_bytes, bytes_at_beginning, number, cut, hole, repeated, zeros)


def near_mark(random: Random, data: bytes) -> bytes:
    """A number or some bytes change in one of HDF5's structures."""
    at = random.choice([found.start() for found in HDF5_MARKS.finditer(data)]) + random.randrange(AFTER_MARK)
    if random.random() < 0.5:
        return number_at(random, data, min(at, len(data)))
    end = at + random.randint(1, 8)
    return data[:at] + some_bytes(random, data[at:end]) + data[end:]


def in_archive(random: Random, data: bytes) -> bytes:
    """A member changes and the archive's sizes and sums with it, or the archive lies about a member."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [Part(name.encode(), archive.read(name)) for name in archive.namelist()]
    except Exception:  # noqa: BLE001 - an earlier mutation broke it
        return some_bytes(random, data)
    if not parts:
        return data
    chosen = random.randrange(len(parts))
    part = parts[chosen]
    inner = {b".json": in_json, b"ts.h5": near_mark if HDF5_MARKS.search(part.data) else some_bytes}
    mutator = random.choice((inner.get(part.name[-5:], some_bytes), some_bytes, number, cut))
    lies = [{random.choice(FIELDS): odd_field(random)} if random.random() < 0.2 else {} for _ in range(2)]
    changed = mutator(random, part.data) if random.random() < 0.85 else part.data
    method = random.choice((STORED, STORED, STORED, DEFLATED))
    parts[chosen] = Part(part.name, changed, method, local=numeric(lies[0]), listed=numeric(lies[1]))
    if random.random() < 0.1:
        parts.insert(random.randrange(len(parts)), random.choice(parts))
    if random.random() < 0.05:
        del parts[random.randrange(len(parts))]
    return raw_zip(parts, wide=random.random() < 0.1)


def odd_field(random: Random) -> int:
    """A number for a field of a ZIP header."""
    return random.choice((*NUMBERS, random.randrange(1 << 16)))


def numeric(lie: dict[str, int]) -> dict[str, int | bytes]:
    """A lie whose number fits its field."""
    widths = {"flags": 2, "method": 2}
    texts = ("name", "extra", "signature")
    return {
        key: value.to_bytes(8, "little")[:4] if key in texts else value % (1 << 8 * widths.get(key, 4))
        for key, value in lie.items()
    }


def in_json(random: Random, data: bytes) -> bytes:
    """A value of a JSON document becomes another, moves, or goes."""
    try:
        document = json.loads(data)
    except ValueError:
        return some_bytes(random, data)
    for _ in range(random.randint(1, 4)):
        change_value(random, document)
    return json.dumps(document).encode()


def change_value(random: Random, document: Any) -> None:  # noqa: ANN401 - any JSON
    """One value, anywhere in the document, becomes another."""
    places = [(holder, key) for holder in containers(document) for key in keys_of(holder)]
    if not places:
        return
    holder, key = random.choice(places)
    other_holder, other_key = random.choice(places)
    match random.randrange(5):
        case 0:
            del holder[key]
        case 1:
            holder[key] = json.loads(json.dumps(other_holder[other_key]))
        case 2 if isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[key])))
        case _:
            holder[key] = deepcopy(random.choice(ODD_VALUES))


def containers(document: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """All lists and objects of a document."""
    found, pending = [], [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict | list):
            found.append(value)
            pending += value.values() if isinstance(value, dict) else value
    return found


def keys_of(holder: Any) -> list[Any]:  # noqa: ANN401 - a list or an object
    """What the values of a list or an object are found under."""
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))


def in_config_attribute(random: Random, data: bytes) -> bytes:
    """A value of the config in a legacy file becomes another, in a file that is whole."""
    start = data.find(b'{"class_name"')
    if start < 0 or not is_whole(data):
        return some_bytes(random, data)
    buffer = io.BytesIO(data)
    with h5py.File(buffer, "r+") as file:
        config = file.attrs.get("model_config")
        if isinstance(config, str | bytes):
            text = config if isinstance(config, bytes) else config.encode()
            file.attrs.create("model_config", np.bytes_(in_json(random, text)[:60_000]))
    return buffer.getvalue()


WHOLE: set[int] = set()
"""Hashes of the seeds: h5py is only ever given files that nobody has changed."""


def is_whole(data: bytes) -> bool:
    """Whether the bytes are a seed."""
    return hash(data) in WHOLE
