"""Hostile and broken ZIP archives around a plain model."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.makers.hostile.cases import Case, from_bytes
from tests.makers.plain_models import config, keras_archive, parts
from tests.makers.raw_zip import DEFLATED, WIDE, Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIG, WEIGHTS = b"config.json", b"model.weights.h5"
HOSTILE_CONFIG = json.dumps(config(class_name="Hostile")).encode()
MIB = 1 << 20


def changed(name: bytes, **fields: Any) -> bytes:  # noqa: ANN401 - any field of a part
    """The plain archive, one member of which has other fields."""
    return raw_zip([replace(part, **fields) if part.name == name else part for part in parts()])


def lying(name: bytes, *, listed: dict[str, Any] | None = None, local: dict[str, Any] | None = None) -> bytes:
    """The plain archive, one member of which lies in the directory, in its own header, or in both."""
    return changed(name, listed=listed or {}, local=local or {})


def with_more(*more: Part, **options: Any) -> bytes:  # noqa: ANN401 - as ``raw_zip`` takes them
    """The plain archive with more members."""
    return raw_zip([*parts(), *more], **options)


def blank_deflated(mebibytes: int) -> bytes:
    """Deflated spaces."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b" " * MIB
    return b"".join(deflater.compress(block) for _ in range(mebibytes)) + deflater.flush()


def bomb(name: bytes, mebibytes: int, declared: int | None = None) -> bytes:
    """An archive one member of which inflates to so many mebibytes and declares some size."""
    size = mebibytes * MIB if declared is None else declared
    fields = {"method": DEFLATED, "size": size}
    body = Part(name, blank_deflated(mebibytes), listed=fields, local=fields)
    return raw_zip([body if part.name == name else part for part in parts()])


def end_changed(at: int, layout: str, *values: int) -> bytes:
    """The plain archive with other numbers in its end record."""
    data = bytearray(keras_archive())
    struct.pack_into(layout, data, len(data) - 22 + at, *values)
    return bytes(data)


def flipped(name: bytes) -> bytes:
    """The plain archive with one bit of a member's bytes flipped."""
    part = next(part for part in parts() if part.name == name)
    data = bytearray(keras_archive())
    at = data.index(part.data) + len(part.data) // 2
    data[at] ^= 4
    return bytes(data)


def cut(share: float) -> bytes:
    """The beginning of the plain archive."""
    data = keras_archive()
    return data[: int(len(data) * share)]


HUGE = {"size": 1 << 31, "compressed_size": 1 << 31}


