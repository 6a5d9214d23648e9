"""Follows layers from file to file: one model after another is held against the one before it.

An array is read once beside the one before it and once beside the one after it. What is kept of a file, once the next
one has been held against it, are counts and figures.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.matching.places import values_of
from kerasinspect.analysis.comparison.series.measured_file import MeasuredFile, Sum, moved
from kerasinspect.analysis.comparison.series.pairs import row_pairs, weight_pairs
from kerasinspect.analysis.comparison.series.results import Checkpoint, LayerSeries, Movement, Series
from kerasinspect.analysis.placed_layers import known_class
from kerasinspect.analysis.selection.several import SelectionFilters, Selector
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.progress import begin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kerasinspect.analysis.comparison.series.measured_file import Compare, Figures, Place, Row
    from kerasinspect.model import Layer, Model, Weight


@dataclass(slots=True)
class _Track:
    """What is known of one layer so far, without what would keep a file in memory."""

    path: str
    last_path: str
    class_name: str
    parameters: int
    weights: tuple[str, ...]
    known_class: str | None
    shapes: tuple[tuple[int, ...], ...]
    """Those of its weights."""
    named: bool
    since: int
    """The position of the first file that has it."""
    seen: set[int] = field(default_factory=set)
    """The positions of all files that have it."""
    trains: bool | None = None
    movements: dict[int, Movement] = field(default_factory=dict)
    """By the position of the file in the series."""
    trained: dict[int, Movement] = field(default_factory=dict)
    """Of the trainable weights alone, where there are others."""
    nan: dict[int, int] = field(default_factory=dict)
    infinite: dict[int, int] = field(default_factory=dict)
    unseen: bool = False

    @classmethod
    def of(cls, row: Row, at: int) -> _Track:
        """The track of a layer that no file before had."""
        layer = row.layer
        parameters = _parameters(layer)
        names = tuple(weight.name for weight in row.weights)
        known, shapes = known_class(layer), _shapes(row)
        return cls(layer.path, layer.path, layer.class_name, parameters, names, known, shapes, layer.named, at)

    def fits(self, row: Row) -> bool:
        """Whether a layer may be the one that was lost."""
        return len({self.known_class, known_class(row.layer)} - {None}) <= 1 and self.shapes == _shapes(row)

    def see(self, layer: Layer, at: int) -> None:
        """Take what a file says of the layer; a path counts where the file tells the layer's name."""
        self.seen.add(at)
        self.trains = layer.trains
        if layer.named:
            self.last_path = layer.path
            self.path = self.path if self.named else layer.path
            self.named = True

    def settled(self, files: int, listed: Iterable[int]) -> LayerSeries:
        """The layer over so many files, with the positions of those that tell all of their layers."""
        return LayerSeries(
            self.path,
            self.last_path,
            self.class_name,
            self.trains,
            self.parameters,
            self.weights,
            tuple(map(self.movements.get, range(files))),
            tuple(map(self.nan.get, range(files))),
            tuple(map(self.infinite.get, range(files))),
            tuple(at for at in listed if at not in self.seen),
            self.unseen,
            tuple(map(self.trained.get, range(files))) if self.trained else (),
        )


def _shapes(row: Row) -> tuple[tuple[int, ...], ...]:
    """The shapes of the weights of a layer that are followed."""
    return tuple(values_of(weight).shape for weight in row.weights)


def _is_learned(weight: Weight) -> bool:
    """Whether training steps change a weight, as far as anything tells."""
    return weight.trainable is not False


def _parameters(layer: Layer) -> int:
    """Scalars in the layer's own weights."""
    return sum(weight.parameters for weight in layer.weights)


