#!/usr/bin/env python3
"""Values and slopes where functions end, from PyTorch: tests/golden/edges.safetensors, read by tests/ops/edge_test.cpp.

Rows whose name ends in @f32 or @f64 were computed in that dtype, at its own largest and least numbers, and hold for it alone.
Each entry `name.in0 … name.out, name.grad0 …` holds the inputs of one row, its result and the gradients of the sum of its
elements, in float64; the versions that made them stand in the metadata. Needs numpy and torch.
"""
import json
import pathlib
import struct

import numpy as np
import torch
import torch.nn.functional as F

INF, NAN = float("inf"), float("nan")
tensors = {}


def row(name, function, *inputs, shape=None, dtype=torch.float64):
    leaves = [torch.tensor(values, dtype=dtype) for values in inputs]
    if shape:
        leaves = [leaf.reshape(shape) for leaf in leaves]
    for leaf in leaves:
        leaf.requires_grad_(True)
    result = function(*leaves)
    gradients = torch.autograd.grad(result, leaves, torch.ones_like(result), allow_unused=True)
    for k, leaf in enumerate(leaves):
        tensors[f"{name}.in{k}"] = leaf.detach().double().numpy()
        tensors[f"{name}.grad{k}"] = (torch.zeros_like(leaf) if gradients[k] is None else gradients[k]).double().numpy()
    tensors[f"{name}.out"] = result.detach().double().numpy()


ends = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 1e-300, -1e-300, 1e300, -1e300, 50.0, -50.0, 800.0, -800.0]
positive = [0.0, 1.0, INF, 1e-300, 1e300, 2.5]

for name, function in {
    "abs": torch.abs, "square": torch.square, "exp": torch.exp, "expm1": torch.expm1, "sigmoid": torch.sigmoid,
    "tanh": torch.tanh, "relu": torch.relu, "softplus": lambda x: F.softplus(x, threshold=40), "atan": torch.atan,
    "erf": torch.erf, "erfc": torch.erfc, "sign": torch.sign, "floor": torch.floor, "round": torch.round,
    "clamp": lambda x: x.clamp(-1, 1), "leaky_relu": lambda x: F.leaky_relu(x, 0.1),
}.items():
    row(name, function, [value for value in ends if not (np.isnan(value) and name in ("relu", "leaky_relu", "clamp", "sign", "abs"))])
for name, function in {
    "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "log": torch.log, "log1p": torch.log1p, "log2": torch.log2,
    "reciprocal": torch.reciprocal,
}.items():
    row(name, function, positive)
for name, function in {"asin": torch.asin, "acos": torch.acos, "atanh": torch.atanh}.items():
    row(name, function, [0.0, 1.0, -1.0, 0.5])
row("acosh", torch.acosh, [1.0, 2.0, INF])
row("pow/0", lambda x: x**0.0, [0.0, 1.0, INF, -2.0])
row("pow/1", lambda x: x**1.0, [0.0, 1.0, -2.0])
row("pow/half", lambda x: x**0.5, positive)
row("pow/2", lambda x: x**2.0, [0.0, -3.0, 1e200])
row("pow/3", lambda x: x**3.0, [0.0, -3.0, 1e-200])
row("pow/both", torch.pow, [0.0, 0.0, 1.0, 2.0, INF], [0.0, 2.0, INF, -INF, 0.0])
row("atan2", torch.atan2, [0.0, 1.0, 0.0, -1.0, 1e-30, 1e30], [0.0, 0.0, -1.0, 0.0, 1e-30, 1e30])
row("div", torch.div, [1.0, 0.0, INF, 1.0], [0.0, 1.0, 2.0, INF])
row("binary_cross_entropy", lambda p, t: F.binary_cross_entropy(p, t, reduction="none"),
    [1.0, 0.0, 1.0, 0.0, 0.5, 1e-300], [1.0, 0.0, 0.0, 1.0, 0.5, 0.0])
row("binary_cross_entropy_with_logits", lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"),
    [0.0, 800.0, -800.0, 800.0, -800.0, 1e300], [1.0, 1.0, 0.0, 0.0, 1.0, 0.0])
