"""
See a key split in two
======================

A key is 64 bits, kept as two 32-bit words. Splitting it gives new keys
that look nothing like it. Here you see the bits themselves: those of
one key and of its children, and then what happens to the output when a
single bit of the key is flipped.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng
from mlx_keys.keytree import KeyTree
from mlx_keys.prng import threefry2x32

root = prng.key(7)
children = prng.split(root)
print("key(7)       ", root.tolist())
print("split(key(7))", children.tolist())

# %%
# These are MLX's own keys, word for word. A key that one of them makes
# works in the other.

mlx_children = mx.random.split(mx.random.key(7))
print("the same:", mx.array_equal(children, mlx_children).item())

# %%
# A key has a face
# ----------------
# Draw the 64 bits as a square, word 0 above word 1, and you can
# recognise a key. ``key(7)`` is nearly empty: 7 is ``111`` in binary,
# and the other 61 bits are zero.

tree = KeyTree(7)
tree.split()
tree

# %%
# The children are as full as chance would fill them. A coin thrown 64
# times shows 32 heads, give or take 4.

for child in children.tolist():
    print(sum(word.bit_count() for word in child), "of 64 bits are set")

# %%
# One bit in, half of the bits out
# --------------------------------
# Splitting is made of a *block*: it scrambles a counter with a key, in
# 20 rounds. Flip one bit of the key, and see which of the 64 output
# bits flip with it. Do that for each of the 64 bits, and you get a
# square: a row for the bit you flipped, a column for each output bit.


def flips(rounds):
    """A row a key bit: which output bits flip with it, 0 or 1."""

    def output(key):
        words = key >> 32, key & 0xFFFFFFFF
        first, second = threefry2x32.block(words, (0, 2), rounds)
        return first << 32 | second

    bits = range(64)
    changed = [output(7) ^ output(7 ^ 1 << bit) for bit in bits]
    return np.array(
        [[row >> bit & 1 for bit in bits] for row in changed]
    )


# %%
# If the output kept no trace of the flipped bit, each of the 4096
# places would be a coin toss: 2048 flips, give or take 32.

squares = {rounds: flips(rounds) for rounds in (2, 4, 6, 20)}
for rounds, square in squares.items():
    count = square.sum()
    off = (count - 2048) / 32
    print(f"{rounds:2} rounds: {count:4} flips, {off:+.1f} sigma")

# %%
# After two rounds you can read from the output which bit you flipped.
# After six, the count no longer gives anything away. The rest of the 20
# are a margin.

fig, panels = plt.subplots(
    2, 2, figsize=(5.2, 5.6), layout="constrained"
)
for axes, rounds in zip(panels.flat, squares, strict=True):
    grey = np.full((64, 64, 4), 0.5)
    grey[:, :, 3] = squares[rounds]  # opaque where a bit flips
    axes.imshow(grey, interpolation="none")
    axes.set(xlabel="output bit", ylabel="flipped key bit")
    axes.set(xticks=[0, 63], yticks=[0, 63])
    axes.set_title(f"{rounds} rounds, {squares[rounds].sum()} flips")
title = "After 20 rounds no trace is left of the flipped bit"
fig.suptitle(title, x=0, ha="left")
plt.show()

# %%
# Next
# ----
# * :doc:`reuse_a_key`: what happens if you do not split.
# * :doc:`/explain/threefry`: the block, round by round.
# * :doc:`/learn/start`: keys in five minutes, if you began here.
