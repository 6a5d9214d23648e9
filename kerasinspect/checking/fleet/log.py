"""A log of reports, a line of JSON each, written as they come: a run that was ended goes on where its log ends."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from kerasinspect.checking.fleet.records import Record, record_of, report_from
from kerasinspect.containers.sources import require_file
from kerasinspect.errors import NotAModel, RequestError
from kerasinspect.platforms import keep_to_oneself

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.reports import ModelReport

SCHEMA = "kerasinspect.log/1"
_LONGEST_LINE = 1 << 26
"""Bytes of the longest line that is read as one."""


class _Log:
    """The reports of one question in a file. Only where each of them lies is held, however many there are.

    Everything raises RequestError where the file cannot be used.
    """

    def __init__(self, path: str, file: BinaryIO, question: str) -> None:
        """Take an open file; what a run that was ended wrote of its last line is cut off."""
        self._path, self._file = path, file
        self._places: dict[tuple[str, str], int] = {}
        self._end = self._head(question)
        for start, line in self._lines():
            self._places[_place_of(path, line, start)] = start
            self._end = start + len(line)
        file.truncate(self._end)

    def _head(self, question: str) -> int:
        """Where the reports begin; writes the first line where there is none."""
        self._file.seek(0)
        line = self._file.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            if line and not _first_line(question).startswith(line):
                raise _unusable(self._path, "it is no log of kerasinspect")
            self._file.seek(0)
            self._file.write(_first_line(question))
            self._file.flush()
            return self._file.tell()
        if line != _first_line(question):
            is_log = SCHEMA.encode() in line
            why = "it answers another question, or is of another version" if is_log else "it is no log of kerasinspect"
            raise _unusable(self._path, why)
        return len(line)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines from here on that are whole, and where each begins."""
        start = self._end
        self._file.seek(start)
        while (line := self._file.readline(_LONGEST_LINE)).endswith(b"\n"):
            yield start, line
            start += len(line)

    def has(self, location: str, stamp: str) -> bool:
        """Whether there is a report about a file as it is now."""
        return (location, stamp) in self._places

    def report(self, location: str, stamp: str) -> ModelReport | None:
        """The report about a file as it is now; None where there is none."""
        start = self._places.get((location, stamp))
        if start is None:
            return None
        self._file.seek(start)
        try:
            return report_from(json.loads(self._file.readline(_LONGEST_LINE))["report"])
        except (ValueError, TypeError, KeyError):
            return None

    def keep(self, report: ModelReport, stamp: str) -> None:
        """Add the report about a file."""
        line = json.dumps({"stamp": stamp, "report": record_of(report)}).encode() + b"\n"
        try:
            self._file.seek(self._end)
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise _unusable(self._path, str(error)) from error
        self._places[report.location, stamp] = self._end
        self._end += len(line)


def read_log(path: str) -> Iterator[ModelReport]:
    """The reports of a log, of each file the last one; raises RequestError for what is no log, or damaged.

    A last line that was not written as a whole is left out.
    """
    with _opened(path, os.O_RDONLY, "rb") as file:
        try:
            head = json.loads(file.readline(_LONGEST_LINE))
        except ValueError:
            head = None
        if not isinstance(head, dict) or head.get("schema") != SCHEMA:
            raise _unusable(path, "it is no log of kerasinspect")
        last: dict[str, int] = {}
        start = file.tell()
        while (line := file.readline(_LONGEST_LINE)).endswith(b"\n"):
            last[_place_of(path, line, start)[0]] = start
            start += len(line)
        for place in last.values():
            file.seek(place)
            yield report_from(json.loads(file.readline(_LONGEST_LINE))["report"])


def _place_of(path: str, line: bytes, start: int) -> tuple[str, str]:
    """The file and the stamp of a report; raises RequestError for a line that is none."""
    try:
        entry = cast("Record", json.loads(line))
        return str(cast("Record", entry["report"])["location"]), str(entry["stamp"])
    except (ValueError, TypeError, KeyError) as error:
        raise _unusable(path, f"what begins at its byte {start:,} is no report") from error


def _unusable(path: str, why: str) -> RequestError:
    """The error for a file that cannot be used."""
    return RequestError(f"The log {path} cannot be used: {why}.", "Name another file, or remove this one.")


def _first_line(question: str) -> bytes:
    """The line that says which question the others answer."""
    return json.dumps({"schema": SCHEMA, "question": question}).encode() + b"\n"


@contextmanager
def open_log(path: str, question: str) -> Iterator[_Log]:
    """The log in a file, which is made where there is none, for one run at a time.

    Raises RequestError where it cannot be used, or another run has it.
    """
    with _opened(path, os.O_RDWR | os.O_CREAT, "r+b") as file:
        if not keep_to_oneself(file.fileno()):
            message = f"The log {path} cannot be used: another run is writing to it."
            raise RequestError(message, "Wait until that has ended, or give each run a log of its own.")
        yield _Log(path, file, question)


@contextmanager
def _opened(path: str, flags: int, mode: Literal["rb", "r+b"]) -> Iterator[BinaryIO]:
    """A file that is a log or may become one; raises RequestError where it cannot be opened."""
    try:
        if os.path.exists(path):  # noqa: PTH110 - any text
            require_file(path, os.stat(path).st_mode)  # noqa: PTH116 - as above
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666)
    except (OSError, ValueError, NotAModel) as error:
        raise RequestError(f"The log {path} cannot be opened: {error}", "Name another file.") from error
    with os.fdopen(descriptor, mode) as file:
        yield file
