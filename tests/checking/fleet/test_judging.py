"""Many files: in processes as in one, kept from run to run, gone on with after an end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest

from kerasinspect import check
from kerasinspect.checking import asking
from kerasinspect.checking.fleet import judging
from kerasinspect.checking.fleet.judging import HERE, Work
from kerasinspect.checking.fleet.log import Head, open_log, read_log
from kerasinspect.checking.fleet.records import record_of, report_from
from kerasinspect.checking.fleet.running import CheckRun
from kerasinspect.checking.fleet.stamps import Stamps
from kerasinspect.checking.policy import Policy
from kerasinspect.checking.reports import ModelReport
from kerasinspect.checking.request import question
from kerasinspect.commands.cli import run
from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.formats.locating.folder_search import Location
from kerasinspect.formats.locating.locations import find_models
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from kerasinspect.checking.reports import CheckReport


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder of models, one of them damaged."""
    folder = tmp_path / "models"
    shutil.copytree(SAMPLES, folder)
    (folder / "cut.keras").write_bytes((SAMPLES / "small_cnn.keras").read_bytes()[:5000])
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read, in order."""
    names: list[str] = []
    real = asking.check_file

    def counted(location: str, *given: object, **named: object) -> ModelReport:
        names.append(Path(location).name)
        return real(location, *given, **named)  # type: ignore[arg-type]  # as it is called

    monkeypatch.setattr(judging, "check_file", counted)
    return names


def checked(folder: Path, work: Work = HERE, policy: Policy | None = None) -> CheckReport:
    """The report of a folder."""
    return CheckRun(find_models([str(folder)]), question(policy or Policy()), work).whole()


@pytest.mark.parametrize("path", [SAMPLES, DATA / "saving"], ids=lambda path: path.name)
def test_a_record_gives_the_report_again(path: Path) -> None:
    """Every field of every report, by way of JSON."""
    for report in check(path):
        assert report_from(json.loads(json.dumps(record_of(report)))) == report


def test_processes_find_what_one_finds(models: Path) -> None:
    """The same reports in the same order, the damaged file among them."""
    assert checked(models, Work(2)) == checked(models)


@pytest.mark.parametrize("kind", ["cache", "log"])
def test_what_is_known_is_not_read_again(models: Path, read: list[str], tmp_path: Path, kind: str) -> None:
    """But a file that has changed is, and one that could not be read, of which a log gets no second line."""
    kept = str(tmp_path / "kept")
    work = Work(1, cache=kept) if kind == "cache" else Work(1, log=kept)
    first = checked(models, work)
    assert len(read) == len(first)
    read.clear()
    assert checked(models, work) == first
    assert read == ["cut.keras"]
    if kind == "log":
        assert sum(b"cut.keras" in line for line in Path(kept).read_bytes().splitlines()) == 1
    read.clear()
    shutil.copy(models / "small_cnn.keras", models / "cut.keras")
    again = checked(models, work)
    assert read == ["cut.keras"]
    assert again[str(models / "cut.keras")].readable


def test_a_model_that_needs_an_extra_costs_no_other(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be read, is tried again once the extra is there, and is a wrong request where it is the only one."""
    log, real = str(tmp_path / "log.jsonl"), asking.check_file

    def without(location: str, *given: object, **named: object) -> ModelReport:
        if Path(location).name == "two_towers.keras":
            raise MissingExtra("It needs a library.", "Install it.")
        return real(location, *given, **named)  # type: ignore[arg-type]  # as it is called

    with monkeypatch.context() as patched:
        patched.setattr(judging, "check_file", without)
        found = checked(models, Work(1, log=log))
        assert found.exit_status == 3
        assert found[str(models / "two_towers.keras")].error == "It needs a library. Install it."
        assert sum(not model.readable for model in found) == 2
        with pytest.raises(MissingExtra):
            checked(models / "two_towers.keras")
    assert checked(models, Work(1, log=log)) == checked(models)


