"""Times one training step and the predictions of each workload of a file with a framework of Python.

    python peers.py torch|torch-compile|jax|onnxruntime WORKLOADS.json [--threads N] [--only NAME] [--seconds S]

Needs torch, or jax and optax, or onnx and onnxruntime (which only predicts: its train_us is null). Prints one JSON object a line,
with the keys of `dlm bench --json`. To which cores it keeps is for the caller to say (taskset).
"""

import argparse
import json
import os
import statistics
import sys
import time
from functools import partial

# Of these every batch is a part.
ROWS = 4096
# Batches that are used in turn.
BATCHES = 16
CHUNKS = 9


def hidden_layers(workload):
    return [layer for layer in workload["hidden"] for _ in range(layer.get("repeat", 1))]


def median_us(call, seconds, settle=lambda: None):
    """The mean time of `call(i)` in microseconds: the median of nine chunks that together take about `seconds`.

    `settle` waits for what the calls have started and is part of a chunk's time.
    """

    def timed(calls):
        start = time.perf_counter()
        for i in range(calls):
            call(i)
        settle()
        return (time.perf_counter() - start) / calls

    # What is compiled at the first call is compiled here.
    timed(2)
    timed(20)
    one = max(timed(10), 1e-6)
    calls = max(1, int(seconds / CHUNKS / one))
    return statistics.median(timed(calls) * 1e6 for _ in range(CHUNKS))