def zip_cases() -> Iterable[Case]:
    """All of them."""
    yield from_bytes("zip-plain", keras_archive, "read", "second")
    yield from_bytes("zip-comment", lambda: with_more(comment=b"hello"), "read", "second")
    yield from_bytes("zip-wide", lambda: with_more(wide=True), "read", "second")
    yield from_bytes("zip-deflated", lambda: changed(WEIGHTS, method=DEFLATED), "read", "second")
    yield from_bytes(
        "zip-duplicate", lambda: with_more(Part(CONFIG, HOSTILE_CONFIG)), "read", "config.json 2 times", "KI405"
    )
    yield from_bytes(
        "zip-duplicate-first", lambda: raw_zip([Part(CONFIG, HOSTILE_CONFIG), *parts()]), "read", "2 times", "KI405"
    )
    yield from_bytes("zip-encrypted", lambda: changed(CONFIG, flags=1), "survive", "encrypted")
    yield from_bytes("zip-encrypted-weights", lambda: changed(WEIGHTS, flags=1), "refuse", "encrypted")
    for method in (1, 9, 12, 14, 93, 99):
        yield from_bytes(f"zip-method-{method}", partial(changed, WEIGHTS, method=method), "refuse", f"method {method}")
    yield from_bytes(
        "zip-local-name", lambda: lying(WEIGHTS, local={"name": b"model.weights.h6"}), "refuse", "its name"
    )
    yield from_bytes("zip-local-size", lambda: lying(WEIGHTS, local={"size": 1}), "refuse", "its size or CRC")
    yield from_bytes("zip-offset", lambda: lying(WEIGHTS, listed={"offset": 1 << 31}), "refuse", "outside")
    yield from_bytes("zip-offset-other", lambda: lying(WEIGHTS, listed={"offset": 0}), "refuse", "other members")
    yield from_bytes("zip-offset-inside", lambda: lying(WEIGHTS, listed={"offset": 9}), "refuse")
    yield from_bytes("zip-size", lambda: lying(WEIGHTS, listed=HUGE, local=HUGE), "refuse", "reach out")
    yield from_bytes("zip-size-missing", lambda: lying(WEIGHTS, listed={"size": WIDE}), "refuse", "cut off")
    yield from_bytes("zip-bad-crc", lambda: flipped(CONFIG), "survive", "config.json .* is damaged: .* CRC")
    yield from_bytes("zip-bit-rot", lambda: flipped(WEIGHTS), "survive", flagged="KI404")
    yield from_bytes("zip-fake-end", lambda: with_more(comment=keras_archive()), "refuse", "more than one end record")
    yield from_bytes("zip-prefix", lambda: with_more(prefix=b"MZ" * 50), "refuse", "100 bytes stand before")
    yield from_bytes("zip-prefix-zip", lambda: keras_archive() + keras_archive(), "refuse", "other members")
    yield from_bytes("zip-behind", lambda: keras_archive() + b"\0" * 99, "refuse", "99 bytes follow")
    yield from_bytes("zip-nul", lambda: with_more(Part(CONFIG + b"\0.txt", HOSTILE_CONFIG)), "refuse", "holds a NUL")
    yield from_bytes("zip-count", lambda: end_changed(8, "<2H", 9, 9), "refuse", "entry 4 of 9")
    yield from_bytes("zip-count-less", lambda: end_changed(8, "<2H", 2, 2), "refuse", "more than the 2")
    yield from_bytes("zip-split", lambda: end_changed(4, "<2H", 1, 1), "refuse", "split")
    yield from_bytes("zip-directory-size", lambda: end_changed(12, "<L", 1 << 31), "refuse", "other members")
    yield from_bytes("zip-directory-start", lambda: end_changed(16, "<L", 1 << 31), "refuse", "other members")
    yield from_bytes("zip-bomb", lambda: bomb(CONFIG, 70), "survive", "limit json_bytes")
    yield from_bytes("zip-bomb-lie", lambda: bomb(CONFIG, 70, 500), "survive", "do not inflate to the 500")
    yield from_bytes("zip-bomb-weights", lambda: bomb(WEIGHTS, 70), "refuse", "limit archive_ratio")
    yield from_bytes("zip-bomb-huge", lambda: bomb(WEIGHTS, 1, WIDE - 1), "refuse", "limit archive_ratio")
    yield from_bytes("zip-members", lambda: with_more(*many_parts(8_000)), "refuse", "limit archive_members")
    for name in (b"../../x", b"/etc/passwd", b"C:\\x", b"a\\..\\..\\x"):
        yield from_bytes(f"zip-name-{name.hex()}", partial(with_more, Part(name)), "read", "a place outside", "KI506")
    yield from_bytes(
        "zip-link", lambda: with_more(Part(b"assets/x", b"/x", mode=0o120777)), "read", "symbolic link", "KI510"
    )
    yield from_bytes(
        "zip-name-bytes", lambda: with_more(Part(b"\xff\xfe\x1b[2J", flags=0x800)), "read", "second", "KI512"
    )
    yield from_bytes("zip-name-long", lambda: with_more(Part(b"n" * 65_000)), "read", "second")
    yield from_bytes("zip-no-config", lambda: raw_zip(parts()[2:]), "survive")
    yield from_bytes("zip-no-weights", lambda: raw_zip(parts()[:2]), "survive")
    yield from_bytes("zip-empty", lambda: raw_zip([]), "refuse", "it is empty")
    yield from_bytes("zip-folder", lambda: raw_zip([folded(part) for part in parts()]), "refuse", "folder my_model")
    yield from_bytes(
        "zip-in-zip", lambda: raw_zip([Part(b"model.keras", keras_archive())]), "refuse", "holds a model file"
    )
    yield from_bytes("zip-weights-not-hdf5", lambda: keras_archive(weights=b"not HDF5" * 99), "refuse")
    for percent in (1, 10, 50, 90, 99):
        yield from_bytes(f"zip-cut-{percent}", partial(cut, percent / 100), "refuse", "cut off|is damaged|text|known")


def many_parts(count: int) -> list[Part]:
    """Members that nothing needs."""
    return [Part(b"assets/%d" % number) for number in range(count)]


def folded(part: Part) -> Part:
    """The same member in a folder."""
    return replace(part, name=b"my_model/" + part.name)
