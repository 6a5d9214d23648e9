"""How an output gets to its place: through links, pipes and permissions, past signals and races, and by nobody else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kerasinspect import writing as writer
from kerasinspect.commands.cli import run
from kerasinspect.errors import RequestError
from kerasinspect.output.destination import destination
from kerasinspect.writing import Target
from tests.lacking import in_a_new_interpreter
from tests.makers.special_files import make_pipe, make_socket
from tests.places import SAMPLES
from tests.signals import not_ignored

if TYPE_CHECKING:
    from collections.abc import Callable

NETWORK = SAMPLES / "question_network.keras"
OWN = '{"schema": "kerasinspect.stats/1"}\n'
"""What an earlier output of ours begins with."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder whose files all belong to the test."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(*arguments: object) -> int:
    """The exit status of a command."""
    return run([str(argument) for argument in arguments])


def mode_of(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


# Links, pipes and devices


@pytest.fixture
def twin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like the system's own, whose standard output is a file that has a line already."""
    (folder / "dev").mkdir()
    (folder / "log.txt").write_text("first\n", encoding="utf-8")
    (folder / "dev" / "stdout").symlink_to(folder / "log.txt")
    monkeypatch.setattr(writer, "SYSTEM_FOLDERS", (folder.resolve() / "dev",))
    return folder / "dev"


@pytest.mark.parametrize("name", ["dev/stdout", "dev/../dev/stdout", "./dev//stdout", "by/stdout"])
def test_links_of_the_system_are_written_to(folder: Path, twin: Path, name: str) -> None:
    """However they are named: the link stays one, and what the process has open keeps what it had."""
    (folder / "by").symlink_to(twin)
    assert written("summary", NETWORK, "-o", name) == 0
    assert (twin / "stdout").readlink() == folder / "log.txt"
    assert (folder / "log.txt").read_text(encoding="utf-8").startswith("first\nmodel sequential")


def test_a_system_link_to_the_model_is_refused(folder: Path, twin: Path) -> None:
    """Adding to it would break it as well."""
    (folder / "log.txt").write_bytes(NETWORK.read_bytes())
    assert written("summary", folder / "log.txt", "-o", twin / "stdout") == 2
    assert (folder / "log.txt").read_bytes() == NETWORK.read_bytes()


def test_a_pipe_is_written_to_and_stays(folder: Path) -> None:
    """Whoever reads it gets all of it."""
    pipe = make_pipe(folder / "pipe")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    assert written("summary", NETWORK, "-o", pipe) == 0
    reader.join()
    assert got[0].startswith("model sequential")
    assert pipe.is_fifo()


UNWRITABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pipe that nobody reads": (make_pipe, "nobody reads this pipe"),
    "a socket": (make_socket, "Cannot write to"),
    "a folder": (Path.mkdir, "Is a directory"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "a link to nothing"),
    "a link to itself": (lambda path: path.symlink_to(path.name), "Cannot write to"),
    "a link to a pipe": (lambda path: path.symlink_to(make_pipe(path.with_name("pipe"))), "a link to no file"),
    "a file in a file": (lambda path: path.symlink_to("page.txt/in"), "Cannot write to|a link to nothing"),
}


