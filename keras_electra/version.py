"""The package's version, read by the build and by `keras-electra --version`."""

__version__ = "0.1.0"
