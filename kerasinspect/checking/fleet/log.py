"""A log of reports, a line of JSON each, written as they come: a run that was ended goes on where its log ends."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from kerasinspect.checking.fleet.records import object_of, parsed, record_of, report_from, text_of
from kerasinspect.containers.sources import require_file
from kerasinspect.errors import NotAModel, RequestError
from kerasinspect.names import LONGEST_SHOWN, cut
from kerasinspect.platforms import keep_to_oneself
from kerasinspect.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.checking.fleet.records import Record
    from kerasinspect.checking.reports import ModelReport

_SCHEMAS = "kerasinspect.log/"
SCHEMA = f"{_SCHEMAS}1"
_NO_LOG = "it is no log of kerasinspect"
_LONGEST_LINE = 1 << 26
"""Bytes of the longest line that is read as one."""


class Head(NamedTuple):
    """The question of a log, as its first line tells it."""

    question: str
    """A digest of all of it."""
    parts: Mapping[str, str] = MappingProxyType({})
    """A digest of each of its parts, by what people call that."""

    @property
    def line(self) -> bytes:
        """The first line."""
        known = {"schema": SCHEMA, "question": self.question, "version": __version__, "parts": dict(self.parts)}
        return json.dumps(known).encode() + b"\n"

    def other(self, line: bytes) -> str:
        """Why a log that begins with a line does not answer this; empty where it does."""
        head = _head_in(line)
        if head is None:
            return _NO_LOG
        schema, version, parts = (head.get(name) for name in ("schema", "version", "parts"))
        if schema != SCHEMA:
            return f"it is a log of another version, {cut(str(schema), LONGEST_SHOWN)}; this release writes {SCHEMA}"
        if head.get("question") == self.question:
            return ""
        if isinstance(version, str) and version != __version__:
            return f"kerasinspect {cut(version, LONGEST_SHOWN)} wrote it, and this is {__version__}"
        before = parts if isinstance(parts, dict) else {}
        names = [name for name, digest in self.parts.items() if before.get(name, digest) != digest]
        differs = f", with other {' and other '.join(names)}" if names else ""
        return f"it answers another question{differs}"


class _Last(NamedTuple):
    """The last line about a file that was there from the start."""

    stamp: str
    start: int
    """Where it lies."""
    readable: bool
    """Whether the file was read as a whole."""


class _Log:
    """The reports of one question in a file; held is only where the last one about each model lies.

    A model that could not be read as a whole is read again: what failed, a machine far away or a library that was not
    installed, may be mended. One that is again what it was before it changed is read again too, so that the last line
    tells what it is now.
    Everything raises RequestError where the file cannot be used.
    """

    def __init__(self, path: str, file: BinaryIO, head: Head) -> None:
        """Take an open file; what a run that was ended wrote of its last line is cut off."""
        self._path, self._file = path, file
        self._last: dict[str, _Last] = {}
        self._end = self._head(head)
        for start, stamp, report in _entries(path, file):
            self._last[report.location] = _Last(stamp, start, report.readable)
            self._end = file.tell()
        file.truncate(self._end)

    def _head(self, head: Head) -> int:
        """Where the reports begin; writes the first line where there is none."""
        self._file.seek(0)
        line = self._file.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            if line and not head.line.startswith(line):
                raise _unusable(self._path, _NO_LOG)
            self._file.seek(0)
            self._file.write(head.line)
            self._file.flush()
            return self._file.tell()
        if why := head.other(line):
            raise _unusable(self._path, why)
        return len(line)

    def has(self, location: str, stamp: str) -> bool:
        """Whether the last report is about a file as it is now, and it was read as a whole."""
        last = self._last.get(location)
        return last is not None and last.readable and last.stamp == stamp

    def report(self, location: str, stamp: str) -> ModelReport | None:
        """The last report, where it is about a file as it is now."""
        last = self._last.get(location)
        if last is None or last.stamp != stamp:
            return None
        self._file.seek(last.start)
        try:
            return _entry_in(self._file.readline(_LONGEST_LINE))[1]
        except ValueError:  # somebody wrote there meanwhile
            return None

    def keep(self, report: ModelReport, stamp: str) -> None:
        """Add the report about a file, unless the last one is the same."""
        if self.report(report.location, stamp) == report:
            return
        line = json.dumps({"stamp": stamp, "report": record_of(report)}).encode() + b"\n"
        try:
            self._file.seek(self._end)
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise _unusable(self._path, str(error)) from error
        self._end += len(line)


def read_log(path: str) -> Iterator[ModelReport]:
    """The reports of a log, of each file the last one; raises RequestError for what is no log, or damaged.

    A last line that was not written as a whole is left out.
    """
    with _opened(path, os.O_RDONLY, "rb") as file:
        head = _head_in(file.readline(_LONGEST_LINE))
        if head is None or head["schema"] != SCHEMA:
            raise _unusable(path, _NO_LOG)
        begin = file.tell()
        last = {report.location: start for start, _, report in _entries(path, file)}
        file.seek(begin)
        for start, _, report in _entries(path, file):
            if last.get(report.location) == start:
                yield report


def _head_in(line: bytes) -> Record | None:
    """What the first line of a log says; None for that of anything else."""
    try:
        head = object_of(parsed(line))
    except (ValueError, TypeError):
        return None
    schema = head.get("schema")
    return head if isinstance(schema, str) and schema.startswith(_SCHEMAS) else None


def _entries(path: str, file: BinaryIO) -> Iterator[tuple[int, str, ModelReport]]:
    """Where each whole line from here on begins, its stamp and its report; raises RequestError for one without."""
    start = file.tell()
    for number in count(2):
        line = file.readline(_LONGEST_LINE)
        if not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
            return
        try:
            stamp, report = _entry_in(line)
        except ValueError as error:
            raise _unusable(path, f"its line {number:,} is no report") from error
        yield start, stamp, report
        start += len(line)


def _entry_in(line: bytes) -> tuple[str, ModelReport]:
    """The stamp and the report in a line; raises ValueError for one that has none."""
    try:
        entry = object_of(parsed(line))
        return text_of(entry["stamp"]), report_from(entry["report"])
    except (KeyError, TypeError) as error:
        raise ValueError("not an entry") from error


def _unusable(path: str, why: str) -> RequestError:
    """The error for a file that cannot be used; what it holds may be the work of a night, so that nobody removes it."""
    return RequestError(f"The log {path} cannot be used: {why}.", "Name another file; this one stays as it is.")


@contextmanager
def open_log(path: str, head: Head) -> Iterator[_Log]:
    """The log in a file, which is made where there is none, for one run at a time.

    Raises RequestError where it cannot be used, or another run has it.
    """
    with _opened(path, os.O_RDWR | os.O_CREAT, "r+b") as file:
        if not keep_to_oneself(file.fileno()):
            message = f"The log {path} cannot be used: another run is writing to it."
            raise RequestError(message, "Wait until that has ended, or give each run a log of its own.")
        yield _Log(path, file, head)


@contextmanager
def _opened(path: str, flags: int, mode: Literal["rb", "r+b"]) -> Iterator[BinaryIO]:
    """A file that is a log or may become one; raises RequestError where it cannot be opened."""
    try:
        if os.path.exists(path):  # noqa: PTH110 - any text
            require_file(path, os.stat(path).st_mode)  # noqa: PTH116 - as above
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666)
    except NotAModel as error:
        raise RequestError(f"The log {error.message}", "Name another file.") from error
    except (OSError, ValueError) as error:
        raise RequestError(f"The log {path} cannot be opened: {error}.", "Name another file.") from error
    with os.fdopen(descriptor, mode) as file:
        yield file
