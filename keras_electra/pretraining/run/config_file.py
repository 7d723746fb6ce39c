"""Read pre-training configurations from TOML files, without Keras."""

import pathlib
import tomllib

_FOLDER = pathlib.Path(__file__).parent / "configs"
SECTIONS = ("discriminator", "generator", "objective", "optimizer", "training")


def names():
    """Names of the bundled configurations."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def read(source, changes=()):
    """Read a configuration, and complete it from a bundled one.

    A TOML file with `size = "small"` at the top contains overrides of the
    bundled configuration `small`. A section with a `preset` is not completed,
    because the preset has its own sizes.

    Args:
        source: string or path. One of `names()`, or a TOML file.
        changes: list of string, overrides of the form `section.key=value`.
            `value` is a TOML value or a bare word.

    Returns:
        dict with a dict for each of `SECTIONS`.
    """
    is_bundled = str(source) in names()
    contents = {"size": str(source)} if is_bundled else _parsed(source)
    size = contents.pop("size", None)
    if size is not None and size not in names():
        raise ValueError(
            f"`size` must be one of {names()}. Received: {size!r} in "
            f"{str(source)!r}."
        )
    unknown = sorted(
        name
        for name, section in contents.items()
        if name not in SECTIONS or not isinstance(section, dict)
    )
    if unknown:
        raise ValueError(
            "A configuration must consist of `size` and the sections "
            f"{', '.join(SECTIONS)}. Received: {', '.join(unknown)} in "
            f"{str(source)!r}."
        )
    base = {} if size is None else _parsed(size)
    own = {name: dict(contents.get(name, {})) for name in SECTIONS}
    for change in changes:
        section, key, value = _change(change)
        own[section][key] = value
    return {
        name: own[name]
        if "preset" in own[name]
        else {**base.get(name, {}), **own[name]}
        for name in SECTIONS
    }


def _parsed(source):
    path = _FOLDER / f"{source}.toml"
    if str(source) not in names():
        path = pathlib.Path(source)
        if not path.is_file():
            raise FileNotFoundError(
                f"A configuration must be one of {names()}, or a TOML file. "
                f"Received: {str(source)!r}, which does not exist."
            )
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            "A configuration must be valid TOML. Received: "
            f"{str(path)!r}: {error}."
        ) from error


def _change(text):
    name, equals, value = text.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and key and section in SECTIONS):
        raise ValueError(
            "An override must be `section.key=value` with one of the sections "
            f"{', '.join(SECTIONS)}. Received: {text!r}."
        )
    try:
        return section, key, tomllib.loads(f"x = {value}")["x"]
    except tomllib.TOMLDecodeError:
        return section, key, value.strip()
