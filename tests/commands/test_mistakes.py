"""What a person gets wrong first is answered with what is wrong and what to do, and nothing else happens."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest

from kerasinspect.arguments import in_python, on_a_command_line
from kerasinspect.commands.cli import run
from kerasinspect.commands.mistakes import takes_one, takes_several
from kerasinspect.commands.program.group import cli
from kerasinspect.commands.program.table import TABLE
from kerasinspect.platforms import command_line
from tests.makers.plain_models import keras_archive
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NETWORK = str(SAMPLES / "question_network.keras")


class Answer(NamedTuple):
    """How a command line ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """A function that runs a command line in this process."""

    def ask(*arguments: str) -> Answer:
        status = run(arguments)
        return Answer(status, *capsys.readouterr())

    return ask


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def first_command(takes: Callable[[click.Command], bool], option: str = "") -> str:
    """The first command in ``--help`` that takes such models and has an option."""
    fitting = (
        one for one in cli.commands.values() if takes(one) and (not option or any(option in p.opts for p in one.params))
    )
    return str(next(fitting).name)


def takes_any(command: click.Command) -> bool:
    """Whether a command takes a model."""
    return takes_one(command) or takes_several(command)


MEANT = [
    pytest.param(["model.keras"], takes_any, "", id="a model"),
    pytest.param(["model.h5", "--layer", "dense"], takes_any, "--layer", id="with an option"),
    pytest.param(["model.h5", "--quantiles"], takes_any, "--quantiles", id="with an option of one command"),
    pytest.param(["models/"], takes_any, "", id="a folder that is not there"),
    pytest.param(["-"], takes_any, "", id="standard input"),
    pytest.param(["there.keras", "here.keras"], takes_several, "", id="two models"),
    pytest.param(["folder"], takes_several, "", id="a folder"),
]


@pytest.mark.parametrize(("words", "takes", "option"), MEANT)
def test_a_model_without_a_command_gets_the_line_that_was_meant(
    answer: Callable[..., Answer],
    folder: Path,
    words: list[str],
    takes: Callable[[click.Command], bool],
    option: str,
) -> None:
    """With the first command that takes such models and knows the options; nothing is run."""
    (folder / "folder").mkdir()
    for name in ("there.keras", "here.keras"):
        (folder / name).touch()
    ended = answer(*words)
    line = command_line(["kerasinspect", first_command(takes, option), *words])
    assert (ended.status, ended.out) == (2, "")
    assert f"{words[0]} is not a command: the command comes before the model.\n  Probably meant: {line}\n" in ended.err


def test_a_command_behind_its_model_is_taken_for_the_one_that_is_meant(answer: Callable[..., Answer]) -> None:
    """With everything else in its place."""
    assert "Probably meant: kerasinspect stats model.keras --top 3" in answer("model.keras", "stats", "--top", "3").err


def test_a_suggested_line_is_quoted_and_safe_to_show(answer: Callable[..., Answer]) -> None:
    """A path may hold anything; a long one is not repeated."""
    assert "\x1b" not in answer("a b\x1b[31m.keras").err
    assert answer(f"{'n' * 10_000}.keras").err.endswith(" MODEL\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shwo", "There is no command 'shwo'.\n  Did you mean show?"),
        ("SHOW", "There is no command 'SHOW'.\n  Did you mean show?"),
        ("frobnicate", "The commands are "),
        ("", "There is no command ''."),
        ("n" * 10_000, "The commands are "),
    ],
)
def test_an_unknown_command_names_the_nearest(answer: Callable[..., Answer], name: str, said: str) -> None:
    """Or all of them where none is near."""
    ended = answer(name, NETWORK)
    assert (ended.status, ended.out) == (2, "")
    assert said in ended.err
    assert len(ended.err) < 500


def test_an_option_before_its_command_is_said(answer: Callable[..., Answer]) -> None:
    """One that no command has is unknown, as everywhere."""
    misplaced = answer("--layer", "dense", "show", NETWORK).err
    assert "The option --layer stands before the command." in misplaced
    assert f"Probably meant: kerasinspect show {NETWORK} --layer dense" in misplaced
    assert "No such option" in answer("--frob", "show", NETWORK).err


@pytest.mark.parametrize(("words", "meant"), [(["help"], ""), (["help", "show"], "show "), (["help", "me"], "")])
def test_help_is_an_option(words: list[str], meant: str, answer: Callable[..., Answer]) -> None:
    """Git has a command of that name, so people try it."""
    assert f"Probably meant: kerasinspect {meant}--help" in answer(*words).err


