#!/usr/bin/env bash
# Keras 3.15.1: the smallest model that it saves does not load in 3.14.1, for two keys whose value is null.
#
# Behaviour: since 3.15 the config of every variance-scaling initializer has input_axes and output_axes, null unless
# someone sets them. GlorotUniform, the default of Dense, is one. Keras 3.14.1 passes a config to the constructor as it
# is, which has no such arguments, so load_model() raises. With the two keys taken out of config.json the same archive
# opens and predicts what it did.
#
# Surprise: nothing new is used. The initializer does not even matter any more, since the weights come from the file.
# metadata.json names the version that saved it, and nothing says which versions read it.
#
# Standard output as seen:
#   Keras 3.15.1 wrote input_axes = None, output_axes = None
#   Keras 3.14.1, as it is: TypeError
#   Keras 3.14.1, without the two keys: the same outputs
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=jax

venv/bin/pip install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2
venv/bin/python - <<'PYTHON'
import json
import zipfile

import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.save("new.keras")
np.save("outputs.npy", model.predict(np.ones((1, 3)), verbose=0))
with zipfile.ZipFile("new.keras") as old, zipfile.ZipFile("edited.keras", "w") as edited:
    for name in old.namelist():
        data = old.read(name)
        if name == "config.json":
            config = json.loads(data)
            initializer = config["config"]["layers"][1]["config"]["kernel_initializer"]["config"]
            taken = {key: initializer.pop(key) for key in ("input_axes", "output_axes")}
            data = json.dumps(config).encode()
        edited.writestr(name, data)
print(f"Keras {keras.__version__} wrote {', '.join(f'{key} = {value}' for key, value in taken.items())}")
PYTHON

venv/bin/pip install --quiet 'keras==3.14.1' || exit 2
venv/bin/python - <<'PYTHON'
import sys

import keras
import numpy as np


def outcome(name):
    try:
        model = keras.saving.load_model(name)
    except (TypeError, ValueError) as error:
        return type(error).__name__
    same = np.array_equal(model.predict(np.ones((1, 3)), verbose=0), np.load("outputs.npy"))
    return "the same outputs" if same else "other outputs"


seen = outcome("new.keras"), outcome("edited.keras")
print(f"Keras {keras.__version__}, as it is: {seen[0]}")
print(f"Keras {keras.__version__}, without the two keys: {seen[1]}")
sys.exit(seen != ("TypeError", "the same outputs"))
PYTHON
