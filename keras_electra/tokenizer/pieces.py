"""Checks on a list of pieces."""


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
