"""
How even is uniform?
====================

Even, but not too even: 262,144 draws stray from a straight line as far
as chance takes them, and no further. Here you measure it in five ways,
each beside the size that chance allows. A generator that favours a
range, a bit or a neighbour would show in one of them.
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
# Theory says 1/2 and 1/12. Beside each stands how far off it is, in
# sigmas of such an estimate: two of three lie within one sigma, and one
# in 370 lies beyond three.

mean, variance = u.mean(), ((u - 0.5) ** 2).mean()
mean_off = (mean - 1 / 2) / (1 / 12 / n) ** 0.5
variance_off = (variance - 1 / 12) / (1 / 180 / n) ** 0.5
print(f"mean     {mean:.5f}, {mean_off:+.1f} sigma")
print(f"variance {variance:.5f}, {variance_off:+.1f} sigma")

# %%
# Bins
# ----
# Cut the range into 64 bins. Each should hold 4096 draws, give or take
# 63. Chi-square, the sum of the squared deviations over what was
# expected, should be near 63, and above 92 once in a hundred.

counts = np.bincount((u * 64).astype(int), minlength=64)
chi_square = ((counts - n / 64) ** 2 / (n / 64)).sum()
print("fullest and emptiest bin:", counts.max(), counts.min())
print(f"chi-square {chi_square:.1f}, limit at 1 % 92.0")

# %%
# Bits
# ----
# Each of a word's 32 bits should be set in half of the words. The
# lowest are where weak generators give themselves away; a float32
# rounds most of them off, so look at the words.

words = np.array(prng.bits((n,), key=key))
ones = [np.count_nonzero(words >> bit & 1) for bit in range(32)]
worst = (abs(np.array(ones) - n / 2) / (n / 4) ** 0.5).max()
chance = 1 - erf(worst / 2**0.5) ** 32
print(f"the bit furthest from one half: {worst:.1f} sigma")
print(f"chance that one of 32 is further: {chance:.0%}")

# %%
# Neighbours
# ----------
# A draw should say nothing about the next one.

lag = np.corrcoef(u[:-1], u[1:])[0, 1]
print(f"correlation {lag:+.5f}, {lag * n**0.5:+.1f} sigma")

# %%
# The whole curve
# ---------------
# Sort the draws. The share that lies below x should be x. The largest
# gap between the two is Kolmogorov and Smirnov's D; only one honest
# sample in a hundred has D above 1.628 / sqrt(n).

x = np.sort(u)
gap = (np.arange(n) + 0.5) / n - x
d = abs(gap).max() + 0.5 / n
print(f"D {d:.5f}, limit at 1 % {1.628 / n**0.5:.5f}")

# %%

fig, axes = plt.subplots(figsize=(5.2, 3), layout="constrained")
limit = 1628 / n**0.5
axes.plot(x[::1024], 1000 * gap[::1024])
axes.hlines([-limit, limit], 0, 1, color="C1")
axes.text(0, 0.95 * limit, "limit at 1 %", color="C1", va="top")
axes.set(xlabel="number drawn, x")
axes.set(ylabel="share below x, minus x\n(thousandths)")
axes.set_title("The largest gap is a third of what chance allows")
fig.set_label(f"Largest gap {1000 * d:.2f}, limit {limit:.2f}.")
plt.show()

# %%
# One sample proves little: a bad generator may be lucky, and a good one
# fails one such test in a hundred. So look at 400 samples of 1024
# draws, and count those outside the limit at 5 %.

m = 1024
samples = prng.uniform(shape=(400, m), key=prng.key(1))
gaps = (np.arange(m) + 0.5) / m - np.sort(np.array(samples))
outside = abs(gaps).max(axis=1) + 0.5 / m > 1.358 / (m**0.5 + 0.12)
print(f"outside the limit: {outside.sum()} of 400")
print("expected: 20, give or take 4")

# %%
# Next
# ----
# * :doc:`normal`: the same words, bent into a bell.
# * :doc:`bits_to_floats`: which numbers can come.
# * :doc:`/explain/threefry`: why a counter and 20 rounds are enough.
