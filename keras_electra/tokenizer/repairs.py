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


def unspeakable(wanted, seen, alphabet):
    """Characters of pieces that do not survive the ops.

    Args:
        wanted: dict from code point to outcome in Rust.
        seen: dict from code point to outcome of the ops.
        alphabet: set of str. The characters of all pieces.

    Returns:
        list of str. They need other names, in texts and in pieces.
    """
    lost = []
    for char in sorted(alphabet):
        outcome, made = wanted.get(ord(char), ""), seen.get(ord(char))
        # Blanks around it can be put there.
        if outcome.strip() == char and made not in (outcome, char):
            lost.append(char)
    return lost


def find_repairs(wanted, seen, alphabet, renamed, unknown_letter):
    """What to put in place of characters before the ops see them.

    Args:
        wanted: dict from code point to outcome in Rust.
        seen: dict from code point to outcome of the ops.
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
    for point, outcome in wanted.items():
        made = seen[point]
        if made == outcome and not renamed:
            continue
        outcome = as_pieces_see_it(outcome, alphabet, unknown_letter)
        outcome = outcome.translate(names)
        if outcome != as_pieces_see_it(made, alphabet, unknown_letter):
            repairs.setdefault(outcome, []).append(point)
    return repairs