def torch_times(workload, threads, seconds, compiled):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    activations = {"relu": nn.ReLU, "elu": nn.ELU, "leaky_relu": nn.LeakyReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
    layers, width = [], workload["input"]
    for layer in hidden_layers(workload):
        linear = nn.Linear(width, layer["units"], bias=not layer.get("batch_norm"))
        nn.init.kaiming_normal_(linear.weight)
        layers.append(linear)
        if layer.get("batch_norm"):
            layers.append(nn.BatchNorm1d(layer["units"]))
        layers.append(activations[layer["activation"]]())
        if layer.get("dropout"):
            layers.append(nn.Dropout(layer["dropout"]))
        width = layer["units"]
    layers.append(nn.Linear(width, workload["output"]))
    net = nn.Sequential(*layers)

    recipe, decay = workload["optimizer"], workload.get("l2", 0.0)
    common = {"params": net.parameters(), "lr": recipe["lr"], "weight_decay": decay}
    optimizer = {
        "adam": lambda: torch.optim.Adam(**common, fused=True),
        "momentum": lambda: torch.optim.SGD(**common, momentum=recipe["momentum"], fused=True),
        "nesterov": lambda: torch.optim.SGD(**common, momentum=recipe["momentum"], nesterov=True, fused=True),
        "rmsprop": lambda: torch.optim.RMSprop(**common, alpha=recipe["beta"]),
        "adagrad": lambda: torch.optim.Adagrad(**common, fused=True),
    }[recipe["kind"]]()

    classify = workload["loss"] == "cross_entropy"
    x = torch.rand(ROWS, workload["input"])
    y = torch.randint(0, workload["output"], (ROWS,)) if classify else torch.rand(ROWS, workload["output"])
    loss_of = nn.CrossEntropyLoss() if classify else nn.MSELoss()
    batch, clip = workload["batch"], workload.get("clip_norm")

    def forward(inputs, targets):
        return loss_of(net(inputs), targets)

    predict, step = net, optimizer.step
    if compiled:
        forward, predict = torch.compile(forward), torch.compile(net)
        # The others are one fused kernel already.
        step = torch.compile(step) if recipe["kind"] == "rmsprop" else step

    def train(i):
        first = (i * batch) % (ROWS - batch + 1)
        optimizer.zero_grad(set_to_none=True)
        loss = forward(x[first : first + batch], y[first : first + batch])
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        step()

    net.train()
    train_us = median_us(train, seconds)
    net.eval()
    with torch.inference_mode():
        one, many = x[:1], x[:batch]
        one_us = median_us(lambda i: predict(one), seconds / 2)
        batch_us = median_us(lambda i: predict(many), seconds / 2)
    return train_us, one_us, batch_us


def jax_times(workload, threads, seconds):
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax

    keys = iter(jax.random.split(jax.random.key(0), 200))
    activations = {
        "relu": jax.nn.relu,
        "elu": jax.nn.elu,
        "leaky_relu": jax.nn.leaky_relu,
        "tanh": jnp.tanh,
        "sigmoid": jax.nn.sigmoid,
    }
    hidden = hidden_layers(workload)
    params, stats, width = [], [], workload["input"]
    for layer in hidden + [{"units": workload["output"]}]:
        units = layer["units"]
        tensors = {"w": jax.random.normal(next(keys), (width, units)) * (2 / width) ** 0.5, "b": jnp.zeros(units)}
        if layer.get("batch_norm"):
            tensors["g"] = jnp.ones(units)
        params.append(tensors)
        stats.append((jnp.zeros(units), jnp.ones(units)) if layer.get("batch_norm") else None)
        width = units

    def forward(params, stats, x, key):
        """Logits and the running statistics; in training with a key."""
        updated = []
        for tensors, running, layer in zip(params[:-1], stats, hidden):
            z = x @ tensors["w"]
            if running is None:
                z = z + tensors["b"]
            else:
                mean, var = running
                if key is not None:
                    mean, var = z.mean(0), z.var(0)
                    running = (0.9 * running[0] + 0.1 * mean, 0.9 * running[1] + 0.1 * var)
                z = (z - mean) * jax.lax.rsqrt(var + 1e-5) * tensors["g"] + tensors["b"]
            updated.append(running)
            x = activations[layer["activation"]](z)
            if layer.get("dropout") and key is not None:
                key, drawn = jax.random.split(key)
                keep = 1 - layer["dropout"]
                x = jnp.where(jax.random.bernoulli(drawn, keep, x.shape), x / keep, 0)
        return x @ params[-1]["w"] + params[-1]["b"], updated + [None]

    classify = workload["loss"] == "cross_entropy"

    def loss_of(params, stats, x, y, key):
        logits, stats = forward(params, stats, x, key)
        if classify:
            return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean(), stats
        return ((logits - y) ** 2).mean(), stats

    recipe = workload["optimizer"]
    optimizer = {
        "adam": lambda: optax.adam(recipe["lr"]),
        "momentum": lambda: optax.sgd(recipe["lr"], momentum=recipe["momentum"]),
        "nesterov": lambda: optax.sgd(recipe["lr"], momentum=recipe["momentum"], nesterov=True),
        "rmsprop": lambda: optax.rmsprop(recipe["lr"], decay=recipe["beta"]),
        "adagrad": lambda: optax.adagrad(recipe["lr"]),
    }[recipe["kind"]]()
    chain = []
    if workload.get("clip_norm"):
        chain.append(optax.clip_by_global_norm(workload["clip_norm"]))
    if workload.get("l2"):
        chain.append(optax.add_decayed_weights(workload["l2"]))
    optimizer = optax.chain(*chain, optimizer)

    @jax.jit
    def predict(params, stats, x):
        return forward(params, stats, x, None)[0]

    # The old parameters' memory becomes the new ones'.
    @partial(jax.jit, donate_argnums=0)
    def step(state, x, y):
        params, stats, moments, key = state
        key, drawn = jax.random.split(key)
        (loss, stats), grads = jax.value_and_grad(loss_of, has_aux=True)(params, stats, x, y, drawn)
        updates, moments = optimizer.update(grads, moments, params)
        return (optax.apply_updates(params, updates), stats, moments, key), loss

    batch = workload["batch"]
    rng = np.random.default_rng(0)

    def targets():
        return rng.integers(0, workload["output"], batch) if classify else rng.random((batch, workload["output"]), dtype=np.float32)

    xs = [jnp.asarray(rng.random((batch, workload["input"]), dtype=np.float32)) for _ in range(BATCHES)]
    ys = [jnp.asarray(targets()) for _ in range(BATCHES)]
    state = (params, stats, optimizer.init(params), jax.random.key(1))

    def train(i):
        nonlocal state
        state, loss = step(state, xs[i % BATCHES], ys[i % BATCHES])
        # Calls return before they are done; a queue must not grow without end.
        if i % 50 == 49:
            loss.block_until_ready()

    train_us = median_us(train, seconds, lambda: jax.block_until_ready(state[0]))
    params, stats = state[:2]
    one, many = xs[0][:1], xs[0]
    one_us = median_us(lambda i: predict(params, stats, one).block_until_ready(), seconds / 2)
    batch_us = median_us(lambda i: predict(params, stats, many).block_until_ready(), seconds / 2)
    return train_us, one_us, batch_us


def onnxruntime_times(workload, threads, seconds):
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    nodes, tensors, value, width = [], [], "x", workload["input"]

    def tensor(name, values):
        tensors.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def drawn(name, *shape):
        return tensor(name, rng.standard_normal(shape) * 0.05)

    operators = {"relu": "Relu", "elu": "Elu", "leaky_relu": "LeakyRelu", "tanh": "Tanh", "sigmoid": "Sigmoid"}
    for i, layer in enumerate(hidden_layers(workload) + [{"units": workload["output"]}]):
        units = layer["units"]
        nodes.append(helper.make_node("Gemm", [value, drawn(f"w{i}", width, units), drawn(f"b{i}", units)], [f"z{i}"]))
        value, width = f"z{i}", units
        if layer.get("batch_norm"):
            moments = [drawn(f"g{i}", units), drawn(f"c{i}", units), drawn(f"m{i}", units), tensor(f"v{i}", np.ones(units))]
            nodes.append(helper.make_node("BatchNormalization", [value] + moments, [f"n{i}"]))
            value = f"n{i}"
        if "activation" in layer:
            nodes.append(helper.make_node(operators[layer["activation"]], [value], [f"a{i}"]))
            value = f"a{i}"
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", workload["input"]])]
    outputs = [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["rows", width])]
    graph = helper.make_graph(nodes, workload["name"], inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    many = rng.random((workload["batch"], workload["input"]), dtype=np.float32)
    one = many[:1].copy()
    one_us = median_us(lambda i: session.run(None, {"x": one}), seconds / 2)
    batch_us = median_us(lambda i: session.run(None, {"x": many}), seconds / 2)
    return None, one_us, batch_us


TIMES = {
    "torch": partial(torch_times, compiled=False),
    "torch-compile": partial(torch_times, compiled=True),
    "jax": jax_times,
    "onnxruntime": onnxruntime_times,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=list(TIMES))
    parser.add_argument("workloads")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--seconds", type=float, default=2.0)
    args = parser.parse_args()

    # Read when a framework is imported.
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(args.threads)
    os.environ["JAX_PLATFORMS"] = "cpu"
    with open(args.workloads, encoding="utf-8") as file:
        workloads = [workload for workload in json.load(file) if args.only in (None, workload["name"])]
    for workload in workloads:
        times = TIMES[args.peer](workload, args.threads, args.seconds)
        row = {"peer": args.peer, "name": workload["name"], "threads": args.threads}
        for key, micros in zip(("train_us", "infer1_us", "infer_batch_us"), times):
            row[key] = None if micros is None else round(micros, 3)
        print(json.dumps(row), flush=True)
    return 0 if workloads else "no workload has that name"


if __name__ == "__main__":
    sys.exit(main())
