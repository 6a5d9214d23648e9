"""Why a file cannot be read as a Keras model: one cause and one remedy, from a few of its bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.sources import STANDARD_INPUT
from kerasinspect.containers.zip.archive import open_archive
from kerasinspect.errors import COPY_AGAIN, DamagedFile, NotAModel, UnreadableFile
from kerasinspect.formats.foreign_files import (
    CONVERT,
    NAME_A_MODEL,
    NOT_OPENED,
    UNPACK,
    foreign_file,
    listed,
    shortened,
    shown_bytes,
)
from kerasinspect.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from collections.abc import Collection

    from kerasinspect.containers.sources import Source

_HEAD = 4096
"""Bytes at the beginning of a file that are looked at."""
_TAIL = 64
"""Bytes at its end that are."""

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_SUPERBLOCK_STARTS = (0, 512, 1024, 2048)
"""Where an HDF5 file begins: a block of the user's may lie before it."""
HDF5_PARTS = (b"HEAP\0\0\0\0", b"TREE\0", b"SNOD\1", b"OHDR\2")
TEXT_COPIES = (b"\x89HDF\n\x1a\n", b"\x89HDF\r\r\n", b"\x89HDF\r\n\x1a\r\n", b"\xef\xbf\xbdHDF", b"\x09HDF", b"HDF\r\n")
_FIRST_MEMBER = (b"metadata.json", 30)
"""A Keras archive's first name, and where it stands."""
_SUPERBLOCK, _SMALLEST_SUPERBLOCK, _LAST_SUPERBLOCK = 96, 48, 3

_NEVER_WRITTEN = "It was never written or copied: get it again."


class _ForeignArchive(NamedTuple):
    """A kind of ZIP archive that is no model, and the name of a member by which it is known."""

    name: re.Pattern[str]
    noun: str
    remedy: str


_ARCHIVES = (
    _ForeignArchive(re.compile(r"(.*/)?(data|constants)\.pkl"), "a PyTorch checkpoint, not a Keras model", NOT_OPENED),
    _ForeignArchive(re.compile(r"(.*/)?saved_model\.pb"), "a ZIP archive of a TensorFlow SavedModel", CONVERT),
    _ForeignArchive(re.compile(r".*\.(keras|h5|hdf5)"), "a ZIP archive that holds a model file", UNPACK),
    _ForeignArchive(re.compile(r"[^/]*\.npy"), "a NumPy archive of arrays (.npz), not a Keras model", NAME_A_MODEL),
    _ForeignArchive(re.compile(r"\[Content_Types\]\.xml"), "an office document", NAME_A_MODEL),
    _ForeignArchive(re.compile(r"META-INF/MANIFEST\.MF"), "a Java archive", NAME_A_MODEL),
)
"""The first row counts of which some name in the archive fits."""


def diagnose(source: Source, limits: Limits = DEFAULT) -> UnreadableFile:
    """Why no reader takes a file: the error to raise, for what the file is or for how it is damaged.

    Raises DamagedFile for a file that is still being written.
    """
    if not source.size:
        piped = source.path == STANDARD_INPUT
        remedy = "Look at what the command before the pipe says." if piped else _NEVER_WRITTEN
        return NotAModel(f"{source.label} is empty: 0 bytes.", remedy)
    head = source.read_at(0, min(_HEAD, source.size))
    tail = source.read_at(max(0, source.size - _TAIL), min(_TAIL, source.size))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _other_archive(source, limits)
    if any(head.startswith(HDF5_SIGNATURE, start) for start in _SUPERBLOCK_STARTS):
        return _hdf5_damage(source)
    if b"PK\x05\x06" in tail and not head.startswith(*_FIRST_MEMBER):
        return _other_archive(source, limits)
    return _damaged_head(source, head) or foreign_file(source, head, tail, limits)


def _hdf5_damage(source: Source) -> DamagedFile:
    """Why an HDF5 file cannot be read, from its superblock: cut off, being written, or damaged.

    Layout: HDF5 File Format Specification, section II.A.
    """
    head = source.read_at(0, min(_HEAD, source.size))
    start = next((start for start in _SUPERBLOCK_STARTS if head.startswith(HDF5_SIGNATURE, start)), 0)
    block = source.read_at(start, min(_SUPERBLOCK, source.size - start))
    if len(block) < _SMALLEST_SUPERBLOCK:
        message = f"{source.label} is cut off: its {source.size:,} bytes are less than the head of an HDF5 file."
        return DamagedFile(message, COPY_AGAIN)
    version = block[8]
    width = block[13] if version <= 1 else block[9]
    if version > _LAST_SUPERBLOCK or width not in {4, 8}:
        message = f"{source.label} is damaged: its HDF5 superblock at byte {start} says {shown_bytes(block[8:16])}."
        return DamagedFile(message, COPY_AGAIN)
    at = {0: 24, 1: 28}.get(version, 12) + 2 * width
    expected = int.from_bytes(block[at : at + width], "little")
    if expected > source.size:
        message = f"{source.label} is cut off: its HDF5 superblock says {expected:,} bytes, and it has {source.size:,}."
        return DamagedFile(message, COPY_AGAIN)
    if version == _LAST_SUPERBLOCK and block[11] & 1:
        message = f"{source.label} is marked as being written: a program still writes it, or was killed."
        return DamagedFile(message, "Wait for it; if nothing writes it, try h5clear -s on a copy.")
    message = f"{source.label} is a damaged HDF5 file: the groups and arrays in it cannot be found."
    return DamagedFile(message, COPY_AGAIN)


def not_keras_hdf5(source: Source, names: Collection[str]) -> NotAModel:
    """The error for an HDF5 file without a Keras model; ``names`` are what it has at its top."""
    held = f"it holds {listed(names)}" if names else "it holds nothing"
    return NotAModel(f"{source.label} is an HDF5 file without a Keras model: {held}.", NAME_A_MODEL)


def _damaged_head(source: Source, head: bytes) -> DamagedFile | None:
    """The error for an HDF5 file or an archive whose first bytes were changed, or None."""
    if head.startswith(TEXT_COPIES):
        message = f"{source.label} is an HDF5 file that was copied as text, which destroys its numbers."
        return DamagedFile(message, "Copy it again as binary (*.h5 binary in .gitattributes; binary mode in FTP).")
    if any(part in head for part in HDF5_PARTS):
        message = f"{source.label} is an HDF5 file whose first bytes are damaged: {shown_bytes(head[:8])}."
        return DamagedFile(message, COPY_AGAIN)
    if head.startswith(*_FIRST_MEMBER):
        message = f"{source.label} is a Keras archive whose first bytes are damaged: {shown_bytes(head[:8])}."
        return DamagedFile(message, COPY_AGAIN)
    return None


def _other_archive(source: Source, limits: Limits) -> UnreadableFile:
    """What a ZIP archive is that is no Keras model, or why it cannot be read."""
    try:
        names = tuple(open_archive(source, limits).members)
    except UnreadableFile as error:
        return error
    if folder := next((name.rpartition("/")[0] for name in names if name.endswith("/config.json")), None):
        message = f"{source.label} is a ZIP archive of the folder {shortened(folder)}, which holds the model."
        return NotAModel(message, "Unpack it and name that folder, or zip the files in it without the folder.")
    for row in _ARCHIVES:
        if found := next(filter(row.name.fullmatch, names), None):
            return NotAModel(f"{source.label} is {row.noun}: it holds {shortened(found)}.", row.remedy)
    held = f"it holds {listed(names)}" if names else "it is empty"
    return NotAModel(f"{source.label} is a ZIP archive without a Keras model: {held}.", NAME_A_MODEL)
