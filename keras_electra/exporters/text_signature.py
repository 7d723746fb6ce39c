"""A SavedModel that takes raw texts, on the TensorFlow backend."""

from keras_electra.exporters import saved_model
from keras_electra.exporters.signatures import NamedTensor, Signature
from keras_electra.text.packing_in_graph import pack_in_graph

_TOKENS = NamedTensor("tokens", "string", ("batch", "length"))
# What each task answers a batch of texts with.
OUTPUTS = {
    "ElectraTextClassifier": (
        NamedTensor("labels", "string", ("batch",)),
        NamedTensor("scores", "float32", ("batch",)),
        NamedTensor("logits", "float32", ("batch", "classes")),
    ),
    "ElectraTextEmbedder": (
        NamedTensor("embeddings", "float32", ("batch", "dimensions")),
    ),
    "ElectraTokenClassifier": (
        _TOKENS,
        NamedTensor("labels", "string", ("batch", "length")),
        NamedTensor("scores", "float32", ("batch", "length")),
        NamedTensor("logits", "float32", ("batch", "length", "classes")),
    ),
    "ElectraReplacedTokenDetector": (
        _TOKENS,
        NamedTensor("replaced", "float32", ("batch", "length")),
        NamedTensor("logits", "float32", ("batch", "length")),
    ),
}


def signature_of(task):
    """The signature of a task over texts.

    Args:
        task: a task with a preprocessor.

    Returns:
        `Signature`.

    Raises:
        ValueError: if the task has no preprocessor, or one that pads on the
            left, or no answer that fits into tensors.
    """
    kind = type(task).__name__
    if kind not in OUTPUTS:
        raise ValueError(
            f"`inputs='text'` can be had of {', '.join(OUTPUTS)}. Received: "
            f"{kind}. Export it with inputs='tokens', and tokenize before it: "
            "`keras_electra.runtime` does, but for choices and decoders."
        )
    if task.preprocessor is None:
        raise ValueError(
            "`inputs='text'` needs a preprocessor, and this model has none. "
            "Set `task.preprocessor`, or export it with inputs='tokens'."
        )
    if task.preprocessor.tokenizer.options.padding_side == "left":
        raise ValueError(
            "`inputs='text'` needs a tokenizer with padding_side='right'. "
            "Received: 'left', where what the model says of a text depends on "
            "the longest text beside it. Export it with inputs='tokens'."
        )
    texts = NamedTensor("texts", "string", ("batch",))
    return Signature((texts,), OUTPUTS[kind])


def takes_pairs(task):
    """Whether there is a second signature, for two texts at a time."""
    return type(task).__name__ == "ElectraTextClassifier"


def write(task, folder, signature):
    """Write a SavedModel that takes texts.

    Args:
        task: a task, on the TensorFlow backend.
        folder: `pathlib.Path`, which exists.
        signature: `Signature` over texts.

    Returns:
        None. The model has the signature `serving_default` of `texts`, and if
        it is a classifier `pairs` of `texts` and `pairs`. Whoever loads it
        must import tensorflow_text first.
    """
    import tensorflow as tf

    answer = _answer_of(task)
    texts, pairs = (
        tf.TensorSpec([None], "string", name=name)
        for name in ("texts", "pairs")
    )
    endpoints = {"serving_default": (answer, [texts])}
    if takes_pairs(task):
        endpoints["pairs"] = (answer, [texts, pairs])
    saved_model.save(task, folder, endpoints)


def _answer_of(task):
    """A function of one or two string tensors to a dict of tensors."""
    preprocessor = task.preprocessor
    length = min(preprocessor.sequence_length, task.max_sequence_length)
    finish = {
        "ElectraTextClassifier": _label,
        "ElectraTextEmbedder": lambda task, x, y: {"embeddings": y},
        "ElectraTokenClassifier": _tag,
        "ElectraReplacedTokenDetector": _detect,
    }[type(task).__name__]

    def answer(texts, pairs=None):
        import tensorflow as tf

        packed = pack_in_graph(
            preprocessor.tokenizer,
            texts,
            pairs,
            sequence_length=length,
            truncation=preprocessor.truncation,
        )
        outputs = tf.cast(task(packed, training=False), "float32")
        return finish(task, packed, outputs)

    return answer


def _label(task, packed, logits):
    """The best class of each text."""
    import tensorflow as tf

    if task.problem_type == "single_label":
        scores = tf.nn.softmax(logits)
    elif task.problem_type == "multi_label":
        scores = tf.sigmoid(logits)
    else:
        scores = logits
    names = tf.constant(task.class_names)
    return {
        "labels": tf.gather(names, tf.argmax(scores, axis=-1)),
        "scores": tf.reduce_max(scores, axis=-1),
        "logits": logits,
    }


def _tag(task, packed, logits):
    """The best class of each token; nothing at padding."""
    import tensorflow as tf

    real = packed["padding_mask"] == 1
    names = tf.constant(task.class_names)
    labels = tf.gather(names, tf.argmax(logits, axis=-1))
    scores = tf.reduce_max(tf.nn.softmax(logits), axis=-1)
    return {
        "tokens": _tokens(task, packed),
        "labels": tf.where(real, labels, ""),
        "scores": tf.where(real, scores, 0.0),
        "logits": tf.where(real[..., None], logits, 0.0),
    }


def _detect(task, packed, logits):
    """How likely each token was replaced; 0 at padding."""
    import tensorflow as tf

    real = packed["padding_mask"] == 1
    return {
        "tokens": _tokens(task, packed),
        "replaced": tf.where(real, tf.sigmoid(logits), 0.0),
        "logits": tf.where(real, logits, 0.0),
    }


def _tokens(task, packed):
    import tensorflow as tf

    table = tf.constant(task.preprocessor.tokenizer.get_vocabulary())
    tokens = tf.gather(table, packed["token_ids"])
    return tf.where(packed["padding_mask"] == 1, tokens, "")
