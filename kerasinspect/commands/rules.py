"""``rules``: the rules of ``check``, and what there is to say about one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import OUTPUT

if TYPE_CHECKING:
    from kerasinspect.writing import Target


@click.command(short_help="List the rules of check, or explain one.")
@click.argument("names", metavar="[RULE]...", nargs=-1)
@OUTPUT
def rules(names: tuple[str, ...], *, output: Target | None) -> None:
    """List all rules of `check`, or explain each RULE: a name, a code or a code prefix (KI1)."""
    from kerasinspect.checking.rule_names import named_rules
    from kerasinspect.checking.rules import RULES
    from kerasinspect.commands.emitting import emit_blocks
    from kerasinspect.output.pages.rules import rule_blocks, rules_blocks

    blocks = [block for rule in named_rules(names).values() for block in rule_blocks(rule)]
    emit_blocks(blocks or rules_blocks(RULES), output, "")
