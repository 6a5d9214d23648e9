"""Reports: what all rules say about one file, and about all files of one call."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias, overload

from kerasinspect.checking.findings import Ignored
from kerasinspect.checking.rule import SEVERITIES
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.shown.lookup import is_among, named_or_at
from kerasinspect.shown.representation import counted_thing, html_table, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.checking.findings import Finding, Skipped, Waiver
    from kerasinspect.checking.rule import ActiveRule, Severity
    from kerasinspect.model import FormatName

Verdict: TypeAlias = Literal["passed", "failed", "damaged", "unreadable"]
"""What became of one file: ``damaged`` where only parts of it could be read, ``unreadable`` where it is no model."""


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What all rules say about one file. What is unknown of a file that cannot be read is None."""

    location: str
    format: FormatName | None = None
    arrays_read: int | None = None
    """Arrays whose numbers were read; fewer than ``arrays`` where some are damaged or hold none."""
    arrays: int | None = None
    arrays_without_numbers: int = 0
    """Arrays of texts, of complex numbers and the like, which are whole and of which nothing is measured."""
    error: str | None = None
    """Why the file could not be opened as a model; there are no findings then."""
    damage: tuple[str, ...] = ()
    """Parts that could not be read: the findings are right, but there may be more."""
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    """What a policy waives; it does not count."""
    keras_version: str | None = None
    """The version that saved it, where the file tells."""
    optimizer_nbytes: int = 0
    """Bytes of optimizer state in the file."""
    lock_names: Mapping[str, str] = field(default_factory=dict)
    """The path in the lock of each layer that Keras has numbered anew, by its path in the model."""
    layer_classes: Mapping[str, int] = field(default_factory=dict)
    """How many layers are of each class; those of unknown ones count under an empty name."""

    def __repr__(self) -> str:
        """Its file, and what was found in it."""
        return one_line(self, self.location, *self.unread[:1], counted_thing(len(self.findings), "finding"))

    def _repr_html_(self) -> str:
        """What was found in it in a table, as a notebook shows it."""
        rows = [*_html_rows(self)]
        caption = " · ".join((self.location, counted_thing(len(self.findings), "finding")))
        return html_table(caption, _HTML_TITLES, rows, len(rows))

    @property
    def numbered_anew(self) -> tuple[tuple[str, str], ...]:
        """The paths in the lock and in the model of the layers whose own names differ, without those inside such."""
        last = (
            (lock, model, lock.rpartition("/")[2], model.rpartition("/")[2]) for model, lock in self.lock_names.items()
        )
        return tuple((lock, model) for lock, model, old, new in last if old != new)

    @property
    def unread(self) -> tuple[str, ...]:
        """Why the file, or parts of it, could not be read."""
        return self.damage if self.error is None else (self.error, *self.damage)

    @property
    def readable(self) -> bool:
        """Whether all of it was read."""
        return not self.unread

    def without(self, reasons: Mapping[Finding, str]) -> ModelReport:
        """The report in which findings that have a reason are ignored for it."""
        if not reasons:
            return self
        ignored = (Ignored(finding, reasons[finding]) for finding in self.findings if finding in reasons)
        left = tuple(finding for finding in self.findings if finding not in reasons)
        return replace(self, findings=left, ignored=(*self.ignored, *ignored))


