"""Export tasks to the formats of other runtimes.

`export.export` is the entry point; each format has a module that writes it.
"""
