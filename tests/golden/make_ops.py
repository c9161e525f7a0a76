#!/usr/bin/env python3
"""Golden values of the ops from PyTorch: tests/golden/ops/basic.safetensors, read by tests/ops/golden_test.cpp.

Needs numpy and torch. Rows are those of tests/ops/cases. Run it again only to add cases.
"""
import numpy as np
import torch
import torch.nn.functional as F

from goldens import Goldens

g = Goldens(20240)
case, reals, distinct, whole, truths = g.case, g.reals, g.distinct, g.whole, g.truths


def special():
    """Edges of IEEE arithmetic."""
    return torch.tensor([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-300, 1e300],
                        dtype=torch.float64)


def one(name, function, low=-2.0, high=2.0, edges=True):
    case(name, function, reals(3, 4, low=low, high=high))
    if edges:
        case(name, function, special(), gradient=False)


def two(name, function, low=-2.0, high=2.0, edges=True):
    case(name, function, reals(3, 4), reals(3, 4, low=low, high=high))
    case(name, function, reals(3, 1), reals(4, low=low, high=high))
    if edges:
        case(name, function, special().reshape(-1, 1), special(), gradient=False)


two("add", torch.add), two("sub", torch.sub), two("mul", torch.mul), two("div", torch.div)
two("mod", torch.fmod, 0.5, 2, False), two("mod/negative", torch.fmod, -2, -0.5, False)
two("remainder", torch.remainder, 0.5, 2, False), two("remainder/negative", torch.remainder, -2, -0.5, False)
two("floor_divide", lambda a, b: torch.floor(a / b), 0.5, 2, False)
two("minimum", torch.minimum), two("maximum", torch.maximum), two("atan2", torch.atan2)
two("pow", torch.pow)
two("equal", torch.eq), two("not_equal", torch.ne), two("less", torch.lt), two("less_equal", torch.le)
two("greater", torch.gt), two("greater_equal", torch.ge)

for name in ("neg abs square sqrt rsqrt reciprocal exp expm1 log log1p log2 floor ceil round trunc sin cos tan asin "
             "acos atan sinh cosh tanh asinh acosh atanh erf erfc sigmoid relu isnan isinf isfinite").split():
    one(name, getattr(torch, name))
one("sign", torch.sgn, edges=False)
one("acosh", torch.acosh, 1.2, 4)

one("clamp", lambda x: torch.clamp(x, -1, 0.5))
case("clamp/tensors", torch.clamp, reals(3, 5), reals(5, low=-1, high=0), reals(3, 1, low=0, high=1))
case("clamp_min", lambda x, low: torch.clamp(x, min=low), reals(3, 5), reals(5))
case("clamp_max", lambda x, high: torch.clamp(x, max=high), reals(3, 5), reals(5))
case("lerp", torch.lerp, reals(3, 5), reals(3, 5), reals(5, low=0, high=1))
case("where", torch.where, truths(3, 1), reals(5), reals(3, 5))
case("cast/f32 to i32", lambda x: x.float().int().long(), reals(3, 5, low=-9, high=9))
case("cast/to bool", lambda x: x.trunc().bool(), reals(3, 5))
case("logical_and", torch.logical_and, truths(3, 5), truths(5)), case("logical_or", torch.logical_or, truths(3, 5), truths(5))
case("logical_xor", torch.logical_xor, truths(3, 5), truths(5)), case("logical_not", torch.logical_not, truths(3, 5))


def every_axis(name, function, empty=True, make=reals):
    """`function(x, axes, keep)` as the rows over_axes in tests/ops/cases/reduce.cpp."""
    shapes = ((3, 5), (), (0, 3)) if empty else ((3, 5), ())
    for shape in shapes:
        case(name, lambda x: function(x, tuple(range(x.dim())), False), make(*shape))
    case(f"{name}/first", lambda x: function(x, (0,), False), make(2, 3, 4))
    case(f"{name}/last", lambda x: function(x, (-1,), False), make(2, 3, 4))
    case(f"{name}/two", lambda x: function(x, (0, x.dim() - 1), False), make(2, 3, 4))
    case(f"{name}/kept", lambda x: function(x, tuple(range(1, x.dim())), True), make(2, 3, 4))


def over(function):
    """For functions to which no axis means all."""
    return lambda x, axes, keep: function(x, dim=axes, keepdim=keep) if axes else x.clone()


def product(x, axes, keep):
    for axis in sorted((a % x.dim() for a in axes), reverse=True):
        x = torch.prod(x, dim=axis, keepdim=keep)
    return x


