"""What an output may replace: an earlier output, anything else where it is forced, and never what may be a model."""

from __future__ import annotations

import gzip
import io
import json
import struct
import sys
import zipfile
from typing import TYPE_CHECKING

import click
import h5py
import numpy as np
import pytest

from kerasinspect.commands.cli import run
from kerasinspect.commands.program.group import cli
from kerasinspect.errors import RequestError
from kerasinspect.output.destination import destination
from kerasinspect.writing import Target, replaced
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LISTING = ("list", "summary", "stats", "training")
NETWORK = SAMPLES / "question_network.keras"
OTHER = SAMPLES / "question_network.h5"
BROKEN = SAMPLES / "README.md"
"""No model."""
NUMBERS = np.linspace(-1, 1, 100, dtype="<f4")


def archive(*names: str) -> bytes:
    """A ZIP archive with members of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in names:
            made.writestr(name, "content")
    return buffer.getvalue()


def arrays(save: Callable[..., None]) -> bytes:
    """Numbers as numpy saves them."""
    buffer = io.BytesIO()
    save(buffer, NUMBERS)
    return buffer.getvalue()


def any_hdf5() -> bytes:
    """An HDF5 file that Keras did not write."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=512) as file:
        file["numbers"] = NUMBERS
    return buffer.getvalue()


def safetensors() -> bytes:
    """A safetensors file."""
    head = json.dumps({"a": {"dtype": "F32", "shape": [100], "data_offsets": [0, 400]}}).encode()
    return struct.pack("<Q", len(head)) + head + NUMBERS.tobytes()


MODELS: dict[str, Callable[[], bytes]] = {
    "keras archive": NETWORK.read_bytes,
    "cut keras archive": lambda: NETWORK.read_bytes()[:-500],
    "legacy": (SAMPLES / "question_network.h5").read_bytes,
    "hdf5": any_hdf5,
    "npz": lambda: arrays(np.savez),
    "npy": lambda: arrays(np.save),
    "safetensors": safetensors,
    "pytorch archive": lambda: archive("archive/data.pkl", "archive/data/0"),
    "archive of a SavedModel": lambda: archive("export/saved_model.pb", "export/variables/variables.index"),
    "archive of a checkpoint": lambda: archive("ckpt.data-00000-of-00001"),
    "pickle": lambda: b"\x80\x04\x95" + bytes(20),
    "onnx": lambda: b"\x08\x07\x12\x07pytorch" + bytes(9),
    "saved_model.pb": lambda: b"\x08\x01\x12\x80\x90\x02" + bytes(99),
    "tflite": lambda: b"\x1c\0\0\0TFL3" + bytes(99),
    "gguf": lambda: b"GGUF\x03\0\0\0" + bytes(99),
    "checkpoint index": lambda: b"\0\1\2" * 99 + b"\x57\xfb\x80\x8b\x24\x75\x47\xdb",
    "raw numbers": NUMBERS.tobytes,
    "tar.gz": lambda: gzip.compress(b"anything"),
    "architecture": lambda: b'{"class_name": "Sequential", "config": {}}',
    "index of shards": lambda: b'{"metadata": {}, "weight_map": {}}',
    "orbax metadata": lambda: b'{"item_handlers": null, "metrics": {}}',
    "zarr": lambda: b'{"chunks": [1], "zarr_format": 2}',
    "yaml": lambda: b"backend: tensorflow\nclass_name: Sequential\n",
    "list of a checkpoint": lambda: b'model_checkpoint_path: "ckpt-1"\n',
    "pointer": lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
}
"""What may be a model or a part of one, under whatever name."""

OTHERS: dict[str, bytes] = {
    "text": b"my notes\n",
    "other JSON": b'{"a": 1}',
    "half JSON": b'{"a":',
    "a page of somebody else": "model zoo · notes · saved by Keras fans\n".encode(),
    "JSON under a schema that is none": b'{"schema": "kerasinspect.x/1", "a": 1}',
    "a text about models": b"model answers \xc2\xb7 for the exam\n",
    "other archive": archive("letter.xml", "picture.png"),
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(99),
    "document": b"%PDF-1.7\n\x80\x81",
}
"""What is no model, and was not written by us."""

TAKEN = {
    "rules": (),
    "tally": (DATA / "logs/samples.jsonl",),
    "diff": (NETWORK, OTHER),
    "series": (NETWORK, OTHER),
    "check": (NETWORK, "--no-config"),
}
"""What stands behind a command, where that is more or less than one model."""

LEFT_OUT = {
    "browse": "it writes to a terminal alone",
    "verify": "it asks Keras; what it records is written below",
    "export": "it has files of other programs, of which a .csv cannot say who wrote it",
}

