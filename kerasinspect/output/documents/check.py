"""``check`` as a document, and the baseline that it may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.fleet.baseline import BASELINE_SCHEMA
from kerasinspect.checking.rule import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kerasinspect.checking.findings import Finding
    from kerasinspect.checking.fleet.baseline import Baseline
    from kerasinspect.checking.reports import CheckReport, ModelReport, Verdict
    from kerasinspect.output.formats.json import Document

_CHECK_SCHEMA = "kerasinspect.check/1"

_LINE_SCHEMA = "kerasinspect.check.line/1"
"""That of one finding on a line of its own."""


def check_document(report: CheckReport) -> Document:
    """The report as a document with keys that stay; what is unknown of an unreadable file is None."""
    return {
        "schema": _CHECK_SCHEMA,
        "fail_on": report.fail_on,
        "models": [_model_document(model, report.verdict(model)) for model in report.models],
        **_whole(report),
    }


def baseline_document(baseline: Baseline) -> Document:
    """The document of a baseline; ``checking.fleet.baseline`` reads it again."""
    return {"schema": BASELINE_SCHEMA, "findings": [known._asdict() for known in baseline.known]}


def check_lines(models: Iterable[ModelReport], whole: Callable[[], CheckReport]) -> Iterator[Document]:
    """A document for each finding, and for each reason why a file is not wholly read; the last is of the whole run.

    ``whole`` is asked when all models are through, so that they may be judged meanwhile and need not be kept.
    """
    for model in models:
        head: Document = {"schema": _LINE_SCHEMA, "location": model.location}
        yield from ({**head, "error": sentence} for sentence in model.unread)
        yield from ({**head, **_finding_document(finding)} for finding in model.findings)
    report = whole()
    yield {"schema": _LINE_SCHEMA, "fail_on": report.fail_on, **_whole(report)}


def _whole(report: CheckReport) -> Document:
    """What there is to say of the whole run."""
    return {
        "summary": {
            "models": report.totals.models,
            "unreadable": report.unreadable,
            **{severity: report.count(severity) for severity in SEVERITIES},
        },
        "policy": report.policy,
        "policies_not_used": list(report.passed_over),
        "lock": report.lock,
        "waivers_not_used": [
            {"layer": waiver.layer, "ignore": list(waiver.names), "reason": waiver.reason}
            for waiver in report.idle_waivers
        ],
        "thresholds": {active.rule.code: dict(active.thresholds) for active in report.rules if active.thresholds},
    }


def _model_document(model: ModelReport, verdict: Verdict) -> Document:
    """The document of one file."""
    return {
        "location": model.location,
        "format": model.format,
        "verdict": verdict,
        "keras_version": model.keras_version,
        "optimizer_bytes": model.optimizer_nbytes,
        "arrays_read": model.arrays_read,
        "arrays": model.arrays,
        "error": model.error,
        "damage": list(model.damage),
        "findings": [_finding_document(finding) for finding in model.findings],
        "skipped": [{"code": skipped.code, "reason": skipped.reason} for skipped in model.skipped],
        "ignored": [{**_finding_document(one.finding), "reason": one.reason} for one in model.ignored],
        "numbered_anew": [{"lock": lock, "model": path} for lock, path in model.numbered_anew],
    }


def _finding_document(finding: Finding) -> Document:
    """The document of one finding."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "where": finding.where,
        "message": finding.message,
        "place": finding.place or None,
        "remedy": finding.remedy,
        "help": finding.help,
        "advisories": [{"id": one.cve, "fixed_in": list(one.mended)} for one in finding.advisories],
        **({"more": finding.more} if finding.more else {}),
    }
