"""
How 32 bits become a float
==========================

A generator makes words: integers of 32 bits. You ask for numbers
between 0 and 1. What lies between decides which numbers can come at
all, and explains two surprises: numbers near 0 come in finer steps than
numbers near 1, and ``uniform(1, 2)`` can give exactly 2.
"""

from itertools import pairwise

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

key = prng.key(0)
word = prng.bits((1,), key=key).item()
print("word          ", word, "=", hex(word))
print("word / 2**32  ", word / 2**32)
print("prng.uniform  ", prng.uniform(shape=(1,), key=key).item())
print("random.uniform", mx.random.uniform(shape=(1,), key=key).item())

# %%
# The word over 2\ :sup:`32` is the number, but for one rounding. A word
# has 32 bits and a float32 has room for 24, so MLX takes the nearest
# float32 and then divides. The few words that would become 1 are held
# at the float below it: ``uniform()`` never gives 1.


def to_float(words):
    """Round to float32, divide by 2**32, stay below 1."""
    unit = np.asarray(words, np.uint32).astype(np.float32) / 2**32
    return np.minimum(unit, np.float32(1 - 2**-24))


words = np.array(prng.bits((1000,), key=key))
numbers = np.array(prng.uniform(shape=(1000,), key=key))
same = np.array_equal(to_float(words), numbers)
print("the rule gives uniform:", same)

# %%
# Which floats can come
# ---------------------
# Words below 2\ :sup:`24` fit, and keep their steps of 2\ :sup:`-32`.
# From there on, each bit that the word gains doubles the steps. Half of
# all draws lie on a grid of 2\ :sup:`-24`, and those next to 0 on one
# that is 256 times finer.

edges = [0, *(2**bit for bit in range(24, 33))]
steps, floats = [], []
print("from         step * 2**32    floats")
for low, high in pairwise(edges):
    here = np.unique(to_float(np.arange(low, low + 4096)))
    steps.append(int((here[1] - here[0]) * 2**32))
    floats.append((high - low) // steps[-1])
    print(f"{low / 2**32:<10}{steps[-1]:15}{floats[-1]:10}")
print(f"together{sum(floats):27}")
print(f"words   {2**32:27}")

# %%

fig, axes = plt.subplots(figsize=(5.2, 3), layout="constrained")
step, ends = np.array(steps) / 2**32, np.array(edges) / 2**32
axes.stairs(step, ends, baseline=None, linewidth=2)
axes.set(xscale="log", xlim=(2**-11, 1.4), xlabel="number drawn")
axes.set(yscale="log", ylim=(2**-33, 2**-23), ylabel="step to the next")
axes.set_xticks([2**-8, 2**-4, 1], ["1/256", "1/16", "1"])
axes.set_yticks([2**-32, 2**-24], ["1 / 2**32", "1 / 2**24"])
axes.minorticks_off()
axes.set_title("Next to 0 the steps are 256 times finer")
plt.show()

# %%
# Why ``uniform(1, 2)`` can give 2
# --------------------------------
# Your range is made from the unit range: ``(high - low) * u + low``.
# Between 1 and 2 a float32 has 23 bits after the point. The largest u
# is 1 - 2\ :sup:`-24`. Plus 1, it lies halfway between the two nearest
# floats, and rounds to 2. Of all words 383 give that u: one draw in 11
# million. The key below draws one of them.

last = np.arange(2**32 - 1024, 2**32)
count = int((to_float(last) == to_float(2**32 - 1)).sum())
print("words that give the largest u:", count)
print(f"one in {2**32 / count / 1e6:.1f} million")

unlucky = prng.key(5721)
u = prng.uniform(shape=(1000,), key=unlucky)
between_1_and_2 = prng.uniform(1, 2, (1000,), key=unlucky)
mlx_numbers = mx.random.uniform(1, 2, (1000,), key=unlucky)
print("u            ", u[394].item())
print("uniform(1, 2)", between_1_and_2[394].item())
print("mlx          ", mlx_numbers[394].item())

# %%
# A bfloat16 has 8 bits, and there it is common: each u above 1 - 3/512
# ends at 2.

n, chance = 1_000_000, 3 / 512
draws = prng.uniform(1, 2, (n,), mx.bfloat16, key=key)
twos, expected = mx.sum(draws == 2).item(), n * chance
off = (twos - expected) / (expected * (1 - chance)) ** 0.5
print(f"exactly 2: {twos} of {n}")
print(f"expected {expected:.0f}, off by {off:+.1f} sigma")

# %%
# Where ``high`` would be a fault, take the smaller of the draw and the
# float below ``high``.

safe = mx.minimum(between_1_and_2, 2 - 2**-23)
print("largest:", safe.max().item())

# %%
# Next
# ----
# * :doc:`uniform`: are the numbers as even as they should be?
# * :doc:`/explain/threefry`: where the words come from.
# * :ref:`Where high can come <pitfall-high>`: what to do about it.
