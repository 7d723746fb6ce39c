"""
# Coming from Transformers

Author: the keras-electra authors
Description: Each call of Hugging Face Transformers beside ours.

Folders that Transformers wrote are loaded as they are, and
`export_to_transformers` writes folders that it loads: nobody has to decide for
one of the two. This guide has a table of calls, theirs and ours, that give the
same, and a table of the names in `config.json`. It runs both columns and prints
how far apart they are:

    python guides/coming_from_transformers.py

Without PyTorch and Transformers it runs ours alone. The models are tiny, with
random weights; what holds for them holds for the released ones.
"""

import ast
import importlib.util
import pathlib
import tempfile

import keras
import numpy as np

import keras_electra
from keras_electra.preprocessors.causal_lm import shift_labels
from keras_electra.text.packing import pack

"""
## The table of calls

What it is, their call, our call. `folder` is where the model is, `inputs` are
token ids as each library spells them. Three names differ everywhere:
`input_ids`, `token_type_ids` and `attention_mask` are `token_ids`,
`segment_ids` and `padding_mask` here, and come as one dict. And our tasks read
raw texts themselves.

The first rows are about the tokenizer, which adds no special tokens and pads
nothing: preprocessors do, and `pack` does the same without a model.
`slow_tokenizer` is `transformers.BertTokenizerLegacy`, which still has the
methods on ids. `save_vocabulary(path)` is `to_huggingface(path)` here.
"""

