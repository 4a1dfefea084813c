"""Keras 3 on JAX: `Sequential`, `compile` and `train_on_batch`, in `float64` unless the case says otherwise."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras.src.backend.common import dtypes

# Keras computes in `float32` even where it is told `float64`, to be like JAX's default; JAX is told `float64` here.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"


class Dropout(keras.layers.Layer):
    """`keras.layers.Dropout` with given draws; its own cannot be given any."""

    def __init__(self, rate):
        super().__init__()
        self.rate, self.draws = rate, None

    def call(self, x, training=False):
        return keras.ops.where(self.draws < self.rate, 0.0, x / (1 - self.rate)) if training else x


def renamed(new_name, given):
    return {new_name.get(name, name): value for name, value in given.items()}


def prelu(init=None, shared=False):
    given = {} if init is None else {"alpha_initializer": keras.initializers.Constant(init)}
    return keras.layers.PReLU(shared_axes=[1] if shared else None, **given)


LAYERS = {
    "batch_norm": lambda **given: keras.layers.BatchNormalization(**renamed({"eps": "epsilon"}, given)),
    "layer_norm": lambda **given: keras.layers.LayerNormalization(**renamed({"eps": "epsilon"}, given)),
    "dropout": Dropout,
    "identity": keras.layers.Identity,
    "relu": keras.layers.ReLU,
    "leaky_relu": lambda **given: keras.layers.LeakyReLU(**renamed({"alpha": "negative_slope"}, given)),
    "prelu": prelu,
    "elu": keras.layers.ELU,
    "gelu": lambda approximate="none": keras.layers.Activation(
        lambda x: keras.activations.gelu(x, approximate=approximate == "tanh")
    ),
} | {
    name: (lambda name: lambda: keras.layers.Activation(name))(name)
    for name in ("sigmoid", "tanh", "selu", "silu", "softplus")
}

LOSSES = {
    "cross_entropy": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "binary_cross_entropy": lambda: keras.losses.BinaryCrossentropy(from_logits=True),
    "mse": keras.losses.MeanSquaredError,
    "mae": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
}

OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "momentum": lambda beta=0.9, **given: keras.optimizers.SGD(momentum=beta, **given),
    "nesterov": lambda beta=0.9, **given: keras.optimizers.SGD(momentum=beta, nesterov=True, **given),
    "adagrad": keras.optimizers.Adagrad,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
}

ARGUMENTS = {"lr": "learning_rate", "eps": "epsilon", "beta1": "beta_1", "beta2": "beta_2", "decay": "weight_decay"}
CLIPS = {"value": "clipvalue", "norm": "clipnorm", "global_norm": "global_clipnorm"}
VARIABLES = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
    "alpha": "weight",
}


class Keras:
    """A network in training."""

    def __init__(self, case, weights):
        keras.config.set_floatx(case.precision)
        keras.config.set_dtype_policy(case.precision)
        self.oracle = f"Keras {keras.__version__} on JAX" + (", float32" if case.precision == "float32" else "")
        self.case = case
        regularizer = keras.regularizers.L2(case.l2) if case.l2 else None
        self.layers = {}
        for path, kind, arguments in case.named_layers():
            if kind == "dense":
                bias = arguments.get("bias", True)
                self.layers[path] = keras.layers.Dense(arguments["units"], use_bias=bias, kernel_regularizer=regularizer)
            else:
                self.layers[path] = LAYERS[kind](**arguments)
        self.model = keras.Sequential([keras.Input((case.features,)), *self.layers.values()])
        for name, values in weights.items():
            path, wanted = name.split(".")
            (variable,) = [v for v in self.layers[path].weights if VARIABLES[v.name] == wanted]
            variable.assign(values.T)
        kind, arguments = case.optimizer
        given = renamed(ARGUMENTS | ({"beta": "rho"} if kind == "rmsprop" else {}), arguments)
        if case.clip:
            given[CLIPS[case.clip[0]]] = case.clip[1]
        self.optimizer = OPTIMIZERS[kind](**given)
        self.rate = round(float(self.optimizer.learning_rate), 9)
        # Eager, so that layers can be given new draws at each step.
        self.model.compile(self.optimizer, LOSSES[case.loss[0]](**case.loss[1]), run_eagerly=True)

    def use_rates(self, rates):
        pass

    def step(self, x, y, rate, draws):
        for index, layer in enumerate(self.layers.values()):
            if index in draws:
                layer.draws = draws[index]
        self.optimizer.learning_rate = rate
        # What is reported is a mean over the batches since the last reset.
        self.model.reset_metrics()
        return float(self.model.train_on_batch(x, y, return_dict=True)["loss"])

    def parameters(self):
        named = ((path, variable) for path, layer in self.layers.items() for variable in layer.weights)
        return {f"{path}.{VARIABLES[variable.name]}": np.array(variable).T for path, variable in named}

    def predict(self, x):
        return np.array(self.model(x, training=False))
