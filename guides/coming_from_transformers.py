"""
# Coming from Transformers

Author: the keras-electra authors
Description: Each call of Hugging Face Transformers beside ours.

Folders that Transformers wrote are loaded as they are, and
`export_to_transformers` writes folders that it loads: nobody has to decide for
one of the two. This guide is a table of calls, theirs and ours, that give the
same. It runs both columns and prints how far apart they are:

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

"""
## The table

What it is, their call, our call. `folder` is where the model is, `inputs` are
token ids as each library spells them. Two differences run through all of it:
their padding mask is called `attention_mask`, and ours is a part of one dict;
and our tasks read raw texts themselves.
"""

TABLE = [
    (
        "text to pieces",
        "transformers.AutoTokenizer.from_pretrained(folder).tokenize(text)",
        "keras_electra.ElectraTokenizer.from_preset("
        "folder, dtype='string')(text)",
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
        "greedy generation",
        "transformers.ElectraForCausalLM.from_pretrained(decoder).generate("
        "**prompt, max_length=12, do_sample=False, eos_token_id=None)",
        "greedily(keras_electra.ElectraCausalLM.from_preset("
        "decoder, preprocessor=None)).generate("
        "prompt, max_length=12, stop_token_ids=None)['token_ids']",
    ),
]

"""
`greedily` sets what Transformers passes to `generate`: how a token is chosen
is said once, when a model is compiled.
"""


def greedily(causal_lm):
    causal_lm.compile(sampler="greedy")
    return causal_lm


"""
## Models to try it on

Seven tasks on encoders of the same size. `export_to_transformers` writes the
folders that both libraries then read.
"""

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PIECES += "the quick brown fox jumps over a lazy dog fake .".split()


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
            is_decoder=name == "decoder",
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


def our_names():
    """What the right column is evaluated with."""
    inputs = {
        "token_ids": IDS,
        "segment_ids": np.zeros_like(IDS),
        "padding_mask": (IDS != 0).astype("int32"),
    }
    return {
        "keras_electra": keras_electra,
        "greedily": greedily,
        "inputs": inputs,
        "two_choices": {name: x[None] for name, x in inputs.items()},
        "prompt": {"token_ids": PROMPT},
        "text": TEXT,
    }


def mean(states, mask):
    """What Transformers leaves to its users."""
    mask = mask.unsqueeze(-1)
    return (states * mask).sum(1) / mask.sum(1)


def their_names():
    """What the left column is evaluated with."""
    import torch
    import transformers

    ids = torch.from_numpy(IDS).long()
    inputs = {"input_ids": ids, "attention_mask": (ids != 0).long()}
    return {
        "transformers": transformers,
        "mean": mean,
        "inputs": inputs,
        "two_choices": {name: x[None] for name, x in inputs.items()},
        "prompt": {"input_ids": torch.from_numpy(PROMPT).long()},
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
            result = evaluate(ours, {**our_names(), **folders})
            if both:
                expected = evaluate(theirs, {**their_names(), **folders})
                print(f"  difference: {difference(expected, result):.1e}")


if __name__ == "__main__":
    main()
