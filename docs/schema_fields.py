"""What each document of the command line has, field by field; ``make_schemas`` makes the JSON Schemas of it.

A field is a type and a sentence. Types are ``string``, ``integer``, ``number``, ``boolean``, ``any``, the name of a
definition after ``#``, a list of one of these in brackets, or several words that a text is one of with bars between;
a question mark behind a type allows null, and behind a key lets it be left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, get_args

from kerasinspect.analysis.compat.results import ObstacleKind
from kerasinspect.analysis.compat.results import Verdict as CompatVerdict
from kerasinspect.analysis.fingerprint import FingerprintOrder
from kerasinspect.analysis.shown_values import ShownAs
from kerasinspect.analysis.stored_code.code_findings import CodeKind
from kerasinspect.analysis.training.results import Certainty, Reason, SlotState, Verdict
from kerasinspect.analysis.weights_checksum import Verified
from kerasinspect.checking.rule import Need, Scope, Severity
from kerasinspect.model import ClassSource, ExtraKind, LayerKind
from kerasinspect.verify.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

Fields: TypeAlias = "Mapping[str, tuple[str, str]]"


def one_of(words: object) -> str:
    """The type of a text that is one of the words of a Literal."""
    return "|".join(get_args(words))


MODEL: Fields = {
    "name": ("string?", "Its name; null where the file has none."),
    "class_name": ("string?", "Sequential, Functional, or the class of a subclassed model."),
    "location": ("string", "The file, as it was named."),
    "format": ("string", "keras-archive, keras-weights, keras-weights-sharded, legacy-hdf5, legacy-hdf5-weights."),
    "keras_version": ("string?", "The Keras that saved it; null where the file does not say."),
    "backend": ("string?", "The backend of that Keras, in legacy files."),
    "saved_at": ("string?", "When it was saved, in ISO 8601, as the file says."),
    "parameters": ("integer", "Numbers in all weights; a variable that is stored twice counts once."),
    "bytes": ("integer", "Bytes of all weights."),
    "fingerprint?": ("string?", "In list and show, with --hash and no filter: one SHA-256 of all weights."),
    "fingerprint_order?": (f"{one_of(FingerprintOrder)}?", "Of which order: listed where get_weights() is not proven."),
    "weights?": ("[integer]", "In show: the weights that the model itself owns, as positions in this document."),
}
STATE: Fields = {
    "remarks": ("[string]", "What is odd about the file, then about layers, in sentences."),
    "damage": ("[string]", "What could not be read, in sentences; the rest is right, and the exit status is 3."),
    "checksum": (f"{one_of(Verified)}?", "What came of the checksum of the weights; null where the file has none."),
}
PLACE: Fields = {
    "index": ("integer?", "Its position in get_weights(); null where the file does not tell it."),
    "layer": ("string", "The path of its layer in the user's names: outer/inner."),
    "name": ("string", "Keras's word for it: kernel, bias, gamma, ..."),
    "stored_path": ("string", "Where it lies in the file."),
    "shape": ("[integer]", "Its shape."),
    "dtype": ("string", "Its dtype as stored: float32, bfloat16, int8, ..."),
}
WEIGHT: Fields = {
    **PLACE,
    "layer_class": ("string", "The class of its layer."),
    "named": ("boolean", "Whether the file or the class tells its name; else the name is a position."),
    "axes": ("[string]", "What runs along each axis: input, unit, filter, channel, ..."),
    "fan_in": ("integer?", "Inputs that each output unit sums over."),
    "fan_out": ("integer?", "Output units that each input feeds."),
    "keras_fan_in?": ("integer", "The fan-in that keras.initializers computes, where that is another number."),
    "keras_fan_out?": ("integer", "The fan-out that keras.initializers computes, where that is another number."),
    "trainable": ("boolean?", "Whether training changes it; null where nothing tells."),
    "initializer": ("string?", "Keras's name for its initializer."),
    "initial?": ("#initial", "What that initializer gives."),
    "parameters": ("integer", "How many numbers it has."),
    "bytes": ("integer", "How many bytes they take."),
    "remark?": ("string", "What is odd about it."),
    "has_entry?": ("boolean", "False where get_weights() has no entry of its own for it; index is null then."),
    "same_as?": ("string", "The path of the weight whose variable this is, stored a second time."),
    "sha256?": ("string?", "With --hash: of its little-endian bytes in C order; null where they cannot be read."),
    "error?": ("string", "Why there is no hash."),
}
LISTED: Fields = {
    **WEIGHT,
    "histogram?": ("#histogram?", "With --spark; null where its values cannot be read."),
}
EXPORTED_MODEL: Fields = {
    **{key: MODEL[key] for key in ("name", "class_name", "location", "format", "keras_version")},
    "fingerprint?": ("string", "Without a filter: one SHA-256 of all weights, of whatever format."),
}
EXPORTED: Fields = {
    "key": ("string", "Its name in other exports: layer/name; of several models with the name of the file before it."),
    "location": ("string", "The model that it is of."),
    **{key: PLACE[key] for key in ("index", "layer", "name", "stored_path")},
    "layer_class": ("string", "The class of its layer."),
    "stored_shape": ("[integer]", "Its shape as stored."),
    "stored_dtype": ("string", "Its dtype as stored: float32, bfloat16, int8, ..."),
    "sha256": ("string", "Of its stored little-endian bytes in C order."),
    "values_as": (one_of(ShownAs), "What the values are; those of packed integers are unpacked."),
    "shape": ("[integer]", "The shape of the values."),
    "dtype": ("string", "The dtype that gives the values the same bits again."),
    "axes": ("[string]", "What runs along each axis of the values."),
    "labels": ("[[string]?]", "What each position along each axis is; null where it is the axis and a number: unit 0."),
    "values": ("any", "Nested lists; an empty one where there are none, whatever the shape."),
    "values_not_finite": ("integer", "How many of the values are null, since JSON has no word for them."),
}
SHOWN: Fields = {
    **WEIGHT,
    "statistics?": ("#statistics?", "With --stats; null where its values cannot be read."),
    "histogram?": ("#histogram?", "With --histogram; null where its values cannot be read."),
    "values?": ("any", "With --values: nested lists; null where they cannot be read."),
    "values_not_finite?": ("integer", "How many of the values are null, since JSON has no word for them."),
    "values_error?": ("string?", "Why values are missing."),
}
INITIAL: Fields = {
    "limit": ("number?", "Values are drawn evenly from minus this to this, around the mean."),
    "stddev": ("number?", "Their standard deviation."),
    "mean": ("number?", "Their mean."),
    "constant": ("number?", "The one value that all have."),
    "default": ("boolean", "Whether the config does not say it, so that it is the class's default."),
}
STATISTICS: Fields = {
    "count": ("integer", "Values."),
    "finite": ("integer", "Those that are neither NaN nor infinite; the figures below are over these."),
    "nan": ("integer", "NaN."),
    "positive_infinity": ("integer", "Infinities above."),
    "negative_infinity": ("integer", "Infinities below."),
    "zeros": ("integer", "Zeros of either sign."),
    "subnormals": ("integer", "Values too close to zero to have all their digits."),
    "minimum": ("number?", "The smallest."),
    "maximum": ("number?", "The largest."),
    "mean": ("number?", "The mean."),
    "std": ("number?", "The standard deviation, divided by their number."),
    "norm": ("number?", "The square root of the sum of squares."),
    "constant": ("boolean", "Whether all are the same."),
}
HISTOGRAM: Fields = {
    "edges": ("[number]", "Where bins begin, and where the last one ends; none where no value is finite."),
    "counts": ("[integer]", "Finite values in each bin: from its edge up to the next, the last with both."),
    "nan": ("integer", "NaN, which are in no bin."),
    "negative_infinity": ("integer", "Infinities below, as well."),
    "positive_infinity": ("integer", "Infinities above, as well."),
    "expected": (
        "[number]?",
        "The share of all values that the initializer puts in each bin; null where it is unknown.",
    ),
}
LAYER: Fields = {
    "name": ("string", "Its name."),
    "class_name": ("string", "Its class."),
    "class_from": (
        f"{one_of(ClassSource)}?",
        "What tells its class: the config, the code of keras-hub, or names and shapes alone; null where nothing does.",
    ),
    "package": ("string?", "The package of its class, and the version that was read; null for Keras's own."),
    "path": ("string", "Its path in the user's names: outer/inner."),
    "kind": (one_of(LayerKind), "What it is to its model."),
    "built": ("boolean?", "False where Keras has yet to create its weights."),
    "trainable": ("boolean?", "Whether it trains; null where nothing tells, or only a part of it does."),
    "input_shape": ("any", "What it takes: sizes, null for an open one; several shapes; or null."),
    "output_shape": ("any", "What it gives, alike."),
    "connected_to": ("[string]", "The paths of the layers that feed it."),
    "also_at": ("[string]", "Other paths of the same layer."),
    "calls": ("integer", "How often the model uses it."),
    "dtype_policy": ("string?", "Its dtype policy."),
    "vocabulary": ("#vocabulary?", "The tokens of a preprocessing layer."),
}
VOCABULARY: Fields = {
    "count": ("integer", "How many tokens there are."),
    "stored_path": ("string?", "The member of the archive that holds them; null where the config does."),
    "first_tokens": ("[string]", "The first of them."),
}
SHOWN_LAYER: Fields = {
    **LAYER,
    "activation": ("string?", "Its activation."),
    "parameters": ("integer", "Numbers in its weights and those of its sublayers."),
    "weights": ("[integer]", "Its own weights that are listed, as positions in weights."),
    "remarks": ("[string]", "What is odd about it, in sentences."),
    "layers": ("[#layer]", "Its sublayers."),
}
EXTRA: Fields = {
    "kind": (one_of(ExtraKind), "What it is instead of a weight."),
    "name": ("string", "Its name."),
    "stored_path": ("string", "Where it lies in the file."),
    "weight": ("string?", "The path of the weight that an optimizer's slot belongs to."),
    "shape": ("[integer]", "Its shape."),
    "dtype": ("string", "Its dtype as stored."),
    "bytes": ("integer", "Its bytes."),
    "remark?": ("string", "What is odd about it."),
    "sha256?": ("string?", "With --hash: of its little-endian bytes in C order."),
    "error?": ("string", "Why there is no hash."),
}
CODE: Fields = {
    "kind": (one_of(CodeKind), "What a loader would run, import or open."),
    "where": ("string", "The place in the config."),
    "detail": ("string", "What it is and would do."),
    "bytes": ("integer?", "Bytes of code that the file holds."),
    "sha256": ("string?", "Of that code."),
    "more": ("integer", "How many objects this one stands for; 0 for itself alone."),
}
TOTAL: Fields = {
    "arrays": ("integer", "How many arrays."),
    "parameters": ("integer", "Numbers in them."),
    "bytes": ("integer", "Bytes of them."),
}
SUMMED_LAYER: Fields = {
    **LAYER,
    **TOTAL,
    "share": ("number?", "Its share of all parameters of the model, from 0 to 1."),
    "dtypes": ("[string]", "The dtypes of its weights."),
}
SURVEYED: Fields = {
    **PLACE,
    "initial_std": ("number?", "The standard deviation that its initializer gives."),
    "statistics": ("#statistics?", "Its figures; null where its values cannot be read."),
    "histogram?": ("#histogram?", "With --histogram; null where its values cannot be read."),
    "quantiles?": ("any", "With --quantiles: the value below which each share of the values lies."),
}
JUDGED_LAYER: Fields = {
    "path": ("string", "Its path in the user's names."),
    "class_name": ("string", "Its class."),
    "trainable": ("boolean?", "Whether it trains."),
    "verdict": (one_of(Verdict), "initial: still what its initializers gave. changed: it was trained."),
    "certainty": (f"{one_of(Certainty)}?", "How certain the verdict is; null where nothing can be told."),
    "evidence": ("string", "What the verdict rests on, in a sentence."),
    "weights": ("[#weight]", "Its weights."),
}
JUDGED: Fields = {
    **{key: PLACE[key] for key in ("index", "name", "stored_path")},
    "initializer": ("string?", "Its initializer, as the file says it."),
    "assumed_initializer": ("string?", "The initializer that it was compared with, where the file says none."),
    "initial_std": ("number?", "The standard deviation that its initializer gives."),
    "verdict": (one_of(Verdict), "As for layers."),
    "certainty": (f"{one_of(Certainty)}?", "As for layers."),
    "reason": (one_of(Reason), "What the verdict rests on."),
    "fit": ("#fit?", "How its values stand to the distribution of the initializer."),
    "orthogonal_departure": ("number?", "How far from orthogonal it is."),
    "share_moved": ("number?", "The share of its values that training moved."),
    "optimizer_state": (f"{one_of(SlotState)}?", "Whether the optimizer ever moved it; null where no state tells."),
    "statistics": ("#statistics?", "Its figures."),
}
FIT: Fields = {
    "distance": ("number", "Kolmogorov and Smirnov's statistic."),
    "probability": ("number", "Of values at least so far off by chance alone."),
}
FINDING: Fields = {
    "code": ("string", "The rule: KI and three digits."),
    "name": ("string", "Its name."),
    "severity": (one_of(Severity), "How bad it is."),
    "where": ("string", "The model, layer or weight, by its path, or the place in the file."),
    "message": ("string", "What is wrong, in a sentence."),
    "place?": ("string?", "The place in the config, where that says more."),
    "remedy?": ("string?", "What to do about it."),
    "help?": ("string?", "Where the rule is described."),
    "advisories?": ("[#advisory]", "The published vulnerabilities that it is about."),
    "more?": ("integer", "How many findings this one stands for."),
}
CHECKED: Fields = {
    "location": ("string", "The file."),
    "format": ("string?", "Its format; null where it is no model."),
    "verdict?": ("passed|failed|damaged|unreadable", "What became of it."),
    "keras_version?": ("string?", "The Keras that saved it."),
    "optimizer_bytes?": ("integer?", "Bytes of optimizer state."),
    "arrays_read": ("integer?", "Arrays whose values were read."),
    "arrays": ("integer?", "Arrays in it."),
    "error": ("string?", "Why it could not be opened."),
    "damage": ("[string]", "What of it could not be read."),
    "findings": ("[#finding]", "What the rules found."),
    "skipped": ("[#skipped]", "Rules that could not be asked."),
    "ignored": ("[#ignored]", "Findings that the policy waives."),
    "numbered_anew?": ("[#renamed]", "Layers whose automatic name is another one than in the lock."),
}
RUN: Fields = {
    "fail_on": (one_of(Severity), "The lowest severity that fails the run."),
    "summary": ("#summary", "How many there are of each."),
    "policy": ("string?", "The policy in force."),
    "policies_not_used": ("[string]", "Policies that were found and not used, since they lie in what is checked."),
    "lock?": ("string?", "The lock that the models were compared with."),
    "waivers_not_used?": ("[#waiver]", "Waivers of the policy that waived nothing."),
    "thresholds": ("any", "The thresholds in force, by rule and by name."),
}
CHECK_PARTS: Mapping[str, Fields] = {
    "finding": FINDING,
    "skipped": {"code": ("string", "The rule."), "reason": ("string", "Why it was skipped.")},
    "ignored": {**FINDING, "reason": ("string", "Why it is waived.")},
    "advisory": {
        "id": ("string", "Its CVE number."),
        "fixed_in": ("[string]", "The versions of Keras that mended it; none where none did."),
    },
    "renamed": {"lock": ("string", "Its name in the lock."), "model": ("string", "Its path in the model.")},
    "waiver": {
        "layer": ("string", "The layers that it is for."),
        "ignore": ("[string]", "The rules that it waives."),
        "reason": ("string", "Why."),
    },
    "summary": {
        "models": ("integer", "Files."),
        "unreadable": ("integer", "Files that were not wholly read."),
        **{word: ("integer", f"Findings of severity {word}.") for word in get_args(Severity)},
    },
}
RULE: Fields = {
    "code": ("string", "KI and three digits."),
    "name": ("string", "Its name."),
    "severity": (one_of(Severity), "How bad what it finds is."),
    "family": ("string", "values, structure, training, container, safety, contract or saving."),
    "scope": (one_of(Scope), "What it looks at."),
    "default": ("boolean", "Whether it is on unless it is selected."),
    "needs": (f"[{one_of(Need)}]", "What a file must have for it to be asked."),
    "thresholds": ("any", "Its thresholds, by name."),
    "summary": ("string", "What it finds."),
    "documentation": ("string", "What it finds, why it matters, and what to do."),
}
LIBRARY: Fields = {
    "module": ("string", "keras or tf_keras."),
    "version": ("string", "Its version."),
    "tensorflow": ("string", "The version of its TensorFlow."),
}
DESCRIBED: Fields = {
    **{key: PLACE[key] for key in ("index", "layer", "name", "shape", "dtype")},
    "sha256": ("string?", "Of its bytes."),
}
VERIFY: Fields = {
    "location": ("string", "The file."),
    "format": ("string", "Its format."),
    "keras_version": ("string?", "The Keras that saved it."),
    "outcome": (one_of(Outcome), "What came of it."),
    "exit_status": ("integer", "The exit status of the command."),
    "library": ("#library?", "The Keras that loaded it."),
    "load_seconds": ("number?", "How long that took."),
    "peak_bytes": ("integer?", "The most memory that it took."),
    "code": ("[#code]", "What its config would make a loader run, import or open."),
    "refusals": ("[#refusal]", "Why each Keras that did not load it did not."),
    "ending": ("string?", "How the process was ended."),
    "weights": ("#comparison?", "The arrays of the file and those in Keras."),
    "forward": ("#forward?", "The forward passes."),
    "process": ("#process?", "The process that Keras ran in."),
    "damage": ("[string]", "What of the file could not be read."),
}
VERIFY_PARTS: Mapping[str, Fields] = {
    "library": LIBRARY,
    "code": CODE,
    "refusal": {
        "library": ("#library", "Which Keras."),
        "reason": ("string", "Why, in a sentence."),
        "message": ("string", "What it said."),
    },
    "comparison": {
        "compared": ("integer", "Pairs."),
        "equal": ("integer", "Pairs that agree in everything."),
        "same_arrays": ("boolean", "Whether every array arrived unchanged."),
        "differences": ("[#difference]", "Each that does not agree."),
    },
    "difference": {
        "aspect": ("string", "In what."),
        "file": ("#described?", "As the file has it."),
        "keras": ("#described?", "As Keras has it."),
    },
    "described": DESCRIBED,
    "forward": {
        "inputs": ("[#tensor]?", "What the model takes."),
        "cases": ("[#case]", "Each forward pass."),
        "error": ("string?", "Why there are no more of them."),
        "golden": ("[#recorded]?", "How far the outputs are from recorded ones."),
        "other_weights": ("boolean", "Whether these were recorded with other weights."),
    },
    "tensor": {
        "name": ("string", "Its name."),
        "shape": ("[integer?]", "Its shape, null for an open size."),
        "dtype": ("string", "Its dtype."),
        "not_finite?": ("integer", "NaN and infinities among its values."),
    },
    "case": {
        "name": ("string", "zeros, ones, random or input."),
        "outputs": ("[#tensor]", "What came out."),
        "same_again": ("boolean", "Whether a second run gave the same bits."),
        "seconds": ("number?", "How long it took."),
    },
    "recorded": {
        "case": ("string", "Which forward pass."),
        "output": ("string", "Which output."),
        "values": ("integer", "Values compared."),
        "outside": ("integer", "Values outside tolerance."),
        "largest": ("number?", "The largest absolute difference; null where it is infinite."),
        "largest_relative": ("number?", "The largest relative difference."),
    },
    "process": {
        "python": ("string", "Its interpreter."),
        "libraries": ("[#library]", "Its versions of Keras."),
        "import_seconds": ("number?", "How long importing took."),
        "import_bytes": ("integer?", "How much memory that took."),
        "network": ("string", "none, or why the network could not be taken away."),
        "memory_limit": ("integer?", "Bytes that it was allowed."),
    },
}
NODE: Fields = {
    "name": ("string?", "Its name; null for what the whole model takes or gives."),
    "class_name": ("string?", "Its class; null where the file does not tell it."),
    "path": ("string?", "Its path; null for what the whole model takes or gives."),
    "kind": ("string", "layer, model, wrapper, cell, operation, input; taken or given by the whole model."),
    "inside": ("integer?", "The node that it lies in, as a position in nodes; null at the top."),
    "holds_nodes": ("boolean", "Whether others lie in it."),
    "connections_known": ("boolean", "Whether the file tells how what lies in it is connected."),
    "calls": ("integer", "How often it is called."),
    "same_as": ("string?", "The path at which the same layer is met first."),
    "wrapped": ("[string]", "Classes of the layers in a wrapper, where they are no nodes."),
    "parameters": ("integer?", "Numbers in its weights; null where others lie in it."),
    "selected": ("boolean", "False where it is there because a selected node is connected to it."),
}
EDGE: Fields = {
    "source": ("integer", "The node that gives the tensor, as a position in nodes."),
    "target": ("integer", "The node that takes it, alike."),
    "shape": ("any", "Sizes, null for an open one; null where the file does not tell it."),
    "source_call": ("integer?", "Which call of a shared source gives it, from 0."),
    "target_call": ("integer?", "Which call of a shared target takes it, from 0."),
    "output": ("integer", "Which of the outputs of the source it is, from 0."),
    "times": ("integer", "How often the target takes it in that call."),
}
RELEASE: Fields = {
    "keras": ("string", "The version of Keras."),
    "verdict": (
        one_of(CompatVerdict),
        "What it makes of the config: accepts uncompiled is with compile=False, not told is of custom classes.",
    ),
}
OBSTACLE: Fields = {
    "kind": (one_of(ObstacleKind), "What is refused: a class, a key, a function's name, a slash in a name, a call."),
    "layer": ("string", "The path of the layer; empty for what the model was compiled with."),
    "class_name": ("string", "The class, with its module where that is what is unknown."),
    "key": ("string", "The key, with dots into nested objects; empty where it is the class itself."),
    "value": ("string", "What stands there, as JSON; empty where that is long or no plain value."),
    "compiling": ("boolean", "Whether load_model(..., compile=False) never meets it."),
    "refused_by": ("[string]", "The versions that refuse it."),
}
RULE_COUNT: Fields = {
    "code": ("string", "The rule."),
    "name": ("string", "Its name."),
    "severity": (one_of(Severity), "How severe its findings are."),
    "findings": ("integer", "Findings, with those that are not listed one by one."),
    "files": ("integer", "Files in which it found something."),
}
CLASS_COUNT: Fields = {
    "class_name": ("string?", "The class; null for layers of which the file does not tell it."),
    "layers": ("integer", "Layers of it."),
    "files": ("integer", "Files that have one."),
}
VERSION_COUNT: Fields = {
    "keras_version": ("string?", "The version; null where the file does not tell it."),
    "files": ("integer", "Files that it saved."),
    "with_findings": ("integer", "Those in which something was found."),
}
COUNT: Fields = {
    "about": ("rule|keras_version|layer_class", "What is counted."),
    "code": ("string?", "The code of the rule; null of anything else."),
    "name": ("string?", "The rule, the version or the class; null where the file does not tell it."),
    "severity": (f"{one_of(Severity)}?", "Of a rule."),
    "count": ("integer", "Findings, files or layers."),
    "files": ("integer", "Files that have one."),
}
KNOWN: Fields = {
    "location": ("string", "The file, by its path from the folder of the baseline."),
    "code": ("string", "The rule."),
    "place": ("string", "Where in the file or its model it is."),
}
