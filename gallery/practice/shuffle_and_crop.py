"""
Resume an epoch and get the same batches
========================================

A run stops in the middle of an epoch. Start it again at the next batch,
and it should see the samples that were still to come, cut as they would
have been. That takes two keys: one for the epoch's order, and one for
each sample's crop, made from what the sample *is* and not from when its
turn comes.
"""

import matplotlib.pyplot as plt
import mlx.core as mx
import numpy as np

from mlx_keys import prng

samples, picture, crop = 1000, 64, 40
order_key, crop_key = prng.split(prng.key(8))


def corners(epoch, chosen):
    """Where crops begin: a row a sample, pixels from left and top."""
    epoch_key = prng.fold_in(crop_key, epoch)

    def corner(sample):
        key = prng.fold_in(epoch_key, sample)
        return prng.randint(0, picture - crop + 1, (2,), key=key)

    return mx.vmap(corner)(chosen)


def batches(epoch, first=0, size=32):
    """Samples and corners, batch by batch, from batch ``first`` on."""
    key = prng.fold_in(order_key, epoch)
    order = prng.permutation(samples, key=key)
    for start in range(first * size, samples, size):
        chosen = order[start : start + size]
        yield chosen, corners(epoch, chosen)


whole = list(batches(epoch=2))
chosen, places = whole[0]
for i in range(3):
    print("sample", chosen[i].item(), "from", places[i].tolist())

# %%
# Stop and resume
# ---------------
# All that needs to be saved is the number of the epoch and of the next
# batch.

resumed = list(batches(epoch=2, first=20))
same = 0
for old, new in zip(whole[20:], resumed, strict=True):
    pairs = zip(old, new, strict=True)
    same += all(mx.array_equal(a, b).item() for a, b in pairs)
print("resumed at batch 20, the same:", same, "of", len(resumed))

# %%
# Every sample comes once an epoch, and every epoch has an order of its
# own.

order = mx.concatenate([chosen for chosen, _ in whole])
each_once = mx.array_equal(mx.sort(order), mx.arange(samples))
print("each sample once:", each_once.item())

later = mx.concatenate([chosen for chosen, _ in batches(epoch=3)])
print("in the same place in epoch 3:", mx.sum(order == later).item())
print("expected: 1, give or take 1")

# %%
# Change the batch size
# ---------------------
# A crop belongs to its sample, not to a place in a batch. Batches of
# another size, more workers, or another order leave it as it is.

small = mx.concatenate([places for _, places in whole])
in_250s = batches(epoch=2, size=250)
large = mx.concatenate([places for _, places in in_250s])
same = mx.array_equal(small, large).item()
print("the same crops in batches of 250:", same)

# %%
# And each epoch cuts it elsewhere. These are the crops of sample 5; the
# number in each corner is the epoch.

five = mx.array([5])
sample_5 = [corners(epoch, five)[0].tolist() for epoch in range(4)]
print("from, in epochs 0 to 3:", sample_5)

# %%

fig, axes = plt.subplots(figsize=(5.2, 5.4), layout="constrained")
grey = {"color": "gray", "alpha": 0.25, "linewidth": 0}
across = np.arange(picture + 1)
hills = 48 - 12 * np.sin(across / 11) ** 2
axes.fill_between(across, picture, hills, **grey)
axes.add_patch(plt.Circle((46, 14), 7, **grey))
frame = {"fill": False, "linewidth": 2}
axes.add_patch(plt.Rectangle((0, 0), 64, 64, color="gray", fill=False))
for epoch, corner in enumerate(sample_5):
    box = plt.Rectangle(corner, crop, crop, color=f"C{epoch}", **frame)
    axes.add_patch(box)
    number = {"color": f"C{epoch}", "weight": "bold", "size": 12}
    axes.text(corner[0] + 1, corner[1] + 4, epoch, **number)
axes.set(xlim=(-1, 65), xticks=[0, 64], xlabel="pixels from the left")
axes.set(ylim=(65, -1), yticks=[0, 64], ylabel="pixels from the top")
axes.set(aspect="equal")
title = "Each epoch crops sample 5 elsewhere,"
axes.set_title(f"{title}\nand a resumed run crops it there again")
fig.set_label(f"Crops of 40 by 40 pixels, from {sample_5}.")
plt.show()

# %%
# Are the crops spread evenly?
# ----------------------------
# A corner has 25 places to begin in each direction. Over the 1000
# samples of an epoch each place should come 40 times. With 25 places
# chi-square should be near 24, and above 43 once in a hundred.

for axis, name in enumerate(["from the left", "from the top "]):
    counts = np.bincount(np.array(small)[:, axis], minlength=25)
    print(f"{name} {((counts - 40) ** 2 / 40).sum():.1f}")

# %%
# The shuffle and the key are MLX's own.

key = prng.fold_in(order_key, 2)
mlx_order = mx.random.permutation(samples, key=key)
print("the same order:", mx.array_equal(order, mlx_order).item())

# %%
# Next
# ----
# * :doc:`train_twice`: shuffled batches in a training run.
# * :doc:`../keys/count_with_fold_in`: why not a list from ``split``.
# * :doc:`/learn/from-pytorch`: if you come from a ``DataLoader``.
