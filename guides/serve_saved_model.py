"""
# Serve raw text with a SavedModel

Author: the keras-electra authors
Description: From a classifier to what TensorFlow Serving answers, text in.

TensorFlow Serving runs SavedModels, and knows nothing of Keras. This guide
writes one that takes *strings*: the tokenizer is part of its graph, so whoever
sends a request needs no vocabulary. It then asks it as the REST interface
would. It runs in half a minute, with the bundled model:

    python guides/serve_saved_model.py
"""

import argparse
import json
import pathlib
import tempfile

import keras_electra

parser = argparse.ArgumentParser(description="Serve raw text.")
parser.add_argument("--preset", default="electra_mini_sentiment_en")
parser.add_argument("--output", type=pathlib.Path, help="folder for the model")
args = parser.parse_args()

"""
## One call

`inputs="text"` asks for strings. On JAX and PyTorch this starts a process with
TensorFlow, which writes the model; the result is the same from all three.

TensorFlow Serving wants a folder of versions, each with a number as its name.
"""

classifier = keras_electra.ElectraTextClassifier.from_preset(args.preset)
home = args.output or pathlib.Path(tempfile.mkdtemp()) / "sentiment"
manifest = classifier.export(home / "1", inputs="text")

"""
What was written has been run beside the classifier already, and would not be
here had it answered anything else. `manifest.json` says how close it came.
"""

print("files:", *sorted(path.name for path in (home / "1").iterdir()))
print(f"difference: {manifest['parity']['max_abs_difference']:.1e}")

"""
## Start a server

The server's binary has the operations of tensorflow-text built in:

    docker run -p 8501:8501 -e MODEL_NAME=sentiment \\
        -v "$PWD/sentiment:/models/sentiment" tensorflow/serving

and it is asked like this:

    curl localhost:8501/v1/models/sentiment:predict \\
        -d '{"instances": ["A triumph.", "Never again."]}'

With a single input, each instance is its value; with several it is an object
of them. Here is what the server does with that body, without the server: it
loads the folder, calls the signature that the body names, `serving_default` by
default, and turns columns into rows.
"""

import tensorflow as tf
import tensorflow_text  # noqa: F401, E402 - brings the operations

model = tf.saved_model.load(str(home / "1"))


def predict(body):
    """The body of a response to the body of a request."""
    request = json.loads(body)
    signature = model.signatures[
        request.get("signature_name", "serving_default")
    ]
    instances = request["instances"]
    names = signature.structured_input_signature[1]
    if len(names) == 1:
        instances = [{name: value for name in names} for value in instances]
    columns = signature(
        **{
            name: tf.constant([instance[name] for instance in instances])
            for name in names
        }
    )
    rows = [
        dict(zip(columns, values, strict=True))
        for values in zip(
            *(column.numpy().tolist() for column in columns.values()),
            strict=True,
        )
    ]
    return json.dumps({"predictions": rows}, default=bytes.decode)


reviews = ["A triumph.", "A waste of two hours."]
response = predict(json.dumps({"instances": reviews}))
print(response)

"""
## The same answers

From here on nothing but TensorFlow is needed. The labels are those of
`classify`.
"""

labels = [row["labels"] for row in json.loads(response)["predictions"]]
expected = [row["label"] for row in classifier.classify(reviews)]
print("as `classify` says:", labels == expected)

"""
A classifier has a second signature, `pairs`, for tasks such as paraphrases,
with two texts to an instance. (This one was not trained for them.)
"""

pair = {"texts": "A triumph.", "pairs": "Never again."}
body = {"signature_name": "pairs", "instances": [pair]}
(row,) = json.loads(predict(json.dumps(body)))["predictions"]
(expected,) = classifier.classify(([pair["texts"]], [pair["pairs"]]))
print("a pair, as `classify` says:", row["labels"] == expected["label"])

"""
`ElectraTextEmbedder`, `ElectraTokenClassifier` and
`ElectraReplacedTokenDetector` can be exported with `inputs="text"` too; for
answers to questions, whose search for the best span does not fit into a graph,
see `onnx_service.py`.
"""
