"""What completes each parameter: files, rules, limits, or names in the model that stands before it on the line."""

from __future__ import annotations

import re
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from click.shell_completion import CompletionItem
from click.types import StringParamType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import click

    from kerasinspect.model import Model

    _Suggested: TypeAlias = Callable[[click.Context], Iterable[tuple[str, str]]]

_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}")
"""A name that no shell acts upon, and that none takes for an option: whoever made the model chose it."""

_MOST = 2_000
"""Names that are suggested; of more none is, until the letters that are typed leave fewer."""

_MODELS = 8
"""Models on one line that are opened for their names."""


class _Names(StringParamType):
    """Values that complete a parameter, each with a word about it."""

    def __init__(self, suggested: _Suggested) -> None:
        """Take what gives them."""
        self._suggested = suggested

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Those that begin as what is typed."""
        del param
        fitting = {value: word for value, word in self._suggested(ctx) if value.startswith(incomplete)}
        return [CompletionItem(value, help=word or None) for value, word in fitting.items() if len(fitting) <= _MOST]


class _Files(StringParamType):
    """Files, which the shell finds itself."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """The word for files."""
        del ctx, param
        return [CompletionItem(incomplete, type="file")]


def _layers(context: click.Context) -> Iterator[tuple[str, str]]:
    """The paths of layers, with their classes."""
    return _safe((layer.path, layer.class_name) for model in _models(context) for layer in model.walk())


def _classes(context: click.Context) -> Iterator[tuple[str, str]]:
    """The classes of layers."""
    return _safe((layer.class_name, "") for model in _models(context) for layer in model.walk())


def _weights(context: click.Context) -> Iterator[tuple[str, str]]:
    """The names of weights: kernel, bias."""
    return _safe((weight.name, "") for model in _models(context) for weight in model.weights)


def _safe(named: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those whose names no shell acts upon; a word that one might act upon is left out."""
    return ((value, word if _SAFE.fullmatch(word) else "") for value, word in named if _SAFE.fullmatch(value))


def _models(context: click.Context) -> Iterator[Model]:
    """The models before the cursor, opened one after the other; neither a pipe nor anything that is far away."""
    from kerasinspect.opening import open_model

    given = (context.params.get(name) or () for name in ("location", "locations", "old", "new"))
    paths = chain.from_iterable((one,) if isinstance(one, str) else one for one in given)
    for path in islice(map(Path, paths), _MODELS):
        here = path.expanduser()
        if here.is_file() or here.is_dir():
            with open_model(here) as model:
                yield model


def _rules(context: click.Context) -> Iterator[tuple[str, str]]:
    """The codes of rules with their names, then the names."""
    from kerasinspect.checking.rules import RULES

    del context
    yield from ((rule.code, rule.name) for rule in RULES)
    yield from ((rule.name, rule.code) for rule in RULES)


def _limits(context: click.Context) -> Iterator[tuple[str, str]]:
    """The names of limits."""
    from dataclasses import asdict

    from kerasinspect.limits import DEFAULT

    del context
    return ((f"{name}=", f"{value:,}") for name, value in asdict(DEFAULT).items())


_BY_OPTION: dict[str, StringParamType] = {
    "--layer": _Names(_layers),
    "--class": _Names(_classes),
    "--weight": _Names(_weights),
    "--limit": _Names(_limits),
}
_BY_WORD: tuple[tuple[re.Pattern[str], StringParamType], ...] = (
    (re.compile(r"\[?RULES?\b.*"), _Names(_rules)),
    (re.compile(r".*\b(MODEL|OLD|NEW|FILE|FOLDER|LOCK|LOG|PATH)\b.*"), _Files()),
)
"""What completes an option, or whatever is called so in the help."""


def suggest(cli: click.Group) -> None:
    """Give every parameter of every command what completes it, but those whose type knows that itself."""
    for command in cli.commands.values():
        for parameter in command.params:
            found = _completed_by(parameter)
            if found is not None:
                parameter.type = found


def _completed_by(parameter: click.Parameter) -> StringParamType | None:
    """What completes a parameter; None where nothing of ours does."""
    word = parameter.metavar or ""
    listed = (_BY_OPTION.get(option) for option in parameter.opts)
    called = (kind for pattern, kind in _BY_WORD if pattern.fullmatch(word))
    return next(filter(None, chain(listed, called)), None)
