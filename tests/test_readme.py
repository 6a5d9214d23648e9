"""The README tells the truth: every command in it prints what it shows, and every file that it names is there."""

from __future__ import annotations

import re
import shlex
from html import escape

import pytest

from docs.make_pictures import TERMINAL
from kerasinspect.commands.cli import run
from tests.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FINGERPRINTS = (ROOT / "docs" / "fingerprint.md").read_text(encoding="utf-8")
PICTURES = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
GRAPHS = (ROOT / "docs" / "graph.md").read_text(encoding="utf-8")
CONSOLE = re.findall(
    r"^```console\n(.*?)^```$", README + FINGERPRINTS + PICTURES + GRAPHS, flags=re.DOTALL | re.MULTILINE
)
SHOWN = [block for block in CONSOLE if block.startswith("$ kerasinspect ")]
PYTHON = re.findall(r"^```python\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
LINKS = re.findall(r"\]\(([^)#:]+)\)", README)


@pytest.mark.parametrize("block", SHOWN, ids=[block.splitlines()[0] for block in SHOWN])
def test_a_command_prints_what_is_shown(
    block: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Output shown is output, in a pipe, to the last character; a line of dots stands for what is left out."""
    command, _, expected = block.partition("\n")
    monkeypatch.chdir(ROOT)
    run(shlex.split(command.removeprefix("$ kerasinspect ")))
    parts = map(re.escape, re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE))
    assert re.fullmatch("(?:.*\n)*".join(parts), capsys.readouterr().out)


@pytest.mark.parametrize("code", PYTHON)
def test_python_in_the_readme_runs(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An example in Python can be pasted."""
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own text


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_to_a_file(link: str) -> None:
    """What the README points to exists."""
    assert (ROOT / link).exists()


@pytest.mark.parametrize("name", [*TERMINAL, "graph"])
def test_a_picture_of_the_documentation_is_small_and_complete(name: str) -> None:
    """It fetches nothing, and a terminal's has the command for its title."""
    picture = (ROOT / "docs" / f"{name}.svg").read_text(encoding="utf-8")
    assert len(picture) < 150_000
    assert not re.search("@font-face|<image|<script|href=", picture)
    if name in TERMINAL:
        assert escape(f"kerasinspect {shlex.join(TERMINAL[name][1])}") in picture.replace("&#160;", " ")
    else:
        assert {"user_tower", "(None, 6) · call 1"} <= {*re.findall("> ?([^<>]+?) ?</text>", picture)}


def test_the_picture_shows_what_the_tool_prints() -> None:
    """The numbers in the picture are those of the sample."""
    picture = (ROOT / "docs" / "show.svg").read_text(encoding="utf-8")
    assert "-0.6308" in picture
    assert "dense_1" in picture