TABLE = [
    (
        "text to pieces",
        "transformers.AutoTokenizer.from_pretrained(folder).tokenize(text)",
        "keras_electra.ElectraTokenizer.from_preset("
        "folder, dtype='string')(text)",
    ),
    (
        "tokens to ids",
        "tokenizer.convert_tokens_to_ids(['fox', 'dog'])",
        "[tokenizer.token_to_id(token) for token in ['fox', 'dog']]",
    ),
    (
        "ids to tokens",
        "tokenizer.convert_ids_to_tokens([8, 13])",
        "[tokenizer.id_to_token(id) for id in [8, 13]]",
    ),
    (
        "ids to text",
        "tokenizer.decode([2, 5, 6, 3], skip_special_tokens=True)",
        "tokenizer.detokenize([2, 5, 6, 3], skip_special_tokens=True)",
    ),
    (
        "ids to texts",
        "tokenizer.batch_decode([[2, 5, 6, 3], [8]])",
        "tokenizer.detokenize([[2, 5, 6, 3], [8]])",
    ),
    (
        "tokens to text",
        "tokenizer.convert_tokens_to_string(['brown', 'fox', '##es'])",
        "tokenizer.detokenize("
        "[tokenizer.token_to_id(t) for t in ['brown', 'fox', '##es']])",
    ),
    (
        "ids of a pair of texts",
        "tokenizer(['the fox'], ['a dog'], padding=True).input_ids",
        "pack(tokenizer, ['the fox'], ['a dog'], buckets=())['token_ids']"
        ".tolist()",
    ),
    (
        "segments of a pair of texts",
        "tokenizer(['the fox'], ['a dog'], padding=True).token_type_ids",
        "pack(tokenizer, ['the fox'], ['a dog'], buckets=())['segment_ids']"
        ".tolist()",
    ),
    (
        "special tokens around ids",
        "slow_tokenizer.build_inputs_with_special_tokens([5, 8], [13])",
        "[tokenizer.cls_token_id, 5, 8, tokenizer.sep_token_id, "
        "13, tokenizer.sep_token_id]",
    ),
    (
        "segments of ids",
        "slow_tokenizer.create_token_type_ids_from_sequences([5, 8], [13])",
        "[0] * (2 + len([5, 8])) + [1] * (len([13]) + 1)",
    ),
    (
        "which ids are special tokens",
        "tokenizer.get_special_tokens_mask("
        "[2, 5, 4, 1, 3, 0], already_has_special_tokens=True)",
        "tokenizer.special_tokens_mask([2, 5, 4, 1, 3, 0]).tolist()",
    ),
    (
        "where special tokens will be",
        "slow_tokenizer.get_special_tokens_mask([5, 8], [13])",
        "[1, *[0] * len([5, 8]), 1, *[0] * len([13]), 1]",
    ),
    (
        "the encoder",
        "transformers.ElectraModel.from_pretrained(folder)"
        "(**inputs).last_hidden_state",
        "keras_electra.ElectraBackbone.from_preset(folder)(inputs)",
    ),
    (
        "all hidden states",
        "transformers.ElectraModel.from_pretrained(folder)"
        "(**inputs, output_hidden_states=True).hidden_states",
        "keras_electra.ElectraBackbone.from_preset(folder)"
        ".call_with_details(**inputs)['hidden_states']",
    ),
    (
        "attention maps",
        "transformers.ElectraModel.from_pretrained("
        "folder, attn_implementation='eager')"
        "(**inputs, output_attentions=True).attentions",
        "keras_electra.ElectraBackbone.from_preset(folder)"
        ".call_with_details(**inputs)['attentions']",
    ),
    (
        "a task's hidden states beside its logits, from embeddings",
        "transformers.ElectraForSequenceClassification.from_pretrained(folder)"
        "(inputs_embeds=vectors, output_hidden_states=True).hidden_states",
        "keras_electra.ElectraTextClassifier.from_preset(folder)"
        ".call_with_details(input_embeddings=vectors)['hidden_states']",
    ),
    (
        "positions",
        "transformers.ElectraModel.from_pretrained(folder)"
        "(**inputs, position_ids=positions).last_hidden_state",
        "keras_electra.ElectraBackbone.from_preset(folder).call_with_details("
        "**inputs, position_ids=positions)['sequence_output']",
    ),
    (
        "embeddings instead of ids",
        "transformers.ElectraModel.from_pretrained(folder)"
        "(inputs_embeds=vectors).last_hidden_state",
        "keras_electra.ElectraBackbone.from_preset(folder).call_with_details("
        "input_embeddings=vectors)['sequence_output']",
    ),
    (
        "the discriminator",
        "transformers.ElectraForPreTraining.from_pretrained(detector)"
        "(**inputs).logits",
        "keras_electra.ElectraReplacedTokenDetector.from_preset(detector)"
        "(inputs)",
    ),
    (
        "a classifier's logits",
        "transformers.ElectraForSequenceClassification.from_pretrained(folder)"
        "(**inputs).logits",
        "keras_electra.ElectraTextClassifier.from_preset(folder)(inputs)",
    ),
    (
        "a classifier's loss",
        "transformers.ElectraForSequenceClassification.from_pretrained(folder)"
        "(**inputs, labels=labels).loss",
        "keras_electra.ElectraTextClassifier.from_preset(folder)"
        ".evaluate(inputs, labels, return_dict=True, verbose=0)['loss']",
    ),
    (
        "labels of texts",
        "transformers.pipeline('text-classification', model=folder)([text])",
        "keras_electra.ElectraTextClassifier.from_preset(folder)"
        ".classify([text])",
    ),
    (
        "a tagger's logits",
        "transformers.ElectraForTokenClassification.from_pretrained(tagger)"
        "(**inputs).logits",
        "keras_electra.ElectraTokenClassifier.from_preset(tagger)(inputs)",
    ),
    (
        "a tagger's loss; -100 is ignored",
        "transformers.ElectraForTokenClassification.from_pretrained(tagger)"
        "(**inputs, labels=tags).loss",
        "keras_electra.ElectraTokenClassifier.from_preset(tagger)"
        ".evaluate(inputs, tags, return_dict=True, verbose=0)['loss']",
    ),
    (
        "entities of texts",
        "transformers.pipeline('token-classification', model=tagger, "
        "aggregation_strategy='simple')([text])",
        "keras_electra.ElectraTokenClassifier.from_preset(tagger).tag([text])",
    ),
    (
        "tokens behind a mask",
        "transformers.pipeline('fill-mask', model=generator)"
        "('the quick [MASK] fox', top_k=3)",
        "keras_electra.ElectraMaskedLM.from_preset(generator)"
        ".fill_mask('the quick [MASK] fox', top_k=3)",
    ),
    (
        "every token's logits in a masked language model",
        "transformers.ElectraForMaskedLM.from_pretrained(generator)"
        "(**inputs).logits",
        "keras_electra.ElectraMaskedLM.from_preset(generator)"
        ".call_at_every_position(**inputs)",
    ),
    (
        "multiple choice",
        "transformers.ElectraForMultipleChoice.from_pretrained(chooser)"
        "(**two_choices).logits",
        "keras_electra.ElectraMultipleChoice.from_preset(chooser)(two_choices)",
    ),
    (
        "vectors of sentences: the mean over tokens",
        "mean(transformers.ElectraModel.from_pretrained(folder)(**inputs)"
        ".last_hidden_state, inputs['attention_mask'])",
        "keras_electra.ElectraTextEmbedder.from_preset("
        "folder, pooling='mean', normalize=False)(inputs)",
    ),
    (
        "where an answer starts",
        "transformers.ElectraForQuestionAnswering.from_pretrained(answerer)"
        "(**inputs).start_logits",
        "keras_electra.ElectraQuestionAnswerer.from_preset(answerer)"
        "(inputs)['start']",
    ),
    (
        "the next token",
        "transformers.ElectraForCausalLM.from_pretrained(decoder)"
        "(**inputs).logits",
        "keras_electra.ElectraCausalLM.from_preset(decoder)(inputs)",
    ),
    (
        "the last token's logits only",
        "transformers.ElectraForCausalLM.from_pretrained(decoder)"
        "(**inputs, logits_to_keep=1).logits",
        "keras_electra.ElectraCausalLM.from_preset(decoder)(inputs)[:, -1:]",
    ),
    (
        "the loss of the next tokens",
        "transformers.ElectraForCausalLM.from_pretrained(decoder)"
        "(**inputs, labels=shifted_inside).loss",
        "keras_electra.ElectraCausalLM.from_preset(decoder).evaluate("
        "inputs, shift_labels(shifted_inside), return_dict=True, verbose=0)"
        "['loss']",
    ),
    (
        "one more token after a cache",
        "with_their_cache("
        "transformers.ElectraForCausalLM.from_pretrained(decoder), prompt, 8)",
        "with_our_cache("
        "keras_electra.ElectraCausalLM.from_preset(decoder), prompt, 8)",
    ),
    (
        "a decoder with cross-attention",
        "transformers.ElectraForCausalLM.from_pretrained(reader)"
        "(**inputs, encoder_hidden_states=states, "
        "encoder_attention_mask=states_mask).logits",
        "keras_electra.ElectraCausalLM.from_preset(reader)("
        "{**inputs, 'encoder_hidden_states': states, "
        "'encoder_padding_mask': states_mask})",
    ),
    (
        "greedy generation",
        "transformers.ElectraForCausalLM.from_pretrained(decoder).generate("
        "**prompt, max_length=12, do_sample=False, eos_token_id=None)",
        "greedily(keras_electra.ElectraCausalLM.from_preset("
        "decoder, preprocessor=None)).generate("
        "prompt, max_length=12, stop_token_ids=None)['token_ids']",
    ),
    (
        "the type of computations",
        "str(transformers.ElectraModel.from_pretrained("
        "folder, dtype='bfloat16').dtype).removeprefix('torch.')",
        "keras_electra.ElectraBackbone.from_preset("
        "folder, dtype='bfloat16').compute_dtype",
    ),
    (
        "the device",
        "transformers.ElectraModel.from_pretrained(folder).to('cpu')"
        "(**inputs).last_hidden_state",
        "on('cpu', lambda: "
        "keras_electra.ElectraBackbone.from_preset(folder)(inputs))",
    ),
]

