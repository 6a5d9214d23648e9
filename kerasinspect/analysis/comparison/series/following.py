"""Follows layers from file to file: one model after another is held against the one before it.

An array is read once beside the one before it and once beside the one after it. What is kept of a file, once the next
one has been held against it, are counts and figures.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.series.measured_file import MeasuredFile, Sum, moved
from kerasinspect.analysis.comparison.series.pairs import row_pairs, weight_pairs
from kerasinspect.analysis.comparison.series.results import Checkpoint, LayerSeries, Movement, Series
from kerasinspect.analysis.selection.several import SelectionFilters, Selector
from kerasinspect.late_dataclasses import dataclass
from kerasinspect.progress import begin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kerasinspect.analysis.comparison.series.measured_file import Compare, Place, Row
    from kerasinspect.model import Layer, Model


@dataclass(slots=True)
class _Track:
    """What is known of one layer so far, without what would keep a file in memory."""

    path: str
    last_path: str
    class_name: str
    parameters: int
    weights: tuple[str, ...]
    named: bool
    since: int
    """The position of the first file that has it."""
    trains: bool | None = None
    movements: dict[int, Movement] = field(default_factory=dict)
    """By the position of the file in the series."""
    nan: dict[int, int] = field(default_factory=dict)
    unread: bool = False

    @classmethod
    def of(cls, row: Row, at: int) -> _Track:
        """The track of a layer that no file before had."""
        layer = row.layer
        parameters = _parameters(layer)
        names = tuple(weight.name for weight in row.weights)
        return cls(layer.path, layer.path, layer.class_name, parameters, names, layer.named, at)

    def fits(self, row: Row) -> bool:
        """Whether a layer may be the one that was lost."""
        return (self.class_name, self.parameters) == (row.layer.class_name, _parameters(row.layer))

    def see(self, layer: Layer) -> None:
        """Take what a later file says of the layer; a path counts where the file tells the layer's name."""
        self.trains = layer.trains
        if layer.named:
            self.last_path = layer.path
            self.path = self.path if self.named else layer.path
            self.named = True

    def settled(self, files: int) -> LayerSeries:
        """The layer over so many files."""
        return LayerSeries(
            self.path,
            self.last_path,
            self.class_name,
            self.trains,
            self.parameters,
            self.weights,
            tuple(map(self.movements.get, range(files))),
            tuple(map(self.nan.get, range(files))),
            self.unread,
        )


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
        self._lost: dict[Place, _Track] = {}
        """Those that a damaged file may have hidden, by the places where they were last."""

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
            checkpoint = replace(
                checkpoint,
                compared_with=before.at,
                movement=self._movement(before, file, pairs, tracks),
                new=tuple(path for (path, _), track in tracks.items() if track.since == file.at),
                gone=self._gone([place for place in before.rows if place not in partners], model),
            )
            self._close(before)
        self._checkpoints.append(checkpoint)
        self._before, self._track_at = file, tracks

    def settled(self) -> Series:
        """The series; raises NothingMatches where no file has what is asked for."""
        self._selector.require_matches()
        if self._before:
            self._close(self._before)
        self._before = None
        files = len(self._checkpoints)
        return Series(tuple(self._checkpoints), tuple(track.settled(files) for track in self._tracks))

    def _track(self, place: Place, row: Row, partner: Place | None, at: int) -> _Track:
        """The track of a layer: that of its partner in the file before, one that was lost, or a new one."""
        lost = self._lost.pop(place, None)
        if partner is not None:
            track = self._track_at[partner]
        elif lost is not None and lost.fits(row):
            track = lost
        else:
            track = _Track.of(row, at)
            self._tracks.append(track)
        track.see(row.layer)
        return track

    def _gone(self, places: Sequence[Place], model: Model) -> tuple[str, ...]:
        """The paths of layers that a file lacks; where some of it cannot be read, they are lost and may come back."""
        if not model.damage:
            return tuple(path for path, _ in places)
        for place in places:
            self._lost[place] = self._track_at[place]
            self._lost[place].unread = True
        return ()

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
            whole.add(layer)
        return whole.movement() if pairs else None

    def _close(self, file: MeasuredFile) -> None:
        """Keep of a file what its values say by themselves; those that were not compared are measured."""
        counts: list[tuple[str, int]] = []
        for place, row in file.rows.items():
            track, found = self._track_at[place], [(weight.path, file.figures_of(weight)) for weight in row.weights]
            known = [(path, figures.nan) for path, figures in found if figures]
            track.unread |= len(known) < len(found)
            if known:
                track.nan[file.at] = sum(count for _, count in known)
            counts += known
        file.verification.close()
        self._checkpoints[file.at] = replace(
            self._checkpoints[file.at],
            nan=sum(count for _, count in counts) if counts else None,
            nan_in=next((path for path, count in counts if count), None),
            damage=(*file.model.damage, *file.damage.sentences),
        )
