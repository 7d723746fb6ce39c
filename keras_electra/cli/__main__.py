"""`python -m keras_electra.cli` is `keras-electra`."""

from keras_electra.cli import main

main()
