"""Other systems than this one: what they lack, what they call things, and what they do not let one do."""

from __future__ import annotations

import ast
import errno
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kerasinspect import platforms
from kerasinspect.commands.cli import run
from kerasinspect.errors import PipeClosed, RequestError
from kerasinspect.output.destination import destination
from kerasinspect.platforms import (
    LONGEST_PATH,
    end_group,
    group_options,
    is_closed_pipe,
    is_windows_device,
    put_in_place,
    verbatim,
)
from kerasinspect.writing import Target
from tests.lacking import MODULES, NOT_ON_WINDOWS, SIGNALS, System, in_a_new_interpreter, take_away
from tests.places import ROOT, SAMPLES

PACKAGE = Path(platforms.__file__).parent
SAMPLE = SAMPLES / "question_network.keras"
BYTES = ("tests/containers/test_archive.py", "tests/containers/test_hdf5.py", "tests/opening/test_closing.py")
READING: dict[System, tuple[str, ...]] = {
    "windows": (*BYTES, "tests/formats"),
    "macos": BYTES,
}
"""The tests of reading that are run as on each system: of macOS, whose ways are nearly these, those of bytes."""
WHO_ASK = ("platforms.py", "worker.py")
"""The module that knows systems, and the one that stands alone."""

COMMANDS = [
    ("show", "--format", "json", "--values"),
    ("check", "--no-config"),
    ("summary", "--format", "json"),
    ("stats", "--format", "csv"),
    ("training",),
    ("lock",),
]
DEVICES = [
    "NUL",
    "nul",
    "con",
    "Con.keras",
    "NUL.tar.gz",
    "aux .h5",
    "prn. .h5",
    "COM1",
    "com¹.keras",
    "LPT9.weights.h5",
    "CONIN$",
    "conout$",
    "NUL:",
    "NUL::$DATA",
    "C:NUL",
    r"C:\models\nul",
    r"C:\aux\model.keras",
    "models/con.keras",
    r"\\.\pipe\model",
    r"\\.\PhysicalDrive0",
    r"\\.\C:",
    "//./pipe/model.keras",
    "//./COM56",
    r"\\?\pipe\model",
    r"\\?\GLOBALROOT\Device\HarddiskVolume1\model.keras",
    r"\??\pipe\model",
    r"\\server\pipe\model",
    r"\\server\PIPE\sub\model",
    r"\\localhost\mailslot\model",
    r"\\server\IPC$",
    r"\\?\UNC\server\pipe\model",
]
FILES = [
    "model.keras",
    "null.keras",
    "console.h5",
    "com10.h5",
    "comma.h5",
    "lpt.keras",
    "COM.keras",
    "my.con",
    "model.nul.keras",
    "C:model.keras",
    r"C:\models\model.keras",
    r"D:\auxiliary\model.h5",
    r"..\model.keras",
    "models/model.keras",
    r"\\server\share\model.keras",
    r"\\server\pipes\model.keras",
    r"\\?\C:\models\nul",
    r"\\?\UNC\server\share\model.keras",
    r"\\?\Volume{b75e2c83-0000-0000-0000-602f00000000}\model.keras",
    "model:stream.keras",
    "",
    ".",
    "..",
]


@pytest.mark.parametrize("path", DEVICES)
def test_names_of_devices_are_known(path: str) -> None:
    """However they are written, and whatever ending they are given."""
    assert is_windows_device(path)


@pytest.mark.parametrize("path", FILES)
def test_names_of_files_are_no_devices(path: str) -> None:
    """Even where they look like one."""
    assert not is_windows_device(path)


