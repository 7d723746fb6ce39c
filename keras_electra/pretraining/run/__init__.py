"""A pre-training run: configuration, checkpoints, log and curves."""
