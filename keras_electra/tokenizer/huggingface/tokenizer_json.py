"""What a parsed `tokenizer.json` says: pieces and options."""

import numbers
import warnings

from keras_electra.tokenizer.huggingface.tables import SETTINGS
from keras_electra.tokenizer.pieces import check_pieces, placeholder


def vocabulary_of_json(contents, origin):
    """The pieces of the WordPiece model in a parsed `tokenizer.json`.

    Args:
        contents: dict.
        origin: string or path, for the error messages.

    Returns:
        list of str; the index of a piece is its id.

    Raises:
        ValueError: if the model is not WordPiece, or more ids lack a piece
            than have one.
    """
    model = contents.get("model")
    pieces = model.get("vocab") if isinstance(model, dict) else None
    # Files of 2020 do not name the type of their model.
    kind = model.get("type", "WordPiece") if isinstance(model, dict) else None
    if kind != "WordPiece" or not isinstance(pieces, dict):
        raise ValueError(
            f"The model in {origin} must be WordPiece with a vocabulary. "
            f"Received: model type {kind!r}."
        )
    ids = {index for index in pieces.values() if isinstance(index, int)}
    # Transformers leaves such gaps where a `vocab.txt` held a piece twice.
    gaps = max(ids, default=0) + 1 - len(ids)
    if 0 < gaps < len(ids):
        missing = sorted(set(range(len(ids) + gaps)) - ids)
        warnings.warn(
            f"Every id should have a piece. In {origin} these have none: "
            f"{missing[:10]}, of {len(missing)}. No other id changes.",
            stacklevel=4,
        )
        pieces = {**pieces, **{placeholder(i): i for i in missing}}
    return pieces_by_id(pieces, origin)


def pieces_by_id(ids, origin):
    """The pieces of a dict, ordered by id.

    Args:
        ids: dict from str to int.
        origin: string or path, for the error messages.

    Returns:
        list of str.

    Raises:
        ValueError: if ids do not run from 0 without a gap.
    """
    for index in ids.values():
        if not isinstance(index, numbers.Integral):
            raise ValueError(
                f"The ids in {origin} must be integers. Received: {index!r}."
            )
    by_id = {index: piece for piece, index in ids.items()}
    missing = sorted(set(range(len(ids))) - set(by_id))
    if missing:
        raise ValueError(
            f"The ids in {origin} must run from 0 without a gap, one piece "
            f"each. Missing: {missing[:10]}, of {len(ids)} pieces."
        )
    return check_pieces([by_id[i] for i in range(len(by_id))], origin)


def json_settings(contents, origin):
    """The options that a parsed `tokenizer.json` fixes.

    Args:
        contents: dict.
        origin: string or path, for the error messages.

    Returns:
        dict of options of `ElectraTokenizer`.

    Raises:
        ValueError: if a part of it is not BERT's.
    """
    parts = {
        name: contents.get(name)
        for name in ("normalizer", "pre_tokenizer", "post_processor", "model")
    }
    kinds = {
        name: part.get("type") if isinstance(part, dict) else part
        for name, part in parts.items()
    }
    normalizer, splitter = kinds["normalizer"], kinds["pre_tokenizer"]
    problems = []
    settings = {}
    if normalizer not in ("BertNormalizer", None):
        problems.append(f"normalizer {normalizer!r}")
    if splitter == "WhitespaceSplit" and normalizer is None:
        settings["basic_tokenization"] = False
    elif splitter != "BertPreTokenizer":
        problems.append(f"pre_tokenizer {splitter!r}")
    elif normalizer is None:
        settings.update(
            clean_text=False,
            split_on_cjk=False,
            lowercase=False,
            strip_accents=False,
        )
    if not _frames_like_bert(parts["post_processor"]):
        problems.append(f"post_processor {kinds['post_processor']!r}")
    if problems:
        raise ValueError(
            f"{origin} must describe BERT's tokenization: BertNormalizer, "
            "BertPreTokenizer and [CLS] A [SEP] B [SEP]. Received: "
            f"{', '.join(problems)}."
        )
    for option, (_, place) in SETTINGS.items():
        part = parts[place[0]] if place else None
        if part and place[1] in part:
            settings[option] = part[place[1]]
    return settings


def _frames_like_bert(processor):
    """Whether it makes [CLS] A [SEP] and [CLS] A [SEP] B [SEP]."""
    if processor is None:
        return True
    kind = processor.get("type") if isinstance(processor, dict) else processor
    if kind != "TemplateProcessing":
        return kind == "BertProcessing"
    try:
        found = [
            [_template_item(item) for item in processor[name]]
            for name in ("single", "pair")
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return found == [
        ["special 0", "A 0", "special 0"],
        ["special 0", "A 0", "special 0", "B 1", "special 1"],
    ]


def _template_item(item):
    (kind, value), *_ = item.items()
    name = "special" if kind == "SpecialToken" else value["id"]
    return f"{name} {value['type_id']}"