@dataclass(slots=True)
class Totals:
    """What is counted of reports that nobody keeps."""

    models: int = 0
    unreadable: int = 0
    """Files of which something could not be read."""
    counts: dict[Severity, int] = field(default_factory=dict)
    """Findings by severity, with those that are not listed one by one."""

    def add(self, report: ModelReport) -> None:
        """Count one more."""
        self.models += 1
        self.unreadable += not report.readable
        for finding in report.findings:
            self.counts[finding.severity] = self.counts.get(finding.severity, 0) + finding.count


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What one call of ``check`` says about all files that it was given."""

    models: tuple[ModelReport, ...]
    fail_on: Severity
    rules: tuple[ActiveRule, ...]
    """The rules that were asked, with the thresholds in force."""
    policy: str | None = None
    """The file that the policy was read from."""
    passed_over: tuple[str, ...] = ()
    """Policies that were found and not used, since they lie in what is checked."""
    lock: str | None = None
    """The lock file that every model was compared with."""
    idle_waivers: tuple[Waiver, ...] = ()
    """Waivers of the policy that waived nothing in any file."""
    counted: Totals | None = None
    """What was counted of files whose reports were handed on and are not kept."""

    def __len__(self) -> int:
        """How many files were checked."""
        return len(self.models)

    def __iter__(self) -> Iterator[ModelReport]:
        """What is said about each file, in order."""
        return iter(self.models)

    def __contains__(self, key: object) -> bool:
        """Whether it can be asked for that name, or holds that very thing."""
        return is_among(self.models, lambda model: model.location, key)

    @overload
    def __getitem__(self, key: int | str) -> ModelReport: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[ModelReport, ...]: ...
    def __getitem__(self, key: int | slice | str) -> ModelReport | tuple[ModelReport, ...]:
        """What is said about one file, by its position or its location; of a slice, about those in it.

        Raises IndexError for a position, NothingMatches for a location that is not there.
        """
        return named_or_at("model", self.models, lambda model: model.location, key)

    def __repr__(self) -> str:
        """Whether all is well, how much was found, and in how many files."""
        return one_line(self, *self._facts)

    def _repr_html_(self) -> str:
        """Its findings in a table, and a row for each file that cannot be read, as a notebook shows them."""
        rows = [row for model in self.models for row in _html_rows(model)]
        return html_table(" · ".join(self._facts), _HTML_TITLES, rows, len(rows))

    @property
    def _facts(self) -> tuple[str, ...]:
        """Whether all is well, how much was found, and in how many files."""
        verdict = {0: "passed", 1: "failed", 3: "not all could be read"}[self.exit_status]
        counts = (counted_thing(self.count(severity), severity) for severity in SEVERITIES)
        return (verdict, *counts, counted_thing(len(self.models), "model"))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those of all files, in order."""
        return tuple(finding for model in self.models for finding in model.findings)

    @property
    def totals(self) -> Totals:
        """What there is to count."""
        if self.counted is not None:
            return self.counted
        totals = Totals()
        for model in self.models:
            totals.add(model)
        return totals

    @property
    def unreadable(self) -> int:
        """Files of which something could not be read."""
        return self.totals.unreadable

    @property
    def failed(self) -> bool:
        """Whether any finding is as bad as ``fail_on`` or worse."""
        return any(map(self.stops, self.totals.counts))

    def verdict(self, model: ModelReport) -> Verdict:
        """What became of one of the files."""
        if model.error is not None:
            return "unreadable"
        if model.damage:
            return "damaged"
        return "failed" if any(self.stops(finding.severity) for finding in model.findings) else "passed"

    def stops(self, severity: Severity) -> bool:
        """Whether a finding of this severity is as bad as ``fail_on`` or worse."""
        return SEVERITIES.index(severity) <= SEVERITIES.index(self.fail_on)

    @property
    def exit_status(self) -> Literal[0, 1, 3]:
        """3 where something could not be read, else 1 where a finding stops the release, else 0."""
        if self.unreadable:
            return 3
        return 1 if self.failed else 0

    def count(self, severity: Severity) -> int:
        """Findings of one severity, with those that are not listed one by one."""
        return self.totals.counts.get(severity, 0)


_HTML_TITLES = ("severity", "code", "rule", "place", "message", "file")


def _html_rows(report: ModelReport) -> Iterator[tuple[str, ...]]:
    """The rows of one file in a notebook's table: why it could not be read, and its findings."""
    for reason in report.unread:
        yield ("unreadable", "", "", "", reason, report.location)
    for one in report.findings:
        yield (one.severity, one.code, one.name, one.where, one.message, one.location)
