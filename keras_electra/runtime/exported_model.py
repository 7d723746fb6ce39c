"""An exported model: its folder, loaded and asked."""

import dataclasses
import pathlib

import numpy as np

from keras_electra.array_checks import check_outputs
from keras_electra.input_names import check_input_names
from keras_electra.postprocessing import class_labels, mask_filling
from keras_electra.postprocessing.answer_search import search_answers
from keras_electra.postprocessing.entity_grouping import EntityGrouping
from keras_electra.postprocessing.tagging import tag_texts
from keras_electra.postprocessing.token_detection import detect_tokens
from keras_electra.runtime import engines, manifest
from keras_electra.runtime.exported_tokenizer import Tokenizer
from keras_electra.text import question_columns, row_batches
from keras_electra.text.masking import find_mask_tokens
from keras_electra.text.packing import pack
from keras_electra.text.words import are_words, as_words
from keras_electra.tokenizer.texts import as_texts, listed
from keras_electra.tokenizer.vocabulary import read_vocabulary

VOCABULARY = "vocabulary.txt"


@dataclasses.dataclass
class Preprocessor:
    """What the calls below need to know of a preprocessor.

    Args:
        tokenizer: `Tokenizer`.
        sequence_length: int.
        truncation: string.
    """

    tokenizer: Tokenizer
    sequence_length: int
    truncation: str = "longest_first"


