"""The notes' formulas in NumPy, as they are printed: one function an activation, a loss, an optimizer; and the same optimizers
of optax."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.scipy.special import erf

ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": lambda z: jnp.where(z > 0, z, 0.0),
    "sigmoid": lambda z: 1 / (1 + jnp.exp(-z)),
    "tanh": jnp.tanh,
    "leaky_relu": lambda z, alpha=0.01: jnp.where(z > 0, z, alpha * z),
    # The slope at 0 is 1.
    "elu": lambda z, alpha=1.0: jnp.where(z >= 0, z, alpha * (jnp.exp(z) - 1)),
    "selu": lambda z: 1.0507009873554804934193349852946
    * jnp.where(z > 0, z, 1.6732632423543772848170429916717 * (jnp.exp(z) - 1)),
    "gelu": lambda z, approximate="none": z
    * (
        0.5 * (1 + jnp.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
        if approximate == "tanh"
        else 0.5 * (1 + erf(z / np.sqrt(2)))
    ),
    "silu": lambda z: z / (1 + jnp.exp(-z)),
    "softplus": lambda z: jnp.where(z > 20, z, jnp.log(1 + jnp.exp(z))),
}


# The losses, one value a sample: (logits or predictions, targets, arguments).


def cross_entropy(z, y, label_smoothing=0.0, class_weights=None):
    classes = z.shape[1]
    targets = (1 - label_smoothing) * jax.nn.one_hot(y, classes) + label_smoothing / classes
    return -(targets * jax.nn.log_softmax(z)).sum(axis=1)


def binary_cross_entropy(z, y, label_smoothing=0.0):
    y = (1 - label_smoothing) * y + label_smoothing / 2
    return (y * jnp.logaddexp(0.0, -z) + (1 - y) * jnp.logaddexp(0.0, z)).mean(axis=1)


def mse(z, y):
    return ((z - y) ** 2).mean(axis=1)


def mae(z, y):
    return size(z - y).mean(axis=1)


def huber(z, y, delta=1.0):
    e = jnp.abs(z - y)
    return jnp.where(e <= delta, e**2 / 2, delta * (e - delta / 2)).mean(axis=1)


LOSSES = {loss.__name__: loss for loss in (cross_entropy, binary_cross_entropy, mse, mae, huber)}


def size(x):
    """|x|. JAX's own has slope 1 at 0; the notes' has 0."""
    return jnp.where(x > 0, x, jnp.where(x < 0, -x, 0.0))


# The optimizers: (θ, g, state, η, t, is_weight, arguments) to θ. States begin with 0.


def sgd(theta, g, state, eta, t, is_weight):
    return theta - eta * g


def momentum(theta, g, state, eta, t, is_weight, beta=0.9):
    state["m"] = beta * state["m"] + eta * g
    return theta - state["m"]


# g is taken at the point ahead: see `ahead`.
nesterov = momentum


def adagrad(theta, g, state, eta, t, is_weight, eps=1e-12):
    state["s"] = state["s"] + g * g
    return theta - eta * g / np.sqrt(state["s"] + eps)


def rmsprop(theta, g, state, eta, t, is_weight, beta=0.9, eps=1e-12):
    state["s"] = beta * state["s"] + (1 - beta) * g * g
    return theta - eta * g / np.sqrt(state["s"] + eps)


def adam(theta, g, state, eta, t, is_weight, beta1=0.9, beta2=0.999, eps=1e-12):
    state["m"] = beta1 * state["m"] + (1 - beta1) * g
    state["s"] = beta2 * state["s"] + (1 - beta2) * g * g
    m, s = state["m"] / (1 - beta1**t), state["s"] / (1 - beta2**t)
    return theta - eta * m / np.sqrt(s + eps)


def adamw(theta, g, state, eta, t, is_weight, decay=0.01, **arguments):
    return adam(theta - eta * decay * theta if is_weight else theta, g, state, eta, t, is_weight, **arguments)


OPTIMIZERS = {rule.__name__: rule for rule in (sgd, momentum, adagrad, rmsprop, adam, adamw)} | {"nesterov": nesterov}
RATES = {"adam": 1e-3, "adamw": 1e-3}


def in_optax(name, rate, weights, momentum=None, beta=0.9, beta1=0.9, beta2=0.999, eps=1e-12, decay=0.01):
    """The same optimizer of optax, for rates and, where a schedule sets it, β by update; or nothing."""
    if momentum:
        # Its nesterov has one β, so that it cannot look ahead by the next one.
        return {
            "momentum": lambda: optax.chain(
                optax.scale_by_learning_rate(rate), optax.inject_hyperparams(optax.trace)(decay=momentum)
            ),
            "adam": lambda: optax.chain(
                optax.inject_hyperparams(optax.scale_by_adam)(b1=momentum, b2=beta2, eps=0.0, eps_root=eps),
                optax.scale_by_learning_rate(rate),
            ),
        }.get(name, lambda: None)()
    step = optax.scale_by_learning_rate(rate)
    moments = optax.scale_by_adam(beta1, beta2, eps=0.0, eps_root=eps)
    return {
        "sgd": lambda: step,
        "momentum": lambda: optax.chain(step, optax.trace(beta)),
        "nesterov": lambda: optax.chain(step, optax.trace(beta, nesterov=True)),
        "adagrad": lambda: optax.chain(optax.scale_by_rss(0.0, eps), step),
        "rmsprop": lambda: optax.chain(optax.scale_by_rms(beta, eps, eps_in_sqrt=True), step),
        "adam": lambda: optax.chain(moments, step),
        "adamw": lambda: optax.chain(moments, optax.add_decayed_weights(decay, weights), step),
    }[name]()


def clipped(gradients, kind, limit):
    """By value, by the norm of each tensor, or by the norm of all together."""
    if kind == "value":
        return {name: np.clip(g, -limit, limit) for name, g in gradients.items()}
    norms = {name: np.linalg.norm(g) for name, g in gradients.items()}
    if kind == "global_norm":
        norms = dict.fromkeys(norms, np.sqrt(sum(norm**2 for norm in norms.values())))
    return {name: g * (min(1.0, limit / norms[name]) if norms[name] > 0 else 1.0) for name, g in gradients.items()}


def constrained(weight, limit):
    """Each unit's incoming weights, a row, scaled down to this norm."""
    norms = np.linalg.norm(weight, axis=1, keepdims=True)
    return np.where(norms > limit, weight * (limit / np.maximum(norms, limit)), weight)
