#!/usr/bin/env python3
"""Values and gradients of gather, scatter and their relatives from PyTorch: tests/golden/ops/index.safetensors, for the
rows of tests/ops/cases/index.cpp and scatter.cpp; and index.safetensors for masked_select and nonzero.
"""
import numpy as np
import torch
import torch.nn.functional as F

from goldens import Goldens

g = Goldens(1301)


def different(*shape, limit):
    """Indices that differ along the last axis."""
    rows = int(np.prod(shape[:-1]))
    picked = [g.random.permutation(limit)[:shape[-1]] for _ in range(rows)]
    return torch.from_numpy(np.array(picked, np.int64).reshape(shape))


for shape, at in (((4, 3), (6,)), ((4,), (2, 3)), ((5, 2, 2), (3, 1))):
    g.case("take", lambda x, i: x[i], g.reals(*shape), g.whole(*at, limit=shape[0]))
for shape, at in (((2, 4, 3), (5,)), ((1, 2), (2, 2)), ((3, 5), (1,))):
    g.case("take/inner", lambda x, i: x[:, i], g.reals(*shape), g.whole(*at, limit=shape[1]))
    g.case("index_select", lambda x, i: torch.index_select(x, 1, i), g.reals(*shape), g.whole(7, limit=shape[1]))
for rows, at in ((5, (2, 4)), (3, (7,)), (4, (1, 2, 2))):
    g.case("embedding", lambda x, i: F.embedding(i, x), g.reals(rows, 3), g.whole(*at, limit=rows))
    g.case("embedding/padding", lambda x, i: F.embedding(i, x, padding_idx=2), g.reals(rows, 3), g.whole(*at, limit=rows))
    g.case("one_hot", lambda i: F.one_hot(i, 4).double(), g.whole(*at, limit=4))
for shape, at in (((3, 4), (3, 6)), ((2, 5), (1, 2)), ((2, 3, 2), (2, 4, 1))):
    g.case("gather", lambda x, i: torch.gather(x, 1, i), g.reals(*shape), g.whole(*at, limit=shape[1]))
    g.case("scatter_add", lambda x, i, u: x.scatter_add(1, i, u), g.reals(*shape), g.whole(*at, limit=shape[1]), g.reals(*at))
    g.case("scatter/sums", lambda x, i, u: x.scatter_add(1, i, u), g.reals(*shape), g.whole(*at, limit=shape[1]), g.reals(*at))
    for name, how in (("mul", "prod"), ("max", "amax"), ("min", "amin")):
        g.case(f"scatter/{name}", lambda x, i, u: x.scatter_reduce(1, i, u, how), g.reals(*shape),
               g.whole(*at, limit=shape[1]), g.reals(*at))
for shape in ((4, 3), (5, 2), (3, 2, 2)):
    at = (6, *shape[1:])
    g.case("gather/first", lambda x, i: torch.gather(x, 0, i), g.reals(*shape), g.whole(*at, limit=shape[0]))
    g.case("index_add", lambda x, i, u: x.index_add(0, i, u), g.reals(*shape), g.whole(6, limit=shape[0]), g.reals(*at))
    g.case("index_add/inner", lambda x, i, u: x.index_add(1, i, u), g.reals(*shape), g.whole(6, limit=shape[1]),
           g.reals(shape[0], 6, *shape[2:]))

# PyTorch's scatter does not say which of equal indices wins, so these differ.
for rows, n, count in ((3, 4, 3), (2, 5, 5), (1, 3, 1)):
    g.case("scatter", lambda x, i, u: x.scatter(1, i, u), g.reals(rows, n), different(rows, count, limit=n), g.reals(rows, count))
    g.case("scatter/first", lambda x, i, u: x.scatter(0, i, u), g.reals(n, rows), different(rows, count, limit=n).T, g.reals(count, rows))

# Zeros, and equal extremes.
zeros = torch.tensor([[2.0, 0.0, 3.0], [0.0, 5.0, 1.0]], dtype=torch.float64)
for updates in ([[0.0, 4.0, 2.0], [3.0, 0.0, 0.0]], [[3.0, 3.0, 0.0], [5.0, 5.0, 2.0]]):
    u = torch.tensor(updates, dtype=torch.float64)
    for name, how in (("mul", "prod"), ("max", "amax"), ("min", "amin")):
        g.case(f"scatter/{name}", lambda x, i, u: x.scatter_reduce(1, i, u, how), zeros, torch.tensor([[0, 0, 2], [1, 1, 0]]), u)


def slices(x, i, batch=0):
    if batch:
        return torch.stack([slices(a, b, batch - 1) for a, b in zip(x, i)])
    return x[tuple(i.unbind(-1))]


def scatter_slices(how):
    def apply(x, i, u):
        k = i.shape[-1]
        flat = i[..., 0]
        for axis in range(1, k):
            flat = flat * x.shape[axis] + i[..., axis]
        rows = x.reshape(int(np.prod(x.shape[:k])), -1)
        u = u.reshape(flat.numel(), -1)
        flat = flat.reshape(-1, 1).expand(u.shape)
        made = rows.scatter(0, flat, u) if how == "none" else rows.scatter_reduce(0, flat, u, how)
        return made.reshape(x.shape)
    return apply


for x, at, k in (((3, 2, 2), (4,), 2), ((4, 2), (2, 3), 1), ((2, 3, 2), (), 3)):
    limit = min(x[:k])
    index = lambda: g.whole(*at, k, limit=limit)
    updates = lambda: g.reals(*at, *x[k:])
    g.case("gather_nd", slices, g.reals(*x), index())
    for name, how in (("add", "sum"), ("mul", "prod"), ("max", "amax"), ("min", "amin")):
        g.case(f"scatter_nd/{name}", scatter_slices(how), g.reals(*x), index(), updates())
for x, at in (((4, 2), [[3], [0]]), ((2, 3), [[0, 1], [1, 2], [0, 0]]), ((3,), [2])):
    at = torch.tensor(at)
    g.case("scatter_nd", scatter_slices("none"), g.reals(*x), at, g.reals(*at.shape[:-1], *x[at.shape[-1]:]))
for x, at, k in (((3, 2, 4), (3, 5), 1), ((2, 3, 2), (2,), 2), ((2, 4), (2, 2), 1)):
    limit = min(x[1:1 + k])
    index = g.whole(*at, k, limit=limit)
    g.case("gather_nd/batch", lambda a, i: slices(a, i, 1), g.reals(*x), index)
    g.case("scatter_nd/batch", lambda a, i, u: torch.stack([scatter_slices("sum")(*part) for part in zip(a, i, u)]),
           g.reals(*x), index, g.reals(*at, *x[1 + k:]))

g.write("ops/index.safetensors")

g = Goldens(1302)
for shape, mask in (((3, 4), (3, 4)), ((2, 3), (3,)), ((3, 1), (2, 1, 4)), ((), ())):
    g.case("masked_select", torch.masked_select, g.reals(*shape), g.truths(*mask))
for shape in ((3, 4), (2, 3, 2), (5,), (0, 3)):
    g.case("nonzero", lambda x: torch.nonzero(x).T, torch.where(g.truths(*shape), g.reals(*shape), 0))
g.case("nonzero", lambda x: torch.nonzero(x).T, torch.tensor([0.0, -0.0, np.nan, np.inf, 1e-320], dtype=torch.float64))
g.write("index.safetensors")
