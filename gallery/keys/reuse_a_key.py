"""
A key used twice draws the same numbers twice
=============================================

Nothing stops you from using a key twice. Give the same key to two
draws, and both start at the same place: you get the same numbers from
the same function, and numbers tied to them from another. Split the key
first, and the tie is gone.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng
from mlx_keys.keytree import KeyTree

key = prng.key(11)

print("once ", prng.uniform(shape=(4,), key=key))
print("again", prng.uniform(shape=(4,), key=key))
print("mlx  ", mx.random.uniform(shape=(4,), key=key))

# %%
# Another function, the same numbers underneath
# ---------------------------------------------
# Every distribution is made of the same words. Draw a uniform and a
# normal from one key, and each pair comes from one word: the larger the
# one, the larger the other. Draw them from the two halves of a split,
# and nothing ties them.

n = 200
half = prng.split(key)
one_key = (
    prng.uniform(-1, 1, (n,), key=key),
    prng.normal((n,), key=key),
)
two_keys = (
    prng.uniform(-1, 1, (n,), key=half[0]),
    prng.normal((n,), key=half[1]),
)


def rank_correlation(pair):
    """Spearman's: 1 if both rise together, else 0.00 +- 0.07."""
    ranks = [np.argsort(np.argsort(values)) for values in pair]
    return np.corrcoef(*ranks)[0, 1]


print(f"one key:  {rank_correlation(one_key):+.2f}")
print(f"two keys: {rank_correlation(two_keys):+.2f}")

# %%

fig, panels = plt.subplots(
    1, 2, figsize=(5.2, 3), layout="constrained", sharey=True
)
panels[0].plot(*one_key, "C1.", markersize=3)
panels[1].plot(*two_keys, "C0.", markersize=3)
panels[0].set(title="one key", ylabel="normal")
panels[1].set(title="two keys")
for axes in panels:
    axes.set(xticks=[-1, 0, 1], xlabel="uniform")
title = "One key gives a curve; two keys give a cloud"
fig.suptitle(title, x=0, ha="left")
fig.set_label("Rank correlation of 200 pairs: 1.00 and 0.04.")
plt.show()

# %%
# What it costs
# -------------
# Nothing fails and nothing warns. The answer is wrong, and stays wrong
# however much you draw. Take the mean of a uniform times a normal. The
# two are meant to be independent, so it should be 0. With one key for
# both it settles at 1/sqrt(pi), which is 0.564.

n = 100_000
sigma = (1 / 3 / n) ** 0.5
for name, first, second in [("one", key, key), ("two", *half)]:
    u = prng.uniform(-1, 1, (n,), key=first)
    z = prng.normal((n,), key=second)
    mean = mx.mean(u * z).item()
    print(f"{name}: mean {mean:+.3f}, {mean / sigma:+.1f} sigma")

# %%
# Drawing from a key and splitting it is reuse too
# ------------------------------------------------
# ``split`` makes four words of a key, and calls them two keys.
# ``uniform`` makes the same four words, and calls them numbers. Whoever
# has seen the numbers has seen the keys.

words = prng.split(key).reshape(-1).astype(mx.float32)
print("split  ", words / 2**32)
print("uniform", prng.uniform(shape=(4,), key=key))

# %%
# In a key tree that shows as a fault. The fix is to split first, and
# to draw from the children.

wrong = KeyTree(11, name="key")
wrong.split()
wrong.draw("uniform((4,))")
wrong

# %%

right = KeyTree(11, name="key")
for_u, for_z = right.split(names=["for_u", "for_z"])
for_u.draw("uniform((4,))")
for_z.draw("normal((4,))")
right

# %%
# Next
# ----
# * :doc:`no_prefix`: why three numbers are not the first three of four.
# * :doc:`count_with_fold_in`: a key for each step, from one key.
# * :doc:`/howto/pitfalls`: this trap and others, and the ways out.
