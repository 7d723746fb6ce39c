"""Read files of questions and answers in the forms that SQuAD has."""

import json
import pathlib

from keras_electra.json_file import read_text

_ANSWER = {"text": str, "answer_start": int}
_KINDS = {
    str: "a string",
    int: "an integer",
    bool: "true or false",
    list: "a list",
    (dict, list): "an object of lists, or a list of objects",
}


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
        ValueError: if the file is not UTF-8 or not JSON, or a field is missing
            or of the wrong type. The message names the file and the field.

    Example:
    ```python
    rows = read_squad("dev-v1.1.json")
    rows[0]["question"], rows[0]["answers"]["text"]
    ```
    """
    text = read_text(pathlib.Path(path))
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        content = _lines(path, text)
    if isinstance(content, dict) and "data" in content:
        content = _field(content, "data", list, path)
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        raise ValueError(
            f"`{path}` must hold articles with `paragraphs`, or rows of "
            f"`question`, `context` and `answers`. Received: {content!r:.80}."
        )
    rows = []
    for number, entry in enumerate(content):
        where = f"{path}, entry {number}"
        if isinstance(entry, dict) and "paragraphs" in entry:
            for paragraph in _field(entry, "paragraphs", list, where):
                questions = _field(paragraph, "qas", list, where)
                rows += [_row(qa, paragraph, where, None) for qa in questions]
        else:
            rows.append(_row(entry, entry, where, number))
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
            "Reference answers must contain `text`, as in "
            f"`{{'text': [...]}}`. Received: {answer!r}."
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


def _row(question, paragraph, where, number):
    if isinstance(question, dict):
        where += f", id {question.get('id', number)!r}"
    row = {
        "question": _field(question, "question", str, where),
        "context": _field(paragraph, "context", str, where),
    }
    answers = _field(question, "answers", (dict, list), where)
    if isinstance(answers, dict) and isinstance(answers.get("text"), str):
        answers = [answers]  # One, not in a list.
    if isinstance(answers, list):
        answers = {
            name: [_field(answer, name, kind, where) for answer in answers]
            for name, kind in _ANSWER.items()
        }
    for name, kind in _ANSWER.items():
        for value in _field(answers, name, list, where):
            _field({name: value}, name, kind, where)
    texts, starts = answers["text"], answers["answer_start"]
    if len(texts) != len(starts):
        raise ValueError(
            "`answers` must have one `answer_start` for each `text`. Received: "
            f"{len(starts)} for {len(texts)}, in {where}."
        )
    # Exports of tables hold a null where there was no value.
    if question.get("is_impossible") is not None:
        if _field(question, "is_impossible", bool, where):
            answers = {"text": [], "answer_start": []}
    return {"id": question.get("id", number), **row, "answers": answers}


def _field(entry, name, kind, where):
    """A field of an object, of the type that it must have."""
    if not isinstance(entry, dict):
        raise ValueError(
            f"`{name}` must be a field of an object. Received: {entry!r:.80}, "
            f"in {where}."
        )
    value = entry.get(name)
    # JSON's true is an int in Python.
    is_bool = isinstance(value, bool)
    if not isinstance(value, kind) or is_bool != (kind is bool):
        found = f"{name}={value!r:.80}" if name in entry else "no such field"
        way_out = " Write `[]` where there is no answer." * (name == "answers")
        raise ValueError(
            f"`{name}` must be {_KINDS[kind]}. Received: {found}, in {where}."
            f"{way_out}"
        )
    return value
