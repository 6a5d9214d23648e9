"""``graph``: the network of a model as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import click

from kerasinspect.commands.options import CLASS, COLOR, LAYER, LIMITS, MODEL, OUTPUT, QUIET, form_by_ending, options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.writing import Target

_Form: TypeAlias = Literal["mermaid", "markdown", "dot", "svg", "json"]

_ENDINGS: Mapping[str, _Form] = {
    "": "mermaid",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".md": "markdown",
    ".markdown": "markdown",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
    ".json": "json",
}
"""What a file of such a name is expected to hold."""


def _chosen(context: click.Context, parameter: click.Parameter, name: str | None) -> str:
    """The form that was asked for, by its name or by the output's ending."""
    return name if name is not None else form_by_ending(context, parameter, _ENDINGS, "")


@click.command()
@options(MODEL, LAYER, CLASS)
@click.option(
    "--format",
    "form",
    type=click.Choice(get_args(_Form)),
    callback=_chosen,
    help="Default: what the ending of -o FILE says, else mermaid. markdown has it in a code block, svg needs Graphviz.",
)
@options(OUTPUT, LIMITS, QUIET, COLOR)
def graph(
    location: str,
    *,
    layers: tuple[str, ...],
    classes: tuple[str, ...],
    form: _Form,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Draw the network of MODEL: its layers, nested models as frames, and the shapes of the tensors between them.

    What --layer and --class choose is drawn with everything in it, and dashed what it is connected to.
    Where the file does not tell how layers are connected, the picture shows what lies in what.
    """
    from kerasinspect.analysis.damage import Damage
    from kerasinspect.analysis.network.choosing import chosen_part
    from kerasinspect.analysis.network.making import network_of
    from kerasinspect.analysis.selection import select
    from kerasinspect.commands.emitting import emit_document, emit_text, finish, say, say_written
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.output.networks.notes import network_notes
    from kerasinspect.writing import require_replaceable

    require_replaceable(output, location)
    with open_model(location, with_limits(DEFAULT, limits)) as model:
        selection = select(model, layers, classes=classes)
        network = network_of(model)
        if selection.filtered:
            network = chosen_part(network, model, {listed.layer.path for listed in selection.walk()})
        if form == "json":
            from kerasinspect.output.documents.graph import graph_document

            emit_document(graph_document(model, network), output, location)
        else:
            from kerasinspect.output.networks.pictures import picture

            emit_text(picture(network, form), output, location)
        if not quiet:
            say("note", network_notes(network, form))
        say_written("Graph", output, quiet=quiet)
        return finish(selection, Damage(), quiet=True)  # what is odd about weights is not in the picture
