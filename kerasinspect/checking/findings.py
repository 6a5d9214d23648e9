"""Rules, findings and reports: the words of ``check``, without any text layout.

A ``Rule`` is one row of the table in ``checking.rules``. A ``Finding`` is what one rule says about one place in one
model; a ``ModelReport`` holds all of them for one file, a ``CheckReport`` those of all files in one call.
"""

from __future__ import annotations

from dataclasses import field
from inspect import cleandoc
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, overload

from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.shown.lookup import is_among, named_or_at
from kerasinspect.shown.representation import counted_thing, html_table, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from kerasinspect.checking.advisories import Advisory
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.model import FormatName

Severity: TypeAlias = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first."""

Verdict: TypeAlias = Literal["passed", "failed", "damaged", "unreadable"]
"""What became of one file: ``damaged`` where only parts of it could be read, ``unreadable`` where it is no model."""

Scope: TypeAlias = Literal["model", "layer", "weight", "file"]
"""What a rule looks at and ``Finding.where`` names: the model, a layer or a weight by its path, a place in the file."""

Need: TypeAlias = Literal[
    "config", "training config", "any config", "values", "optimizer", "archive", "checksums", "lock"
]
"""What a file must have for a rule to be asked; a rule that lacks it is skipped, with the reason."""

_Family: TypeAlias = Literal["values", "structure", "training", "container", "safety", "contract", "saving"]

_FAMILIES: Mapping[str, _Family] = {
    "KI1": "values",
    "KI2": "structure",
    "KI3": "training",
    "KI4": "container",
    "KI5": "safety",
    "KI6": "contract",
    "KI7": "saving",
}
"""What the first three characters of a code say."""

Thresholds: TypeAlias = "Mapping[str, float]"
"""Numbers that a policy can set, by name; each rule has defaults for all of its own."""


class Hit(NamedTuple):
    """What a rule's function gives: a place, and a whole sentence about it."""

    where: str
    message: str
    more: int = 0
    """As in ``Finding``, like those below."""
    place: str = ""
    remedy: str = ""
    """What to do, where it is something else than what the rule says."""
    cves: tuple[str, ...] | None = None
    """Advisories that it is an instance of, where these are not all that the rule names."""


_Function: TypeAlias = "Callable[[Evidence, Thresholds], Iterable[Hit]]"


def documented_at(code: str) -> str:
    """Where the documentation of a rule is, from the root of this project."""
    return f"docs/rules.md#{code.lower()}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a saved model."""

    code: str
    """``KI`` and three digits; it never changes its meaning."""
    name: str
    """What it is called, in words with hyphens: ``not-a-number``."""
    severity: Severity
    """Error: it should stop a release. Warning: it is probably a mistake. Note: a fact worth knowing."""
    scope: Scope
    function: _Function = field(repr=False)
    needs: tuple[Need, ...] = ()
    thresholds: Thresholds = field(default_factory=dict)
    default: bool = True
    """Whether it is asked unless it is selected by name."""
    cves: tuple[str, ...] = ()
    """Published advisories about Keras that its findings may be an instance of."""

    @property
    def documentation(self) -> str:
        """What it finds, why that matters, and what to do, a paragraph each: the docstring of its function."""
        return cleandoc(self.function.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first sentence of the documentation."""
        return self.documentation.partition("\n")[0]

    @property
    def remedy(self) -> str:
        """What to do about it: the last paragraph of the documentation, which is one line."""
        return self.documentation.rpartition("\n\n")[2]

    @property
    def explanation(self) -> str:
        """What it finds and why that matters: the documentation without what to do."""
        return self.documentation.rpartition("\n\n")[0]

    @property
    def family(self) -> _Family:
        """What kind of rule it is."""
        return _FAMILIES[self.code[:3]]


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule as a policy wants it asked."""

    rule: Rule
    severity: Severity
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says about one place in one model."""

    code: str
    name: str
    severity: Severity
    where: str
    message: str
    location: str
    """The file."""
    scope: Scope
    more: int = 0
    """How many findings this one stands for, which are not listed one by one; 0 for a finding of its own."""
    place: str = ""
    """Where in the file or in its config it is, if ``where`` is the layer or weight that this belongs to."""
    remedy: str = ""
    """What to do, in a line."""
    advisories: tuple[Advisory, ...] = ()
    """What is published about such a file."""

    def __repr__(self) -> str:
        """Its code, its severity, its place and what it says."""
        return one_line(self, self.code, self.severity, self.where, self.message)

    @property
    def advice(self) -> str:
        """What to do, and what is published about such a file, in a line for people."""
        see = f"See {', '.join(map(str, self.advisories))}." if self.advisories else ""
        return " ".join(filter(None, (self.remedy, see)))

    @property
    def help(self) -> str:
        """Where the documentation of its rule is."""
        return documented_at(self.code)

    @property
    def count(self) -> int:
        """How many findings it counts as."""
        return self.more or 1

    @property
    def fingerprint(self) -> str:
        """A digest of rule, file and place, the same in every run: 16 hexadecimal digits."""
        from hashlib import sha256  # noqa: PLC0415 - a page has no fingerprints

        place = f"{self.code}\0{self.location}\0{self.place or self.where}"
        return sha256(place.encode("utf-8", "backslashreplace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule that could not be asked of one model, and why."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A finding that a policy waives for its layer, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """Rules that are not to be reported of some layers, and why."""

    layer: str
    """A layer's path or a glob for it; what is inside the layer is meant too."""
    codes: frozenset[str]
    reason: str
    names: tuple[str, ...] = ()
    """The rules as the policy calls them."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Rules that are not to be reported of a file of certain bytes, which somebody looked at, and why."""

    sha256: str
    """The digest of the file, in lower case."""
    codes: frozenset[str]
    reason: str
    expires: date | None = None
    """The last day on which it holds."""


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
