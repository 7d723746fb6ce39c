"""Turn what callers pass to `fit` and `predict` into checked batches."""
