"""
A key for each epoch, worker and name
=====================================

``fold_in(key, number)`` gives the key of that number. It need not know
how many there will be, so key 2 stays key 2 when the run gets longer.
The keys of ``split(key, count)`` depend on the count. So split for a
fixed fan, and fold in what is counted.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

root = prng.key(2026)

for epoch in range(3):
    print("epoch", epoch, prng.fold_in(root, epoch).tolist())

# %%
# MLX has no ``fold_in``. You can take it from ``split``, which makes
# all words up to the one you want. The bundled generator goes straight
# to it.

words = mx.random.split(root, 2).reshape(-1)
print("mlx,  2", [words[0].item(), words[2].item()])

# %%
# When the run gets longer
# ------------------------
# Here are the keys of a run that was planned for four epochs, and then
# for five.


def by_split(epochs):
    return prng.split(root, epochs)


def by_fold_in(epochs):
    return mx.stack([prng.fold_in(root, i) for i in range(epochs)])


for make in (by_split, by_fold_in):
    same = mx.all(make(4) == make(5)[:4], axis=1)
    print(f"{make.__name__:10} {same.sum().item()} of 4 keys stay")

# %%
# Drawn as their bits, the keys tell the same.


def face(key):
    """Down and across, the places of the bits that are set."""
    bits = "".join(f"{word:032b}" for word in key.tolist())
    return np.nonzero(np.array([*bits]).reshape(8, 8) == "1")


rows = {
    "split\ninto 4": by_split(4),
    "split\ninto 5": by_split(5),
    "fold in\n0 to 3": by_fold_in(4),
    "fold in\n0 to 4": by_fold_in(5),
}
fig, axes = plt.subplots(figsize=(5.2, 4.6), layout="constrained")
dots = {"markersize": 4, "markeredgewidth": 0}
for y, (name, keys) in enumerate(rows.items()):
    hue = "C1" if name.startswith("split") else "C0"
    for x, key in enumerate(keys):
        down, across = face(key)
        axes.plot(10 * x + across, 10 * y + down, hue + "s", **dots)
epochs = [f"epoch {x}" for x in range(5)]
axes.set_xticks([10 * x + 3.5 for x in range(5)], epochs)
axes.set_yticks([10 * y + 3.5 for y in range(4)], rows)
axes.set(xlim=(-1, 48), ylim=(38, -1), aspect="equal")
axes.tick_params(length=0)
axes.spines[:].set_visible(False)
title = "One epoch more: split makes all keys anew,"
axes.set_title(f"{title}\nfold_in keeps the four it had")
plt.show()

# %%
# Two numbers: fold in twice
# --------------------------
# Fold in the epoch, and then the worker. Their sum will not do: epoch 1
# of worker 2 would share a key with epoch 2 of worker 1.

twice, summed = set(), set()
for epoch in range(20):
    epoch_key = prng.fold_in(root, epoch)
    for worker in range(8):
        twice.add(tuple(prng.fold_in(epoch_key, worker).tolist()))
        summed.add(tuple(prng.fold_in(root, epoch + worker).tolist()))
print("keys of 20 epochs of 8 workers:", len(twice))
print("of their sums:                 ", len(summed))

# %%
# A name
# ------
# ``fold_in`` takes a name where there is nothing to count. It hashes
# the name, always in the same way: Python's own ``hash`` would change
# from one process to the next.

for name in ("embedding", "attention", "dropout"):
    print(f"{name:10}", prng.fold_in(root, name).tolist())

# %%
# Keep a folded key for folding
# -----------------------------
# ``fold_in(key, 2)`` is words 0 and 2 of any draw of four words from
# that key. So do not draw from a key that you fold numbers into, and do
# not split it.

numbers = prng.uniform(shape=(4,), key=root)
folded = prng.fold_in(root, 2).astype(mx.float32)
print("draw of 4, places 0 and 2:", numbers[::2])
print("fold_in(key, 2) / 2**32:  ", folded / 2**32)

# %%
# Next
# ----
# * :doc:`../practice/shuffle_and_crop`: an epoch that can be resumed.
# * :doc:`../practice/monte_carlo`: a key for each worker.
# * :doc:`/reference/prng`: ``fold_in`` and all other functions.
