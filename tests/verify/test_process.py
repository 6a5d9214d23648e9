"""However a worker ends, the parent tells how, and nothing of it is left."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.verify.process import WORKER, Bounds, Request, Task, answers

if TYPE_CHECKING:
    from collections.abc import Callable

TASK = Task("model.keras", legacy=False)


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
    "half a line": ("printf '{\"python\": ' > results.jsonl; exit 1", "It ended with status 1."),
}


@pytest.mark.parametrize(("line", "said"), ENDINGS.values(), ids=ENDINGS)
def test_each_ending_is_told(stand_in: Callable[[str], str], line: str, said: str) -> None:
    """A signal, a lack of memory, a status and a time limit each have their sentence."""
    with answers(Request((TASK,), stand_in(line), bounds=Bounds(seconds=0.5))) as given:
        assert given.ending == said
        assert given.process is None
    assert not given.folder.exists()


def test_what_the_worker_started_ends_with_it(stand_in: Callable[[str], str], tmp_path: Path) -> None:
    """A child of the worker that would go on for long is gone, too."""
    told = tmp_path / "child"
    with answers(Request((TASK,), stand_in(f"sleep 100 & echo $! > {told}; exit 0"))):
        pass
    child = Path("/proc") / told.read_text(encoding="utf-8").strip() / "stat"
    for _ in range(50):
        if not child.exists() or child.read_text(encoding="utf-8").rpartition(") ")[2].startswith("Z"):
            return
        time.sleep(0.02)
    pytest.fail("the child is still there")


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
    told = '{"libraries": [{}], "missing": {}, "custom_error": {"module": "my.layers", "message": "no such thing"}}'
    line = f"echo '{told}' > results.jsonl"
    with pytest.raises(RequestError, match=r"my\.layers of --custom-objects cannot be imported: no such thing"):  # noqa: SIM117
        with answers(Request((TASK,), stand_in(line), custom_objects=("my.layers",))):
            pass


def test_the_worker_keeps_to_its_memory_limit() -> None:
    """TensorFlow does not fit into 100 MiB, and that is what is said."""
    with answers(Request((TASK,), sys.executable, bounds=Bounds(memory=100 << 20))) as given:
        assert given.ending is not None
        assert "memory limit" in given.ending


def test_the_worker_keeps_to_its_time_limit() -> None:
    """TensorFlow does not come up in a tenth of a second."""
    with answers(Request((TASK,), sys.executable, bounds=Bounds(seconds=0.1))) as given:
        assert given.ending == "It was killed after the time limit of 0.1 seconds."
