"""
Many workers, one answer
========================

Split a simulation over workers, and the answer should not depend on how
many there are or which one finishes first. Give each piece of work a
key of its own, and it does not. Give them all the same key, and a
hundred workers know no more than one.
"""

from concurrent.futures import ThreadPoolExecutor

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

seed, pieces, points = 31, 64, 4096


def hits(key, random=prng):
    """How many points of the unit square lie within 1 of a corner."""
    drawn = random.uniform(shape=(2, points), key=key)
    x, y = np.array(drawn, dtype=np.float64)
    return int(np.count_nonzero(x * x + y * y < 1))


def piece(number):
    """The hits of one piece of work, from its number alone."""
    return hits(prng.fold_in(prng.key(seed), number))


counts = [piece(number) for number in range(pieces)]
print("first four pieces:", counts[:4])

first_key = prng.fold_in(prng.key(seed), 0)
print("the first, by mlx:", hits(first_key, mx.random))

# %%
# The share of points within the quarter circle is pi / 4. So four times
# the share is pi, with an error that shrinks as the root of the number
# of points.

n = pieces * points
estimate = 4 * sum(counts) / n
sigma = 4 * (np.pi / 4 * (1 - np.pi / 4) / n) ** 0.5
print(f"pi is about {estimate:.4f}, give or take {sigma:.4f}")
print(f"off by {(estimate - np.pi) / sigma:+.1f} sigma")

# %%
# Any number of workers
# ---------------------
# Each worker makes its keys itself, from numbers that it is handed. So
# nothing is shared, and the pieces may run anywhere and end in any
# order.

for workers in (1, 2, 4):
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(piece, range(pieces)))
    print(f"{workers} workers, the same hits:", found == counts)

# %%
# Are the pieces independent?
# ---------------------------
# If they were not, their counts would lie closer together or further
# apart than chance puts them. The spread of 64 counts, as chi-square,
# should be near 63, and between 38 and 96 in 99 of 100 runs.

share = np.pi / 4
squares = (np.array(counts) - points * share) ** 2
chi_square = squares.sum() / (points * share * (1 - share))
print(f"chi-square {chi_square:.1f}")

# %%
# One key for all
# ---------------
# Now let every worker fold in the same number, as happens when each
# starts from the same seed. They all find the same points. The mean of
# 64 equal answers is that answer, and its error is that of a single
# worker, while the number of points says that it ought to be an eighth
# of it.

alone = 4 * counts[0] / points
print("hits of each worker:", counts[0])
print(f"pi is about {alone:.4f}, with one worker and with 64")
print(f"off by {(alone - np.pi) / sigma:+.1f} sigma of 64 workers")

# %%

workers = np.arange(1, pieces + 1)
off = 4 * np.cumsum(counts) / (workers * points) - np.pi
band = 2 * sigma * np.sqrt(pieces / workers)
fig, axes = plt.subplots(figsize=(5.2, 3.2), layout="constrained")
axes.fill_between(workers, -band, band, color="gray", alpha=0.2, lw=0)
axes.plot(workers, off)
axes.hlines(alone - np.pi, 1, pieces, color="C1")
axes.text(66, off[-1], "a key each", color="C0", va="center")
axes.text(66, alone - np.pi, "one key", color="C1", va="center")
axes.text(12, -0.022, "2 sigma")
axes.set(xlabel="workers", ylabel="estimate minus pi")
axes.set(xlim=(1, 84), xticks=[1, 32, 64], ylim=(-0.06, 0.06))
axes.set_title("With a key each, more workers shrink the error")
last = f"{off[-1]:+.4f} with a key each, {alone - np.pi:+.4f} with one"
fig.set_label(f"After 64 workers: {last}.")
plt.show()

# %%
# Next
# ----
# * :doc:`train_twice`: a run that a second run repeats.
# * :doc:`../keys/reuse_a_key`: why a shared key gives equal draws.
# * :ref:`Keys and threads <pitfall-lazy-key>`: what may cross.