class SeriesSoFar:
    """What is known of a series after some of its files.

    A model has to stay open until the one after it has been added, or the series is settled.
    """

    def __init__(self, compare: Compare, filters: SelectionFilters | None = None) -> None:
        """Begin with no file; ``compare`` holds two arrays of one shape against each other."""
        self._compare = compare
        self._selector = Selector(filters or SelectionFilters())
        self._filtered = any(filters or ())
        self._checkpoints: list[Checkpoint] = []
        self._tracks: list[_Track] = []
        self._before: MeasuredFile | None = None
        self._track_at: dict[Place, _Track] = {}
        """By the places of the layers in that file."""
        self._lost: dict[Place, list[_Track]] = {}
        """Those that a later file lacks, or hides since it is damaged, by the places where they were last."""
        self._listed: list[int] = []
        """The positions of files that tell all of their layers."""

    def skip(self, location: str, error: str) -> None:
        """Add a file that cannot be read."""
        self._checkpoints.append(Checkpoint(location, error))

    def add(self, model: Model) -> None:
        """Add a file, and hold it against the last one that could be read."""
        begin("comparing", self._before.model.nbytes + model.nbytes if self._before else 0)
        selection = self._selector.select(model)
        file = MeasuredFile.of(model, len(self._checkpoints), selection, whole=not self._filtered)
        checkpoint = Checkpoint(model.location, "", model.format, model.keras_version)
        before = self._before
        pairs = row_pairs(before, file) if before else {}
        tracks = {place: self._track(place, row, pairs.get(place), file.at) for place, row in file.rows.items()}
        if before:
            partners = {*pairs.values()}
            fresh = [] if before.model.damage else [place for place in file.rows if place not in pairs]
            checkpoint = replace(
                checkpoint,
                compared_with=before.at,
                movement=self._movement(before, file, pairs, tracks),
                new=tuple(path for path, _ in fresh),
                back=tuple(place[0] for place in fresh if tracks[place].since != file.at),
                gone=self._gone([place for place in before.rows if place not in partners], model),
            )
            self._close(before)
        if not model.damage:
            self._listed.append(file.at)
        self._checkpoints.append(checkpoint)
        self._before, self._track_at = file, tracks

    def settled(self) -> Series:
        """The series; raises NothingMatches where no file has what is asked for."""
        self._selector.require_matches()
        if self._before:
            self._close(self._before)
        self._before = None
        files = len(self._checkpoints)
        return Series(tuple(self._checkpoints), tuple(track.settled(files, self._listed) for track in self._tracks))

    def _track(self, place: Place, row: Row, partner: Place | None, at: int) -> _Track:
        """The track of a layer: that of its partner in the file before, one that was lost, or a new one."""
        if partner is not None:
            track = self._track_at[partner]
        elif (found := self._found(place, row)) is not None:
            track = found
        else:
            track = _Track.of(row, at)
            self._tracks.append(track)
        track.see(row.layer, at)
        return track

    def _found(self, place: Place, row: Row) -> _Track | None:
        """The track of a layer that was lost and is there again; what it did meanwhile nobody has seen."""
        lost = self._lost.get(place, [])
        track = next((one for one in reversed(lost) if one.fits(row)), None)
        if track is not None:
            lost.remove(track)
            track.unseen = True
        return track

    def _gone(self, places: Sequence[Place], model: Model) -> tuple[str, ...]:
        """The paths of layers that a file is known to lack; all that are not seen in it may come back later."""
        for place in places:
            self._lost.setdefault(place, []).append(self._track_at[place])
            self._track_at[place].unseen |= bool(model.damage)
        return () if model.damage else tuple(path for path, _ in places)

    def _movement(
        self, before: MeasuredFile, file: MeasuredFile, pairs: Mapping[Place, Place], tracks: Mapping[Place, _Track]
    ) -> Movement | None:
        """How all layers moved from one file to the next, and each of them on its track; None without any pair."""
        whole = Sum()
        for place, old in pairs.items():
            weights = weight_pairs(before.rows[old], file.rows[place])
            parts = [moved(self._compare, before, one, file, other) for one, other in weights]
            layer = Sum.of(part for part in parts if part is not None)
            if None not in parts:
                tracks[place].movements[file.at] = layer.movement()
                learned = [part for part, (_, new) in zip(parts, weights, strict=True) if part and _is_learned(new)]
                if 0 < len(learned) < len(parts):
                    tracks[place].trained[file.at] = Sum.of(learned).movement()
            whole.add(layer)
        return whole.movement() if pairs else None

    def _close(self, file: MeasuredFile) -> None:
        """Keep of a file what its values say by themselves; those that were not compared are measured."""
        whole: list[tuple[str, Figures]] = []
        for place, row in file.rows.items():
            track, found = self._track_at[place], [(weight.path, file.figures_of(weight)) for weight in row.weights]
            known = [(path, figures) for path, figures in found if figures]
            track.unseen |= len(known) < len(found)
            if known:
                track.nan[file.at] = sum(figures.nan for _, figures in known)
                track.infinite[file.at] = sum(figures.infinite for _, figures in known)
            whole += known
        file.verification.close()
        self._checkpoints[file.at] = replace(
            self._checkpoints[file.at],
            nan=sum(figures.nan for _, figures in whole) if whole else None,
            nan_in=next((path for path, figures in whole if figures.nan), None),
            infinite=sum(figures.infinite for _, figures in whole) if whole else None,
            infinite_in=next((path for path, figures in whole if figures.infinite), None),
            damage=(*file.model.damage, *file.damage.sentences),
        )
