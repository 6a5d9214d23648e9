"""What a config would make a loader run, import or open is found wherever it sits, and nothing else is."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasinspect import open_model
from kerasinspect.analysis.stored_code.code_findings import HARMLESS_KINDS
from kerasinspect.analysis.stored_code.code_in_config import code_in_config, code_in_model
from tests.places import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

CODE = b"\xe3\x01bytecode"
STORED = base64.b64encode(CODE).decode()
NEW_LAMBDA = {"class_name": "__lambda__", "config": {"code": STORED, "defaults": None, "closure": [7]}}


def layer(class_name: str, **config: object) -> dict[str, Any]:
    """A layer as Keras 3 writes it."""
    return {"module": "keras.layers", "class_name": class_name, "config": {"name": "x", **config}}


def function(module: object, name: str) -> dict[str, Any]:
    """A function as Keras 3 writes it."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


FOUND = {
    "lambda of Keras 3": (layer("Lambda", function=NEW_LAMBDA), "lambda-bytecode", "root.config.function"),
    "lambda as an activation": (layer("Dense", activation=NEW_LAMBDA), "lambda-bytecode", "root.config.activation"),
    "lambda as a loss": ({"compile_config": {"loss": [NEW_LAMBDA]}}, "lambda-bytecode", "root.compile_config.loss[0]"),
    "lambda in a call": (
        {"inbound_nodes": [{"args": [], "kwargs": {"mask": NEW_LAMBDA}}]},
        "lambda-bytecode",
        "root.inbound_nodes[0].kwargs.mask",
    ),
    "lambda without config": ({"class_name": "__lambda__"}, "lambda-bytecode", "root"),
    "lambda of Keras 2": (
        layer("Lambda", function=[STORED, None, None], function_type="lambda"),
        "lambda-bytecode",
        "root.config.function",
    ),
    "lambda without its type": (layer("Lambda", function=[STORED]), "lambda-bytecode", "root.config.function"),
    "output shape of Keras 2": (
        layer("Lambda", output_shape=[STORED, None, None], output_shape_type="lambda"),
        "lambda-bytecode",
        "root.config.output_shape",
    ),
    "merge of Keras 1": (layer("Merge", mode=STORED, mode_type="lambda"), "lambda-bytecode", "root.config.mode"),
    "lambda under another package": (
        layer("Custom>Lambda", function=[STORED]),
        "lambda-bytecode",
        "root.config.function",
    ),
    "source": (layer("Lambda", function="lambda x: exit(x)"), "lambda-source", "root.config.function"),
    "os.system": (layer("Dense", activation=function("os", "system")), "foreign-module", "root.config.activation"),
    "subprocess": (function("subprocess", "run"), "foreign-module", "root"),
    "exec": (function("builtins", "exec"), "foreign-module", "root"),
    "numpy": (function("numpy", "load"), "foreign-module", "root"),
    "tensorflow": (function("tensorflow.io", "write_file"), "foreign-module", "root"),
    "foreign class": ({"module": "shutil", "class_name": "rmtree", "config": {}}, "foreign-module", "root"),
    "function with odd arguments": (
        {"module": "os", "class_name": "function", "config": {"args": ["x"]}},
        "foreign-module",
        "root",
    ),
    "lambda's module": (
        layer("Lambda", function="system", function_type="function", module="os"),
        "foreign-module",
        "root.config",
    ),
    "get_file": (function("keras.utils", "get_file"), "non-modeling-api", "root"),
    "unlocking": (function("keras.config", "enable_unsafe_deserialization"), "non-modeling-api", "root"),
    "load_model": (function("keras.src.saving.saving_api", "load_model"), "non-modeling-api", "root"),
    "private utility": (function("keras.src.utils.file_utils", "copy"), "non-modeling-api", "root"),
    "write_file by TFOpLambda": (layer("TFOpLambda", function="io.write_file"), "non-modeling-api", "root"),
    "lambda of bytecode alone": (
        layer("Lambda", function=base64.b64encode(b"\xe3" + bytes(60)).decode()),
        "lambda-bytecode",
        "root.config.function",
    ),
    "class of tf by its name": (layer("InstanceMethod", cls_symbol="io.gfile.GFile"), "non-modeling-api", "root"),
    "operation of a graph": (
        layer("TensorFlowOpLayer", node_def={"name": "r", "op": "ReadFile"}),
        "non-modeling-api",
        "root",
    ),
    "operation of a graph as text": (
        layer("TensorFlowOpLayer", node_def='{"name": "r", "op": "EagerPyFunc"}'),
        "non-modeling-api",
        "root",
    ),
    "global setting": (
        {"module": "keras.src.backend.common.global_state", "class_name": "set_global_attribute", "config": {}},
        "non-modeling-api",
        "root",
    ),
    "tokenizer's files": (
        {"module": "keras_hub.tokenizers", "class_name": "WordPieceTokenizer", "config": {"vocabulary": "/etc/passwd"}},
        "external-path",
        "root",
    ),
    "lookup under another name": (
        {"class_name": "Mine", "config": {"vocabulary": "/etc/passwd"}, "registered_name": "keras>StringLookup"},
        "external-path",
        "root",
    ),
    "path as an entry's name": (
        {"class_name": "Dense", "name": "../../x", "config": {"name": "x"}},
        "path-traversal",
        "root",
    ),
    "class of Keras under a stranger's name": (
        {"module": "keras.layers", "class_name": "Dense", "config": {}, "registered_name": "evil>Dense"},
        "registered-name-mismatch",
        "root",
    ),
    "type specification of files": (
        {"module": "tensorflow.io.gfile", "class_name": "__typespec__", "config": [], "spec_name": "remove"},
        "foreign-module",
        "root",
    ),
    "torch": (layer("TorchModuleWrapper", module=STORED), "unsafe-layer-class", "root"),
    "SavedModel": (layer("TFSMLayer", filepath="/srv/model"), "unsafe-layer-class", "root"),
    "vocabulary file": (layer("StringLookup", vocabulary="/etc/passwd"), "external-path", "root"),
    "vocabulary address": (layer("TextVectorization", vocabulary="http://x/y"), "external-path", "root"),
    "path as a name": ({"class_name": "Dense", "config": {"name": "../../x"}}, "path-traversal", "root"),
    "absolute name": ({"class_name": "Dense", "config": {"name": "/etc/x"}}, "path-traversal", "root"),
    "two names": (
        {"module": "keras.layers", "class_name": "Dense", "config": {}, "registered_name": "evil>Dense"},
        "registered-name-mismatch",
        "root",
    ),
    "own class": (
        {"module": "mypackage.layers", "class_name": "Mine", "config": {}, "registered_name": "my>Mine"},
        "custom-class",
        "root",
    ),
}

