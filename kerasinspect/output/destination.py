"""Where a page goes: standard output, or a file that is there as a whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kerasinspect.errors import RequestError
from kerasinspect.platforms import is_closed_pipe, put_in_place

if TYPE_CHECKING:
    from collections.abc import Iterator


class PipeClosed(Exception):
    """Whoever read the output has gone, as ``head`` does: the end, but nothing that is wrong."""


@contextmanager
def destination(path: str | None, standard: TextIO, *models: str) -> Iterator[TextIO]:
    """The stream to write to: ``standard``, or a file beside ``path`` that takes its place at the end.

    Raises RequestError where it cannot be written, or where it is one of the models; nothing half-written is left.
    Raises PipeClosed where nobody reads standard output any more.
    """
    name = "standard output" if path is None else path
    try:
        if path is None:
            yield standard
            standard.flush()
        else:
            for model in models:
                _refuse_model(path, model)
            with _beside(Path(path)) as stream:
                yield stream
    except OSError as error:
        if path is None and is_closed_pipe(error):
            raise PipeClosed from error
        raise RequestError(
            f"Cannot write to {name}: {error.strerror or error}.", "Nothing was written there."
        ) from error


def _refuse_model(path: str, model: str) -> None:
    """Raise RequestError where the output would take the place of the model."""
    if Path(path).exists() and Path(model).exists() and Path(path).samefile(model):
        raise RequestError(f"The output {path} is the model itself.", "Choose another file with -o.")


@contextmanager
def _beside(path: Path) -> Iterator[TextIO]:
    """A new file in the same folder, renamed at the end; a device or a pipe is written to directly."""
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            yield stream
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            yield stream
        put_in_place(partial, path)
    finally:
        partial.unlink(missing_ok=True)
