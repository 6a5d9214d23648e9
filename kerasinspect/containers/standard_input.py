"""Standard input as a file that is read by position; a pipe is kept in a temporary file first, up to a limit."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from typing import IO, TYPE_CHECKING

from kerasinspect.containers.sources import BLOCK, STANDARD_INPUT, Handle, Source
from kerasinspect.errors import NotAModel, RefusedFile, RequestError
from kerasinspect.limits import Tally
from kerasinspect.platforms import Descriptor

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.limits import Limits

_WORDS = "Standard input"
_NUMBER = 0
"""The descriptor of standard input."""
_ARCHIVE = b"PK"
"""What an archive begins with."""


def open_standard_input() -> Source:
    """The file that standard input is; raises NotAModel where it is none, such as a pipe. It never waits."""
    handle = Handle(Descriptor(os.dup(_NUMBER)), _WORDS)
    if not stat.S_ISREG(handle.status.st_mode):
        raise NotAModel(f"{_WORDS} is no file that is read by position.", "Keep it in a file, and name that.")
    return Source(STANDARD_INPUT, handle, 0, handle.status.st_size)


def keep_standard_input(limits: Limits) -> None:
    """Let standard input be a file: what a pipe gives is kept in one without a name, which takes its place.

    Raises RequestError for a terminal, and RefusedFile for more than the limits or the disk allow.
    """
    if os.isatty(_NUMBER):
        message = f"{_WORDS} is a terminal, and no model comes from it."
        raise RequestError(message, "Pipe a model into it: cat model.keras | kerasinspect COMMAND -")
    if _is_read_by_position():
        return
    import tempfile  # noqa: PLC0415 - a file is not copied

    try:
        with tempfile.TemporaryFile() as kept:
            _copy(kept, limits)
            os.dup2(kept.fileno(), _NUMBER)
            os.lseek(_NUMBER, 0, os.SEEK_SET)
    except OSError as error:
        message = f"{_WORDS} cannot be kept in a temporary file: {error.strerror or error}."
        raise RefusedFile(message, "Set TMPDIR to a folder with room for it, or name a file.") from error


def copy_standard_input(folder: Path) -> Path:
    """A copy of the model that is standard input, in a folder, with the ending of its content: Keras goes by that."""
    with closing(open_standard_input()) as source:
        is_archive = source.read_at(0, min(source.size, len(_ARCHIVE))) == _ARCHIVE
        path = folder / f"standard_input{'.keras' if is_archive else '.h5'}"
        with path.open("wb") as copy:
            copy.writelines(source.blocks(0, source.size))
    return path


def _is_read_by_position() -> bool:
    """Whether standard input is a file, from its beginning on."""
    return stat.S_ISREG(os.fstat(_NUMBER).st_mode) and not os.lseek(_NUMBER, 0, os.SEEK_CUR)


def _copy(kept: IO[bytes], limits: Limits) -> None:
    """Write all that standard input gives to a file; raises RefusedFile for more than the limits allow."""
    tally = Tally("standard_input_bytes", limits.standard_input_bytes, _WORDS)
    while data := os.read(_NUMBER, BLOCK):
        tally.add(len(data))
        kept.write(data)
    kept.flush()
