"""
How far out does normal reach?
==============================

The bell is right wherever you look: here in the middle, in the tails, and over its whole length,
each beside what theory gives. But the tails end. No draw can lie beyond 5.42 sigma, because a
normal is made from one word, and there are only so many words.
"""

from itertools import pairwise
from math import erfc, sqrt

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

n = 2**18
key = prng.key(1)
draws = prng.normal((n,), key=key)
same = mx.array_equal(draws, mx.random.normal((n,), key=key))
print("mx.random gives the same numbers:", same.item())

z = np.array(draws, dtype=np.float64)
print(f"mean     {z.mean():+.4f}, theory 0, off by {z.mean() * sqrt(n):+.2f} sigma")
print(f"variance {z.var():+.4f}, theory 1, off by {(z.var() - 1) * sqrt(n / 2):+.2f} sigma")

# %%
# The tails
# ---------
# How many draws lie further out than 1, 2, 3 and 4 sigma, and how many should?

for reach in (1, 2, 3, 4):
    chance = erfc(reach / sqrt(2))
    found, expected = np.count_nonzero(abs(z) > reach), n * chance
    off = (found - expected) / sqrt(expected * (1 - chance))
    print(f"beyond {reach}: {found:6}, theory {expected:8.1f}, off by {off:+.1f} sigma")

# %%

counts, edges = np.histogram(z, bins=np.arange(-5, 5.01, 0.25))
theory = [n / 2 * (erfc(a / sqrt(2)) - erfc(b / sqrt(2))) for a, b in pairwise(edges)]
middle, seen = (edges[:-1] + edges[1:]) / 2, counts > 0
fig, axes = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
axes.plot(middle, theory, "C1")
axes.errorbar(middle[seen], counts[seen], np.sqrt(counts[seen]), fmt="C0o", markersize=3.5)
axes.text(1.3, 2.4e4, "theory", color="C1")
axes.text(-2.6, 6e3, "drawn", color="C0", ha="right")
axes.set(yscale="log", ylim=(0.3, 1e5), xlabel="number drawn", ylabel="draws in a bin of 0.25")
axes.set_title("The draws follow the bell over four powers of ten")
plt.show()

# %%
# The whole curve
# ---------------
# The share of draws below x should be the area of the bell below x. Kolmogorov and Smirnov's D is
# the largest gap between the two.

below = np.sort([erfc(-x / sqrt(2)) / 2 for x in z])
d = abs((np.arange(n) + 0.5) / n - below).max() + 0.5 / n
print(f"D {d:.5f}, limit at 1 % {1.628 / sqrt(n):.5f}")

# %%
# Where it ends
# -------------
# MLX draws s evenly between -1 and 1 and bends it: ``sqrt(2) * erfinv(s)``. The s closest to 1 is 1
# - 2\ :sup:`-24`, and that is where the bell stops. The key below happens to draw it; it is the one
# that made ``uniform(1, 2)`` give 2 in :doc:`bits_to_floats`.

unlucky = prng.key(5721)
print("largest u     ", prng.uniform(shape=(1000,), key=unlucky)[394].item())
print(f"largest normal {prng.normal((1000,), key=unlucky)[394].item():.4f}")

# %%
# Out there the draws come in steps that you can see. These are the last five s on the left, and the
# normals that they make. A true bell would send one draw in 17 million beyond the last of them.

for step in range(1, 6):
    s = mx.array(step * 2**-24 - 1)
    print(f"s = -1 + {step} / 2**24: {(mx.erfinv(s) * sqrt(2)).item():.3f}")
print(f"1 in {1 / erfc(5.41998 / sqrt(2)) / 1e6:.0f} million")

# %%
# For training and most simulations this is of no account. If you study rare events, draw them where
# they are: ``mx.random.truncated_normal`` shares the limit, so use importance sampling
# or a distribution with a tail.
#
# Next
# ----
# * :doc:`categorical`: two ways to choose, and which one you get.
# * :doc:`uniform`: the test of the words underneath.
# * :ref:`Far from zero <pitfall-truncated>`: what ``truncated_normal`` does there.