@pytest.mark.parametrize("path", ["NUL", "con.keras", r"\\.\pipe\model", r"\\?\pipe\m*del"])
def test_a_device_is_refused_before_it_is_looked_at(
    path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On Windows; elsewhere these are names like any other."""
    monkeypatch.setattr(platforms, "WINDOWS", True)

    with monkeypatch.context() as patch:
        for name in ("open", "stat", "lstat", "scandir"):

            def looking(given: object, *rest: Any, real: Any = getattr(os, name), **options: Any) -> Any:  # noqa: ANN401, B008
                """Look at anything else."""
                assert path not in str(given)
                return real(given, *rest, **options)

            patch.setattr(os, name, looking)
        statuses = [run(["show", path]), run(["check", "--no-config", path])]
    said = capsys.readouterr()
    assert statuses == [3, 3]
    assert said.err.count("the name of a device") + said.out.count("the name of a device") == 2


def test_long_paths_of_windows_are_verbatim() -> None:
    """Those that it would cut at 260 characters; all others stay as they are."""
    long = "m" * LONGEST_PATH
    assert verbatim(r"C:\model.keras") == r"C:\model.keras"
    assert verbatim(rf"C:\{long}") == rf"\\?\C:\{long}"
    assert verbatim(rf"\\server\share\{long}") == rf"\\?\UNC\server\share\{long}"
    assert verbatim(rf"\\?\C:\{long}") == rf"\\?\C:\{long}"


def test_a_file_that_somebody_has_open_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows does not replace it meanwhile; if it stays open, the error says so and the new file is not left."""
    monkeypatch.setattr(platforms, "WINDOWS", True)
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    old, replace = tmp_path / "page.txt", Path.replace

    def held(self: Path, target: Path) -> Path:
        """Refuse for as many times."""
        if len(waited) < times:
            raise PermissionError(errno.EACCES, "Access is denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    times = 2
    (tmp_path / "new").write_text("new", encoding="utf-8")
    put_in_place(tmp_path / "new", old)
    assert old.read_text(encoding="utf-8") == "new"
    assert len(waited) == times
    times = 99
    with (
        pytest.raises(RequestError, match="another program has the old file open"),
        destination(Target(str(old), force=True), sys.stdout) as stream,
    ):
        stream.write("newer")
    assert [path.name for path in tmp_path.iterdir()] == ["page.txt"]
    assert old.read_text(encoding="utf-8") == "new"


def test_a_pipe_that_nobody_reads_is_told_from_other_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows calls it an invalid argument."""
    invalid = OSError(errno.EINVAL, "Invalid argument")
    assert is_closed_pipe(BrokenPipeError())
    assert not is_closed_pipe(invalid)
    monkeypatch.setattr(platforms, "WINDOWS", True)
    assert is_closed_pipe(invalid)
    assert not is_closed_pipe(OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(PipeClosed), destination(None, sys.stdout):
        raise invalid


def test_a_process_ends_without_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are none, the process itself is ended, even if it has ended before."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"], **group_options())
    monkeypatch.delattr(os, "killpg")
    end_group(process)
    assert process.returncode
    end_group(process)


CHILDREN = """
import multiprocessing, signal
from kerasinspect.platforms import away_from_interrupts

def waits():
    raise SystemExit(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))

if __name__ == "__main__":
    begin = multiprocessing.get_context("spawn").Process
    children = [begin(target=waits) for _ in range(3)]
    with away_from_interrupts():
        children[0].start()
        children[1].start()
    children[2].start()
    for child in children:
        child.join()
    print([child.exitcode for child in children])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such mask")
def test_interrupts_pass_by_what_is_begun_away_from_them(tmp_path: Path) -> None:
    """Processes of multiprocessing too, the first of which begins another one and lifts the mask."""
    (tmp_path / "children.py").write_text(CHILDREN, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "children.py")]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", cwd=ROOT)
    assert done.stdout == "[1, 1, 0]\n", done.stderr


def test_the_worker_does_without_what_windows_lacks() -> None:
    """It says what it could not bound."""
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import worker\n"
        "os.name = 'nt'\n"
        "print(worker.peak_bytes(), worker.confine({'memory_limit': 1, 'parent': 1}))"
    )
    done = in_a_new_interpreter("windows", code, str(PACKAGE / "verify"))
    assert done.stdout == "None {'network': 'this system has no unshare', 'memory_limit': None}\n", done.stderr


@pytest.mark.long("each command starts an interpreter of its own on each system")
@pytest.mark.parametrize("system", ["windows", "macos"])
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_say_the_same_without_what_another_system_lacks(
    system: System, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """From the first import on."""
    arguments = [command[0], str(SAMPLE), *command[1:]]
    status = run(arguments)
    code = "import sys; from kerasinspect.commands.cli import main; main(sys.argv[1:])"
    done = in_a_new_interpreter(system, code, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (status, capsys.readouterr().out, "")


@pytest.mark.long("the tests that read bytes are run again")
@pytest.mark.parametrize("system", ["windows", "macos"])
def test_reading_needs_nothing_that_another_system_lacks(system: System) -> None:
    """All tests of reading bytes pass without it, those aside that take long."""
    command = [sys.executable, "-m", "pytest", *READING[system], "-q", "-x", "--fast"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "tests.lacking", "--lacking", system],
        capture_output=True,
        check=False,
        cwd=ROOT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-4_000:]


def names_used(path: Path) -> set[str]:
    """Modules that a file imports, and names that it takes from ``os`` and ``signal``, by whatever way."""
    used: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id="os" | "signal"), attr=name):
                used.add(name)
            case ast.Import(names=names):
                used |= {name.name for name in names}
            case ast.ImportFrom(module=module, names=names):
                used |= {module or ""} | ({name.name for name in names} if module in {"os", "signal"} else set())
            case ast.Call(func=ast.Name(id="getattr" | "hasattr"), args=[_, ast.Constant(value=str(name)), *_]):
                used.add(name)
    return used


def test_only_one_module_knows_what_systems_lack() -> None:
    """No other one asks for a name that Windows has not."""
    lacking = {*NOT_ON_WINDOWS.split(), *SIGNALS.split(), *MODULES.split()} - {"wait", "sync", "major", "minor", "nice"}
    mentioned = {path.name: names_used(path) & lacking for path in PACKAGE.rglob("*.py") if path.name not in WHO_ASK}
    assert {name: used for name, used in mentioned.items() if used} == {}


def test_what_is_taken_away_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the tests above show something."""
    take_away("windows", monkeypatch)
    assert not hasattr(os, "pread")
    with pytest.raises(ImportError):
        __import__("resource")
