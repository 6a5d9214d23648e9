"""What is said about one file as JSON that is kept, and back; whoever keeps it says for which question it holds.

Nobody knows who wrote to a file since, so that every value is looked at before it becomes part of a report.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from kerasinspect.checking.advisories import Advisory
from kerasinspect.checking.findings import Finding, Ignored, Skipped
from kerasinspect.checking.reports import ModelReport
from kerasinspect.checking.rule import SEVERITIES, Scope
from kerasinspect.model import FormatName

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

Record: TypeAlias = "dict[str, Any]"
"""A report as JSON."""

_Read: TypeAlias = "Callable[[Any], Any]"
"""Gives a value of JSON as the report has it; raises ValueError or TypeError for one of another type."""

_MOST = 1 << 63
"""What no count reaches: with it, the sum of those of many files still has digits that can be written."""


def list_of(value: object) -> list[Any]:
    """A value that is a list; raises TypeError for any other."""
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def text_of(value: object) -> str:
    """A value that is a text; raises TypeError for any other."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def object_of(value: object) -> dict[str, Any]:
    """A value that is an object; raises TypeError for any other."""
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value


def _count(value: object) -> int:
    """A number of things, or of bytes."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST:
        raise ValueError("not a count")
    return value


def _one_of(names: Collection[str]) -> _Read:
    """One of some names."""

    def read(value: object) -> str:
        if text_of(value) not in names:
            raise ValueError("not one of the names")
        return str(value)

    return read


def _or_none(read: _Read) -> _Read:
    """What may be unknown."""
    return lambda value: None if value is None else read(value)


def _each(read: _Read) -> _Read:
    """A list of things of one kind."""
    return lambda value: tuple(map(read, list_of(value)))


def _pair(make: Callable[..., object], first: _Read, second: _Read) -> _Read:
    """A list of two values, of which something is made."""

    def read(value: object) -> object:
        one, other = list_of(value)
        return make(first(one), second(other))

    return read


def _by_name(read: _Read) -> _Read:
    """Things of one kind, each under a name."""
    return lambda value: {name: read(one) for name, one in object_of(value).items()}


def _object(make: Callable[..., object], fields: Mapping[str, _Read]) -> _Read:
    """An object with a value for each of some fields, of which something is made."""

    def read(value: object) -> object:
        given = object_of(value)
        return make(**{name: field(given[name]) for name, field in fields.items()})

    return read


_FINDING: dict[str, _Read] = {
    **dict.fromkeys(("code", "name"), text_of),
    "severity": _one_of(SEVERITIES),
    **dict.fromkeys(("where", "message", "location"), text_of),
    "scope": _one_of(get_args(Scope)),
    "more": _count,
    **dict.fromkeys(("place", "remedy"), text_of),
}
"""The fields of a finding that are JSON as they are."""
_PLAIN: dict[str, _Read] = {
    "location": text_of,
    "format": _or_none(_one_of(get_args(FormatName))),
    **dict.fromkeys(("arrays_read", "arrays"), _or_none(_count)),
    "arrays_without_numbers": _count,
    **dict.fromkeys(("error", "keras_version"), _or_none(text_of)),
    "optimizer_nbytes": _count,
}
"""Those of a report."""

_finding = _object(Finding, {**_FINDING, "advisories": _each(_pair(Advisory, text_of, _each(text_of)))})
_report = _object(
    ModelReport,
    {
        **_PLAIN,
        "damage": _each(text_of),
        "findings": _each(_finding),
        "skipped": _each(_pair(Skipped, text_of, text_of)),
        "ignored": _each(_pair(Ignored, _finding, text_of)),
        "lock_names": _by_name(text_of),
        "layer_classes": _by_name(_count),
    },
)


def record_of(report: ModelReport) -> Record:
    """A report as JSON."""
    return {
        **{name: getattr(report, name) for name in _PLAIN},
        "damage": list(report.damage),
        "findings": [_record_of_finding(one) for one in report.findings],
        "skipped": [[one.code, one.reason] for one in report.skipped],
        "ignored": [[_record_of_finding(one.finding), one.reason] for one in report.ignored],
        "lock_names": dict(report.lock_names),
        "layer_classes": dict(report.layer_classes),
    }


def report_from(record: object) -> ModelReport:
    """The report of a record; raises ValueError for what is none."""
    try:
        report: ModelReport = _report(record)
    except (KeyError, TypeError) as error:
        raise ValueError("not a report") from error
    return report


def parsed(line: bytes) -> object:
    """What a line of JSON says; raises ValueError for what is none, or is nested too deeply to be read."""
    try:
        value: object = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def _record_of_finding(finding: Finding) -> Record:
    """A finding as JSON."""
    advisories = [[one.cve, list(one.mended)] for one in finding.advisories]
    return {**{name: getattr(finding, name) for name in _FINDING}, "advisories": advisories}
