"""The page about one model: its head, findings, layers with their weights, and all arrays."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.analysis.network.making import network_of
from kerasinspect.analysis.summarising import summarise
from kerasinspect.analysis.surveying import Survey, Surveyed
from kerasinspect.checking.rule import SEVERITIES
from kerasinspect.late.dataclasses import replace
from kerasinspect.output.blocks import Column, Grid, Heading, Paragraph, Table
from kerasinspect.output.evidence import layer_evidence
from kerasinspect.output.figures import short_number
from kerasinspect.output.notes import notes
from kerasinspect.output.pages.head import extras_blocks, file_name, head_blocks, origin_and_size
from kerasinspect.output.pages.list import weight_lines
from kerasinspect.output.pages.show import layer_blocks, own_blocks
from kerasinspect.output.pages.stats import stats_table
from kerasinspect.output.pages.summary import layer_table
from kerasinspect.output.pages.training import training_totals, verdict_in_words
from kerasinspect.output.reports.embedding import block_document, embedded, table_document
from kerasinspect.output.reports.network import has_network, network_document
from kerasinspect.output.reports.page import write_page
from kerasinspect.output.reports.pictures import pictures_of
from kerasinspect.output.show_options import GridOptions, ShowOptions, hints_of
from kerasinspect.output.wording import counted
from kerasinspect.platforms import command_line
from kerasinspect.shown.escaping import visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TextIO

    from kerasinspect.analysis.inspection import Inspection, WeightInspection
    from kerasinspect.analysis.training import LayerTraining, Training
    from kerasinspect.checking.examining import Examination
    from kerasinspect.checking.findings import Finding
    from kerasinspect.checking.reports import CheckReport
    from kerasinspect.checking.rule import Severity
    from kerasinspect.model import Model
    from kerasinspect.output.blocks import Block, Tone
    from kerasinspect.output.formats.json import Document, Writable

_MANY = 4_000
"""Weights of a model that is so large that its page has neither sentences nor numbers of each of them."""

_CELLS, _MOST_CELLS, _FEWEST_CELLS = 1_500_000, 4_096, 36
"""Cells of all heat maps of a page, and the most and the fewest of one: each takes some three characters."""

_TYPED = 80
"""Characters of a name that somebody would type in a command."""

_OF_A_WEIGHT = 3
"""The level of the heading that begins a weight."""

_FINDINGS_LISTED = 300
"""Findings that a page lists; of more only the number is said."""

_LEFT_OUT = frozenset({"norm", "subnormals"})
"""Figures that the list of arrays has no column for; those of one array are with it."""

_TONES: Mapping[Severity, Tone] = {"error": "error", "warning": "warning"}

_RANKS = {title: rank for rank, title in enumerate(("layer", "class", "parameters", "training"))}
"""Places of the first columns of the tree of layers, of which a narrow page shows no others at once."""


def write_model_page(examination: Examination, stream: TextIO) -> None:
    """Write the page; what its weights hold is read and written one after another."""
    write_page("model.html.j2", {**_head(examination), **_body(examination)}, stream)


def _head(examination: Examination) -> dict[str, object]:
    """What is said of the model as a whole."""
    inspection, training = examination.inspection, examination.training
    model = inspection.model
    name, *facts = _named(model)
    extras = [block.text for block in extras_blocks(inspection.extra_totals)]
    return {
        "title": name,
        "about": facts,
        "facts": [*_facts(model), *extras],
        "notes": [visible(note) for note in notes(inspection.selection)],
        "trained": [] if training is None else [*training_totals(training)],
        **_findings(examination),
    }


def _named(model: Model) -> list[str]:
    """The name of a model, then its class and its file, safe to show."""
    heading = next(head_blocks(model))
    facts = getattr(heading, "facts", ())
    return [visible_name(text) for text in (getattr(heading, "name", ""), *facts)]


def _facts(model: Model) -> Iterator[str]:
    """Format, version, size and date of a model."""
    yield from (visible_name(fact) for fact in origin_and_size(model) if fact)
    yield counted(sum(1 for _ in model.walk()), "layer")
    if model.saved_at:
        yield visible_name(f"saved {model.saved_at.replace('T', ' ')}")


def _findings(examination: Examination) -> dict[str, object]:
    """What is wrong with the model, the worst first, each with a link to the layer that it is about."""
    report = examination.report
    places = _places(examination.inspection)
    found = sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return {
        "verdict": report.verdict(report.models[0]),
        "unread": [visible(sentence) for sentence in report.models[0].unread],
        "counts": [(severity, counted(report.count(severity), severity)) for severity in SEVERITIES],
        "findings": [_finding(one, places) for one in found[:_FINDINGS_LISTED]],
        "more_findings": max(0, len(found) - _FINDINGS_LISTED),
    }


def _finding(one: Finding, places: Mapping[str, int]) -> dict[str, object]:
    """One finding, safe to show."""
    return {
        "severity": one.severity,
        "rule": f"{one.code} {one.name}",
        "where": visible_name(one.where),
        "layer": _row_of(one, places),
        "message": visible(one.message),
        "advice": visible(one.advice),
        "place": visible(one.place),
    }


def _places(inspection: Inspection) -> dict[str, int]:
    """The number of the row in which a layer stands, by its path and by those of its weights."""
    own = inspection.own_weights
    places = {one.weight.path: 0 for one in own}
    for number, layer in enumerate(inspection.walk(), bool(own)):
        places.setdefault(layer.layer.path, number)
        places.update((one.weight.path, number) for one in layer.weights)
    return places


def _body(examination: Examination) -> dict[str, object]:
    """The layers, the arrays, and what is shown of each layer once it is chosen."""
    inspection, training = examination.inspection, examination.training
    places = _places(inspection)
    rows = {one.weight.path: at for at, one in enumerate(inspection.weights)}
    found = _found_by_row(examination.report, places)
    arrays = _array_table(inspection)
    network = network_document(network_of(inspection.model), places)
    tables = {
        "network": network,
        "layers": {
            **table_document(_layer_table(inspection, training)),
            "flagged": [*sorted(found)],
            "marks": _marks(found),
        },
        "arrays": {
            **table_document(arrays),
            "layers": [places[one.weight.path] for one in inspection.weights],
            "marks": _marks(_found_by_row(examination.report, rows)),
        },
    }
    return {
        "data": embedded(tables),
        "details": _details(inspection, training, found),
        "closing": _reduced(inspection),
        "has_network": has_network(network),
        "network_remarks": network["remarks"],
    }


def _found_by_row(report: CheckReport, places: Mapping[str, int]) -> dict[int, list[Finding]]:
    """The findings about each row that has any, the worst first."""
    found: dict[int, list[Finding]] = {}
    for one in sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity)):
        row = _row_of(one, places)
        if row is not None:
            found.setdefault(row, []).append(one)
    return found


def _marks(found: Mapping[int, Sequence[Finding]]) -> Document:
    """What stands beside each row that findings are about: the severity and the code of the worst, and how many."""
    marks: dict[str, Writable] = {}
    for row, about in found.items():
        codes = [*dict.fromkeys(one.code for one in about)]
        more = f" +{len(codes) - 1}" if codes[1:] else ""
        marks[str(row)] = [about[0].severity, f"{about[0].severity} {codes[0]}{more}"]
    return marks


def _row_of(one: Finding, places: Mapping[str, int]) -> int | None:
    """The row of the layer that a finding is about; None where it is about no layer that is listed."""
    return places.get(one.where) if one.scope in {"layer", "weight"} else None


def _reduced(inspection: Inspection) -> str:
    """What is not on the page that could be."""
    said = f"A heat map has at most {_cells(inspection):,} cells, and says what each of them stands for."
    if not _is_brief(inspection):
        return said
    return f"{said} Of {counted(len(inspection.weights), 'array')}, numbers and sentences are left out."


def _is_brief(inspection: Inspection) -> bool:
    """Whether there are so many weights that the page has only figures and pictures of each."""
    return len(inspection.weights) > _MANY


def _layer_table(inspection: Inspection, training: Training | None) -> Table:
    """The tree of layers, each with whether it was trained; what one looks for first stands first."""
    table = layer_table(summarise(inspection.selection))
    if training is not None:
        table = _with_verdicts(table, inspection, training)
    order = sorted(range(len(table.columns)), key=lambda at: _RANKS.get(table.columns[at].title, len(_RANKS)))
    rows = (replace(row, cells=tuple(row.cells[at] for at in order)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[at] for at in order), rows=tuple(rows))


def _with_verdicts(table: Table, inspection: Inspection, training: Training) -> Table:
    """The tree of layers with a column that says whether each was trained."""
    judged = _judged(training)
    first = [inspection.model.name or "model"] if inspection.own_weights else []
    paths = [*first, *(layer.layer.path for layer in inspection.walk())]
    verdicts = [verdict_in_words(judged[path]) if path in judged else "" for path in paths]
    rows = (replace(row, cells=(*row.cells, said)) for row, said in zip(table.rows, verdicts, strict=True))
    return replace(table, columns=(*table.columns, Column("training")), rows=tuple(rows))


def _judged(training: Training) -> dict[str, LayerTraining]:
    """What is said of each layer with weights of its own, by its path."""
    return {one.layer.path: one for one in training.layers}


def _array_table(inspection: Inspection) -> Table:
    """A line for each array: what it is, and its figures."""
    listed = next(iter(weight_lines(inspection)))
    if not isinstance(listed, Table):
        return Table((Column("weight"),), ())
    survey = Survey(inspection.model, tuple(Surveyed(one, one.figures) for one in inspection.weights))
    figures = stats_table(survey, short_number, "{:,}".format)
    kept = [at for at, column in enumerate(figures.columns) if column.numeric and column.title not in _LEFT_OUT]
    rows = (
        replace(row, cells=(*row.cells, *(measured.cells[at] for at in kept)))
        for row, measured in zip(listed.rows, figures.rows, strict=True)
    )
    return Table((*listed.columns, *(figures.columns[at] for at in kept)), tuple(rows)).filled()


def _details(
    inspection: Inspection, training: Training | None, found: Mapping[int, Sequence[Finding]]
) -> Iterator[str]:
    """What is shown of each layer, as JSON, in the order of the rows of the tree."""
    cells, numbers, plain = _cells(inspection), not _is_brief(inspection), _options(inspection)
    judged = {} if training is None else _judged(training)
    if inspection.own_weights:
        head, *others = own_blocks(inspection, _options(inspection))
        blocks = chain([head], _finding_lines(found.get(0, ())), others)
        yield embedded([*_with_pictures(blocks, inspection.own_weights, cells, numbers=numbers)])
    for row, layer in enumerate(inspection.walk(), bool(inspection.own_weights)):
        head, *others = layer_blocks(layer, _options(inspection, layer.layer.path) if layer.weights else plain)
        said = chain(_finding_lines(found.get(row, ())), _verdict(judged.get(layer.layer.path)))
        blocks = chain([head], said, others)
        yield embedded([*_with_pictures(blocks, layer.weights, cells, numbers=numbers)])


def _options(inspection: Inspection, layer: str = "") -> ShowOptions:
    """What is said of a layer, or of the model's own weights, with the command that shows more of it."""
    words = ["kerasinspect", "show", file_name(inspection.model), *(["--layer", layer] if layer else [])]
    is_typed = all(word.isprintable() and len(word) <= _TYPED for word in words)
    grid = GridOptions(hints=hints_of(command_line(words) if is_typed else " ".join(words[:2])))
    return ShowOptions(statistics=True, explain=not _is_brief(inspection), grid=grid)


