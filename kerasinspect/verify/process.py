"""Runs the worker in a process of its own, bounded in time, memory and what it can reach, and brings back its answers.

The worker is a group of processes with a scratch folder as home and working directory and with none of the caller's
environment but what finds libraries. Whatever happens to it or to us, the group is gone and the folder removed at the
end. What it tells is held against forms: with ``--unsafe``, code from the file has run in it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.remote.addresses import shown_address
from kerasinspect.containers.sources import STANDARD_INPUT, is_address, open_source
from kerasinspect.containers.standard_input import copy_standard_input
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import MissingExtra, RequestError, UnreadableFile
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.platforms import group_options, kill_group, undone
from kerasinspect.verify.answer_rows import LoadedRow, ProcessRow, RefusedRow, is_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.json_values import Json

WORKER = Path(__file__).with_name("worker.py")

_KEPT_VARIABLES = (
    "LANG",
    "LD_LIBRARY_PATH",
    "LC_ALL",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "PATH",
    "PYTHONPATH",
    "PATHEXT",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TZ",
    "VIRTUAL_ENV",
    "WINDIR",
)
"""What the worker sees of the caller's environment; anything else may be a secret."""

_PAUSE = 0.02
"""Seconds between two looks at the worker."""

_TAIL = 16_000
"""Bytes of what the worker said that are looked at; its last line is told."""

_NO_ANSWER, _NOT_UNDERSTOOD = "It ended without an answer.", "Its answer cannot be understood."

MOST_WORDS, _MOST_ANSWERS = 1 << 26, 1 << 28
"""Bytes that a worker may say before it is ended, and that its answers may have."""

_MEMORY_WORDS = (
    b"memoryerror",
    b"bad_alloc",
    b"cannot allocate memory",
    b"memory allocation",
    b"out of memory",
    b"oom when allocating",
    b"pthread_create failed",
    b"error return without exception set",
)
"""What a process says that was denied memory, whichever part of it asked; the last is what is left of a MemoryError
that an extension module lost."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of a worker."""

    seconds: float = 300.0
    """For the start and the first model, then for each model."""
    memory: int = 8 << 30
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Task:
    """One model to load and run."""

    path: str
    legacy: bool
    """Whether tf_keras may be tried where Keras 3 refuses."""
    inputs: str | None = None
    """An npz file with inputs; None for made ones."""
    input_names: tuple[tuple[str, int], ...] | None = None
    """The cases of a golden file, each with its number of inputs."""
    config: str | None = None
    """A file with the architecture, where the model is one of weights alone."""


@dataclass(frozen=True, slots=True)
class Request:
    """The tasks of one worker, and how it is to run them."""

    tasks: tuple[Task, ...]
    python: str = sys.executable
    unsafe: bool = False
    custom_objects: tuple[str, ...] = ()
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers that a worker wrote down in its folder before it ended."""

    folder: Path
    process: ProcessRow | None
    """None where it ended before it could say what it is."""
    results: tuple[LoadedRow | RefusedRow, ...]
    """One for each of the first tasks."""
    ending: str | None
    """How it was killed or crashed; None where it did all it was asked for."""

    def outputs(self, number: int) -> Path:
        """Where the inputs and outputs of one task are."""
        return self.folder / f"outputs_{number}.npz"


@contextmanager
def answers(request: Request) -> Iterator[Answers]:
    """Run a worker; its folder is there as long as the context.

    Raises RequestError where the interpreter cannot be started or the user's own module cannot be imported, and
    MissingExtra where Keras or TensorFlow is not installed.
    """
    with _scratch_folder() as folder:
        with _room():
            request = replace(request, tasks=tuple(_with_file(task, folder) for task in request.tasks))
            (folder / "request.json").write_text(json.dumps(_asked(request)), encoding="utf-8")
        ending = _run(request, folder)
        understood = _understood(_read(folder))
        process, results = understood or (None, ())
        if process is not None:
            _require_libraries(process, request)
        results = results[: len(request.tasks)]
        done = len(results) == len(request.tasks)
        why = _NOT_UNDERSTOOD if understood is None else ending or _NO_ANSWER
        yield Answers(folder, process, results, None if done else why)


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder of this user alone, which is gone at the end; raises RequestError where there can be none."""
    with _room():
        folder = Path(tempfile.gettempdir()).resolve() / f"kerasinspect-{secrets.token_hex(8)}"
    with undone(partial(shutil.rmtree, folder, ignore_errors=True)):
        with _room():
            folder.mkdir(mode=0o700)
        yield folder


@contextmanager
def _room() -> Iterator[None]:
    """Turn an error about the scratch folder into a RequestError."""
    try:
        yield
    except OSError as error:
        message = f"No folder for temporary files can be used: {error.strerror or error}."
        raise RequestError(message, "Set TMPDIR to a folder with room.") from error


def _with_file(task: Task, folder: Path) -> Task:
    """A task whose model is a file: what is standard input to us is none to the worker, and gets a copy there.

    Raises RequestError for the address of a model, which Keras would take for a path.
    """
    if is_address(task.path):
        message = f"{shown_address(task.path)} is on another machine, and Keras loads what is here."
        raise RequestError(message, "Download it and name the file.")
    return replace(task, path=str(copy_standard_input(folder))) if task.path == STANDARD_INPUT else task


def _asked(request: Request) -> dict[str, object]:
    """A request as JSON for the worker."""
    return {
        "parent": os.getpid(),
        "memory_limit": request.bounds.memory,
        "unsafe": request.unsafe,
        "custom_objects": request.custom_objects,
        "search_path": [str(Path.cwd())] if request.custom_objects else [],
        "models": [_task(task) for task in request.tasks],
    }