row("sigmoid, binary_cross_entropy", lambda x, t: F.binary_cross_entropy(torch.sigmoid(x), t, reduction="none"),
    [800.0, -800.0, 50.0, -50.0, 3.0], [1.0, 0.0, 0.0, 1.0, 1.0])
for name, values in {"ordinary": [1.0, 2.0, 3.0], "masked": [1.0, -INF, 3.0], "one": [5.0], "equal": [2.0, 2.0],
                     "large": [800.0, -800.0, 799.0]}.items():
    row(f"softmax/{name}", lambda x: torch.softmax(x, 0) * torch.arange(1, x.numel() + 1), values)
    row(f"log_softmax/{name}", lambda x: torch.log_softmax(x, 0)[:1], values)
    row(f"logsumexp/{name}", lambda x: torch.logsumexp(x, 0), values)
    if name != "masked":
        row(f"std/{name}", lambda x: torch.std(x, correction=0), values)
        row(f"norm/{name}", lambda x: torch.linalg.vector_norm(x), values)
row("norm/zero", torch.linalg.vector_norm, [0.0, 0.0])
row("norm/infinite order", lambda x: torch.linalg.vector_norm(x, INF), [1.0, -3.0, 2.0])
row("norm/order 1", lambda x: torch.linalg.vector_norm(x, 1), [0.0, -3.0, 2.0])
row("norm/order 3", lambda x: torch.linalg.vector_norm(x, 3), [0.0, -3.0, 2.0])
row("std/of one", torch.std, [3.0])
row("var/of one", torch.var, [3.0])
row("var/equal", torch.var, [3.0, 3.0])
row("maximum", torch.maximum, [1.0, INF, -INF, 2.0], [1.0, 1.0, 1.0, 3.0])
row("minimum", torch.minimum, [1.0, INF, -INF, 2.0], [1.0, 1.0, 1.0, 3.0])
row("max/equal", torch.amax, [1.0, 3.0, 3.0])
row("prod/zero", torch.prod, [0.0, 2.0, 3.0])
row("prod/zeros", torch.prod, [0.0, 0.0, 3.0])
row("prod/infinite", torch.prod, [INF, 2.0])
row("cumprod/zero", lambda x: torch.cumprod(x, 0), [2.0, 0.0, 3.0])
row("gelu", F.gelu, [0.0, 40.0, -40.0, 1e100, -1e100])
row("gelu/tanh", lambda x: F.gelu(x, approximate="tanh"), [0.0, 40.0, -40.0, 1e5, -1e5])
labels = torch.tensor([0, 1])
row("softmax_cross_entropy", lambda x: F.cross_entropy(x, labels, reduction="none"),
    [0.0, 800.0, 2.0, -INF, 3.0, 1.0], shape=(2, 3))
row("softmax_cross_entropy/ignored",
    lambda x: F.cross_entropy(x, torch.tensor([1, -1]), ignore_index=-1, reduction="none"), [1.0, 2.0, 3.0, 4.0], shape=(2, 2))
row("layer_norm/equal", lambda x: F.layer_norm(x, (3,)), [2.0, 2.0, 2.0])


# Every function of one and two tensors, where the numbers of a dtype end.
unary = {name: getattr(torch, name) for name in
         """abs neg sign square sqrt rsqrt reciprocal exp expm1 log log1p log2 floor ceil round trunc sin cos tan asin acos atan
         sinh cosh tanh asinh acosh atanh erf erfc relu sigmoid""".split()}
