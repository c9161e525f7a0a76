"""The fuzzer's ops in PyTorch, by the names of its table. Every function takes tensors and attributes as lists of numbers."""
import math

import torch
import torch.nn.functional as F

from oracle_noise import Inner

OPS = {}


def op(function):
    OPS[function.__name__.strip("_")] = function
    return function


def ints(values):
    return [int(v) for v in values]


def one(values, fallback=0):
    return values[0] if values else fallback


def whole(values, fallback=0):
    return int(one(values, fallback))


# Element by element.

def unary(name, function):
    OPS[name] = lambda x, **_: function(x)


for name in ("neg abs square exp expm1 sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh erf erfc relu sigmoid "
             "floor ceil round trunc sqrt rsqrt log log1p log2 reciprocal isnan isinf isfinite logical_not").split():
    unary(name, getattr(torch, name))
unary("sign", lambda x: torch.where(x.isnan(), x, torch.sign(x)) if x.is_floating_point() else torch.sign(x))
unary("softplus", lambda x: torch.logaddexp(x, torch.zeros_like(x)))
unary("relu6", F.relu6)
unary("identity", lambda x: x * 1 if x.is_floating_point() else x)
unary("check_finite", lambda x: x)
unary("stop_gradient", lambda x: x.detach())
unary("dropout_off", lambda x: x)
OPS["leaky_relu"] = lambda x, slope: F.leaky_relu(x, slope[0])
OPS["gelu"] = lambda x, form=None: F.gelu(x, approximate="tanh" if one(form) else "none")


def operands(x, number, front):
    """(x, number) or (number, x): what a C++ number beside a tensor means."""
    value = torch.tensor(number[0] if x.is_floating_point() else int(number[0]), dtype=x.dtype)
    return (value.expand_as(x), x) if one(front) else (x, value.expand_as(x))


def binary(name, function):
    def apply(x, y=None, number=None, front=None, **_):
        a, b = (x, y) if y is not None else operands(x, number, front)
        return function(a, b)
    OPS[name] = apply


def divide(function):
    """Whole numbers give 0 where the divisor is 0."""
    def apply(a, b):
        if a.is_floating_point():
            return function(a, b)
        return torch.where(b == 0, torch.zeros_like(a), function(a, torch.where(b == 0, torch.ones_like(b), b)))
    return apply


def div(a, b):
    return a / b if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc")


for name, function in (("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", divide(div)),
                       ("mod", divide(torch.fmod)), ("remainder", divide(torch.remainder)),
                       ("floor_divide", divide(lambda a, b: torch.div(a, b, rounding_mode="floor"))),
                       ("minimum", torch.minimum), ("maximum", torch.maximum), ("pow", torch.pow), ("atan2", torch.atan2),
                       ("less", torch.lt), ("less_equal", torch.le),
                       ("greater", torch.gt), ("greater_equal", torch.ge), ("logical_and", torch.logical_and),
                       ("logical_or", torch.logical_or), ("logical_xor", torch.logical_xor)):
    binary(name, function)


def equal(a, b):
    """Under noise, two numbers that rounding may make equal are equal."""
    if not a.is_floating_point() or not Inner.amount or not a.numel() or not b.numel():
        return torch.eq(a, b)
    return (a == b) | ((a - b).abs() <= 4 * Inner.amount * a.detach().abs().max())


binary("equal", equal)
binary("not_equal", lambda a, b: ~equal(a, b))


@op
def clamp(x, a=None, b=None, low=None, high=None):
    if a is not None:
        return torch.clamp(x, a, b)
    return torch.clamp(x, one(low) if low else None, one(high) if high else None)


@op
def lerp(a, b, w=None, number=None):
    return a + (w if w is not None else number[0]) * (b - a)


@op
def where(condition, a, b=None, number=None):
    return torch.where(condition, a, b if b is not None else torch.tensor(number[0], dtype=a.dtype))


@op
def cast(x, dtype):
    whole_types = {"i8": torch.int8, "u8": torch.uint8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64}
    if dtype == "bool":
        return x != 0
    return x.to(whole_types[dtype]) if dtype in whole_types else x.to(torch.float64)


# Reductions.

def axes_of(x, axes):
    return tuple(int(a) % max(x.dim(), 1) for a in axes) if axes is not None else tuple(range(x.dim()))


