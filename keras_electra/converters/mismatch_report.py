"""Describe weights that were not loaded."""

import warnings

from keras_electra.converters import config_keys, names


def describe(task, source, new, left, held, causal, decoder_given):
    """What a caller must know about a model that was filled in part.

    Args:
        task: string, the name of the class that was loaded.
        source: path or string, where from.
        new: paths of variables that start random.
        left: names of what the source has and the task has no use for.
        held: names of the classes whose head the source holds.
        causal: bool. Whether the source was trained as a decoder.
        decoder_given: bool. Whether the caller has asked for a decoder.

    Returns:
        A string; empty where all is as it should be.
    """
    parts = []
    if new:
        only_cross = all("/cross_attention" in path for path in new)
        lacks = f"has no {'cross-attention' if only_cross else 'head'}"
        parts.append(
            f"{task}: {source} {lacks} for it. These start random and must be "
            f"trained: {', '.join(new)}."
        )
        if left:
            parts.append(f"Not loaded: {', '.join(left)}.")
        towers = {names.HEADS[owner].tower for owner in held}
        wanted = names.HEADS[task].tower
        if towers and wanted not in towers:
            (other,) = towers
            parts.append(
                f"THIS IS A {other.upper()}, and {task} starts from a "
                f"{wanted}: only the encoder fits. Load the {wanted} of the "
                "same model instead."
            )
    if causal and task not in config_keys.DECODERS and not decoder_given:
        parts.append(
            f"{source} was trained as a decoder, with causal attention; "
            f"{task} has bidirectional attention, so its outputs differ from "
            "those in Transformers. Pass `is_decoder=True` for causal "
            "attention as in training, or `is_decoder=False` to say that this "
            "is meant."
        )
    if task == "ElectraCausalLM" and not (causal or decoder_given):
        parts.append(
            f"{source} was trained as an encoder, which looks both ways; as a "
            "decoder it must be trained further. Pass `is_decoder=True` to "
            "say that this is meant."
        )
    return " ".join(parts)


def warn_of_new_positions(stored, asked, source):
    """Warn where positions are asked for that the source has not.

    Args:
        stored: tuple, the shape of the table in the source.
        asked: tuple, the shape of the model's table.
        source: path or string, where from.
    """
    if asked[0] > stored[0] and len(asked) == 2:
        warnings.warn(
            f"`max_sequence_length`={asked[0]} is above the {stored[0]} "
            f"positions of {source}. Those from {stored[0]} on start as copies "
            "of the first ones and must be trained on long texts. Without "
            "such training, cut texts (`sequence_length`) or split them.",
            stacklevel=6,
        )
