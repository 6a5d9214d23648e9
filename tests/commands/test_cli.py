"""The command line from the outside: arguments in, text and an exit status out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.places import ROOT, SAMPLES

NETWORK = "sample_models/question_network.keras"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``kerasinspect`` in a process of its own, in the project's folder."""
    return subprocess.run(
        [sys.executable, "-m", "kerasinspect", *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
        encoding="utf-8",
    )


OUTCOMES = [
    pytest.param(["show", NETWORK], 0, "", id="show"),
    pytest.param(["summary", NETWORK], 0, "", id="summary"),
    pytest.param(["show", NETWORK, "--layer", "dense_[12]", "--weight", "bias"], 0, "", id="filters"),
    pytest.param(["show", NETWORK, "--weight", "kernel", "--slice", "0:2, :"], 0, "", id="slice"),
    pytest.param(["--version"], 0, "", id="version"),
    pytest.param(["-h"], 0, "", id="help"),
    pytest.param(["show"], 2, "Missing argument 'MODEL'", id="no model"),
    pytest.param(["shwo", NETWORK], 2, "There is no command 'shwo'", id="no such command"),
    pytest.param(["show", NETWORK, "--ful"], 2, "No such option", id="no such option"),
    pytest.param(["show", NETWORK, "--format", "xml"], 2, "'xml' is not one of", id="no such format"),
    *(
        pytest.param(
            [command, NETWORK, "--class", "D*", "--weight", "bias", "--index", "2:6"], 0, "", id=f"{command} some"
        )
        for command in ("show", "summary", "stats", "training")
    ),
    *(
        pytest.param([command, NETWORK, "--index", "8"], 2, "between 0 and 7", id=f"no such position in {command}")
        for command in ("show", "summary", "stats", "training")
    ),
    pytest.param(["show", NETWORK, "--layer", "dens"], 2, "The nearest: dense", id="no such layer"),
    pytest.param(["show", NETWORK, "--weight", "kernal"], 2, "The nearest: kernel", id="no such weight"),
    pytest.param(["summary", NETWORK, "--layer", "dens"], 2, "The nearest: dense", id="no such layer in summary"),
    pytest.param(["show", NETWORK, "--slice", "a"], 2, 'cannot be read: "a"', id="not a slice"),
    pytest.param(["show", NETWORK, "--slice", "0, 0, 0"], 2, "dense/kernel has 2 axes", id="slice of another rank"),
    pytest.param(["show", NETWORK, "--values"], 2, "--values goes with --format json", id="values in a table"),
    pytest.param(["show", NETWORK, "--precision", "99"], 2, "99 is not a whole number from 0 to 17", id="precision"),
    pytest.param(["stats", NETWORK, "--top", "x"], 2, "x is not a whole number of 1 or more", id="no number"),
    pytest.param(["show", NETWORK, "--input-names", "Makefile"], 2, "dense/kernel has 8 inputs", id="wrong count"),
    pytest.param(["show", NETWORK, "--input-names", "missing.txt"], 2, "does not exist", id="no names file"),
    pytest.param(["show", NETWORK, "-o", "missing/x.txt"], 2, "Cannot write to missing/x.txt", id="no folder"),
    pytest.param(["show", NETWORK, "-o", NETWORK], 2, "is the model itself", id="over the model"),
    pytest.param(["show", NETWORK, "--limit", "hdf5_objects=3"], 3, "hdf5_objects", id="limit passed"),
    pytest.param(["show", NETWORK, "--limit", "hdf5_object=3"], 2, "nearest is hdf5_objects", id="no such limit"),
    pytest.param(["show", "missing.keras"], 3, "missing.keras", id="no such file"),
    pytest.param(["summary", "Makefile"], 3, "Makefile", id="not a model"),
    pytest.param(["show", "\x1b[31m::error::.keras"], 3, r"\x1b[31m::error::.keras", id="hostile path"),
]


@pytest.mark.parametrize(("arguments", "status", "message"), OUTCOMES)
def test_every_request_ends_as_promised(arguments: list[str], status: int, message: str) -> None:
    """The exit status is right, and the sentence stands on stderr, without a traceback."""
    outcome = run(*arguments)
    assert outcome.returncode == status, outcome.stderr
    assert message in outcome.stderr
    assert bool(outcome.stdout) == (status == 0)
    assert bool(outcome.stderr) == (status != 0)
    assert "Traceback" not in outcome.stderr
    assert "\x1b" not in outcome.stdout + outcome.stderr


def loaded(arguments: list[str], modules: set[str]) -> tuple[str, str]:
    """Which of these modules a run has loaded in the end, as a sorted list, and what it wrote."""
    code = (
        "import sys\n"
        "from kerasinspect.commands.cli import run\n"
        f"run({arguments!r})\n"
        f"sys.exit(str(sorted({modules!r} & set(sys.modules))))\n"
    )
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=ROOT, text=True)
    return outcome.stderr.strip(), outcome.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["show", "--help"], ["summary", "--help"]])
