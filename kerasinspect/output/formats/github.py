"""Writes a report of ``check`` as workflow commands, which GitHub shows as annotations of a run and its files.

How commands are written and escaped stands in the runner's own ``ActionCommand.cs``; a command is one line.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from kerasinspect.output.wording import not_used
from kerasinspect.shown.escaping import short, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.checking.reports import CheckReport, ModelReport
    from kerasinspect.checking.rule import Severity

_COMMANDS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}

_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = _IN_DATA | {":": "%3A", ",": "%2C"}


def write_github(report: CheckReport, stream: TextIO) -> None:
    """Write one annotation for each finding and for each part that could not be read, the worst first in each file.

    Before them stands one for each policy that was found and not used.
    """
    passed_over = (_escaped(not_used(policy), _IN_DATA) for policy in report.passed_over)
    stream.writelines(f"::warning title=policy not used::{words}\n" for words in passed_over)
    for model in report.models:
        stream.writelines(f"{line}\n" for line in _annotations(model))


def _annotations(model: ModelReport) -> Iterator[str]:
    """The commands of one file."""
    for sentence in model.unread:
        yield _command("error", model, "cannot be read", sentence)
    for severity, command in _COMMANDS.items():
        for finding in model.findings:
            if finding.severity == severity:
                remedy = finding.advice
                lines = (f"{short(finding.where)}: {finding.message}", *([f"fix: {remedy}"] if remedy else []))
                yield _command(command, model, f"{finding.code} {finding.name}", *lines)


def _command(command: str, model: ModelReport, title: str, *lines: str) -> str:
    """One workflow command, whose message has some lines."""
    file, about = _escaped(model.location.replace(os.sep, "/"), _IN_PROPERTIES), _escaped(title, _IN_PROPERTIES)
    message = _IN_DATA["\n"].join(_escaped(line, _IN_DATA) for line in lines)
    return f"::{command} file={file},title={about}::{message}"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    """Text that says the same to the runner and ends neither the command nor its part."""
    return "".join(escapes.get(character, character) for character in visible(text))