def test_help_lists_every_command_in_its_group_and_none_twice(answer: Callable[..., Answer]) -> None:
    """Another name for a command is not a command of its own."""
    said = answer("--help").out
    assert said.index("\nLook:") < said.index("\nGuard:")
    rows = [line.split()[0] for line in said.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    listed = [name for name in rows if name in cli.commands]
    assert listed == [name for names in TABLE.values() for name in names]


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_is_told(answer: Callable[..., Answer], option: str) -> None:
    """In one line."""
    assert answer(option).out.startswith("kerasinspect ")


@pytest.fixture
def models(folder: Path) -> Path:
    """A working folder with two sound models, one more in a folder, and a file that is none."""
    (folder / "runs").mkdir()
    for name in ("first.keras", "second.keras", "runs/third.keras", "runs/run1.keras", "runs/run2.keras"):
        (folder / name).write_bytes(keras_archive())
    for name in ("fourth.h5", "fourth.keras"):
        (folder / "runs" / name).touch()
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    return folder


ONE_MODEL = [name for name, command in cli.commands.items() if takes_one(command)]


@pytest.mark.parametrize("command", ONE_MODEL)
@pytest.mark.usefixtures("models")
def test_several_models_where_one_is_taken_are_said(answer: Callable[..., Answer], command: str) -> None:
    """With the commands that take several."""
    ended = answer(command, "first.keras", "second.keras")
    assert (ended.status, ended.out) == (2, "")
    assert f"{command} takes one model, and the line has 2: first.keras, second.keras.\n  Name one" in ended.err
    assert "Several are taken by " in ended.err
    assert "check" in ended.err
    assert answer(command, *["first.keras"] * 2_000).err.count("first.keras") < 10


@pytest.mark.usefixtures("models")
def test_a_layer_behind_a_model_is_told_its_option(answer: Callable[..., Answer]) -> None:
    """A word that is no file is no second model; `lock` has no such option."""
    assert (
        "one word too many.\n  There is no such file; a layer is chosen with" in answer("show", "first.keras", "b").err
    )
    assert "one word too many.\n  There is no such file.\n" in answer("lock", "first.keras", "b").err
    ended = answer("export", "b", "first.keras", "-o", "out.npz")
    assert (ended.status, "b does not exist.\n  A layer is chosen with --layer b.\n" in ended.err) == (2, True)
    assert "--layer" not in answer("export", "b.keras", "first.keras", "-o", "out.npz").err


def test_a_pattern_that_one_path_fits_is_that_model(answer: Callable[..., Answer], models: Path) -> None:
    """And one that is there under the very name of a pattern is itself."""
    assert answer("summary", "f*.keras") == answer("summary", "first.keras")
    assert answer("summary", "r*/t*") == answer("summary", "runs/third.keras")
    (models / "[f]irst.keras").write_bytes(b"")
    assert "[f]irst.keras is empty" in answer("summary", "[f]irst.keras").err


def test_a_pattern_that_more_paths_fit_lists_them(answer: Callable[..., Answer], models: Path) -> None:
    """At most sixteen of them."""
    ended = answer("show", "*.keras")
    assert (ended.status, ended.out) == (2, "")
    assert "2 paths fit the pattern *.keras, and one model is asked for.\n  first.keras\n  second.keras\n" in ended.err
    for number in range(40):
        (models / f"many{number:02}.keras").touch()
    assert answer("show", "many*").err.endswith("many15.keras\n  and 24 more\n  Name one of them.\n")
    assert "--limit found_models=VALUE" in answer("show", "*", "--limit", "found_models=2").err


@pytest.mark.parametrize("command", ["show", "check"])
@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("*.kears", "The models there are first.keras, second.keras."),
        ("run/*", "There is no folder run. Did you mean runs?"),
        ("runs/a/*", "There is no folder runs/a."),
    ],
)
@pytest.mark.usefixtures("models")
def test_a_pattern_that_nothing_fits_says_what_is_there(
    answer: Callable[..., Answer], command: str, pattern: str, said: str
) -> None:
    """Or which of its folders is not."""
    ended = answer(command, pattern)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == f"kerasinspect: No file fits the pattern {pattern}.\n  {said.replace('/', os.sep)}\n"