"""
`greedily` sets what Transformers passes to `generate`: the sampler is chosen
once, when a model is compiled.
"""


def greedily(causal_lm):
    causal_lm.compile(sampler="greedy")
    return causal_lm


"""
`generate` uses a cache by itself. By hand, `build_cache` reads a prompt that is
padded to the length of what is to come, and `call_with_cache` the tokens after
it, of which it takes the place of the first. Their cache grows instead, and
counts the tokens itself.
"""


def with_our_cache(causal_lm, prompt, token):
    ids = prompt["token_ids"]
    length = ids.shape[1]
    room = ((0, 0), (0, 1))
    states, cache = causal_lm.build_cache(
        {
            "token_ids": np.pad(ids, room),
            "segment_ids": np.pad(np.zeros_like(ids), room),
            "padding_mask": np.pad(np.ones_like(ids), room),
        }
    )
    token = np.full((1, 1), token, "int32")
    return causal_lm.call_with_cache(token, cache, length)[0]


def with_their_cache(causal_lm, prompt, token):
    import torch

    cache = causal_lm(**prompt, use_cache=True).past_key_values
    token = torch.full((1, 1), token)
    return causal_lm(token, past_key_values=cache).logits


"""
A model is where it was loaded: Keras takes the accelerator if there is one, and
`keras.device("cpu")`, `"gpu:1"` and so on say otherwise.
"""


def on(device, call):
    with keras.device(device):
        return call()


"""
## The table of names in `config.json`

Their name, our class and its argument, which `from_preset` fills from the file.
Taggers have the arguments of classifiers except `problem_type`; decoders have
`tie_word_embeddings` too. Where the argument is empty there is no such setting:
generation starts with the prompt, and always uses a cache.
"""

