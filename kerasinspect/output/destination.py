"""Where output goes: standard output, or a file."""

from __future__ import annotations

from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.writing import Target


@contextmanager
def destination(target: Target | None, standard: TextIO, *read: str | None) -> Iterator[TextIO]:
    """The stream to write text to: ``standard``, or a file beside the target that takes its place at the end.

    Raises RequestError where it cannot be written or must not be replaced; nothing half-written is left.
    Raises PipeClosed where nobody reads standard output any more.
    """
    if target is not None:
        from kerasinspect.writing import replaced  # noqa: PLC0415 - most pages go to standard output

        with replaced(target, *read) as raw:
            stream = TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="\n")
            yield stream
            stream.flush()
            stream.detach()
        return
    try:
        yield standard
        standard.flush()
    except OSError:
        from kerasinspect.writing import write_errors  # noqa: PLC0415 - as above

        with write_errors("standard output"):
            raise
