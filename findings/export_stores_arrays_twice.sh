#!/usr/bin/env bash
# Keras 3.15.1 with TensorFlow 2.21.0: model.export() stores each weight twice in the SavedModel.
#
# Behaviour: the exported folder holds each array under variables/k and once more under _all_variables/k, so its data
# file has twice the bytes of the weights. They are distinct variables: once the folder is loaded, a change to the first
# leaves the second as it was, and the second is not the one that serve() computes with.
#
# Surprise: an export is meant for serving, where size on disk and in memory counts, and the copies take no part in it.
# A reader that counts the arrays of the folder counts twice as many parameters as the model has.
#
# Standard output as seen:
#   weights of the model: 40000 bytes
#   arrays in the export: ['_all_variables/0', 'variables/0'], 80000 bytes
#   the copy is a variable of its own: True, with the same values: True
#   serve() after setting to zero: variables/0 gives zeros True, _all_variables/0 gives zeros False
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'tensorflow-cpu==2.21.0' || exit 2

cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=tensorflow CUDA_VISIBLE_DEVICES='' TF_CPP_MIN_LOG_LEVEL=3
venv/bin/python - <<'PYTHON'
import sys

import keras
import numpy as np
import tensorflow as tf

model = keras.Sequential([keras.Input((100,)), keras.layers.Dense(100, use_bias=False)])
model.export("exported", verbose=False)

reader = tf.train.load_checkpoint("exported/variables/variables")
keys = sorted(key for key in reader.get_variable_to_shape_map() if key.endswith("VARIABLE_VALUE"))
owned = sum(array.nbytes for array in model.get_weights())
stored = sum(reader.get_tensor(key).nbytes for key in keys)


def zeros_after_clearing(name):
    loaded = tf.saved_model.load("exported")
    variable = getattr(loaded, name)[0]
    variable.assign(tf.zeros_like(variable))
    return not np.any(loaded.serve(tf.ones((1, 100))))


loaded = tf.saved_model.load("exported")
first, copy = loaded.variables[0], loaded._all_variables[0]
distinct, equal = first is not copy, np.array_equal(first, copy)
cleared = [zeros_after_clearing(name) for name in ("variables", "_all_variables")]

print("weights of the model:", owned, "bytes")
print(f"arrays in the export: {[key.split('/.')[0] for key in keys]}, {stored} bytes")
print(f"the copy is a variable of its own: {distinct}, with the same values: {equal}")
print(f"serve() after setting to zero: variables/0 gives zeros {cleared[0]}, _all_variables/0 gives zeros {cleared[1]}")
sys.exit(not (stored == 2 * owned and distinct and equal and cleared == [True, False]))
PYTHON
