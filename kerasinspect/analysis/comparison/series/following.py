"""Follows layers from file to file: one model after another is held against the one before it.

An array is read once beside the one before it and once beside the one after it. What is kept of a file, once the next
one has been held against it, are counts and figures.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.series.measured_file import MeasuredFile, Sum, moved
from kerasinspect.analysis.comparison.series.pairs import row_pairs, weight_pairs
from kerasinspect.analysis.comparison.series.results import Checkpoint, LayerSeries, Movement, Series
from kerasinspect.analysis.selection.several import SelectionFilters, Selector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.analysis.comparison.series.measured_file import Compare, Place, Row
    from kerasinspect.model import Model


@dataclass(slots=True)
class _Track:
    """What is known of one layer so far, without what would keep a file in memory."""

    path: str
    class_name: str
    parameters: int
    weights: tuple[str, ...]
    last_path: str = ""
    trains: bool | None = None
    movements: dict[int, Movement] = field(default_factory=dict)
    """By the position of the file in the series."""
    nan: dict[int, int] = field(default_factory=dict)
    unread: bool = False

    @classmethod
    def of(cls, row: Row) -> _Track:
        """The track of a layer that no file before had."""
        layer = row.layer
        parameters = sum(weight.parameters for weight in layer.weights)
        return cls(layer.path, layer.class_name, parameters, tuple(weight.name for weight in row.weights))

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


class SeriesSoFar:
    """What is known of a series after some of its files.

    A model has to stay open until the one after it has been added, or the series is settled.
    """

    def __init__(self, compare: Compare, filters: SelectionFilters | None = None) -> None:
        """Begin with no file; ``compare`` holds two arrays of one shape against each other."""
        self._compare = compare
        self._selector = Selector(filters or SelectionFilters())
        self._checkpoints: list[Checkpoint] = []
        self._tracks: list[_Track] = []
        self._before: MeasuredFile | None = None
        self._track_at: dict[Place, _Track] = {}
        """By the places of the layers in that file."""

    def skip(self, location: str, error: str) -> None:
        """Add a file that cannot be read."""
        self._checkpoints.append(Checkpoint(location, error))

    def add(self, model: Model) -> None:
        """Add a file, and hold it against the last one that could be read."""
        file = MeasuredFile.of(model, len(self._checkpoints), self._selector.select(model))
        checkpoint = Checkpoint(model.location, "", model.format, model.keras_version)
        before = self._before
        pairs = row_pairs(before, file) if before else {}
        tracks = {place: self._track(row, pairs.get(place)) for place, row in file.rows.items()}
        if before:
            checkpoint = replace(
                checkpoint,
                movement=self._movement(before, file, pairs, tracks),
                new=_without(file.rows, pairs),
                gone=_without(before.rows, dict.fromkeys(pairs.values())),
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

    def _track(self, row: Row, place: Place | None) -> _Track:
        """The track of a layer: that of its partner in the file before, or a new one."""
        if place is None:
            self._tracks.append(_Track.of(row))
        track = self._tracks[-1] if place is None else self._track_at[place]
        track.last_path, track.trains = row.layer.path, row.layer.trains
        return track

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
            track, standings = self._track_at[place], [(weight.path, file.standing(weight)) for weight in row.weights]
            known = [(path, standing.nan) for path, standing in standings if standing]
            track.unread |= len(known) < len(standings)
            if known:
                track.nan[file.at] = sum(count for _, count in known)
            counts += known
        self._checkpoints[file.at] = replace(
            self._checkpoints[file.at],
            nan=sum(count for _, count in counts) if counts else None,
            nan_in=next((path for path, count in counts if count), None),
            damage=(*file.model.damage, *file.damage.sentences),
        )


def _without(rows: Mapping[Place, Row], partners: Mapping[Place, object]) -> tuple[str, ...]:
    """The paths of the layers without a partner."""
    return tuple(path for path, number in rows if (path, number) not in partners)
