"""Reports that are kept in a folder from one run to the next, so that models which are still the same are not read."""

from __future__ import annotations

import json
import os
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kerasinspect.checking.fleet.records import parsed, record_of, report_from
from kerasinspect.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.reports import ModelReport

_NAME = "kerasinspect.sqlite"
_TABLE = "reports_1"
"""The table; another number is another form of records, which this one leaves alone."""
_PATIENCE = 30.0
"""Seconds that a run waits for another one that is writing."""
_WRITTEN_TOGETHER = 64
"""Reports that are written together: each writing waits for the disk."""


class Store:
    """The reports of one folder on one question, each under the file that it is about and the stamp of that.

    Everything raises RequestError where the folder cannot be used.
    """

    def __init__(self, folder: str, question: str) -> None:
        """Open a folder for a question, by its digest; it is made where there is none."""
        import sqlite3  # noqa: PLC0415 - few runs keep anything

        self._folder, self._question = folder, question
        self._waiting = 0
        with self._said():
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - any text
            self._database = sqlite3.connect(os.path.join(folder, _NAME), timeout=_PATIENCE)  # noqa: PTH118 - as above
            try:
                self._database.execute(
                    f"CREATE TABLE IF NOT EXISTS {_TABLE} (location BLOB, question TEXT, stamp TEXT, report BLOB,"
                    " PRIMARY KEY (location, question)) WITHOUT ROWID"
                )
            except sqlite3.Error:
                self.close()
                raise

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say which folder it is that cannot be used."""
        import sqlite3  # noqa: PLC0415 - as above

        try:
            yield
        except (OSError, sqlite3.Error, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            message = f"The cache in {self._folder} cannot be used: {reason}."
            raise RequestError(message, "Name another folder, or remove this one.") from error

    def has(self, location: str, stamp: str) -> bool:
        """Whether there is a report about a file as it is now."""
        return self._row("NULL", location, stamp) is not None

    def report(self, location: str, stamp: str) -> ModelReport | None:
        """The report about a file as it is now; None where there is none that can be read."""
        row = self._row("report", location, stamp)
        try:
            return None if row is None else report_from(parsed(zlib.decompress(row[0])))
        except (zlib.error, ValueError, TypeError):  # bytes in the row are no promise either
            return None

    def _row(self, what: str, location: str, stamp: str) -> tuple[bytes] | None:
        """What is in the row of a file."""
        asked = f"SELECT {what} FROM {_TABLE} WHERE location = ? AND question = ? AND stamp = ?"  # noqa: S608 - ours
        with self._said():
            found = self._database.execute(asked, (_key(location), self._question, stamp))
            row: tuple[bytes] | None = found.fetchone()
        return row

    def keep(self, report: ModelReport, stamp: str) -> None:
        """Keep the report about a file, in place of one about what the file was before."""
        packed = zlib.compress(json.dumps(record_of(report)).encode())
        kept = _key(report.location), self._question, stamp, packed
        with self._said():
            self._database.execute(f"INSERT OR REPLACE INTO {_TABLE} VALUES (?, ?, ?, ?)", kept)  # noqa: S608 - as above
        self._waiting += 1
        if self._waiting >= _WRITTEN_TOGETHER:
            self.write()

    def write(self) -> None:
        """Write what waits to be written."""
        with self._said():
            self._database.commit()
        self._waiting = 0

    def close(self) -> None:
        """Let go of the folder; what was not written is lost."""
        self._database.close()


def _key(location: str) -> bytes:
    """A file by its whole name, and by the one that sentences about it have."""
    return os.fsencode(f"{os.path.abspath(location)}\0{location}")  # noqa: PTH100 - links stay


@contextmanager
def open_store(folder: str, question: str) -> Iterator[Store]:
    """The reports that a folder keeps on a question; those of a run that is broken off are kept too."""
    store = Store(folder, question)
    try:
        yield store
    finally:
        try:
            store.write()
        finally:
            store.close()