CONFIGURATION = [
    ("vocab_size", "ElectraBackbone", "vocabulary_size"),
    ("embedding_size", "ElectraBackbone", "embedding_dim"),
    ("hidden_size", "ElectraBackbone", "hidden_dim"),
    ("num_hidden_layers", "ElectraBackbone", "num_layers"),
    ("num_attention_heads", "ElectraBackbone", "num_heads"),
    ("intermediate_size", "ElectraBackbone", "intermediate_dim"),
    ("hidden_act", "ElectraBackbone", "activation"),
    ("hidden_dropout_prob", "ElectraBackbone", "dropout"),
    ("attention_probs_dropout_prob", "ElectraBackbone", "attention_dropout"),
    ("max_position_embeddings", "ElectraBackbone", "max_sequence_length"),
    ("type_vocab_size", "ElectraBackbone", "num_segments"),
    ("initializer_range", "ElectraBackbone", "initializer_range"),
    ("layer_norm_eps", "ElectraBackbone", "layer_norm_epsilon"),
    ("is_decoder", "ElectraBackbone", "is_decoder"),
    ("add_cross_attention", "ElectraBackbone", "add_cross_attention"),
    ("id2label", "ElectraTextClassifier", "class_names"),
    ("num_labels", "ElectraTextClassifier", "num_classes"),
    ("problem_type", "ElectraTextClassifier", "problem_type"),
    ("classifier_dropout", "ElectraTextClassifier", "dropout"),
    ("summary_type", "ElectraMultipleChoice", "summary_type"),
    ("summary_use_proj", "ElectraMultipleChoice", "summary_projection"),
    ("summary_activation", "ElectraMultipleChoice", "summary_activation"),
    ("summary_last_dropout", "ElectraMultipleChoice", "summary_dropout"),
    ("pad_token_id", "ElectraTokenizer", "pad_token"),
    ("tie_word_embeddings", "ElectraMaskedLM", "tie_word_embeddings"),
    ("bos_token_id", "ElectraCausalLM.generate", ""),
    ("eos_token_id", "ElectraCausalLM.generate", "stop_token_ids"),
    ("use_cache", "ElectraCausalLM.generate", ""),
    ("dtype", "every class", "dtype"),
]


"""
## Models to try it on

Seven tasks on encoders of the same size, and a decoder that reads the output of
an encoder. `export_to_transformers` writes the
folders that both libraries then read.
"""

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PIECES += "the quick brown fox jumps over a lazy dog fake . ##es".split()


NAMES = ["O", "B-ANIMAL", "I-ANIMAL"]


def write_models(folder):
    """A folder for each task, by the name the table has for it."""
    keras.utils.set_random_seed(0)
    tokenizer = keras_electra.ElectraTokenizer(PIECES)
    tasks = {
        "folder": ("ElectraTextClassifier", {"class_names": ["bad", "good"]}),
        "detector": ("ElectraReplacedTokenDetector", {}),
        "answerer": ("ElectraQuestionAnswerer", {}),
        "decoder": ("ElectraCausalLM", {}),
        "tagger": ("ElectraTokenClassifier", {"class_names": NAMES}),
        "generator": ("ElectraMaskedLM", {}),
        "chooser": ("ElectraMultipleChoice", {}),
        "reader": ("ElectraCausalLM", {}),
    }
    for name, (task, arguments) in tasks.items():
        backbone = keras_electra.ElectraBackbone(
            vocabulary_size=len(PIECES),
            num_layers=2,
            num_heads=2,
            hidden_dim=16,
            intermediate_dim=32,
            embedding_dim=8,
            max_sequence_length=32,
            initializer_range=0.3,
            is_decoder=name in ("decoder", "reader"),
            add_cross_attention=name == "reader",
        )
        preprocessor = getattr(keras_electra, f"{task}Preprocessor")
        model = getattr(keras_electra, task)(
            backbone, preprocessor=preprocessor(tokenizer, 32), **arguments
        )
        model.export_to_transformers(pathlib.Path(folder) / name)
    return {name: str(pathlib.Path(folder) / name) for name in tasks}


