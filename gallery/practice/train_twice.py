"""
Train twice, get the same weights
=================================

Everything random in a training run (the data, the first weights, the
order of the samples, the dropout) comes from one key below. So a second
run ends with the same weights, bit for bit, and a run that was stopped
and resumed does too. That holds on one backend: another chip adds in
another order, and its last digits differ.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

random = prng  # who draws; mx.random takes its turn further down
samples, batch_size, hidden, rate, step_size = 256, 64, 32, 0.1, 0.5

# %%
# The task: two spirals
# ---------------------
# Each point lies on one of two arms. The network must tell which.


def spirals(key):
    """Points as (samples, 2), and which arm each is on: 0 or 1."""
    turn_key, noise_key = random.split(key)
    turn = 0.6 + 4.4 * random.uniform(shape=(samples,), key=turn_key)
    arm = mx.arange(samples) % 2
    angle = turn + arm * np.pi
    points = mx.stack([mx.cos(angle), mx.sin(angle)], axis=1)
    noise = 0.03 * random.normal(points.shape, key=noise_key)
    return turn[:, None] / 5 * points + noise, arm


def first_weights(key):
    """Three layers, 2 to hidden to hidden to 1: matrix and offset."""
    sizes, weights = [2, hidden, hidden, 1], []
    for layer, layer_key in enumerate(random.split(key, 3)):
        shape = sizes[layer], sizes[layer + 1]
        scale = (2 / shape[0]) ** 0.5
        matrix = random.normal(shape, scale=scale, key=layer_key)
        weights += [matrix, mx.zeros(shape[1:])]
    return weights


def logits(weights, points, key=None):
    """The network's answers; with a key, after a dropout."""
    w1, b1, w2, b2, w3, b3 = weights
    h = mx.maximum(points @ w1 + b1, 0)
    h = mx.maximum(h @ w2 + b2, 0)
    if key is not None:
        kept = random.bernoulli(1 - rate, h.shape, key=key)
        h = mx.where(kept, h / (1 - rate), 0)
    return (h @ w3 + b3).squeeze(-1)


# %%
# Training
# --------
# The keys of a step come from its epoch and its place in it. Nothing is
# carried along but the weights.


def loss(weights, x, arm, key):
    answer = logits(weights, x, key)
    return mx.mean(mx.logaddexp(0, answer) - arm * answer)


def train(root, epochs, first=0, weights=None):
    """The weights after some epochs, and the mean loss of each."""
    data_key, weights_key, order_key, dropout_key = random.split(
        root, 4
    )
    points, arm = spirals(data_key)
    weights = weights or first_weights(weights_key)
    history = []
    for epoch in range(first, epochs):
        key = prng.fold_in(order_key, epoch)
        order = random.permutation(samples, key=key)
        epoch_key, losses = prng.fold_in(dropout_key, epoch), []
        for step, batch in enumerate(order.reshape(-1, batch_size)):
            key = prng.fold_in(epoch_key, step)
            value, slopes = mx.value_and_grad(loss)(
                weights, points[batch], arm[batch], key
            )
            weights = [
                weight - step_size * slope
                for weight, slope in zip(weights, slopes, strict=True)
            ]
            losses.append(value)
        history.append(mx.mean(mx.stack(losses)).item())
    return weights, history


epochs = 12
weights, history = train(prng.key(1), epochs)
print(f"loss of the first epoch {history[0]:.2f}")
print(f"loss of the last epoch  {history[-1]:.2f}")

points, arm = spirals(prng.split(prng.key(1), 4)[0])
right = (logits(weights, points) > 0) == (arm == 1)
print(f"share of points told right {mx.mean(right).item():.2f}")

# %%
# A second run
# ------------
# The comparison is of every bit of every weight, not of a rounded loss.


def equal(one, other):
    """Whether two sets of weights agree in every bit."""
    pairs = zip(one, other, strict=True)
    return all(mx.array_equal(a, b).item() for a, b in pairs)


again, history_again = train(prng.key(1), epochs)
print("second run, the same weights:", equal(weights, again))
print("second run, the same losses: ", history == history_again)

other, history_other = train(prng.key(2), epochs)
print("another key, the same weights:", equal(weights, other))

# %%
# Now let ``mx.random`` draw. Only ``fold_in`` it does not have.

random = mx.random
by_mlx, _ = train(prng.key(1), epochs)
random = prng
print("drawn by mlx, the same weights:", equal(weights, by_mlx))

# %%
# Stop and resume
# ---------------
# Stop after 6 epochs, keep the weights, and go on. As no key depends
# on what was drawn before, the resumed run needs no saved generator.

halfway, _ = train(prng.key(1), 6)
resumed, _ = train(prng.key(1), epochs, first=6, weights=halfway)
print("resumed run, the same weights:", equal(weights, resumed))

# %%

fig, axes = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
epoch = np.arange(1, epochs + 1)
axes.plot(epoch, history_other, "C3", epoch, history, "C0")
axes.plot(epoch, history_again, "C0o", fillstyle="none")
axes.text(6, history[4], "one key, two runs", color="C0")
axes.text(4, history_other[4], "another key", color="C3", ha="right")
axes.set(xlim=(0, None), xlabel="epoch")
axes.set(ylim=(0, None), ylabel="mean loss (nats)")
axes.set_title("The second run (circles) lies on the first (line)")
plt.show()

# %%
# Next
# ----
# * :doc:`dropout`: why the dropout here takes a key.
# * :doc:`shuffle_and_crop`: resuming in the middle of an epoch.
# * :doc:`/explain/where-it-ran`: what stays equal on another chip.
