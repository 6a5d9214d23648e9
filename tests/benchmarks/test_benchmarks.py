"""A small version of ``make bench``: what it measures runs, and every target is held against something measured.

Memory is left to the long version: a system counts that of the program that starts another one, and tests take more.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import records, timing
from benchmarks.__main__ import keras_of, main, parse
from benchmarks.builds import BEFORE, THIS, Build, FailedCommand
from benchmarks.contests import READ, START, Contest, Field
from benchmarks.measuring import hold
from benchmarks.models import CURVES, KERAS_MODELS, LARGE, Shelf, curve_models, other_models
from benchmarks.peers import Kitchen
from benchmarks.places import RESULTS
from benchmarks.records import Record, Results, quotient
from benchmarks.targets import MEMORY_TARGETS, TARGETS, Target
from benchmarks.timing import Run, rounds
from benchmarks.wording import megabytes, number, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    Page = Callable[[Results], str]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it tells not what a process took")

INSTALLED = Build("0000000", Path(sys.prefix))
BUILDS = {THIS: INSTALLED, BEFORE: INSTALLED}
KITCHEN = Kitchen(sys.executable, {"h5glance": Path("/h5glance"), "modelaudit": Path("/modelaudit")})
TINY = {"arrays": (2, 20), "layers": (), "nested": (), "bytes": (1000,)}


def record(who: str, *times: float, model: str = "vgg19.keras", question: str = "stats") -> Record:
    """What someone took who needed so many seconds."""
    runs = tuple(Run(time, time / 2, round(time * 1e6), 0, 5, 6000) for time in times)
    return Record(model, question, who, runs)


def results(*found: Record, curves: dict[str, tuple[int, ...]] | None = None) -> Results:
    """What a page is written from."""
    made = Results({"machine": "a small one"}, 3, curves or dict.fromkeys(CURVES, ()), missing=["netron: not there"])
    for one in found:
        made.add(one)
    return made


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """The page of results, which needs matplotlib for its plots."""
    pytest.importorskip("matplotlib")
    from benchmarks.report import write

    def written(made: Results) -> str:
        write(made, tmp_path / "RESULTS.md")
        return (tmp_path / "RESULTS.md").read_text(encoding="utf-8")

    return written


def test_small_models_are_measured(tmp_path: Path, page: Page) -> None:
    """Of two models that it makes and of none: every command answers, and the page has its row and its plot."""
    shelf = Shelf(tmp_path)
    shelf.make_plain(curve_models(TINY))
    field = Field(shelf, BUILDS, Kitchen(None, {}), TINY, tmp_path / "written.npz")
    asked = {
        (START, "--help"),
        ("arrays_2.keras", "summary"),
        ("arrays_20.keras", "summary"),
        ("bytes_1000.keras", "stats"),
    }
    made = results(curves=TINY)
    for contest in field.contests():
        if (contest.model, contest.question) in asked:
            for one in hold(contest, BUILDS, 1, tmp_path):
                made.add(one)
            made.bytes[contest.model] = 1000
    assert not [one for one in made.records.values() if one.failed]
    said = page(made)
    assert "| --help |" in said
    assert "| `--help` | import click |" in said
    assert (tmp_path / "time_by_parts.svg").read_text(encoding="utf-8").count("summary, ") == 2
    assert "nested_" not in said


def test_everyone_takes_turns(tmp_path: Path) -> None:
    """A round runs each once, and the first round does not count."""
    log = tmp_path / "log"
    commands = {name: ("sh", "-c", f"echo {name} >> {log}") for name in ("a", "b")}
    taken = list(rounds(commands, 2, tmp_path / "errors"))
    assert [list(one) for one in taken] == [["a", "b"], ["a", "b"]]
    assert log.read_text(encoding="utf-8").split() == ["a", "b"] * 3


def test_a_slow_tool_runs_in_few_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is no build of ours, nor what those are held against."""
    monkeypatch.setattr(timing, "SLOW", 0)
    contest = Contest("any", "list", dict.fromkeys((THIS, BEFORE, READ, "h5glance"), ("true",)))
    monkeypatch.setattr("benchmarks.measuring._COUNTED", set())
    counts = {one.who: len(one.runs) for one in hold(contest, BUILDS, 5, tmp_path)}
    assert counts == {THIS: 5, BEFORE: 5, READ: 5, "h5glance": timing.FEW}


def test_a_trial_has_a_page_of_its_own(tmp_path: Path, page: Page) -> None:
    """It takes no place of what a whole run wrote, and the page says what it is."""
    trial, whole = (parse([*more, "--work", str(tmp_path)]) for more in (["--quick"], []))
    assert (trial.kept, trial.page) == (tmp_path / "trial/results.json", tmp_path / "trial/RESULTS.md")
    assert (whole.kept, whole.page) == (tmp_path / "results.json", RESULTS)
    made = results(record(THIS, 1))
    assert "trial" not in page(made)
    assert page(replace(made, is_trial=True)).startswith("# A trial of the benchmark\n\n**This is only a trial,")


def test_a_run_is_measured(tmp_path: Path) -> None:
    """Its seconds, those of processors, what it read, its exit status, and the last line that it wrote."""
    (tmp_path / "large").write_bytes(bytes(3_000_000))
    command = f"cat {tmp_path}/large > /dev/null; sleep 0.2; echo first >&2; echo second >&2; exit 3"
    (one,) = rounds({"sh": ("sh", "-c", f"dd if={tmp_path}/large of=/dev/null; {command}")}, 1, tmp_path / "errors")
    taken = one["sh"]
    assert taken.seconds > 0.2 > taken.computed
    assert (taken.status, taken.said) == (3, "second")


