"""`keras-electra inspect`."""

import dataclasses
import json
from typing import Annotated

import typer

from keras_electra.cli import environment
from keras_electra.cli.parameters import Ignore, NumHeads, Source, Tower

# Number of tensors to name; JSON names all.
SHOWN = 2


def inspect_checkpoint(
    source: Source,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything as one object.")
    ] = False,
    tower: Tower = None,
    num_heads: NumHeads = None,
    ignore: Ignore = None,
):
    """Print the sizes, heads and tokenizer of a checkpoint."""
    converters = environment.load("converters")
    found = converters.inspect(
        source, tower=tower, num_heads=num_heads, ignore=ignore or ()
    )
    if as_json:
        content = dataclasses.asdict(found)
        print(json.dumps(content, default=str, ensure_ascii=False))
        return
    print(f"format:      {found.format}")
    print(f"folder:      {found.folder}")
    print(f"parameters:  {found.parameters:,}")
    print(f"heads:       {', '.join(found.heads) or 'none'}")
    _print_settings("sizes", found.sizes or {"none": ""})
    _print_settings("tokenizer", found.tokenizer or {"none": ""})
    if found.ignored:
        print("never loaded:")
        for reason in dict.fromkeys(found.ignored.values()):
            names = [n for n, why in found.ignored.items() if why == reason]
            print(f"  {_first_names(names)}: {reason}")
    for text in found.warnings:
        print(f"warning: {text}")
    print("loaded as:")
    for name, missing in sorted(found.missing.items()):
        unused = found.unused.get(name)
        if name in found.errors:
            print(f"  {name}: refused")
            for line in found.errors[name].splitlines()[: SHOWN + 1]:
                print(f"    {line.strip()}")
            continue
        print(f"  {name}: {'incomplete' if missing else 'complete'}")
        if missing:
            print(f"    missing {_first_names(missing)}")
        if unused:
            print(f"    unused  {_first_names(unused)}")


def _print_settings(title, settings):
    print(f"{title}:")
    width = max(map(len, settings))
    for name, value in settings.items():
        print(f"  {name:{width}}  {value}".rstrip())


def _first_names(names):
    shown = ", ".join(names[:SHOWN])
    rest = len(names) - SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown
