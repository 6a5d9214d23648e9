"""The page about exports tells the truth: its commands print what it shows, and its Python runs on what they wrote."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from kerasinspect.commands.cli import run
from tests.places import ROOT, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGE = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)


def test_everything_on_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In order, on one small model."""
    (tmp_path / "model.keras").write_bytes((SAMPLES / "question_network.keras").read_bytes())
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    for language, block in BLOCKS:
        if language == "python":
            exec(compile(block, "docs/export.md", "exec"), made)  # noqa: S102 - our own text
            continue
        for line, said in re.findall(r"^\$ kerasinspect (.*)\n([^$]*)", block, flags=re.MULTILINE):
            assert run(shlex.split(line)) == 0
            assert capsys.readouterr().err == said
    assert made["kernel"].shape == (8, 5)
    assert made["names"] == ["dense/kernel", "dense/bias"]
    assert (made["columns"][-1], made["labels"][-1]) == ("unit 4", "input 7")
