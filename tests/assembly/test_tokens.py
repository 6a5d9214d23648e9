"""Rows that are looked up by the numbers of tokens are called after these, where the file proves which they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.opening import open_model
from tests.makers.archive_edits import edited, on_layer, on_member
from tests.makers.raw_zip import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kerasinspect.axes import Axis

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, about numpy

TEXTS = ["the cat sat on the mat", "a dog barked at the cat"]
FEATURES = (("string", "city"), ("string", "sex"), ("float32", "age"))
WORDS = ["red", "green", "blue"]


def adapted(layer: Any, data: Sequence[object]) -> Any:  # noqa: ANN401 - Keras has no types
    """A layer that learned its vocabulary from data."""
    layer.adapt(np.array(data))
    return layer


def embedded(keras: Any, lookup: Any, *, dtype: str = "string") -> Any:  # noqa: ANN401
    """A model that looks tokens up, then their rows; two rows are for nothing."""
    taken = keras.Input((1,), dtype=dtype)
    rows = lookup.vocabulary_size() + 2
    return keras.Model(taken, keras.layers.Embedding(rows, 2, name="out")(lookup(taken)))


def inside(keras: Any, lookup: Any) -> Any:  # noqa: ANN401
    """A text model that is used inside another one, behind the layer that splits texts, as Keras's guide has it."""
    inner = keras.Sequential([keras.Input((4,), dtype="int64"), keras.layers.Embedding(12, 2, name="out")], name="in")
    return keras.Sequential([keras.Input((1,), dtype="string"), lookup, keras.layers.Dropout(0.1), inner])


def counted(keras: Any, lookup: Any) -> Any:  # noqa: ANN401
    """A model that gives each token of a bag of words a factor."""
    return keras.Sequential([keras.Input((1,), dtype="string"), lookup, keras.layers.Dense(1, name="out")])


def encoded(keras: Any, lookup: Any) -> Any:  # noqa: ANN401
    """A model that gives each token a factor, by a layer of its own that makes places of numbers."""
    taken = keras.Input((1,), dtype="string")
    places = keras.layers.CategoryEncoding(lookup.vocabulary_size() + 1, output_mode="one_hot")(lookup(taken))
    return keras.Model(taken, keras.layers.Dense(1, name="out")(places))


MODELS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "text": lambda layers: (embedded, adapted(layers.TextVectorization(output_sequence_length=4), TEXTS)),
    "text with given words": lambda layers: (embedded, layers.TextVectorization(vocabulary=WORDS)),
    "text with all words given": lambda layers: (
        embedded,
        layers.TextVectorization(vocabulary=["", "[UNK]", *WORDS]),
    ),
    "characters": lambda layers: (embedded, adapted(layers.TextVectorization(split="character"), TEXTS)),
    "words": lambda layers: (embedded, layers.StringLookup(vocabulary=WORDS)),
    "words with padding": lambda layers: (
        embedded,
        adapted(layers.StringLookup(mask_token="", num_oov_indices=3), WORDS),
    ),
    "words that are all known": lambda layers: (
        embedded,
        layers.StringLookup(vocabulary=WORDS, num_oov_indices=0),
    ),
    "numbers": lambda layers: (
        lambda *one: embedded(*one, dtype="int64"),
        adapted(layers.IntegerLookup(mask_token=0), [5, 7, 7]),
    ),
    "a model inside": lambda layers: (
        inside,
        adapted(layers.TextVectorization(output_sequence_length=4), TEXTS),
    ),
    "a bag of words": lambda layers: (counted, adapted(layers.TextVectorization(output_mode="count"), TEXTS)),
    "encoded words": lambda layers: (encoded, layers.StringLookup(vocabulary=WORDS)),
    "weighed words": lambda layers: (counted, adapted(layers.TextVectorization(output_mode="tf_idf"), TEXTS)),
}


def rows_of(path: Path) -> Axis:
    """The first axis of the first array of the layer called out."""
    with open_model(path) as model:
        return next(weight for weight in model.weights if weight.layer.endswith("out")).axes[0]


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())
def test_each_row_is_the_token_that_keras_looks_up(
    keras: Any,  # noqa: ANN401
    tmp_path: Path,
    make: Callable[[Any], tuple[Any, Any]],
) -> None:
    """The labels are what get_vocabulary() gives; rows behind the last token go by number."""
    keras.utils.clear_session()
    model_of, lookup = make(keras.layers)
    model_of(keras, lookup).save(tmp_path / "model.keras")
    tokens = [str(token) for token in lookup.get_vocabulary()]
    axis = rows_of(tmp_path / "model.keras")
    labels = [axis.label(position) for position in range(axis.size)]
    assert labels[: len(tokens)] == [f'{number} "{token}"' for number, token in enumerate(tokens)]
    by_number = [label.rpartition(" ")[2] for label in labels[len(tokens) :]]
    assert by_number == [str(number) for number in range(len(tokens), axis.size)]


