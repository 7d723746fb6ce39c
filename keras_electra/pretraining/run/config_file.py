"""What a run of pre-training consists of, in a TOML file; no Keras here."""

import pathlib
import tomllib

_FOLDER = pathlib.Path(__file__).parent / "configs"
SECTIONS = ("discriminator", "generator", "objective", "optimizer", "training")


def names():
    """The sizes that are ready.

    Returns:
        list of strings.
    """
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def read(source, changes=()):
    """Read a configuration.

    A file of one's own may say `size = "small"` at its top, and then says only
    what is different. A model that begins as a `preset` has its sizes from
    there.

    Args:
        source: string or path: one of `names()`, or a TOML file.
        changes: strings `section.key=value`, the value as in TOML, or a bare
            word.

    Returns:
        dict of a dict for each of `SECTIONS`.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is not TOML, has an unknown section, or a change is
            not of that form.
    """
    ready = str(source) in names()
    contents = {"size": str(source)} if ready else _parsed(source)
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
            f"A configuration must be TOML. Received: {str(path)!r}: {error}."
        ) from error


def _change(text):
    name, equals, value = text.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot and key and section in SECTIONS):
        raise ValueError(
            "A change must be `section.key=value`, with one of the sections "
            f"{', '.join(SECTIONS)}. Received: {text!r}."
        )
    try:
        return section, key, tomllib.loads(f"x = {value}")["x"]
    except tomllib.TOMLDecodeError:
        return section, key, value.strip()
