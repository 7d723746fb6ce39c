"""Characters that TensorFlow's ops and Rust read differently, set right."""


def as_pieces_see_it(outcome, alphabet, unknown_letter):
    """An outcome with all that no piece can match made alike.

    One letter outside of all pieces makes its whole word unknown, so it does
    not matter which letter it is.

    Args:
        outcome: str. Words with blanks between, as `rust_outcomes` gives.
        alphabet: set of str. The characters of all pieces.
        unknown_letter: str. What unknown words become.

    Returns:
        str.
    """
    words = " ".join(
        word if alphabet.issuperset(word) else unknown_letter
        for word in outcome.split()
    )
    left = " " if outcome[:1] == " " else ""
    right = " " if outcome[-1:] == " " and words else ""
    return f"{left}{words}{right}"


def find_repairs(wanted, seen, alphabet, unknown_letter):
    """What to put in place of characters before the ops see them.

    Args:
        wanted: dict from code point to outcome in Rust.
        seen: dict from code point to outcome of the ops.
        alphabet: set of str. The characters of all pieces.
        unknown_letter: str. A letter that the ops leave alone and no piece
            holds.

    Returns:
        dict from replacement (str) to the code points (list of int) that it
        replaces.
    """
    repairs = {}
    for point, outcome in wanted.items():
        made = seen[point]
        if made == outcome:
            continue
        outcome = as_pieces_see_it(outcome, alphabet, unknown_letter)
        if outcome != as_pieces_see_it(made, alphabet, unknown_letter):
            repairs.setdefault(outcome, []).append(point)
    return repairs
