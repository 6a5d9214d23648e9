"""``check`` as blocks."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from kerasinspect.checking.rule import SEVERITIES
from kerasinspect.containers.sources import path_in_words
from kerasinspect.output.basis import numbered_anew, waived_nothing
from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table
from kerasinspect.output.wording import bytes_in_words, compared_with, counted, not_used
from kerasinspect.shown.escaping import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kerasinspect.checking.findings import Finding, Ignored, Skipped
    from kerasinspect.checking.reports import CheckReport, ModelReport
    from kerasinspect.checking.rule import Severity
    from kerasinspect.output.blocks import Tone

_FOUND = (
    *map(Column, ("severity", "rule", "where")),
    Column("what is wrong", shrinks=True),
    Column("fix", shrinks=True),
)
_LISTED = (
    *map(Column, ("model", "severity", "code", "name", "where", "message", "remedy")),
    *map(Column, ("advisories", "help", "place")),
)
_COUNTED = (Column("rule"), Column("name"), Column("severity"), Column("findings", numeric=True))
_COUNTED_FROM = 4
"""So many places have their number before them."""
_ENDED = {0: "passed", 1: "failed", 3: "incomplete"}
"""How a run ended, by its exit status."""
TONES: Mapping[Severity, Tone] = {"error": "error", "warning": "warning", "note": "quiet"}
"""How much a finding matters, by its severity."""


def check_blocks(
    report: CheckReport, *, statistics: bool = False, quiet: bool = False, verbose: bool = False
) -> Iterator[Block]:
    """The page of ``check``: a line for each file, what was found in it below; then the totals.

    When quiet, it has no notes, and only the files of which there is something else to say. When verbose, it has the
    rules that were skipped, the thresholds and the policy too.
    """
    for model, findings in _listed(report, quiet=quiet):
        verdict = report.verdict(model)
        yield Heading(
            path_in_words(model.location),
            1,
            verdict,
            tuple(_facts(model)),
            "quiet" if verdict == "passed" else "error",
        )
        yield from unread_blocks(model)
        for _, alike in groupby(findings, key=lambda one: (one.severity, one.code, one.remedy, one.advisories)):
            yield from finding_blocks([*alike], verbose=verbose)
        yield from _remarks(model, quiet=quiet, verbose=verbose)
    yield from _closing(report, statistics=statistics, quiet=quiet, verbose=verbose)


def _listed(report: CheckReport, *, quiet: bool) -> Iterator[tuple[ModelReport, list[Finding]]]:
    """The files that a page lists, each with its findings."""
    for model in report.models:
        findings = _shown(report, model, quiet=quiet)
        if not quiet or not model.readable or findings:
            yield model, findings


def _shown(report: CheckReport, model: ModelReport, *, quiet: bool) -> list[Finding]:
    """The findings of one file, the worst first; when quiet, without notes, unless notes stop the run."""
    found = [one for one in model.findings if not quiet or one.severity != "note" or report.stops("note")]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def finding_blocks(alike: list[Finding], *, verbose: bool) -> Iterator[Block]:
    """What one rule found in one file: the rule, then a line for each place, and what to do about all of them.

    What it says of several places in the same words is said once; when verbose, of each with its place in the file.
    """
    first = alike[0]
    yield Paragraph(f"{first.severity} {first.code} {first.name}", TONES[first.severity], 2)
    if verbose:
        for finding in alike:
            yield Paragraph(f"{short(finding.where)}: {finding.message}", level=3)
            if finding.place:
                yield Paragraph(f"at {finding.place}", "quiet", 3)
    else:
        places: dict[str, list[str]] = {}
        for finding in alike:
            places.setdefault(finding.message, []).append(short(finding.where))
        for message, named in places.items():
            yield Paragraph(f"{_places(named)}: {message}", level=3)
    if first.remedy:
        yield Paragraph(f"fix: {first.remedy}", "quiet", 3)
    if first.advisories:
        yield Paragraph(f"see: {', '.join(map(str, first.advisories))}", "quiet", 3)


def _places(named: list[str]) -> str:
    """The places of which the same is said, and how many these are where nobody counts them at a glance."""
    listed = ", ".join(named)
    return listed if len(named) < _COUNTED_FROM else f"{len(named):,} places ({listed})"


def check_tables(
    report: CheckReport, *, statistics: bool = False, quiet: bool = False, verbose: bool = False
) -> Iterator[Block]:
    """The page of ``check`` with the findings of each file in a table, as a summary that stands on its own."""
    yield Heading("kerasinspect check", 1)
    for model, findings in _listed(report, quiet=quiet):
        yield Heading(path_in_words(model.location), 2, report.verdict(model), tuple(_facts(model)))
        yield from unread_blocks(model)
        if findings:
            yield Table(_FOUND, tuple(Row(_cells(finding)) for finding in findings))
        yield from _remarks(model, quiet=quiet, verbose=verbose)
    yield from _closing(report, statistics=statistics, quiet=quiet, verbose=verbose)


def findings_table(report: CheckReport) -> Table:
    """The findings of all files in one table, for other programs; what could not be read is in it as an error."""
    return Table(_LISTED, tuple(row for model in report.models for row in _flat_rows(model)))


def _flat_rows(model: ModelReport) -> Iterator[Row]:
    """The rows of one file."""
    for sentence in model.unread:
        yield Row((model.location, "error", "", "unreadable", "", sentence, "", "", "", ""))
    for one in model.findings:
        facts = one.severity, one.code, one.name, one.where, one.message, one.remedy
        yield Row((model.location, *facts, " ".join(known.cve for known in one.advisories), one.help, one.place))


def unread_blocks(model: ModelReport) -> Iterator[Block]:
    """What could not be read of one file."""
    return (Paragraph(f"cannot be read: {sentence}", "error", 2) for sentence in model.unread)


def _cells(finding: Finding) -> tuple[str, ...]:
    """The row of one finding."""
    rule, remedy = f"{finding.code} {finding.name}", finding.advice
    return finding.severity, rule, finding.where, finding.message, remedy


def _facts(model: ModelReport) -> Iterator[str]:
    """What stands beside a file's name."""
    if model.format is not None:
        yield model.format
    if model.keras_version is not None:
        yield f"Keras {model.keras_version}"
    if model.arrays is not None and model.arrays_read is not None:
        yield _read(model.arrays_read, model.arrays, model.arrays_without_numbers)
    if model.optimizer_nbytes:
        yield f"{bytes_in_words(model.optimizer_nbytes)} of optimizer state"


