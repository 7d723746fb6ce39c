"""Tokenize and pack texts in a preprocessor."""

import keras
import numpy as np

from keras_electra.argument_checks import check_choice, is_integer
from keras_electra.preset_mixin import PresetMixin
from keras_electra.text import packing
from keras_electra.text.raw_text import are_texts, is_symbolic, split_pair
from keras_electra.text.truncation import TRUNCATIONS, length_buckets
from keras_electra.tokenizer.texts import listed
from keras_electra.tokenizer.tokenizer import ElectraTokenizer


class PackingMixin(PresetMixin):
    """Tokenize and pack one text or a pair; labels pass through.

    Goes before a KerasHub preprocessor class in the bases, whose tokenizer and
    preset handling it keeps. `default_length` is the `sequence_length` of a
    preprocessor that was given none.

    Args:
        tokenizer: `ElectraTokenizer`.
        sequence_length: int, default `512`, or what the task's encoder takes if
            that is less. Longer sequences are truncated; shorter ones are
            padded to the longest of their batch, rounded up to a bucket on JAX
            and TensorFlow, which compile once a length.
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

    default_length = 512

    def __init__(
        self,
        tokenizer,
        sequence_length=None,
        truncation="longest_first",
        **kwargs,
    ):
        if not isinstance(tokenizer, ElectraTokenizer):
            raise ValueError(
                "`tokenizer` must be an `ElectraTokenizer`. Received: "
                f"tokenizer={tokenizer!r}."
            )
        super().__init__(tokenizer, **kwargs)
        self.sequence_length = sequence_length
        self.truncation = truncation
        self.built = True  # No weights; and `quantize` asks every layer.

    def build(self, *_, **__):
        self.built = True

    @property
    def sequence_length(self):
        return self._sequence_length or self.default_length

    @sequence_length.setter
    def sequence_length(self, value):
        if value is not None and not is_integer(value, 2):
            raise ValueError(
                "`sequence_length` must be an integer of at least 2, for [CLS] "
                f"and [SEP]. Received: sequence_length={value!r}."
            )
        self._sequence_length = None if value is None else int(value)

    @property
    def truncation(self):
        return self._truncation

    @truncation.setter
    def truncation(self, value):
        check_choice(TRUNCATIONS, truncation=value)
        self._truncation = value

    def limit_length(self, longest):
        """Fit `sequence_length` to an encoder.

        Args:
            longest: int. The encoder's `max_sequence_length`.

        Raises:
            ValueError: if a longer one was asked for.
        """
        if self._sequence_length is None:
            self._sequence_length = min(self.default_length, longest)
        if self._sequence_length > longest:
            raise ValueError(
                "The `sequence_length` of a preprocessor must not be above the "
                "`max_sequence_length` of the encoder. Received: "
                f"sequence_length={self._sequence_length}, "
                f"max_sequence_length={longest}. Pass "
                f"`sequence_length={longest}` or less."
            )

    def __call__(self, x, *args, **kwargs):
        x = as_columns(x)
        if "y" in kwargs:
            kwargs["y"] = listed(kwargs["y"])
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


def as_columns(x):
    """`listed` of texts, or of both texts of a tuple."""
    return tuple(map(listed, x)) if isinstance(x, tuple) else listed(x)
