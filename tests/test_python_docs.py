"""What docs/python.md says: every example gives what stands below it, section by section."""

from __future__ import annotations

import doctest
import re
from importlib.util import find_spec

import pytest

from tests.places import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.DOTALL | re.MULTILINE))
SESSIONS = {
    title: "\n".join(blocks)
    for title, text in SECTIONS.items()
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
    test = doctest.DocTestParser().get_doctest(session, {}, title, "docs/python.md", 0)
    wrong: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(test, out=wrong.append)
    assert not wrong, "".join(wrong)
