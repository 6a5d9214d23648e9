"""No file makes the command line run code, open another file, crash, hang, fill memory, or act on the terminal."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.hostile.cases import Case, Surroundings
from tests.hostile.cost_cases import cost_cases
from tests.hostile.file_cases import SECRETS, file_cases, make_secrets
from tests.hostile.folder_cases import folder_cases
from tests.hostile.hdf5_cases import hdf5_cases
from tests.hostile.json_cases import json_cases
from tests.hostile.outside import MOST_MEMORY, READERS
from tests.hostile.sharing_cases import sharing_cases
from tests.hostile.zip_cases import zip_cases

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
CHECK = ("check", "--no-config", "--format", "json")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("show", "--explain"),
    ("show", "--format", "json", "--values", "--hash"),
    ("summary",),
    ("summary", "--format", "json"),
    ("stats", "--format", "csv"),
    ("training",),
    ("check", "--no-config"),
    CHECK,
)
REPORTS = ("junit", "sarif", "github", "markdown")
"""The other forms of ``check``, of which each case gets one."""
MAKERS = (zip_cases, hdf5_cases, json_cases, file_cases, folder_cases, cost_cases, sharing_cases)
CASES = {case.name: case for make in MAKERS for case in make()}
WARM = (
    *("zip-plain", "zip-deflated", "zip-name-bytes", "zip-bad-crc", "other-noise", "other-json-names", "folder-empty"),
    "h5-external-link-latest",
)
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
RUNNER_COMMAND = re.compile(r"^\s*::|##\[|##vso\[|##teamcity\[", re.MULTILINE)

OWN_COMMAND = re.compile(
    r"^::(?:error|warning|notice) file=[^:,]*,title=KI\d{3} [a-z0-9-]+::(?=[^:])|^::error file=[^:,]*,title=[a-z ]+::",
    re.MULTILINE,
)
"""What an annotation of ours begins with."""

FLAGGED: Mapping[str, str] = {
    **dict.fromkeys(("zip-duplicate", "zip-duplicate-first"), "KI405"),
    **{name: "KI506" for name in CASES if re.fullmatch(r"zip-name-[0-9a-f]+", name)},
    "zip-bit-rot": "KI404",
    "zip-link": "KI510",
    "zip-name-bytes": "KI512",
    **{
        f"{container}-{name}": code
        for container in ("h5", "keras")
        for code, names in (
            ("KI411", ("cycle", "shared-subtrees", "many-links")),
            ("KI506", ("name-parent",)),
            (
                "KI510",
                (
                    *("external-link", "external-link-latest", "external-group"),
                    *("soft-dangling", "soft-loop", "soft-root"),
                ),
            ),
            (
                "KI511",
                (
                    *("external-storage", "virtual", "virtual-unlimited", "stacked-deflate"),
                    *("unknown-filter", "fletcher32", "lzf", "scale-offset", "one-text-for-all", "texts-of-texts"),
                    *("opaque", "opaque-large", "compound-200", "odd-float", "long-double", "text"),
                    *("reference", "region-reference"),
                ),
            ),
            ("KI512", ("name-escape", "name-newline", "name-bytes")),
            ("KI514", ("unwritten", "unwritten-chunks", "unwritten-overflow", "unwritten-in-all")),
        )
        for name in names
    },
    **dict.fromkeys(("h5-weight-names-absolute", "h5-weight-names-parent"), "KI506"),
    "h5-before-archive": "KI410",
    **{f"{container}json-duplicate-key": "KI515" for container in ("", "h5-")},
    **{f"{container}json-lone-surrogate": "KI512" for container in ("", "h5-")},
    **{name: "KI501" for name in CASES if name.startswith("code-lambda")},
    **dict.fromkeys(("code-import", "code-import-builtins"), "KI502"),
    "code-gadget": "KI503",
    **dict.fromkeys(("code-torch", "code-saved-model"), "KI504"),
    "code-vocabulary": "KI505",
    "code-foreign-members": "KI509",
    **dict.fromkeys(("code-pickled-weights", "npz-pickled"), "KI513"),
    **dict.fromkeys(("npz-huge", "npz-cut", "h5-unwritten-in-many"), "KI514"),
    "npz-beside": "KI509",
    **dict.fromkeys(("json-many-lambdas", "json-lambdas-deep-below"), "KI501"),
    "h5-ends-as-archive": "KI410",
}
"""What ``check`` must find in a file, beside all else."""


class World(NamedTuple):
    """All cases, made, and what each command did with them."""

    marker: Path
    outcomes: Mapping[str, Mapping[tuple[str, ...], dict[str, Any]]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every case as a file or a folder, each in a folder of its own."""
    top = tmp_path_factory.mktemp("hostile").resolve()
    (top / "secret").mkdir()
    paths: dict[str, Path] = {}
    for case in CASES.values():
        folder = top / case.name
        folder.mkdir()
        around = Surroundings(folder, top / "secret/secret.bin", top / "secret/secret.h5", top / "marker")
        if not paths:
            make_secrets(around)
        paths[case.name] = case.make(around)
    return paths


