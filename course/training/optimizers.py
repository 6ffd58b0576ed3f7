"""Gradient descent as the papers of these nets have it: weight decay as an L2 term."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("course")
class SGD(keras.optimizers.SGD):
    """Keras's SGD with the papers' weight decay: the gradient of l2/2·‖w‖² is added to that of the loss.

    The decay goes through the momentum, v ← m·v − ε·(g + l2·w), w ← w + v, as in AlexNet (Krizhevsky et al. 2012,
    section 5) and in Caffe. Keras's own `weight_decay` is decoupled from it: w ← (1 − ε·l2)·w + v; with momentum m an
    L2 term shrinks the weights about 1/(1 − m) times as fast. The loss that `fit` reports is without the term.

    Vectors are biases and the scales and offsets of normalisation: `decay_vectors=False` leaves them out of the decay,
    and `vector_rate` multiplies their learning rate (2 in Caffe's nets).
    """

    def __init__(
        self, learning_rate=0.01, momentum=0.0, nesterov=False, l2=0.0, decay_vectors=True, vector_rate=1.0, **options
    ):
        super().__init__(learning_rate, momentum, nesterov, **options)
        self.l2, self.decay_vectors, self.vector_rate = l2, decay_vectors, vector_rate

    # Not in `apply`: with several devices the gradients are summed between the two, and the term would be too.
    def update_step(self, gradient, variable, learning_rate):
        vector = len(variable.shape) == 1
        if self.l2 and (self.decay_vectors or not vector):
            weights = ops.convert_to_tensor(variable)
            gradient = ops.add(ops.cast(gradient, weights.dtype), ops.multiply(weights, self.l2))
        if vector and self.vector_rate != 1:
            learning_rate = ops.multiply(learning_rate, self.vector_rate)
        super().update_step(gradient, variable, learning_rate)

    def get_config(self):
        own = {"l2": self.l2, "decay_vectors": self.decay_vectors, "vector_rate": self.vector_rate}
        return super().get_config() | own
