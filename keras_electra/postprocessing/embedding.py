"""Text embedding: from texts to vectors."""

import numpy as np

from keras_electra.array_checks import check_outputs
from keras_electra.postprocessing.text_arguments import read_texts


def embed(model, texts, batch_size=32):
    """Embed texts; see `ElectraTextEmbedder.embed`.

    Args:
        model: a task or an exported model, with `preprocessor` and `predict`.
        texts: a string, or a list of strings.
        batch_size: int.
    """
    (texts,), is_single = read_texts(model, texts, "embed")
    vectors = model.predict(texts, batch_size=batch_size, verbose=0)
    vectors = np.asarray(vectors, "float32")
    check_outputs(vectors)
    return vectors[0] if is_single else vectors