OTHER_FORMS = {
    "lock": "it writes a lock",
    "completion": "it writes a script",
    "report": "it writes a page of HTML, whatever that is called",
    "graph": "it writes a picture: its own tests ask for the forms of these",
}
"""Commands without a page as a table, or without any choice."""

PAGES = (
    *(
        (name, *TAKEN.get(name, (NETWORK,)), "--format", form)
        for name, command in cli.commands.items()
        for option in command.params
        if name not in LEFT_OUT and option.name in {"form", "format_name"} and isinstance(option.type, click.Choice)
        for form in option.type.choices
        if form != "parquet"  # which cannot say who wrote it
    ),
    ("lock", NETWORK),
    ("rules", "KI101"),
    ("check", NETWORK, "--no-config", "--quiet"),
    ("check", SAMPLES, "--no-config"),
    ("show", SAMPLES / "question_network_keras1.h5"),
    *((command, NETWORK, "--width", str(width)) for command in ("show", *LISTING, "check") for width in (20, 40)),
    ("rules", "--width", "20"),
    *(("series", NETWORK, OTHER, "--width", str(width)) for width in (20, 40)),
    *((command, BROKEN, BROKEN, "--format", form) for command in ("list", "stats") for form in ("table", "markdown")),
    *((command, BROKEN, NETWORK, "--width", "20") for command in ("list", "stats")),
    ("series", BROKEN, BROKEN, "--order", "given"),
)


def written(*arguments: object) -> int:
    """The exit status of a command."""
    return run([str(argument) for argument in arguments])


@pytest.mark.parametrize("force", [False, True], ids=["", "forced"])
@pytest.mark.parametrize("name", MODELS)
def test_what_may_be_a_model_is_never_replaced(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], *, force: bool
) -> None:
    """Its bytes are as before, whatever its name, and nothing lies beside it."""
    path = tmp_path / "out.json"
    before = MODELS[name]()
    path.write_bytes(before)
    assert written("show", NETWORK, "-o", path, *(["--force"] if force else [])) == 2
    assert "never replaced" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_shard_of_a_checkpoint_is_told_by_its_name_too(tmp_path: Path) -> None:
    """One that holds nothing but text looks like any text."""
    path = tmp_path / "ckpt.data-00000-of-00001"
    path.write_bytes(b"words " * 99)
    assert written("show", NETWORK, "-o", path, "--force") == 2


