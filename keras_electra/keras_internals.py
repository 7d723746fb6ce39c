"""Private names of Keras and PyTorch, each with the version it was seen in.

Every use of such a name in this package goes through here.
`tests/test_keras_internals.py` fails when one of them has gone.
"""

import keras


def flatten_layers(model):
    """Return a model and all layers inside it, at any depth (Keras 3.15)."""
    return list(model._flatten_layers())


def called_by_fit(arguments):
    """Whether keyword arguments of `evaluate` come from `fit` (Keras 3.15)."""
    return bool(arguments.get("_use_cached_eval_dataset"))


def get_value(variable):
    """Return the tensor of a variable, or `None` if `fit` has taken it out.

    On JAX, Keras holds the state of a model outside its variables while it
    trains (Keras 3.15).
    """
    return variable._value


def set_value(variable, value):
    """Put a tensor back into a variable, without a check (Keras 3.15)."""
    variable._value = value


def variable_index(optimizer, variable):
    """Return the number of a variable in an optimizer (Keras 3.15)."""
    return optimizer._get_variable_index(variable)


def updates_all_at_once(cls):
    """Class decorator: on PyTorch, `cls.update_all` updates every variable.

    Keras' hook `_backend_update_step` calls `update_step` for one variable
    after another, which on PyTorch takes longer than the computation
    (Keras 3.15).
    """
    if keras.config.backend() == "torch":
        cls._backend_update_step = cls.update_all
    return cls


def replaces_iterator_dataset(cls):
    """Class decorator: `cls.prepare_dataset` changes what TensorFlow iterates.

    Keras calls `_maybe_symbolic_build` with the iterator that `fit` or
    `evaluate` is about to use. `prepare_dataset` takes and returns a
    `tf.data.Dataset`, and is called for those that Keras made of arrays and
    batches; a caller's own data set is left alone (Keras 3.15).
    """

    def build(self, iterator=None, **kwargs):
        dataset = getattr(iterator, "_distributed_dataset", None)
        adapter = type(getattr(iterator, "data_adapter", None)).__name__
        if adapter in _ADAPTERS and hasattr(dataset, "with_options"):
            iterator._distributed_dataset = self.prepare_dataset(dataset)
        super(cls, self)._maybe_symbolic_build(iterator=iterator, **kwargs)

    cls._maybe_symbolic_build = build
    return cls


# Adapters that make a `tf.data.Dataset` of something else.
_ADAPTERS = (
    "ArrayDataAdapter",
    "GeneratorDataAdapter",
    "GrainDatasetAdapter",
    "PyDatasetAdapter",
    "TorchDataLoaderAdapter",
)


def fused_adamw(*args, **kwargs):
    """Call PyTorch's kernel that updates lists of tensors (torch 2.13)."""
    import torch

    torch._fused_adamw_(*args, **kwargs)


def register_parameters(model):
    """Let PyTorch find the weights of a KerasHub model (KerasHub 0.32).

    KerasHub hides attributes that are set during construction from PyTorch,
    among them Keras' collection of parameters (Keras 3.15), so that
    `parameters()` and `state_dict()` are empty. Keras makes the collection
    again once it is gone.
    """
    if keras.config.backend() == "torch":
        if hasattr(model, "_torch_params"):
            del model._torch_params
        model.named_parameters()
