"""`from_preset` and `save_to_preset`."""

import functools
import inspect
import json

import keras
import keras_hub

from keras_electra import presets, quantization, registration, resizing
from keras_electra.atomic_folder import replace_folder
from keras_electra.keras_internals import flatten_layers
from keras_electra.preset_files import add_checksums


class PresetMixin:
    """What backbone, tokenizer, preprocessors and tasks do with presets.

    Goes before the KerasHub class in the bases. KerasHub loads what KerasHub
    saves; this adds Hugging Face repositories, 2020 TensorFlow releases and
    the names of bundled and known models.
    """

    @classmethod
    def from_preset(cls, preset, **kwargs):
        """Load from a preset, a checkpoint folder or a hub.

        Args:
            preset: string or path. The name of a bundled or known preset (see
                `keras-electra presets`); `hf://org/name`, maybe with
                `@revision`; `kaggle://...`; or a folder in Keras preset,
                Hugging Face or 2020 TensorFlow release form.
            **kwargs: `load_weights=False` for random weights; of a checkpoint
                of another project `ignore=`, names of tensors and keys that
                do not matter, and `tower="generator"` or `"discriminator"` of
                one that holds both; `added_tokens=`, tokens to add to the
                tokenizer, for which the embedding grows (see `add_tokens`);
                `max_sequence_length=` cuts the table of positions or repeats
                it, with a warning; everything else overrides what the preset
                says, for instance `num_classes=`, `dtype=`, `sequence_length=`,
                `num_heads=`, `is_decoder=`.

        Returns:
            An instance of this class.

        Raises:
            ValueError: if the source is not understood, a file of it is
                damaged, or its weights are missing or of other shapes.
            FileNotFoundError: if a folder, or a file of a preset, does not
                exist.

        Example:
        ```python
        classifier = keras_electra.ElectraTextClassifier.from_preset(
            "electra_mini_sentiment_en"
        )
        ```
        """
        if issubclass(cls, keras_hub.models.Backbone):
            tokens = ()
        else:
            tokens = kwargs.pop("added_tokens", ())
        if tokens:
            loaded = cls.from_preset(preset, **kwargs)
            return resizing.add_tokens(loaded, tokens)
        # Tokenizers and preprocessors have no weights to download.
        weights = issubclass(cls, keras.Model)
        weights = weights and kwargs.get("load_weights", True)
        source = presets.resolve(preset, weights=weights)
        if source.kind == "keras":
            _check_keywords(cls, kwargs)
            load = functools.partial(super().from_preset, str(source.folder))
            from keras_electra.converters import keras_presets

            return keras_presets.load(cls, source.folder, load, kwargs)
        from keras_electra import converters

        return converters.load_foreign(cls, source, **kwargs)

    def save_to_preset(self, preset_dir, metadata=None, **kwargs):
        """Save to a preset folder, whole or not at all.

        Everything is written into a folder beside `preset_dir` and moved
        there when complete: an interrupted save leaves the old preset as it
        was. The state of the optimizer is not part of a preset; to go on
        training, save a `.keras` file.

        Args:
            preset_dir: string or path. The folder; replaced if it holds a
                preset.
            metadata: dict to add to `metadata.json`; `keras-electra presets`
                shows `language` and `description`. Keys that saving writes
                itself, such as checksums and versions, are always those of
                this preset, so the metadata of another can be passed on.
            **kwargs: `max_shard_size`, as in KerasHub.

        Example:
        ```python
        classifier.save_to_preset("./my_classifier")
        ```
        """
        parent = super()

        def write(folder):
            parent.save_to_preset(str(folder), **kwargs)
            _complete_metadata(folder / "metadata.json", metadata or {})
            _name_plain_dtypes(folder)
            add_checksums(folder)

        replace_folder(write, preset_dir)

    def get_config(self):
        config = super().get_config()
        inner = getattr(self, "backbone", None)  # It describes its own.
        inner = set() if inner is None else set(flatten_layers(inner))
        layers = [x for x in flatten_layers(self) if x not in inner]
        quantized = quantization.describe(layers)
        if quantized:
            config["quantized_layers"] = quantized
            if "dtype" in config:  # KerasHub describes the layers there.
                policy = keras.dtype_policies.serialize(self.dtype_policy)
                config["dtype"] = policy
        return config

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        quantized = config.pop("quantized_layers", None)
        model = super().from_config(config)
        if quantized:
            quantization.apply(model, quantized)
        return model


def _check_keywords(cls, keywords):
    """Keras takes any keyword in a config and forgets it."""
    known = {"load_weights", "dtype", "name", "trainable", "config_file"}
    known.update(inspect.signature(cls.__init__).parameters)
    if issubclass(cls, keras_hub.models.Task):
        known.update(("backbone", "preprocessor", "compile"))
        known.update(inspect.signature(cls.backbone_cls.__init__).parameters)
    unknown = sorted(set(keywords) - known)
    if unknown:
        from keras_electra.converters.constructor_arguments import our_names

        raise TypeError(
            f"`{cls.__name__}.from_preset` must be given what the class "
            f"takes: {sorted(known - {'self', 'kwargs'})}. Received: "
            f"{unknown}.{our_names(unknown)}"
        )


def _name_plain_dtypes(folder):
    """Write the dtype of the weights where mixed precision was trained in.

    A preset computes in the dtype of whoever loads it, and KerasHub 0.32
    cannot load one that names `mixed_bfloat16` or `mixed_float16`.
    """
    for name in ("config.json", "task.json", "preprocessor.json"):
        path = folder / name
        if path.exists():
            text = path.read_text(encoding="utf-8")
            for mixed in ("mixed_bfloat16", "mixed_float16"):
                text = text.replace(f'"name": "{mixed}"', '"name": "float32"')
            path.write_text(text, encoding="utf-8")


def _complete_metadata(path, metadata):
    """Add to KerasHub's file, which names the first base of each task."""
    if not path.exists():  # Tokenizers and preprocessors write none.
        return
    contents = json.loads(path.read_text(encoding="utf-8"))
    bases = {
        base
        for name in registration.PUBLIC_CLASSES
        for base in registration.load(name).__bases__
        if issubclass(base, keras_hub.models.Task)
    }
    bases.discard(keras_hub.models.Task)
    contents["tasks"] = sorted(base.__name__ for base in bases)
    path.write_text(json.dumps({**metadata, **contents}, indent=4) + "\n")
