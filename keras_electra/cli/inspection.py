"""`keras-electra inspect`."""

import dataclasses
import json

# Tensors to name; JSON names them all.
SHOWN = 2


def print_inspection(source, tower, num_heads, as_json, ignore=None):
    """Prints what a checkpoint or preset holds.

    Args:
        source: string. See `presets.resolve`.
        tower: string or `None`. Half of a checkpoint that holds both.
        num_heads: int or `None`.
        as_json: bool. One JSON object, with every name in it.
        ignore: list of strings, or `None`. What does not matter in the source.

    Raises:
        ValueError: if the source is broken.
    """
    from keras_electra.cli.environment import quiet_imports

    with quiet_imports():
        from keras_electra import converters, registration

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
            print(f"  {_some(names)}: {reason}")
    for text in found.warnings:
        print(f"warning: {text}")
    print("loaded as:")
    for name in registration.PUBLIC_CLASSES:
        if name not in found.missing:
            continue
        missing, unused = found.missing[name], found.unused.get(name)
        if name in found.errors:
            print(f"  {name}: refused")
            for line in found.errors[name].splitlines()[: SHOWN + 1]:
                print(f"    {line.strip()}")
            continue
        print(f"  {name}: {'incomplete' if missing else 'complete'}")
        if missing:
            print(f"    missing {_some(missing)}")
        if unused:
            print(f"    unused  {_some(unused)}")


def _print_settings(title, settings):
    print(f"{title}:")
    width = max(map(len, settings))
    for name, value in settings.items():
        print(f"  {name:{width}}  {value}".rstrip())


def _some(names):
    shown = ", ".join(names[:SHOWN])
    rest = len(names) - SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown
