"""What is written where an encoding lacks characters: a console, a pipe or a file of Windows."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

import kerasinspect
from kerasinspect.commands.cli import main
from kerasinspect.output.consoles import LENIENT, STAND_INS, make_lenient, output_for_programs
from kerasinspect.shown.escaping import columns_of, count_written
from tests.makers.plain_models import hdf5
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    import h5py

NESTED = str(SAMPLES / "two_towers.keras")
NAME = "größe_模型_ж"
ENCODINGS = ("ascii", "cp1252", "cp437", "cp850", "cp932", "utf-8")


@pytest.fixture(autouse=True)
def columns_of_characters() -> Iterator[None]:
    """Columns are counted of what these streams get, and of characters again afterwards."""
    yield
    count_written(None)


def streams(encoding: str) -> Iterator[io.TextIOWrapper]:
    """Standard output and standard error of Windows, where they lead to a pipe."""
    for _ in range(2):
        yield io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\r\n")


def output(encoding: str, *arguments: str) -> bytes:
    """What a command writes to a pipe of this encoding; it ends well, whatever that lacks."""
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in zip(("stdout", "stderr"), streams(encoding), strict=True):
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code in {0, 1}
        return written_to(sys.stdout)


def written_to(stream: TextIO) -> bytes:
    """The bytes that were written to one of these streams."""
    assert isinstance(stream, io.TextIOWrapper)
    assert isinstance(stream.buffer, io.BytesIO)
    stream.flush()
    return stream.buffer.getvalue()


@pytest.fixture
def named(tmp_path: Path) -> str:
    """A model whose layer has a name of three alphabets, and is not trained."""

    def tree(file: h5py.File) -> None:
        file.attrs["layer_names"] = [NAME]
        file.attrs["keras_version"] = "2.15.0"
        file.create_group(NAME).attrs["weight_names"] = [f"{NAME}/kernel:0"]
        file[f"{NAME}/{NAME}/kernel:0"] = np.full((2, 3), np.nan, "f4")

    path = tmp_path / "named.h5"
    path.write_bytes(hdf5(tree))
    return str(path)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("command", [("summary", NESTED), ("show", NESTED, "--explain"), ("check", NESTED)], ids=str)
def test_pages_are_whole_in_any_encoding(encoding: str, command: tuple[str, ...]) -> None:
    """What they are drawn with has stand-ins of the same width, so that columns stay columns."""
    shown = output(encoding, *command).decode(encoding).splitlines()
    real = output("utf-8", *command).decode().splitlines()
    assert not any("\\x" in line or "\\u" in line for line in shown)
    assert len(shown) == len(real)
    narrow = [one for one in STAND_INS if len(STAND_INS[one]) == 1]
    for line, wanted in zip(shown, real, strict=True):
        if all(character.isascii() or character in narrow for character in wanted):
            assert len(line) == len(wanted)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize(
    "command",
    [("show", "--heatmap"), ("show", "--full"), ("show", "--histogram"), ("summary",), ("stats",), ("list", "--spark")],
    ids=" ".join,
)
def test_no_line_is_wider_for_what_stands_in(
    encoding: str, width: int, command: tuple[str, ...], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is laid out for what is written, whose signs and names may be longer than the characters."""
    monkeypatch.setenv("COLUMNS", str(width))
    for model in (named, str(SAMPLES / "question_network.keras")):
        shown = output(encoding, *command, model, *(("--layer", "*") if command[0] == "show" else ()))
        count_written(None)
        assert max(map(columns_of, shown.decode(encoding).splitlines())) <= width


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_names_are_escaped_where_they_cannot_be_written(encoding: str, named: str) -> None:
    """A letter that the encoding has stays; any other is Python's escape."""
    shown = output(encoding, "show", named).decode(encoding)
    known = "".join(one if can(encoding, one) else one.encode("ascii", "backslashreplace").decode() for one in NAME)
    assert known in shown


def can(encoding: str, text: str) -> bool:
    """Whether an encoding has all characters of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_what_programs_read_is_utf_8(encoding: str, named: str) -> None:
    """In a pipe as in a file: XML that says UTF-8, tables in CSV and Markdown, JSON."""
    assert NAME in "".join(fromstring(output(encoding, "check", named, "--format", "junit")).itertext())  # noqa: S314
    rows = csv.reader(io.StringIO(output(encoding, "stats", named, "--format", "csv").decode(), newline=""))
    assert any(NAME in cell for row in rows for cell in row)
    assert NAME in output(encoding, "check", named, "--format", "markdown").decode().replace("\\", "")
    assert json.loads(output(encoding, "show", named, "--format", "json"))["layers"][0]["name"] == NAME


def test_files_are_utf_8_wherever_they_are_written(named: str, tmp_path: Path) -> None:
    """With bare newlines; the page that goes to standard output meanwhile keeps its encoding."""
    page, report = tmp_path / "page.txt", tmp_path / "report.xml"
    output("cp1252", "show", named, "-o", str(page))
    shown = output("cp1252", "check", named, "--report", f"junit={report}").decode("cp1252")
    assert NAME in page.read_bytes().decode()
    assert b"\r" not in page.read_bytes()
    assert NAME in report.read_bytes().decode()
    assert "größe" in shown


def test_newlines_are_bare_for_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the output goes elsewhere."""
    for elsewhere, written in ((None, b"\xc3\xa9\n"), ("file", b"\xe9\r\n")):
        stream, errors = streams("cp1252")
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", errors)
        make_lenient()
        output_for_programs(elsewhere).write("é\n")
        assert written_to(stream) == written
        assert errors.errors == LENIENT


def test_stand_ins_can_be_written_anywhere() -> None:
    """They are ASCII, and there is one for each character that a page is drawn with."""
    assert all(stand_in.isascii() for stand_in in STAND_INS.values())
    package = Path(kerasinspect.__file__).parent
    sources = [*(package / "output").rglob("*.py"), *(package / "commands").rglob("*.py")]
    assert sources
    drawn = {one for path in sources for one in path.read_text(encoding="utf-8") if not one.isascii()}
    assert drawn <= {*STAND_INS, "'"}
