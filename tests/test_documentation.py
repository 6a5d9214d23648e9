"""Pages that are made from the code say what it says, and the site has all that the code offers."""

from __future__ import annotations

import re
import runpy
import tomllib

import kerasinspect
from kerasinspect.commands.program.group import cli
from tests.places import ROOT

PAGE = ROOT / "docs" / "commands.md"
PROJECTS_OWN = {"bench", "dev", "docs", "release", "test"}
"""Extras that nobody needs who only uses the commands."""


def test_the_list_of_commands_is_up_to_date() -> None:
    """``python docs/make_commands.py`` writes it again."""
    made = runpy.run_path(str(ROOT / "docs" / "make_commands.py"))
    assert made["page"]() == PAGE.read_text(encoding="utf-8")


def test_every_command_has_its_section_and_every_option_its_row() -> None:
    """None is left out where several commands share it."""
    page = PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", page, re.DOTALL | re.MULTILINE))
    assert sections.keys() == set(cli.commands) - {"ls"}
    for name, section in sections.items():
        for parameter in cli.commands[name].params:
            assert parameter.param_type_name != "option" or f"{parameter.opts[-1]}" in section


def test_the_reference_of_python_has_every_public_name_once() -> None:
    """What is exported is described, and nothing else."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    automatic = re.findall(r"^\.\. auto\w+:: kerasinspect\.(\w+)$", page, re.MULTILINE)
    written = re.findall(r"^\.\. py:data:: (\w+)$", page, re.MULTILINE)
    assert sorted([*automatic, *written]) == sorted(kerasinspect.__all__)


def test_every_extra_for_users_is_in_the_list_of_them() -> None:
    """Those that are left out are for work on the project."""
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").partition("### Extras\n")[2].partition("\n## ")[0]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert re.findall(r"^\| `(\w+)` ", page, re.MULTILINE) == sorted(extras.keys() - PROJECTS_OWN)


def test_every_page_that_is_linked_is_a_page_of_the_site() -> None:
    """A build of the site fails on a link to Markdown that it leaves out, and is made by hand."""
    settings = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    included = settings.partition("include_patterns = [")[2].partition("]")[0]
    patterns = re.findall(r'"([^"]+)"', included)
    pages = {page for pattern in patterns for page in ROOT.glob(pattern)}
    assert PAGE in pages
    for page in pages:
        links = re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        assert {(page.parent / link).resolve() for link in links} <= pages, page
