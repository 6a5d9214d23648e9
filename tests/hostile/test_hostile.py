"""No file makes the command line run code, open another file, crash, hang, fill memory, or act on the terminal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.hostile.cases import Case, Surroundings
from tests.hostile.file_cases import SECRETS, file_cases, make_secrets
from tests.hostile.hdf5_cases import hdf5_cases
from tests.hostile.json_cases import json_cases
from tests.hostile.zip_cases import zip_cases

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
COMMANDS = (
    ("show", "--explain"),
    ("show", "--format", "json", "--values", "--hash"),
    ("summary",),
    ("summary", "--format", "json"),
)
CASES = {case.name: case for case in (*zip_cases(), *hdf5_cases(), *json_cases(), *file_cases())}
WARM = ("zip-plain", "zip-deflated", "zip-name-bytes", "zip-bad-crc", "other-noise", "other-json-names", "folder-empty")
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
RUNNER_COMMAND = re.compile(r"^\s*::|##\[|##vso\[|##teamcity\[", re.MULTILINE)


class World(NamedTuple):
    """All cases, made, and what each command did with them."""

    marker: Path
    outcomes: Mapping[str, Mapping[tuple[str, ...], dict[str, Any]]]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Every case under every command, run once."""
    top = tmp_path_factory.mktemp("hostile").resolve()
    (top / "secret").mkdir()
    marker = top / "marker"
    paths: dict[str, str] = {}
    for case in CASES.values():
        folder = top / case.name
        folder.mkdir()
        around = Surroundings(folder, top / "secret/secret.bin", top / "secret/secret.h5", marker)
        if not paths:
            make_secrets(around)
        paths[case.name] = str(case.make(around))
    keys = [(name, command) for name in CASES for command in COMMANDS]
    request = {
        "warm": [[*command, paths[name]] for name in WARM for command in COMMANDS],
        "jobs": [(command, paths[name], str(top / name)) for name, command in keys],
    }
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "tests.hostile.watched"],
        input=json.dumps(request),
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=900,
    )
    outcomes: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {name: {} for name in CASES}
    for (name, command), line in zip(keys, done.stdout.splitlines(), strict=True):
        outcomes[name][command] = json.loads(line)
    return World(marker, outcomes)


every_case = pytest.mark.parametrize("name", list(CASES))


@every_case
def test_it_ends_by_itself_with_an_exit_status_of_ours(world: World, name: str) -> None:
    """No signal, no traceback; 0 or 3."""
    for command, outcome in world.outcomes[name].items():
        assert not outcome["trace"], (command, outcome["trace"])
        assert outcome["signal"] is None, command
        assert outcome["status"] in {0, 3}, (command, outcome["err"])


@every_case
def test_it_does_nothing_but_read_the_file(world: World, name: str) -> None:
    """No code, no import, no other file, no socket, no program."""
    for command, outcome in world.outcomes[name].items():
        assert not outcome["events"], command
    assert not world.marker.exists()


@every_case
def test_it_takes_little_time_and_memory(world: World, name: str) -> None:
    """At most 5 seconds of computing and 300 MB, bombs included."""
    for command, outcome in world.outcomes[name].items():
        assert outcome["seconds"] < 5, command
        assert outcome["mebibytes"] < 286, command


@every_case
def test_nothing_that_it_writes_acts_or_leaks(world: World, name: str) -> None:
    """No control characters, no commands for a CI runner, nothing of another file."""
    for command, outcome in world.outcomes[name].items():
        for text in (outcome["out"], outcome["err"]):
            assert not CONTROLS.search(text), command
            assert not RUNNER_COMMAND.search(text), command
            assert not re.search(SECRETS, text), command


@every_case
def test_its_json_is_strict(world: World, name: str) -> None:
    """One document without NaN, or nothing at all."""
    for command, outcome in world.outcomes[name].items():
        if "json" in command and outcome["out"]:
            json.loads(outcome["out"], parse_constant=pytest.fail)


@every_case
def test_it_says_what_is_wrong(world: World, name: str) -> None:
    """The exit status is the expected one, and so is the sentence."""
    case = CASES[name]
    for command, outcome in world.outcomes[name].items():
        check_expectation(case, outcome, command)
    shown = world.outcomes[name][COMMANDS[0]]
    assert re.search(case.said, shown["out"] + shown["err"], re.DOTALL), shown["err"]


def check_expectation(case: Case, outcome: dict[str, Any], command: tuple[str, ...]) -> None:
    """Compare how a command ended with what must come of the case."""
    detail = (command, outcome["status"], outcome["err"])
    if case.expectation == "read":
        assert outcome["status"] == 0, detail
    if case.expectation in {"refuse", "partial"}:
        assert outcome["status"] == 3, detail
    if case.expectation == "refuse":
        assert not outcome["out"], detail
    if case.expectation == "partial":
        assert "second" in outcome["out"], detail
    if outcome["status"] == 3:
        assert outcome["err"], detail
        assert all(line.startswith(("kerasinspect: ", "  ")) for line in outcome["err"].splitlines()), detail
