"""A model that `export` wrote, without Keras."""

import functools
import pathlib
import types

import numpy as np

from keras_electra.input_names import check_input_names
from keras_electra.postprocessing.answer_search import answer
from keras_electra.postprocessing.classification import classify
from keras_electra.postprocessing.embedding import embed
from keras_electra.postprocessing.mask_filling import fill_mask
from keras_electra.postprocessing.tagging import tag
from keras_electra.postprocessing.text_arguments import check_preprocessor
from keras_electra.postprocessing.token_detection import detect
from keras_electra.runtime import manifest
from keras_electra.runtime.engines import load_engine
from keras_electra.runtime.exported_tokenizer import ExportedTokenizer
from keras_electra.text import row_batches
from keras_electra.text.packing import pack
from keras_electra.tokenizer.vocabulary import read_vocabulary

VOCABULARY = "vocabulary.txt"


def _method_of(task, function):
    """Make a method that needs an export of `task` from a shared function."""

    @functools.wraps(function)
    def method(self, *args, **kwargs):
        if self.manifest["task"] != task:
            raise ValueError(
                f"`{function.__name__}` needs an exported {task}. Received: "
                f"{self.manifest['task']}, in {str(self.folder)!r}."
            )
        return function(self, *args, **kwargs)

    return method


class ExportedModel:
    """A model that `export` wrote, run without Keras.

    Call the model on token ids, or use the high-level method of its task,
    such as `classify`, with the arguments and results of the task's own
    method. Threads can share a model: ONNX runs their calls in parallel, the
    other formats one after another.

    Args:
        folder: string or path. The exported folder.
        threads: int. Number of processor threads; by default all, and one for
            LiteRT.
        verify: bool, default `True`. Whether to compare the checksums of the
            files, which takes a second for one or two gigabytes.

    Call arguments:
        inputs: dict of int32 arrays, named as `inputs` in the manifest.

    Returns:
        dict of float32 arrays, named as `outputs` in the manifest.

    Raises:
        FileNotFoundError: if the folder or one of its files is missing.
        ImportError: if the package of the format is not installed.
        ValueError: if the manifest is invalid, or does not match the model.

    Example:
    ```python
    model = keras_electra.runtime.ExportedModel("sentiment_onnx")
    model.classify("Amazing food!")
    # {'label': 'positive', 'score': 0.99...}
    ```
    """

    def __init__(self, folder, threads=None, verify=True):
        self.folder = pathlib.Path(folder)
        self.manifest = manifest.read(self.folder, verify)
        self._engine = load_engine(self.folder, self.manifest, threads)
        self.max_sequence_length = self.manifest["max_sequence_length"]
        self.class_names = self.manifest["task_settings"].get("class_names")
        self.problem_type = self.manifest["task_settings"].get("problem_type")
        self.preprocessor = None
        settings = self.manifest["preprocessing"]
        if settings is not None:
            path = self.folder / VOCABULARY
            vocabulary = read_vocabulary(path, exact=True)
            self.preprocessor = types.SimpleNamespace(
                tokenizer=ExportedTokenizer(
                    self.manifest["tokenizer"], vocabulary
                ),
                **{"truncation": "longest_first", **settings},
            )

    def __call__(self, inputs):
        check_input_names(
            inputs, [tensor["name"] for tensor in self.manifest["inputs"]]
        )
        return self._engine(inputs)

    def predict(self, x, batch_size=32, verbose=0):
        """Compute the model's outputs for raw texts.

        Args:
            x: a list of strings, or a tuple of two lists for pairs.
            batch_size: int, default `32`.
            verbose: ignored; as in `keras.Model.predict`.

        Returns:
            float32 array, `(N, ...)`, or a dict of arrays if the model has
            several outputs. Values at padding are undefined.

        Raises:
            ValueError: if the model was exported without a preprocessor, or
                if `x` is not text.
        """
        check_preprocessor(self, "predict")
        preprocessor = self.preprocessor
        packed = pack(
            preprocessor.tokenizer,
            *(x if isinstance(x, tuple) else (x,)),
            sequence_length=min(
                preprocessor.sequence_length, self.max_sequence_length
            ),
            truncation=preprocessor.truncation,
            buckets=(),
        )
        lengths = packed["padding_mask"].sum(axis=1)
        pads_left = preprocessor.tokenizer.options.padding_side == "left"

        def batch(rows):
            longest = lengths[rows].max()
            kept = slice(-longest, None) if pads_left else slice(longest)
            return {name: array[rows, kept] for name, array in packed.items()}

        return self.predict_rows(lengths, batch, batch_size)

    def predict_rows(self, lengths, batch, batch_size):
        """Compute the outputs for rows in order of length.

        Args:
            lengths: int array, `(N,)`. Length of each row.
            batch: function of an int array of row numbers to a dict of inputs.
            batch_size: int.

        Returns:
            As `predict`, in the order of the rows.
        """
        parts, back = row_batches.sorted_parts(lengths, batch_size)
        found = [
            self(
                {
                    name: np.ascontiguousarray(array, "int32")
                    for name, array in batch(rows).items()
                }
            )
            for rows in parts
        ]
        outputs = {
            name: row_batches.join(*(one[name] for one in found))[back]
            for name in found[0]
        }
        return outputs if len(outputs) > 1 else next(iter(outputs.values()))

    # === High-level methods, those of the tasks ===
    classify = _method_of("ElectraTextClassifier", classify)
    embed = _method_of("ElectraTextEmbedder", embed)
    detect = _method_of("ElectraReplacedTokenDetector", detect)
    fill_mask = _method_of("ElectraMaskedLM", fill_mask)
    tag = _method_of("ElectraTokenClassifier", tag)
    answer = _method_of("ElectraQuestionAnswerer", answer)
