"""``rules``: the rules of ``check``, and what there is to say about one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import DISPLAY, FORMAT, OUTPUT, options

if TYPE_CHECKING:
    from kerasinspect.commands.options import ListForm
    from kerasinspect.writing import Target


@click.command()
@click.argument("names", metavar="[RULE]...", nargs=-1)
@options(FORMAT, OUTPUT, DISPLAY)
def rules(names: tuple[str, ...], *, form: ListForm, output: Target | None) -> None:
    """List all rules of `check`, or explain each RULE: a name, a code or a code prefix (KI1)."""
    from kerasinspect.checking.rule_names import named_rules
    from kerasinspect.checking.rules import RULES
    from kerasinspect.commands.listing.listing import Listing, emit_listing
    from kerasinspect.output.documents.rules import RULE_COLUMNS, rule_lines, rules_document
    from kerasinspect.output.flat_tables import flat_table
    from kerasinspect.output.pages.rules import rule_blocks, rules_blocks

    chosen = list(named_rules(names).values())
    listed = chosen or RULES
    listing = Listing(
        lambda: [block for rule in chosen for block in rule_blocks(rule)] or rules_blocks(RULES),
        lambda: rules_document(listed),
        lambda: rule_lines(listed),
        lambda: flat_table(rule_lines(listed), RULE_COLUMNS),
    )
    emit_listing(listing, form, output, "")
