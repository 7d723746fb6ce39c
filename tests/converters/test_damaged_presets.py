"""Presets with damaged, missing and swapped files.

Whatever is done to a file, loading either says which file is wrong or gives
the outputs of the preset that was saved.
"""

import collections
import copy
import json
import random
import shutil

import keras
import numpy as np
import pytest

import keras_electra
from tests import tiny

JUNK = (None, -1, 10**12, 1.5, float("nan"), True, "x", "", [], {}, [1])
LFS = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1\nsize 12345\n"
)
# Settings that no second file has: another value of them is another model, and
# left out they have their defaults.
SETTINGS = (
    "config.normalize",
    "config.pooling",
    "config.preprocessor None",
    "config.preprocessor missing",
)
ALONE = (("backbone", "config.json"), ("tokenizer", "tokenizer.json"))


def tokenizer(pieces=tiny.VOCABULARY):
    return keras_electra.ElectraTokenizer(pieces, strip_accents=False)


def make(name, seed=0, pieces=tiny.VOCABULARY, sizes=(), **kwargs):
    cls = getattr(keras_electra, name)
    task = cls(
        tiny.backbone(activation="relu", **dict(sizes)),
        preprocessor=cls.preprocessor_cls(
            tokenizer(pieces), sequence_length=24
        ),
        **kwargs,
    )
    return tiny.spread_weights(task, 0.3, seed)


def without_checksums(folder):
    """As earlier versions saved it."""
    for name in ("metadata.json", "tokenizer.json"):
        path = folder / name
        if path.is_file():
            content = json.loads(path.read_text())
            for key in ("task_class", "weights_sha256", "vocabulary_sha256"):
                content.pop(key, None)
            path.write_text(json.dumps(content))


@pytest.fixture(scope="module")
def presets(tmp_path_factory):
    """Name to class and folder, and folders to swap files with."""
    root = tmp_path_factory.mktemp("presets")
    names = {"class_names": ["no", "yes"], "problem_type": "multi_label"}
    classifier = make("ElectraTextClassifier", **names)
    made = {
        "classifier": classifier,
        "embedder": make("ElectraTextEmbedder", pooling="cls", normalize=True),
        "shards": make("ElectraMaskedLM"),
        "backbone": classifier.backbone,
        "tokenizer": classifier.preprocessor.tokenizer,
        "old": classifier,
    }
    folders = {}
    for name, model in made.items():
        folder = root / name
        options = {"max_shard_size": 8e-6} if name == "shards" else {}
        model.save_to_preset(folder, **options)
        folders[name] = (type(model), folder)
    assert len(list((root / "shards").glob("model_*.weights.h5"))) > 1
    without_checksums(folders["old"][1])
    preprocessor = type(classifier.preprocessor)
    folders["preprocessor"] = (preprocessor, folders["classifier"][1])
    pieces = tiny.VOCABULARY[:5] + tiny.VOCABULARY[:4:-1]
    others = {
        "weights": make("ElectraTextClassifier", 1, pieces, **names),
        "sizes": make(
            "ElectraTextClassifier",
            sizes={"num_layers": 1, "intermediate_dim": 48},
            class_names=["a", "b", "c"],
        ),
        "task": make("ElectraReplacedTokenDetector"),
    }
    for name, model in others.items():
        model.save_to_preset(root / "others" / name)
    return folders, root / "others"


def outputs(model):
    """What a preset computes, as one array or list."""
    if isinstance(model, keras_electra.ElectraTokenizer):
        return model(tiny.TEXTS)
    if isinstance(model, keras_electra.ElectraBackbone):
        return keras.ops.convert_to_numpy(model(tiny.inputs()))
    if isinstance(model, keras_electra.ElectraTextClassifierPreprocessor):
        return model(tiny.TEXTS)["token_ids"]
    if model.preprocessor is None:
        return np.zeros(0)
    if isinstance(model, keras_electra.ElectraMaskedLM):
        x = model.preprocessor.find_masks(["the [MASK] fox", tiny.TEXTS[0]])
        return keras.ops.convert_to_numpy(model(x))
    x = model.preprocessor(tiny.TEXTS)
    return keras.ops.convert_to_numpy(model(x))


def broken_bytes(content, others):
    half = len(content) // 2
    yield "empty", b""
    yield "half", content[:half]
    yield "one byte less", content[:-1]
    yield "a line less", content[: content.rstrip(b"\n").rfind(b"\n") + 1]
    yield "zeros", bytes(len(content))
    yield "noise", random.Random(0).randbytes(len(content))
    flipped = bytes([content[half] ^ 255])
    yield "a byte changed", content[:half] + flipped + content[half + 1 :]
    yield "a pointer of git-lfs", LFS
    for name, other in others.items():
        yield f"that of {name}", other


