"""No file makes the command line run code, open another file, crash, hang, fill memory, or act on the terminal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.hostile.outcomes import MOST_MEBIBYTES, MOST_SECONDS
from tests.hostile.outside import MOST_MEMORY
from tests.makers.hostile.all_cases import CHECK, SHOW
from tests.makers.hostile.file_cases import SECRETS

if TYPE_CHECKING:
    from tests.hostile.outcomes import Ended, Harm, Outcome
    from tests.makers.hostile.cases import Case

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
RUNNER_COMMAND = re.compile(r"^\s*::|##\[|##vso\[|##teamcity\[", re.MULTILINE)

OWN_COMMAND = re.compile(
    r"^::(?:error|warning|notice) file=[^:,]*,title=KI\d{3} [a-z0-9-]+::(?=[^:])|^::error file=[^:,]*,title=[a-z ]+::",
    re.MULTILINE,
)
"""What an annotation of ours begins with."""


MORE_STATUSES = {"check": (1,), "diff": (1,), "export": (2,)}
"""What commands may end with beside 0 and 3."""


def test_it_ends_by_itself_with_an_exit_status_of_ours(case: Case, ended: Ended) -> None:
    """No signal, no traceback; 0 or 3, of an answer also 1, and 2 for a folder in which it finds nothing to check.

    Also 2 for a model of which there is nothing to export, or that has a name that no file may have.
    """
    for command, outcome in ended.outcomes.items():
        statuses = {0, 3, *MORE_STATUSES.get(command[0], ())}
        assert not outcome.trace, (command, outcome.trace)
        assert outcome.signal is None, command
        assert outcome.status in (statuses if case.name != "folder-empty" else {2, 3}), (command, outcome.err)


def test_it_does_nothing_but_read_the_file(ended: Ended) -> None:
    """No code, no import, no other file, no socket, no program."""
    for command, outcome in ended.outcomes.items():
        assert not outcome.events, command
    assert not ended.marked


def test_it_takes_little_time_and_memory(ended: Ended) -> None:
    """At most 5 seconds of computing and 300 MB, bombs included."""
    for command, outcome in ended.outcomes.items():
        assert outcome.seconds < MOST_SECONDS, command
        assert outcome.mebibytes < MOST_MEBIBYTES, command


def test_nothing_that_it_writes_acts_or_leaks(ended: Ended) -> None:
    """No control characters, no commands for a CI runner but our own, nothing of another file."""
    for command, outcome in ended.outcomes.items():
        for text in (outcome.out, outcome.err):
            assert not CONTROLS.search(text), command
            assert not RUNNER_COMMAND.search(OWN_COMMAND.sub("", text) if "github" in command else text), command
            assert not re.search(SECRETS, text), command


def test_its_json_is_strict(ended: Ended) -> None:
    """One document without NaN, or nothing at all."""
    for command, outcome in ended.outcomes.items():
        if any(word.endswith("json") for word in command) and outcome.out:
            json.loads(outcome.out, parse_constant=pytest.fail)


def test_it_says_what_is_wrong(case: Case, ended: Ended) -> None:
    """The exit status is the expected one, and so is the sentence."""
    for command, outcome in ended.outcomes.items():
        check_expectation(case, outcome, command)
    shown = ended.outcomes[SHOW]
    assert re.search(case.said, shown.out + shown.err, re.DOTALL), shown.err


def test_what_a_loader_would_do_is_flagged(case: Case, ended: Ended) -> None:
    """``check`` finds what the case is about, and nothing about safety in a case that is about nothing."""
    shown = ended.outcomes[CHECK].out
    found = (
        {finding["code"] for model in json.loads(shown)["models"] for finding in model["findings"]} if shown else set()
    )
    if case.flagged:
        assert case.flagged in found
    elif case.expectation == "read":
        assert not {code for code in found if code.startswith(("KI404", "KI405", "KI410", "KI5"))}


def test_it_harms_no_other_reader(harms: list[Harm]) -> None:
    """h5py, zipfile and, where it is asked for, Keras read it or raise an error: no signal, no hang, no great hunger.

    What would end them is no file but a few bytes in memory, for the guard itself: ``tests/containers/test_guards.py``.
    """
    for harm in harms:
        assert harm.signal is None, harm
        assert harm.mebibytes < MOST_MEMORY >> 20, harm


def check_expectation(case: Case, outcome: Outcome, command: tuple[str, ...]) -> None:
    """Compare how a command ended with what must come of the case."""
    detail = (command, outcome.status, outcome.err)
    is_check = command[0] == "check"
    if case.name in ("folder-empty", "folder-of-models") and command[0] in ("check", "stats", "export", "report"):
        return  # they look for models in folders
    if (case.name, command[0]) == ("folder-of-oddities", "report"):
        assert outcome.status == 3, detail  # the page of a series, which says of each file what is the matter
        return
    if (case.name, command[0]) == ("file-device-null", "diff"):
        return  # by that name Git calls the side of a file that is not there
    if case.expectation == "read":
        assert outcome.status in {0, *MORE_STATUSES.get(command[0], ())}, detail
    if case.expectation == "refuse":
        assert outcome.status == 3, detail
    if case.expectation == "refuse" and not is_check:
        assert not outcome.out, detail
    if is_check:
        return  # its report has the sentence
    if outcome.status == 3:
        assert outcome.err, detail
        assert all(line.startswith(("kerasinspect: ", "  ")) for line in outcome.err.splitlines()), detail