CLEAN = {
    "dense": layer("Dense", units=3, activation="relu"),
    "activation": function("builtins", "relu"),
    "function named like one of Python's": function("builtins", "sum"),
    "keras's function": function("keras.ops", "relu"),
    "normalize": function("keras.utils", "normalize"),
    "old class": {"module": "keras.src.engine.functional", "class_name": "Functional", "config": {}},
    "keras in tensorflow": {"module": "tensorflow.python.keras.layers", "class_name": "Dense", "config": {}},
    "type specification": {
        "module": "tensorflow.python.framework.tensor_spec",
        "class_name": "__typespec__",
        "config": [],
        "spec_name": "TensorSpec",
    },
    "computing TFOpLambda": layer("TFOpLambda", function="math.add"),
    "decoding TFOpLambda": layer("TFOpLambda", function="io.decode_jpeg"),
    "computing operation": layer("TensorFlowOpLayer", node_def={"name": "r", "op": "Mul"}),
    "optimizer that Keras registers": {"class_name": "Custom>Adam", "config": {"name": "Adam"}},
    "list vocabulary": layer("StringLookup", vocabulary=["a", "b"]),
    "no vocabulary": layer("TextVectorization", vocabulary=None),
    "slash in a name": {"class_name": "Dense", "config": {"name": "block/second..conv"}},
    "lambda's plain shape": layer("Lambda", function="my>reg", function_type="function", output_shape=[3]),
    "a layer's own keys": layer("Dense", module="os", mode_type="sum", mode="x"),
    "vocabulary of one's own": {"module": None, "class_name": "Mine", "config": {"vocabulary": "words"}},
    "registered function": {"module": "builtins", "class_name": "function", "config": "f", "registered_name": "f"},
}


