"""
# An HTTP service on ONNX

Author: the keras-electra authors
Description: Serve a classifier over HTTP from a process without Keras.

A service should start fast and use little memory. This guide exports a
classifier to ONNX and serves it over HTTP from a process that imports only
numpy, `tokenizers` and `onnxruntime`, and neither Keras, TensorFlow nor
PyTorch. The guide starts the service, sends requests, and stops it:

    python guides/onnx_service.py

It requires the extra `onnx`: `pip install "keras-electra[onnx]"`.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

parser = argparse.ArgumentParser(description="A service on ONNX.")
parser.add_argument("--preset", default="electra_mini_sentiment_en")
parser.add_argument("--serve", type=pathlib.Path, help="serve this folder")
parser.add_argument("--port", type=int, default=0, help="0 selects a free port")
args = parser.parse_args()

"""
## The service

`runtime.load` returns a model with a tokenizer and the method `classify`. The
server is from the standard library and uses one thread per request. With any
other framework, the two lines that load and call the model stay the same.
"""


def serve(folder, port):
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from keras_electra import runtime

    model = runtime.load(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            try:
                length = int(self.headers["Content-Length"])
                texts = json.loads(self.rfile.read(length))["texts"]
                status, answer = 200, {"labels": model.classify(texts)}
            except (KeyError, TypeError, ValueError) as error:
                status, answer = 400, {"error": str(error)}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    heavy = {"keras", "tensorflow", "torch", "jax"} & set(sys.modules)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(json.dumps({"port": server.server_port, "heavy": sorted(heavy)}))
    sys.stdout.flush()
    server.serve_forever()


if args.serve:
    serve(args.serve, args.port)
    sys.exit()

"""
## Export

The exported model maps token ids to logits. The folder also has the vocabulary
and the class names, which the runtime needs to map texts to labels.
"""

import keras_electra

classifier = keras_electra.ElectraTextClassifier.from_preset(args.preset)
folder = pathlib.Path(tempfile.mkdtemp()) / "sentiment"
classifier.export(folder, format="onnx")
size = sum(path.stat().st_size for path in folder.iterdir())
print(f"{size / 1e6:.1f} MB:", *sorted(path.name for path in folder.iterdir()))

"""
## Start the service and send requests

The service is this script in a second process. Its first line of output has the
port, and the list of heavy packages it has imported, which is empty.
"""

start = time.perf_counter()
service = subprocess.Popen(
    [sys.executable, __file__, "--serve", str(folder)],
    stdout=subprocess.PIPE,
    text=True,
)
try:
    hello = json.loads(service.stdout.readline())
    print(f"up after {time.perf_counter() - start:.2f} s:", hello)

    def ask(contents):
        request = urllib.request.Request(
            f"http://127.0.0.1:{hello['port']}",
            json.dumps(contents).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return json.load(error)

    reviews = ["A triumph.", "A waste of two hours."]
    answer = ask({"texts": reviews})
    print(answer)
    print("an invalid request:", ask({"texts": 7}))
finally:
    service.terminate()
    service.wait()

expected = [row["label"] for row in classifier.classify(reviews)]
found = [row["label"] for row in answer["labels"]]
print("as `classify` says:", found == expected)

"""
`quantization="int8"` reduces the folder to less than a third of its size;
`benchmarks/export.py` measures size, speed and accuracy. Other tasks are served
in the same way, with `model.answer`, `model.tag`, `model.fill_mask` or
`model.embed`.
"""
