"""Rules about what a file asks of the program that loads it: code, imports, other files, names that deceive."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.code_in_config import classes_of_keras
from kerasinspect.analysis.stored_code.config_places import SHOWN
from kerasinspect.analysis.stored_code.loader_names.keras_table import VERSIONS
from kerasinspect.analysis.stored_code.references import CORE_PACKAGES, UNLISTED_CLASSES, is_operation
from kerasinspect.checking.rule import Hit
from kerasinspect.checking.rules.places import hit_in_config, hits_on_arrays
from kerasinspect.checking.rules.structure import few_of
from kerasinspect.late.patterns import late_pattern
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kerasinspect.analysis.stored_code.code_findings import CodeFinding
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.formats.container_facts import Place
    from kerasinspect.model import Model

_CVES_OF_CLASSES: Mapping[str, tuple[str, ...]] = {
    "TorchModuleWrapper": ("CVE-2025-49655",),
    "TFSMLayer": ("CVE-2026-1462",),
}
"""Advisories about unsafe classes."""

_KNOWN_KERAS = f"Keras {VERSIONS['keras']} and tf_keras {VERSIONS['tf-keras']}"
"""The versions whose classes are known by their names."""

_OF_NEWER_KERAS = "Load it with a newer Keras, and look for a newer release of kerasinspect."
"""What to do about a class that Keras may have by now."""

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that Unicode calls visible and that nobody can see."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that cannot be seen, or that act on the text around them."""
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u03bf\u03b1\u03bd\u03c1\u0131\u0251\u0261",
    "aeopcyxijsdhoavpiag",
)
"""Cyrillic, Greek and rare Latin letters, and the common ones that they look like."""

_RUNNABLE = late_pattern(
    r"\.(?:p|pkl|pickle|pck|joblib|dill|pt|pth|npy|npz|bin|py|pyc|pyd|pyw|pyz|so(?:\.\d+)*|dll|dylib|exe|com|msi|sh|bat|cmd|ps1|vbs"
    r"|js|jar|class|php|pl|rb|html?|zip|whl|egg|tar|tgz|tbz2?|txz|gz|bz2|xz|zst|lz4|7z|rar|keras|h5|hdf5|pb)[. ]*$",
    re.IGNORECASE,
)
"""Endings of files that hold code or pickles, or that hide other files."""


