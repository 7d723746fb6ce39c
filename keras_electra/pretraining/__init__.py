"""Corpora, the joint model and runs of pre-training."""