TYPOS = {
    "a letter": ("fiirst.keras", "Did you mean first.keras?"),
    "letter case": ("FIRST.keras", "Did you mean first.keras?"),
    "no ending": ("second", "Did you mean second.keras?"),
    "another ending": ("second.h5", "Did you mean second.keras?"),
    "another folder": ("third.keras", "Did you mean runs/third.keras?"),
    "several like it": ("runs/run.h5", "Did you mean run2.keras or run1.keras in runs?"),
    "several endings": ("runs/fourht.keras", "Did you mean fourth.keras or fourth.h5 in runs?"),
    "nothing but an ending like it": ("xyz.keras", "The models there are first.keras, second.keras."),
    "a folder": ("rnus/third.keras", "There is no folder rnus. Did you mean runs?"),
    "nothing like it": ("q", "The models there are first.keras, second.keras."),
    "nothing at all": ("runs/nothing/q", "There is no folder runs/nothing."),
    "the end of a line of Windows": ("first.keras\r", "Did you mean first.keras?"),
    "quotes within quotes": ('"second.keras"', "Did you mean second.keras?"),
    "separators of Windows": ("runs\\third.keras", "Did you mean runs/third.keras?"),
    "the address of a file": ("file:///runs/third.keras", "Name the path: /runs/third.keras"),
}


@pytest.mark.parametrize(("name", "said"), TYPOS.values(), ids=list(TYPOS))
@pytest.mark.usefixtures("models")
def test_a_name_that_is_not_there_gets_the_nearest(answer: Callable[..., Answer], name: str, said: str) -> None:
    """For one model and, in its report, where several are taken."""
    shown = answer("show", name)
    assert (shown.status, shown.out) == (3, "")
    assert said.replace("/", os.sep) in shown.err.replace("/", os.sep)
    checked = answer("check", name, "--no-config")
    assert checked.status == 3
    assert said.replace("/", os.sep) in checked.out.replace("/", os.sep)


def test_names_in_a_folder_are_shown_escaped_and_looked_at_within_bounds(
    answer: Callable[..., Answer], folder: Path
) -> None:
    """Whoever filled the folder chose them."""
    (folder / "mod\x1bel.keras").touch()
    assert "Did you mean mod\\x1bel.keras?" in answer("show", "model.keras").err
    assert len(answer("show", "n" * 10_000).err) < 10_500


def test_a_tilde_that_the_shell_left_alone_is_said(
    answer: Callable[..., Answer], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In quotes no shell expands it."""
    monkeypatch.setenv("HOME", str(models))
    monkeypatch.setenv("USERPROFILE", str(models))
    assert f"In quotes the shell leaves ~ as it is: name {models}" in answer("show", "~/first.keras").err


@pytest.mark.usefixtures("models")
def test_an_empty_name_is_said(answer: Callable[..., Answer]) -> None:
    """It stands for no folder."""
    assert "The name of the model is empty." in answer("show", "").err


def test_arrays_that_a_slice_does_not_fit_are_said_and_left_out(answer: Callable[..., Answer]) -> None:
    """Their headings stay, so that nobody takes them for lost; one sentence counts and names them."""
    ended = answer("show", NETWORK, "--slice", "0:2, 0:2")
    assert ended.status == 0
    note = (
        "note: The slice does not fit 4 of 8 arrays, whose values are left out: dense/bias, dense_1/bias, dense_2/bias"
    )
    assert note in ended.err
    assert ended.out.count("no values: the slice does not fit this shape") == 4
    assert answer("show", NETWORK, "--slice", "0:2, 0:2", "-q").err == ""
    assert answer("show", NETWORK, "--slice", "0:2, 0:2", "--weight", "kernel").err == ""


def test_a_document_says_why_an_array_has_no_values(answer: Callable[..., Answer]) -> None:
    """In the place where what cannot be read is said."""
    out = answer("show", NETWORK, "--slice", "0, 0", "--values", "--format", "json").out
    kernel, bias = json.loads(out)["weights"][:2]
    assert isinstance(kernel["values"], float)
    assert kernel["values_error"] is None
    assert bias["values"] is None
    assert bias["values_error"] == "The slice has 2 parts, but dense/bias has 1 axis."


def test_a_slice_that_fits_nothing_is_an_error(answer: Callable[..., Answer]) -> None:
    """With the shape of the first array, and where the others' are told."""
    ended = answer("show", NETWORK, "--slice", "0, 0, 0")
    assert (ended.status, ended.out) == (2, "")
    assert "dense/kernel has 2 axes.\n  It fits none of the arrays: kerasinspect list shows" in ended.err


def test_a_folder_lists_what_can_be_named_in_it(answer: Callable[..., Answer], models: Path) -> None:
    """Each in a line with what it is, then what to do; names of strangers are escaped."""
    (models / "runs" / "a\x1bb.keras").touch()
    ended = answer("summary", str(models))
    assert (ended.status, ended.out) == (3, "")
    said = [line.split() for line in ended.err.splitlines()[1:]]
    assert [words[0] for words in said] == ["first.keras", "runs/", "second.keras", "Name"]
    assert said[0][1] == "keras-archive"
    assert said[1][1:] == ["folder", "with", "6", "models"]
    first, *_, last = answer("summary", "runs").err.splitlines()[1:7]
    assert first.startswith("  a\\x1bb.keras  no Keras model")
    assert first.index("no Keras model") == last.index("keras-archive")


def test_the_prefix_of_a_checkpoint_is_no_missing_file(answer: Callable[..., Answer], folder: Path) -> None:
    """It is a name that TensorFlow takes: what is wrong is said of the index."""
    for ending in ("index", "data-00000-of-00001"):
        (folder / f"ckpt-1.{ending}").touch()
    ended = answer("show", "ckpt-1")
    assert ended.status == 3
    assert "ckpt-1.index is empty: 0 bytes." in ended.err


@pytest.mark.parametrize(
    ("command", "name"), [("graph", "out.tex"), ("list", "out.sarif"), ("list", "out.npz"), ("stats", "out.h5")]
)
def test_a_model_that_is_missing_is_mended_before_the_name_of_the_output(
    command: str, name: str, folder: Path, answer: Callable[..., Answer]
) -> None:
    """What cannot be written is said once there is something to write."""
    missing = answer(command, "nowhere.keras", "-o", name)
    assert (missing.status, "nowhere.keras does not exist." in missing.err) == (3, True)
    there = answer(command, NETWORK, "-o", name)
    assert (there.status, f"no format for a file .{name.rpartition('.')[2]}" in there.err) == (2, True)
    assert not [*folder.iterdir()]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["export", NETWORK, "-o", "weights.odd"], "Give the file one of these endings, or say --format."),
        (["export", NETWORK, "-o", "weights.csv", "--hash"], "Write .json or .safetensors, or leave out --hash."),
        (["show", NETWORK, "--layer", "kernel"], "That is a weight: choose it by --weight kernel."),
        (["show", NETWORK, "--limit", "layers=1"], "raise the limit: --limit layers=VALUE."),
        (["check", NETWORK, "--select", "KI6"], "name one with --against, or select other rules too."),
    ],
    ids=lambda value: " ".join(value[:1]) if isinstance(value, list) else "",
)
def test_a_command_line_is_answered_in_options(
    words: list[str], remedy: str, folder: Path, answer: Callable[..., Answer]
) -> None:
    """Arguments of Python stand beside them only in what Python raises."""
    assert not [*folder.iterdir()]
    said = answer(*words)
    assert said.status in {2, 3}
    assert remedy in said.err
    assert "Python" not in said.err