@pytest.mark.parametrize(("document", "kind", "where"), FOUND.values(), ids=FOUND)
def test_it_is_found_where_it_sits(document: object, kind: str, where: str) -> None:
    """One finding, of the right kind, at the right place."""
    found = [one for one in code_in_config(document, "root") if kind == "custom-class" or one.kind != "custom-class"]
    assert [(one.kind, one.where) for one in found] == [(kind, where)]


@pytest.mark.parametrize(("document", "kind", "where"), FOUND.values(), ids=FOUND)
def test_it_is_found_deep_below(document: object, kind: str, where: str) -> None:
    """Forty wrappers around it hide nothing."""
    for _ in range(40):
        document = {"class_name": "TimeDistributed", "config": {"name": "w", "layer": document}}
    found = [one for one in code_in_config(document, "root") if kind == "custom-class" or one.kind != "custom-class"]
    assert [(one.kind, one.where) for one in found] == [(kind, where.replace("root", "root" + ".config.layer" * 40, 1))]


@pytest.mark.parametrize(
    ("name", "why"), [("../x", "leads out of a folder"), ("a\0b", "holds a NUL, at which a path ends")], ids=ascii
)
def test_a_name_that_is_no_path_has_its_own_reason(name: str, why: str) -> None:
    """One that ends early leads nowhere else."""
    (found,) = code_in_config({"class_name": "Dense", "config": {"name": name}}, "root")
    assert found.detail.endswith(why)


OWN: dict[str, tuple[dict[str, Any], str, str]] = {
    "registered function": (function("builtins", "my>contrast"), "contrast", "my"),
    "registered class": (
        {"module": None, "class_name": "Mine", "config": {}, "registered_name": "my>Mine"},
        "Mine",
        "my",
    ),
    "registered class named like one of Keras's": (
        {"module": None, "class_name": "Dense", "config": {}, "registered_name": "my>Dense"},
        "Dense",
        "my",
    ),
    "registered class in a legacy file": ({"class_name": "my>Dense", "config": {}}, "Dense", "my"),
    "module that begins like Keras's": (
        {"module": "keras_mine.layers", "class_name": "Dense", "config": {}, "registered_name": "Dense"},
        "Dense",
        "keras_mine",
    ),
    "class of a script": (
        {"module": "__main__", "class_name": "Mine", "config": {}, "registered_name": "my>Mine"},
        "Mine",
        "my",
    ),
    "class of keras_hub": (
        {
            "module": "keras_hub.layers",
            "class_name": "RotaryEmbedding",
            "config": {},
            "registered_name": "keras_hub>RotaryEmbedding",
        },
        "RotaryEmbedding",
        "keras_hub",
    ),
    "function of keras_hub": (
        function("keras_hub.src.utils.keras_utils", "gelu_approximate"),
        "gelu_approximate",
        "keras_hub",
    ),
}


@pytest.mark.parametrize(("document", "name", "package"), OWN.values(), ids=OWN)
def test_what_keras_lacks_is_told_with_its_package(document: dict[str, Any], name: str, package: str) -> None:
    """A class or function of anyone's own is harmless by itself, and named with what has to be installed for it."""
    (found,) = code_in_config(document, "root")
    assert (found.kind, found.name, found.package) == ("custom-class", name, package)


@pytest.mark.parametrize("document", CLEAN.values(), ids=CLEAN)
def test_what_models_are_made_of_is_not_flagged(document: object) -> None:
    """Keras's own and the user's own objects are no findings."""
    assert list(code_in_config(document, "root")) == []


def test_bytecode_is_measured_and_hashed() -> None:
    """Size and hash are those of the decoded bytes, with or without line ends in the base64."""
    (found,) = code_in_config({"class_name": "__lambda__", "config": {"code": f"{STORED[:4]}\n{STORED[4:]}"}}, "root")
    assert (found.size, found.sha256) == (len(CODE), hashlib.sha256(CODE).hexdigest())


