"""However a worker ends, the parent tells how, and nothing of it is left."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.verify.process import WORKER, Bounds, Request, Task, answers
from kerasinspect.verify.results import Library
from kerasinspect.verify.verdicts import process_facts
from tests.places import SAMPLES
from tests.signals import not_ignored

if TYPE_CHECKING:
    from collections.abc import Callable

TASK = Task("model.keras", legacy=False)
SAMPLE = SAMPLES / "question_network.keras"


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str], str]:
    """Makes an interpreter that does what a line of shell says, whatever it is asked."""

    def make(line: str) -> str:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return make


ENDINGS = {
    "signal": ("kill -SEGV $$", "It was killed by SIGSEGV."),
    "out of memory": ("kill -KILL $$", "It was killed by SIGKILL. A system that runs out of memory does that."),
    "no memory for C++": ("echo std::bad_alloc >&2; kill -ABRT $$", "It needed more than its memory limit of 8 GiB."),
    "status": ("echo first; echo 'the last' >&2; exit 7", "It ended with status 7. Its last words: the last"),
    "silence": ("exit 0", "It ended without an answer."),
    "too long": ("sleep 100", "It was killed after the time limit of 0.5 seconds."),
    "garbage": ("head -c 99 /bin/sh > results.jsonl; echo >> results.jsonl", "Its answer cannot be understood."),
    "lists": ("echo '[]' > results.jsonl", "Its answer cannot be understood."),
    "depth": (
        "printf '[%.0s' $(seq 9999) > results.jsonl; echo >> results.jsonl",
        "Its answer cannot be understood.",
    ),
    "another form": ("echo '{\"libraries\": [3]}' > results.jsonl", "Its answer cannot be understood."),
    "a pipe": ("mkfifo results.jsonl", "Its answer cannot be understood."),
    "words without end": ("yes > words.txt & sleep 100", "It was killed after it had printed more than 1,000 bytes."),
    "half a line": ("printf '{\"python\": ' > results.jsonl; exit 1", "It ended with status 1."),
}


@pytest.mark.parametrize(("line", "said"), ENDINGS.values(), ids=ENDINGS)
def test_each_ending_is_told(
    stand_in: Callable[[str], str], line: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal, a lack of memory, a status, a limit and an answer that is none each have their sentence."""
    monkeypatch.setattr("kerasinspect.verify.process.MOST_WORDS", 1_000)
    with answers(Request((TASK,), stand_in(line), bounds=Bounds(seconds=0.5))) as given:
        assert given.ending == said
        assert given.process is None
    assert not given.folder.exists()


KERAS = {"module": "keras", "version": "3", "tensorflow": "2"}
ABOUT_ITSELF: dict[str, object] = {
    "network": "none",
    "memory_limit": None,
    "missing": {},
    "libraries": [KERAS],
    "python": "3",
    "import_seconds": 1.0,
    "import_bytes": None,
    "custom_error": None,
}
REFUSAL: dict[str, object] = {"library": None, "refusals": [], "peak_bytes": None}


@pytest.mark.parametrize(
    ("rows", "results", "ending"),
    [
        ([ABOUT_ITSELF, REFUSAL], 1, None),
        ([ABOUT_ITSELF, REFUSAL, REFUSAL], 1, None),
        ([ABOUT_ITSELF], 0, "It ended without an answer."),
        ([ABOUT_ITSELF, {**REFUSAL, "library": {}}], 0, "Its answer cannot be understood."),
        ([{**ABOUT_ITSELF, "python": 3}, REFUSAL], 0, "Its answer cannot be understood."),
        ([ABOUT_ITSELF, {"refusals": []}], 0, "Its answer cannot be understood."),
        ([{**ABOUT_ITSELF, "missing": {"keras": 1}}], 0, "Its answer cannot be understood."),
        ([{**ABOUT_ITSELF, "libraries": [KERAS, "keras"]}], 0, "Its answer cannot be understood."),
    ],
    ids=["right", "one too many", "none", "no library", "no process", "half", "no reason", "no row"],
)
def test_answers_are_held_against_their_forms(
    stand_in: Callable[[str], str], tmp_path: Path, rows: list[object], results: int, ending: str | None
) -> None:
    """Whoever wrote them: code from the file may have run in the worker."""
    (tmp_path / "told").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with answers(Request((TASK,), stand_in(f"cp {tmp_path / 'told'} results.jsonl"))) as given:
        assert (len(given.results), given.ending) == (results, ending)