def reduction(name, function):
    def apply(x, axes=None, keep=None, **attributes):
        result = function(x, axes_of(x, axes), bool(one(keep)), **attributes)
        return result.to(x.dtype) if name in ("sum", "prod") and not x.is_floating_point() else result
    OPS[name] = apply


def prod(x, axes, keep):
    for axis in sorted(axes, reverse=True):
        x = torch.prod(x, axis, keepdim=keep)
    return x


def over(function):
    """torch takes an empty tuple for all axes; here it comes from rank 0 alone."""
    return lambda x, axes, keep, **attributes: function(x, axes, keep, **attributes) if axes else function(
        x.reshape(1), (0,), keep, **attributes).reshape(())


reduction("sum", over(lambda x, axes, keep: torch.sum(x, axes, keepdim=keep)))
reduction("mean", over(lambda x, axes, keep: torch.mean(x, axes, keepdim=keep)))
reduction("prod", over(prod))
reduction("max", over(lambda x, axes, keep: torch.amax(x, axes, keepdim=keep)))
reduction("min", over(lambda x, axes, keep: torch.amin(x, axes, keepdim=keep)))
reduction("logsumexp", over(lambda x, axes, keep: torch.logsumexp(x, axes, keepdim=keep)))
reduction("norm", over(lambda x, axes, keep, p: torch.linalg.vector_norm(x, p[0], axes, keepdim=keep)))
reduction("var", over(lambda x, axes, keep, correction: torch.var(x, axes, correction=correction[0], keepdim=keep)))
reduction("std", over(lambda x, axes, keep, correction: torch.std(x, axes, correction=correction[0], keepdim=keep)))
reduction("any", over(lambda x, axes, keep: (x.to(torch.int64).sum(axes, keepdim=keep) > 0)))
reduction("all", over(lambda x, axes, keep: ((~x).to(torch.int64).sum(axes, keepdim=keep) == 0)))
reduction("count_nonzero", over(lambda x, axes, keep: (x != 0).to(torch.int64).sum(axes, keepdim=keep)))


@op
def count(x, axes=None):
    return torch.tensor(math.prod(x.shape[a] for a in axes_of(x, axes)))


def at_axis(name, function):
    def apply(x, axis=None, keep=None):
        if axis is None:
            return function(x.reshape(-1), 0, False)
        return function(x, int(axis[0]), bool(one(keep)))
    OPS[name] = apply


at_axis("argmax", lambda x, axis, keep: torch.argmax(x, axis, keepdim=keep))
at_axis("argmin", lambda x, axis, keep: torch.argmin(x, axis, keepdim=keep))
at_axis("median", lambda x, axis, keep: torch.median(x, axis, keepdim=keep)[0])


def cumulative(name, function, neutral):
    def apply(x, axis, exclusive=None, reverse=None):
        axis = int(axis[0])
        y = x.flip(axis) if one(reverse) else x
        y = function(y, axis).to(x.dtype)
        if one(exclusive):
            first = torch.full_like(y.narrow(axis, 0, 1), neutral)
            y = torch.cat([first, y.narrow(axis, 0, y.shape[axis] - 1)], axis)
        return y.flip(axis) if one(reverse) else y
    OPS[name] = apply


cumulative("cumsum", torch.cumsum, 0)
cumulative("cumprod", torch.cumprod, 1)


@op
def linear_recurrence(a, b, axis):
    axis, y, parts = int(axis[0]), 0, []
    for k in range(a.shape[axis]):
        y = a.select(axis, k) * y + b.select(axis, k)
        parts.append(y)
    return torch.stack(parts, axis)


@op
def sort(x, axis, descending=None, out=None):
    return torch.sort(x, dim=int(axis[0]), descending=bool(one(descending)), stable=True)[whole(out)]


@op
def argsort(x, axis, descending=None):
    return torch.argsort(x, dim=int(axis[0]), descending=bool(one(descending)), stable=True)


@op
def topk(x, k, axis, largest=None, out=None):
    return torch.topk(x, int(k[0]), dim=int(axis[0]), largest=bool(one(largest, 1)), sorted=True)[whole(out)]


# Shapes.

