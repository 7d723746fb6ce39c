"""What Hugging Face's tokenizer files call our options."""

# Our option: name in `tokenizer_config.json`, place in `tokenizer.json`.
SETTINGS = {
    "lowercase": ("do_lower_case", ("normalizer", "lowercase")),
    "strip_accents": ("strip_accents", ("normalizer", "strip_accents")),
    "split_on_cjk": (
        "tokenize_chinese_chars",
        ("normalizer", "handle_chinese_chars"),
    ),
    "clean_text": ("clean_text", ("normalizer", "clean_text")),
    "suffix_indicator": (
        "wordpieces_prefix",
        ("model", "continuing_subword_prefix"),
    ),
    "max_chars_per_word": (
        "max_input_chars_per_word",
        ("model", "max_input_chars_per_word"),
    ),
    "basic_tokenization": ("do_basic_tokenize", None),
    "never_split": ("never_split", None),
    "padding_side": ("padding_side", None),
    "truncation_side": ("truncation_side", None),
    "clean_up_tokenization_spaces": ("clean_up_tokenization_spaces", None),
}
NAMED_TOKENS = (
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
)

# Read elsewhere in this file, or without effect on what a text turns into.
NOT_SETTINGS = {
    "tokenizer_class": "checked by itself",
    "model_max_length": "read by itself",
    "vocabulary_size": "ours, read by itself",
    "max_len": "older name of model_max_length, read by itself",
    "split_special_tokens": "read by itself",
    "additional_special_tokens": "read by itself",
    "extra_special_tokens": "read by itself",
    "model_specific_special_tokens": "read by itself",
    "added_tokens_decoder": "read by itself",
    "name_or_path": "where the folder came from",
    "special_tokens_map_file": "a path on the machine that wrote it",
    "tokenizer_file": "a path on the machine that wrote it",
    "full_tokenizer_file": "a path on the machine that wrote it",
    "vocab_file": "a path on the machine that wrote it",
    "is_local": "where the folder came from",
    "local_files_only": "how the folder was fetched",
    "backend": "which library Transformers is to use",
    "use_fast": "which library Transformers is to use",
    "init_inputs": "positional arguments, always empty for this class",
    "processor_class": "names another class",
    "model_input_names": "which arrays Transformers returns",
    "return_token_type_ids": "which arrays Transformers returns",
    "chat_template": "for chat models",
    "transformers_version": "which release wrote it",
    "max_length": "default of a call; see `pack`",
    "truncation": "default of a call; see `pack`",
    "truncation_strategy": "default of a call; see `pack`",
    "stride": "default of a call; see `pack`",
    "padding": "default of a call; see `pack`",
    "pad_to_multiple_of": "default of a call; see `pack`",
    "pad_token_type_id": "padding is in segment 0",
    "do_lower_case_on_vocab": "unused by Transformers",
}
TOKENIZER_CLASSES = {
    "ElectraTokenizer",
    "BertTokenizer",
    "BertTokenizerLegacy",
    "ConvBertTokenizer",
    "DistilBertTokenizer",
    "MobileBertTokenizer",
    "PreTrainedTokenizer",
    "TokenizersBackend",
}
# Kinds of models whose tokenizer is one of these, where no class is named.
MODEL_TYPES = {"bert", "convbert", "distilbert", "electra", "mobilebert"}
# Transformers' spelling of "no limit".
NO_LIMIT = int(1e30)
