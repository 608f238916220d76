"""
Ask for one number more, and the others change
==============================================

Three numbers from a key are not the first three of four numbers from it. Here you see which values
stay when the size grows by one, why they do, and how to keep them.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

key = prng.key(0)

print("three", prng.uniform(shape=(3,), key=key))
print("four ", prng.uniform(shape=(4,), key=key))
print("mlx  ", mx.random.uniform(shape=(4,), key=key))

# %%
# Which ones stay
# ---------------
# Draw 1 number, then 2, and so on up to 10, always from the same key. Compare each draw with the
# one before it, place by place.

draws = {n: np.array(prng.uniform(shape=(n,), key=key)) for n in range(1, 11)}
stays = {n: draws[n][:-1] == draws[n - 1] for n in range(2, 11)}
for n, same in stays.items():
    print(f"{n - 1} -> {n}: {same.sum()} of {n - 1} stay")

# %%
# Below, each row is a draw. A box marks a value that stands in the row above, too.

fig, axes = plt.subplots(figsize=(5.2, 4), layout="constrained")
for n, values in draws.items():
    for place, value in enumerate(values):
        kept = n > 1 and place < n - 1 and stays[n][place]
        axes.text(place, n, f"{value:.2f}"[1:], ha="center", va="center", fontsize=9)
        if kept:
            axes.plot(place, n, "s", markersize=19, markerfacecolor="none", color="C0")
axes.set(xlim=(-0.6, 9.6), ylim=(10.6, 0.4), xticks=range(10), yticks=range(1, 11))
axes.set(xlabel="place in the draw", ylabel="numbers drawn")
axes.set_title("Most values stay from 3 to 4, from 5 to 6,\nand from 7 to 8; none from 4 to 5")
fig.set_label("Values that stay from 1 to 10: 0, 0, 2, 0, 4, 0, 6, 0, 8.")
plt.show()

# %%
# Why
# ---
# A word is made from a key and a counter. For an even number n, the counter ``(i, i + n / 2)``
# makes the words at places ``i`` and ``i + n / 2``, so n is part of the counter. An odd n is
# treated as one more, except for the word in the middle, which has no partner. That is why 3 and 4
# share two values, and 4 and 5 share none.
#
# Only the number of values counts, not their shape.

rows = prng.uniform(shape=(2, 3), key=key)
print("2 by 3 is 6:", mx.array_equal(rows.reshape(-1), mx.array(draws[6])).item())

# %%
# ``split`` is no different
# -------------------------
# ``split(key, 3)`` draws six words, ``split(key, 4)`` eight. Give each worker one of them, and all
# get other keys as soon as there is one worker more.

print("first of 3", prng.split(key, 3)[0].tolist())
print("first of 4", prng.split(key, 4)[0].tolist())

# %%
# How to keep them
# ----------------
# Draw one size and cut it. Or give each value a key of its own: ``fold_in(key, i)`` is the key
# numbered ``i``, however many there are. The draws above came from ``key`` itself, so the numbers
# are folded into another.

supply = prng.uniform(shape=(1000,), key=key)
print("three are the first of four:", supply[:3].tolist() == supply[:4].tolist()[:3])

counted = prng.key(1)
three, four = (
    [prng.uniform(key=prng.fold_in(counted, i)).item() for i in range(n)] for n in (3, 4)
)
print("three are the first of four:", three == four[:3])

# %%
# Next
# ----
# * :doc:`count_with_fold_in`: keys that stay when the count changes.
# * :doc:`/explain/index`: counters, blocks and words.
# * :doc:`/howto/pitfalls`: what else changes a stream under you.
