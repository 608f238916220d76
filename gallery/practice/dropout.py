"""
Dropout that you can replay
===========================

Give dropout a key made from the step, and step 3 drops the same units
whenever you come back to it: after a restart, in a debugger, or when
the gradient is computed a second time. Here you see the masks, what the
usual layer does instead, and a gradient that comes out wrong without a
key.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np
from mlx import nn

from mlx_keys import prng

rate = 0.25


def dropout(x, *, key):
    """Zero a share of x, and scale up the rest to keep the mean."""
    kept = prng.bernoulli(1 - rate, x.shape, key=key)
    return mx.where(kept, x / (1 - rate), 0)


root = prng.key(17)
x = mx.ones((8, 32))
keys = [prng.fold_in(root, step) for step in (3, 4, 3)]
first, other, again = (dropout(x, key=key) for key in keys)
same = mx.array_equal(first, again).item()
both = mx.sum((first == 0) & (other == 0)).item()
print("step 3 again, the same units:", same)
print("dropped in step 3 and in step 4:", both)
print("expected by chance:", round(x.size * rate**2))

# %%

fig, panels = plt.subplots(
    3, 1, figsize=(5.2, 5.2), layout="constrained", sharex=True
)
shown = [("step 3", first), ("step 4", other), ("step 3 again", again)]
for axes, (name, out) in zip(panels, shown, strict=True):
    sample, unit = np.nonzero(np.array(out) == 0)
    hue = "C1" if out is other else "C0"
    axes.plot(unit, sample, hue + "s", markersize=5)
    axes.set(xlim=(-1, 32), ylim=(7.6, -0.6), yticks=[0, 7])
    axes.set(title=f"{name}: {len(unit)} of 256 dropped")
    axes.set(ylabel="sample")
panels[-1].set(xticks=[0, 31], xlabel="unit")
title = "Step 3, run again, drops the same units"
fig.suptitle(title, x=0, ha="left")
plt.show()

# %%
# The mask is MLX's own: ``mx.random.bernoulli`` gives it for the same
# key. How many units go is chance, within bounds.

key = prng.fold_in(root, 3)
kept = mx.random.bernoulli(1 - rate, x.shape, key=key)
print("mlx, the same units:", mx.array_equal(kept, first != 0).item())

steps = 100
keys = [prng.fold_in(root, step) for step in range(steps)]
outs = mx.stack([dropout(x, key=key) for key in keys])
dropped, n = mx.sum(outs == 0).item(), steps * x.size
off = (dropped - n * rate) / (n * rate * (1 - rate)) ** 0.5
print(f"dropped in {steps} steps: {dropped} of {n}")
print(f"expected {n * rate:.0f}, off by {off:+.1f} sigma")

# %%
# The layer that takes no key
# ---------------------------
# ``mlx.nn.Dropout`` draws from a hidden state, so its mask depends on
# how many draws came before. Put one more dropout in front of it, and
# with the same seed it drops other units.

layer = nn.Dropout(rate)

mx.random.seed(17)
alone = layer(x)
mx.random.seed(17)
layer(x)
behind_another = layer(x)
same = mx.array_equal(alone, behind_another).item()
print("same seed, same mask:", same)

# %%
# A gradient that is silently wrong
# ---------------------------------
# To save memory, ``mx.checkpoint`` throws intermediate values away and
# computes them again for the gradient. A layer with a hidden state then
# draws a new mask. The output below is linear in x, and every x is 1,
# so the sum of the gradient must be the sum of the output.


def sums(drop):
    """The sums of the output and of the gradient, checkpointed."""
    remembered = mx.checkpoint(drop)
    both = mx.value_and_grad(lambda x: remembered(x).sum())
    value, gradient = both(mx.ones((48,)))
    total = gradient.sum()
    return f"output {value.item():.0f}, gradient {total.item():.0f}"


mx.random.seed(17)
key = prng.fold_in(root, steps)
print("hidden state:", sums(layer))
print("with a key:  ", sums(lambda x: dropout(x, key=key)))

# %%
# Next
# ----
# * :doc:`train_twice`: this dropout in a training run.
# * :doc:`../keys/count_with_fold_in`: keys for all that is counted.
# * :ref:`A second mask <pitfall-checkpoint>`: checkpoints and keys.
