"""Checks on a list of pieces, and ids that have none."""

import warnings


def placeholder(index):
    """A piece for an id that has none; no text turns into it."""
    return f"[no piece {index}]"


def pieces_of_lines(lines, origin):
    """Number the lines of a `vocab.txt` as Transformers does.

    The last of equal lines counts; the others keep their ids, without a
    piece. Blanks at the end of a line, and blank lines at the end of the file,
    are left out.

    Args:
        lines: list of str.
        origin: string or path. Where they came from, for the warning.

    Returns:
        list of str, the pieces.
    """
    pieces = [line.rstrip(" \t") for line in lines]
    while pieces and not pieces[-1]:
        pieces.pop()
    last = {piece: index for index, piece in enumerate(pieces)}
    odd = [i for i, piece in enumerate(pieces) if last[piece] != i or not piece]
    if odd:
        warnings.warn(
            f"Each line of a vocabulary should hold a piece of its own. In "
            f"{origin} these are blank or repeated further down: lines "
            f"{[i + 1 for i in odd[:10]]}, of {len(odd)}. As in Transformers, "
            "the last one gives a piece its id, and no other id changes.",
            stacklevel=4,
        )
    for index in odd:
        pieces[index] = placeholder(index)
    return pieces


def check_pieces(vocabulary, origin="vocabulary"):
    """Checks that a list of pieces can be a vocabulary.

    Args:
        vocabulary: iterable of str.
        origin: string or path. Where it came from, for the error messages.

    Returns:
        The pieces as a list.

    Raises:
        ValueError: if it is empty, or a piece is no string or occurs twice.
    """
    vocabulary = list(vocabulary)
    if not vocabulary:
        raise ValueError(f"A vocabulary must hold pieces. {origin} is empty.")
    seen = {}
    for index, piece in enumerate(vocabulary):
        if not isinstance(piece, str):
            raise ValueError(
                "A vocabulary must consist of strings. Received: "
                f"vocabulary[{index}]={piece!r} in {origin}."
            )
        if piece in seen:
            raise ValueError(
                "A vocabulary must hold every piece once. Received: "
                f"{piece!r} as ids {seen[piece]} and {index} in {origin}. "
                "Rename one of the two, so that the other ids stay as they "
                "are."
            )
        seen[piece] = index
    return vocabulary