@pytest.mark.parametrize("content", OTHERS.values(), ids=list(OTHERS))
def test_another_file_is_replaced_only_by_force(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --force it stays, and the remedy names the option."""
    path = tmp_path / "out.txt"
    path.write_bytes(content)
    assert written("summary", NETWORK, "-o", path) == 2
    assert "say --force" in capsys.readouterr().err
    assert path.read_bytes() == content
    assert written("summary", NETWORK, "-o", path, "--force") == 0
    assert path.read_text(encoding="utf-8").startswith("model ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: " ".join(str(part) for part in page if part != NETWORK))
def test_an_earlier_output_is_replaced_by_any_other(tmp_path: Path, page: tuple[object, ...]) -> None:
    """Whatever was written, the next output takes its place."""
    path = tmp_path / "out.txt"
    assert written(*page, "-o", path) in {0, 1, 3}
    assert path.stat().st_size
    assert written("lock", NETWORK, "-o", path) == 0
    assert json.loads(path.read_bytes())["schema"] == "kerasinspect.lock/1"


def test_an_empty_file_is_filled(tmp_path: Path) -> None:
    """It may have been made just for that."""
    path = tmp_path / "out.txt"
    path.touch()
    assert written("summary", NETWORK, "-o", path) == 0
    assert path.stat().st_size


@pytest.mark.parametrize("command", ["show", *LISTING, "lock", "check", "verify"])
def test_the_model_is_known_by_any_name(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A link to it, symbolic or hard, is the model itself, and --force changes nothing about that."""
    model = tmp_path / "model.keras"
    model.write_bytes(NETWORK.read_bytes())
    (tmp_path / "soft.txt").symlink_to(model)
    (tmp_path / "hard.txt").hardlink_to(model)
    for name in ("model.keras", "soft.txt", "hard.txt"):
        assert written(command, model, "-o", tmp_path / name, "--force") == 2
        assert "is the model itself" in capsys.readouterr().err
    assert model.read_bytes() == NETWORK.read_bytes()


def test_files_of_an_unpacked_model_stay(tmp_path: Path) -> None:
    """Also those that hold no weights: they are a part of what is read."""
    with zipfile.ZipFile(NETWORK) as packed:
        packed.extractall(tmp_path)
    (tmp_path / "notes.txt").write_text("of the model", encoding="utf-8")
    for path in list(tmp_path.iterdir()):
        before = path.read_bytes()
        assert written("show", tmp_path, "-o", path, "--force") == 2
        assert path.read_bytes() == before
    assert written("show", tmp_path, "-o", tmp_path / "new.txt") == 0


def test_reports_replace_no_model(tmp_path: Path) -> None:
    """They are asked before anything is checked, and what comes first is not written either."""
    other = tmp_path / "other.keras"
    other.write_bytes(NETWORK.read_bytes())
    reports = [f"--report=json={tmp_path / 'first.json'}", f"--report=junit={other}"]
    assert written("check", NETWORK, "--no-config", "--force", *reports) == 2
    assert list(tmp_path.iterdir()) == [other]
    assert other.read_bytes() == NETWORK.read_bytes()


def test_records_replace_records_and_nothing_else(tmp_path: Path) -> None:
    """An archive of arrays is somebody's, unless it says that it was recorded."""
    path = tmp_path / "golden.npz"
    with replaced(Target(str(path))) as stream:
        np.savez(stream, kerasinspect=np.array("{}"), numbers=NUMBERS)
    with replaced(Target(str(path))) as stream:
        np.savez(stream, numbers=NUMBERS)
    for force in (False, True):
        with pytest.raises(RequestError, match="never replaced"), replaced(Target(str(path), force=force)):
            pytest.fail("opened")
    assert written("verify", NETWORK, "--record", path, "--force") == 2


def test_a_model_that_appears_while_an_output_is_made_stays(tmp_path: Path) -> None:
    """What the name means is looked at again at the end."""
    path = tmp_path / "out.txt"

    def late() -> None:
        """Write a page while a model is saved."""
        with destination(Target(str(path)), sys.stdout) as stream:
            stream.write("page")
            path.write_bytes(NETWORK.read_bytes())

    with pytest.raises(RequestError, match="never replaced"):
        late()
    assert path.read_bytes() == NETWORK.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


def test_the_remedy_for_a_model_in_place_of_a_lock_destroys_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does not say to write a lock to where the model is."""
    other = tmp_path / "other.keras"
    other.write_bytes(NETWORK.read_bytes())
    assert written("check", NETWORK, "--against", other) == 2
    said = capsys.readouterr().err
    assert f"lock {other} -o {tmp_path / 'other.lock.json'}`" in said
    assert f"-o {other}`" not in said


def test_names_that_are_read_stay(tmp_path: Path) -> None:
    """A list of names is an input of the same run, which --force does not give away."""
    names = tmp_path / "names.txt"
    names.write_text("\n".join("abcdefgh"), encoding="utf-8")
    assert written("show", NETWORK, "--input-names", names) == 0
    assert written("show", NETWORK, "--input-names", names, "-o", names, "--force") == 2
    assert names.read_text(encoding="utf-8").startswith("a\n")


def test_nothing_becomes_the_index_of_an_unpacked_model(tmp_path: Path) -> None:
    """The next reading would take it for one."""
    with zipfile.ZipFile(NETWORK) as packed:
        packed.extractall(tmp_path)
    assert written("check", tmp_path, "--no-config", "-o", tmp_path / "model.weights.json") == 2
    assert not (tmp_path / "model.weights.json").exists()


@pytest.mark.parametrize("ending", [".json", ".jsonl", ".csv", ".md", ".MD", ".txt", ".sarif", ".xml", ""])
@pytest.mark.parametrize("name", [name for name in cli.commands if name not in {*LEFT_OUT, *OTHER_FORMS}])
def test_the_ending_of_an_output_says_what_is_written(
    tmp_path: Path, name: str, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no --format does; a command that has no such format writes nothing, rather than something else."""
    forms = {".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".md": "markdown", ".sarif": "sarif", ".xml": "junit"}
    form = forms.get(ending.lower(), "table")
    path, other = tmp_path / f"page{ending}", tmp_path / "asked"
    line = (name, *TAKEN.get(name, (NETWORK,)))
    status = written(*line, "--format", form, "-o", other)
    assert written(*line, "-o", path) == status
    if other.exists():
        assert path.read_bytes() == other.read_bytes()
        assert written(*line, "--format", "table", "-o", path) == status
        assert path.read_bytes()[:1] not in {b"{", b"<"}
    else:
        assert f"{name} has no format for a file {ending.lower()}: give it another ending" in capsys.readouterr().err
        assert not path.exists()


def test_a_dash_is_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a page or a document goes there; what is only a file asks for one."""
    monkeypatch.chdir(tmp_path)
    assert written("list", NETWORK) == 0
    page = capsys.readouterr().out
    assert written("list", NETWORK, "-o", "-") == 0
    assert capsys.readouterr().out == page
    for line in (("export", NETWORK, "-o", "-"), ("check", NETWORK, "--report", "json=-")):
        assert written(*line) == 2
        assert "a file" in capsys.readouterr().err
    assert not [*tmp_path.iterdir()]
