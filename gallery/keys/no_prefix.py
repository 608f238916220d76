"""
Ask for one number more, and the others change
==============================================

Three numbers from a key are not the first three of four numbers from
it. Here you see which values stay when the size grows by one, why they
do, and how to keep them.
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
# Draw 1 number, then 2, and so on up to 10, always from the same key.
# Compare each draw with the one before it, place by place.

sizes = range(1, 11)
draws = {n: np.array(prng.uniform(shape=(n,), key=key)) for n in sizes}
stays = {n: draws[n][:-1] == draws[n - 1] for n in sizes[1:]}
for n, same in stays.items():
    print(f"{n - 1} -> {n}: {same.sum()} of {n - 1} stay")

# %%
# Below, each row is a draw. A box marks a value that stands in the row
# above, too.

fig, axes = plt.subplots(figsize=(5.2, 4), layout="constrained")
middle = {"ha": "center", "va": "center", "fontsize": 9}
for n, values in draws.items():
    for place, value in enumerate(values):
        axes.text(place, n, f"{value:.2f}"[1:], **middle)
for n, same in stays.items():
    places = np.flatnonzero(same)
    rows = np.full(len(places), n)
    axes.plot(places, rows, "C0s", markersize=19, fillstyle="none")
axes.set(xlim=(-0.6, 9.6), xlabel="place in the draw")
axes.set(ylim=(10.6, 0.4), ylabel="numbers drawn")
axes.set(xticks=range(10), yticks=sizes)
axes.set_title(
    "Most stay from 3 to 4 and from 5 to 6,\nnone from 4 to 5"
)
fig.set_label("From 1 to 10 these stay: 0, 0, 2, 0, 4, 0, 6, 0, 8.")
plt.show()

# %%
# Why
# ---
# A word is made from a key and a counter. For an even number n, the
# counter ``(i, i + n / 2)`` makes the words at places ``i`` and ``i + n
# / 2``, so n is part of the counter. An odd n is treated as one more,
# except for the word in the middle, which has no partner. That is why 3
# and 4 share two values, and 4 and 5 share none.
#
# Only the number of values counts, not their shape.

rows = prng.uniform(shape=(2, 3), key=key)
same = mx.array_equal(rows.reshape(-1), mx.array(draws[6]))
print("2 by 3 is 6:", same.item())

# %%
# ``split`` is no different
# -------------------------
# ``split(key, 3)`` draws six words, ``split(key, 4)`` eight. Give each
# worker one of them, and all get other keys as soon as there is one
# worker more.

print("first of 3", prng.split(key, 3)[0].tolist())
print("first of 4", prng.split(key, 4)[0].tolist())

# %%
# How to keep them
# ----------------
# Draw one size and cut it. Or give each value a key of its own:
# ``fold_in(key, i)`` is the key numbered ``i``, however many there are.
# The draws above came from ``key`` itself, so the numbers are folded
# into another.

supply = prng.uniform(shape=(1000,), key=key)
three, four = supply[:3], supply[:4]
print("cut:     ", three.tolist() == four[:3].tolist())

numbered = prng.key(1)


def by_number(n):
    keys = [prng.fold_in(numbered, i) for i in range(n)]
    return [prng.uniform(key=key).item() for key in keys]


print("numbered:", by_number(3) == by_number(4)[:3])

# %%
# Next
# ----
# * :doc:`count_with_fold_in`: keys that stay when the count changes.
# * :doc:`/explain/threefry`: counters, blocks and words.
# * :doc:`/howto/pitfalls`: what else changes a stream under you.
