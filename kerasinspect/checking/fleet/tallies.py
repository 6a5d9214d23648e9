"""Counts over a log of reports: findings by rule, layers by class, and files by the Keras that saved them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.checking.reports import ModelReport
    from kerasinspect.checking.rule import Severity

    _Found: TypeAlias = tuple[str, str, Severity]


class _RuleCount(NamedTuple):
    """How often a rule found something."""

    code: str
    name: str
    severity: Severity
    findings: int
    files: int


class _ClassCount(NamedTuple):
    """How many layers are of a class."""

    class_name: str
    """Empty for layers of which the file does not tell it."""
    layers: int
    files: int


class _VersionCount(NamedTuple):
    """How many files a version of Keras saved."""

    keras_version: str
    """Empty where the file does not tell it."""
    files: int
    with_findings: int


@dataclass(frozen=True, slots=True)
class FleetTally:
    """What there is to count of many files."""

    files: int
    unreadable: int
    """Files of which something could not be read."""
    rules: tuple[_RuleCount, ...]
    """The most frequent first, as in all of these."""
    classes: tuple[_ClassCount, ...]
    versions: tuple[_VersionCount, ...]


def tally(reports: Iterable[ModelReport]) -> FleetTally:
    """Count some reports, of which none is kept."""
    files = unreadable = 0
    findings: Counter[_Found] = Counter()
    found_in: Counter[_Found] = Counter()
    layers: Counter[str] = Counter()
    layers_in: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    versions_with: Counter[str] = Counter()
    for report in reports:
        files += 1
        unreadable += not report.readable
        here: Counter[_Found] = Counter()
        for one in report.findings:
            here[one.code, one.name, one.severity] += one.count
        findings.update(here)
        found_in.update(here.keys())
        layers.update(report.layer_classes)
        layers_in.update(report.layer_classes.keys())
        if report.error is None:
            versions[report.keras_version or ""] += 1
            versions_with[report.keras_version or ""] += bool(report.findings)
    return FleetTally(
        files,
        unreadable,
        tuple(_RuleCount(*rule, count, found_in[rule]) for rule, count in findings.most_common()),
        tuple(_ClassCount(name, count, layers_in[name]) for name, count in layers.most_common()),
        tuple(_VersionCount(version, count, versions_with[version]) for version, count in versions.most_common()),
    )