def test_features_side_by_side_have_tokens_each(keras: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Words, words that are encoded, and a number, as models of tables have them."""
    keras.utils.clear_session()
    city, sex, age = (keras.Input((1,), dtype=dtype, name=name) for dtype, name in FEATURES)
    cities = keras.layers.StringLookup(vocabulary=WORDS[:2], output_mode="one_hot", name="cities")
    sexes = keras.layers.StringLookup(vocabulary=["m", "f"], num_oov_indices=0, name="sexes")
    places = keras.layers.CategoryEncoding(2, output_mode="one_hot", name="places")
    joined = keras.layers.Concatenate()([cities(city), places(sexes(sex)), age])
    keras.Model([city, sex, age], keras.layers.Dense(1, name="out")(joined)).save(tmp_path / "model.keras")
    axis = rows_of(tmp_path / "model.keras")
    assert [axis.label(position) for position in range(axis.size)] == [
        *('cities 0 "[UNK]"', 'cities 1 "red"', 'cities 2 "green"'),
        *('places 0 "m"', 'places 1 "f"', "age input 0"),
    ]


@pytest.fixture(scope="session")
def saved(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> bytes:  # noqa: ANN401
    """A text model with a vocabulary of its own, as Keras saved it."""
    path = tmp_path_factory.mktemp("tokens") / "model.keras"
    embedded(keras, adapted(keras.layers.TextVectorization(name="text"), TEXTS)).save(path)
    return path.read_bytes()


def first_label(archive: bytes, path: Path, at: int = 2) -> str:
    """What a row is called."""
    path.write_bytes(archive)
    return rows_of(path).label(at)


VOCABULARY = "assets/layers/text_vectorization/vocabulary.txt"


def with_tokens(*tokens: str) -> Callable[[list[Part]], list[Part]]:
    """An edit of the tokens in the archive."""
    return on_member(VOCABULARY, lambda part: Part(part.name, "\n".join(tokens).encode()))


UNPROVEN = {
    "another number of tokens than the config says": with_tokens("", "[UNK]", "the"),
    "without the special tokens": with_tokens(*"abcdefghijk"),
    "rows for each token": on_layer(1, output_mode="multi_hot"),
    "a vocabulary elsewhere": on_layer(1, vocabulary="elsewhere.txt"),
    "a table of another size": on_layer(2, input_dim=5),
}


def test_a_vocabulary_proves_the_rows(saved: bytes, tmp_path: Path) -> None:
    """What the other tests change is enough as it was."""
    assert first_label(saved, tmp_path / "model.keras") == '2 "the"'


@pytest.mark.parametrize("edit", UNPROVEN.values(), ids=UNPROVEN.keys())
def test_what_the_file_does_not_prove_is_not_said(
    saved: bytes, tmp_path: Path, edit: Callable[[list[Part]], list[Part]]
) -> None:
    """Rows go by number, as without a vocabulary."""
    assert first_label(edited(saved, edit), tmp_path / "model.keras") == "index 2"


def test_tokens_that_are_not_kept_are_read_when_they_are_shown(saved: bytes, tmp_path: Path) -> None:
    """A long vocabulary costs nothing until its middle is looked at; a closed file leaves the number."""
    tokens = ["", "[UNK]", *(f"w{number}" for number in range(2998))]
    grown = edited(edited(saved, with_tokens(*tokens)), on_layer(1, vocabulary_size=3000))
    path = tmp_path / "model.keras"
    path.write_bytes(grown)
    with open_model(path) as model:
        labels = next(weight for weight in model.weights).axes[0].labels
        assert len(labels) == 3000
        assert (labels[2], labels[1500], labels[2999], labels[-1]) == (
            '2 "w0"',
            '1500 "w1498"',
            '2999 "w2997"',
            '2999 "w2997"',
        )
        assert labels[1498:1500] == ['1498 "w1496"', '1499 "w1497"']


def test_lines_of_windows_are_lines(saved: bytes, tmp_path: Path) -> None:
    """Keras on Windows ends each token with two characters, and reads them as one."""
    written = on_member(VOCABULARY, lambda part: Part(part.name, part.data.replace(b"\n", b"\r\n")))
    assert first_label(edited(saved, written), tmp_path / "model.keras") == '2 "the"'


def test_labels_are_not_in_the_way_of_json(saved: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The document has the axes by name, and the tokens once."""
    from kerasinspect.commands.cli import run

    (tmp_path / "model.keras").write_bytes(saved)
    assert run(["show", str(tmp_path / "model.keras"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["weights"][0]["axes"] == ["index", "unit"]
