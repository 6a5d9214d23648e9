"""The options that several commands share, so that the same words mean the same everywhere."""

from __future__ import annotations

import os
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar, get_args

import click

from kerasinspect.output.display import NARROWEST, WIDEST, Display

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kerasinspect.limits import Limits
    from kerasinspect.writing import Target

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_Value = TypeVar("_Value")


class WholeNumber(click.IntRange):
    """A whole number within bounds; what is none is said in words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 - of click
        """The number that a text stands for."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            bounds = f"of {self.min} or more" if self.max is None else f"from {self.min} to {self.max}"
            message = f"{value} is not a whole number {bounds}."
            raise click.BadParameter(message, ctx, param) from None


def options(*decorators: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """One decorator for several options, in the order in which ``--help`` lists them."""

    def decorate(command: _Command) -> _Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def _one_model(context: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> str:
    """The one model that a line names, by itself or by a pattern that nothing else fits."""
    return one_model(context, _all_models(context, parameter, words))


def one_model(context: click.Context, words: tuple[str, ...]) -> str:
    """The one model that a line names; raises RequestError where it names several."""
    if len(words) > 1 and not context.resilient_parsing:
        from kerasinspect.commands.mistakes import several_models

        raise several_models(context, words)
    word = "".join(words)
    if _WILDCARDS.isdisjoint(word) or context.resilient_parsing:
        return word
    from kerasinspect.formats.locating.locations import find_model

    return find_model(word, _allowed(context))


def _all_models(context: click.Context, _: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """The models that a line names, of which standard input is kept in a file."""
    if context.resilient_parsing:
        return words
    from kerasinspect.containers.sources import STANDARD_INPUT

    if STANDARD_INPUT in words:
        from kerasinspect.containers.standard_input import keep_standard_input

        keep_standard_input(_allowed(context))
    step = context.meta.get(_STEP_KEY)
    if step is None:
        return words
    from kerasinspect.formats.locating.steps import checkpoint_at

    return tuple(checkpoint_at(word, step, _allowed(context)) for word in words)


def _allowed(context: click.Context) -> Limits:
    """The limits of a line, which are parsed before its models are."""
    from kerasinspect.limits import DEFAULT, with_limits

    return with_limits(DEFAULT, context.params.get("limits") or ())


_WILDCARDS = frozenset("*?[")


def _remember_step(context: click.Context, _: click.Parameter, step: int | None) -> None:
    """Keep --step for the names of models."""
    context.meta[_STEP_KEY] = step


_STEP_KEY = "kerasinspect.step"

_STEP = click.option(
    "--step",
    type=WholeNumber(0),
    metavar="N",
    is_eager=True,  # what finds the model needs it
    expose_value=False,
    callback=_remember_step,
    help="Of a folder of checkpoints only that of this step: ckpt-N.",
)

MODEL = options(click.argument("location", metavar="MODEL", nargs=-1, required=True, callback=_one_model), _STEP)

MODELS = options(click.argument("locations", metavar="MODEL...", nargs=-1, required=True, callback=_all_models), _STEP)


def _one_side(context: click.Context, parameter: click.Parameter, word: str) -> str:
    """The model on one side of a comparison, by itself or by a pattern that nothing else fits."""
    return _one_model(context, parameter, (word,))


SIDES = options(
    click.argument("old", metavar="OLD", callback=_one_side),
    click.argument("new", metavar="NEW", callback=_one_side),
)
"""Two models that are held against each other."""


def _other_side(context: click.Context, parameter: click.Parameter, word: str | None) -> str | None:
    """The second model of a line that may have one alone."""
    return None if word is None else _one_side(context, parameter, word)


MODEL_OR_SIDES = options(
    click.argument("model", metavar="MODEL", callback=_one_side),
    click.argument("new", metavar="[NEW]", required=False, callback=_other_side),
)
"""A model, or two that are held against each other."""


class Filters(NamedTuple):
    """What a line says of the layers and weights that are listed: names, paths, globs and positions."""

    layers: tuple[str, ...]
    weights: tuple[str, ...]
    classes: tuple[str, ...]
    indices: tuple[str, ...]


def together(name: str, kind: Any) -> Callable[[_Command], _Command]:  # noqa: ANN401 - a class of named tuples
    """Give a command the options that are the fields of a named tuple as one value of that name."""

    def decorate(command: _Command) -> _Command:
        @wraps(command)
        def joined(*words: object, **given: Any) -> object:  # noqa: ANN401 - what the command's own options are
            value = kind(*(given.pop(field) for field in kind._fields))
            return command(*words, **{name: value}, **given)

        return joined  # type: ignore[return-value]  # what it is called with, click alone decides

    return decorate


def _filter(option: str, name: str, metavar: str, help_text: str) -> Callable[[_Command], _Command]:
    """An option that chooses what is listed."""
    return click.option(option, name, multiple=True, metavar=metavar, help=f"{help_text} May be given several times.")


LAYER = _filter("--layer", "layers", "NAME", "Only this layer: its name, its path (outer/inner) or a glob.")
CLASS = _filter("--class", "classes", "NAME", "Only layers of this class: Dense, LSTM, ..., or a glob.")

FILTERS = options(
    LAYER,
    _filter("--weight", "weights", "NAME", "Only this weight: kernel, bias, ..., or a glob."),
    CLASS,
    _filter("--index", "indices", "N", "Only the array at this position of get_weights(); 3:7 is 3 to 6."),
    together("filters", Filters),
)

ListForm: TypeAlias = Literal["table", "json", "jsonl", "csv", "markdown"]
"""What a list can be written as."""

LIST_FORMS: tuple[ListForm, ...] = get_args(ListForm)

TallyForm: TypeAlias = Literal["table", "json", "jsonl", "csv", "markdown", "parquet"]
"""What counts can be written as."""

ValueForm: TypeAlias = Literal["table", "json", "jsonl"]
"""What labelled values can be written as."""

ReportForm: TypeAlias = Literal["table", "json", "jsonl", "csv", "markdown", "junit", "sarif", "github"]
"""What a report of ``check`` can be written as."""

REPORT_FORMS: tuple[ReportForm, ...] = get_args(ReportForm)


_ENDINGS: Mapping[str, ReportForm | TallyForm] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".xml": "junit",
    ".sarif": "sarif",
    ".parquet": "parquet",
}
"""What a file of such a name is expected to hold."""
_OF_OTHERS = frozenset({".keras", ".h5", ".hdf5", ".npz", ".npy", ".safetensors", ".svg", ".dot", ".mmd", ".html"})
"""Endings of models, and of what other commands write: a page in such a file is a mistake."""


def _chosen_form(context: click.Context, parameter: click.Parameter, name: str | None) -> str:
    """The form that was asked for: by name, where ``text`` is another word for ``table``, or by the output's ending."""
    return as_report_form(name) or name if name is not None else form_by_ending(context, parameter, _ENDINGS, "table")


def form_by_ending(context: click.Context, parameter: click.Parameter, endings: Mapping[str, str], default: str) -> str:
    """The form that the ending of the output's name means; the default where there is none that is known."""
    output: Target | None = context.params.get("output")  # which is parsed before an option that is not given
    ending = "" if output is None else os.path.splitext(output.path)[1].lower()  # noqa: PTH122 - any text
    form = endings.get(ending, "" if ending in _OF_OTHERS else default)
    known = parameter.type.choices if isinstance(parameter.type, click.Choice) else ()
    if form not in known:
        from kerasinspect.commands.mistakes import model_that_is_missing, models_given
        from kerasinspect.writing import require_replaceable

        require_replaceable(output, *models_given(context))  # that it is the model itself says more than its ending
        message = f"{context.info_name} has no format for a file {ending}: give it another ending, or say --format."
        raise model_that_is_missing(context) or click.UsageError(message, context)
    return form


def _form(
    forms: Sequence[str], more: str = "", name: str = "form", shown: str | None = None
) -> Callable[[_Command], _Command]:
    """The option --format."""
    return click.option(
        "--format",
        name,
        type=click.Choice(forms),
        callback=_chosen_form,
        help=f"Default: what the ending of -o FILE says, else table.{more}",
        metavar=shown,
    )


FORMAT = _form(LIST_FORMS, " csv has all digits of a number, jsonl one entry per line.")

TALLY_FORMAT = _form(get_args(TallyForm), " csv and parquet have one count per row.")

VALUE_FORMAT = _form(get_args(ValueForm), " jsonl has one weight per line.")


def as_report_form(name: str) -> ReportForm | None:
    """The form of that name; ``text`` is another word for ``table``."""
    return next((form for form in REPORT_FORMS if form == ("table" if name == "text" else name)), None)


REPORT_FORMAT = _form(
    [*REPORT_FORMS, "text"],
    " jsonl has one finding per line, then one of the whole run.",
    shown=f"[{'|'.join(REPORT_FORMS)}]",
)

DOCUMENT_FORMAT = _form(["table", "json"], name="format_name")
"""Where there is one answer and no list."""


def _remember_force(context: click.Context, _: click.Parameter, value: bool) -> None:
    """Keep --force for the options that name files."""
    context.meta[_FORCE_KEY] = value


def as_target(context: click.Context, parameter: click.Parameter, path: str | None) -> Target | None:
    """A file to write, and whether it may take another one's place."""
    if path == _STANDARD_OUTPUT:
        raise click.BadParameter("- is standard output, and a file is needed: name one.", context, parameter)
    if path is None:
        return None
    from kerasinspect.writing import Target

    return Target(path, force=context.meta[_FORCE_KEY])


def _as_output(context: click.Context, parameter: click.Parameter, path: str | None) -> Target | None:
    """A file to write a page or a document to; None for standard output, which ``-`` means too."""
    return as_target(context, parameter, None if path == _STANDARD_OUTPUT else path)


_STANDARD_OUTPUT = "-"


_FORCE_KEY = "kerasinspect.force"

_FORCE = click.option(
    "--force",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_remember_force,
    help="Overwrite a file that is not an earlier output; what may be a model is never overwritten.",
)

OUTPUT = options(
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        callback=_as_output,
        help="Write to this file, - is standard output; if anything fails, it is left as it was.",
    ),
    _FORCE,
)

LIMITS = click.option(
    "--limit",
    "limits",
    multiple=True,
    is_eager=True,  # what finds the model needs them
    metavar="NAME=VALUE",
    help="Raise a limit that an error message names. May be given several times.",
)


def _remember_display(context: click.Context, parameter: click.Parameter, value: _Value) -> _Value:
    """Keep how pages are shown for whatever is written, errors too."""
    setattr(context.ensure_object(Display), str(parameter.name), value)
    return value


_JOINED = "Join this architecture to weights alone: model.to_json(), or the config.json of a .keras file."

CONFIG = click.option("--config", "--architecture", "config", metavar="FILE", help=_JOINED)

ARCHITECTURE = click.option("--architecture", metavar="FILE", help=_JOINED)
"""The same where ``--config`` is something else."""

JOBS = click.option(
    "-j",
    "--jobs",
    type=WholeNumber(1),
    metavar="N",
    help="Processes that work side by side. Default: one for each processor where there are files enough.",
)

QUIET = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    is_eager=True,  # standard input is read with the names of models
    callback=_remember_display,
    help="No notes and no progress bar; results stay.",
)