def test_another_question_is_asked_anew(models: Path, read: list[str], tmp_path: Path) -> None:
    """A cache keeps answers to both; a log is of one question."""
    cache, log = str(tmp_path / "cache"), str(tmp_path / "log.jsonl")
    strict = Policy(select=("KI1",))
    checked(models, Work(1, cache))
    read.clear()
    checked(models, Work(1, cache), strict)
    assert len(read) > 1
    read.clear()
    checked(models, Work(1, cache))
    assert read == ["cut.keras"]
    checked(models, Work(1, log=log))
    with pytest.raises(RequestError, match="it answers another question, with other rules or thresholds") as refused:
        checked(models, Work(1, log=log), strict)
    assert refused.value.remedy == "Name another file; this one stays as it is."


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ({"version": "0.1"}, "kerasinspect 0.1 wrote it, and this is"),
        ({"schema": "kerasinspect.log/9"}, "it is a log of another version, kerasinspect.log/9; this release writes"),
        ({"parts": 5}, "it answers another question."),
        ({"parts": {"rules": "1", "limits": [1]}}, "it answers another question, with other rules and other limits."),
        ({"schema": "else"}, "it is no log of kerasinspect"),
    ],
    ids=str,
)
def test_why_a_log_does_not_fit_is_said(tmp_path: Path, head: dict[str, object], said: str) -> None:
    """As far as its first line tells it."""
    log = tmp_path / "log.jsonl"
    asked = Head("one", {"rules": "1", "limits": "2"})
    with open_log(str(log), asked):
        first = json.loads(log.read_bytes())
    before = json.dumps({**first, "question": "another", "parts": {"rules": "0", "limits": "2"}, **head}).encode()
    log.write_bytes(before + b"\n")
    other = Head("one", {"rules": "2", "limits": "2"})
    with pytest.raises(RequestError) as refused, open_log(str(log), other):
        pass
    assert said in refused.value.message
    assert log.read_bytes() == before + b"\n"


def test_a_log_goes_on_where_it_was_cut(models: Path, read: list[str], tmp_path: Path) -> None:
    """What was written of its last line is written again, all lines before it hold, and the broken file is tried."""
    log = tmp_path / "log.jsonl"
    first = checked(models, Work(1, log=str(log)))
    whole = log.read_bytes()
    log.write_bytes(whole[:-40])
    read.clear()
    assert checked(models, Work(1, log=str(log))) == first
    assert len(read) == 2
    assert sorted(log.read_bytes().splitlines()) == sorted(whole.splitlines())


@pytest.mark.parametrize("content", [b"not a log", b"{}\n", b"\0" * 100, b"x\n" * 3], ids=range(4))
def test_no_other_file_becomes_a_log(models: Path, tmp_path: Path, content: bytes) -> None:
    """What is no log stays as it is."""
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(RequestError, match="it is no log"):
        checked(models, Work(1, log=str(path)))
    assert path.read_bytes() == content


def test_a_line_that_is_no_report_is_said(models: Path, tmp_path: Path) -> None:
    """A log that somebody changed is not cut off there."""
    log = tmp_path / "log.jsonl"
    checked(models, Work(1, log=str(log)))
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:2], b"[]\n", *lines[2:]]))
    with pytest.raises(RequestError, match="its line 3 is no report"):
        checked(models, Work(1, log=str(log)))


