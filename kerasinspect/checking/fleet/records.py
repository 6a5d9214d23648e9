"""What is said about one file as JSON that is kept, and back; whoever keeps it says for which question it holds."""

from __future__ import annotations

from typing import Any, TypeAlias

from kerasinspect.checking.advisories import Advisory
from kerasinspect.checking.findings import Finding, Ignored, Skipped
from kerasinspect.checking.reports import ModelReport

Record: TypeAlias = "dict[str, Any]"
"""A report as JSON."""

_FINDING = ("code", "name", "severity", "where", "message", "location", "scope", "more", "place", "remedy")
"""The fields of a finding that are JSON as they are."""

_REPORT = (
    *("location", "format", "arrays_read", "arrays", "arrays_without_numbers", "error", "keras_version"),
    "optimizer_nbytes",
)
"""Those of a report."""


def record_of(report: ModelReport) -> Record:
    """A report as JSON."""
    return {
        **{name: getattr(report, name) for name in _REPORT},
        "damage": list(report.damage),
        "findings": [_record_of_finding(one) for one in report.findings],
        "skipped": [[one.code, one.reason] for one in report.skipped],
        "ignored": [[_record_of_finding(one.finding), one.reason] for one in report.ignored],
        "lock_names": dict(report.lock_names),
        "layer_classes": dict(report.layer_classes),
    }


def report_from(record: Record) -> ModelReport:
    """The report of a record; raises KeyError, TypeError or ValueError for what is none."""
    lists: Record = {
        "damage": tuple(map(str, list_of(record["damage"]))),
        "findings": tuple(map(_finding_from, list_of(record["findings"]))),
        "skipped": tuple(Skipped(*pair) for pair in map(list_of, list_of(record["skipped"]))),
        "ignored": tuple(
            Ignored(_finding_from(finding), reason) for finding, reason in map(list_of, list_of(record["ignored"]))
        ),
        "lock_names": {**record["lock_names"]},
        "layer_classes": {**record["layer_classes"]},
    }
    return ModelReport(**{name: record[name] for name in _REPORT}, **lists)


def _record_of_finding(finding: Finding) -> Record:
    """A finding as JSON."""
    advisories = [[one.cve, list(one.mended)] for one in finding.advisories]
    return {**{name: getattr(finding, name) for name in _FINDING}, "advisories": advisories}


def _finding_from(record: Record) -> Finding:
    """The finding of a record."""
    advisories = tuple(Advisory(cve, tuple(mended)) for cve, mended in map(list_of, list_of(record["advisories"])))
    return Finding(**{name: record[name] for name in _FINDING}, advisories=advisories)


def list_of(value: object) -> list[Any]:
    """A value that is a list; raises TypeError for any other."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value