_COLOR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    is_eager=True,
    expose_value=False,
    callback=_remember_display,
    help="Default: auto, which colors a terminal unless NO_COLOR, FORCE_COLOR or CLICOLOR_FORCE says otherwise.",
)


def _of_pages(*, hidden: bool) -> Callable[[_Command], _Command]:
    """The options that pages have beside colours."""
    return options(
        click.option(
            "--width",
            type=WholeNumber(NARROWEST, WIDEST, clamp=True),
            metavar="N",
            expose_value=False,
            callback=_remember_display,
            hidden=hidden,
            help="Fit the page to N columns. Default: COLUMNS, or the terminal's; a pipe and a file have no limit.",
        ),
        click.option(
            "--no-pager",
            "pager",
            flag_value=False,
            default=True,
            expose_value=False,
            callback=_remember_display,
            hidden=hidden,
            help="Print long pages directly instead of through $PAGER (less -RFX).",
        ),
    )


COLOR = options(_COLOR, _of_pages(hidden=True))
"""How messages are shown, for commands without pages; what concerns pages is taken, so that one habit fits all."""

DISPLAY = options(_COLOR, _of_pages(hidden=False))
"""How a page is shown."""

PAGE = options(OUTPUT, LIMITS, QUIET, DISPLAY)
"""What every command that reads a model and writes a page has."""