TEXT = "the quick brown fox fake over the lazy dog"
IDS = np.array([[2, 5, 6, 7, 8, 3], [2, 5, 12, 13, 3, 0]], "int32")
PROMPT = IDS[:1, :3]
LABELS = np.array([0, 1])
TAGS = np.array([[-100, 0, 1, 2, 0, -100], [-100, 0, 1, 2, -100, -100]])
# The tokens themselves; each is to be predicted from those before it.
NEXT = np.where(IDS == 0, -100, IDS)
POSITIONS = np.array([[0, 1, 2, 3, 4, 5], [9, 8, 7, 6, 5, 4]], "int32")
VECTORS = np.random.default_rng(0).normal(size=(2, 6, 8)).astype("float32")
STATES = np.random.default_rng(0).normal(size=(2, 4, 16)).astype("float32")
STATES_MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], "int32")


def our_names(folders):
    """What the right column is evaluated with."""
    inputs = {
        "token_ids": IDS,
        "segment_ids": np.zeros_like(IDS),
        "padding_mask": (IDS != 0).astype("int32"),
    }
    tokenizer = keras_electra.ElectraTokenizer.from_huggingface
    return {
        **folders,
        "keras_electra": keras_electra,
        "tokenizer": tokenizer(folders["folder"]),
        "pack": pack,
        "shift_labels": shift_labels,
        "greedily": greedily,
        "on": on,
        "with_our_cache": with_our_cache,
        "inputs": inputs,
        "two_choices": {name: x[None] for name, x in inputs.items()},
        "prompt": {"token_ids": PROMPT},
        "labels": LABELS,
        "tags": TAGS,
        "shifted_inside": NEXT,
        "positions": POSITIONS,
        "vectors": VECTORS,
        "states": STATES,
        "states_mask": STATES_MASK,
        "text": TEXT,
    }


def mean(states, mask):
    """What Transformers leaves to its users."""
    mask = mask.unsqueeze(-1)
    return (states * mask).sum(1) / mask.sum(1)


def their_names(folders):
    """What the left column is evaluated with."""
    import torch
    import transformers

    ids = torch.from_numpy(IDS).long()
    inputs = {"input_ids": ids, "attention_mask": (ids != 0).long()}
    fast, slow = transformers.AutoTokenizer, transformers.BertTokenizerLegacy
    return {
        **folders,
        "transformers": transformers,
        "tokenizer": fast.from_pretrained(folders["folder"]),
        "slow_tokenizer": slow.from_pretrained(folders["folder"]),
        "mean": mean,
        "with_their_cache": with_their_cache,
        "inputs": inputs,
        "two_choices": {name: x[None] for name, x in inputs.items()},
        "prompt": {"input_ids": torch.from_numpy(PROMPT).long()},
        "labels": torch.from_numpy(LABELS),
        "tags": torch.from_numpy(TAGS),
        "shifted_inside": torch.from_numpy(NEXT).long(),
        "positions": torch.from_numpy(POSITIONS).long(),
        "vectors": torch.from_numpy(VECTORS),
        "states": torch.from_numpy(STATES),
        "states_mask": torch.from_numpy(STATES_MASK),
        "text": TEXT,
    }


"""
## Both columns

Arrays are compared number by number, labels with their scores.
"""


def evaluate(call, names):
    code = compile(ast.parse(call, mode="eval"), "table", "eval")
    return eval(code, dict(names))


def leaves(result):
    """Strings and arrays of a result, in order."""
    if isinstance(result, dict):
        return [leaf for key in sorted(result) for leaf in leaves(result[key])]
    if isinstance(result, (list, tuple)):
        return [leaf for part in result for leaf in leaves(part)]
    if isinstance(result, str):
        return [result]
    if hasattr(result, "detach"):  # A tensor of PyTorch, theirs or ours.
        result = result.detach().cpu()
    return [np.asarray(result)]


def difference(theirs, ours):
    """The largest difference of two results."""
    worst = 0.0
    for their, our in zip(leaves(theirs), leaves(ours), strict=True):
        if isinstance(their, str):
            worst = max(worst, float(their != our))
        elif their.shape != our.shape:
            worst = float("inf")
        else:
            gap = np.abs(their.astype("float64") - our.astype("float64"))
            worst = max(worst, float(gap.max()))
    return worst


def main():
    both = all(map(importlib.util.find_spec, ("torch", "transformers")))
    with tempfile.TemporaryDirectory() as folder:
        folders = write_models(folder)
        for what, theirs, ours in TABLE:
            print(f"{what}\n  theirs: {theirs}\n  ours:   {ours}")
            result = evaluate(ours, our_names(folders))
            if both:
                expected = evaluate(theirs, their_names(folders))
                print(f"  difference: {difference(expected, result):.1e}")
    for theirs, owner, ours in CONFIGURATION:
        print(f"{theirs:30} {owner}: {ours or '-'}")


if __name__ == "__main__":
    main()
