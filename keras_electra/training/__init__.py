"""Defaults for `compile`, and safeguards around `fit`."""
