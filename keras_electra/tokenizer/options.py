"""The options of a tokenizer, checked."""

import dataclasses

_NAMED_TOKENS = (
    "pad_token",
    "unk_token",
    "cls_token",
    "sep_token",
    "mask_token",
)
_SIDES = ("left", "right")
_FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TokenizerOptions:
    """Everything about a tokenizer but its pieces.

    `ElectraTokenizer` documents each option.

    Raises:
        ValueError: if an option has a value that it cannot have.
    """

    lowercase: bool = True
    strip_accents: bool | None = None
    split_on_cjk: bool = True
    clean_text: bool = True
    basic_tokenization: bool = True
    never_split: tuple = ()
    suffix_indicator: str = "##"
    max_chars_per_word: int = 100
    unk_token: str = "[UNK]"
    cls_token: str = "[CLS]"
    sep_token: str = "[SEP]"
    pad_token: str = "[PAD]"
    mask_token: str = "[MASK]"
    additional_special_tokens: tuple = ()
    added_tokens: tuple = ()
    special_tokens_in_strings: bool = True
    max_length: int | None = None
    padding_side: str = "right"
    truncation_side: str = "right"
    clean_up_tokenization_spaces: bool = True

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            wrong = _what_is_wrong(field, value)
            if wrong:
                raise ValueError(
                    f"`{field.name}` must be {wrong}. Received: "
                    f"{field.name}={value!r}."
                )
        freeze = object.__setattr__
        for name in ("never_split", "additional_special_tokens"):
            freeze(self, name, tuple(getattr(self, name) or ()))
        freeze(
            self,
            "added_tokens",
            tuple(added_token(t) for t in self.added_tokens or ()),
        )

    @property
    def named_tokens(self):
        """The tokens for padding, unknown words, the frame and the mask."""
        return [getattr(self, name) for name in _NAMED_TOKENS]

    @property
    def special_tokens(self):
        """All tokens with a special meaning, the five named ones first."""
        added = [t["content"] for t in self.added_tokens if t["special"]]
        more = [*self.additional_special_tokens, *added]
        return list(dict.fromkeys([*self.named_tokens, *more]))

    @property
    def tokens_to_add(self):
        """Every token looked for in raw text, as keywords of `AddedToken`."""
        given = {token["content"]: dict(token) for token in self.added_tokens}
        for content in self.special_tokens:
            token = given.get(content) or added_token(content, special=True)
            given[content] = {**token, "special": True}
        # Those given come first: new ids are dealt out in this order.
        return list(given.values())

    def to_config(self):
        """The options as a dict that JSON can hold."""
        config = dataclasses.asdict(self)
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in config.items()
        }


def _what_is_wrong(field, value):
    """What a value of the option should be, or None if it is good."""
    name = field.name
    if field.type is bool:
        return None if isinstance(value, bool) else "True or False"
    if name == "strip_accents":
        good = value is None or isinstance(value, bool)
        return None if good else "True, False or None"
    if name.endswith("_token") or name == "suffix_indicator":
        good = isinstance(value, str) and (value or name == "suffix_indicator")
        return None if good else "a string that is not empty"
    if name.endswith("_side"):
        good = isinstance(value, str) and value in _SIDES
        return None if good else f"one of {_SIDES}"
    if name in ("max_chars_per_word", "max_length"):
        if value is None and name == "max_length":
            return None
        good = isinstance(value, int) and not isinstance(value, bool)
        return None if good and value > 0 else "a positive integer"
    if isinstance(value, (str, bytes)):
        return "a list of strings, not one string"
    if not isinstance(value, (list, tuple, set, frozenset, type(None))):
        return "a list of strings"
    if name == "added_tokens":
        good = all(_is_token(token) for token in value or ())
        return (
            None
            if good
            else (
                "a list of strings, of dicts with a `content` and flags that "
                "are True or False, or of `tokenizers.AddedToken`"
            )
        )
    good = all(isinstance(x, str) and x for x in value or ())
    return None if good else "a list of strings that are not empty"


def _is_token(token):
    if isinstance(token, dict):
        flags = [value for key, value in token.items() if key in _FLAGS]
        if not all(isinstance(flag, bool) for flag in flags):
            return False
        token = token.get("content")
    elif not isinstance(token, str):
        token = getattr(token, "content", None)
    return isinstance(token, str) and token != ""


def added_token(token, special=False):
    """One added token, all of it.

    Args:
        token: str, dict or `tokenizers.AddedToken`.
        special: bool, default `False`. What a plain string becomes.

    Returns:
        dict of the keywords of `tokenizers.AddedToken`.
    """
    if isinstance(token, str):
        token = {"content": token, "special": special}
    elif not isinstance(token, dict):
        token = {key: getattr(token, key) for key in ("content", *_FLAGS)}
    special = bool(token.get("special", False))
    return {
        "content": token["content"],
        "single_word": bool(token.get("single_word", False)),
        "lstrip": bool(token.get("lstrip", False)),
        "rstrip": bool(token.get("rstrip", False)),
        # As in `tokenizers`: other than special tokens are looked for in
        # normalized text.
        "normalized": bool(token.get("normalized", not special)),
        "special": special,
    }
