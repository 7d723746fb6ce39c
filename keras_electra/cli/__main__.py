"""Run the command line as `python -m keras_electra.cli`."""

from keras_electra.cli import main

main()
