"""The `export` method of tasks."""


class ExportMixin:
    """`export` of every task."""

    # What `from_preset` was given, for the manifest of an export.
    loaded_from = None

    def export(
        self,
        filepath,
        format="tf_saved_model",
        verbose=None,
        input_signature=None,
        *,
        inputs="tokens",
        quantization=None,
        representative_data=None,
        **kwargs,
    ):
        """Write a folder that runs without this package, on any backend.

        The folder holds the model, its vocabulary, `tokenizer.json` for the
        library `tokenizers`, and `manifest.json`. It has been compared with
        this model before it appears, in float32, whatever this model computes
        in. Sizes of batches and lengths of texts stay open. Whatever reads the
        format runs it, and `keras_electra.runtime.load` does for LiteRT, ONNX
        and OpenVINO.

        Args:
            filepath: string or path of a folder that does not exist.
            format: `"tf_saved_model"`, `"litert"`, `"onnx"`, `"openvino"` or
                `"torch"`, which is `torch.export`'s `.pt2`.
            verbose: bool, default `True`. Whether to say what is being done.
            input_signature: as in Keras; given, or with a `filepath` that ends
                in `.onnx`, `.pt2`, `.tflite` or `.xml`, this is
                `keras.Model.export`, and nothing is compared.
            inputs: `"tokens"`: ids, as `predict` takes them; or `"text"`, for
                a SavedModel that tokenizes; of a text or token classifier,
                an embedder or a detector that pads on the right.
            quantization: `None`, `"float16"` or `"int8"`.
            representative_data: list of dicts of int arrays, batches such as
                a preprocessor makes, or `None`. For LiteRT with `"int8"`: what
                the ranges of some activations are found on; else all are found
                while running. Needs the extra `calibration`.
            **kwargs: as in Keras, whose export it is then.

        Returns:
            dict: the manifest.

        Raises:
            ValueError: if an argument is not possible, or if what was written
                differs too much from this model.
            ImportError: naming the extra to install.
            FileExistsError: if there is something at `filepath`.

        Example:
        ```python
        classifier.export("sentiment_onnx", format="onnx")
        ```
        """
        from keras_electra.exporters import export
        from keras_electra.exporters.formats import Request

        request = Request(format, inputs, quantization, representative_data)
        if export.is_keras_call(filepath, input_signature, kwargs, request):
            return super().export(
                filepath, format, verbose, input_signature, **kwargs
            )
        return export.export(
            self,
            filepath,
            *request,
            source=self.loaded_from,
            verbose=verbose is None or bool(verbose),
        )
