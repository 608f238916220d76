"""
Two ways to choose: categorical
===============================

``categorical`` picks an index by its odds, and it knows two ways. Which
one it takes depends on the shape of what you pass, so one key and the
same odds can give different picks. Both ways follow the odds. Here you
see each rebuilt from its parts, and both counted against theory.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

odds = np.array([0.40, 0.25, 0.20, 0.10, 0.05])
one_row = mx.log(mx.array(odds, mx.float32))
two_rows = mx.stack([one_row, one_row])
key = prng.key(5)

walked = prng.categorical(one_row, num_samples=10, key=key)
raced = prng.categorical(two_rows, num_samples=10, key=key)
print("one row of odds       ", walked.tolist())
print("the first of two rows ", raced[0].tolist())
mlx_picks = mx.random.categorical(one_row, num_samples=10, key=key)
print("one row, mlx          ", mlx_picks.tolist())

# %%
# One row: walk along the odds
# ----------------------------
# Lay the odds end to end, so that they reach from 0 to 1. A uniform
# number falls into one of them, and that is the pick. It costs one
# word, however many choices there are.

ends = mx.cumsum(mx.softmax(one_row))
points = prng.uniform(shape=(10,), key=key)
picks = np.searchsorted(np.array(ends), np.array(points), side="right")
print("the odds end at", ends)
print("the same picks:", picks.tolist() == walked.tolist())

# %%
# Several rows: let them race
# ---------------------------
# Add a Gumbel number to each logit, and the largest sum wins. That
# sounds like a trick, and a choice wins as often as its odds say, as
# long as it is not one in millions. It costs a word for each choice.

race = two_rows[:, :, None] + prng.gumbel((2, 5, 10), key=key)
winners = mx.argmax(race, axis=1)
print("the same picks:", mx.array_equal(winners, raced).item())

# %%
# One pick from one row races too: ``categorical(logits)``, with neither
# ``num_samples`` nor ``shape``.

single = [
    mx.argmax(one_row + prng.gumbel(one_row.shape, key=k)).item()
    == prng.categorical(one_row, key=k).item()
    for k in prng.split(key, 20)
]
print("the same pick:", sum(single), "of", len(single))

# %%
# Both follow the odds
# --------------------
# Make 100,000 picks in each way. Chi-square, the sum of the squared
# deviations over what was expected, should be near 4, and above 13.3
# once in a hundred.

n = 100_000
walk = prng.categorical(one_row, num_samples=n, key=key)
race = prng.categorical(two_rows, num_samples=n // 2, key=key)
counts = {
    "walk": np.bincount(np.array(walk)),
    "race": np.bincount(np.array(race.reshape(-1))),
}
expected, sigma = n * odds, np.sqrt(n * odds * (1 - odds))
print("theory", expected.round().astype(int).tolist())
print("sigma ", sigma.round().astype(int).tolist())
for way, found in counts.items():
    chi_square = ((found - expected) ** 2 / expected).sum()
    print(f"{way}   {found.tolist()}, chi-square {chi_square:.1f}")

# %%

fig, axes = plt.subplots(figsize=(5.2, 3.2), layout="constrained")
place = np.arange(5)
for way, hue, shift in (("walk", "C0", -0.1), ("race", "C1", 0.1)):
    off = (counts[way] - expected) / sigma
    axes.plot(place + shift, off, hue + "o")
    axes.text(shift - 0.15, off[0], way, color=hue, ha="right")
axes.axhspan(-3, 3, color="gray", alpha=0.15, linewidth=0)
axes.text(4.5, -2.9, "within 3 sigma", ha="right")
axes.set_xticks(place, [f"{p:.0%}" for p in odds])
axes.set(xlim=(-0.9, 4.6), xlabel="odds of the choice")
axes.set(ylim=(-3.5, 3.5), ylabel="picked, minus theory (sigma)")
axes.set_title("Both ways pick each choice as often as its odds say")
plt.show()

# %%
# Logits, not odds
# ----------------
# ``categorical`` wants the logarithms of the odds. The odds themselves
# raise no error and give other odds: .9 and .1 become .69 and .31.

pair = mx.array([0.9, 0.1])
for name, logits in [("odds", pair), ("logits", mx.log(pair))]:
    picks = prng.categorical(logits, num_samples=n, key=key)
    print(f"{name:6} {mx.mean(picks == 0).item():.3f}")
print(f"theory of the mistake {1 / (1 + np.exp(-0.8)):.3f} +- 0.001")

# %%
# Next
# ----
# * :doc:`bits_to_floats`: the uniform numbers that the walk uses.
# * :ref:`What one row loses <pitfall-tails>`: very rare choices.
# * :doc:`../practice/monte_carlo`: put many draws to work.
