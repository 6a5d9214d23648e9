#!/usr/bin/env bash
# Keras 3.15.1: a token with a line separator inside becomes two when the model is loaded, and every later token looks
# up another row.
#
# Behaviour: a StringLookup that was adapted writes its vocabulary with one token a line, joined by "\n", and reads it with
# str.splitlines(), which also splits at U+2028 and other separators. The loaded vocabulary is longer by one, so each
# token behind the split one has an index that is higher by one. Nothing is raised or said. Keras 3.5.0 loads the
# file that it wrote with the same indices.
#
# Surprise: loading gives a model that predicts something else. An Embedding behind the lookup reads the neighbour's
# row for most words, and a token with U+2028 is easily learned from web pages, where it is an invisible character.
#
# Standard output as seen:
#   Keras 3.5.0: 5 tokens, dog is 4; loaded: 5 tokens, dog is 4
#   Keras 3.15.1: 5 tokens, dog is 4; loaded: 6 tokens, dog is 5
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
cd "$work"
export KERAS_HOME="$work/home" TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=

cat >look.py <<'PYTHON'
import sys

import keras


def said(lookup):
    words = lookup.get_vocabulary()
    return f"{len(words)} tokens, dog is {int(lookup(['dog'])[0])}"


lookup = keras.layers.StringLookup()
lookup.adapt(["new\u2028line"] * 4 + ["cat"] * 3 + ["bird"] * 2 + ["dog"])
keras.Sequential([keras.Input((1,), dtype="string"), lookup]).save("lookup.keras")
loaded = keras.saving.load_model("lookup.keras").layers[0]
print(f"Keras {keras.__version__}: {said(lookup)}; loaded: {said(loaded)}")
sys.exit(said(lookup) != "5 tokens, dog is 4" or said(loaded) != sys.argv[1])
PYTHON
venv/bin/pip install --quiet 'keras==3.5.0' 'tensorflow==2.18.1' 'h5py==3.14.0' || exit 2
venv/bin/python look.py '5 tokens, dog is 4' 2>/dev/null
venv/bin/pip install --quiet 'keras==3.15.1' || exit 2
venv/bin/python look.py '6 tokens, dog is 5' 2>/dev/null