def test_who_fails_is_left_out_with_the_reason(tmp_path: Path, page: Page) -> None:
    """A peer that ends badly has no row, and the page says what it wrote."""
    contest = Contest("vgg19.keras", "list", {"peer": ("sh", "-c", "echo no such thing >&2; exit 1")}, {"peer": (0,)})
    (failed,) = hold(contest, {}, 1, tmp_path)
    made = results(record(THIS, 1, question="list"), failed)
    said = page(made)
    assert "* peer, list of vgg19.keras: exit status 1: no such thing" in said
    assert "* netron: not there" in said
    assert "| peer |" not in said
    assert made.find("vgg19.keras", "list", "peer") is None


def test_a_curve_has_what_is_asked_of_all_its_models(page: Page, tmp_path: Path) -> None:
    """Of the largest one every command is measured, and what is asked of no other makes no line."""
    found = [record(THIS, 1, model=LARGE, question=question) for question in ("stats", "training", "lock")]
    made = results(*found, curves={**dict.fromkeys(CURVES, ()), "bytes": CURVES["bytes"]})
    made.bytes[LARGE] = 12_000_000_000
    assert "| training |" in page(made)
    drawn = (tmp_path / "time_by_bytes.svg").read_text(encoding="utf-8")
    assert "stats, this build" in drawn
    assert "training" not in drawn


def test_ratios_are_those_of_medians(page: Page) -> None:
    """The ratio of two medians, beside the most that is allowed; of memory the most of any run."""
    made = results(record(THIS, 1, 9, 2), record(BEFORE, 4, 3, 30), record("Keras", 200, 200, 200))
    this, before = (made.find("vgg19.keras", "stats", who) for who in (THIS, BEFORE))
    assert quotient(this, before) == 0.5
    assert quotient(this, before, "computed") == 0.5
    assert quotient(this, made.find("vgg19.keras", "stats", READ)) is None
    assert this is not None
    assert this.peak == 9e6
    said = page(made)
    assert "| `stats` of vgg19.keras | before | 2.00 s | 4.00 s | 0.500 | 0.750 | yes |" in said
    assert "| Keras | vgg19.keras | stats | 200 s | 2.00 s | 100 × | 200 MB | 9.00 MB | 3 |" in said


def test_a_start_is_taken_off_both_sides() -> None:
    """What is held against another without its start is the rest of both; without a rest there is no ratio."""
    places = [("int4.keras", "stats", THIS), ("float32.keras", "stats", THIS), ("small.keras", "stats", THIS)]
    made = results(*(record(THIS, time, model=place[0]) for place, time in zip(places, (5, 2, 1), strict=True)))
    assert Target(places[0], places[1], 2, "seconds", places[2]).reached(made) == 4
    assert Target(places[0], places[2], 2, "seconds", places[2]).reached(made) is None


def test_every_target_is_measured(tmp_path: Path) -> None:
    """With all models, builds and peers there is a contest in which both sides of each target take part."""
    shelf = Shelf(tmp_path)
    for name in (*KERAS_MODELS, *(model.name for model in (*curve_models(CURVES), *other_models()))):
        (tmp_path / name).touch()
    field = Field(shelf, BUILDS, KITCHEN, CURVES, tmp_path / "written.npz")
    contests = list(field.contests())
    held = {(one.model, one.question, who) for one in contests for who in one.commands}
    assert len({(one.model, one.question) for one in contests}) == len(contests)
    assert not [target for target in TARGETS if not {target.over, target.under} <= held]
    assert not [target for target in TARGETS if target.start not in held | {None}]
    assert {target.model for target in MEMORY_TARGETS} <= {one.model for one in contests}


def test_what_was_measured_is_kept(tmp_path: Path) -> None:
    """The page can be written again from the file."""
    made = results(record(THIS, 1, 2, 3), record(BEFORE, 3), curves=TINY)
    made.save(tmp_path / "results.json")
    assert records.load(tmp_path / "results.json") == made


def test_a_python_without_keras_is_refused() -> None:
    """Whoever names a Python that has none is told so before anything is measured."""
    with pytest.raises(FailedCommand, match=r"^false has no Keras with TensorFlow"):
        keras_of("false")


def test_what_makes_models_and_plots_is_asked_for_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once all is measured."""
    monkeypatch.setattr("benchmarks.__main__.find_spec", lambda name: None if name == "matplotlib" else name)
    with pytest.raises(SystemExit, match=r"^There is no matplotlib here\. Install both: pip install '\.\[bench\]'$"):
        main(["--quick", "--work", str(tmp_path)])
    assert not [*tmp_path.iterdir()]


def test_a_model_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """The sentence has the last line of the maker."""
    shelf = Shelf(tmp_path)
    shelf.make_with_keras("false", ["vgg19.keras", "vgg19.h5"])
    (said,) = shelf.missing
    assert said.startswith("vgg19.keras, vgg19.h5: ")
    assert "could not be made" in said


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (seconds(0.0042), "0.004 s"),
        (seconds(0.1416), "0.142 s"),
        (seconds(11.04), "11.0 s"),
        (ratio(0.5), "0.500"),
        (ratio(1 / 91), "1/91.0"),
        (ratio(None), "-"),
        (megabytes(47_600_000), "47.6 MB"),
        (number(1234.5), "1,234"),
    ],
)
def test_numbers_have_three_digits(said: str, expected: str) -> None:
    """A number is as exact as the runs are, and no more."""
    assert said == expected