def _task(task: Task) -> dict[str, object]:
    """A task as JSON for the worker."""
    return {
        "path": str(Path(task.path).absolute()),
        "legacy": task.legacy,
        "inputs": task.inputs and str(Path(task.inputs).absolute()),
        "input_names": task.input_names,
        "config": task.config and str(Path(task.config).absolute()),
    }


def _environment(folder: Path) -> dict[str, str]:
    """The whole environment of a worker."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    made = {
        "CUDA_VISIBLE_DEVICES": "",
        "HOME": str(folder),
        "KERAS_BACKEND": "tensorflow",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "TEMP": str(folder),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TMP": str(folder),
        "TMPDIR": str(folder),
        "USERPROFILE": str(folder),
    }
    return kept | made


def _run(request: Request, folder: Path) -> str | None:
    """Run the worker to its end; say how it ended where that was not by itself."""
    words = folder / "words.txt"
    process = _started(request, folder, words)
    try:
        with undone(partial(kill_group, process)):
            why = _wait(process, folder, request.bounds.seconds)
    finally:
        process.wait()
    return why or (None if process.returncode == 0 else _ending(process.returncode, words, request.bounds))


def _started(request: Request, folder: Path, words: Path) -> subprocess.Popen[bytes]:
    """The worker's process, as a group of its own; what it says goes to a file."""
    with _room():
        stream = words.open("wb")
    with stream:
        try:
            return subprocess.Popen(  # noqa: S603 - the user's interpreter and our own file
                [_interpreter(request.python), str(WORKER), "request.json"],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                **group_options(),
            )
        except OSError as error:
            raise RequestError(
                f"The interpreter {request.python} cannot be started: {error.strerror}.",
                "Name the python of an environment that has Keras and TensorFlow.",
            ) from error


def _interpreter(python: str) -> str:
    """Where an interpreter is, as it was named here: the worker runs in another folder."""
    found = shutil.which(python)
    return python if found is None else str(Path(found).absolute())


def _wait(process: subprocess.Popen[bytes], folder: Path, seconds: float) -> str | None:
    """Wait for the end, as long as every model is done in time; why it must end before, if it must."""
    written, deadline = 0, time.monotonic() + seconds
    while process.poll() is None:
        size = _size(folder / "results.jsonl")
        if size != written:
            written, deadline = size, time.monotonic() + seconds
        if time.monotonic() > deadline:
            return f"It was killed after the time limit of {seconds:g} seconds."
        if _size(folder / "words.txt") > MOST_WORDS:
            return f"It was killed after it had printed more than {MOST_WORDS:,} bytes."
        time.sleep(_PAUSE)
    return None


def _size(path: Path) -> int:
    """Bytes of a file that need not be there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _ending(status: int, words: Path, bounds: Bounds) -> str:
    """How a worker ended that did not end well, and the last that it said."""
    try:
        with closing(open_source(words)) as source:
            last = source.read_at(max(0, source.size - _TAIL), min(source.size, _TAIL))
    except UnreadableFile:
        last = b""
    if any(word in last.lower() for word in _MEMORY_WORDS):
        return f"It needed more than its memory limit of {bounds.memory / (1 << 30):.3g} GiB."
    said = last.decode("utf-8", "backslashreplace").strip().rpartition("\n")[2]
    after = f" Its last words: {said}" if said else ""
    if status >= 0:
        return f"It ended with status {status}.{after}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
    hint = " A system that runs out of memory does that." if name == "SIGKILL" else ""
    return f"It was killed by {name}.{hint}{after}"


def _read(folder: Path) -> list[Json] | None:
    """The lines of a worker, about itself and then about models; None where one of them is no JSON.

    A line that was cut short does not count.
    """
    path = folder / "results.jsonl"
    if not os.path.lexists(path):
        return []
    try:
        with closing(open_source(path)) as source:
            lines = source.read_at(0, min(source.size, _MOST_ANSWERS)).split(b"\n")[:-1]
        return [parse_json(line, path.name).value for line in lines]
    except UnreadableFile:
        return None


def _understood(rows: list[Json] | None) -> tuple[ProcessRow | None, tuple[LoadedRow | RefusedRow, ...]] | None:
    """The rows of a worker about itself and about models; None where a line is no such row."""
    if not rows:
        return None if rows is None else (None, ())
    process, *others = rows
    results = tuple(row for row in others if is_row(row, LoadedRow) or is_row(row, RefusedRow))
    if not is_row(process, ProcessRow) or len(results) < len(others):
        return None
    return process, results


def _require_libraries(process: ProcessRow, request: Request) -> None:
    """Raise where the worker's interpreter lacks what the request needs."""
    if not process["libraries"]:
        why = ", ".join(f"{name}: {said}" for name, said in process["missing"].items())
        if request.python == sys.executable:
            remedy = "Install the extra: pip install 'kerasinspect[tensorflow]'"
        else:
            remedy = f"Install them there: {request.python} -m pip install keras tensorflow"
        raise MissingExtra(
            f"verify needs Keras and TensorFlow, and {request.python} does not have both ({why}).", remedy
        )
    error = process["custom_error"]
    if error is not None:
        raise RequestError(
            f"The module {error['module']} of --custom-objects cannot be imported: {error['message']}.",
            "Run the command in the folder that holds it, or install it in the interpreter that verify uses.",
        )
