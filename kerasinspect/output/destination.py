"""Where output goes: standard output, or a file that is there as a whole or not at all. Nothing else here writes files.

A model is never replaced: not the one that was read, and not another one that a mistyped name means.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from kerasinspect.errors import RequestError
from kerasinspect.platforms import is_closed_pipe, put_in_place

if TYPE_CHECKING:
    from collections.abc import Iterator

DEVICES = {"dev", "proc"}
"""Folders at the top of a system whose files stand for something else: they are written to, and never renamed."""


class PipeClosed(Exception):
    """Whoever read the output has gone, as ``head`` does: the end, but nothing that is wrong."""


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write."""

    path: str
    force: bool = False
    """Whether it may take the place of a file that is no earlier output."""


@contextmanager
def destination(target: Target | None, standard: TextIO, *models: str) -> Iterator[TextIO]:
    """The stream to write text to: ``standard``, or a file beside the target that takes its place at the end.

    Raises RequestError where it cannot be written or must not be replaced; nothing half-written is left.
    Raises PipeClosed where nobody reads standard output any more.
    """
    if target is not None:
        with replaced(target, *models) as raw:
            stream = TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="\n")
            yield stream
            stream.flush()
            stream.detach()
        return
    with _said("standard output"):
        yield standard
        standard.flush()


@contextmanager
def replaced(target: Target, *models: str) -> Iterator[BinaryIO]:
    """A new file that takes the target's place at the end; raises as ``destination`` does."""
    require_replaceable(target, *models)
    with _said(target.path), _beside(target, *models) as stream:
        yield stream


def require_replaceable(target: Target | None, *models: str) -> None:
    """Raise RequestError where the target is there already and must stay: before the work, too, where that is long.

    ``models`` are what is read: neither a file that is one of them under another name nor one in the folder of one is
    replaced.
    """
    if target is None or not Path(target.path).is_file():
        return
    from kerasinspect.reading.existing_files import existing_file  # noqa: PLC0415 - numpy comes with it

    path, found = Path(target.path), existing_file(target.path)
    for model in map(Path, filter(None, models)):
        if model.exists() and path.samefile(model):
            raise RequestError(f"The output {path} is the model itself.", "Choose another file with -o.")
        if found.kind != "own" and model.is_dir() and path.resolve().is_relative_to(model.resolve()):
            raise RequestError(f"The output {path} is a part of the model.", "Choose another file with -o.")
    if found.kind == "model":
        message = f"The output {path} is there already, and is {found.noun}: what may be a model is never replaced."
        raise RequestError(message, "Choose another file, or remove that one yourself.")
    if found.kind == "other" and not target.force:
        message = f"The output {path} is there already, and is {found.noun} that kerasinspect did not write."
        raise RequestError(message, "Choose another file, or say --force.")


@contextmanager
def _said(name: str) -> Iterator[None]:
    """What goes wrong with writing, in a sentence."""
    try:
        yield
    except OSError as error:
        if is_closed_pipe(error):
            raise PipeClosed from error
        raise RequestError(
            f"Cannot write to {name}: {error.strerror or error}.", "Nothing was written there."
        ) from error


@contextmanager
def _beside(target: Target, *models: str) -> Iterator[BinaryIO]:
    """A new file in the same folder, renamed at the end; a device or a pipe is written to directly."""
    path = Path(target.path)
    if (path.exists() and not path.is_file()) or DEVICES.intersection(path.absolute().parts[1:2]):
        with path.open("wb") as stream:
            yield stream
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("xb") as stream:
            yield stream
        require_replaceable(target, *models)  # something may have been written there meanwhile
        put_in_place(partial, path)
    finally:
        partial.unlink(missing_ok=True)
