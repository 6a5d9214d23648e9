"""Writes a report of ``check`` as JUnit XML, as Jenkins and GitLab read it.

A file is a test suite and each rule a test case of it, so that the same test cases come back on every run:
it fails where a finding stops the release, and is skipped where the file lacks what the rule needs. What policy
that was decided by stands in the first test case. GitLab shows a
test case's ``classname`` as its suite, and only the text inside ``failure`` and ``error``; of several in one test case
Jenkins shows the first. There are no times in it: the same files give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from kerasinspect.output.basis import basis_of, numbered_anew
from kerasinspect.shown.escaping import short, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.checking.findings import Finding
    from kerasinspect.checking.reports import CheckReport, ModelReport
    from kerasinspect.checking.rule import ActiveRule

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_READING = "can be read"
"""The test case that says whether a file is a whole model."""


def write_junit(report: CheckReport, stream: TextIO) -> None:
    """Write the report."""
    suites = [_suite(model, report) for model in report.models]
    root = Element("testsuites", {"name": "kerasinspect", **_counts([case for suite in suites for case in suite])})
    root.extend(suites)
    indent(root)
    stream.write(f"{_DECLARATION}{tostring(root, encoding='unicode')}\n")


def _suite(model: ModelReport, report: CheckReport) -> Element:
    """One file."""
    cases = [_reading_case(model, report)]
    if model.error is None:
        cases += [_rule_case(active, model, report) for active in report.rules]
    skipped = sum(case.find("skipped") is not None for case in cases)
    suite = Element("testsuite", {"name": _text(model.location), **_counts(cases), "skipped": str(skipped)})
    suite.extend(cases)
    return suite


def _counts(cases: Sequence[Element]) -> dict[str, str]:
    """How many test cases there are, and how they ended."""
    ends = {"failures": "failure", "errors": "error"}
    counted = {word: sum(case.find(tag) is not None for case in cases) for word, tag in ends.items()}
    return {"tests": str(len(cases)), **{word: str(count) for word, count in counted.items()}}


def _case(model: ModelReport, name: str) -> Element:
    """One test case, which has passed so far."""
    return Element("testcase", {"name": name, "classname": _text(model.location)})


def _reading_case(model: ModelReport, report: CheckReport) -> Element:
    """Whether the file could be read, and what it was judged by."""
    case = _case(model, _READING)
    if model.unread:
        error = SubElement(case, "error", {"type": "unreadable", "message": _text(model.unread[0])})
        error.text = "\n".join(map(_text, model.unread))
    for sentence in (*(sentence for _, sentence in basis_of(report)), *numbered_anew(model)):
        SubElement(case, "system-out").text = _text(sentence)
    return case


def _rule_case(active: ActiveRule, model: ModelReport, report: CheckReport) -> Element:
    """What one rule says of the file."""
    rule = active.rule
    case = _case(model, f"{rule.code} {rule.name}")
    reason = next((skipped.reason for skipped in model.skipped if skipped.code == rule.code), None)
    if reason is not None:
        SubElement(case, "skipped", {"message": _text(reason)})
    findings = [finding for finding in model.findings if finding.code == rule.code]
    waived = [ignored for ignored in model.ignored if ignored.finding.code == rule.code]
    if findings and report.stops(active.severity):
        failure = SubElement(case, "failure", {"type": active.severity, "message": rule.summary})
        failure.text = "\n".join([*map(_sentence, findings), *_remedies(findings), "", rule.explanation])
    elif findings:
        SubElement(case, "system-out").text = "\n".join([*map(_sentence, findings), *_remedies(findings)])
    for ignored in waived:
        words = f"waived, since {_text(ignored.reason)}: {_sentence(ignored.finding)}"
        SubElement(case, "system-out").text = words
    return case


def _sentence(finding: Finding) -> str:
    """One finding on a line."""
    return f"{finding.severity}: {_text(short(finding.where))}: {_text(finding.message)}"


def _remedies(findings: Iterable[Finding]) -> Iterator[str]:
    """What to do about some findings, a line for each thing."""
    return (f"fix: {_text(words)}" for words in dict.fromkeys(finding.advice for finding in findings) if words)


def _text(text: str) -> str:
    """Text without what XML 1.0 has no room for, and without what GitLab and Jenkins take for an attached file."""
    return visible(text).replace("[[", "[\\x5b")
