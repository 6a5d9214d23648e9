"""Writes ``docs/rules.md`` from the rules themselves: ``python docs/make_rules.py``."""

from __future__ import annotations

from pathlib import Path

from kerasinspect.checking.rules import RULES
from kerasinspect.output.pages.rules import rules_page

if __name__ == "__main__":
    Path(__file__).with_name("rules.md").write_text(rules_page(RULES), encoding="utf-8")