@pytest.mark.parametrize(("make", "said"), UNWRITABLE.values(), ids=UNWRITABLE)
def test_what_cannot_be_written_to_stays(
    folder: Path, make: Callable[[Path], object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said why, and nothing is put in its place."""
    path = folder / "out.json"
    make(path)
    before = sorted((entry.name, entry.lstat().st_mode) for entry in folder.iterdir())
    assert written("summary", NETWORK, "-o", path, "--force") == 2
    assert any(part in capsys.readouterr().err for part in said.split("|")) or "link" in said
    assert sorted((entry.name, entry.lstat().st_mode) for entry in folder.iterdir()) == before


def test_a_disk_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a device that holds files; whether something is one is the system's word."""
    (folder / "disk").touch()
    monkeypatch.setattr(stat, "S_ISBLK", lambda _: True)
    with pytest.raises(RequestError, match="is a disk"), destination(Target("disk", force=True), sys.stdout):
        pytest.fail("opened")


def test_a_users_own_link_is_followed(folder: Path) -> None:
    """To an earlier output, or anywhere by force: the link stays, and its file is replaced where it lies."""
    (folder / "kept").mkdir()
    end, link = folder / "kept" / "real.txt", folder / "out.txt"
    end.write_text("somebody's", encoding="utf-8")
    link.symlink_to(Path("kept", "real.txt"))
    assert written("summary", NETWORK, "-o", link) == 2
    assert written("summary", NETWORK, "-o", link, "--force") == 0
    assert written("lock", NETWORK, "-o", link) == 0
    assert link.readlink() == Path("kept", "real.txt")
    assert json.loads(end.read_bytes())["schema"] == "kerasinspect.lock/1"
    assert [path.name for path in (folder / "kept").iterdir()] == ["real.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such owners")
def test_a_link_that_is_another_users_is_not_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one to another user's file."""
    (folder / "real.txt").write_text(OWN, encoding="utf-8")
    (folder / "out.txt").symlink_to("real.txt")
    monkeypatch.setattr(os, "geteuid", lambda: Path("out.txt").lstat().st_uid + 1)
    assert written("summary", NETWORK, "-o", "out.txt", "--force") == 2
    assert (folder / "real.txt").read_text(encoding="utf-8") == OWN


def test_another_name_of_an_output_keeps_the_old_one(folder: Path) -> None:
    """A hard link is a file of its own from then on."""
    (folder / "out.txt").write_text(OWN, encoding="utf-8")
    (folder / "copy.txt").hardlink_to(folder / "out.txt")
    assert written("summary", NETWORK, "-o", "out.txt") == 0
    assert (folder / "copy.txt").read_text(encoding="utf-8") == OWN


def test_two_names_of_one_file_are_two_outputs(folder: Path) -> None:
    """Each report takes the place of its name alone, so that neither is lost; a symbolic link is the file itself."""
    (folder / "one.json").write_text("", encoding="utf-8")
    (folder / "other.xml").hardlink_to(folder / "one.json")
    (folder / "again.json").symlink_to("one.json")
    assert written("check", NETWORK, "--report", "json=one.json", "--report", "junit=other.xml") == 0
    assert (folder / "one.json").read_text(encoding="utf-8").startswith("{")
    assert (folder / "other.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert written("check", NETWORK, "--report", "json=one.json", "--report", "json=again.json") == 2


# Permissions and names


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_a_replaced_file_keeps_its_permissions(folder: Path, mode: int) -> None:
    """What is there meanwhile is its owner's alone."""
    path = folder / "out.txt"
    path.write_text(OWN, encoding="utf-8")
    path.chmod(mode)
    with destination(Target("out.txt"), sys.stdout) as stream:
        (partial,) = folder.glob(".*.partial")
        assert mode_of(partial) == 0o600
        stream.write("page")
    assert mode_of(path) == mode
    assert path.read_text(encoding="utf-8") == "page"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such permissions")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_permissions_that_the_user_wants(folder: Path, mask: int, mode: int) -> None:
    """From its first byte on."""
    before = os.umask(mask)
    try:
        with destination(Target("out.txt"), sys.stdout):
            (partial,) = folder.glob(".*.partial")
            assert mode_of(partial) == mode
        assert mode_of(folder / "out.txt") == mode
    finally:
        os.umask(before)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no groups")
@pytest.mark.parametrize("permitted", [True, False])
def test_another_group_never_gets_more_than_anybody(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, permitted: bool
) -> None:
    """Owner and group are kept where the system permits it; else the group that it gets has what others have."""
    path = folder / "out.txt"
    path.write_text(OWN, encoding="utf-8")
    path.chmod(0o664)
    asked: list[tuple[int, int]] = []

    def change(_: int, user: int, group: int) -> None:
        """Note the wish, and refuse it or not."""
        asked.append((user, group))
        if not permitted:
            raise PermissionError

    monkeypatch.setattr(os, "fchown", change)
    with destination(Target("out.txt"), sys.stdout) as stream:
        stream.write("page")
    assert asked[0] == (path.stat().st_uid, path.stat().st_gid)
    assert mode_of(path) == (0o664 if permitted else 0o644)


def test_a_file_that_may_not_be_written_stays(folder: Path) -> None:
    """Even where its folder would permit to replace it; root may write everything."""
    path = folder / "out.txt"
    path.write_text(OWN, encoding="utf-8")
    path.chmod(0o444)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write every file")
    assert written("summary", NETWORK, "-o", path, "--force") == 2
    assert path.read_text(encoding="utf-8") == OWN


def test_the_longest_name_is_no_problem(folder: Path) -> None:
    """The file beside it has a short name."""
    name = "n" * 251 + ".txt"
    assert written("summary", NETWORK, "-o", name) == 0
    assert [path.name for path in folder.iterdir()] == [name]
    assert written("summary", NETWORK, "-o", f"{name}x") == 2


def test_what_somebody_else_called_like_ours_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, and a link, that have the name of the file beside."""
    monkeypatch.setattr(os, "urandom", lambda _: b"taken")
    (folder / "other.txt").write_text("kept", encoding="utf-8")
    taken = folder / f".{b'taken'.hex()}.partial"
    taken.write_text("theirs", encoding="utf-8")
    assert written("summary", NETWORK, "-o", "out.txt") == 2
    assert taken.read_text(encoding="utf-8") == "theirs"
    taken.unlink()
    taken.symlink_to("other.txt")
    assert written("summary", NETWORK, "-o", "out.txt") == 2
    assert taken.is_symlink()
    assert (folder / "other.txt").read_text(encoding="utf-8") == "kept"
    assert not (folder / "out.txt").exists()


# What is read


@pytest.fixture
def unpacked(folder: Path) -> Path:
    """A model that was unpacked, with an asset without a byte, and a config that looks like an output of ours."""
    model = folder / "model"
    with zipfile.ZipFile(NETWORK) as packed:
        packed.extractall(model)
    (model / "assets").mkdir()
    (model / "assets" / "words.txt").touch()
    config = {"schema": "kerasinspect.stats/1", **json.loads((model / "config.json").read_bytes())}
    (model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (model / "metadata.json").unlink()
    return model


@pytest.mark.parametrize("part", ["config.json", "assets/words.txt", "assets/new.txt", "metadata.json"])
def test_parts_of_an_unpacked_model_stay(unpacked: Path, part: str) -> None:
    """Whatever they look like, and where they are not there, so that an output would become one."""
    path = unpacked / part
    before = path.read_bytes() if path.exists() else None
    for name in (path, unpacked / "assets" / ".." / part):
        assert written("summary", unpacked, "-o", name, "--force") == 2
        assert written("check", unpacked, "--no-config", f"--report=json={name}", "--force") == 2
    assert (path.read_bytes() if path.exists() else None) == before


def test_shards_stay(folder: Path) -> None:
    """Those that the index names: also one that is not there, or that looks like an output of ours."""
    index = {"metadata": {"total_size": 1}, "weight_map": {"/layers/dense/vars": ["m_00000.weights.h5", "own.json"]}}
    (folder / "m.weights.json").write_text(json.dumps(index), encoding="utf-8")
    (folder / "own.json").write_text(OWN, encoding="utf-8")
    (folder / "hard.json").hardlink_to(folder / "own.json")
    for name in ("own.json", "hard.json", "m_00000.weights.h5", "m.weights.json"):
        assert written("check", "m.weights.json", "--no-config", "-o", name, "--force") == 2
    assert (folder / "own.json").read_text(encoding="utf-8") == OWN
    assert not (folder / "m_00000.weights.h5").exists()


def test_a_report_does_not_become_a_model_that_is_missing(folder: Path) -> None:
    """The next run would read it."""
    assert written("check", "missing.keras", "--no-config", "--report=json=missing.keras") == 2
    assert list(folder.iterdir()) == []


def test_lock_and_policy_stay(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are read, and may be outputs of ours otherwise."""
    assert written("lock", NETWORK, "-o", "model.lock.json") == 0
    (folder / "kerasinspect.toml").write_text('fail-on = "error"\n', encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    against = ("check", NETWORK, "--against", "model.lock.json", "--force")
    assert written(*against, "-o", "model.lock.json") == 2
    assert written(*against, "--report=json=./kerasinspect.toml") == 2
    assert capsys.readouterr().err.count("another file that is read") == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("second", ["x.json", "./x.json", "link.json"])
def test_two_outputs_are_two_files(folder: Path, second: str) -> None:
    """The second would replace the first, an output of ours."""
    (folder / "x.json").write_text(OWN, encoding="utf-8")
    (folder / "link.json").symlink_to("x.json")
    assert written("check", NETWORK, "--no-config", "-o", "x.json", f"--report=junit={second}") == 2
    assert written("verify", NETWORK, "-o", "x.json", "--record", second, "--force") == 2
    assert (folder / "x.json").read_text(encoding="utf-8") == OWN


# Races, signals and full disks


def late(monkeypatch: pytest.MonkeyPatch, name: str, path: Path) -> None:
    """Save a model at a path in the last moment before a step."""
    real: Callable[[Path, Path], bool] = getattr(writer, name)

    def step(whole: Path, place: Path) -> bool:
        """Do the step after that, once."""
        monkeypatch.setattr(writer, name, real)
        path.unlink(missing_ok=True)
        path.write_bytes(NETWORK.read_bytes())
        return real(whole, place)

    monkeypatch.setattr(writer, name, step)


@pytest.mark.skipif(sys.platform != "linux", reason="two files change places in one step on Linux")
@pytest.mark.parametrize(("step", "before"), [("put_where_nothing_is", None), ("exchange", OWN)])
def test_a_model_that_appears_in_the_last_moment_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, before: str | None
) -> None:
    """What is judged is what comes out of the place, and it goes back."""
    path = folder / "out.txt"
    if before is not None:
        path.write_text(before, encoding="utf-8")
    late(monkeypatch, step, path)
    assert written("summary", NETWORK, "-o", path) == 2
    assert path.read_bytes() == NETWORK.read_bytes()
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_files_take_their_place_without_what_linux_has(folder: Path, system: str) -> None:
    """New ones, and again over those."""
    code = "import sys; from kerasinspect.commands.cli import main; main(sys.argv[1:])"
    for _ in range(2):
        done = in_a_new_interpreter(system, code, "summary", str(NETWORK), "-o", str(folder / "out.txt"))  # type: ignore[arg-type]
        assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in folder.iterdir()] == ["out.txt"]


WAITING = """
import sys, time
from pathlib import Path
from kerasinspect.output.destination import destination
from kerasinspect.writing import Target
with destination(Target("a.txt"), sys.stdout) as first, destination(Target("b.txt"), sys.stdout) as second:
    first.write("half" * 9_000)
    second.write("half")
    print("ready", flush=True)
    for _ in range(600):  # a signal that comes just before one sleep ends the next
        time.sleep(0.1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="other signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGXCPU"])
def test_a_signal_leaves_no_half_written_file(folder: Path, name: str) -> None:
    """The process ends by that signal, as if nothing had handled it, and the old file is as it was."""
    (folder / "a.txt").write_text(OWN, encoding="utf-8")
    command = [sys.executable, "-c", WAITING]
    with (
        not_ignored(name) as number,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert len(list(folder.iterdir())) == 3
        process.send_signal(number)
    assert process.returncode == -number
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
    assert (folder / "a.txt").read_text(encoding="utf-8") == OWN


@pytest.mark.skipif(sys.platform == "win32", reason="other signals")
def test_signals_that_somebody_else_handles_are_theirs() -> None:
    """One that is ignored, as under nohup, stays ignored; afterwards all is as before."""
    before = signal.getsignal(signal.SIGTERM)
    hangup = signal.Signals["SIGHUP"]
    ignored = signal.signal(hangup, signal.SIG_IGN)
    try:
        with destination(Target("out.txt"), sys.stdout) as stream:
            assert signal.getsignal(hangup) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is not before
            stream.write("page")
    finally:
        signal.signal(hangup, ignored)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_thread_writes_too(folder: Path) -> None:
    """Where Python permits no handlers."""

    def write() -> None:
        """Write a page."""
        with destination(Target("out.txt"), sys.stdout) as stream:
            stream.write("page")

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert (folder / "out.txt").read_text(encoding="utf-8") == "page"


FULL = """
import resource, sys
from kerasinspect.commands.cli import main
sys.dont_write_bytecode = True  # Python would keep half a file of what is imported from here on
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
main(sys.argv[1:])
"""
"""A disk that takes no more than 100 bytes of a file."""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
@pytest.mark.parametrize("command", [("show", NETWORK), ("check", NETWORK, "--no-config", "--format", "json")])
def test_a_full_disk_leaves_what_was_there(folder: Path, command: tuple[object, ...]) -> None:
    """And says so."""
    (folder / "out.txt").write_text(OWN, encoding="utf-8")
    line = [sys.executable, "-c", FULL, *map(str, command), "-o", "out.txt"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("kerasinspect: Cannot write to out.txt: File too large.")
    assert [path.name for path in folder.iterdir()] == ["out.txt"]
    assert (folder / "out.txt").read_text(encoding="utf-8") == OWN


def test_a_working_folder_that_is_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be written there, and elsewhere all can."""
    gone = folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    shutil.rmtree(gone, ignore_errors=True)
    if gone.exists():
        pytest.skip("this system keeps it")
    assert written("summary", NETWORK, "-o", "out.txt") == 2
    assert "Cannot write to out.txt" in capsys.readouterr().err
    assert written("summary", NETWORK, "-o", folder / "out.txt") == 0
