"""Files of questions and answers in the forms that SQuAD has."""

import json
import pathlib


def read_squad(path):
    """Read questions, contexts and answers.

    Args:
        path: string or path. The official JSON file of nested articles and
            paragraphs; or flat rows `{"question", "context", "answers"}`, as
            a JSON list or one object a line.

    Returns:
        A list of dicts: `id`, `question`, `context`, and `answers`, which is
        `{"text": [...], "answer_start": [...]}`, empty lists where there is
        no answer.

    Raises:
        ValueError: if the file is not JSON, or has neither form.

    Example:
    ```python
    rows = read_squad("dev-v1.1.json")
    rows[0]["question"], rows[0]["answers"]["text"]
    ```
    """
    text = pathlib.Path(path).read_text(encoding="utf-8-sig")
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        content = _lines(path, text)
    if isinstance(content, dict) and "data" in content:
        content = content["data"]
    if isinstance(content, dict):
        content = [content]
    rows = []
    for entry in content:
        try:
            if "paragraphs" in entry:
                rows += _article(entry)
            else:
                rows.append(_row(entry, entry["context"], len(rows)))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"`{path}` must hold articles with `paragraphs`, or rows of "
                "`question`, `context` and `answers`. Received: "
                f"{str(entry)[:80]!r}."
            ) from error
    return rows


def as_columns(rows):
    """Rows as `fit`, `evaluate` and `answer` take them.

    Args:
        rows: list of dicts, as `read_squad` returns.

    Returns:
        A tuple of the lists of questions and contexts, and a list of answers.
    """
    questions = [row["question"] for row in rows]
    contexts = [row["context"] for row in rows]
    return (questions, contexts), [row["answers"] for row in rows]


def reference_texts(answer):
    """The texts that are right answers to one question.

    Args:
        answer: `{"text": ..., ...}`, a text or a list of them; a list of such
            dicts; or `None` or an empty list, for no answer.

    Returns:
        A list of strings, empty where there is no answer.

    Raises:
        ValueError: if it holds no texts, but characters.
    """
    if answer is None or not len(answer):
        return []
    if isinstance(answer, dict):
        texts = answer["text"]
        return [texts] if isinstance(texts, str) else list(texts)
    if not all(isinstance(one, dict) for one in answer):
        raise ValueError(
            "An answer must say its text to be compared with: `{'text': "
            f"[...]}}`. Received: {answer!r}."
        )
    return [one["text"] for one in answer]


def _lines(path, text):
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except json.JSONDecodeError as error:
        raise ValueError(
            f"`{path}` must be JSON, or one JSON object a line. Received: "
            f"{error}."
        ) from error


def _article(article):
    return [
        _row(question, paragraph["context"], None)
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ]


def _row(question, context, number):
    answers = question["answers"]
    if not isinstance(answers, dict):  # A list of single ones.
        answers = {
            "text": [answer["text"] for answer in answers],
            "answer_start": [answer["answer_start"] for answer in answers],
        }
    if isinstance(answers["text"], str):  # One, not in a list.
        answers = {key: [value] for key, value in answers.items()}
    if question.get("is_impossible"):
        answers = {"text": [], "answer_start": []}
    return {
        "id": question.get("id", number),
        "question": question["question"],
        "context": context,
        "answers": answers,
    }
