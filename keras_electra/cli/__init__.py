"""The `keras-electra` command.

No module here imports Keras when it is imported, so that `--help` answers at
once; each command imports what it needs when it runs.
"""

from keras_electra.cli.app import main

__all__ = ["main"]