unary |= {
    "softplus": lambda x: F.softplus(x, threshold=40), "leaky_relu": lambda x: F.leaky_relu(x, 0.1), "relu6": F.relu6,
    "gelu": F.gelu, "gelu/tanh": lambda x: F.gelu(x, approximate="tanh"), "clamp": lambda x: x.clamp(-1, 1),
    "pow/0": lambda x: x**0.0, "pow/1": lambda x: x**1.0, "pow/2": lambda x: x**2.0, "pow/3": lambda x: x**3.0,
    "pow/half": lambda x: x**0.5, "pow/-1": lambda x: x**-1.0, "pow/-half": lambda x: x**-0.5,
}
binary = {name: getattr(torch, name) for name in "add sub mul div minimum maximum pow atan2 fmod remainder".split()}
reduced = {
    "sum": torch.sum, "mean": torch.mean, "prod": torch.prod, "max": torch.amax, "min": torch.amin,
    "logsumexp": lambda x: torch.logsumexp(x, 0), "norm": torch.linalg.vector_norm,
    "norm/order 1": lambda x: torch.linalg.vector_norm(x, 1), "norm/order 3": lambda x: torch.linalg.vector_norm(x, 3),
    "norm/infinite order": lambda x: torch.linalg.vector_norm(x, INF), "var": torch.var,
    "std": lambda x: torch.std(x, correction=0), "cumsum": lambda x: torch.cumsum(x, 0),
    "cumprod": lambda x: torch.cumprod(x, 0), "median": torch.median,
    "softmax": lambda x: torch.softmax(x, 0) * torch.arange(1, x.numel() + 1),
    "log_softmax": lambda x: torch.log_softmax(x, 0)[:1],
    "triu": lambda x: torch.triu(x.reshape(1, -1), 1), "pad": lambda x: F.pad(x, (1, 2)),
    "max_pool": lambda x: F.max_pool1d(x.reshape(1, 1, -1), 2, padding=1),
    "avg_pool": lambda x: F.avg_pool1d(x.reshape(1, 1, -1), 2, padding=1, count_include_pad=False),
    "sort": lambda x: torch.sort(x).values,
}
# Where PyTorch overflows on the way to a number, shares a tie out, or drops the NaN that Luge passes on.
other_conventions = {"cumprod/" + kind for kind in ("all below", "below", "both", "infinite", "most", "nan", "one zero")} | {
    "logsumexp/all below", "mean/most", "median/all below", "median/zeros", "norm/infinite order/nan", "norm/order 1/nan",
    "norm/most", "norm/order 3/most", "std/least", "std/most", "var/most", "var/below", "var/infinite", "var/one zero"} | {
    "prod/" + kind for kind in ("all below", "below", "both", "infinite", "most", "nan")}


def odd(name, x, most):
    return ((np.isnan(x) and name in ("abs", "clamp", "relu", "relu6", "sign")) or (abs(x) == 1 and name == "clamp") or (x == -1 and name == "acosh")
            or (name in ("pow/half", "pow/-half") and (x == -INF or str(x) == "-0.0")) or (x >= most and name == "gelu") or (abs(x) == most and name == "gelu/tanh"))


for dtype, suffix, most, least in ((torch.float32, "@f32", 3.4028234663852886e38, 1.401298464324817e-45),
                                   (torch.float64, "@f64", 1.7976931348623157e308, 5e-324)):
    corners = [0.0, -0.0, 1.0, -1.0, INF, -INF, most, -most, least, -least, 2.5, NAN]
    for name, function in unary.items():
        row(f"{name}{suffix}", function, [x for x in corners if not odd(name, x, most)], dtype=dtype)
    pairs = [(a, b) for a in corners for b in corners]
    for name, function in binary.items():
        kept = [(a, b) for a, b in pairs if not (abs(b) == least and (name in ("fmod", "remainder") or name == "atan2" and abs(a) <= least))
                and not (name == "atan2" and abs(a) == least and abs(b) <= least)
                and not (name == "remainder" and np.isinf(a))]
        row(f"{name}{suffix}", function, [a for a, _ in kept], [b for _, b in kept], dtype=dtype)
    for name, function in reduced.items():
        for kind, values in {"zeros": [0.0, -0.0, 0.0], "infinite": [INF, 1.0, 2.0], "below": [-INF, 1.0, 2.0],
                             "both": [INF, -INF, 1.0], "all below": [-INF, -INF, -INF], "nan": [1.0, NAN, 2.0],
                             "most": [most, 1.0, most / 2], "least": [least, 0.0, -least], "one zero": [0.0, 2.0, INF],
                             "one": [2.5]}.items():
            if f"{name}/{kind}" not in other_conventions:
                row(f"{name}/{kind}{suffix}", function, values, dtype=dtype)


def write(path):
    header, data = {"__metadata__": {"torch": torch.__version__, "numpy": np.__version__}}, b""
    for key, value in sorted(tensors.items()):
        raw = np.ascontiguousarray(value).tobytes()
        header[key] = {"dtype": "F64", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


write(pathlib.Path(__file__).with_name("edges.safetensors"))