every_axis("sum", over(torch.sum)), every_axis("mean", over(torch.mean), False), every_axis("prod", product)
every_axis("max", over(torch.amax), False, distinct), every_axis("min", over(torch.amin), False, distinct)
every_axis("logsumexp", over(torch.logsumexp), False)
every_axis("count_nonzero", lambda x, axes, keep: (x != 0).sum(dim=axes, keepdim=keep) if axes else (x != 0).long())
case("logsumexp/last", lambda x: torch.logsumexp(x, -1),
     torch.tensor([[800.0, 801.0], [-np.inf, -np.inf], [np.inf, 0.0], [np.nan, 0.0], [-900.0, -901.0]], dtype=torch.float64),
     gradient=False)  # PyTorch's is NaN where all are -inf, Luge's is 0
case("max/last", lambda x: torch.amax(x, -1), torch.tensor([[1.0, np.nan], [-np.inf, 2.0]], dtype=torch.float64))
every_axis("var", lambda x, axes, keep: torch.var(x, dim=axes or None, keepdim=keep, correction=0), False)
every_axis("std", lambda x, axes, keep: torch.std(x, dim=axes or None, keepdim=keep, correction=0), False)
case("var/sample", lambda x: torch.var(x, dim=1), reals(3, 5)), case("std/sample", lambda x: torch.std(x, dim=1), reals(3, 5))
for label, p in (("0", 0), ("1", 1), ("2", 2), ("3.5", 3.5), ("infinity", float("inf"))):
    case(f"norm/{label}", lambda x, p=p: torch.linalg.vector_norm(x, p, dim=1), reals(3, 5))

case("argmax", torch.argmax, distinct(3, 5)), case("argmax/axis", lambda x: torch.argmax(x, 1), distinct(3, 5))
case("argmax/kept", lambda x: torch.argmax(x, -1, keepdim=True), distinct(3, 5))
case("argmin", torch.argmin, distinct(3, 5)), case("argmin/axis", lambda x: torch.argmin(x, 0), distinct(3, 5))
case("argmax/axis", lambda x: torch.argmax(x, 1), torch.tensor([[1.0, np.nan, 5.0]], dtype=torch.float64))
case("argsort", lambda x: torch.argsort(x, stable=True), distinct(3, 5))
case("argsort", lambda x: torch.argsort(x, stable=True), torch.tensor([[2.0, 1.0, 2.0, np.nan, 1.0]], dtype=torch.float64))
case("any", lambda x: torch.any(x, 1), truths(4, 2)), case("all", lambda x: torch.all(x, 1), truths(4, 2))
case("any", lambda x: torch.any(x, 1), truths(4, 0)), case("all", lambda x: torch.all(x, 1), truths(4, 0))


def shifted(function, axis, start):
    """The exclusive running function."""
    def run(x):
        y = function(x, axis)
        first = torch.full_like(y.narrow(axis, 0, 1), start)
        return torch.cat([first, y.narrow(axis, 0, y.shape[axis] - 1)], axis)
    return run


def backwards(function, axis):
    return lambda x: torch.flip(function(torch.flip(x, [axis])), [axis])


for name, function, start in (("cumsum", torch.cumsum, 0), ("cumprod", torch.cumprod, 1)):
    case(name, lambda x: function(x, 1), reals(3, 5)), case(f"{name}/first", lambda x: function(x, 0), reals(3, 5))
    case(f"{name}/exclusive", shifted(function, 1, start), reals(3, 5))
    case(f"{name}/reverse", backwards(lambda x: function(x, 1), 1), reals(3, 5))
case("prod/zeros", lambda x: torch.prod(x, 1), torch.tensor([[0.0, 2.0, 3.0], [0.0, 0.0, 4.0], [1.0, -2.0, 5.0]], dtype=torch.float64))
case("cumprod/zeros", lambda x: torch.cumprod(x, 1), torch.tensor([[1.0, 0.0, 3.0, 2.0], [0.0, 2.0, 0.0, 4.0]], dtype=torch.float64))
case("cumsum/both", backwards(shifted(torch.cumsum, 0, 0), 0), reals(3, 5))

