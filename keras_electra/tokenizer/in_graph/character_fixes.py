"""Characters that TensorFlow's ops and Rust read differently, set right."""


def unspeakable(outcomes, alphabet):
    """Characters of pieces that do not survive the ops.

    Args:
        outcomes: dict from code point to its outcomes in Rust and of the ops,
            where these differ.
        alphabet: set of str. The characters of all pieces.

    Returns:
        list of str. They need other names, in texts and in pieces.
    """
    lost = []
    for char in sorted(alphabet):
        wanted, made = outcomes.get(ord(char), (None, None))
        # Blanks around it can be put there.
        if wanted is not None and wanted.strip() == char != made:
            lost.append(char)
    return lost


def find_repairs(outcomes, alphabet, renamed, unknown_letter):
    """What to put in place of characters before the ops see them.

    Args:
        outcomes: dict from code point to its outcomes in Rust and of the ops,
            where these differ.
        alphabet: set of str. The characters of all pieces.
        renamed: dict from str to str. Other names of some of them.
        unknown_letter: str. A letter that the ops leave alone and no piece
            holds.

    Returns:
        dict from replacement (str) to the code points (list of int) that it
        replaces.
    """
    names = str.maketrans(renamed)
    repairs = {}
    for point, (wanted, made) in outcomes.items():
        wanted = as_pieces_see_it(wanted, alphabet, unknown_letter)
        wanted = wanted.translate(names)
        if wanted != as_pieces_see_it(made, alphabet, unknown_letter):
            repairs.setdefault(wanted, []).append(point)
    return repairs


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
