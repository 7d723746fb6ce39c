"""
# Serve raw text with a SavedModel

Author: the keras-electra authors
Description: Export a classifier of strings for TensorFlow Serving.

TensorFlow Serving runs SavedModels without Keras. This guide exports one that
takes *strings*: the tokenizer is part of its graph, so clients need no
vocabulary. The guide then calls it as the REST interface does. It runs in half
a minute, with a bundled preset:

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
## Export

`inputs="text"` exports a model of strings. On JAX and PyTorch a child process
with TensorFlow writes the model; the result is the same.

TensorFlow Serving expects a folder with one numbered folder per version.
"""

classifier = keras_electra.ElectraTextClassifier.from_preset(args.preset)
home = args.output or pathlib.Path(tempfile.mkdtemp()) / "sentiment"
manifest = classifier.export(home / "1", inputs="text")

"""
`export` has compared the outputs with those of the classifier, and writes
nothing if they differ. `manifest.json` has the largest difference.
"""

print("files:", *sorted(path.name for path in (home / "1").iterdir()))
print(f"difference: {manifest['parity']['max_abs_difference']:.1e}")

"""
## Start a server

The server includes the operations of tensorflow-text:

    docker run -p 8501:8501 -e MODEL_NAME=sentiment \\
        -v "$PWD/sentiment:/models/sentiment" tensorflow/serving

Send a request:

    curl localhost:8501/v1/models/sentiment:predict \\
        -d '{"instances": ["A triumph.", "Never again."]}'

If a signature has one input, each instance is its value, otherwise an object
with all inputs. The function below does the same as the server: it loads the
folder, calls the signature that the request names, by default
`serving_default`, and turns columns into rows.
"""

import tensorflow as tf
import tensorflow_text  # noqa: F401, E402 - registers its operations

model = tf.saved_model.load(str(home / "1"))


def predict(body):
    """Return the body of the response to a request."""
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
## Compare the predictions

The labels equal those of `classify`.
"""

labels = [row["labels"] for row in json.loads(response)["predictions"]]
expected = [row["label"] for row in classifier.classify(reviews)]
print("as `classify` says:", labels == expected)

"""
A classifier has a second signature, `pairs`, for tasks on pairs of texts, such
as paraphrase detection. (The bundled model was not trained on pairs.)
"""

pair = {"texts": "A triumph.", "pairs": "Never again."}
body = {"signature_name": "pairs", "instances": [pair]}
(row,) = json.loads(predict(json.dumps(body)))["predictions"]
(expected,) = classifier.classify(([pair["texts"]], [pair["pairs"]]))
print("a pair, as `classify` says:", row["labels"] == expected["label"])

"""
`inputs="text"` also works for `ElectraTextEmbedder`, `ElectraTokenClassifier`
and `ElectraReplacedTokenDetector`. For question answering, whose search for the
best span does not run in a graph, see `onnx_service.py`.
"""
