"""
# Write on, token by token

Author: the keras-electra authors
Description: A generator, trained further as a decoder, and the ways to sample.

ELECTRA's generator guesses masked tokens by what stands on both sides. With a
mask over what comes after each token the same weights can be trained to write:
a decoder, as in `ElectraForCausalLM`. It will not rival models that were made
for it; it is small, and it shows all that decoders of Keras do.

Run as it is, it takes the bundled generator and the sentences that lie beside
this guide, and learns them by heart within a minute:

    python guides/generate_text.py

With your own text, one passage a line, and a larger generator:

    python guides/generate_text.py --data lines.txt --epochs 3 \\
        --preset hf://google/electra-base-generator
"""

import argparse
import math
import pathlib
import sys
import tempfile

import keras
import keras_hub

import keras_electra

SAMPLE = pathlib.Path(__file__).parent / "data" / "text" / "sample.txt"

parser = argparse.ArgumentParser(description="Write on, token by token.")
parser.add_argument("--data", type=pathlib.Path, default=SAMPLE)
parser.add_argument("--preset", default="electra_mini_generator_en")
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--learning-rate", type=float, default=2e-3)
parser.add_argument("--length", type=int, default=32, help="tokens of a text")
parser.add_argument("--dtype", default="float32", help="or mixed_bfloat16")
parser.add_argument("--output", type=pathlib.Path, help="folder for the preset")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()
keras.utils.set_random_seed(args.seed)
keras.config.set_dtype_policy(args.dtype)

"""
## The data

Texts are their own labels: each token is to be told from those before it.
"""

lines = args.data.read_text("utf-8").split("\n")
texts = [line.strip() for line in lines if line.strip()]
print(f"{len(texts)} texts, such as {texts[0]!r}")

"""
## From a generator to a decoder

`is_decoder=True` turns the generator into a decoder. Its weights were trained
with bidirectional attention, so it must be trained further.
"""

decoder = keras_electra.ElectraCausalLM.from_preset(
    args.preset,
    is_decoder=True,
    dropout=0.0,  # The bundled generator is too narrow to bear any.
    attention_dropout=0.0,
    sequence_length=args.length,
)

"""
## Training

The loss is the cross-entropy of the next token; e to its power is the
perplexity, the number of equally likely tokens that the model hesitates among.
At first it is lost: it has never had to do without what comes next.
"""

batch_size = 16
steps = args.epochs * -(-len(texts) // batch_size)
decoder.compile(
    optimizer=keras_electra.ElectraAdamW(
        keras_electra.LinearWarmupDecay(
            args.learning_rate, total_steps=steps, warmup_share=0.1
        ),
        bias_correction=True,
    ),
    sampler="greedy",
)
before = decoder.evaluate(texts, verbose=0, return_dict=True)["loss"]
decoder.fit(
    texts,
    batch_size=batch_size,
    epochs=args.epochs,
    verbose=1 if sys.stdout.isatty() else 2,  # No bars in log files.
)
after = decoder.evaluate(texts, verbose=0, return_dict=True)["loss"]
print(f"loss {before:.2f} -> {after:.2f}, perplexity {math.exp(after):.1f}")

"""
## Writing

`generate` continues prompts until [SEP] or `max_length`, with a cache of
earlier tokens. The sampler chooses the next token: `"greedy"` takes the most
likely one, so its output is deterministic.
"""

prompts = ["The garden looks", "These shoes are"]
for text in decoder.generate(prompts, max_length=args.length):
    print("greedy:", text)

"""
Others draw. `TopPSampler(p)` draws among the likeliest that together have the
probability p; a `temperature` below 1 makes it bolder. Any sampler of KerasHub
will do.
"""

decoder.compile(
    sampler=keras_hub.samplers.TopPSampler(p=0.9, temperature=0.8, seed=2)
)
for text in decoder.generate(prompts, max_length=args.length):
    print("drawn:", text)

"""
`stop_token_ids` ends a text elsewhere, here at the first full stop, and
`strip_prompt` leaves out what you have written yourself.
"""

stop = decoder.preprocessor.tokenizer.token_to_id(".")
(text,) = decoder.generate(
    prompts[:1], max_length=args.length, stop_token_ids=stop, strip_prompt=True
)
print("to the full stop:", text)

"""
## The preset

It is a decoder from now on, and needs no `is_decoder`.
"""

folder = args.output or pathlib.Path(tempfile.mkdtemp()) / "decoder"
decoder.save_to_preset(folder)
saved = keras_electra.ElectraCausalLM.from_preset(folder)
print(f"Saved in {folder}.", saved.generate(prompts[0], max_length=args.length))
"""
Encoders and decoders together, as for translation: give a decoder
`add_cross_attention=True`, and `generate` the `encoder_hidden_states`.
"""
