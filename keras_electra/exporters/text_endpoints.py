"""Endpoints of a SavedModel that takes raw texts."""

from keras_electra.exporters.signatures import takes_pairs
from keras_electra.text.packing_in_graph import pack_in_graph


def endpoints(task):
    """Return the signatures of a task over texts.

    Args:
        task: a task on the TensorFlow backend, with a preprocessor.

    Returns:
        dict from name to a pair: function, and list of `tf.TensorSpec`.
    """
    import tensorflow as tf

    answer = _answer_of(task)
    texts, pairs = (
        tf.TensorSpec([None], "string", name=name)
        for name in ("texts", "pairs")
    )
    found = {"serving_default": (answer, [texts])}
    if takes_pairs(task):
        found["pairs"] = (answer, [texts, pairs])
    return found


def _answer_of(task):
    """Return a function of one or two string tensors to a dict of tensors."""
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
    """Label each text."""
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
    """Label each token; padding gets empty strings and zeros."""
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
    """Score each token; padding gets zeros."""
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
