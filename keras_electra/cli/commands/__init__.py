"""The commands of `keras-electra`, one in each module."""