def _read(read: int, arrays: int, numberless: int = 0) -> str:
    """How many arrays were read, and of how many where these are more; how many of the others hold no real numbers."""
    words = f"{counted(arrays, 'array')} read" if read == arrays else f"{read:,} of {counted(arrays, 'array')} read"
    if not numberless:
        return words
    verb = "holds" if numberless == 1 else "hold"
    return f"{words} ({numberless:,} {verb} texts, complex numbers or the like)"


def _remarks(model: ModelReport, *, quiet: bool, verbose: bool) -> Iterator[Block]:
    """Names that a lock forgives and what a policy waives in one file, and when verbose which rules were skipped."""
    waived = () if quiet else (*numbered_anew(model, verbose=verbose), *_waived(model.ignored))
    skipped = _skipped(model.skipped) if verbose else ()
    return (Paragraph(words, "quiet", 2) for words in (*waived, *skipped))


def _waived(ignored: Iterable[Ignored]) -> Iterator[str]:
    """What a policy waives, a line each with its reason."""
    for one in ignored:
        times = f"{one.finding.more:,} more, " if one.finding.more else ""
        yield f"waived {one.finding.code} {one.finding.name}: {times}{short(one.finding.where)}: {one.reason}"


def _skipped(rules: Iterable[Skipped]) -> Iterator[str]:
    """The rules that were skipped, those with the same reason on one line."""
    codes: dict[str, list[str]] = {}
    for skipped in rules:
        codes.setdefault(skipped.reason, []).append(skipped.code)
    return (f"skipped ({reason}): {', '.join(listed)}" for reason, listed in codes.items())


def _counts(findings: Iterable[Finding]) -> Iterator[Row]:
    """One row for each rule that found something."""
    found: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        found[finding.code, finding.name, finding.severity] += finding.count
    return (Row((*rule, f"{times:,}")) for rule, times in sorted(found.items()))


def _closing(report: CheckReport, *, statistics: bool, quiet: bool, verbose: bool) -> Iterator[Block]:
    """How often each rule found something, where that is asked for, then the run as a whole.

    Where one file is listed and nothing was found in it, its line has said all.
    """
    if statistics and report.findings:
        yield Table(_COUNTED, tuple(_counts(report.findings)))
    yield from _judged_by(report, quiet=quiet, verbose=verbose)
    if quiet or len(report.models) != 1 or report.findings or report.unreadable:
        yield Paragraph(_totals(report), apart=True)


def totals(report: CheckReport, *, quiet: bool = False, verbose: bool = False) -> Iterator[Block]:
    """What the run was judged by, and how it ended, in a line."""
    yield from _judged_by(report, quiet=quiet, verbose=verbose)
    yield Paragraph(_totals(report), apart=True)


def _judged_by(report: CheckReport, *, quiet: bool, verbose: bool) -> Iterator[Block]:
    """The policies that do not count, the lock, and unless quiet idle waivers; when verbose policy and thresholds."""
    yield from (Paragraph(not_used(policy), "warning") for policy in report.passed_over)
    if report.lock is not None:
        yield Paragraph(f"compared with {compared_with(report.lock)}", "quiet")
    if not quiet:
        yield from (Paragraph(sentence, "quiet") for sentence in waived_nothing(report))
    if verbose:
        yield Paragraph(f"policy: {report.policy or 'none'}", "quiet")
        yield Paragraph(f"thresholds: {', '.join(_thresholds(report)) or 'none'}", "quiet")


def _thresholds(report: CheckReport) -> Iterator[str]:
    """The thresholds in force, each after its rule."""
    for active in report.rules:
        yield from (f"{active.rule.code} {name} = {value:g}" for name, value in active.thresholds.items())


def _totals(report: CheckReport) -> str:
    """How the run ended, what was found, and what was read."""
    parts = [counted(report.count(severity), severity) for severity in SEVERITIES]
    parts += [f"{counted(report.unreadable, 'file')} not wholly read"] if report.unreadable else []
    found = f"{_ENDED[report.exit_status]}: {', '.join(parts)} (fails on: {report.fail_on})"
    read, arrays = (sum(getattr(model, name) or 0 for model in report.models) for name in ("arrays_read", "arrays"))
    return f"{found} · {_read(read, arrays)} in {counted(len(report.models), 'file')}"
