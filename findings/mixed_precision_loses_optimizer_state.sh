#!/usr/bin/env bash
# Keras 3.15.1 (seen in 3.5.0 too): whether a mixed_float16 file gives back its optimizer depends on the reading process.
#
# Behaviour: under mixed_float16, compile("adam") wraps Adam in a LossScaleOptimizer, but the file's compile_config
# names plain Adam. While the global policy is still mixed_float16, load_model() wraps it again and restores all ten
# variables. In a process with the default policy the layers come back as mixed_float16, but the optimizer is plain
# Adam with six variables: the saved ten do not fit, the state is left out with a warning, and training starts anew.
# The ten hold Adam's six variables, which the weights file stores a second time under optimizer/inner_optimizer.
#
# Surprise: each layer keeps its policy in the file, so the model looks whole without any setting. Only the optimizer
# asks the global policy, and only once it is read again.
#
# Standard output as seen:
#   compile_config names Adam; stored arrays: 10 in optimizer/vars, 6 in optimizer/inner_optimizer/vars
#   global policy mixed_float16: layer mixed_float16, LossScaleOptimizer, state restored
#   global policy float32:       layer mixed_float16, Adam, state lost
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python - <<'PYTHON'
import io
import json
import sys
import zipfile

import h5py
import keras
import numpy as np

keras.config.set_dtype_policy("mixed_float16")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.compile("adam", "mse")
model.fit(np.ones((4, 3)), np.ones((4, 2)), epochs=8, verbose=0)
model.save("model.keras")

with zipfile.ZipFile("model.keras") as archive:
    named = json.loads(archive.read("config.json"))["compile_config"]["optimizer"]["class_name"]
    stored = h5py.File(io.BytesIO(archive.read("model.weights.h5")))["optimizer"]
counts = len(stored["vars"]), len(stored["inner_optimizer/vars"])
print(f"compile_config names {named}; stored arrays: {counts[0]} in optimizer/vars, {counts[1]} in optimizer/inner_optimizer/vars")

seen = []
for policy in ("mixed_float16", "float32"):
    keras.config.set_dtype_policy(policy)
    loaded = keras.saving.load_model("model.keras")
    kept = int(loaded.optimizer.iterations) == int(model.optimizer.iterations) > 0
    seen.append((loaded.layers[-1].dtype_policy.name, type(loaded.optimizer).__name__, kept))
    print(f"{f'global policy {policy}:':28} layer {seen[-1][0]}, {seen[-1][1]}, state {'restored' if kept else 'lost'}")

expected = [("mixed_float16", "LossScaleOptimizer", True), ("mixed_float16", "Adam", False)]
sys.exit((named, counts, seen) != ("Adam", (10, 6), expected))
PYTHON
