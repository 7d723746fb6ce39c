"""`task.export`: check, write, prove, and only then appear."""

import hashlib
import importlib.metadata
import pathlib
import sys
import time

import keras

from keras_electra import registration
from keras_electra.atomic_folder import replace_folder
from keras_electra.exporters import (
    building,
    calibration_data,
    child,
    formats,
    saved_model,
    verification,
)
from keras_electra.exporters.float32_copy import in_float32
from keras_electra.exporters.request import Order
from keras_electra.runtime import engines, manifest
from keras_electra.runtime.exported_model import VOCABULARY
from keras_electra.tokenizer.huggingface.writer import with_special_tokens
from keras_electra.tokenizer.vocabulary import write_vocabulary

# For those who read the folder without this package, in whatever language.
TOKENIZER = "tokenizer.json"

# What a task's config holds beside its settings.
_NOT_SETTINGS = ("backbone", "preprocessor", "name", "trainable", "dtype")


def is_keras_call(filepath, input_signature, kwargs, ours):
    """Whether a call of `export` means Keras' own.

    Args:
        filepath: string or path.
        input_signature: as in Keras.
        kwargs: dict of keywords that are not ours.
        ours: `Order`.

    Returns:
        bool.

    Raises:
        ValueError: if it does, and asks for what only ours can do.
    """
    is_file = str(filepath).endswith((".onnx", ".pt2", ".tflite", ".xml"))
    is_keras = is_file or input_signature is not None or bool(kwargs)
    if is_keras and ours[1:] != Order()[1:]:
        raise ValueError(
            "`inputs`, `quantization` and `representative_data` need the path "
            "of a folder, and neither an `input_signature` nor other keywords: "
            "with those Keras' own export is called, which has none of the "
            f"three. Received: filepath={str(filepath)!r}, input_signature="
            f"{input_signature}, {sorted(kwargs)}."
        )
    return is_keras


def export(
    task,
    filepath,
    format="tf_saved_model",
    inputs="tokens",
    quantization=None,
    representative_data=None,
    source=None,
    verbose=True,
):
    """Write a folder that runs without this package.

    Args:
        task: a task.
        filepath: string or path of a folder that does not exist.
        format: string. See `ElectraTextClassifier.export`; so for all others.
        inputs: `"tokens"` or `"text"`.
        quantization: `None`, `"float16"` or `"int8"`.
        representative_data: list of dicts of int arrays, or `None`.
        source: string or `None`. Where the task came from, for the manifest.
        verbose: bool, default `True`. Whether to say what is being done.

    Returns:
        dict: the manifest.

    Raises:
        ValueError: if an argument is not possible, or if what was written
            differs too much from the task.
        TypeError: if `task` is none of ours.
        ImportError: naming the extra to install.
        FileExistsError: if there is something at `filepath`.
    """
    _check_task(task)
    has_data = representative_data is not None
    chosen = formats.check(format, inputs, quantization, has_data)
    task = in_float32(task)
    signature = building.signature_of(task, inputs)
    calibration_data.check(
        representative_data, format, quantization, signature, task
    )
    target = pathlib.Path(filepath)
    if target.exists():
        raise FileExistsError(
            "`filepath` must not exist. Received: "
            f"filepath={str(filepath)!r}. Remove it, or name another."
        )
    order = Order(format, inputs, quantization, representative_data)
    say = _Teller(verbose)
    contents = {}

    def write(folder):
        is_here = keras.config.backend() == chosen.backend
        where = "" if is_here else f" in a process with {chosen.backend}"
        say(f"writing {format}{where}")
        (building if is_here else child).build(task, folder, order)
        files = _hashes(folder)
        contents.update(
            {
                "format": format,
                "model": chosen.model,
                "input_kind": inputs,
                **_describe(task, signature),
                "quantization": quantization,
                "source": {
                    "preset": source,
                    "weights_sha256": _hash_of_weights(task),
                },
                "versions": _versions(chosen.packages),
                "files": files,
            }
        )
        say("comparing it with the model")
        run = _runner(folder, contents)
        if inputs == "text":
            largest, share = verification.measure_texts(task, run, signature)
        else:
            # Ranges found on some data hold for data like these.
            batches = representative_data or verification.random_batches(
                task, signature
            )
            largest, share = verification.measure(task, run, signature, batches)
        verification.check(largest, share, quantization)
        contents["parity"] = {
            "max_abs_difference": largest,
            "share_of_spread": share,
            "cases": _cases(task, order),
        }
        if task.preprocessor is not None:
            tokenizer = task.preprocessor.tokenizer
            write_vocabulary(tokenizer.engine.vocabulary, folder / VOCABULARY)
            rust = with_special_tokens(tokenizer.options, tokenizer.engine)
            rust.save(str(folder / TOKENIZER))
            contents["files"] = {
                **files,
                VOCABULARY: _hash(folder / VOCABULARY),
                TOKENIZER: _hash(folder / TOKENIZER),
            }
        manifest.write(folder, contents)

    replace_folder(write, target, whole=True)
    largest = contents["parity"]["max_abs_difference"]
    say(f"written to {target}; largest difference {largest:.2g}")
    return contents


