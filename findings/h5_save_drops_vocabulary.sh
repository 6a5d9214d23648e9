#!/usr/bin/env bash
# Keras 3.15.1 with TensorFlow 2.21.0: a model that looks up words comes back from .h5 without one of them; loading says
# nothing, and the first prediction ends in TensorFlow's "Table not initialized".
#
# Behaviour: the vocabulary that adapt() gave to a StringLookup is no weight. A .keras file keeps it among its assets;
# the .h5 writer writes weights and config alone, and the config of an adapted layer has "vocabulary": null. The layer
# that load_model() gives has one token, [UNK], and a table that nothing has filled.
#
# Surprise: neither saving nor loading warns, beyond the general advice that .h5 is old; weights and summary are those of
# the trained model, get_vocabulary() gives an answer, and what fails in the end is an operation that does not know of
# vocabularies. One that was given to the constructor instead of to adapt() survives.
#
# Standard output as seen:
#   vocabulary of 4 after .keras: ['[UNK]', 'red', 'blue', 'green']
#   vocabulary of 4 after .h5: ['[UNK]']
#   weights after .h5 are the same: True
#   warnings that speak of the vocabulary: 0
#   rows that red, blue, green look up: [1, 2, 3] before; after .h5 FailedPreconditionError: Table not initialized
#   given to the constructor, after .h5: ['[UNK]', 'red', 'blue', 'green']
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'tensorflow-cpu==2.21.0' || exit 2

cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=tensorflow CUDA_VISIBLE_DEVICES='' TF_CPP_MIN_LOG_LEVEL=3
venv/bin/python - <<'PYTHON'
import logging
import sys
import warnings

import keras
import numpy as np
import tensorflow as tf

COLOURS = ["red", "blue", "green"]


def network(lookup):
    return keras.Sequential([keras.Input((), dtype="string"), lookup, keras.layers.Embedding(4, 2)])


def words(model):
    return [str(word) for word in model.layers[0].get_vocabulary()]


def rows(model):
    try:
        return [int(row) for row in model.layers[0](tf.constant(COLOURS))]
    except tf.errors.OpError as error:
        said = "Table not initialized"
        return f"{type(error).__name__}: {said if said in str(error) else error}"


class Heard(logging.Handler):
    def __init__(self):
        super().__init__()
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


heard = Heard()
logging.getLogger("absl").addHandler(heard)
lookup = keras.layers.StringLookup()
lookup.adapt(["red", "red", "red", "blue", "blue", "green"])
model = network(lookup)
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    model.save("model.keras")
    model.save("model.h5")
    archived = keras.models.load_model("model.keras")
    flat = keras.models.load_model("model.h5")
said = [text for text in [*heard.said, *(str(one.message) for one in warned)] if "vocab" in text.lower()]
same = all(map(np.array_equal, model.get_weights(), flat.get_weights()))

given = network(keras.layers.StringLookup(vocabulary=COLOURS))
given.save("given.h5")
kept = words(keras.models.load_model("given.h5"))

print(f"vocabulary of {len(words(model))} after .keras: {words(archived)}")
print(f"vocabulary of {len(words(model))} after .h5: {words(flat)}")
print(f"weights after .h5 are the same: {same}")
print(f"warnings that speak of the vocabulary: {len(said)}")
print(f"rows that {', '.join(COLOURS)} look up: {rows(model)} before; after .h5 {rows(flat)}")
print(f"given to the constructor, after .h5: {kept}")
sys.exit(
    not (
        words(archived) == words(model) == kept == ["[UNK]", *COLOURS]
        and words(flat) == ["[UNK]"]
        and same
        and not said
        and (rows(model), rows(flat)) == ([1, 2, 3], "FailedPreconditionError: Table not initialized")
    )
)
PYTHON