_FINDING: dict[str, object] = {
    "code": "KI101",
    "name": "nan",
    "severity": "error",
    "where": "dense",
    "message": "a NaN",
    "location": "a.keras",
    "scope": "weight",
    "more": 0,
    "place": "",
    "remedy": "",
    "advisories": [["CVE-2025-1550", ["3.9.0"]]],
}
_WRONG: tuple[tuple[str, object], ...] = (
    *(("findings", 3), ("findings", [3]), ("findings", [{"code": 5}]), ("findings", [[]]), ("findings", {})),
    *(("findings", [{**_FINDING, name: 5.5}]) for name in _FINDING),
    *(("findings", [{**_FINDING, "more": value}]) for value in (-1, True, 1 << 63)),
    *(("findings", [{**_FINDING, name: "else"}]) for name in ("severity", "scope")),
    *(("findings", [{**_FINDING, "advisories": [one]}]) for one in (5, ["a"], ["a", "b"], [1, []])),
    *(("format", 7), ("format", "else"), ("format", [])),
    *(("arrays", value) for value in ("x", float("-inf"), float("nan"), -1, False)),
    *(("location", 1), ("error", 1), ("keras_version", []), ("optimizer_nbytes", None)),
    *(("damage", "x"), ("damage", [1]), ("skipped", [["KI1"]]), ("skipped", [["KI1", 2]])),
    *(("ignored", [_FINDING]), ("ignored", [[_FINDING, 5]]), ("ignored", [[5, "reason"]])),
    *(("lock_names", []), ("lock_names", {"a": 1}), ("layer_classes", [["a", 1]]), ("layer_classes", {"a": "b"})),
)
FORGED: dict[str, dict[str, object]] = {
    **{f"no {name}": {name: ...} for name in record_of(ModelReport("a.keras"))},
    **{f"{number} {name}": {name: value} for number, (name, value) in enumerate(_WRONG)},
}
"""What a record has instead of what belongs there; ``...`` for nothing."""
NO_ENTRIES = (
    b"[" * 200_000,
    b'{"stamp": 5, "report": {}}',
    b'{"stamp": "y", "report": {"location": "x"}}',
    b"5",
    b"\xff",
)


def _record(forged: dict[str, object]) -> dict[str, object]:
    """A record with other fields."""
    whole = {**record_of(ModelReport("a.keras")), "findings": [_FINDING], **forged}
    return {name: value for name, value in whole.items() if value is not ...}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_record_with_a_wrong_field_is_no_report(forged: dict[str, object]) -> None:
    """None of them becomes a part of a report, where it would be printed or counted."""
    assert report_from(_record({})).findings[0].code == "KI101"
    with pytest.raises(ValueError):  # noqa: PT011 - which field it is helps nobody
        report_from(json.loads(json.dumps(_record(forged))))


@pytest.mark.parametrize(
    "line",
    [*NO_ENTRIES, *(json.dumps({"stamp": "", "report": _record(one)}).encode() for one in FORGED.values())],
    ids=[*map(str, range(len(NO_ENTRIES))), *FORGED],
)
def test_a_damaged_log_ends_in_a_sentence(line: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From ``tally`` and from a run that would go on; it stays as it is."""
    log = tmp_path / "log.jsonl"
    asked = Head("one")
    with open_log(str(log), asked) as opened:
        opened.keep(ModelReport("b.keras"), "")
    before = log.read_bytes() + line + b"\n"
    log.write_bytes(before)
    assert run(["tally", str(log)]) == 2
    said = f"The log {log} cannot be used: its line 3 is no report.\n  Name another file"
    assert said in capsys.readouterr().err
    with pytest.raises(RequestError, match="its line 3 is no report"), open_log(str(log), asked):
        pass
    assert log.read_bytes() == before


def test_a_first_line_that_is_nested_too_deeply_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As that of any other file."""
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"[" * 200_000 + b"\n")
    assert run(["tally", str(log)]) == 2
    assert run(["check", str(SAMPLES), "--no-config", "--log", str(log)]) == 2
    assert capsys.readouterr().err.count("it is no log of kerasinspect") == 2


@pytest.mark.parametrize("change", [{"location": "else"}, {"findings": [{**_FINDING, "code": "KI999"}]}], ids=str)
def test_a_kept_report_that_answers_something_else_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: list[str], change: dict[str, object]
) -> None:
    """About another file, or with a finding of a rule that nobody asked and that no form of a report knows."""
    model = tmp_path / "a.keras"
    shutil.copy(SAMPLES / "small_cnn.keras", model)
    work = Work(1, str(tmp_path / "kept"))
    first = checked(model, work)
    forged = report_from(_record({"location": str(model), **change}))
    monkeypatch.setattr("kerasinspect.checking.fleet.store.report_from", lambda _: forged)
    assert checked(model, work) == first
    assert read == ["a.keras", "a.keras"]