def _cases(task, order):
    """What was compared, for the manifest."""
    if order.inputs == "text":
        return list(verification.TEXTS)
    if order.representative_data:
        return f"{len(order.representative_data)} representative examples"
    return verification.fitting(task)


def _check_task(task):
    name = type(task).__name__
    if name not in registration.PUBLIC_CLASSES or not hasattr(task, "backbone"):
        raise TypeError(
            f"`export` writes the tasks of keras_electra. Received: {name}."
        )
    if task.export_obstacle:
        raise ValueError(
            f"This task cannot be exported: {task.export_obstacle}"
        )
    quantized = [
        layer.name
        for layer in task._flatten_layers()
        if layer.quantization_mode
    ]
    if quantized:
        raise ValueError(
            "A model to export must not be quantized itself. Received: "
            f"{len(quantized)} quantized layers, such as {quantized[0]!r}. "
            "Export the model it came from with `quantization='int8'`."
        )


class _Teller:
    """Says on standard error what is being done, and how long it has taken."""

    def __init__(self, verbose):
        self.start = time.perf_counter()
        self.verbose = verbose

    def __call__(self, text):
        if self.verbose:
            seconds = time.perf_counter() - self.start
            print(f"export, {seconds:.0f} s: {text}", file=sys.stderr)


def _describe(task, signature):
    """What the manifest says of the task and its preprocessor."""
    config = task.get_config()
    preprocessor = task.preprocessor
    about = {
        "task": type(task).__name__,
        "task_settings": {
            name: value
            for name, value in config.items()
            if name not in _NOT_SETTINGS
        },
        "max_sequence_length": task.max_sequence_length,
        "inputs": [vars(tensor) for tensor in signature.inputs],
        "outputs": [vars(tensor) for tensor in signature.outputs],
        "preprocessing": None,
        "tokenizer": None,
    }
    if preprocessor is not None:
        settings = {"sequence_length": preprocessor.sequence_length}
        if hasattr(preprocessor, "truncation"):
            settings["truncation"] = preprocessor.truncation
        about["preprocessing"] = settings
        about["tokenizer"] = preprocessor.tokenizer.options.to_config()
    return about


def _runner(folder, contents):
    if contents["format"] == "tf_saved_model":
        return saved_model.load(folder)
    if contents["format"] == "torch":
        from keras_electra.exporters import torch_program

        return torch_program.load(folder / contents["model"])
    return engines.load_engine(folder, contents)


def _hash_of_weights(task):
    digest = hashlib.sha256()
    for weight in task.weights:
        digest.update(weight.path.encode())
        digest.update(keras.ops.convert_to_numpy(weight).tobytes())
    return digest.hexdigest()


def _hashes(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _hash(path) for path in paths}


def _hash(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versions(packages):
    names = importlib.metadata.packages_distributions()
    return {
        name: importlib.metadata.version(name)
        for package in ("keras_electra", "keras", *packages)
        for name in names.get(package, [])[:1]
    }
