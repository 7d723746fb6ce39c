"""Weights of a KerasHub model as parameters of PyTorch."""

import keras


def register_parameters(model):
    """Let PyTorch find the weights of a model; does nothing elsewhere.

    KerasHub keeps attributes that are set during construction away from
    PyTorch (seen in 0.32), the collection of parameters that Keras makes among
    them. `parameters()` and `state_dict()` are then empty, and so are those of
    an `nn.Module` around the model. Keras makes the collection again where it
    is gone.

    Args:
        model: `keras.Model`, built.
    """
    if keras.config.backend() == "torch":
        if hasattr(model, "_torch_params"):
            del model._torch_params
        model.named_parameters()
