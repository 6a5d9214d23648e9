"""Writes a report of ``check`` as SARIF 2.1.0, the format of code scanning.

GitHub needs a physical location with a line for every result: a model has no lines, so that all are on its first. The
fingerprint is ours, since GitHub's would be made from the text of that line. Section numbers are those of the OASIS
standard *Static Analysis Results Interchange Format (SARIF) Version 2.1.0*.
"""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

from kerasinspect.checking.advisories import published
from kerasinspect.checking.rule import documented_at
from kerasinspect.output.basis import basis_of, numbered_anew
from kerasinspect.output.formats.json import write_json
from kerasinspect.shown.escaping import short, visible
from kerasinspect.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.findings import Finding
    from kerasinspect.checking.reports import CheckReport
    from kerasinspect.checking.rule import ActiveRule, Rule
    from kerasinspect.output.formats.json import Document

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_FINGERPRINT = "primaryLocationLineHash"
"""The one of the partial fingerprints that GitHub compares between runs."""
_SECURITY = {"error": "8.0", "warning": "5.0", "note": "2.0"}
"""How bad GitHub calls a finding of a safety rule, from 0 to 10."""


def write_sarif(report: CheckReport, stream: TextIO) -> None:
    """Write the report."""
    write_json(_document(report), stream)


def _document(report: CheckReport) -> Document:
    """The report as a document: one run of one tool."""
    numbers = {active.rule.code: number for number, active in enumerate(report.rules)}
    driver: Document = {
        "name": "kerasinspect",
        "semanticVersion": __version__,
        "rules": [_rule(active) for active in report.rules],
    }
    run: Document = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [*_results(report, numbers)],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(active: ActiveRule) -> Document:
    """One rule, as it was asked."""
    rule = active.rule
    properties: Document = {
        "tags": [rule.family],
        "thresholds": dict(active.thresholds),
        "documentation": documented_at(rule.code),  # helpUri takes a whole address only, which a checkout has not
    }
    if rule.family == "safety":
        properties = {**properties, "tags": ["safety", "security"], "security-severity": _SECURITY[active.severity]}
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": _braced(rule.summary)},
        "fullDescription": {"text": _braced(" ".join(rule.documentation.split()))},
        "help": {"text": _braced(f"{rule.documentation}\n\n{_advisories_of(rule)}".rstrip())},
        "defaultConfiguration": {"level": active.severity, "enabled": rule.default},
        "properties": properties,
    }


def _advisories_of(rule: Rule) -> str:
    """What is published about what a rule finds."""
    return " ".join(f"{one}." for one in published(rule.cves))


def _invocation(report: CheckReport) -> Document:
    """What could not be read, which policy was in force and which were not, and which rules could not be asked."""
    unread: list[Document] = [
        {"level": "error", "message": {"text": _text(sentence)}, "locations": [_location(model.location)]}
        for model in report.models
        for sentence in model.unread
    ]
    judged_by: list[Document] = [
        {"level": level, "message": {"text": _text(sentence)}} for level, sentence in basis_of(report)
    ]
    skipped: list[Document] = [
        {
            "level": "note",
            "message": {"text": _text(f"{skipped.code} was skipped: {skipped.reason}.")},
            "locations": [_location(model.location)],
            "associatedRule": {"id": skipped.code},
        }
        for model in report.models
        for skipped in model.skipped
    ]
    skipped += [
        {"level": "note", "message": {"text": _text(sentence)}, "locations": [_location(model.location)]}
        for model in report.models
        for sentence in numbered_anew(model)
    ]
    return {
        "executionSuccessful": not unread,
        "exitCode": report.exit_status,
        "toolExecutionNotifications": unread,
        "toolConfigurationNotifications": [*judged_by, *skipped],
    }


def _results(report: CheckReport, numbers: dict[str, int]) -> Iterator[Document]:
    """Every finding, those too that the policy waives, which say why."""
    seen: Counter[str] = Counter()
    for model in report.models:
        for finding in model.findings:
            yield _result(finding, numbers, seen)
        for ignored in model.ignored:
            reason = {"kind": "external", "status": "accepted", "justification": visible(ignored.reason)}
            yield {**_result(ignored.finding, numbers, seen), "suppressions": [reason]}


def _result(finding: Finding, numbers: dict[str, int], seen: Counter[str]) -> Document:
    """One finding."""
    digest = finding.fingerprint
    seen[digest] += 1
    kind = {"layer": "object", "weight": "member"}.get(finding.scope, "module")
    logical: list[Document] = [{"fullyQualifiedName": visible(finding.where), "kind": kind}]
    return {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        "level": finding.severity,
        "message": {"text": _text(f"{short(finding.where)}: {finding.message}{_fix(finding)}")},
        "locations": [{**_location(finding.location), "logicalLocations": logical}],
        "partialFingerprints": {_FINGERPRINT: f"{digest}:{seen[digest]}"},
        **({"properties": {"place": visible(finding.place)}} if finding.place else {}),
    }


def _fix(finding: Finding) -> str:
    """What to do about a finding, behind its own sentence."""
    words = finding.advice
    return f" Fix: {words}" if words else ""


def _location(path: str) -> Document:
    """A file."""
    return {"physicalLocation": {"artifactLocation": {"uri": uri_of(PurePath(path))}, "region": {"startLine": 1}}}


def uri_of(path: PurePath) -> str:
    """A path of any system as a URI (RFC 3986, 8089): relative as it was given, or with the scheme ``file``."""
    quoted = quote(path.as_posix(), safe="/:" if path.drive else "/", errors="backslashreplace")
    if not path.is_absolute():
        return quoted
    if path.drive.startswith("\\\\"):
        return f"file:{quoted}"
    return f"file://{'' if quoted.startswith('/') else '/'}{quoted}"


def _text(text: str) -> str:
    """Text from a file as the plain text of a message; it holds no link (3.11.6)."""
    return _braced(visible(text).replace("](", "\\]("))


def _braced(text: str) -> str:
    """Text whose braces are no placeholders (3.11.5)."""
    return text.replace("{", "{{").replace("}", "}}")