case("sort", lambda x: torch.sort(x, stable=True), distinct(3, 5))
case("sort", lambda x: torch.sort(x, stable=True), torch.tensor([2.0, 1.0, np.nan, 2.0, -np.inf], dtype=torch.float64))
case("sort/first descending", lambda x: torch.sort(x, dim=0, descending=True, stable=True), distinct(3, 5))
case("topk", lambda x: torch.topk(x, 2), distinct(3, 5))
case("topk/smallest", lambda x: torch.topk(x, 3, 1, largest=False), distinct(3, 5))
case("median", torch.median, distinct(3, 5)), case("median", torch.median, distinct(4))
case("median/axis", lambda x: torch.median(x, 1).values, distinct(3, 4))
case("median/axis", lambda x: torch.median(x, 1).values, torch.tensor([[1.0, np.nan, 0.0]], dtype=torch.float64))

case("reshape", lambda x: x.reshape(-1, 6), reals(2, 3, 2)), case("reshape/flat", lambda x: x.reshape(-1), reals(2, 3))
case("flatten", lambda x: torch.flatten(x, 1), reals(2, 3, 2)), case("flatten/all", torch.flatten, reals(2, 3))
case("unflatten", lambda x: x.unflatten(1, (2, -1)), reals(2, 6, 2)), case("squeeze", lambda x: x.squeeze(1), reals(2, 1, 2))
case("unsqueeze", lambda x: x[None, ..., None], reals(3, 4)), case("transpose", lambda x: x.transpose(-1, -2), reals(2, 3, 5))
case("permute", lambda x: x.permute(2, 0, 1), reals(2, 3, 5)), case("broadcast_to", lambda x: x.expand(2, 3, 4), reals(3, 1))
case("expand", lambda x: x.expand(2, 3, 4), reals(3, 1)), case("flip", lambda x: x.flip(0, -1), reals(2, 3, 5))
case("roll", lambda x: x.roll(2, 0), reals(3, 4)), case("roll/back", lambda x: x.roll(-7, -1), reals(3, 4))
case("tile", lambda x: x.tile(2, 1, 3), reals(3, 2)), case("repeat", lambda x: x.repeat_interleave(3, 1), reals(2, 3, 2))
case("triu", torch.triu, reals(2, 3, 4)), case("triu/above", lambda x: torch.triu(x, 1), reals(3, 4))
case("tril", lambda x: torch.tril(x, -1), reals(4, 3))
for label, offset in (("", 0), (" above", 2), (" below", -1)):
    case(f"diag/of vector{label}", lambda x, k=offset: torch.diag(x, k), reals(4))
for label, offset in (("", 0), (" above", 1), (" below", -2)):
    for shape in ((3, 5), (5, 3)):
        case(f"diag/of matrix{label}", lambda x, k=offset: torch.diag(x, k), reals(*shape))
case("depth_to_space/crd", lambda x: F.pixel_shuffle(x, 2), reals(2, 8, 2, 3))
case("space_to_depth/crd", lambda x: F.pixel_unshuffle(x, 2), reals(2, 2, 4, 6))


