"""LAMB optimizer for large batches."""

import keras

from keras_electra.optimizers.adamw import NOT_DECAYED, is_found
from keras_electra.optimizers.summed_gradients import SummedGradients


@keras.saving.register_keras_serializable(package="keras_electra")
class ElectraLamb(SummedGradients, keras.optimizers.Lamb):
    """LAMB without weight decay of layer normalization and biases.

    The update of each variable is scaled to the norm of the variable, which
    keeps training stable with batches of many thousands. As in Keras' LAMB, the
    weight decay is decoupled.

    Args:
        learning_rate: float, schedule or callable, default `2e-3`.
        weight_decay: float, default `0.01`.
        beta_1: float, default `0.9`.
        beta_2: float, default `0.999`.
        epsilon: float, default `1e-6`.
        global_clipnorm: float or `None`, default `1.0`. Maximum global norm of
            the gradients.
        not_decayed: list of str. Regular expressions. Variables with a match
            in their path do not decay. Default: layer normalization and
            biases.
        name: string, default `"electra_lamb"`.
        **kwargs: other arguments of `keras.optimizers.Lamb`.

    Example:
    ```python
    optimizer = keras_electra.ElectraLamb(
        keras_electra.LinearWarmupDecay(6e-3, 10_000, warmup_steps=2_000)
    )
    ```

    Reference: You et al., 2020.
    """

    def __init__(
        self,
        learning_rate=2e-3,
        weight_decay=0.01,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-6,
        global_clipnorm=1.0,
        not_decayed=NOT_DECAYED,
        name="electra_lamb",
        **kwargs,
    ):
        super().__init__(
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            global_clipnorm=global_clipnorm,
            name=name,
            **kwargs,
        )
        self.not_decayed = tuple(not_decayed)

    def build(self, variables):
        if self.built:
            return
        # Keras does not save exclusions, and has no paths in TensorFlow graphs.
        excluded = [v for v in variables if is_found(self.not_decayed, v.path)]
        self.exclude_from_weight_decay(var_list=excluded)
        super().build(variables)

    def get_config(self):
        return {**super().get_config(), "not_decayed": list(self.not_decayed)}
