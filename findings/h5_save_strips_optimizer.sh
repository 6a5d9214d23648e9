#!/usr/bin/env bash
# Keras 3.15.1 (seen in 3.5.0 too): saving a model as .h5 changes the model in memory.
#
# Behaviour: a model compiled with Adam is saved as .keras, then as .h5, then as .keras again. The second .keras file
# has no optimizer in its compile_config, and load_model() compiles the model with RMSprop, the default of compile().
# The state of Adam is in both files; the second time it is left out with a warning, for RMSprop has fewer variables.
#
# Surprise: save() reads like a call that only looks at the model. Here the writer of .h5 takes "optimizer" out of the
# dictionary that the model itself keeps (training_config.pop in keras/src/legacy/saving/saving_utils.py), so a copy
# for an old tool costs every later .keras file of this model its optimizer, its learning rate included.
#
# Standard output as seen:
#   before the .h5: file names Adam, reloaded as Adam with learning rate 0.25, step 1
#   after the .h5:  file names no optimizer, reloaded as RMSprop with learning rate 0.001, step 0
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python - <<'PYTHON'
import json
import sys
import zipfile

import keras
import numpy as np


def describe(path):
    with zipfile.ZipFile(path) as archive:
        named = json.loads(archive.read("config.json"))["compile_config"].get("optimizer")
    optimizer = keras.saving.load_model(path).optimizer
    return (
        f"file names {named['class_name'] if named else 'no optimizer'}, "
        f"reloaded as {type(optimizer).__name__} with learning rate "
        f"{round(float(optimizer.learning_rate), 6)}, step {int(optimizer.iterations)}"
    )


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.compile(keras.optimizers.Adam(0.25), "mse")
model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)

model.save("before.keras")
model.save("copy.h5")
model.save("after.keras")

before, after = describe("before.keras"), describe("after.keras")
print("before the .h5:", before)
print("after the .h5: ", after)
sys.exit(not ("reloaded as Adam" in before and "no optimizer, reloaded as RMSprop" in after))
PYTHON
