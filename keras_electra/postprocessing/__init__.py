"""Turn logits into labels, entities, answers and filled masks; no Keras."""
