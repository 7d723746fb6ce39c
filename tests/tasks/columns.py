"""Texts in the columns of other libraries: what they have in common."""


class Sequence:
    """A column of `datasets`: lazily read, neither list nor array."""

    def __init__(self, values):
        self._values = list(values)

    def __len__(self):
        return len(self._values)

    def __getitem__(self, index):
        return self._values[index]

    def __iter__(self):
        return iter(self._values)


class Arrow:
    """A chunked array of pyarrow, whose elements are no Python objects."""

    def __init__(self, values):
        self._values = list(values)

    def __len__(self):
        return len(self._values)

    def __getitem__(self, index):
        return object()

    def to_pylist(self):
        return list(self._values)


class Series:
    """A series of pandas after a filter, or one of polars."""

    def __init__(self, values):
        self._values = list(values)
        self.shape = (len(self._values),)
        self.dtype = "str"

    def __len__(self):
        return len(self._values)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Series(self._values[index])
        raise KeyError(index)  # Not a position, but a label.

    def __iter__(self):
        return iter(self._values)

    def to_list(self):
        return list(self._values)


class Table:
    """A data frame, or a table of `datasets`, which can be mapped."""

    def __init__(self, names):
        self.column_names = names

    def __len__(self):
        return 2

    def __iter__(self):
        return iter(self.column_names)

    def map(self, function):
        raise NotImplementedError

    batch = map


KINDS = [Sequence, Arrow, Series]