def test_what_a_row_has_beside_what_is_known_is_passed_over(stand_in: Callable[[str], str], tmp_path: Path) -> None:
    """A worker may tell more than is asked; a result is made of what is known alone."""
    row = {**ABOUT_ITSELF, "libraries": [{**KERAS, "colour": "blue"}]}
    (tmp_path / "told").write_text(f"{json.dumps(row)}\n", encoding="utf-8")
    with answers(Request((TASK,), stand_in(f"cp {tmp_path / 'told'} results.jsonl"))) as given:
        assert given.process is not None
        assert process_facts(given.process).libraries == (Library("keras", "3", "2"),)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_no_room_for_temporary_files_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It says which variable to set."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / name))
    with pytest.raises(RequestError, match="No folder for temporary files") as caught, answers(Request((TASK,))):
        pass
    assert "TMPDIR" in caught.value.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="other signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_worker_and_leaves_no_folder(
    stand_in: Callable[[str], str], tmp_path: Path, name: str
) -> None:
    """And the process ends by it, as if nothing had handled it."""
    scratch, told = tmp_path / "scratch", tmp_path / "child"
    scratch.mkdir()
    python = stand_in(f"echo $$ > {told}.new; mv {told}.new {told}; exec sleep 100")
    command = [sys.executable, "-m", "kerasinspect", "verify", str(SAMPLE), "--python", python]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with not_ignored(name) as number, subprocess.Popen(command, env=environment) as process:
        while not told.exists() and process.poll() is None:
            time.sleep(0.02)
        assert len([*scratch.iterdir()]) == 1
        process.send_signal(number)
    assert process.returncode == -number
    assert [*scratch.iterdir()] == []
    assert is_gone(int(told.read_text(encoding="utf-8")))


def is_gone(process: int) -> bool:
    """Whether a process ends within a second; what nobody waits for stays listed."""
    status = Path("/proc", str(process), "stat")
    for _ in range(50):
        if not status.exists() or status.read_text(encoding="utf-8").rpartition(") ")[2].startswith("Z"):
            return True
        time.sleep(0.02)
    return False


def test_what_the_worker_started_ends_with_it(stand_in: Callable[[str], str], tmp_path: Path) -> None:
    """A child of the worker that would go on for long is gone, too."""
    told = tmp_path / "child"
    with answers(Request((TASK,), stand_in(f"sleep 100 & echo $! > {told}; exit 0"))):
        pass
    assert is_gone(int(told.read_text(encoding="utf-8")))


def test_the_environment_holds_no_secrets(
    stand_in: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only variables that find libraries are handed on."""
    monkeypatch.setenv("SOME_TOKEN", "secret")
    with answers(Request((TASK,), stand_in(f"env > {tmp_path / 'env'}"))):
        pass
    text = (tmp_path / "env").read_text(encoding="utf-8")
    assert "secret" not in text
    assert "KERAS_BACKEND=tensorflow" in text


def test_an_interpreter_that_is_not_there() -> None:
    """It is named."""
    with (
        pytest.raises(RequestError, match="/nowhere/python cannot be started"),
        answers(Request((TASK,), "/nowhere/python")),
    ):
        pass


def test_the_worker_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TensorFlow there is the exact command that installs it."""
    for name in ("keras", "tensorflow"):
        (tmp_path / f"{name}.py").write_text(f"raise ImportError('No {name} here')", encoding="utf-8")
        about = tmp_path / f"{name}-3.0.dist-info" / "METADATA"
        about.parent.mkdir()
        about.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 3.0\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(MissingExtra) as caught, answers(Request((TASK,))):
        pass
    assert caught.value.remedy == "Install the extra: pip install 'kerasinspect[tensorflow]'"
    assert "No tensorflow here" in caught.value.message


CALL = """
import ctypes, socket, sys
sys.path.insert(0, sys.argv[1])
import worker
print(worker.leave_network(ctypes.CDLL(None, use_errno=True)))
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[2])), timeout=5)
except OSError:
    print("nobody answers")
"""
"""Leaves the network as a worker does, and then calls the test."""


def test_a_worker_without_network_reaches_nobody() -> None:
    """Where the system permits it, not even a server on the same machine can be called; else it says why not."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", CALL, str(WORKER.parent), str(server.getsockname()[1])]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == ["none", "nobody answers"] or (said and said[0] != "none")


def test_a_module_of_the_users_that_cannot_be_imported(stand_in: Callable[[str], str]) -> None:
    """It is named, with what its import said."""
    told = json.dumps({**ABOUT_ITSELF, "custom_error": {"module": "my.layers", "message": "no such thing"}})
    line = f"echo '{told}' > results.jsonl"
    with pytest.raises(RequestError, match=r"my\.layers of --custom-objects cannot be imported: no such thing"):  # noqa: SIM117
        with answers(Request((TASK,), stand_in(line), custom_objects=("my.layers",))):
            pass


@pytest.mark.usefixtures("keras_environment")
def test_the_worker_keeps_to_its_memory_limit() -> None:
    """TensorFlow does not fit into 100 MiB, and that is what is said."""
    with answers(Request((TASK,), sys.executable, bounds=Bounds(memory=100 << 20))) as given:
        assert given.ending is not None
        assert "memory limit" in given.ending


@pytest.mark.usefixtures("keras_environment")
def test_the_worker_keeps_to_its_time_limit() -> None:
    """TensorFlow does not come up in a tenth of a second."""
    with answers(Request((TASK,), sys.executable, bounds=Bounds(seconds=0.1))) as given:
        assert given.ending == "It was killed after the time limit of 0.1 seconds."
