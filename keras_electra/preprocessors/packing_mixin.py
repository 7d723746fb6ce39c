"""What every preprocessor does: texts in, packed tokens out."""

import keras
import numpy as np

from keras_electra.preset_mixin import PresetMixin
from keras_electra.text import packing
from keras_electra.text.raw_text import are_texts, is_symbolic, split_pair
from keras_electra.text.truncation import length_buckets


class PackingMixin(PresetMixin):
    """Tokenize and pack one text or a pair; labels pass through.

    Goes before a KerasHub preprocessor class in the bases, whose tokenizer and
    preset handling it keeps.

    Args:
        tokenizer: `ElectraTokenizer`.
        sequence_length: int, default `512`. Longer sequences are truncated;
            shorter ones are padded to the longest of their batch, rounded up
            to a bucket on JAX and TensorFlow, which compile once a length.
        truncation: string, default `"longest_first"`. Which text of a pair is
            cut: `"longest_first"`, `"only_first"` or `"only_second"`.
        **kwargs: other arguments of `keras.layers.Layer`.

    Call arguments:
        x: texts: a list of strings, a numpy array of them or a `tf.string`
            tensor, `(B,)`; for pairs a tuple of two of these.
        y: labels, passed on.
        sample_weight: weights, passed on.

    Returns:
        A dict of `token_ids`, `segment_ids` and `padding_mask`, int32
        `(B, T)`: numpy arrays, or tensors in a TensorFlow graph. With `y` or
        `sample_weight`, a tuple as `keras.utils.pack_x_y_sample_weight` makes.

    Raises:
        ValueError: if something is not text, or if `sequence_length` or
            `truncation` are not possible.
    """

    def __init__(
        self,
        tokenizer,
        sequence_length=512,
        truncation="longest_first",
        **kwargs,
    ):
        super().__init__(tokenizer, **kwargs)
        self.sequence_length = sequence_length
        self.truncation = truncation
        self.built = True  # No weights; and `quantize` asks every layer.

    def build(self, *_, **__):
        self.built = True

    def __call__(self, x, *args, **kwargs):
        # KerasHub reads a bare tuple as `(x, y)`; a pair of texts is no label.
        if type(x) is tuple and len(x) == 2 and are_texts(x[1]) and not args:
            kwargs.setdefault("y", None)
        return super().__call__(x, *args, **kwargs)

    def call(self, x, y=None, sample_weight=None):
        first, second = split_pair(x)
        options = {
            "sequence_length": self.sequence_length,
            "truncation": self.truncation,
        }
        if is_symbolic(first):
            packed = packing.pack_in_graph(
                self.tokenizer, first, second, **options
            )
        else:
            packed = packing.pack(
                self.tokenizer,
                first,
                second,
                buckets=length_buckets(),
                **options,
            )
        return keras.utils.pack_x_y_sample_weight(packed, y, sample_weight)

    def token_counts(self, texts, pairs=None):
        """How many tokens each sequence takes, framing apart.

        Args:
            texts: list of strings.
            pairs: list of strings, or `None`.

        Returns:
            int array, `(B,)`. Texts count at most `sequence_length` each.
        """
        limit = self.sequence_length
        columns = [texts] if pairs is None else [texts, pairs]
        counts = np.zeros(len(texts), dtype="int64")
        for column in columns:
            rows = self.tokenizer.engine.tokenize(column, limit)
            counts += [min(len(row) // 4, limit) for row in rows]  # int32
        return counts

    def compute_output_spec(self, *args, **kwargs):
        raise ValueError(
            f"`{type(self).__name__}` takes texts and cannot be called on "
            "symbolic Keras inputs. Map it over a data set, or call it on "
            "strings."
        )

    def get_config(self):
        config = super().get_config()
        config.pop("truncate", None)  # KerasHub's word, with other values.
        return {
            **config,
            "sequence_length": self.sequence_length,
            "truncation": self.truncation,
        }
