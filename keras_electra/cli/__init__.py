"""The `keras-electra` command. Parses, and calls one function for each command.

Nothing at the top of these modules imports Keras, so that `--help` answers at
once; each command imports what it needs when it runs.
"""

from keras_electra.cli.app import main

__all__ = ["main"]