class ExportedModel:
    """A model that `export` wrote, run without Keras.

    Args:
        folder: string or path.
        threads: int or `None` for the runtime's default.
        verify: bool, default `True`. Whether to compare the checksums of its
            files, at a second for a gigabyte or two.

    Call arguments:
        inputs: dict of int32 arrays, as the manifest names them.

    Returns:
        dict of float32 arrays.

    Raises:
        FileNotFoundError: if the folder or a file of it is missing.
        ImportError: if the format's package is not installed.
        ValueError: if the manifest is broken, or does not fit its model; if
            there is an unknown input.
    """

    def __init__(self, folder, threads=None, verify=True):
        self.folder = pathlib.Path(folder)
        self.manifest = manifest.read(self.folder, verify)
        self._engine = engines.load_engine(self.folder, self.manifest, threads)
        self.max_sequence_length = self.manifest["max_sequence_length"]
        self.preprocessor = None
        settings = self.manifest["preprocessing"]
        if settings is not None:
            self.preprocessor = Preprocessor(
                Tokenizer(
                    self.manifest["tokenizer"],
                    read_vocabulary(self.folder / VOCABULARY, exact=True),
                ),
                **settings,
            )

    def __call__(self, inputs):
        check_input_names(
            inputs, [tensor["name"] for tensor in self.manifest["inputs"]]
        )
        return self._engine(inputs)

    def predict_rows(self, lengths, batch, batch_size):
        """Outputs of rows that are made when needed, the shortest first.

        Args:
            lengths: int array, `(N,)`.
            batch: function of an int array of row numbers to a dict of inputs.
            batch_size: int.

        Returns:
            float32 array, `(N, ...)`, or a dict of them where the model has
            several outputs. What stands at padding means nothing.
        """
        parts, back = row_batches.sorted_parts(lengths, batch_size)
        found = [self(_int32(batch(rows))) for rows in parts]
        outputs = {
            name: row_batches.join(*(one[name] for one in found))[back]
            for name in found[0]
        }
        return outputs if len(outputs) > 1 else next(iter(outputs.values()))

    # === The calls of the tasks ===

    def classify(self, texts, top_k=1, batch_size=32):
        """Label texts; see `ElectraTextClassifier.classify`."""
        class_labels.check_top_k(top_k)
        texts, single = self._texts(texts, "ElectraTextClassifier")
        settings = self.manifest["task_settings"]
        rows = class_labels.label_rows(
            self._predict(texts, batch_size),
            settings["class_names"],
            settings["problem_type"],
            top_k,
        )
        return rows[0] if single else rows

    def embed(self, texts, batch_size=32):
        """The vectors of texts; see `ElectraTextEmbedder.embed`."""
        texts, single = self._texts(texts, "ElectraTextEmbedder")
        vectors = self._predict(texts, batch_size)
        check_outputs(vectors)
        return vectors[0] if single else vectors

    def detect(self, texts, batch_size=32):
        """Find tokens that were replaced; see
        `ElectraReplacedTokenDetector.detect`."""
        texts, single = self._texts(texts, "ElectraReplacedTokenDetector")
        rows = detect_tokens(self, texts[0], batch_size)
        return rows[0] if single else rows

    def fill_mask(self, texts, top_k=5, batch_size=32):
        """Guess masked tokens; see `ElectraMaskedLM.fill_mask`."""
        mask_filling.check_top_k(top_k)
        texts, single = self._texts(texts, "ElectraMaskedLM")
        tokenizer = self.preprocessor.tokenizer
        results = []
        for start in range(0, len(texts[0]), batch_size):
            batch = texts[0][start : start + batch_size]
            x = find_mask_tokens(self._pack([batch]), tokenizer)
            mask_filling.check_masks(x, batch, tokenizer, start)
            logits = self(_int32(x))["logits"]
            results += mask_filling.best_tokens(x, logits, tokenizer, top_k)
        return results[0] if single else results

    def tag(
        self,
        texts,
        aggregation="simple",
        stride=None,
        ignore_labels=("O",),
        batch_size=8,
    ):
        """Find entities; see `ElectraTokenClassifier.tag`."""
        texts, single = self._texts(texts, "ElectraTokenClassifier")
        group = EntityGrouping(
            self.preprocessor.tokenizer,
            self.manifest["task_settings"]["class_names"],
            aggregation,
            ignore_labels,
            stride,
        )
        results = tag_texts(self, texts[0], group, stride, batch_size)
        return results[0] if single else results

    def answer(
        self,
        question,
        context,
        top_k=1,
        max_sequence_length=384,
        stride=None,
        max_answer_length=15,
        handle_impossible_answer=False,
        no_answer_threshold=0.0,
        batch_size=32,
    ):
        """Answer questions; see `ElectraQuestionAnswerer.answer`."""
        _, single = self._texts(question, "ElectraQuestionAnswerer")
        questions, contexts = question_columns.as_columns(question, context)
        results = [
            rows if top_k > 1 else rows[0]
            for rows, _ in search_answers(
                self,
                questions,
                contexts,
                top_k,
                max_sequence_length,
                stride,
                max_answer_length,
                batch_size,
                no_answer_threshold if handle_impossible_answer else None,
            )
        ]
        return results[0] if single else results

    def _texts(self, texts, task):
        """Columns of texts, and whether a single one was given."""
        if self.manifest["task"] != task:
            raise ValueError(
                f"This call needs an exported {task}. Received: "
                f"{self.manifest['task']}, in {str(self.folder)!r}."
            )
        if self.preprocessor is None:
            raise ValueError(
                "This model was exported without a tokenizer, and takes token "
                "ids only. Call it with a dict of arrays, or export a task "
                "that has a preprocessor."
            )
        texts = listed(texts)
        if are_words(texts):
            return [as_words(texts, "texts")], False
        columns = texts if isinstance(texts, tuple) else (texts,)
        if len(columns) > 1 and task != "ElectraTextClassifier":
            raise ValueError(
                "`texts` must be a string or a list of strings; only a "
                "classifier takes pairs. Received: a tuple of "
                f"{len(columns)}."
            )
        read = [as_texts(column, "texts") for column in columns]
        return [column for column, _ in read], not read[0][1]

    def _predict(self, columns, batch_size):
        x = self._pack(columns)
        lengths = x["padding_mask"].sum(axis=1)
        left = self.preprocessor.tokenizer.options.padding_side == "left"

        def batch(rows):
            longest = lengths[rows].max()
            kept = slice(-longest, None) if left else slice(longest)
            return {name: array[rows, kept] for name, array in x.items()}

        return self.predict_rows(lengths, batch, batch_size)

    def _pack(self, columns):
        preprocessor = self.preprocessor
        return pack(
            preprocessor.tokenizer,
            *columns,
            sequence_length=min(
                preprocessor.sequence_length, self.max_sequence_length
            ),
            truncation=preprocessor.truncation,
            buckets=(),
        )


def _int32(inputs):
    return {
        name: np.ascontiguousarray(array, dtype="int32")
        for name, array in inputs.items()
    }