def test_a_deep_config_is_walked_without_recursion() -> None:
    """Ten thousand levels are no trouble."""
    document: object = NEW_LAMBDA
    for _ in range(10_000):
        document = [document]
    (found,) = code_in_config(document, "root")
    assert found.where.startswith("root[0][0]")
    assert len(found.where) < 2_100


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.*")), ids=lambda path: path.name)
def test_samples_hold_no_code(path: Path) -> None:
    """Nothing that runs is found in a sample, with a custom layer or without."""
    if path.suffix in {".keras", ".h5"}:
        with open_model(path) as model:
            assert {found.kind for found in code_in_model(model)} <= HARMLESS_KINDS


WORDS = (
    *("class_name", "config", "module", "function", "function_type", "registered_name", "name", "vocabulary", "lambda"),
    *("__lambda__", "Lambda", "StringLookup", "TFOpLambda", "TFSMLayer", "builtins", "os", "keras.utils", "", "\ud800"),
)
words = st.sampled_from(WORDS)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=20,
)


@given(any_json)
def test_any_json_is_answered(document: object) -> None:
    """No value of any type at any place is too odd."""
    for found in code_in_config(document, "root"):
        assert found.where.startswith("root")


MANY = {
    "custom-class": {"class_name": "my>Layer", "config": {}},
    "external-path": layer("StringLookup", vocabulary="words.txt"),
    "lambda-source": {"class_name": "Lambda", "config": {"function": "lambda x: x"}},
    "path-traversal": {"class_name": "Dense", "config": {"name": "../x"}},
    "registered-name-mismatch": {**layer("Dense"), "registered_name": "my>Other"},
    "unsafe-layer-class": layer("TFSMLayer"),
}
"""One object of each of these kinds."""


def test_very_many_findings_are_cut_short() -> None:
    """The first thousand are listed, and how many more there are is said."""
    with open_model(SAMPLES / "question_network.keras") as model:
        found = code_in_model(replace(model, config={"layers": [NEW_LAMBDA] * 5_000}))
    assert len(found) == 1_001
    assert (found[-1].where, found[-1].more) == ("config.*", 4_000)
    assert found[-1].detail == "there are 4,000 more such objects, which are not listed"


@pytest.mark.parametrize("kind", MANY)
def test_no_number_of_findings_hides_one_of_another_kind(kind: str) -> None:
    """Thousands of objects of any kind, before or behind it, do not keep code from being found and named."""
    with open_model(SAMPLES / "question_network.keras") as model:
        many = replace(model, config={"layers": [*[MANY[kind]] * 3_000, NEW_LAMBDA, *[MANY[kind]] * 3_000]})
        found = code_in_model(many)
    (code,) = (one for one in found if one.kind == "lambda-bytecode" and not one.more)
    assert code.where == "config.layers[3000]"
    assert sum(one.more or 1 for one in found if one.kind == kind) == (1_000 if kind == "custom-class" else 6_000)


def test_classes_of_ones_own_are_counted_once_by_name() -> None:
    """Layers of one class that are not listed are nothing that the list lacks; other classes are."""
    own = [{"class_name": f"my>Layer{max(number, 2_000)}", "config": {}} for number in range(5_000)]
    with open_model(SAMPLES / "question_network.keras") as model:
        found = code_in_model(replace(model, config={"layers": list(reversed(own))}))
    assert (len(found), found[-1].more) == (1_001, 2_000)


def test_harmless_findings_hide_no_others() -> None:
    """Thousands of classes of one's own before a Lambda do not keep it from being listed."""
    own = [{"class_name": f"my>Layer{number}", "config": {}} for number in range(5_000)]
    with open_model(SAMPLES / "question_network.keras") as model:
        found = code_in_model(replace(model, config={"layers": [*own, NEW_LAMBDA]}))
    assert Counter(one.kind for one in found) == {"custom-class": 1_001, "lambda-bytecode": 1}
