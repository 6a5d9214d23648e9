"""Baselines: findings that were there when a project began to check, so that only new ones count.

A baseline names each finding by its rule, its file and its place, and by nothing that another export changes: neither
its sentence nor its figures. Files go by their paths from the folder of the baseline.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.checking.fleet.records import list_of
from kerasinspect.containers.sources import is_address, read_user_file
from kerasinspect.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.checking.findings import Finding
    from kerasinspect.checking.reports import ModelReport
    from kerasinspect.json_values import Json

BASELINE_SCHEMA = "kerasinspect.baseline/1"
_MOST_BYTES = 1 << 28
"""Bytes of the largest baseline: some million findings."""


class Known(NamedTuple):
    """One finding of a baseline."""

    location: str
    code: str
    place: str


class Baseline:
    """The findings that are known, and which of them were found again."""

    def __init__(self, path: str, known: Iterable[Known] = ()) -> None:
        """Take the file, from whose folder on models are named, and what it holds."""
        self.path = path
        self._folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - any text
        self._known = frozenset(known)
        self._found: set[Known] = set()
        self._checked: set[str] = set()

    def applied(self, report: ModelReport) -> ModelReport:
        """A report without the findings that are known."""
        self._checked.add(self._name(report.location))
        names = {finding: self.name_of(finding) for finding in report.findings}
        again = [finding for finding, name in names.items() if name in self._known]
        self._found |= {names[finding] for finding in again}
        return report.without(dict.fromkeys(again, f"in the baseline {self.path}"))

    def with_all(self, findings: Iterable[Finding]) -> Baseline:
        """A baseline in the same file that knows these findings instead."""
        return Baseline(self.path, map(self.name_of, findings))

    @property
    def known(self) -> list[Known]:
        """The findings that are known, in the order of their files."""
        return sorted(self._known)

    @property
    def gone(self) -> int:
        """Findings that are known of files which were checked, and were not found again."""
        return sum(one.location in self._checked for one in self._known - self._found)

    def name_of(self, finding: Finding) -> Known:
        """What a finding is called in this baseline."""
        return Known(self._name(finding.location), finding.code, finding.place or finding.where)

    def _name(self, location: str) -> str:
        """What a file is called: by its path from the baseline's folder, the same on all systems."""
        if is_address(location):
            return location
        try:
            path = os.path.relpath(os.path.abspath(location), self._folder)  # noqa: PTH100 - as above
        except ValueError:  # another drive of Windows
            path = location
        return path.replace(os.sep, "/")


def read_baseline(path: str) -> Baseline:
    """The baseline in a file; raises RequestError for what is none."""
    data = read_user_file(path, _MOST_BYTES, f"the baseline in {path}")
    try:
        known = [*_findings_in(json.loads(data))]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        message = f"{path} is no baseline of this version of kerasinspect."
        raise RequestError(message, "Make one with `kerasinspect check --write-baseline`.") from error
    return Baseline(path, known)


def _findings_in(document: Json) -> Iterator[Known]:
    """The findings of a document; raises TypeError or KeyError for one that is no baseline."""
    if not isinstance(document, dict) or document.get("schema") != BASELINE_SCHEMA:
        raise TypeError
    return map(_known, list_of(document["findings"]))


def _known(one: Json) -> Known:
    """One finding of a document."""
    if not isinstance(one, dict):
        raise TypeError
    names = [one["location"], one["code"], one["place"]]
    if not all(isinstance(name, str) for name in names):
        raise TypeError
    return Known(*map(str, names))
