"""Make `predict` fast: length-sorted batches and a traced forward pass."""
