"""The manual page says what the help says."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess

import pytest

from kerasinspect.commands.program.group import cli
from tests.places import ROOT

PAGE = ROOT / "docs" / "kerasinspect.1"


def test_the_manual_is_up_to_date() -> None:
    """``python docs/make_manual.py`` writes it again."""
    made = runpy.run_path(str(ROOT / "docs" / "make_manual.py"))
    assert made["manual"]() == PAGE.read_text(encoding="utf-8")


def test_the_manual_has_every_command_and_every_option() -> None:
    """None is left out where several commands share it."""
    page = PAGE.read_text(encoding="utf-8").replace("\\-", "-")
    for name, command in cli.commands.items():
        assert re.search(rf"^\.SS .*\b{name}\b", page, re.MULTILINE)
        for parameter in command.params:
            assert parameter.param_type_name != "option" or re.search(
                rf"^\.B .*{parameter.opts[-1]}\b", page, re.MULTILINE
            )


def test_the_manual_is_what_man_reads() -> None:
    """Without a warning."""
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("no groff here")
    words = [groff, "-man", "-ww", "-Tutf8", str(PAGE)]
    outcome = subprocess.run(words, capture_output=True, check=False)
    assert (outcome.returncode, outcome.stderr) == (0, b"")
    assert b"\\b" not in outcome.stdout
