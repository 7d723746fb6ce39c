"""Packages that only one format needs."""

import importlib


def load_package(name, extra):
    """Import a module, or say what to install.

    Args:
        name: string.
        extra: string. The extra of this package that brings it.

    Returns:
        The module.

    Raises:
        ImportError: if it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f"This format needs `{name}`, which cannot be imported: {error}. "
            f"Install it with `pip install 'keras-electra[{extra}]'`."
        ) from error