OPS["reshape"] = lambda x, shape=(): x.reshape(ints(shape))
OPS["flatten"] = lambda x, first, last: torch.flatten(x, int(first[0]), int(last[0]))
OPS["unflatten"] = lambda x, axis, shape: torch.unflatten(x, int(axis[0]), ints(shape))
OPS["transpose"] = lambda x, axes: x.transpose(*ints(axes))
OPS["permute"] = lambda x, order=(): x.permute(ints(order))
OPS["broadcast_to"] = lambda x, shape: torch.broadcast_to(x, ints(shape))
OPS["expand"] = lambda x, shape: torch.broadcast_to(x, torch.broadcast_shapes(x.shape, ints(shape)))
OPS["concat"] = lambda *parts, axis: torch.cat(parts, int(axis[0]))
OPS["stack"] = lambda *parts, axis: torch.stack(parts, int(axis[0]))
OPS["split"] = lambda x, extents, axis, out: torch.split(x, ints(extents), int(axis[0]))[int(out[0])]
OPS["chunk"] = lambda x, count, axis, out: torch.split(x, -(-x.shape[int(axis[0])] // int(count[0])), int(axis[0]))[int(out[0])]
OPS["select"] = lambda x, axis, index: x.select(int(axis[0]), int(index[0]))
OPS["tile"] = lambda x, repeats: torch.tile(x, ints(repeats))
OPS["repeat"] = lambda x, times, axis: torch.repeat_interleave(x, int(times[0]), int(axis[0]))
OPS["roll"] = lambda x, shift, axis: torch.roll(x, int(shift[0]), int(axis[0]))
OPS["flip"] = lambda x, axes=None: torch.flip(x, axes_of(x, axes))
OPS["triu"] = lambda x, offset: torch.triu(x, int(offset[0]))
OPS["tril"] = lambda x, offset: torch.tril(x, int(offset[0]))
OPS["diag"] = lambda x, offset: torch.diag(x, int(offset[0]))
OPS["reshape_like"] = lambda x, like: x.reshape(like.shape)
OPS["broadcast_like"] = lambda x, like: torch.broadcast_to(x, like.shape)
OPS["sum_like"] = lambda x, like: x.sum_to_size(like.shape)
OPS["zeros_like"] = lambda like: torch.zeros_like(like)
OPS["ones_like"] = lambda like: torch.ones_like(like)
OPS["full_like"] = lambda like, number: torch.full_like(like, number[0])


@op
def squeeze(x, axes=None):
    return x.squeeze() if axes is None else x.squeeze(tuple(ints(axes)))


@op
def unsqueeze(x, axes):
    rank = x.dim() + len(axes)
    for axis in sorted(int(a) % rank for a in axes):
        x = x.unsqueeze(axis)
    return x


@op
def slice(x, axis, start=None, stop=None, step=None):
    axis, step = int(axis[0]), whole(step, 1)
    index = range(x.shape[axis])[whole(start) if start else None:whole(stop) if stop else None:step]
    return x.index_select(axis, torch.tensor(list(index), dtype=torch.int64))


@op
def pad(x, axes, before, after, mode=None, number=None):
    for axis, front, back in zip(ints(axes), ints(before), ints(after)):
        n = x.shape[axis]
        place = torch.arange(-front, n + back)
        if one(mode) == 0:
            inside = (place >= 0) & (place < n)
            shape = [1] * x.dim()
            shape[axis] = -1
            value = torch.tensor(one(number), dtype=x.dtype)
            x = torch.where(inside.view(shape), x.index_select(axis, place.clamp(0, max(n - 1, 0))), value) if n else torch.full(
                [*x.shape[:axis], front + back, *x.shape[axis + 1:]], one(number), dtype=x.dtype)
            continue
        if mode[0] == 1:
            period = max(2 * (n - 1), 1)
            place = place % period
            place = torch.minimum(place, period - place) if n > 1 else place * 0
        elif mode[0] == 2:
            place = place.clamp(0, n - 1)
        else:
            place = place % n
        x = x.index_select(axis, place)
    return x


@op
def iota_like(like, axis):
    axis = int(axis[0]) % like.dim()
    shape = [1] * like.dim()
    shape[axis] = -1
    return torch.arange(like.shape[axis]).view(shape).expand(like.shape)


@op
def depth_to_space(x, block, order):
    n, c, h, w = x.shape
    b = int(block[0])
    if order[0]:
        return F.pixel_shuffle(x, b)
    return x.reshape(n, b, b, c // b**2, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // b**2, h * b, w * b)


@op
def space_to_depth(x, block, order):
    n, c, h, w = x.shape
    b = int(block[0])
    if order[0]:
        return F.pixel_unshuffle(x, b)
    return x.reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h // b, w // b)


# Indices.

@op
def take(x, index, axis):
    axis = int(axis[0]) % x.dim()
    flat = x.index_select(axis, index.reshape(-1).long())
    return flat.reshape(*x.shape[:axis], *index.shape, *x.shape[axis + 1:])


OPS["index_select"] = lambda x, index, axis: x.index_select(int(axis[0]), index.long())
OPS["embedding"] = lambda table, ids, padding=None: F.embedding(ids.long(), table, whole(padding) if padding else None)
OPS["gather"] = lambda x, index, axis: torch.gather(x, int(axis[0]), index.long())
OPS["index_add"] = lambda x, index, updates, axis: torch.index_add(x, int(axis[0]), index.long(), updates)
OPS["scatter_add"] = lambda x, index, updates, axis: torch.scatter_add(x, int(axis[0]), index.long(), updates)
OPS["one_hot"] = lambda index, depth: F.one_hot(index.long(), int(depth[0])).to(torch.float64)
REDUCTIONS = ["none", "sum", "prod", "amax", "amin"]
OPS["scatter"] = lambda x, index, updates, axis, reduction: x.scatter_reduce(
    int(axis[0]), index.long(), updates, REDUCTIONS[int(reduction[0])])


@op
def gather_nd(x, index, batch):
    if batch[0]:
        return torch.stack([gather_nd(a, i, [0]) for a, i in zip(x, index)])
    return x[index[..., 0].long()]


@op
def scatter_nd(x, index, updates, batch, reduction):
    if batch[0]:
        return torch.stack([scatter_nd(*part, [0], reduction) for part in zip(x, index, updates)])
    at = index[..., 0].long().reshape(-1, *[1] * (x.dim() - 1)).expand(updates.shape)
    return x.scatter_reduce(0, at, updates, REDUCTIONS[int(reduction[0])])


# Products.

@op
def matmul(a, b, bias=None, transpose_a=None, transpose_b=None):
    a = a.transpose(-1, -2) if one(transpose_a) else a
    b = b.transpose(-1, -2) if one(transpose_b) else b
    y = torch.matmul(a, b)
    return y if bias is None else y + bias


OPS["linear"] = lambda x, w, b=None: F.linear(x, w, b)
OPS["einsum"] = lambda *x, subscripts: torch.einsum("".join(chr(int(c)) for c in subscripts), *x)
OPS["tensordot"] = lambda a, b, axes=None, axes_a=None, axes_b=None: torch.tensordot(
    a, b, int(axes[0]) if axes else (ints(axes_a), ints(axes_b)))
OPS["cholesky"] = torch.linalg.cholesky


@op
def solve(a, b):
    if b.dim() == 1:
        return torch.linalg.solve(a, b.unsqueeze(-1)).squeeze(-1)
    # PyTorch would take b [m,n] for m vectors where a is [m,n,n].
    return torch.linalg.solve(a, b.expand(*torch.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:]))


OPS["inverse"] = torch.linalg.inv
OPS["det"] = torch.linalg.det
OPS["slogdet"] = lambda x: torch.linalg.slogdet(x)[1]
OPS["svd"] = torch.linalg.svdvals


@op
def triangular_solve(a, b, upper=None, transpose=None, unit=None):
    vector = b.dim() == 1
    b = b.unsqueeze(-1) if vector else b
    batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = a.expand(*batch, *a.shape[-2:]), b.expand(*batch, *b.shape[-2:])
    above = bool(one(upper)) != bool(one(transpose))
    y = torch.linalg.solve_triangular(a.mT if one(transpose) else a, b, upper=above, unitriangular=bool(one(unit)))
    return y.squeeze(-1) if vector else y


@op
def addmm(c, a, b, alpha=None, beta=None, transpose_a=None, transpose_b=None):
    a = a.mT if one(transpose_a) else a
    b = b.mT if one(transpose_b) else b
    return torch.addmm(c, a, b, alpha=one(alpha, 1), beta=one(beta, 1))


OPS["dot"] = lambda a, b: torch.dot(a, b)
OPS["outer"] = lambda a, b: torch.outer(a, b)
