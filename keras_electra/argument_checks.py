"""Check arguments, with errors that name the rule and the value."""

import math
import numbers
import operator

# Shapes and ids are 32-bit integers on every backend.
LARGEST = 2**31 - 1
_LIMITS = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
}


def is_integer(value, smallest=1, largest=LARGEST):
    """Whether a value is an integer, not a bool, in a range."""
    integer = isinstance(value, numbers.Integral)
    integer = integer and not isinstance(value, bool)
    return integer and smallest <= value <= largest


def check_integers(at_least=1, **values):
    """Return the values as a list of `int`, all of them >= `at_least`.

    Raises:
        ValueError: if a value is no integer, or is too small or too large.
    """
    rule = f"an integer of at least {at_least}"
    if at_least == 1:
        rule = "a positive integer"
    for name, value in values.items():
        if not is_integer(value, at_least):
            # Where it is one, it is too large.
            too_large = is_integer(value, at_least, value)
            most = f", at most {LARGEST}" if too_large else ""
            raise ValueError(
                f"`{name}` must be {rule}{most}. Received: {name}={value!r}."
            )
    return [int(value) for value in values.values()]


def check_range(values, **limits):
    """Raise `ValueError` unless all values are numbers within the limits.

    Args:
        values: dict from argument name to value.
        **limits: any of `above`, `at_least`, `below` and `at_most`.
    """
    for name, value in values.items():
        is_number = isinstance(value, numbers.Real) and math.isfinite(value)
        is_number = is_number and not isinstance(value, bool)
        if not is_number or not all(
            _LIMITS[word](value, limit) for word, limit in limits.items()
        ):
            rule = " and ".join(
                f"{word.replace('_', ' ')} {limit}"
                for word, limit in limits.items()
            )
            raise ValueError(
                f"`{name}` must be {rule}. Received: {name}={value!r}."
            )


def check_numbers(smallest=0.0, largest=math.inf, **values):
    """Raise `ValueError` unless every value is a finite number in a range."""
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
    """Raise `ValueError` unless every value is True or False."""
    for name, value in values.items():
        if not isinstance(value, bool):
            raise ValueError(
                f"`{name}` must be True or False. Received: {name}={value!r}."
            )


def check_choice(choices, **values):
    """Raise `ValueError` unless every value is one of some strings."""
    for name, value in values.items():
        if not isinstance(value, str) or value not in choices:
            raise ValueError(
                f"`{name}` must be one of {tuple(choices)}. Received: "
                f"{name}={value!r}."
            )