def test_what_looks_like_an_argument_of_python_in_a_name_stays() -> None:
    """Only what messages add themselves is left out for a command line."""
    assert on_a_command_line(f"Say --force{in_python('force=True')}.") == "Say --force."
    assert on_a_command_line("There is a layer (in Python: <x> (y).") == "There is a layer (in Python: <x> (y)."


WRITERS = (
    (("graph",), "out.mmd", "Graph"),
    (("lock",), "out.json", "Lock"),
    (("export",), "out.npz", "8 arrays"),
    (("report",), "out.html", "Report"),
)


@pytest.mark.parametrize(("command", "name", "what"), WRITERS, ids=[name for _, name, _ in WRITERS])
def test_what_writes_files_says_so_alike(
    command: tuple[str, ...], name: str, what: str, folder: Path, answer: Callable[..., Answer]
) -> None:
    """In one sentence on standard error, which ``--quiet`` leaves out; the options of pages change nothing."""
    said = answer(*command, NETWORK, "-o", name, "--no-pager", "--width", "60")
    assert (said.status, said.out) == (0, "")
    assert said.err.splitlines()[-1] == f"kerasinspect: note: {what} written to {name}."
    written = (folder / name).read_bytes()
    assert answer(*command, NETWORK, "-o", name, "-q") == (0, "", "")
    assert (folder / name).read_bytes() == written


@pytest.mark.parametrize("name", [name for rows in TABLE.values() for name in rows])
def test_every_command_that_reads_a_model_takes_the_options_of_pages(name: str) -> None:
    """One habit fits all: what has no page takes them too, and lists them nowhere."""
    with click.Context(cli, info_name="kerasinspect") as context:
        command = cli.get_command(context, name)
    assert command is not None
    if any(
        isinstance(one, click.Argument) and "MODEL" in str(one.metavar or one.name).upper() for one in command.params
    ):
        known = {option for one in command.params for option in one.opts}
        assert {"--no-pager", "--width", "--color"} <= known
