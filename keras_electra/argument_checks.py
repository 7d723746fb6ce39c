"""Check numeric arguments, with errors that name the rule and the value."""

import numbers
import operator

_LIMITS = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
}


def check_integers(at_least=1, **values):
    """Raise `ValueError` unless all values are integers >= `at_least`."""
    rule = f"an integer of at least {at_least}"
    if at_least == 1:
        rule = "a positive integer"
    for name, value in values.items():
        is_integer = isinstance(value, numbers.Integral)
        if not is_integer or isinstance(value, bool) or value < at_least:
            raise ValueError(
                f"`{name}` must be {rule}. Received: {name}={value!r}."
            )


def check_range(values, **limits):
    """Raise `ValueError` unless all values are numbers within the limits.

    Args:
        values: dict from argument name to value.
        **limits: any of `above`, `at_least`, `below` and `at_most`.
    """
    for name, value in values.items():
        is_number = isinstance(value, numbers.Real)
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