def test_help_imports_nothing_that_takes_time(arguments: list[str]) -> None:
    """Neither numpy nor pyfive is loaded to print help."""
    modules, written = loaded(arguments, {"numpy", "pyfive"})
    assert modules == "[]"
    assert "Usage: kerasinspect" in written


@pytest.mark.parametrize("command", [["show"], ["summary"], ["check", "--no-config"]], ids=lambda command: command[0])
@pytest.mark.parametrize("sample", ["question_network.keras", "bfloat16.keras", "question_network.h5"])
def test_what_keras_writes_needs_no_pyfive(command: list[str], sample: str) -> None:
    """It takes as long to import as all the rest of a small model takes, and only rare files need it."""
    modules, _ = loaded([command[0], str(SAMPLES / sample), *command[1:]], {"pyfive"})
    assert modules.endswith("[]")


def test_two_runs_are_equal() -> None:
    """The output is stable to the byte."""
    assert run("show", NETWORK).stdout == run("show", NETWORK, PYTHONHASHSEED="1").stdout


@pytest.mark.parametrize("name", ["page.txt", "page.json"])
def test_output_goes_to_a_file_as_a_whole(tmp_path: Path, name: str) -> None:
    """The file holds what standard output would have had, and nothing else is left in the folder."""
    path = tmp_path / name
    path.touch()
    form = path.suffix[1:].replace("txt", "table")
    assert run("show", NETWORK, "--format", form, "-o", str(path)).stdout == ""
    assert path.read_text(encoding="utf-8") == run("show", NETWORK, "--format", form).stdout
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_output(tmp_path: Path) -> None:
    """Where the request is wrong, what was there stays, and nothing half-written lies beside it."""
    path = tmp_path / "page.txt"
    path.write_text("old", encoding="utf-8")
    assert run("show", NETWORK, "--slice", "0, 0, 0", "-o", str(path)).returncode == 2
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_full_disk_is_a_sentence() -> None:
    """What cannot be written is said, without a traceback."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        outcome = subprocess.run(
            [sys.executable, "-m", "kerasinspect", "show", NETWORK],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            cwd=ROOT,
            text=True,
        )
    assert outcome.returncode == 2
    assert outcome.stderr.startswith("kerasinspect: Cannot write to standard output: No space left on device.")
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_closed_pipe_is_silent(form: str) -> None:
    """The reader may go at any time: no traceback, and the status of a closed pipe."""
    with subprocess.Popen(
        [sys.executable, "-m", "kerasinspect", "show", NETWORK, "--format", form],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_an_ascii_terminal_gets_stand_ins_and_no_error() -> None:
    """Where the encoding lacks a character, one that looks alike is written."""
    outcome = run("show", NETWORK, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert outcome.returncode == 0
    assert "8 inputs x 5 units" in outcome.stdout


def test_values_are_those_of_the_question() -> None:
    """The eight arrays are named and indexed, and their values are the ones of the question."""
    document = json.loads(run("show", NETWORK, "--format", "json", "--values").stdout)
    expected = json.loads((ROOT / "sample_models/question_weights.json").read_text(encoding="utf-8"))
    named = [(weight["index"], weight["layer"], weight["name"]) for weight in document["weights"]]
    layers = ("dense", "dense_1", "dense_2", "dense_3")
    assert named == [
        (2 * at + n, layer, name) for at, layer in enumerate(layers) for n, name in enumerate(("kernel", "bias"))
    ]
    assert [weight["values"] for weight in document["weights"]] == [
        np.float32(values).astype(str).astype(float).tolist() for values in expected
    ]