def depth_to_space(x):  # as ONNX writes mode DCR
    n, c, h, w = x.shape
    return x.reshape(n, 2, 2, c // 4, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, c // 4, h * 2, w * 2)


def space_to_depth(x):  # as ONNX writes it
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 3, 5, 1, 2, 4).reshape(n, c * 4, h // 2, w // 2)


case("depth_to_space", depth_to_space, reals(2, 8, 2, 3)), case("space_to_depth", space_to_depth, reals(2, 2, 4, 6))
case("slice", lambda x: x[:, 1:-1], reals(3, 4)), case("slice/steps", lambda x: x[1::2], reals(5, 2))
case("slice/backwards", lambda x: x.flip(0)[1::2], reals(5, 2))
case("slice/outside", lambda x: x[:, -99:99], reals(3, 4)), case("slice/nothing", lambda x: x[:, 3:1], reals(3, 4))
case("select", lambda x: x.select(1, -2), reals(3, 4))
case("concat", lambda *x: torch.cat(x, 0), reals(2, 3), reals(1, 3), reals(0, 3))
case("concat/last", lambda *x: torch.cat(x, -1), reals(3, 2), reals(3, 4))
case("concat/many", lambda x: torch.cat([x] * 20, 0), reals(1, 3))
case("stack", lambda *x: torch.stack(x, 1), reals(3, 2), reals(3, 2))
case("split", lambda x: torch.split(x, [1, 3], 1), reals(3, 4)), case("chunk", lambda x: torch.chunk(x, 3, 1), reals(3, 5))
for mode in ("constant", "reflect", "replicate", "circular"):
    def padded(x, m={"replicate": "edge", "circular": "wrap"}.get(mode, mode)):
        if m == "constant":
            return F.pad(x, (2, 0, 1, 2))
        rows, columns = np.pad(np.arange(x.shape[0]), (1, 2), mode=m), np.pad(np.arange(x.shape[1]), (2, 0), mode=m)
        return x[rows][:, columns]

    case(f"pad/{mode}", padded, reals(3, 4))
case("pad/value", lambda x: F.pad(x, (1, 1), value=3.0), reals(3, 4))

case("stack/of numbers", lambda *x: torch.stack(x), reals(), reals()), case("expand/nothing", lambda x: x.expand(2, 0, 4), reals(2, 0, 1))


def recurrence(a, b):
    y = [b[:, 0]]
    for k in range(1, b.shape[1]):
        y.append(a[:, k] * y[-1] + b[:, k])
    return torch.stack(y, 1)


case("linear_recurrence", recurrence, reals(3, 5), reals(3, 5))
case("take", lambda x, at: x[at], reals(4, 3), whole(2, 3, limit=4))
case("take/inner", lambda x, at: x[:, at], reals(2, 4, 3), whole(5, limit=4))
case("index_select", lambda x, at: torch.index_select(x, 1, at), reals(3, 4), whole(6, limit=4))
case("embedding", lambda x, at: F.embedding(at, x), reals(5, 3), whole(2, 4, limit=5))
case("gather", lambda x, at: torch.gather(x, 1, at), reals(3, 4), whole(3, 6, limit=4))
case("gather/first", lambda x, at: torch.gather(x, 0, at), reals(4, 3), whole(5, 2, limit=4))
case("one_hot", lambda at: F.one_hot(at, 4).double(), whole(3, 2, limit=4))
case("index_add", lambda x, at, u: x.index_add(0, at, u), reals(4, 3), whole(6, limit=4), reals(6, 3))
case("index_add/inner", lambda x, at, u: x.index_add(1, at, u), reals(2, 4, 3), whole(6, limit=4), reals(2, 6, 3))
case("scatter_add", lambda x, at, u: x.scatter_add(1, at, u), reals(3, 4), whole(3, 6, limit=4), reals(3, 6))


case("matmul", torch.matmul, reals(3, 4), reals(4, 5)), case("matmul", torch.matmul, reals(2, 1, 3, 4), reals(5, 4, 2))
case("matmul", torch.matmul, reals(3, 4), reals(4)), case("matmul/vector by matrix", lambda a, b: b @ a, reals(4, 5), reals(4))
case("matmul/transposed", lambda a, b: a.T @ b.T, reals(4, 3), reals(5, 4))
case("matmul/bias", lambda a, b, c: a @ b + c, reals(3, 4), reals(4, 5), reals(5))
case("linear", F.linear, reals(3, 4), reals(5, 4), reals(5))
case("dot", torch.dot, reals(5), reals(5)), case("outer", torch.outer, reals(3), reals(4))

case("conv2d", F.conv2d, reals(2, 3, 5, 6), reals(4, 3, 3, 3), reals(4))
case("conv2d/same", lambda x, w, b: F.conv2d(F.pad(x, (0, 1, 1, 1)), w, b), reals(2, 2, 5, 4), reals(3, 2, 3, 2), reals(3))
case("conv2d/full", lambda x, w, b: F.conv2d(x, w, b, padding=(1, 2)), reals(1, 2, 3, 4), reals(2, 2, 2, 3), reals(2))
case("conv2d/strided", lambda x, w, b: F.conv2d(F.pad(x, (0, 2, 1, 0)), w, b, stride=(2, 1)),
     reals(2, 2, 6, 5), reals(3, 2, 3, 2), reals(3))
case("conv2d/dilated", lambda x, w, b: F.conv2d(x, w, b, dilation=2), reals(1, 2, 6, 7), reals(2, 2, 2, 3), reals(2))
case("conv2d/groups", lambda x, w, b: F.conv2d(x, w, b, groups=2), reals(2, 4, 4, 4), reals(6, 2, 3, 3), reals(6))
case("conv1d", lambda x, w, b: F.conv1d(x, w, b, stride=2), reals(2, 3, 7), reals(4, 3, 3), reals(4))
case("conv3d", F.conv3d, reals(1, 2, 3, 4, 3), reals(2, 2, 2, 2, 2), reals(2))
case("max_pool2d", lambda x: F.max_pool2d(x, 2), reals(2, 3, 4, 6)), case("max_pool2d", lambda x: F.max_pool2d(x, 2), reals(1, 1, 5, 5))
case("max_pool2d/overlapping", lambda x: F.max_pool2d(x, 3, 2, 1), reals(2, 2, 6, 5))
case("max_pool2d/ceil", lambda x: F.max_pool2d(x, 2, ceil_mode=True), reals(1, 2, 5, 5))
case("max_pool1d", lambda x: F.max_pool1d(x, 3), reals(2, 2, 7)), case("max_pool3d", lambda x: F.max_pool3d(x, 2), reals(1, 2, 4, 2, 4))
case("avg_pool2d", lambda x: F.avg_pool2d(x, 2), reals(2, 3, 4, 6))
case("avg_pool2d/border", lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), reals(2, 2, 6, 5))
case("avg_pool2d/padding counts", lambda x: F.avg_pool2d(x, 3, 2, 1), reals(2, 2, 6, 5))
case("avg_pool1d", lambda x: F.avg_pool1d(x, 3), reals(2, 2, 7)), case("avg_pool3d", lambda x: F.avg_pool3d(x, 2), reals(1, 2, 4, 2, 4))
case("softmax", lambda x: torch.softmax(x, -1), reals(3, 5)), case("softmax/first", lambda x: torch.softmax(x, 0), reals(3, 5))
case("log_softmax", lambda x: torch.log_softmax(x, -1), reals(3, 5, low=-800, high=800))
case("log_softmax/middle", lambda x: torch.log_softmax(x, 1), reals(2, 3, 4))
case("softplus", lambda x: F.softplus(x, threshold=1e9), reals(3, 5, low=-40, high=40))
case("softmax_cross_entropy", lambda x, t: F.cross_entropy(x, t, reduction="none"), reals(4, 5), whole(4, limit=5))
case("softmax_cross_entropy", lambda x, t: F.cross_entropy(x, t, reduction="none"), reals(4, 5), reals(4, 5, low=0, high=1))
case("softmax_cross_entropy/smoothed",
     lambda x, t: F.cross_entropy(x, t, reduction="none", label_smoothing=0.1, ignore_index=2), reals(3, 4, 2), whole(3, 2, limit=4))