def _cells(inspection: Inspection) -> int:
    """Cells of one heat map: the fewer, the more there are on the page."""
    return max(_FEWEST_CELLS, min(_MOST_CELLS, _CELLS // max(1, len(inspection.weights))))


def _with_pictures(
    blocks: Iterable[Block], weights: Sequence[WeightInspection], cells: int, *, numbers: bool
) -> Iterator[Document]:
    """The blocks of some weights, and before the numbers of each its pictures."""
    waiting: WeightInspection | None = None
    left = iter(weights)
    for block in blocks:
        begins = isinstance(block, Heading) and block.level == _OF_A_WEIGHT
        if waiting is not None and (begins or isinstance(block, Grid)):
            yield from _pictures(waiting, cells)
            waiting = None
        if begins:
            waiting = next(left, None)
        if numbers or not isinstance(block, Grid):
            yield block_document(block)
    if waiting is not None:
        yield from _pictures(waiting, cells)


def _pictures(inspected: WeightInspection, cells: int) -> Iterator[Document]:
    """The pictures of one weight, where there are any."""
    drawn = pictures_of(inspected, cells)
    if drawn is not None:
        yield drawn


def _finding_lines(found: Sequence[Finding]) -> Iterator[Block]:
    """A line for each finding about a layer or its arrays, up to as many as the page lists."""
    for one in found[:_FINDINGS_LISTED]:
        tone = _TONES.get(one.severity, "plain")
        yield Paragraph(f"{one.severity} {one.code} {one.name}: {one.where}: {one.message}", tone, level=2)
    if found[_FINDINGS_LISTED:]:
        yield Paragraph(f"and {len(found) - _FINDINGS_LISTED:,} more", "quiet", level=2)


def _verdict(layer: LayerTraining | None) -> Iterator[Block]:
    """Whether a layer was trained, and what that rests on."""
    if layer is not None:
        sure = f" ({layer.certainty})" if layer.certainty else ""
        yield Paragraph(f"training: {verdict_in_words(layer)}{sure}. {layer_evidence(layer)}", level=2)
