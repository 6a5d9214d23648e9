#!/usr/bin/env bash
# Keras 3.14.1 with TensorFlow 2.21.0: a Conv2DTranspose with output_padding gives outputs of another size after it was
# saved and loaded; 3.15.1 saves the argument.
#
# Behaviour: the layer's get_config() lacked "output_padding" before 3.15.0, so that load_model() makes one with None,
# which derives the padding from the strides. With 0 in a model of strides 2 an image of 4 x 4 becomes 7 x 7 before,
# and 8 x 8 after loading. Weights, their shapes and the count of parameters are the same.
#
# Surprise: load_model() succeeds without a warning, and a model that ends in such a layer predicts images of another
# size; no check of weights can see it. 0 is what a port from PyTorch passes, whose default that is.
#
# Standard output as seen:
#   3.14.1 saved: (7, 7) before, (8, 8) after loading, weights the same: True, output_padding in the file: False
#   3.15.1 saved: (7, 7) before, (7, 7) after loading, weights the same: True, output_padding in the file: True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.14.1' 'tensorflow-cpu==2.21.0' || exit 2
"$work/venv/bin/pip" install --quiet --no-deps --target "$work/newer" 'keras==3.15.1' || exit 2

cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=tensorflow CUDA_VISIBLE_DEVICES='' TF_CPP_MIN_LOG_LEVEL=3
cat > show.py <<'PYTHON'
import sys
import zipfile

import keras
import numpy as np

layer = keras.layers.Conv2DTranspose(1, 3, strides=2, padding="same", output_padding=0)
model = keras.Sequential([keras.Input((4, 4, 1)), layer])
model.save("model.keras")
loaded = keras.models.load_model("model.keras")
image = np.ones((1, 4, 4, 1), "f4")
sizes = [one.predict(image, verbose=0).shape[1:3] for one in (model, loaded)]
same = all(map(np.array_equal, model.get_weights(), loaded.get_weights()))
with zipfile.ZipFile("model.keras") as archive:
    written = b'"output_padding"' in archive.read("config.json")
before, after = sizes
print(
    f"{keras.__version__} saved: {before} before, {after} after loading, "
    f"weights the same: {same}, output_padding in the file: {written}"
)
expected = {"3.14.1": ((8, 8), False), "3.15.1": ((7, 7), True)}[keras.__version__]
sys.exit(not (before == (7, 7) and same and (after, written) == expected))
PYTHON
venv/bin/python show.py
PYTHONPATH=newer venv/bin/python show.py
