"""What every key of a Transformers `config.json` is to us. Data only.

A key is mapped, may only have certain values, or is ignored for a reason. Other
keys change nothing in Transformers' ELECTRA and are named in a warning.
"""

# Theirs to ours. The values are what Transformers takes for an absent key.
BACKBONE = {
    "vocab_size": ("vocabulary_size", 30522),
    "embedding_size": ("embedding_dim", 128),
    "hidden_size": ("hidden_dim", 256),
    "num_hidden_layers": ("num_layers", 12),
    "num_attention_heads": ("num_heads", 4),
    "intermediate_size": ("intermediate_dim", 1024),
    "hidden_act": ("activation", "gelu"),
    "hidden_dropout_prob": ("dropout", 0.1),
    "attention_probs_dropout_prob": ("attention_dropout", 0.1),
    "max_position_embeddings": ("max_sequence_length", 512),
    "type_vocab_size": ("num_segments", 2),
    "initializer_range": ("initializer_range", 0.02),
    "layer_norm_eps": ("layer_norm_epsilon", 1e-12),
}

# What makes a backbone a decoder, spelled alike. Other tasks have bidirectional
# attention unless the caller passes `is_decoder=True`; a warning says so.
DECODER = ("is_decoder", "add_cross_attention")
DECODERS = ("ElectraBackbone", "ElectraCausalLM")

# Keys that only some tasks read, by the name of our class.
TASKS = {
    "ElectraMaskedLM": {"tie_word_embeddings": ("tie_word_embeddings", True)},
    "ElectraCausalLM": {"tie_word_embeddings": ("tie_word_embeddings", True)},
    "ElectraTextClassifier": {
        "classifier_dropout": ("dropout", None),
        "problem_type": ("problem_type", None),
    },
    "ElectraTokenClassifier": {"classifier_dropout": ("dropout", None)},
    "ElectraMultipleChoice": {
        "summary_type": ("summary_type", "first"),
        "summary_use_proj": ("summary_projection", True),
        "summary_activation": ("summary_activation", "gelu"),
        "summary_last_dropout": ("summary_dropout", 0.1),
        "summary_first_dropout": ("summary_first_dropout", 0.0),
        # A key of ours: Transformers always counts it.
        "summary_counts_padding": ("summary_counts_padding", True),
    },
}

# The JSON types of the values: of those that must not be null, of those that
# may be, and of those that only some tasks read, which may be null too.
TYPES = {key: type(default) for key, (_, default) in BACKBONE.items()}
NULLABLE_TYPES = {
    "architectures": list,
    "model_type": str,
    **dict.fromkeys(DECODER, bool),
}
TASK_TYPES = {
    "id2label": dict,
    "num_labels": int,
    "_num_labels": int,
    "problem_type": str,
    "classifier_dropout": float,
    "summary_type": str,
    "summary_use_proj": bool,
    "summary_activation": str,
    "summary_last_dropout": float,
    "summary_first_dropout": float,
    "summary_counts_padding": bool,
    "tie_word_embeddings": bool,
}
TYPE_NAMES = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
}

# Where null means "as in the encoder", and what that is called there.
INHERITED = {"classifier_dropout": "dropout"}

# Keys that are not written unless they say something.
UNUSUAL = (
    "summary_counts_padding",
    "summary_first_dropout",
    "tie_word_embeddings",
)

# Tasks whose classes have names, and the keys that number them.
LABELLED = ("ElectraTextClassifier", "ElectraTokenClassifier")
CLASSES = ("id2label", "num_labels", "_num_labels")

ACTIVATIONS = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_new": "gelu_new",
    "gelu_pytorch_tanh": "gelu_new",
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
}

# After the summary of multiple choice, where null is allowed too.
SUMMARY_ACTIVATIONS = {
    **ACTIVATIONS,
    "tanh": "tanh",
    "linear": None,
    "": None,
    None: None,
}

PROBLEM_TYPES = {
    "single_label_classification": "single_label",
    "multi_label_classification": "multi_label",
    "regression": "regression",
}

# BERT has the same encoder, without a projection and with a pooler on top.
MODEL_TYPES = ("electra", "bert")

# What Transformers takes for a key that a BERT configuration does not have.
BERT_DEFAULTS = {
    "hidden_size": 768,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
}

