#!/usr/bin/env python3
"""Golden values of layers from PyTorch: tests/golden/nn/layers.safetensors, read by tests/nn/layer_golden_test.cpp.

Needs numpy and torch. A row is called as the layer is written as text, with ", eval" behind it for eval mode. Its inputs
are those of the layer, then its parameters and buffers in their order. Run it again only to add cases.
"""
import torch
import torch.nn.functional as F

from goldens import Goldens

g = Goldens(1313)
case, reals, distinct = g.case, g.reals, g.distinct


def same(w, axes):
    """What padding "same" adds, as F.pad takes it, at stride 1."""
    pads = []
    for k in w.shape[:1:-1]:
        pads += [(k - 1) // 2, k // 2]
    return pads[:2 * axes]


case("linear(outputs=4)", F.linear, reals(2, 3), reals(4, 3), reals(4))
case("linear(outputs=2)", F.linear, reals(2, 3, 5), reals(2, 5), reals(2))
case("linear(outputs=3,bias=false)", F.linear, reals(3, 4), reals(3, 4))

case("conv1d(filters=4)", F.conv1d, reals(2, 3, 7), reals(4, 3, 3), reals(4))
case("conv1d(filters=2,kernel=4,stride=2,bias=false)", lambda x, w: F.conv1d(x, w, stride=2), reals(2, 3, 9), reals(2, 3, 4))
case("conv1d(filters=2,dilation=2,padding=same)", lambda x, w, b: F.conv1d(x, w, b, dilation=2, padding="same"),
     reals(1, 2, 8), reals(2, 2, 3), reals(2))
case("conv2d(filters=4)", F.conv2d, reals(2, 3, 5, 4), reals(4, 3, 3, 3), reals(4))
case("conv2d(filters=3,kernel=[3,2],padding=same)", lambda x, w, b: F.conv2d(F.pad(x, same(w, 2)), w, b),
     reals(2, 2, 5, 4), reals(3, 2, 3, 2), reals(3))
case("conv2d(filters=4,kernel=2,stride=2,groups=2,padding=1)", lambda x, w, b: F.conv2d(x, w, b, 2, 1, groups=2),
     reals(2, 4, 5, 4), reals(4, 2, 2, 2), reals(4))
case("conv3d(filters=2,kernel=2)", F.conv3d, reals(2, 2, 3, 3, 4), reals(2, 2, 2, 2, 2), reals(2))
case("conv3d(filters=2,kernel=[1,2,3],stride=[1,2,1],bias=false)", lambda x, w: F.conv3d(x, w, stride=(1, 2, 1)),
     reals(1, 2, 3, 4, 4), reals(2, 2, 1, 2, 3))
case("conv3d(filters=2,padding=1)", lambda x, w, b: F.conv3d(x, w, b, padding=1), reals(1, 1, 3, 3, 3), reals(2, 1, 3, 3, 3), reals(2))

for axes, extents in ((1, (8,)), (2, (6, 5)), (3, (4, 4, 5))):
    largest, mean = getattr(F, f"max_pool{axes}d"), getattr(F, f"avg_pool{axes}d")
    case(f"max-pool{axes}d(window=2)", lambda x: largest(x, 2), distinct(2, 2, *extents))
    case(f"max-pool{axes}d(window=3,stride=2,padding=1)", lambda x: largest(x, 3, 2, 1), distinct(2, 1, *extents))
    case(f"max-pool{axes}d(window=3,stride=2,ceil_mode=true)", lambda x: largest(x, 3, 2, ceil_mode=True), distinct(1, 2, *extents))
    case(f"avg-pool{axes}d(window=2)", lambda x: mean(x, 2), reals(2, 2, *extents))
    case(f"avg-pool{axes}d(window=3,stride=2,padding=1)", lambda x: mean(x, 3, 2, 1, count_include_pad=False), reals(2, 1, *extents))
    case(f"avg-pool{axes}d(window=3,stride=2,padding=1,count_include_pad=true)", lambda x: mean(x, 3, 2, 1), reals(1, 2, *extents))
for shape in ((2, 3, 4, 5), (2, 3, 7), (1, 2, 2, 3, 2)):
    case("global-avg-pool", lambda x: x.flatten(2).mean(2), reals(*shape))
    case("flatten", lambda x: x.flatten(1), reals(*shape))

for shape in ((5, 3), (2, 3, 4), (2, 3, 3, 2)):
    case("batch-norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), reals(*shape), reals(3), reals(3))
case("batch-norm(epsilon=0.01), eval", lambda x, w, b, m, v: F.batch_norm(x, m.detach(), v.detach(), w, b, False, eps=0.01),
     reals(2, 3, 4), reals(3), reals(3), reals(3), reals(3, low=0.5, high=2))
case("layer-norm", lambda x, w, b: F.layer_norm(x, (5,), w, b), reals(2, 3, 5), reals(5), reals(5))
case("layer-norm(axis=-2,epsilon=0.001)", lambda x, w, b: F.layer_norm(x, (3, 4), w, b, 1e-3), reals(2, 3, 4), reals(3, 4), reals(3, 4))
case("layer-norm(bias=false)", lambda x, w: F.layer_norm(x, (4,), w), reals(3, 4), reals(4))

for name, function in (("relu", F.relu), ("leaky-relu", F.leaky_relu), ("relu6", F.relu6), ("gelu", F.gelu),
                       ("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("softmax", lambda x: F.softmax(x, -1))):
    for shape in ((3, 4), (2, 3, 2), (7,)):
        case(name, function, distinct(*shape, low=-4, high=8))
case("leaky-relu(slope=0.3)", lambda x: F.leaky_relu(x, 0.3), distinct(3, 4))
case("gelu(form=tanh)", lambda x: F.gelu(x, approximate="tanh"), reals(3, 4))
case("softmax(axis=1)", lambda x: F.softmax(x, 1), reals(2, 3, 4))


def recurrent(kind, gates, last_only=False, bias=True):
    layer = kind(3, 2, batch_first=True, bias=bias, dtype=torch.float64)
    names = [name for name, _ in layer.named_parameters()]

    def call(x, *parameters):
        y, _ = torch.func.functional_call(layer, dict(zip(names, parameters)), (x,))
        return y[:, -1] if last_only else y

    weights = [reals(2 * gates, 3), reals(2 * gates, 2)] + ([reals(2 * gates), reals(2 * gates)] if bias else [])
    return call, reals(2, 4, 3), *weights


case("gru(units=2)", *recurrent(torch.nn.GRU, 3))
case("gru(units=2,last_only=true)", *recurrent(torch.nn.GRU, 3, True))
case("gru(units=2,bias=false)", *recurrent(torch.nn.GRU, 3, bias=False))


case("lstm(units=2)", *recurrent(torch.nn.LSTM, 4))
case("lstm(units=2,last_only=true)", *recurrent(torch.nn.LSTM, 4, True))
case("lstm(units=2,bias=false)", *recurrent(torch.nn.LSTM, 4, bias=False))


def attention(x, w, b, out, c, heads, causal):
    q, k, v = (part.unflatten(2, (heads, -1)).transpose(1, 2) for part in F.linear(x, w, b).chunk(3, 2))
    y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return F.linear(y.transpose(1, 2).flatten(2), out, c)


for heads, causal, text in ((2, False, ""), (2, True, ",causal=true"), (1, False, "")):
    case(f"multi-head-attention(width=4,heads={heads}{text})",
         lambda x, w, b, out, c: attention(x, w, b, out, c, heads, causal),
         reals(2, 3, 4), reals(12, 4), reals(12), reals(4, 4), reals(4))


def block(x, n1, m1, n2, m2, w, b, out, c, up, d, down, e, causal):
    width = x.shape[-1]
    x = x + attention(F.layer_norm(x, (width,), n1, m1), w, b, out, c, 2, causal)
    return x + F.linear(F.gelu(F.linear(F.layer_norm(x, (width,), n2, m2), up, d)), down, e)


for causal, text in ((False, ""), (True, ",causal=true"), (False, "")):
    case(f"transformer-block(width=4,heads=2,expansion=2{text})",
         lambda *inputs: block(*inputs, causal),
         reals(2, 3, 4), reals(4), reals(4), reals(4), reals(4), reals(12, 4), reals(12), reals(4, 4), reals(4),
         reals(8, 4), reals(8), reals(4, 8), reals(4))
for shape in ((2, 3), (3, 2, 2), (2, 4, 3)):
    case("embedding(count=5,width=3)", lambda at, w: F.embedding(at, w), g.whole(*shape, limit=5), reals(5, 3))
    case("add", lambda x, y, z: x + y + z, reals(*shape), reals(*shape), reals(*shape))
    case("multiply", lambda x, y: x * y, reals(*shape), reals(*shape))
    case("concat", lambda x, y: torch.cat([x, y], 1), reals(*shape), reals(*shape))

case("permute(order=[2,1])", lambda x: x.transpose(1, 2), reals(2, 3, 4))
case("permute(order=[3,1,2])", lambda x: x.permute(0, 3, 1, 2), reals(2, 3, 4, 2))
case("permute(order=[2,1])", lambda x: x.transpose(1, 2), reals(1, 1, 3))
case("reshape(shape=[2,6])", lambda x: x.reshape(-1, 2, 6), reals(3, 4, 3))
case("reshape(shape=[-1])", lambda x: x.flatten(1), reals(2, 3, 2))
case("reshape(shape=[3,-1,2])", lambda x: x.reshape(-1, 3, 2, 2), reals(2, 12))
for shape in ((4, 3), (2, 3, 3), (1, 3)):
    case("rbf-output(outputs=5)", lambda x, w: (x[..., None, :] - w).square().sum(-1), reals(*shape), reals(5, 3))

for shape in ((4, 3), (2, 3, 3), (1, 3, 2, 3)):
    case("scale(factor=0.5)", lambda x: x * 0.5, reals(*shape))
    case("scale(factor=2,factors=one)", lambda x, w: x * w, reals(*shape), reals(1))
    case("scale(factor=2,factors=channels)", lambda x, w: x * w.reshape(1, 3, *[1] * (x.dim() - 2)), reals(*shape), reals(3))
    case("scale(factor=2,factors=features)", lambda x, w: x * w, reals(*shape), reals(3))
    case("batch-norm(scale=false)", lambda x, b: F.batch_norm(x, None, None, None, b, True), reals(2, *shape[1:]), reals(3))
    case("batch-norm(scale=false), eval", lambda x, b, m, v: F.batch_norm(x, m.detach(), v.detach(), None, b, False),
         reals(*shape), reals(3), reals(3), reals(3, low=0.5, high=2))

for own, other in (((1, 3), (5, 3)), ((2, 1, 3), (2, 4, 3)), ((2, 3, 1, 1), (2, 3, 4, 5))):
    case("broadcast-like", lambda x, y: x.expand_as(y) + 0 * y, reals(*own), reals(*other))

g.write("nn/layers.safetensors")
