"""Tag schemes of token classes: IOB, BIOES, BILOU, BMES; prefixes or suffixes.

Transformers' pipeline knows the prefixes `B-` and `I-` only.
"""

import re

# The letters of all schemes by what they say of a token: it begins an entity,
# lies inside, ends it, or is an entity of its own.
_POSITIONS = dict(zip("BIMELSUW", "BIIEESSS", strict=True))
_LETTER = f"(?P<letter>[{''.join(_POSITIONS)}])"
_FORMS = [
    re.compile(form)
    for form in (
        f"{_LETTER}-(?P<kind>.+)",
        f"{_LETTER}_(?P<kind>.+)",
        f"(?P<kind>.+)[-_]{_LETTER}",
        f"{_LETTER}(?P<kind>)",
    )
]
# The kind of entities whose tags are the letters alone.
_ONLY_KIND = "ENTITY"


def read_tags(class_names):
    """Divide class names into the position in an entity and its kind.

    Args:
        class_names: list of C strings.

    Returns:
        Two lists of C strings: positions, each `"B"` (begin), `"I"` (inside),
        `"E"` (end) or `"S"` (single); and kinds. A name that is no tag, such
        as `O`, is a kind of its own at position `"I"`.

    Raises:
        ValueError: if the names follow more than one scheme.

    Example:
    ```python
    read_tags(["O", "B-PER", "I-PER"])  # ["I", "B", "I"], ["O", "PER", "PER"]
    read_tags(["O", "PER-B", "PER-I"])  # the same
    ```
    """
    found = (_tags(form, class_names) for form in _FORMS)
    tags = next(filter(None, found), {})
    kinds = {"", *(kind for _, kind in tags.values())} if tags else set()
    for name in sorted(set(class_names) - tags.keys()):
        matches = filter(None, (form.fullmatch(name) for form in _FORMS))
        if any(match["kind"] in kinds for match in matches):
            raise ValueError(
                "`class_names` must follow one tag scheme, such as `B-PER` and "
                f"`I-PER`, or `PER-B` and `PER-I`. Received: {name!r} beside "
                f"{min(tags)!r}. Rename the classes with `class_names=`."
            )
    pairs = [tags.get(name, ("I", name)) for name in class_names]
    return [place for place, _ in pairs], [kind for _, kind in pairs]


def _tags(form, class_names):
    """(position, kind) of the names that are tags of this form."""
    names = set(class_names) - {"O"}
    matches = [match for name in names if (match := form.fullmatch(name))]
    tags = {
        match[0]: (_POSITIONS[match["letter"]], match["kind"] or _ONLY_KIND)
        for match in matches
    }
    letters = {
        (match["letter"], match["kind"] or _ONLY_KIND) for match in matches
    }
    kinds = {kind for letter, kind in letters if letter in "BI"}
    # `B-` and `I-` are tags wherever they stand; `GRADE-A` and `GRADE-B` are
    # none.
    is_scheme = (
        form is _FORMS[0]
        or len(matches) == len(names)
        or any({("B", kind), ("I", kind)} <= letters for kind in kinds)
    )
    if not is_scheme:
        return {}
    # `E-MAIL` is none unless `B-MAIL` or `I-MAIL` is there. A kind may have
    # single tokens only, in a scheme that marks the end or single tokens.
    if any(kind in kinds and letter in "ELSUW" for letter, kind in letters):
        kinds |= {kind for letter, kind in letters if letter in "SUW"}
    return {name: tag for name, tag in tags.items() if tag[1] in kinds}