def places(content, path=()):
    """The path of every value in JSON."""
    pairs = content.items() if isinstance(content, dict) else ()
    pairs = enumerate(content) if isinstance(content, list) else pairs
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


def broken_json(content):
    yield "a list", []
    for path in places(content):
        for value in (*JUNK, KeyError):
            mutated = copy.deepcopy(content)
            inner = mutated
            for key in path[:-1]:
                inner = inner[key]
            before = inner.pop(path[-1])
            if value is not KeyError:
                if repr(before) == repr(value):
                    continue
                if isinstance(inner, list):
                    inner.insert(path[-1], value)
                else:
                    inner[path[-1]] = value
            label = "missing" if value is KeyError else repr(value)
            yield ".".join(map(str, path)) + f" {label}", mutated


def mutations(folder, others, checked):
    """Yields the file, what is done to it and a function that does it."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder)
        yield name, "missing", lambda path: path.unlink()
        yield (
            name,
            "a folder",
            lambda path: (path.unlink(), path.mkdir()),
        )
        content = path.read_bytes()
        swaps = {
            other.name: (other / name).read_bytes()
            for other in others.iterdir()
            if (other / name).is_file()
        }
        for what, new in broken_bytes(content, swaps if checked else {}):
            # Without checksums a file that can be read is believed.
            shorter = name.suffix == ".txt" and what in ("half", "a line less")
            if not checked and (shorter or what == "a byte changed"):
                continue
            if new != content:
                yield name, what, lambda path, new=new: path.write_bytes(new)
        if path.suffix != ".json":
            continue
        for what, new in broken_json(json.loads(content)):
            yield (
                name,
                what,
                lambda path, new=new: path.write_text(json.dumps(new)),
            )


def outcome(cls, folder, expected):
    """What loading does, in a word or two, and its error."""
    names = [path.name for path in folder.rglob("*")]
    try:
        found = outputs(cls.from_preset(folder))
    except (ValueError, TypeError, FileNotFoundError) as error:
        text = str(error)
        named = any(name in text for name in names) or "must hold `" in text
        clear = named and str(folder) in text
        return "refused" if clear else "not named", error
    except Exception as error:
        return "raw", error
    if isinstance(expected, list):
        return ("same" if found == expected else "different"), None
    same = found.shape == expected.shape and np.allclose(found, expected)
    return ("same" if same else "different"), None


def is_setting(preset, name, what):
    if (preset, name.name) in ALONE:
        return what.startswith("config.")
    return name.name == "task.json" and what.startswith(SETTINGS)


def damage(presets, preset, tmp_path, every=1):
    folders, others = presets
    cls, folder = folders[preset]
    expected = outputs(cls.from_preset(folder))
    counts, wrong = collections.Counter(), []
    chosen = list(mutations(folder, others, preset != "old"))
    for number, (name, what, apply) in enumerate(chosen):
        structural = name.suffix != ".json" or " " not in what
        if number % every and not (structural and every < len(chosen)):
            continue
        target = tmp_path / "preset"
        shutil.copytree(folder, target)
        apply(target / name)
        result, error = outcome(cls, target, expected)
        if result == "different" and is_setting(preset, name, what):
            result = "another setting"
        counts[result] += 1
        if result not in ("refused", "same", "another setting"):
            wrong.append(f"{name}: {what}: {result}: {error!r:.300}")
        shutil.rmtree(target)
    print(f"\n{preset}: {sum(counts.values())} presets, {dict(counts)}")
    assert not wrong, f"{len(wrong)} of {len(chosen)}\n" + "\n".join(wrong)


PRESETS = (
    "classifier", "embedder", "shards", "backbone", "tokenizer",
    "preprocessor", "old",
)  # fmt: skip


@pytest.mark.parametrize("preset", ["classifier", "shards", "old"])
def test_some_damage(presets, preset, tmp_path):
    damage(presets, preset, tmp_path, every=101)


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESETS)
def test_all_damage(presets, preset, tmp_path):
    damage(presets, preset, tmp_path)


@pytest.mark.parametrize("replaced", [False, True])
def test_the_preprocessor_of_a_task_is_needed(tmp_path, replaced):
    classifier = keras_electra.ElectraTextClassifier.from_preset(
        "electra_mini_sentiment_en"
    )
    classifier.save_to_preset(tmp_path / "p")
    path = tmp_path / "p" / "preprocessor.json"
    path.unlink()
    if replaced:
        shutil.copy(path.with_name("tokenizer.json"), path)
    for cls in (
        keras_electra.ElectraTextClassifier,
        keras_electra.ElectraTextClassifierPreprocessor,
    ):
        with pytest.raises((FileNotFoundError, ValueError), match=path.name):
            cls.from_preset(tmp_path / "p")
