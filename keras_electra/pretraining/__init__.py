"""Pre-training: a corpus, the joint model, its state and its progress."""
