"""A task to a folder that runs elsewhere: one call for all formats.

`export.export` is the entrance; each format has a module that writes it.
"""
