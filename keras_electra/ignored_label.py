"""The label value that losses and metrics ignore."""

# What Hugging Face, and so every data set made for it, skips.
IGNORED_LABEL = -100
