"""A model that `export` wrote, without Keras."""

import pathlib
import types

import numpy as np

from keras_electra.postprocessing import (
    answer_search,
    classification,
    embedding,
    mask_filling,
    tagging,
    token_detection,
)
from keras_electra.runtime import manifest
from keras_electra.runtime.engines import load_engine
from keras_electra.runtime.exported_tokenizer import ExportedTokenizer
from keras_electra.text import row_batches
from keras_electra.text.packing import pack
from keras_electra.tokenizer.vocabulary import read_vocabulary

VOCABULARY = "vocabulary.txt"


class ExportedModel:
    """A model that `export` wrote, run without Keras.

    Beside the call on token ids it has the high-level method of its task,
    with the arguments and results of the task's own method. Several threads
    may use one model: ONNX runs their calls at the same time, the other
    formats one after another.

    Args:
        folder: string or path. The exported folder.
        threads: int. Number of processor threads; by default all, and one for
            LiteRT.
        verify: bool, default `True`. Whether to compare the checksums of the
            files, which takes a second for one or two gigabytes.

    Call arguments:
        inputs: dict of int32 arrays with the names, `inputs`, of the
            manifest.

    Returns:
        dict of float32 arrays with the names, `outputs`, of the manifest.

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
            vocabulary = read_vocabulary(self.folder / VOCABULARY)
            self.preprocessor = types.SimpleNamespace(
                tokenizer=ExportedTokenizer(
                    self.manifest["tokenizer"], vocabulary
                ),
                **{"truncation": "longest_first", **settings},
            )

    def __call__(self, inputs):
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
        """
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

    # === High-level methods of the tasks ===

    def classify(self, texts, top_k=1, batch_size=32):
        """Label texts; see `ElectraTextClassifier.classify`."""
        self._check_task("ElectraTextClassifier")
        return classification.classify(self, texts, top_k, batch_size)

    def embed(self, texts, batch_size=32):
        """Embed texts; see `ElectraTextEmbedder.embed`."""
        self._check_task("ElectraTextEmbedder")
        return embedding.embed(self, texts, batch_size)

    def detect(self, texts, batch_size=32):
        """Find replaced tokens; see `ElectraReplacedTokenDetector.detect`."""
        self._check_task("ElectraReplacedTokenDetector")
        return token_detection.detect(self, texts, batch_size)

    def fill_mask(self, texts, top_k=5, batch_size=32):
        """Predict masked tokens; see `ElectraMaskedLM.fill_mask`."""
        self._check_task("ElectraMaskedLM")
        return mask_filling.fill_mask(self, texts, top_k, batch_size)

    def tag(
        self,
        texts,
        aggregation="simple",
        stride=None,
        ignore_labels=("O",),
        batch_size=8,
    ):
        """Find entities; see `ElectraTokenClassifier.tag`."""
        self._check_task("ElectraTokenClassifier")
        return tagging.tag(
            self, texts, aggregation, stride, ignore_labels, batch_size
        )

    def answer(
        self,
        question,
        context,
        top_k=1,
        max_sequence_length=384,
        stride=128,
        max_answer_length=15,
        handle_impossible_answer=False,
        no_answer_threshold=0.0,
        batch_size=32,
    ):
        """Answer questions; see `ElectraQuestionAnswerer.answer`."""
        self._check_task("ElectraQuestionAnswerer")
        return answer_search.answer(
            self,
            question,
            context,
            top_k,
            max_sequence_length,
            stride,
            max_answer_length,
            handle_impossible_answer,
            no_answer_threshold,
            batch_size,
        )

    def _check_task(self, expected):
        if self.manifest["task"] != expected:
            raise ValueError(
                f"This method needs an exported {expected}. Received: "
                f"{self.manifest['task']}, in {str(self.folder)!r}."
            )
