"""The notes' formulas in NumPy, as they are printed: one function an optimizer. Gradients are JAX's, in `float64`.

Where optax has the same variant of an optimizer, it runs beside and both must agree.
"""

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


def cross_entropy(z, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))


def binary_cross_entropy(z, y):
    return jnp.mean(y * jnp.logaddexp(0.0, -z) + (1 - y) * jnp.logaddexp(0.0, z))


def huber(z, y, delta=1.0):
    e = jnp.abs(z - y)
    return jnp.mean(jnp.where(e <= delta, e**2 / 2, delta * (e - delta / 2)))


def mae(z, y):
    # JAX's own |x| has slope 1 at 0; the notes' has 0.
    e = z - y
    return jnp.mean(jnp.where(e > 0, e, jnp.where(e < 0, -e, 0.0)))


LOSSES = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "mse": lambda z, y: jnp.mean((z - y) ** 2),
    "mae": mae,
    "huber": huber,
}


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


def in_optax(name, rate, weights, beta=0.9, beta1=0.9, beta2=0.999, eps=1e-12, decay=0.01):
    """The same optimizer of optax, for rates by step."""
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


class Notes:
    """A network in training."""

    oracle = "the notes' formulas in NumPy"

    def __init__(self, case, weights, rates=None):
        self.case, self.t = case, 0
        self.theta = {name: np.array(values, np.float64) for name, values in weights.items()}
        self.statistics = {}
        for (path, kind, arguments), width in zip(case.named_layers(), case.widths()):
            if kind == "batch_norm":
                self.statistics |= {f"{path}.running_mean": np.zeros(width), f"{path}.running_var": np.ones(width)}
            if kind == "prelu":
                units = 1 if arguments.get("shared") else width
                self.theta[f"{path}.weight"] = np.full(units, arguments.get("init", 0.25))
        self.rule, self.arguments = OPTIMIZERS[case.optimizer[0]], dict(case.optimizer[1])
        self.rate = self.arguments.pop("lr", RATES.get(case.optimizer[0], 0.01))
        self.state = {name: {"m": np.zeros_like(theta), "s": np.zeros_like(theta)} for name, theta in self.theta.items()}
        self.weights = {f"{path}.weight" for path, kind, _ in case.named_layers() if kind == "dense"}
        self.optax = None

    def use_rates(self, rates):
        """Runs optax beside, at these rates."""
        weights = {name: name in self.weights for name in self.theta}
        self.optax = in_optax(self.case.optimizer[0], lambda count: jnp.asarray(rates)[count], weights, **self.arguments)
        self.optax_theta = {name: jnp.asarray(theta) for name, theta in self.theta.items()}
        self.optax_state = self.optax.init(self.optax_theta)

    def forward(self, theta, x, draws, training):
        """The network's output, and the statistics after it."""
        statistics = dict(self.statistics)
        for index, (path, kind, arguments) in enumerate(self.case.named_layers()):
            if kind == "dense":
                x = x @ theta[f"{path}.weight"].T
                x = x + theta[f"{path}.bias"] if arguments.get("bias", True) else x
            elif kind == "batch_norm":
                x = self.batch_norm(theta, statistics, path, x, training, **arguments)
            elif kind == "layer_norm":
                centered = x - x.mean(axis=1, keepdims=True)
                deviation = jnp.sqrt((centered**2).mean(axis=1, keepdims=True) + arguments.get("eps", 1e-5))
                x = centered / deviation * theta[f"{path}.weight"] + theta[f"{path}.bias"]
            elif kind == "dropout":
                x = jnp.where(draws[index] < arguments["rate"], 0.0, x / (1 - arguments["rate"])) if training else x
            elif kind == "prelu":
                x = jnp.where(x > 0, x, theta[f"{path}.weight"] * x)
            elif kind == "rrelu":
                lower, upper = arguments.get("lower", 1 / 8), arguments.get("upper", 1 / 3)
                slope = lower + (upper - lower) * draws[index] if training else (lower + upper) / 2
                x = jnp.where(x > 0, x, slope * x)
            else:
                x = ACTIVATIONS[kind](x, **arguments)
        return x, statistics

    @staticmethod
    def batch_norm(theta, statistics, path, x, training, momentum=0.9, eps=1e-5):
        mean, var = statistics[f"{path}.running_mean"], statistics[f"{path}.running_var"]
        if training:
            batch_mean = x.mean(axis=0)
            batch_var = ((x - batch_mean) ** 2).mean(axis=0)
            statistics[f"{path}.running_mean"] = momentum * mean + (1 - momentum) * batch_mean
            statistics[f"{path}.running_var"] = momentum * var + (1 - momentum) * batch_var
            mean, var = batch_mean, batch_var
        return (x - mean) / jnp.sqrt(var + eps) * theta[f"{path}.weight"] + theta[f"{path}.bias"]

    def loss(self, theta, x, y, draws):
        """The whole loss, with the statistics after it."""
        z, statistics = self.forward(theta, x, draws, True)
        kind, arguments = self.case.loss
        penalty = self.case.l2 / 2 * sum((theta[name] ** 2).sum() for name in self.weights)
        return LOSSES[kind](z, y, **arguments) + penalty, statistics

    def ahead(self):
        """Where the gradient is taken: nesterov's θ − βm, else θ."""
        if self.rule is not nesterov or self.case.optimizer[0] != "nesterov":
            return self.theta
        beta = self.arguments.get("beta", 0.9)
        return {name: theta - beta * self.state[name]["m"] for name, theta in self.theta.items()}

    def step(self, x, y, rate, draws):
        self.t += 1
        (loss, statistics), gradients = jax.value_and_grad(self.loss, has_aux=True)(self.ahead(), x, y, draws)
        self.statistics = {name: np.array(values) for name, values in statistics.items()}
        gradients = {name: np.array(g) for name, g in gradients.items()}
        if self.case.clip:
            gradients = clipped(gradients, *self.case.clip)
        for name, g in gradients.items():
            self.theta[name] = self.rule(
                self.theta[name], g, self.state[name], rate, self.t, name in self.weights, **self.arguments
            )
        self.compare_with_optax(gradients)
        return float(loss)

    def compare_with_optax(self, gradients):
        updates, self.optax_state = self.optax.update(gradients, self.optax_state, self.optax_theta)
        self.optax_theta = optax.apply_updates(self.optax_theta, updates)
        # optax holds the point ahead.
        for name, theta in self.ahead().items():
            np.testing.assert_allclose(self.optax_theta[name], theta, rtol=1e-10, atol=1e-12, err_msg=self.case.name)

    def parameters(self):
        return self.theta | self.statistics

    def predict(self, x):
        return np.array(self.forward(self.theta, x, {}, False)[0])
