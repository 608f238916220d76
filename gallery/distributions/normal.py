"""
How far out does normal reach?
==============================

The bell is right wherever you look: here in the middle, in the tails,
and over its whole length, each beside what theory gives. But the tails
end. No draw can lie beyond 5.42 sigma, because a normal is made from
one word, and there are only so many words.
"""

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
mean, variance = z.mean(), z.var()
mean_off, variance_off = mean * sqrt(n), (variance - 1) * sqrt(n / 2)
print(f"mean     {mean:+.4f}, {mean_off:+.2f} sigma")
print(f"variance {variance:+.4f}, {variance_off:+.2f} sigma")

# %%
# The tails
# ---------
# How many draws lie further out than 1, 2, 3 and 4 sigma, and how many
# should?

print("beyond    found     theory   sigma")
for reach in (1, 2, 3, 4):
    chance = erfc(reach / sqrt(2))
    found, theory = np.count_nonzero(abs(z) > reach), n * chance
    off = (found - theory) / sqrt(theory * (1 - chance))
    print(f"{reach:6}{found:9}{theory:11.1f}{off:+8.1f}")

# %%

counts, edges = np.histogram(z, bins=np.arange(-5, 5.01, 0.25))
above = n / 2 * np.array([erfc(edge / sqrt(2)) for edge in edges])
middle, error = (edges[:-1] + edges[1:]) / 2, np.sqrt(counts)
fig, axes = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
axes.plot(middle, above[:-1] - above[1:], "C1")
axes.errorbar(middle, counts, error, fmt="C0o", markersize=3.5)
axes.text(1.3, 2.4e4, "theory", color="C1")
axes.text(-2.6, 6e3, "drawn", color="C0", ha="right")
axes.set(xlabel="number drawn", ylabel="draws in a bin of 0.25")
axes.set(yscale="log", ylim=(0.3, 1e5))
axes.set_title("The draws follow the bell over four powers of ten")
plt.show()

# %%
# The whole curve
# ---------------
# The share of draws below x should be the area of the bell below x.
# Kolmogorov and Smirnov's D is the largest gap between the two.

below = np.sort([erfc(-x / sqrt(2)) / 2 for x in z])
d = abs((np.arange(n) + 0.5) / n - below).max() + 0.5 / n
print(f"D {d:.5f}, limit at 1 % {1.628 / sqrt(n):.5f}")

# %%
# Where it ends
# -------------
# MLX draws s evenly between -1 and 1 and bends it: ``sqrt(2) *
# erfinv(s)``. The s closest to 1 is 1 - 2\ :sup:`-24`, and that is
# where the bell stops. The key below happens to draw it; it is the one
# that made ``uniform(1, 2)`` give 2 in :doc:`bits_to_floats`.

unlucky = prng.key(5721)
u = prng.uniform(shape=(1000,), key=unlucky)
z = prng.normal((1000,), key=unlucky)
print("largest u     ", u[394].item())
print(f"largest normal {z[394].item():.3f}")

# %%
# Out there the draws come in steps that you can see. These are the last
# five normals on the left. A true bell would send one draw in 17
# million beyond the outermost, on one side or the other.

s = mx.arange(1, 6) / 2**24 - 1
for tail in (mx.erfinv(s) * sqrt(2)).tolist():
    print(f"{tail:.3f}")
print(f"one in {1 / erfc(5.41998 / sqrt(2)) / 1e6:.0f} million")

# %%
# For training and most simulations this is of no account. If you study
# rare events, do not wait for them: use importance sampling.
#
# Next
# ----
# * :doc:`categorical`: two ways to choose, and which one you get.
# * :doc:`uniform`: the test of the words underneath.
# * :ref:`Far from zero <pitfall-truncated>`: ``truncated_normal``.