# Keys that change what the model computes, with the values we compute.
FIXED = {
    "position_embedding_type": ("absolute", None),
    "is_encoder_decoder": (False, None),
    "pruned_heads": ({}, None),
    "cross_attention_hidden_size": (None,),
    "use_bfloat16": (False, None),
    "quantization_config": (None,),
    "per_layer_config": (None,),
    "summary_proj_to_labels": (False, None),
}

_RECORD = "a record of how the file came to be"
_OUTPUT = "says what Transformers' Python calls return"
_GENERATION = "a setting of generation, which is an argument of `generate`"
_TOKEN = "the tokenizer knows its special tokens"
_MEMORY = "changes memory and speed, not results"
_OTHER_TASK = "read by other tasks only"
_DECODER = "a decoder reads it; other tasks warn that they are none"

IGNORED = {
    "_attn_implementation_autoset": _RECORD,
    "_commit_hash": _RECORD,
    "_name_or_path": _RECORD,
    "_num_labels": "`id2label` says it",
    "architectures": "read where the head is chosen",
    "auto_map": "names code in the repository, which is never run",
    "directionality": "a leftover of BERT that ELECTRA never reads",
    "dtype": "Keras' dtype policy decides, or `dtype=`",
    "finetuning_task": _RECORD,
    "generator_size": "the size of another model, its generator",
    "language": _RECORD,
    "model_type": "checked before",
    "name": _RECORD,
    "num_choices": "the number of choices is that of the input",
    "output_past": _OUTPUT,
    "pooler_fc_size": "a leftover of BERT that ELECTRA never reads",
    "pooler_num_attention_heads": "a leftover of BERT that ELECTRA never reads",
    "pooler_num_fc_layers": "a leftover of BERT that ELECTRA never reads",
    "pooler_size_per_head": "a leftover of BERT that ELECTRA never reads",
    "pooler_type": "a leftover of BERT that ELECTRA never reads",
    "task_specific_params": _GENERATION,
    "tie_encoder_decoder": "ELECTRA is no encoder-decoder",
    "tokenizer_class": "the tokenizer's own file says how to tokenize",
    "torch_dtype": "Keras' dtype policy decides, or `dtype=`",
    "transformers_version": _RECORD,
    # The rest of what every Transformers configuration can hold.
    **dict.fromkeys(DECODER, _DECODER),
    **dict.fromkeys(
        (
            "output_attentions",
            "output_hidden_states",
            "return_dict",
            "return_dict_in_generate",
            "output_scores",
        ),
        _OUTPUT,
    ),
    **dict.fromkeys(
        (
            "chunk_size_feed_forward",
            "gradient_checkpointing",
            "torchscript",
            "tf_legacy_loss",
            "use_cache",
        ),
        _MEMORY,
    ),
    **dict.fromkeys(
        (
            "bos_token_id",
            "decoder_start_token_id",
            "eos_token_id",
            "pad_token_id",
            "prefix",
            "sep_token_id",
            "unk_token_id",
            "cls_token_id",
            "mask_token_id",
        ),
        _TOKEN,
    ),
    **dict.fromkeys(
        (
            "bad_words_ids",
            "begin_suppress_tokens",
            "diversity_penalty",
            "do_sample",
            "early_stopping",
            "encoder_no_repeat_ngram_size",
            "exponential_decay_length_penalty",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "length_penalty",
            "max_length",
            "min_length",
            "no_repeat_ngram_size",
            "num_beam_groups",
            "num_beams",
            "num_return_sequences",
            "remove_invalid_values",
            "repetition_penalty",
            "suppress_tokens",
            "temperature",
            "top_k",
            "top_p",
            "typical_p",
        ),
        _GENERATION,
    ),
    **dict.fromkeys(
        (
            "classifier_dropout",
            "id2label",
            "label2id",
            "num_labels",
            "problem_type",
            "summary_activation",
            "summary_counts_padding",
            "summary_first_dropout",
            "summary_last_dropout",
            "summary_type",
            "summary_use_proj",
            "tie_word_embeddings",
        ),
        _OTHER_TASK,
    ),
}

# Ignored here, but read by Transformers: an export writes them back.
KEPT = tuple(
    key
    for key, reason in IGNORED.items()
    if reason in (_OUTPUT, _GENERATION, _TOKEN, _MEMORY, _OTHER_TASK)
)
