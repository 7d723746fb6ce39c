"""`from_preset` from every kind of source, and saving that cannot half-fail."""

import keras

from keras_electra import presets


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
                `keras-electra presets`); `hf://org/name`; `kaggle://...`; or
                a folder in Keras preset, Hugging Face or 2020 TensorFlow
                release form.
            **kwargs: `load_weights=False` for random weights; everything else
                overrides what the preset says, for instance `num_classes=`,
                `dtype=`, `sequence_length=`, `num_heads=`.

        Returns:
            An instance of this class.

        Raises:
            ValueError: if the source is not understood, or its weights are
                missing, truncated or of other shapes.
            FileNotFoundError: if a folder does not exist.

        Example:
        ```python
        classifier = keras_electra.ElectraTextClassifier.from_preset(
            "electra_mini_sentiment_en"
        )
        ```
        """
        # Tokenizers and preprocessors have no weights to download.
        weights = issubclass(cls, keras.Model)
        weights = weights and kwargs.get("load_weights", True)
        source = presets.resolve(preset, weights=weights)
        if source.kind == "keras":
            return super().from_preset(str(source.folder), **kwargs)
        from keras_electra import converters

        return converters.load_foreign(cls, source, **kwargs)

    def save_to_preset(self, preset_dir, **kwargs):
        """Save to a preset folder, whole or not at all.

        Everything is written into a folder beside `preset_dir` and moved
        there when complete: an interrupted save leaves the old preset as it
        was.

        Args:
            preset_dir: string or path. The folder; replaced if it exists.
            **kwargs: `max_shard_size`, as in KerasHub.

        Example:
        ```python
        classifier.save_to_preset("./my_classifier")
        ```
        """
        from keras_electra.atomic_folder import replace_folder

        parent = super()
        replace_folder(
            lambda folder: parent.save_to_preset(str(folder), **kwargs),
            preset_dir,
        )