case("binary_cross_entropy_with_logits", lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"),
     reals(4, 3, low=-30, high=30), reals(4, 3, low=0, high=1))
case("binary_cross_entropy", lambda p, t: F.binary_cross_entropy(p, t, reduction="none"),
     reals(4, 3, low=0.01, high=0.99), reals(4, 3, low=0, high=1))

g.random = np.random.default_rng(4711)  # rows above and below keep their numbers when either side grows
case("leaky_relu", lambda x: F.leaky_relu(x, 0.1), reals(3, 5)), case("leaky_relu/falling", lambda x: F.leaky_relu(x, -0.5), reals(3, 5))
case("relu6", F.relu6, reals(3, 5, low=-4, high=10)), case("relu6", F.relu6, special()[:6])
case("gelu", F.gelu, reals(3, 5, low=-6, high=6)), case("gelu/tanh", lambda x: F.gelu(x, approximate="tanh"), reals(3, 5, low=-6, high=6))
case("global_avg_pool", lambda x: F.adaptive_avg_pool2d(x, 1), reals(2, 3, 4, 5))
for shape in ((4, 3), (4, 3, 5), (2, 3, 4, 5), (2, 3, 2, 3, 2)):
    case("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), reals(*shape), reals(3), reals(3))
case("batch_norm/statistics",
     lambda x, w, b: (F.batch_norm(x, None, None, w, b, True, eps=1e-3), x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)),
     reals(2, 3, 4, 5), reals(3), reals(3))


def c(each):
    """[C] as [C,1,1]."""
    return each[:, None, None]


case("batch_norm_inference", lambda x, w, b, m, v: ((x - c(m)) / (c(v) + 1e-5).sqrt()) * c(w) + c(b),
     reals(2, 3, 4, 5), reals(3), reals(3), reals(3), reals(3, low=0.5, high=2))
case("layer_norm", lambda x, w, b: F.layer_norm(x, (5,), w, b), reals(2, 3, 5), reals(5), reals(5))
case("layer_norm/two axes", lambda x, w: F.layer_norm(x, (3, 5), w, None, 1e-3), reals(2, 3, 5), reals(3, 5))
case("layer_norm/whole", lambda x, w, b: F.layer_norm(x, (3, 4), w, b), reals(3, 4), reals(3, 4), reals(3, 4))

case("is_label", lambda at: at == 2, whole(3, 5, limit=4)), case("is_label", lambda at: at == 2, whole(limit=3))
case("squeeze_labels", lambda target, scores: target.squeeze(1), reals(3, 1, 2), reals(3, 4, 2))

g.repeat_until(3)
g.write("ops/basic.safetensors")
