"""Export a task: check the request, write the files and verify them."""

import hashlib
import importlib.metadata
import pathlib
import sys
import time

import keras

from keras_electra import registration
from keras_electra.atomic_folder import replace_folder
from keras_electra.exporters import (
    calibration_data,
    formats,
    model_files,
    signatures,
    verification,
)
from keras_electra.exporters.formats import Request
from keras_electra.exporters.precision import as_float32
from keras_electra.json_file import file_checksum
from keras_electra.keras_internals import flatten_layers
from keras_electra.runtime import manifest
from keras_electra.runtime.exported_model import VOCABULARY
from keras_electra.tokenizer.huggingface.writer import with_special_tokens
from keras_electra.tokenizer.vocabulary import write_vocabulary

# For programs in any language that read the folder without this package.
TOKENIZER = "tokenizer.json"


def is_keras_call(filepath, input_signature, kwargs, request):
    """Whether a call of `export` is for `keras.Model.export`.

    Args:
        filepath: string or path.
        input_signature: as in Keras.
        kwargs: dict of keywords that are not ours.
        request: `Request`.
    """
    is_file = str(filepath).endswith((".onnx", ".pt2", ".tflite", ".xml"))
    is_keras = is_file or input_signature is not None or bool(kwargs)
    if is_keras and request[1:] != Request()[1:]:
        raise ValueError(
            "`inputs`, `quantization` and `representative_data` need the path "
            "of a folder, and neither an `input_signature` nor other keywords, "
            "with which Keras' own export is called. Received: "
            f"filepath={str(filepath)!r}, input_signature={input_signature}, "
            f"{sorted(kwargs)}."
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
    """Write a task to a folder that runs without this package.

    Args:
        task: a task.
        filepath: string or path of a folder that does not exist.
        format: string. See `ElectraTextClassifier.export`, also for `inputs`,
            `quantization` and `representative_data`.
        source: string or `None`. Preset of the task, for the manifest.
        verbose: bool, default `True`. Whether to report progress.

    Returns:
        dict: the manifest.
    """
    _check_task(task)
    request = Request(format, inputs, quantization, representative_data)
    chosen = formats.check(request)
    task = as_float32(task)
    signature = signatures.signature_of(task, inputs)
    calibration_data.check(request, signature, task)
    target = pathlib.Path(filepath)
    if target.exists():
        raise FileExistsError(
            "`filepath` must not exist. Received: "
            f"filepath={str(filepath)!r}. Remove it, or choose another path."
        )
    start = time.perf_counter()
    contents = {}

    def report(text):
        if verbose:
            seconds = time.perf_counter() - start
            print(f"export, {seconds:.0f} s: {text}", file=sys.stderr)

    def write(folder):
        is_here = keras.config.backend() == chosen.backend
        where = "" if is_here else f" in a process with {chosen.backend}"
        report(f"writing {format}{where}")
        model_files.write(task, folder, request)
        contents.update(_describe(task, signature, request, chosen))
        contents["source"]["preset"] = source
        contents["files"] = _hashes(folder)
        report("comparing it with the model")
        run = model_files.load(folder, contents)
        contents["parity"] = _verify(task, run, signature, request)
        if task.preprocessor is not None:
            tokenizer = task.preprocessor.tokenizer
            write_vocabulary(tokenizer.engine.vocabulary, folder / VOCABULARY)
            rust = with_special_tokens(tokenizer.options, tokenizer.engine)
            rust.save(str(folder / TOKENIZER))
            for name in (VOCABULARY, TOKENIZER):
                contents["files"][name] = file_checksum(folder / name)
        manifest.write(folder, contents)

    replace_folder(write, target, whole=True)
    largest = contents["parity"]["max_abs_difference"]
    report(f"written to {target}; largest difference {largest:.2g}")
    return contents


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
        layer.name for layer in flatten_layers(task) if layer.quantization_mode
    ]
    if quantized:
        raise ValueError(
            "A model to export must not be quantized itself. Received: "
            f"{len(quantized)} quantized layers, such as {quantized[0]!r}. "
            "Export the original model with `quantization='int8'`."
        )


def _verify(task, run, signature, request):
    """Compare the outputs, and return `parity` of the manifest."""
    if request.inputs == "text":
        cases = list(verification.TEXTS)
        found = verification.measure_texts(task, run, signature)
    else:
        # Calibrated ranges are valid for data like those of the calibration.
        data = request.representative_data
        cases = verification.fitting(task)
        if data:
            cases = f"{len(data)} representative examples"
        batches = data or verification.random_batches(task, signature)
        found = verification.measure(task, run, signature, batches)
    verification.check(*found, request.quantization)
    largest, share = found
    return {
        "max_abs_difference": largest,
        "share_of_spread": share,
        "cases": cases,
    }


# === Manifest ===


def _describe(task, signature, request, chosen):
    """Return what is known of the export before it is verified."""
    not_settings = ("backbone", "preprocessor", "name", "trainable", "dtype")
    preprocessor = task.preprocessor
    preprocessing = tokenizer = None
    if preprocessor is not None:
        preprocessing = {"sequence_length": preprocessor.sequence_length}
        if hasattr(preprocessor, "truncation"):
            preprocessing["truncation"] = preprocessor.truncation
        tokenizer = preprocessor.tokenizer.options.to_config()
    return {
        "format": request.format,
        "model": chosen.model,
        "input_kind": request.inputs,
        "task": type(task).__name__,
        "task_settings": {
            name: value
            for name, value in task.get_config().items()
            if name not in not_settings
        },
        "max_sequence_length": task.max_sequence_length,
        "inputs": [vars(tensor) for tensor in signature.inputs],
        "outputs": [vars(tensor) for tensor in signature.outputs],
        "preprocessing": preprocessing,
        "tokenizer": tokenizer,
        "quantization": request.quantization,
        "source": {"preset": None, "weights_sha256": _hash_of_weights(task)},
        "versions": _versions(chosen.packages),
    }


def _hash_of_weights(task):
    digest = hashlib.sha256()
    for weight in task.weights:
        digest.update(weight.path.encode())
        digest.update(keras.ops.convert_to_numpy(weight).tobytes())
    return digest.hexdigest()


def _hashes(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): file_checksum(path)
        for path in paths
    }


def _versions(packages):
    names = importlib.metadata.packages_distributions()
    return {
        name: importlib.metadata.version(name)
        for package in ("keras_electra", "keras", *packages)
        for name in names.get(package, [])[:1]
    }