def stored_code(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file holds Python code that a loader is asked to run: a Lambda layer's bytecode or source.

    Whoever loads it without `safe_mode` runs that code, whatever it does, and bytecode breaks with the next Python.

    Write the function as a layer class of your own, registered under a name, and save the model again.
    """
    kinds = "lambda-bytecode", "lambda-source"
    return _hits(evidence, lambda found: f"It is {found.detail}, SHA-256 {found.sha256}.", *kinds)


def foreign_module(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The config names a function or class of Python itself or of a package that is not part of Keras.

    A Keras before 3.9 imports and calls it: `os.system` is such a name.

    Do not load the file; ask whoever made it what the name is for.
    """
    return _hits(evidence, lambda found: f"It names {found.detail}.", "foreign-module")


def non_modeling_api(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The config names something of Keras or TensorFlow that no model is made of.

    It fetches, reads or writes files, runs graphs, changes settings, or is not known to compute and nothing else;
    older versions of Keras call it while they load the file.

    Do not load the file; ask whoever made it what the name is for.
    """
    return _hits(evidence, lambda found: f"It names {found.detail}.", "non-modeling-api")


def unsafe_layer(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer of a class that unpickles or runs something which the config does not show.

    TorchModuleWrapper, TFSMLayer, JaxLayer and FlaxLayer run whatever their pickle, SavedModel or function holds.

    Load it only from a source that you trust as you trust a program.
    """
    hits = _hits(evidence, lambda found: f"{found.detail}.", "unsafe-layer-class")
    for found, hit in zip(_code(evidence, "unsafe-layer-class"), hits, strict=True):
        yield hit._replace(cves=_CVES_OF_CLASSES.get(found.name, ()))


def external_path(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A layer opens a file or an address when the model is loaded.

    A vocabulary given as a path makes a loader read any file of the machine, or fetch an address, and the model
    does not work elsewhere.

    Save the model with the vocabulary itself.
    """
    return _hits(evidence, lambda found: f"{found.detail}.", "external-path")


def path_traversal(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A name in the file leads out of the folder that it is used in.

    A layer or an archive member named `../../x` writes or reads where it should not, in loaders that use the name
    as a path. No Keras writes such a name.

    Do not load or unpack the file; ask whoever made it what the name is for.
    """
    yield from _hits(evidence, _capitalised, "path-traversal")
    for member in evidence.container.members:
        if member.leads_elsewhere:
            words = "The name of this member leads out of the folder that it is unpacked into."
            yield Hit(member.name, words, cves=())
    yield from (Hit(place.path, f"{place.words}.", cves=()) for place in evidence.container.leading_out)


def mismatched_name(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """An object of the config names one class and loads another one.

    A reviewer sees a Dense layer, the loader makes something else. Keras 3.15 refuses it.

    Do not load the file; have the model saved again with Keras.
    """
    return _hits(evidence, _capitalised, "registered-name-mismatch")


def custom_class(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The model needs classes or functions that are not part of Keras.

    Whoever loads it has to have that code, and runs it. This is nothing bad, but worth knowing where a model is
    handed on. There is one finding for each package, at the first layer that needs it.

    Ship the code with the model, and pass it to `load_model` as `custom_objects`.
    """
    layers = _first_of_own_classes(evidence.model)
    needed: dict[str, dict[str, Hit]] = {}
    for found in _code(evidence, "custom-class"):
        if not found.more:
            hit = hit_in_config(evidence, found.where, found.names, "")
            needed.setdefault(found.package, {}).setdefault(found.name, hit)
    told = {*chain.from_iterable(needed.values()), *UNLISTED_CLASSES, *classes_of_keras(evidence.model)}
    for name, path in layers.items():
        if name not in told:
            needed.setdefault("", {})[name] = Hit(path, "")
    for package, hits in needed.items():
        at_layer = (Hit(layers[name], "") for name in hits if name in layers)
        hit = next(at_layer, next(iter(hits.values())))
        where = evidence.name if hit.where == "config" else hit.where
        remedy = _OF_NEWER_KERAS if package in CORE_PACKAGES else ""
        yield hit._replace(where=where, message=_words_for(package, [*hits]), remedy=remedy)
    yield from (_left_out(found) for found in _code(evidence, "custom-class") if found.more)


def _first_of_own_classes(model: Model) -> dict[str, str]:
    """The first layer of each class that is none of Keras's, by the class."""
    layers: dict[str, str] = {}
    for layer in model.walk():
        if layer.config and not layer.known and not is_operation(layer.class_name, layer.config):
            layers.setdefault(layer.class_name, layer.path)
    return layers


def _words_for(package: str, names: list[str]) -> str:
    """The sentence about what a model needs of one package, or of one that the file does not tell."""
    shown = [cut(name, SHOWN) for name in names]
    if package in CORE_PACKAGES:
        return f"It needs {few_of(shown)}, which {_KNOWN_KERAS} lack: perhaps a newer one has it."
    of = f" of the package {cut(package, SHOWN)}" if package else ""
    if len(shown) == 1:
        return f"It needs {shown[0]}{of}, which is not part of Keras."
    return f"It needs {len(shown)} classes or functions{of} that are not part of Keras: {few_of(shown)}."


def _code(evidence: Evidence, *kinds: str) -> Iterator[CodeFinding]:
    """What the config asks for, of these kinds."""
    return (found for found in evidence.code if found.kind in kinds)


def _hits(evidence: Evidence, sentence: Callable[[CodeFinding], str], *kinds: str) -> Iterator[Hit]:
    """What the config asks for, of these kinds, each in a sentence."""
    for found in _code(evidence, *kinds):
        if found.more:
            yield _left_out(found)
        else:
            yield hit_in_config(evidence, found.where, found.names, sentence(found))


def _capitalised(found: CodeFinding) -> str:
    """The words about something in the config as a sentence."""
    return f"{found.detail[:1].upper()}{found.detail[1:]}."


def _left_out(found: CodeFinding) -> Hit:
    """What stands for all that is not listed."""
    return Hit(found.where, _capitalised(found), found.more)


def runnable_member(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """An archive holds a member that could be run or unpickled.

    Keras never writes it and never reads it, but a person or a script that unpacks the archive might.

    Take it out, and ask how it got there.
    """
    names = {member.name for member in evidence.container.members}
    read = _WEIGHTS if len(names & _WEIGHTS) == 1 else {"model.weights.h5"}
    for member in evidence.container.members:
        if member.name not in read and _RUNNABLE.search(member.name):
            yield Hit(
                member.name, f"Its ending is that of code, of a pickle or of an archive; {member.nbytes:,} bytes."
            )


_WEIGHTS = frozenset({"model.weights.h5", "model.weights.npz"})


def link(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A name in the file is a link to another place, perhaps in another file.

    A loader that follows it shows or loads what lies there. Keras refuses links since 3.12.1 and never writes them.

    Do not load the file; have the model saved again with Keras.
    """
    for place in evidence.container.links:
        yield Hit(place.path, f"It {place.link.words}.")
    for member in evidence.container.members:
        if member.special:
            yield Hit(member.name, f"This member of the archive is {member.special}.")


def external_storage(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The values of an array lie outside of the file, behind a filter that is not read, or are not numbers.

    A loader would read them from any file that is named there, such as `/etc/passwd`, or load a plug-in for the
    filter. Keras writes none of these.

    Do not load the file; have the model saved again with Keras.
    """
    withheld = evidence.container.withheld
    hits = hits_on_arrays(evidence, [(place.path, place.words) for place in withheld])
    for place, hit in zip(withheld, hits, strict=True):
        yield hit if place.is_elsewhere else hit._replace(cves=())


def pickled_weights(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The weights are pickled Python objects, as Keras writes them with `weights_format="npz"`.

    Loading a pickle runs whatever code is in it, so that they are not read here, and no Keras since 3.9 loads them
    either.

    Save the model again without `weights_format`.
    """
    pickled = [*evidence.container.pickled]
    if pickled:
        yield Hit(evidence.name, f"It holds {len(pickled):,} pickles, which are never loaded: {few_of(pickled)}.")


def oversized_array(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """An array declares far more values than the file holds for it.

    A loader that believes it fills the memory of its machine, or reads what lies behind the file. No Keras writes
    such an array: the file is damaged, or made to harm.

    Do not load the file; get it again from where it was made.
    """
    yield from hits_on_arrays(evidence, [(place.path, _own_words(place)) for place in evidence.container.oversized])


def _own_words(place: Place) -> str:
    """What is to be said of an array, without its path."""
    own = place.words.removeprefix(f"{place.path} ")
    return own if own == place.words else f"It {own}"


def repeated_key(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """An object of the config has the same key twice.

    Programs differ in which of the two they read, so that what was inspected need not be what is loaded: Keras
    takes the last one. No Keras writes it.

    Ask who edited the file, and have the model saved again with Keras.
    """
    for document, key in evidence.container.repeated_keys:
        yield Hit(document, f"One of its objects has the key {cut(key, SHOWN)!r} more than once.")


def stored_graph(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The folder holds a graph of TensorFlow operations beside the weights, as every SavedModel does.

    TensorFlow runs it where the model is called, and parts of it when it is loaded. Operations may read and write
    files, so that a graph is a program; nothing here runs it or looks at what it does.

    Load only what comes from someone you trust, or take the weights alone: kerasinspect export.
    """
    if evidence.container.has_graph:
        yield Hit(evidence.name, "It holds a graph of operations that TensorFlow runs.")


def deceptive_name(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A name holds characters that cannot be seen or that change the text around them, or it imitates another name.

    Control characters act on terminals and logs; text direction overrides, characters without width and letters of
    other scripts make two names look alike. Keras makes no such names.

    Rename the layer and save the model again, or do not trust the file.
    """
    names = {
        **{layer.path: "layer" for layer in evidence.model.walk()},
        **{weight.stored_path: "array" for weight in evidence.model.weights},
        **{extra.stored_path: "array" for extra in evidence.model.extras},
        **{member.name: "member" for member in evidence.container.members},
        **{path: "group" for path in evidence.container.group_paths if not _is_plain(path)},
    }
    looks: dict[str, str] = {}
    for name, word in names.items():
        plain = _is_plain(name)
        hidden = [] if plain else sorted(filter(_is_unseen, {*name}))
        if hidden:
            points = ", ".join(f"U+{ord(character):04X}" for character in hidden[:_MOST_CHARACTERS])
            yield Hit(name, f"The name of this {word} holds characters that cannot be seen: {points}.")
        elif not plain and len(name) > _LONGEST_LOOK:
            words = f"{len(name):,} characters, too many to tell whether it looks like another one"
            yield Hit(name, f"The name of this {word} has {words}.")
        elif looks.setdefault(name if plain else _look(name), name) != name:
            yield Hit(name, f"The name of this {word} looks like that of another one, and is not the same.")


_MOST_CHARACTERS = 5
_LONGEST_LOOK = 1_000
"""Characters of a name that is compared by its look: what some become is far longer, and marks are put in order."""


def _is_plain(name: str) -> bool:
    """Whether a name has only characters of which all can be seen and none looks like another: most names do."""
    return name.isascii() and name.isprintable()


def _is_unseen(character: str) -> bool:
    """Whether a character cannot be seen, or acts on the text around it."""
    return character in _BLANK or unicodedata.category(character) in _UNSEEN


def _look(name: str) -> str:
    """What a name looks like: the same for letters of other scripts and widths."""
    return unicodedata.normalize("NFKC", name).translate(_LOOK_ALIKES)
