"""What training two models as one takes beside the step itself."""

import contextlib

from keras_electra.training.fine_tuning import warn_of_low_precision
from keras_electra.training.state_guard import keep_state
from keras_electra.training.tensorflow_fit import TensorFlowFit


class WholeTraining(TensorFlowFit):
    """No lost weights, no gradient left over, no block recomputed twice.

    Goes before `keras.Model` in the bases of `ElectraPretrainer`.
    """

    def fit(self, *args, **kwargs):
        warn_of_low_precision(self)
        with keep_state(self):
            return super().fit(*args, **kwargs)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        return layer_call  # Its blocks are rematerialized, one at a time.

    def zero_grad(self, set_to_none=True):
        # PyTorch only. Keras finds parameters by path, which layers of both
        # towers share, and would let some gradients add up for ever.
        for variable in self.trainable_variables:
            variable.value.grad = None

    def evaluate(self, *args, **kwargs):
        self.evaluation_seed.state.assign([self.seed + 1, 0])
        by_fit = kwargs.get("_use_cached_eval_dataset")
        with contextlib.nullcontext() if by_fit else keep_state(self):
            return super().evaluate(*args, **kwargs)
