"""Multiple choice: from prompts and choices to the best choice."""

import numpy as np

from keras_electra.array_checks import check_outputs
from keras_electra.postprocessing.probabilities import softmax
from keras_electra.postprocessing.text_arguments import check_preprocessor
from keras_electra.text.choices import as_choices


def choose(model, prompt, choices, batch_size=32):
    """Choose the best choice; see `ElectraMultipleChoice.choose`.

    Args:
        model: a task, with `preprocessor` and `predict`.
        prompt: a string, or a list of strings.
        choices: list of strings, or a list of such lists.
        batch_size: int.
    """
    check_preprocessor(model, "choose")
    is_single = isinstance(prompt, (str, bytes))
    prompts, rows = as_choices(
        ([prompt], [choices]) if is_single else (prompt, choices)
    )
    logits = model.predict((prompts, rows), batch_size=batch_size, verbose=0)
    logits = np.asarray(logits, "float32")
    check_outputs(logits)
    results = []
    for row, scores in zip(rows, logits, strict=True):
        scores = softmax(scores[: len(row)])  # Without padded choices.
        best = int(scores.argmax())
        results.append(
            {
                "choice": row[best],
                "index": best,
                "score": float(scores[best]),
                "scores": scores.tolist(),
            }
        )
    return results[0] if is_single else results
