"""Keras 3 on JAX: `Sequential`, `compile` and `train_on_batch`, in `float64` unless the case says otherwise."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
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
    "cross_entropy": keras.losses.SparseCategoricalCrossentropy,
    "binary_cross_entropy": keras.losses.BinaryCrossentropy,
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


def loss_of(kind, arguments):
    """The loss, and weights of classes, which `fit` and `train_on_batch` take."""
    arguments = dict(arguments)
    weights = arguments.pop("class_weights", None)
    if kind in ("cross_entropy", "binary_cross_entropy"):
        arguments["from_logits"] = True
    if kind == "cross_entropy" and "label_smoothing" in arguments:
        return keras.losses.CategoricalCrossentropy(**arguments), weights
    return LOSSES[kind](**arguments), weights


class Keras:
    """A network in training."""

    def __init__(self, case, weights):
        keras.config.set_floatx(case.precision)
        keras.config.set_dtype_policy(case.precision)
        self.oracle = f"Keras {keras.__version__} on JAX" + (", float32" if case.precision == "float32" else "")
        self.case = case
        self.layers = {path: self.layer(kind, arguments) for path, kind, arguments in case.named_layers()}
        self.model = keras.Sequential([keras.Input((case.features,)), *self.layers.values()])
        for name, values in weights.items():
            path, _, wanted = name.rpartition(".")
            (variable,) = [v for v in self.layers[path].weights if VARIABLES[v.name] == wanted]
            variable.assign(values.T)
        self.optimizer = self.make_optimizer(*case.optimizer)
        self.rate = round(float(self.optimizer.learning_rate), 9)
        self.loss, self.class_weights = loss_of(*case.loss)
        # Eager, so that layers can be given new draws at each step.
        self.model.compile(self.optimizer, self.loss, run_eagerly=True)
        # Told of all variables before some are frozen.
        self.optimizer.build(self.model.trainable_variables)

    def layer(self, kind, arguments):
        if kind != "dense":
            return LAYERS[kind](**arguments)
        case, given = self.case, {}
        if case.l1 or case.l2:
            given["kernel_regularizer"] = keras.regularizers.L1L2(case.l1, case.l2)
        if case.max_norm:
            given["kernel_constraint"] = keras.constraints.MaxNorm(case.max_norm)
        return keras.layers.Dense(arguments["units"], use_bias=arguments.get("bias", True), **given)

    def make_optimizer(self, kind, arguments):
        case = self.case
        given = renamed(ARGUMENTS | ({"beta": "rho"} if kind == "rmsprop" else {}), arguments)
        if case.clip:
            given[CLIPS[case.clip[0]]] = case.clip[1]
        if case.accumulate > 1:
            given["gradient_accumulation_steps"] = case.accumulate
        if case.average:
            given |= {"use_ema": True, "ema_momentum": case.average}
        return OPTIMIZERS[kind](**given)

    def use_table(self, table):
        pass

    def step(self, step):
        for index, layer in enumerate(self.layers.values()):
            if index in step.draws:
                layer.draws = step.draws[index]
        # What is counted, batches or updates, is decided by who made the table.
        self.optimizer.learning_rate = step.rate
        if step.momentum is not None:
            name = "beta_1" if self.case.optimizer[0] in ("adam", "adamw") else "momentum"
            setattr(self.optimizer, name, step.momentum)
        y = step.y
        if isinstance(self.loss, keras.losses.CategoricalCrossentropy):
            y = np.eye(self.case.widths()[-1])[y]
        if self.case.freeze:
            return self.step_without(step.frozen, step.x, y)
        # What is reported is a mean over the batches since the last reset.
        self.model.reset_metrics()
        weights = self.class_weights and dict(enumerate(self.class_weights))
        given = {"sample_weight": step.weights, "class_weight": weights, "return_dict": True}
        return float(self.model.train_on_batch(step.x, y, **given)["loss"])

    def step_without(self, frozen, x, y):
        """A step of a training loop of one's own: `train_on_batch` wants a new optimizer when other layers learn."""
        for path, layer in self.layers.items():
            layer.trainable = path not in frozen
        variables, others = self.model.trainable_variables, self.model.non_trainable_variables

        def loss(values, others):
            z, others, penalties = self.model.stateless_call(values, others, x, training=True, return_losses=True)
            return self.loss(y, z) + sum(penalties), others

        values, other_values = [v.value for v in variables], [v.value for v in others]
        (value, other_values), gradients = jax.value_and_grad(loss, has_aux=True)(values, other_values)
        self.optimizer.apply(gradients, variables)
        for variable, found in zip(others, other_values):
            variable.assign(found)
        return float(value)

    def averages(self):
        """The variables' moving averages, by their identity."""
        if not self.case.average:
            return {}
        learned = zip(self.model.trainable_variables, self.optimizer._model_variables_moving_average)
        return {id(variable): np.array(average) for variable, average in learned}

    def parameters(self):
        averages = self.averages()
        named = ((path, variable) for path, layer in self.layers.items() for variable in layer.weights)
        return {
            f"{path}.{VARIABLES[variable.name]}": averages.get(id(variable), np.array(variable)).T for path, variable in named
        }

    def predict(self, x):
        averages, variables = self.averages(), self.model.trainable_variables
        held = [np.array(variable) for variable in variables]
        for variable in variables:
            variable.assign(averages.get(id(variable), variable))
        prediction = np.array(self.model(x, training=False))
        for variable, values in zip(variables, held):
            variable.assign(values)
        return prediction
