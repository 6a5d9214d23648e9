"""The rules as blocks: a table of all, or all that there is to say about one; and as a page of the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.advisories import published
from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.checking.rule import Rule

_COLUMNS = (
    Column("code"),
    Column("name"),
    Column("severity"),
    Column("default"),
    Column("what it finds", wraps=True, below=True),
)


def rules_blocks(rules: Iterable[Rule]) -> Iterator[Block]:
    """One row for each rule."""
    yield Table(_COLUMNS, tuple(Row(_cells(rule)) for rule in rules))


def rule_blocks(rule: Rule) -> Iterator[Block]:
    """One rule: what it finds, why that matters, what to do, and what can be set."""
    yield Heading(rule.code, 2, "rule", (rule.name, rule.severity, rule.family))
    for paragraph in rule.explanation.split("\n\n"):
        yield Paragraph(" ".join(paragraph.split()), level=2)
    yield Paragraph(f"fix: {rule.remedy}", level=2)
    if rule.cves:
        yield Paragraph(f"see: {', '.join(map(str, published(rule.cves)))}", "quiet", 2)
    if rule.family == "contract":
        yield Paragraph("Needs a lock: --against FILE, which `kerasinspect lock` made.", "quiet", 2)
    elif rule.needs:
        yield Paragraph(f"Needs: {', '.join(rule.needs)}; it is skipped where a file lacks that.", "quiet", 2)
    for name, value in rule.thresholds.items():
        yield Paragraph(f"Threshold: {name} = {value:g}.", "quiet", 2)
    if not rule.default and rule.family != "contract":
        yield Paragraph(f"Off by default: --extend-select {rule.code} turns it on.", "quiet", 2)


def _cells(rule: Rule) -> tuple[str, ...]:
    """The row of one rule."""
    asked = "with a lock" if rule.family == "contract" else "on" if rule.default else "off"
    return rule.code, rule.name, rule.severity, asked, rule.summary


def rules_page(rules: Sequence[Rule]) -> str:
    """All rules as Markdown: a table, then a section for each."""
    table = ["| code | name | severity | default | what it finds |", "|---|---|---|---|---|"]
    table += [f"| [{rule.code}](#{rule.code.lower()}) | {' | '.join(_cells(rule)[1:])} |" for rule in rules]
    sections = ["\n\n".join(_section(rule)) for rule in rules]
    head = "# Rules\n\nWhat `kerasinspect check` asks of a model. This page is made from the rules themselves."
    return "\n\n".join((head, "\n".join(table), *sections)) + "\n"


def _section(rule: Rule) -> Iterator[str]:
    """One rule as Markdown."""
    yield f"## {rule.code}"
    yield f"**{rule.name}** · {rule.severity} · {rule.family} · scope: {rule.scope}"
    yield rule.explanation
    yield f"**Fix:** {rule.remedy}"
    if rule.cves:
        yield f"See {', '.join(map(str, published(rule.cves)))}."
    if rule.family == "contract":
        yield "Needs a lock: `--against FILE`, which `kerasinspect lock` made."
    elif rule.needs:
        yield f"Needs: {', '.join(rule.needs)}."
    if rule.thresholds:
        yield "Thresholds: " + ", ".join(f"`{name} = {value:g}`" for name, value in rule.thresholds.items()) + "."
    if not rule.default and rule.family != "contract":
        yield f"Off by default: `--extend-select {rule.code}` turns it on."
