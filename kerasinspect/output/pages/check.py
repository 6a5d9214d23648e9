"""``check`` as blocks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kerasinspect.checking.findings import SEVERITIES
from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table
from kerasinspect.output.escaping import short
from kerasinspect.output.wording import counted, not_used

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.checking.findings import CheckReport, Finding, Ignored, ModelReport, Skipped

_FOUND = (Column("severity"), Column("rule"), Column("where"), Column("what is wrong", shrinks=True))
_LISTED = (Column("model"), Column("severity"), Column("code"), Column("name"), Column("where"), Column("message"))
_COUNTED = (Column("rule"), Column("name"), Column("severity"), Column("findings", numeric=True))


def check_blocks(report: CheckReport, *, statistics: bool = False, quiet: bool = False) -> Iterator[Block]:
    """The page of ``check``; when quiet, without notes, and only the files of which there is something else to say."""
    for model in report.models:
        findings = _shown(report, model, quiet=quiet)
        if not quiet or not model.readable or findings:
            yield from _model_blocks(model, findings, quiet=quiet)
    if statistics and report.findings:
        yield Table(_COUNTED, tuple(_counts(report.findings)))
    yield from totals(report, quiet=quiet)


def _shown(report: CheckReport, model: ModelReport, *, quiet: bool) -> list[Finding]:
    """The findings of one file, the worst first; when quiet, without notes, unless notes stop the run."""
    found = [one for one in model.findings if not quiet or one.severity != "note" or report.stops("note")]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _model_blocks(model: ModelReport, findings: Iterable[Finding], *, quiet: bool) -> Iterator[Block]:
    """One file: its findings, a line each."""
    yield Heading(model.location, 1, "model", tuple(_facts(model)))
    yield from _unread(model)
    for finding in findings:
        words = f"{finding.severity} {finding.code} {finding.name}: {short(finding.where)}: {finding.message}"
        yield Paragraph(words, "plain" if finding.severity == "note" else "warning", 2)
    if not quiet:
        yield from (Paragraph(words, "quiet", 2) for words in (*_waived(model.ignored), *_skipped(model.skipped)))


def check_tables(report: CheckReport, *, statistics: bool = False, quiet: bool = False) -> Iterator[Block]:
    """The page of ``check`` with the findings of each file in a table, as a summary that stands on its own."""
    yield Heading("kerasinspect check", 1)
    for model in report.models:
        findings = _shown(report, model, quiet=quiet)
        if not quiet or not model.readable or findings:
            yield from _model_tables(model, findings, quiet=quiet)
    if statistics and report.findings:
        yield Table(_COUNTED, tuple(_counts(report.findings)))
    yield from totals(report, quiet=quiet)


def _model_tables(model: ModelReport, findings: list[Finding], *, quiet: bool) -> Iterator[Block]:
    """One file: its findings, a row each."""
    yield Heading(model.location, 2, "", tuple(_facts(model)))
    yield from _unread(model)
    if findings:
        yield Table(_FOUND, tuple(Row(_cells(finding)) for finding in findings))
    if not quiet:
        yield from (Paragraph(words, "quiet", 2) for words in (*_waived(model.ignored), *_skipped(model.skipped)))


def findings_table(report: CheckReport) -> Table:
    """The findings of all files in one table, for other programs; what could not be read is in it as an error."""
    return Table(_LISTED, tuple(row for model in report.models for row in _listed(model)))


def _listed(model: ModelReport) -> Iterator[Row]:
    """The rows of one file."""
    yield from (Row((model.location, "error", "", "unreadable", "", sentence)) for sentence in model.unread)
    for one in model.findings:
        yield Row((model.location, one.severity, one.code, one.name, one.where, one.message))


def _unread(model: ModelReport) -> Iterator[Block]:
    """What could not be read of one file."""
    return (Paragraph(f"cannot be read: {sentence}", "warning", 2) for sentence in model.unread)


def _cells(finding: Finding) -> tuple[str, ...]:
    """The row of one finding."""
    return finding.severity, f"{finding.code} {finding.name}", finding.where, finding.message


def _facts(model: ModelReport) -> Iterator[str]:
    """What stands beside a file's name."""
    if model.format is not None:
        yield model.format
    if model.arrays is not None:
        yield f"{model.arrays_read:,} of {counted(model.arrays, 'array')} read"
    if model.error is None:
        findings = sum(finding.count for finding in model.findings)
        yield counted(findings, "finding") if findings else "no findings"


def _waived(ignored: Iterable[Ignored]) -> Iterator[str]:
    """What a policy waives, a line each with its reason."""
    for one in ignored:
        times = f"{one.finding.more:,} more, " if one.finding.more else ""
        yield f"waived {one.finding.code} {one.finding.name}: {times}{short(one.finding.where)}: {one.reason}"


def _skipped(rules: Iterable[Skipped]) -> Iterator[str]:
    """The rules that were not asked, those with the same reason on one line."""
    codes: dict[str, list[str]] = {}
    for skipped in rules:
        codes.setdefault(skipped.reason, []).append(skipped.code)
    return (f"not asked, since {reason}: {', '.join(listed)}" for reason, listed in codes.items())


def _counts(findings: Iterable[Finding]) -> Iterator[Row]:
    """One row for each rule that found something."""
    found: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        found[finding.code, finding.name, finding.severity] += finding.count
    return (Row((*rule, f"{times:,}")) for rule, times in sorted(found.items()))


def totals(report: CheckReport, *, quiet: bool = False) -> Iterator[Block]:
    """The policy in force, if there is one, thresholds unless quiet, then totals; the last line says what was read."""
    numbers = (
        f"{active.rule.code} {name} = {value:g}" for active in report.rules for name, value in active.thresholds.items()
    )
    listed = ", ".join(numbers)
    if report.policy is not None:
        yield Paragraph(f"policy: {report.policy}", "quiet")
    yield from (Paragraph(not_used(policy), "warning") for policy in report.passed_over)
    if listed and not quiet:
        yield Paragraph(f"thresholds: {listed}", "quiet")
    parts = [counted(report.count(severity), severity) for severity in SEVERITIES]
    unreadable = [f"{counted(report.unreadable, 'file')} not wholly read"] if report.unreadable else []
    yield Paragraph(f"{', '.join((*parts, *unreadable))} (fails on: {report.fail_on})")
    read, arrays = (sum(getattr(model, name) or 0 for model in report.models) for name in ("arrays_read", "arrays"))
    yield Paragraph(f"{read:,} of {counted(arrays, 'array')} read in {counted(len(report.models), 'file')}")
