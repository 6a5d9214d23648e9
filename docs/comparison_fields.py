"""What the documents of comparisons have, field by field; types are those of ``schema_fields``."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from docs.schema_fields import MODEL, STATE, one_of
from kerasinspect.analysis.comparison.results import MatchedBy, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docs.schema_fields import Fields

PAIRED_LAYER: Fields = {
    "old": ("string?", "Its path in the old model; null for one that was added."),
    "new": ("string?", "Its path in the new model; null for one that was removed."),
    "old_class": ("string?", "Its class there."),
    "new_class": ("string?", "Its class here."),
    "matched_by": (f"{one_of(MatchedBy)}?", "How the two were found to be one layer; null where there is no pair."),
    "verdict": (
        f"{one_of(Verdict)}?",
        "What became of its weights, its config apart; null where values that it depends on cannot be read.",
    ),
    "renamed": ("boolean", "Whether both files tell its name, and the names differ."),
    "moved": ("boolean", "Whether it stands at another place among the layers that both have, or in another layer."),
    "frozen": ("boolean", "Whether the config, the new one where it says, has it untrained, and no value changed."),
    "config": ("[#key]", "What differs in its config."),
    "weights": ("[#weight]", "Its own weights."),
}
PAIRED_LINE: Fields = {
    "old": (
        "string?",
        "As in the document; old and new are null on the first line where the config of the model differs.",
    ),
    "config": ("[#key]", "What differs in its config, or in that of the model."),
}
DIFF_PARTS: Mapping[str, Fields] = {
    "model": {**MODEL, "remarks": STATE["remarks"]},
    "layer": PAIRED_LAYER,
    "key": {
        "key": ("string", "The path to a value of the config, with dots: compile.loss."),
        "old": ("any", "The old value; a number that JSON lacks as a word."),
        "new": ("any", "The new value."),
        "missing": ("old|new?", "The side that lacks the key, and has null here."),
        "partners?": (
            "[string?]",
            "Of inbound, inputs, outputs: what the new model calls each old layer, where any differs; null for none.",
        ),
    },
    "weight": {
        "name": ("string", "Its new name, or the old one of a weight that is gone."),
        "old_name": ("string?", "Its old name; null where the old layer lacks it."),
        "old_index": ("integer?", "Its position in the old get_weights()."),
        "new_index": ("integer?", "Its position in the new get_weights()."),
        "old_shape": ("[integer]?", "Its old shape."),
        "new_shape": ("[integer]?", "Its new shape."),
        "old_dtype": ("string?", "Its old dtype, as stored."),
        "new_dtype": ("string?", "Its new dtype, as stored."),
        "equal": ("boolean?", "Whether all values are the same, of whatever dtype; null where that is unknown."),
        "close": ("boolean?", "Whether all are within the tolerances; null where that is unknown."),
        "max_abs": ("number?", "The largest absolute difference; null, as all that follows, where it is unknown."),
        "mean_abs": ("number?", "The mean absolute difference."),
        "relative_l2": ("number?", "The L2 norm of the difference as a share of that of the old values."),
        "cosine": ("number?", "The cosine of the angle between the two arrays; null where a norm is 0."),
        "correlation": ("number?", "The same with their means subtracted; null where one of them is constant."),
        "count": ("integer?", "Values."),
        "changed": ("integer?", "Values that are not the same."),
        "sign_flips": ("integer?", "Positions where one value is above zero and the other below."),
        "old_nan": ("integer?", "NaN among the old values."),
        "new_nan": ("integer?", "NaN among the new values."),
        "changed_nan": ("integer?", "Positions where one value is NaN and the other is not."),
        "old_infinite": ("integer?", "Infinities among the old values."),
        "new_infinite": ("integer?", "Infinities among the new values."),
        "changed_infinite": ("integer?", "Positions where a value is infinite, and the other not the same infinity."),
        "old_norm": (
            "number?",
            "The L2 norm of the old values; null where all bytes are equal, which are not measured.",
        ),
        "new_norm": ("number?", "The L2 norm of the new values; null in the same cases."),
        "dequantized": ("boolean", "Whether the values are those that the layer computes with."),
        "untold?": ("boolean", "True where a file does not tell which numbers its integers stand for; else absent."),
        "error?": ("string", "Why its values could not be compared."),
        "spectrum?": ("#spectrum", "With --spectral: singular values of a kernel."),
        "low_rank?": ("boolean", "With --spectral: whether its 20 largest of 64 or more have 99.9 % of the change."),
    },
    "spectrum": {
        "effective_rank": ("number?", "Of the difference: e to the entropy of its squared singular values as shares."),
        "top_share": ("number?", "The share of these that the 20 largest have, from 0 to 1."),
        "old_stable_rank": ("number?", "The squared norm of the old kernel by its largest squared singular value."),
        "new_stable_rank": ("number?", "The same of the new kernel."),
        "old_largest": ("number?", "The largest singular value of the old kernel."),
        "new_largest": ("number?", "The same of the new kernel."),
    },
    "summary": {word: ("integer", f"Layers that are {word}.") for word in get_args(Verdict)},
}
MOVEMENT: Fields = {
    "change": ("number?", "The distance as a share of the L2 norm before; null in the first file, or where it was 0."),
    "distance": ("number?", "The L2 norm of the difference to the file before, over values that are finite in both."),
    "changed": ("integer?", "Values that are others than in the file before."),
}
SERIES_FILE: Fields = {
    "location": ("string", "The file."),
    "format": ("string?", "Its format; null where it cannot be read."),
    "keras_version": ("string?", "The Keras that saved it."),
    "compared_with": ("integer?", "The position of the last file before it that can be read, from 0 on."),
    **MOVEMENT,
    "nan": ("integer?", "NaN in all its weights; null where none could be read."),
    "nan_in": ("string?", "The path of the first weight with a NaN."),
    "infinite": ("integer?", "Infinities in all its weights; null where none could be read."),
    "infinite_in": ("string?", "The path of the first weight with an infinity."),
    "new": ("[string]", "Paths of layers that the file before lacks, or has in other shapes."),
    "back": ("[string]", "Those of them that an earlier file has, of the same class and shapes."),
    "gone": ("[string]", "Paths of layers of the file before that it lacks, or has in other shapes."),
    "error": ("string?", "Why it cannot be read."),
    "damage": ("[string]", "What could not be read of it."),
}
SERIES_LAYER: Fields = {
    "layer": ("string", "Its path in the first file that has it, or that tells its name."),
    "last_path": ("string", "Its path in the last such file."),
    "class_name": ("string", "Its class."),
    "trainable": ("boolean?", "Whether it trains, as the last file that has it says."),
    "parameters": ("integer", "Numbers in its own weights."),
    "weights": ("[string]", "The names of those that are compared."),
    **{key: (f"[{words}]", f"For each file: {said[0].lower()}{said[1:]}") for key, (words, said) in MOVEMENT.items()},
    "nan": ("[integer?]", "For each file: NaN among its values; null where it is not there or cannot be read."),
    "infinite": ("[integer?]", "For each file: infinities among its values; null as above."),
    "missing": ("[integer]", "Positions of files that lack it, from 0 on; a damaged file may have hidden it."),
    "moves": ("boolean?", "Whether any of its values ever changed; null where that is not known."),
    "total": ("number?", "The sum of its changes."),
    "largest": ("integer?", "The position of the file with its largest change, from 0 on; null where it has none."),
    "first_nan": ("integer?", "The position of the first file in which it has a NaN."),
    "first_infinity": ("integer?", "The position of the first file in which it has an infinity."),
}
SERIES_LINE: Fields = {
    "location": ("string", "The file."),
    "error?": ("string", "Why it cannot be read; such a line has nothing else."),
    "layer?": ("string", "The path of a layer."),
    "class_name?": ("string", "Its class."),
    "nan?": ("integer?", "NaN among its values in this file."),
    "infinite?": ("integer?", "Infinities among its values in this file."),
    **{f"{key}?": value for key, value in MOVEMENT.items()},
}
