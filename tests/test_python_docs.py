"""What the documentation says of Python: every example gives what stands below it, section by section."""

from __future__ import annotations

import doctest
import re
from importlib.util import find_spec

import pytest

from tests.places import ROOT

PAGES = ("python.md", "tutorial.md", "notebooks.md")
SESSIONS = {
    f"{page}: {title}": "\n".join(blocks)
    for page in PAGES
    for title, text in re.findall(
        r"^## (.*?)\n(.*?)(?=^## |\Z)", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    if (blocks := re.findall(r"^```pycon\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE))
}


@pytest.mark.parametrize("title", SESSIONS)
def test_a_section_can_be_typed_in(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each section is a session of its own; one that needs an extra is left out without it."""
    session = SESSIONS[title]
    for name in re.findall(r"^>>> import (pandas|xarray)$", session, flags=re.MULTILINE):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    monkeypatch.chdir(ROOT)
    page = title.partition(":")[0]
    test = doctest.DocTestParser().get_doctest(session, {}, title, f"docs/{page}", 0)
    wrong: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(test, out=wrong.append)
    assert not wrong, "".join(wrong)


def test_no_page_with_examples_is_left_out() -> None:
    """Examples on any other page would be run by nobody."""
    found = {path.name for path in (ROOT / "docs").glob("*.md") if "```pycon" in path.read_text(encoding="utf-8")}
    assert found == set(PAGES)
