"""Turn raw texts into packed arrays of token ids; no Keras."""