@pytest.fixture(scope="session")
def world(made: Mapping[str, Path]) -> World:
    """Every case under every command, run once."""
    top = made["zip-plain"].parents[1]
    paths = {name: str(path) for name, path in made.items()}
    reports = [("check", "--no-config", "--format", form) for form in REPORTS]
    keys = [(name, command) for name, report in zip(CASES, cycle(reports)) for command in (*COMMANDS, report)]
    request = {
        "warm": [[*command, paths[name]] for name in WARM for command in (*COMMANDS, *reports)],
        "jobs": [(command, paths[name], str(top / name)) for name, command in keys],
    }
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "tests.hostile.watched"],
        input=json.dumps(request),
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=1800,
    )
    outcomes: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {name: {} for name in CASES}
    for (name, command), line in zip(keys, done.stdout.splitlines(), strict=True):
        outcomes[name][command] = json.loads(line)
    return World(top / "marker", outcomes)


every_case = pytest.mark.parametrize("name", list(CASES))


@every_case
def test_it_ends_by_itself_with_an_exit_status_of_ours(world: World, name: str) -> None:
    """No signal, no traceback; 0 or 3, of ``check`` also 1, and 2 for a folder in which it finds nothing to check."""
    for command, outcome in world.outcomes[name].items():
        statuses = {0, 1, 3} if command[0] == "check" else {0, 3}
        assert not outcome["trace"], (command, outcome["trace"])
        assert outcome["signal"] is None, command
        assert outcome["status"] in (statuses if name != "folder-empty" else {2, 3}), (command, outcome["err"])


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
    """No control characters, no commands for a CI runner but our own, nothing of another file."""
    for command, outcome in world.outcomes[name].items():
        for text in (outcome["out"], outcome["err"]):
            assert not CONTROLS.search(text), command
            assert not RUNNER_COMMAND.search(OWN_COMMAND.sub("", text) if "github" in command else text), command
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


@every_case
def test_what_a_loader_would_do_is_flagged(world: World, name: str) -> None:
    """``check`` finds what the case is about, and nothing about safety in a case that is about nothing."""
    shown = world.outcomes[name][CHECK]["out"]
    found = (
        {finding["code"] for model in json.loads(shown)["models"] for finding in model["findings"]} if shown else set()
    )
    if name in FLAGGED:
        assert FLAGGED[name] in found
    elif CASES[name].expectation == "read":
        assert not {code for code in found if code.startswith(("KI404", "KI405", "KI410", "KI5"))}


@pytest.fixture(scope="session")
def outside(made: Mapping[str, Path]) -> Mapping[str, list[dict[str, Any]]]:
    """What other readers did with every file of every case."""
    readers = READERS.keys() if os.environ.get("HOSTILE_TO_KERAS") else READERS.keys() - {"keras"}
    top = made["zip-plain"].parents[1]
    files = [
        (name, file) for name in made for file in sorted((top / name).rglob("*")) if stat.S_ISREG(file.lstat().st_mode)
    ]
    jobs = [(name, reader, str(file)) for name, file in files for reader in sorted(readers)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.outside"],
        input=json.dumps([job[1:] for job in jobs]),
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=3600,
    )
    outcomes: dict[str, list[dict[str, Any]]] = {name: [] for name in made}
    for (name, reader, _), line in zip(jobs, done.stdout.splitlines(), strict=True):
        outcomes[name].append({"reader": reader, **json.loads(line)})
    return outcomes


@every_case
def test_it_harms_no_other_reader(outside: Mapping[str, list[dict[str, Any]]], name: str) -> None:
    """h5py, zipfile and, where it is asked for, Keras read it or raise an error: no signal, no hang, no great hunger.

    What would end them is no file but a few bytes in memory, for the guard itself: ``tests/reading/test_guards.py``.
    """
    for outcome in outside[name]:
        assert outcome["signal"] is None, outcome
        assert outcome["mebibytes"] < MOST_MEMORY >> 20, outcome


def check_expectation(case: Case, outcome: dict[str, Any], command: tuple[str, ...]) -> None:
    """Compare how a command ended with what must come of the case."""
    detail = (command, outcome["status"], outcome["err"])
    is_check = command[0] == "check"
    if case.name in ("folder-empty", "folder-of-models") and is_check:
        return  # it looks for models in folders
    if case.expectation == "read":
        assert outcome["status"] in ({0, 1} if is_check else {0}), detail
    if case.expectation == "refuse":
        assert outcome["status"] == 3, detail
    if case.expectation == "refuse" and not is_check:
        assert not outcome["out"], detail
    if is_check:
        return  # its report has the sentence
    if outcome["status"] == 3:
        assert outcome["err"], detail
        assert all(line.startswith(("kerasinspect: ", "  ")) for line in outcome["err"].splitlines()), detail