@pytest.mark.parametrize("kind", ["cache", "log"])
def test_a_run_that_goes_on_says_how_much_is_known(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """Where it is from too, unless it is to be quiet; a first run has nothing to say."""
    kept = str(tmp_path / "kept")
    line = ["check", str(models), "--no-config", f"--{kind}", kept]
    count = len(find_models([str(models)]))
    known = count - 1  # what cannot be read is tried again
    run(line)
    assert "known from" not in capsys.readouterr().err
    run(line)
    assert f"kerasinspect: note: {known} of {count} models are known from {kept}.\n" in capsys.readouterr().err
    run([*line, "--quiet"])
    assert "known from" not in capsys.readouterr().err


def test_nothing_is_known_of_what_cannot_be_told_to_be_the_same(
    models: Path, tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard input, or what another machine says nothing of, is read again, and the log tells what it is now."""
    monkeypatch.setattr("kerasinspect.checking.fleet.stamps.Stamps.of", lambda *_: None)
    log, model = tmp_path / "log.jsonl", models / "small_cnn.keras"
    assert checked(model, Work(1, log=str(log))).exit_status == 0
    shutil.copy(models / "cut.keras", model)
    assert checked(model, Work(1, log=str(log))).exit_status == 3
    assert read == ["small_cnn.keras"] * 2
    assert [report.readable for report in read_log(str(log))] == [False]


def test_a_log_tells_of_a_model_that_is_again_what_it_was(models: Path, tmp_path: Path) -> None:
    """Its last line does, whether the model was readable first and last or between."""
    log, model = tmp_path / "log.jsonl", models / "model.keras"
    for name in ("cut.keras", "small_cnn.keras", "cut.keras", "small_cnn.keras", "two_towers.keras", "small_cnn.keras"):
        (models / name).replace(model)
        found = checked(model, Work(1, log=str(log)))
        assert [*read_log(str(log))] == [*found]
        model.replace(models / name)


def test_a_link_that_leads_nowhere_is_known(models: Path) -> None:
    """It is no reason to read what is beside it again; and once it leads somewhere, that is."""
    shutil.copytree(DATA / "versions/keras-3.11.3", models / "sharded")
    index = str(models / "sharded/many_sharded.weights.json")
    (models / "sharded/latest").symlink_to("nothing")
    before = Stamps().of(index)
    assert before is not None
    (models / "sharded/nothing").touch()
    assert Stamps().of(index) not in (before, None)


@pytest.mark.parametrize("kept", ["log", "cache"])
def test_what_is_kept_is_no_part_of_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: str) -> None:
    """A shard that is not there yet would be read from then on."""
    shutil.copy(DATA / "versions/keras-3.11.3/many_sharded.weights.json", tmp_path)
    place = tmp_path / "many_sharded_00001.weights.h5"
    line = ["check", str(tmp_path / "many_sharded.weights.json"), "--no-config", f"--{kept}", str(place)]
    assert run(line) == 2
    assert f"The {kept} {place} is the model" in capsys.readouterr().err
    assert not place.exists()


def test_a_folder_is_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is one remedy, which is none for models."""
    for line in (["tally", str(tmp_path)], ["check", str(SAMPLES), "--no-config", "--log", str(tmp_path)]):
        assert run(line) == 2
        said = f"kerasinspect: The log {tmp_path} is a folder, not a file.\n  Name another file.\n"
        assert capsys.readouterr().err == said


def test_a_cache_that_is_none_is_said(models: Path, tmp_path: Path) -> None:
    """By its folder, and it is let go of."""
    database = tmp_path / "kerasinspect.sqlite"
    database.write_bytes(b"something else entirely" * 100)
    with pytest.raises(RequestError, match=r"The cache in .* cannot be used") as caught:
        checked(models, Work(1, str(tmp_path)))
    if Path("/proc/self/fd").exists():
        assert database not in {link.resolve() for link in Path("/proc/self/fd").iterdir()}
    del caught  # whose frames hold what they opened
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match=r"The cache in .* cannot be used"):
        checked(models, Work(1, str(tmp_path / "file")))


def test_a_model_of_several_files_is_known_by_all_of_them(read: list[str], tmp_path: Path) -> None:
    """A checkpoint whose data changed is read again."""
    folder = tmp_path / "folder"
    shutil.copytree(DATA / "checkpoints", folder, ignore=shutil.ignore_patterns("*_orbax"))
    work = Work(1, str(tmp_path / "cache"))
    checked(folder, work)
    read.clear()
    checked(folder, work)
    known = len(read)
    data = next(iter(sorted(folder.rglob("*.data-*"))))
    os.utime(data, ns=(1, 1))
    read.clear()
    checked(folder, work)
    assert len(read) > known


def test_waivers_that_an_earlier_run_used_are_not_idle(tmp_path: Path) -> None:
    """Also where the reports come from a cache."""
    from kerasinspect.checking.findings import Waiver

    waiver = Waiver("*", frozenset({"KI203"}), "as agreed", ("KI203",))
    policy, work = Policy(waivers=(waiver,)), Work(1, str(tmp_path))
    first = checked(SAMPLES, work, policy)
    assert checked(SAMPLES, work, policy) == first
    assert (waiver in first.idle_waivers) == (not any(model.ignored for model in first))


def test_nothing_is_remembered_from_the_look_before(read: list[str], tmp_path: Path) -> None:
    """Also where one model of several files is all that is asked of, again and again."""
    for name in ("weights.h5", "config.json"):
        (tmp_path / f"model.{name}").write_bytes((SAMPLES / "small_cnn.keras").read_bytes())
    work = Work(1, str(tmp_path / "cache"))
    for _ in range(2):
        checked(tmp_path / "model.weights.h5", work)
    assert len(read) == 1
    (tmp_path / "model.config.json").write_text("another")
    checked(tmp_path / "model.weights.h5", work)
    assert len(read) == 2


class _Everything:
    """A ledger that has every report."""

    def has(self, *_: str) -> bool:
        """Say so."""
        return True

    def report(self, location: str, _: str) -> ModelReport:
        """A report on nothing."""
        return ModelReport(location)


def test_going_on_takes_no_more_for_each_of_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times as many files in a log take four times as long, not sixteen times."""
    monkeypatch.setattr("kerasinspect.checking.fleet.log.open_log", lambda *_: nullcontext(_Everything()))
    monkeypatch.setattr("kerasinspect.checking.fleet.stamps.Stamps.of", lambda *_: "the same")

    def seconds(count: int) -> float:
        files = [Location(f"none/{number}.keras") for number in range(count)]
        began = process_time()
        assert sum(1 for _ in judging.judged(files, question(Policy()), Work(1, log="log"))) == count
        return process_time() - began

    seconds(100)
    assert seconds(24_000) < 9 * seconds(6_000)


def test_a_log_is_written_by_one_run_at_a_time(models: Path, tmp_path: Path) -> None:
    """A second one is refused before it writes anything, and may go on once the first has ended."""
    log = tmp_path / "log.jsonl"
    line = [sys.executable, "-m", "kerasinspect", "check", "--no-config", "--log", str(log), str(models)]
    with open_log(str(log), Head("another question")):
        before = log.read_bytes()
        second = subprocess.run(line, capture_output=True, check=False, encoding="utf-8")
        assert second.returncode == 2
        assert "another run is writing to it" in second.stderr
        assert "give each run a log of its own" in second.stderr
        assert log.read_bytes() == before
        assert [*read_log(str(log))] == []
    log.unlink()
    assert subprocess.run(line, capture_output=True, check=False).returncode == 3
    assert len([*read_log(str(log))]) == len(find_models([str(models)]))
