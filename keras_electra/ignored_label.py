"""The label that is no label; no Keras here, the runtime needs it too."""

# What Hugging Face, and so every data set made for it, skips.
IGNORED_LABEL = -100
