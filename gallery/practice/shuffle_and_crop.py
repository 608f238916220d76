"""
Resume an epoch and get the same batches
========================================

A run stops in the middle of an epoch. Start it again at the next batch, and it should see the
samples that were still to come, cut as they would have been. That takes two keys: one for the
epoch's order, and one for each sample's crop, made from what the sample *is* and not from when its
turn comes.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

samples, picture, crop = 1000, 64, 40
order_key, crop_key = prng.split(prng.key(8))


def corners(epoch, chosen):
    """Where the crops of the chosen samples begin: (samples, 2), pixels from left and top."""
    epoch_key = prng.fold_in(crop_key, epoch)

    def corner(sample):
        key = prng.fold_in(epoch_key, sample)
        return prng.randint(0, picture - crop + 1, (2,), key=key)

    return mx.vmap(corner)(chosen)


def batches(epoch, first=0, size=32):
    """The batches of an epoch from batch ``first`` on: the samples, and their corners."""
    order = prng.permutation(samples, key=prng.fold_in(order_key, epoch))
    for start in range(first * size, samples, size):
        chosen = order[start : start + size]
        yield chosen, corners(epoch, chosen)


whole = list(batches(epoch=2))
chosen, places = whole[0]
for sample, place in zip(chosen[:3].tolist(), places.tolist(), strict=False):
    print(f"sample {sample:3} cropped from {place}")

# %%
# Stop and resume
# ---------------
# All that needs to be saved is the number of the epoch and of the next batch.

resumed = batches(epoch=2, first=20)
same = [
    mx.array_equal(old, new).item()
    for before, after in zip(whole[20:], resumed, strict=True)
    for old, new in zip(before, after, strict=True)
]
print("the same samples and crops:", all(same), "in", len(whole[20:]), "batches")

# %%
# Every sample comes once an epoch, and every epoch has an order of its own.

order = mx.concatenate([chosen for chosen, _ in whole])
later = mx.concatenate([chosen for chosen, _ in batches(epoch=3)])
print("each sample once:", mx.array_equal(mx.sort(order), mx.arange(samples)).item())
print(f"in the same place in epoch 3: {mx.sum(order == later).item()}, expected 1, give or take 1")

# %%
# Change the batch size
# ---------------------
# A crop belongs to its sample, not to a place in a batch. Batches of another size, more workers, or
# another order leave it as it is.

small = mx.concatenate([places for _, places in whole])
large = mx.concatenate([places for _, places in batches(epoch=2, size=250)])
print("the same crops in batches of 250:", mx.array_equal(small, large).item())

# %%
# And each epoch cuts it elsewhere. These are the crops of sample 5.

sample_5 = [corners(epoch, mx.array([5]))[0].tolist() for epoch in range(4)]
print("cropped from, in epochs 0 to 3:", sample_5)

# %%

fig, axes = plt.subplots(figsize=(5.2, 5.4), layout="constrained")
across = np.arange(picture + 1)
hills = 48 - 12 * np.sin(across / 11) ** 2
axes.fill_between(across, picture, hills, color="gray", alpha=0.25, linewidth=0)
axes.add_patch(plt.Circle((46, 14), 7, color="gray", alpha=0.25, linewidth=0))
axes.add_patch(plt.Rectangle((0, 0), picture, picture, fill=False, color="gray"))
for epoch, (left, top) in enumerate(sample_5):
    hue = f"C{epoch}"
    axes.add_patch(plt.Rectangle((left, top), crop, crop, fill=False, color=hue, linewidth=2))
    axes.text(left + 1, top + 1, f"epoch {epoch}", color=hue, va="top")
axes.set(xlim=(-1, 65), ylim=(65, -1), aspect="equal", xticks=[0, 64], yticks=[0, 64])
axes.set(xlabel="pixels from the left", ylabel="pixels from the top")
axes.set_title("Each epoch crops sample 5 elsewhere,\nand a resumed run crops it there again")
fig.set_label(f"A picture of 64 by 64 pixels. Crops of 40 by 40 begin at {sample_5}.")
plt.show()

# %%
# Are the crops spread evenly?
# ----------------------------
# A corner has 25 places to begin in each direction. Over the 1000 samples of an epoch each place
# should come 40 times. With 25 places chi-square should be near 24, and above 43 once in a hundred.

for axis, name in enumerate(["left", "top"]):
    counts = np.bincount(np.array(small)[:, axis], minlength=25)
    print(f"from the {name:4} chi-square {((counts - 40) ** 2 / 40).sum():.1f}")

# %%
# The shuffle and the key are MLX's own.

key = prng.fold_in(order_key, 2)
same = mx.array_equal(prng.permutation(samples, key=key), mx.random.permutation(samples, key=key))
print("mx.random gives the same order:", same.item())

# %%
# Next
# ----
# * :doc:`train_twice`: shuffled batches in a training run.
# * :doc:`../keys/count_with_fold_in`: why ``fold_in`` and not a list of keys from ``split``.
# * :doc:`/learn/index`: if you know this as a ``DataLoader`` with a generator.
