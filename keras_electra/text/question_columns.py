"""Convert questions and contexts to lists."""

from keras_electra.tokenizer.texts import as_texts


def as_columns(question, context):
    """Two equally long lists of strings.

    Args:
        question: a string, or N strings.
        context: a string, which is for all questions, or N strings.

    Returns:
        Two lists of N strings.

    Raises:
        ValueError: if something is not text, a question or a context is
            empty, or the numbers differ.
    """
    questions, _ = as_texts(question, "question")
    contexts, many = as_texts(context, "context")
    if not many:
        contexts = contexts * len(questions)
    if len(questions) != len(contexts):
        raise ValueError(
            "There must be one context for each question, or one for all. "
            f"Received: {len(questions)} questions and {len(contexts)} "
            "contexts."
        )
    for index, text in enumerate(contexts):
        if not text.strip():
            raise ValueError(
                "A context must not be empty: the answer is a part of it. "
                f"Received: {text!r}, question {index}."
            )
    return questions, contexts


def check_counts(questions, answers, sample_weight):
    """Raise unless every question has an answer and a weight.

    Args:
        questions: list of N strings.
        answers: N answers.
        sample_weight: N weights, or `None`.

    Raises:
        ValueError: if the numbers differ.
    """
    counts = {"texts": len(questions), "labels": len(answers)}
    if sample_weight is not None:
        counts["sample weights"] = len(sample_weight)
    if len(set(counts.values())) > 1:
        raise ValueError(
            "There must be one label and one weight for each text. Received: "
            f"{counts}."
        )
