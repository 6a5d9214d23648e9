"""In what the calls of two layers differ, and the inputs and outputs of two models, as far as both configs tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.configs.arguments import arguments_of
from kerasinspect.analysis.comparison.configs.calls import tensors_in, with_each_tensor
from kerasinspect.analysis.comparison.configs.plain_values import told_value
from kerasinspect.analysis.comparison.configs.value_changes import key_changes
from kerasinspect.analysis.comparison.results import ConfigChange
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Literal

    from kerasinspect.analysis.comparison.configs.arguments import Arguments
    from kerasinspect.analysis.comparison.configs.calls import Calls, Tensor
    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.model import Layer


@dataclass(frozen=True, slots=True)
class ComparedCalls:
    """The calls of two models, held against each other through the pairs of their layers."""

    old: Calls
    new: Calls
    partners: Mapping[str, str]
    """Paths of new layers by those of their partners."""
    on_both: frozenset[str]
    """Paths of new layers that have partners."""
    exact: bool
    """Whether one version of Keras wrote both, so that an argument which only one has is a difference."""

    def feeding_changes(self, old: Layer, new: Layer) -> list[ConfigChange]:
        """The change of the layers that feed one, where they are not those that feed the other."""
        partners = tuple(map(self.partners.get, old.inbound))
        fed_by = [path for path in partners if path is not None]
        if fed_by == [path for path in new.inbound if path in self.on_both]:
            return []
        renamed = None if partners == old.inbound else partners
        return [ConfigChange("inbound", [*old.inbound], [*new.inbound], partners=renamed)]

    def changes(self, old: str, new: str, *, same_feeders: bool) -> Iterator[ConfigChange]:
        """In what the calls of two layers differ; which tensors they take only where the same layers feed them."""
        before, after = self.old.of_layers.get(old, []), self.new.of_layers.get(new, [])
        if not before or not after:
            return
        if len(before) != len(after):
            yield ConfigChange("calls.count", len(before), len(after))
        for number, pair in enumerate(zip(before, after, strict=False)):
            key = f"calls.{number}" if max(len(before), len(after)) > 1 else "call"
            yield from self._of_one_call(key, *pair, same_feeders=same_feeders)

    def end_changes(self, old: str, new: str) -> Iterator[ConfigChange]:
        """In what the inputs and the outputs of two models differ."""
        ours, theirs = self.old.ends.get(old, {}), self.new.ends.get(new, {})
        for end in ours:
            if end in theirs:
                yield from self._of_one_end(end, ours[end], theirs[end])

    def _of_one_end(self, end: str, old: Json, new: Json) -> Iterator[ConfigChange]:
        """In what the inputs of two models differ, or the outputs: which they are, else how they are put together."""
        before, after = [*tensors_in(old)], [*tensors_in(new)]
        ours, theirs = [*map(self._partner, before)], [*map(self._of_new, after)]
        paired, others = _known(ours), _known(theirs)
        if not self.exact and isinstance(old, dict) != isinstance(new, dict):
            paired, others = sorted(paired), sorted(others)
        if paired != others:
            names = tuple(self.partners.get(tensor.layer) for tensor in before)
            renamed = None if names == tuple(tensor.layer for tensor in before) else names
            yield ConfigChange(end, [one.told for one in before], [one.told for one in after], partners=renamed)
        elif self.exact and len(paired) == len(ours) == len(theirs) and _form(old) != _form(new):
            yield ConfigChange(end, told_value(_told(old)), told_value(_told(new)))

    def _partner(self, tensor: Tensor) -> Tensor | None:
        """A tensor of the old model by the name that the new one has for its layer."""
        layer = self.partners.get(tensor.layer)
        return None if layer is None else tensor._replace(layer=layer)

    def _of_new(self, tensor: Tensor) -> Tensor | None:
        """A tensor of the new model, where the old one has its layer."""
        return tensor if tensor.layer in self.on_both else None

    def _of_one_call(self, key: str, old: JsonObject, new: JsonObject, *, same_feeders: bool) -> Iterator[ConfigChange]:
        """In what two calls differ, argument by argument."""
        before = arguments_of(old, self._partner if same_feeders else _nowhere)
        after = arguments_of(new, self._of_new if same_feeders else _nowhere)
        yield from _tensor_changes(key, before, after, exact=self.exact)
        ours, theirs = before.plain, after.plain
        if not self.exact:
            ours = {name: value for name, value in ours.items() if value is not None and theirs.get(name) is not None}
        yield from key_changes(key, ours, theirs, exact=self.exact)


def _known(tensors: list[Tensor | None]) -> list[Tensor]:
    """Those of layers that both models have."""
    return [tensor for tensor in tensors if tensor is not None]


def _nowhere(_: Tensor) -> None:
    """The place of a tensor where places are not compared."""


def _tensor_changes(key: str, old: Arguments, new: Arguments, *, exact: bool) -> Iterator[ConfigChange]:
    """Which arguments are other tensors, or tensors in one of two calls alone."""
    for name in sorted({*old.fed, *new.fed}):
        ours, theirs = old.fed.get(name), new.fed.get(name)
        if ours and theirs:
            if ours.place != theirs.place and ours.place and theirs.place:
                yield ConfigChange(f"{key}.{name}", ours.told, theirs.told)
        elif not exact:
            continue
        elif ours and (ours.place or name in new.plain):
            missing: Literal["new"] | None = None if name in new.plain else "new"
            yield ConfigChange(f"{key}.{name}", ours.told, told_value(new.plain.pop(name, None)), missing)
        elif theirs and (theirs.place or name in old.plain):
            absent: Literal["old"] | None = None if name in old.plain else "old"
            yield ConfigChange(f"{key}.{name}", told_value(old.plain.pop(name, None)), theirs.told, absent)


def _told(end: Json) -> Json:
    """Inputs or outputs as they are told."""
    return with_each_tensor(end, lambda tensor: tensor.told)


def _form(end: Json) -> Json:
    """How inputs or outputs are put together, whichever they are; what names them in objects counts, not its order."""
    return with_each_tensor(end, lambda _: None)
