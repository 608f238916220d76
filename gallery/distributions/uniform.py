"""
How even is uniform?
====================

Even, but not too even: 262,144 draws stray from a straight line as far as chance takes them, and no
further. Here you measure it in five ways, each beside the size that chance allows. A generator that
favours a range, a bit or a neighbour would show in one of them.
"""

from math import erf

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

n = 2**18
key = prng.key(0)
draws = prng.uniform(shape=(n,), key=key)
same = mx.array_equal(draws, mx.random.uniform(shape=(n,), key=key))
print("mx.random gives the same numbers:", same.item())

u = np.array(draws, dtype=np.float64)

# %%
# Mean and variance
# -----------------
# Theory says 1/2 and 1/12. Beside each stands the sigma of its own estimate from n draws. Two
# estimates of three lie within one sigma, and one in 370 lies beyond three.

for name, found, theory, sigma in [
    ("mean    ", u.mean(), 1 / 2, (1 / 12 / n) ** 0.5),
    ("variance", ((u - 0.5) ** 2).mean(), 1 / 12, (1 / 180 / n) ** 0.5),
]:
    print(f"{name} {found:.5f}, theory {theory:.5f}, off by {(found - theory) / sigma:+.1f} sigma")

# %%
# Bins
# ----
# Cut the range into 64 bins. Each should hold 4096 draws, give or take 63. Chi-square, the sum of
# the squared deviations over what was expected, should be near 63, and above 92 once in a hundred.

counts = np.bincount((u * 64).astype(int), minlength=64)
expected = n / 64
print("fullest and emptiest bin:", counts.max(), counts.min())
print(f"chi-square {((counts - expected) ** 2 / expected).sum():.1f}, limit at 1 % 92.0")

# %%
# Bits
# ----
# Each of a word's 32 bits should be set in half of the words. The lowest are where weak generators
# give themselves away; a float32 rounds most of them off, so look at the words.

words = np.array(prng.bits((n,), key=key))
set_bits = np.array([np.count_nonzero(words >> bit & 1) for bit in range(32)])
worst = (abs(set_bits - n / 2) / (n / 4) ** 0.5).max()
print(f"of 32 bits the furthest from one half is off by {worst:.1f} sigma")
print(f"by chance one is off by more in {1 - erf(worst / 2**0.5) ** 32:.0%} of tries")

# %%
# Neighbours
# ----------
# A draw should say nothing about the next one.

lag = np.corrcoef(u[:-1], u[1:])[0, 1]
print(f"correlation of neighbours {lag:+.5f}, off by {lag * n**0.5:+.1f} sigma")

# %%
# The whole curve
# ---------------
# Sort the draws. The share that lies below x should be x. The largest gap between the two is
# Kolmogorov and Smirnov's D; only one honest sample in a hundred has D above 1.628 / sqrt(n).

x = np.sort(u)
gap = (np.arange(n) + 0.5) / n - x
d = abs(gap).max() + 0.5 / n
print(f"D {d:.5f}, limit at 1 % {1.628 / n**0.5:.5f}")

# %%

fig, axes = plt.subplots(figsize=(5.2, 3), layout="constrained")
limit = 1628 / n**0.5
axes.plot(x[::1024], 1000 * gap[::1024])
axes.plot([0, 1], [limit, limit], "C1", [0, 1], [-limit, -limit], "C1")
axes.text(1, 0.95 * limit, "limit at 1 %", color="C1", ha="right", va="top")
axes.set(xlabel="number drawn, x", ylabel="share below x, minus x\n(thousandths)")
axes.set_title("The largest gap is a third of what chance allows")
fig.set_label(f"Largest gap {1000 * d:.2f} thousandths, limit {limit:.2f}.")
plt.show()

# %%
# One sample proves little: a bad generator may be lucky, and a good one fails one such test in a
# hundred. So look at 400 samples of 1024 draws, and count those outside the limit at 5 %.

m = 1024
samples = np.sort(np.array(prng.uniform(shape=(400, m), key=prng.key(1)), dtype=np.float64))
ds = abs((np.arange(m) + 0.5) / m - samples).max(axis=1) + 0.5 / m
outside = np.count_nonzero(ds > 1.358 / (m**0.5 + 0.12))
print(f"outside the limit: {outside} of 400, expected 20, give or take 4")

# %%
# Next
# ----
# * :doc:`normal`: the same words, bent into a bell.
# * :doc:`bits_to_floats`: which numbers can come.
# * :doc:`/explain/index`: why a counter and 20 rounds are enough.
