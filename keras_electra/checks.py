"""Checks of arguments that several constructors share."""

import math

# Shapes and ids are 32-bit integers on every backend.
LARGEST = 2**31 - 1


def is_integer(value, smallest=1, largest=LARGEST):
    """Whether a value is an integer, not a bool, in a range."""
    integer = isinstance(value, int) and not isinstance(value, bool)
    return integer and smallest <= value <= largest


def check_integers(**values):
    """Check that every value is a positive integer.

    Raises:
        ValueError: naming the first that is not.
    """
    for name, value in values.items():
        if not is_integer(value):
            # Where it is one, it is too large.
            most = f", at most {LARGEST}" if is_integer(value, 1, value) else ""
            raise ValueError(
                f"`{name}` must be a positive integer{most}. Received: "
                f"{name}={value!r}."
            )


def check_numbers(smallest=0.0, largest=math.inf, **values):
    """Check that every value is a finite number in a range.

    Raises:
        ValueError: naming the first that is not.
    """
    for name, value in values.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (
            number and math.isfinite(value) and smallest <= value <= largest
        ):
            span = f"of at least {smallest:g}"
            if largest < math.inf:
                span = f"from {smallest:g} to {largest:g}"
            raise ValueError(
                f"`{name}` must be a finite number {span}. Received: "
                f"{name}={value!r}."
            )


def check_bools(**values):
    """Check that every value is True or False.

    Raises:
        ValueError: naming the first that is not.
    """
    for name, value in values.items():
        if not isinstance(value, bool):
            raise ValueError(
                f"`{name}` must be True or False. Received: {name}={value!r}."
            )


def check_choice(choices, **values):
    """Check that every value is one of some strings.

    Raises:
        ValueError: naming the first that is not.
    """
    for name, value in values.items():
        if not isinstance(value, str) or value not in choices:
            raise ValueError(
                f"`{name}` must be one of {tuple(choices)}. Received: "
                f"{name}={value!r}."
            )
