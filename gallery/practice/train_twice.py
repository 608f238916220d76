"""
Train twice, get the same weights
=================================

Everything random in a training run (the data, the first weights, the order of the samples, the
dropout) comes from one key below. So a second run ends with the same weights, bit for bit, and a
run that was stopped and resumed does too. That holds on one backend: another chip adds in another
order, and its last digits differ.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten

from mlx_keys import prng

samples, batch_size, hidden, rate, step_size = 256, 64, 32, 0.1, 0.4

# %%
# The task: two spirals
# ---------------------
# Each point lies on one of two arms. The network must tell which.


def spirals(key):
    """Points as (samples, 2), and which arm each is on."""
    turn_key, noise_key = prng.split(key)
    turn = 0.6 + 4.4 * prng.uniform(shape=(samples,), key=turn_key)
    arm = mx.arange(samples) % 2
    angle = turn + arm * np.pi
    points = mx.stack([turn * mx.cos(angle), turn * mx.sin(angle)], axis=1) / 5
    return points + 0.03 * prng.normal(points.shape, key=noise_key), arm


def first_weights(key):
    """Three layers: 2 to hidden to hidden to 1, as a list of (matrix, offset)."""
    sizes = [2, hidden, hidden, 1]
    keys = prng.split(key, 3)
    return [
        (prng.normal((a, b), scale=(2 / a) ** 0.5, key=k), mx.zeros((b,)))
        for a, b, k in zip(sizes[:-1], sizes[1:], keys, strict=True)
    ]


def logits(weights, x, key=None):
    """The network's answer; with a key, it drops a share of the last layer's inputs."""
    (w1, b1), (w2, b2), (w3, b3) = weights
    h = mx.maximum(mx.maximum(x @ w1 + b1, 0) @ w2 + b2, 0)
    if key is not None:
        h = mx.where(prng.bernoulli(1 - rate, h.shape, key=key), h / (1 - rate), 0)
    return (h @ w3 + b3).squeeze(-1)


# %%
# Training
# --------
# The keys of a step come from its epoch and its place in it. Nothing is carried along but the
# weights.


def loss(weights, x, arm, key):
    answer = logits(weights, x, key)
    return mx.mean(mx.logaddexp(0, answer) - arm * answer)


def train(root, epochs, first=0, weights=None):
    """Train from epoch ``first`` up to ``epochs``; the weights, and the mean loss of each epoch."""
    data_key, weights_key, order_key, dropout_key = prng.split(root, 4)
    points, arm = spirals(data_key)
    weights = weights or first_weights(weights_key)
    gradient = mx.value_and_grad(loss)
    history = []
    for epoch in range(first, epochs):
        order = prng.permutation(samples, key=prng.fold_in(order_key, epoch))
        epoch_key, losses = prng.fold_in(dropout_key, epoch), []
        for step, batch in enumerate(order.reshape(-1, batch_size)):
            key = prng.fold_in(epoch_key, step)
            value, slopes = gradient(weights, points[batch], arm[batch], key)
            weights = [
                (w - step_size * dw, b - step_size * db)
                for (w, b), (dw, db) in zip(weights, slopes, strict=True)
            ]
            losses.append(value)
        mx.eval(weights, losses)
        history.append(sum(value.item() for value in losses) / len(losses))
    return weights, history


epochs = 30
weights, history = train(prng.key(1), epochs)
points, arm = spirals(prng.split(prng.key(1), 4)[0])
right = mx.mean((logits(weights, points) > 0) == (arm == 1)).item()
print(f"loss of the first epoch {history[0]:.2f}, of the last {history[-1]:.2f}")
print(f"share of points told right: {right:.2f}")

# %%
# A second run
# ------------
# The comparison is of every bit of every weight, not of a rounded loss.


def equal(one, other):
    """Whether two sets of weights agree in every bit."""
    flat, flat_other = (dict(tree_flatten(weights)) for weights in (one, other))
    return all(mx.array_equal(flat[name], flat_other[name]).item() for name in flat)


again, history_again = train(prng.key(1), epochs)
print("second run, the same weights:", equal(weights, again))
print("second run, the same losses: ", history == history_again)

other, history_other = train(prng.key(2), epochs)
print("another key, the same weights:", equal(weights, other))

# %%
# Stop and resume
# ---------------
# Stop after 10 epochs, keep the weights, and go on. As no key depends on what was drawn before, the
# resumed run needs no saved generator.

halfway, _ = train(prng.key(1), 10)
resumed, _ = train(prng.key(1), epochs, first=10, weights=halfway)
print("resumed run, the same weights:", equal(weights, resumed))

# %%

fig, axes = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
epoch = np.arange(1, epochs + 1)
axes.plot(epoch, history_other, "C3", epoch, history, "C0")
axes.plot(epoch, history_again, "C0o", markersize=5, markerfacecolor="none")
axes.text(9, history[7], "one key, two runs", color="C0")
axes.text(6, history_other[6], "another key", color="C3", ha="right", va="top")
axes.set(xlabel="epoch", ylabel="mean loss (nats)", xlim=(0, None), ylim=(0, None))
axes.set_title("The second run (circles) lies on the first (line)")
plt.show()

# %%
# Next
# ----
# * :doc:`dropout`: why the dropout here takes a key.
# * :doc:`shuffle_and_crop`: resuming in the middle of an epoch.
# * :doc:`/explain/index`: what stays equal on another chip, and what does not.
