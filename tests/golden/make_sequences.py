#!/usr/bin/env python3
"""Golden values and gradients of the sequence ops and layers: tests/golden/ops/sequences.safetensors for the rows of
tests/ops/cases/recurrent.cpp and attention.cpp, tests/golden/nn/recurrent.safetensors and transformer.safetensors for
those of tests/nn/recurrent_golden_test.cpp and transformer_golden_test.cpp. Needs torch and keras (KERAS_BACKEND=torch).

A case of a layer has the input first, then its parameters in the order of Module::named_parameters.
"""
import math
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from goldens import Goldens

torch.set_default_dtype(torch.float64)
keras.config.set_floatx("float64")
ops, layers = Goldens(1931), Goldens(1933)
ops.versions["keras"] = layers.versions["keras"] = keras.__version__


def call(module, parameters, *inputs, **named):
    return torch.func.functional_call(module, parameters, inputs, named)


def names_of(layer, way):
    end = f"_l{layer}" + ("_reverse" if way else "")
    return [f"{kind}{end}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


# Ops.

def rnn(batch_first, nonlinearity="tanh"):
    def function(x, w_ih, w_hh, b, *state):
        layer = nn.RNN(x.shape[2], w_hh.shape[1], nonlinearity=nonlinearity, batch_first=batch_first)
        given = dict(zip(names_of(0, 0), (w_ih, w_hh, b, torch.zeros_like(b))))
        y, h = call(layer, given, x, *(s[None] for s in state))
        return y, h[0]
    return function


for k in range(3):
    n, t, i, h = ((2, 4, 3, 5), (3, 1, 2, 2), (1, 5, 1, 3))[k]
    start = [ops.reals(n, h)] if k != 1 else []
    weights = lambda: (ops.reals(h, i), ops.reals(h, h, low=-1, high=1), ops.reals(h))
    ops.case("rnn", rnn(False), ops.reals(t, n, i), *weights(), *start)
    ops.case("rnn/batch first", rnn(True), ops.reals(n, t, i), *weights(), *start)
    ops.case("rnn/relu", rnn(True, "relu"), ops.reals(n, t, i), *weights(), *start)


def projected(batch_first):
    def function(x, w_ih, w_hh, w_hr, b, *state):
        layer = nn.LSTM(x.shape[2], w_hr.shape[1], proj_size=w_hr.shape[0], batch_first=batch_first)
        given = dict(zip(names_of(0, 0) + ["weight_hr_l0"], (w_ih, w_hh, b, torch.zeros_like(b), w_hr)))
        y, (h, c) = call(layer, given, x, *((tuple(s[None] for s in state),) if state else ()))
        return y, h[0], c[0]
    return function


def every_c(x, w_ih, w_hh, w_hr, b):
    cells = []
    state = ()
    for t in range(x.shape[1]):
        y, h, c = projected(True)(x[:, t:t + 1], w_ih, w_hh, w_hr, b, *state)
        state = (h, c)
        cells.append((y[:, 0], c))
    return torch.stack([y for y, _ in cells], 1), state[0], torch.stack([c for _, c in cells], 1)


for k in range(3):
    n, t, i, h, p = ((2, 4, 3, 5, 2), (3, 1, 2, 3, 1), (1, 3, 1, 4, 3))[k]
    start = [ops.reals(n, p), ops.reals(n, h)] if k != 1 else []
    weights = lambda: (ops.reals(4 * h, i), ops.reals(4 * h, p), ops.reals(p, h), ops.reals(4 * h))
    ops.case("lstm_projected", projected(False), ops.reals(t, n, i), *weights(), *start)
    ops.case("lstm_projected/batch first", projected(True), ops.reals(n, t, i), *weights(), *start)
    ops.case("lstm_projected/every c", every_c, ops.reals(n, t, i), *weights())


def keras_gru(x, w_ih, w_hh, b_ih, b_hh, *state):
    """Keras GRU with reset_after = False, by its formula: Keras on PyTorch computes parts of it in float32."""
    units = w_hh.shape[1]
    h = state[0] if state else torch.zeros(x.shape[0], units, dtype=torch.float64)
    steps = []
    for t in range(x.shape[1]):
        r, z, new = (x[:, t] @ w_ih.T + b_ih + b_hh).chunk(3, 1)
        r = torch.sigmoid(r + h @ w_hh[:units].T)
        z = torch.sigmoid(z + h @ w_hh[units:2 * units].T)
        h = (1 - z) * torch.tanh(new + (r * h) @ w_hh[2 * units:].T) + z * h
        steps.append(h)
    y = torch.stack(steps, 1)
    with torch.no_grad():
        layer = keras.layers.GRU(units, reset_after=False, return_sequences=True)
        layer.build(tuple(x.shape))
        order = lambda w: torch.cat([w[units:2 * units], w[:units], w[2 * units:]]).T
        weights = [order(w_ih), order(w_hh), order((b_ih + b_hh)[:, None])[0]]
        theirs, _ = layer.stateless_call(weights, [v.value for v in layer.non_trainable_variables], x,
                                         initial_state=list(state) or None)
        assert (theirs - y).abs().max() < 1e-6
    return y, h


for k in range(3):
    n, t, i, h = ((2, 4, 3, 5), (3, 1, 2, 2), (1, 3, 1, 3))[k]
    start = [ops.reals(n, h)] if k != 1 else []
    weights = lambda: (ops.reals(3 * h, i), ops.reals(3 * h, h), ops.reals(3 * h), ops.reals(3 * h))
    first = lambda x, *rest: tuple(v.transpose(0, 1) if j == 0 else v
                                   for j, v in enumerate(keras_gru(x.transpose(0, 1), *rest)))
    ops.case("gru/reset before", first, ops.reals(t, n, i), *weights(), *start)
    ops.case("gru/reset before, batch first", keras_gru, ops.reals(n, t, i), *weights(), *start)


def reverse(axis, batch):
    def function(x, length):
        y = x.movedim((batch, axis), (0, 1))
        rows = [torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(y, length.tolist())]
        return torch.stack(rows).movedim((0, 1), (batch, axis))
    return function


for k in range(3):
    ops.case("reverse_sequence", reverse(1, 0), ops.reals(4, 5, 2), ops.whole(4, limit=6))
    ops.case("reverse_sequence/time first", reverse(0, 1), ops.reals(5, 4, 2), ops.whole(4, limit=6))
    ops.case("reverse_sequence/apart", reverse(3, 1), ops.reals(2, 3, 2, 4), ops.whole(3, limit=5))

attend = F.scaled_dot_product_attention
for k in range(3):
    n, h, t, s, d, e = ((2, 2, 3, 5, 4, 3), (1, 1, 1, 4, 2, 2), (1, 4, 4, 4, 3, 1))[k]
    qkv = lambda own=1: (ops.reals(n, h, t, d), ops.reals(n, h // own, s, d), ops.reals(n, h // own, s, e))
    bias = ops.reals(*((t, s), (n, h, t, s), (h, 1, s))[k])
    if k == 0:
        bias[0, 1] = -math.inf
    ops.case("attention/added mask", lambda q, k, v, m: attend(q, k, v, attn_mask=m), *qkv(), bias)
    look = torch.ones(t, s, dtype=torch.bool).tril()
    ops.case("attention/added mask and causal",
             lambda q, k, v, m: attend(q, k, v, attn_mask=m.masked_fill(~look, -math.inf), scale=0.4), *qkv(), bias)
    ops.case("attention/shared heads", lambda q, k, v: attend(q, k, v, enable_gqa=True), *qkv(1 if h == 1 else 2))

    def weights(q, k, look=None, scale=None):
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        return (scores if look is None else scores.masked_fill(~look, -math.inf)).softmax(-1)

    q, key, _ = qkv()
    ops.case("attention_weights", weights, q, key)
    ops.case("attention_weights/causal", lambda q, k: weights(q, k, look), q, key)
    some = ops.truths(t, s)
    some[:, 0] = True
    ops.case("attention_weights/masked", weights, q, key, some)

    def packed(x, mask):
        q, k, v = (part.unflatten(2, (2, -1)).transpose(1, 2) for part in x.chunk(3, 2))
        return attend(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)

    ops.case("self_attention/added mask", packed, ops.reals(n, t, 12 * (k + 1)), ops.reals(t, t))


def rotary(interleaved=False, base=10000.0, offset=0, features=None):
    """By complex numbers: each pair is one, and turning it a product."""
    def function(x, positions=None):
        width = features or x.shape[-1]
        own, rest = x[..., :width], x[..., width:]
        at = torch.arange(offset, offset + x.shape[-2]) if positions is None else positions
        angle = at[..., None] * base ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
        turn = torch.polar(torch.ones_like(angle), angle)
        pairs = own.unflatten(-1, (-1, 2)) if interleaved else own.unflatten(-1, (2, -1)).transpose(-1, -2)
        y = torch.view_as_real(torch.view_as_complex(pairs.contiguous()) * turn)
        return torch.cat([(y if interleaved else y.transpose(-1, -2)).flatten(-2), rest], -1)
    return function


for shape in ((2, 2, 5, 4), (7, 6), (3, 1, 2)):
    ops.case("rotary_embedding", rotary(), ops.reals(*shape))
    ops.case("rotary_embedding/interleaved", rotary(True, 50.0, 3), ops.reals(*shape))
for shape in ((2, 2, 5, 6), (7, 4), (3, 1, 8)):
    ops.case("rotary_embedding/positions", rotary(features=4), ops.reals(*shape), ops.whole(shape[-2], limit=500))


def waves(width, base):
    def function(p):
        k = torch.arange(width)
        angle = p[..., None].double() * base ** (-2.0 * (k // 2) / width)
        return torch.where(k % 2 == 0, angle.sin(), angle.cos())
    return function


for shape in ((2, 5), (), (9,)):
    ops.case("sinusoidal_encoding", waves(6, 10000.0), ops.whole(*shape, limit=1000) if shape else torch.tensor(17))
    ops.case("sinusoidal_encoding/real positions", waves(5, 10.0), ops.reals(*shape))

ops.write("ops/sequences.safetensors")


# Layers.

def recurrent(kind, inputs, units, count=1, both=False, lengths=False, started=False, projection=0, **options):
    """PyTorch's layer over [N,T,in] with its parameters layer by layer, direction by direction."""
    layer = kind(inputs, units, count, batch_first=True, bidirectional=both,
                 **({"proj_size": projection} if projection else {}), **options)
    names = []
    for k in range(count):
        for way in range(2 if both else 1):
            names += names_of(k, way) + ([f"weight_hr_l{k}" + ("_reverse" if way else "")] if projection else [])
    parts = [dict(layer.named_parameters())[name] for name in names]
    states = kind is nn.LSTM and 2 or 1

    def function(x, *rest):
        rest = list(rest)
        length = rest.pop(0) if lengths else None
        start = tuple(rest.pop(0).transpose(0, 1).contiguous() for _ in range(states if started else 0))
        state = (start if states == 2 else start[0],) if started else ()
        given = dict(zip(names, rest))
        if lengths:
            run = nn.utils.rnn.pack_padded_sequence(x, length, batch_first=True, enforce_sorted=False)
            y, last = call(layer, given, run, *state)
            y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
        else:
            y, last = call(layer, given, x, *state)
        last = last if states == 2 else (last,)
        return (y, *(s.transpose(0, 1) for s in last))

    return function, parts


def layer_case(row, kind, inputs, units, n=3, t=4, **options):
    function, parts = recurrent(kind, inputs, units, **options)
    count = options.get("count", 1) * (2 if options.get("both") else 1)
    given = [layers.reals(n, t, inputs)]
    if options.get("lengths"):
        given.append(torch.tensor([t, 1, t - 1][:n]))
    if options.get("started"):
        given.append(layers.reals(n, count, options.get("projection") or units))
        if kind is nn.LSTM:
            given.append(layers.reals(n, count, units))
    layers.case(row, function, *given, *(layers.reals(*p.shape, low=-1, high=1) for p in parts))


for name, kind in (("RNN", nn.RNN), ("LSTM", nn.LSTM), ("GRU", nn.GRU)):
    layer_case(name, kind, 2, 3)
    layer_case(f"{name}/stack", kind, 2, 3, count=2, started=True)
    layer_case(f"{name}/both", kind, 2, 2, both=True)
    layer_case(f"{name}/both stack", kind, 2, 2, count=2, both=True, started=True)
    layer_case(f"{name}/lengths", kind, 2, 3, lengths=True)
    layer_case(f"{name}/lengths both stack", kind, 2, 2, count=2, both=True, lengths=True, started=True)
layer_case("RNN/relu", nn.RNN, 2, 3, nonlinearity="relu")
layer_case("LSTM/projection", nn.LSTM, 2, 4, projection=2, count=2, both=True)
layer_case("LSTM/projection lengths", nn.LSTM, 2, 3, projection=2, both=True, lengths=True)

for name, kind, gates in (("RNNCell", nn.RNNCell, 1), ("LSTMCell", nn.LSTMCell, 4), ("GRUCell", nn.GRUCell, 3)):
    for k in range(3):
        n, i, h = ((2, 3, 4), (1, 1, 1), (3, 2, 5))[k]
        cell = kind(i, h)

        def step(x, *rest, cell=cell, gates=gates):
            states = 0 if len(rest) == 4 else 2 if gates == 4 else 1
            state = rest[:states] if gates == 4 else rest[0] if states else None
            given = dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), rest[states:]))
            return call(cell, given, x, (tuple(state) if states else None) if gates == 4 else state)

        start = [layers.reals(n, h) for _ in range(0 if k == 2 else 2 if gates == 4 else 1)]
        layers.case(name, step, layers.reals(n, i), *start,
                    *(layers.reals(*p.shape, low=-1, high=1) for p in cell.parameters()))

layers.write("nn/recurrent.safetensors")
layers = Goldens(1949)
layers.versions["keras"] = keras.__version__
EACH = dict(low=-1, high=1)


def attention_parameters(width, key, value):
    """The weights and biases of query, key, value and output."""
    shapes = [(width, width), (width,), (width, key), (width,), (width, value), (width,), (width, width), (width,)]
    return [layers.reals(*shape, **EACH) for shape in shapes]


def self_attention(width, heads, mask=None):
    layer = nn.MultiheadAttention(width, heads, batch_first=True)

    def function(x, w, b, w_out, b_out):
        given = {"in_proj_weight": w, "in_proj_bias": b, "out_proj.weight": w_out, "out_proj.bias": b_out}
        return call(layer, given, x, x, x, attn_mask=mask, need_weights=False)[0]
    return function


for width, heads, t in ((4, 2, 3), (6, 3, 2), (2, 1, 1)):
    given = [layers.reals(2, t, width), layers.reals(3 * width, width, **EACH), layers.reals(3 * width),
             layers.reals(width, width, **EACH), layers.reals(width)]
    layers.case(f"MultiHeadAttention/{heads}", self_attention(width, heads), *given)
    later = torch.ones(t, t, dtype=torch.bool).triu(1)
    layers.case(f"MultiHeadAttention/{heads} causal", self_attention(width, heads, later), *given)

for width, heads, key, value in ((4, 2, 3, 5), (6, 3, 6, 2), (2, 1, 1, 1)):
    layer = nn.MultiheadAttention(width, heads, kdim=key, vdim=value, batch_first=True)

    def cross(q, k, v, wq, bq, wk, bk, wv, bv, wo, bo, layer=layer):
        given = {"q_proj_weight": wq, "k_proj_weight": wk, "v_proj_weight": wv, "in_proj_bias": torch.cat([bq, bk, bv]),
                 "out_proj.weight": wo, "out_proj.bias": bo}
        return call(layer, given, q, k, v, need_weights=False)[0]

    layers.case(f"MultiHeadAttention/{heads} cross", cross, layers.reals(2, 3, width), layers.reals(2, 4, key),
                layers.reals(2, 4, value), *attention_parameters(width, key, value))


def norm(width, end):
    return [(f"norm{end}.weight", (width,)), (f"norm{end}.bias", (width,))]


def projections(name, width):
    return [(f"{name}.in_proj_weight", (3 * width, width)), (f"{name}.in_proj_bias", (3 * width,)),
            (f"{name}.out_proj.weight", (width, width)), (f"{name}.out_proj.bias", (width,))]


def feed_forward(width, hidden):
    return [("linear1.weight", (hidden, width)), ("linear1.bias", (hidden,)),
            ("linear2.weight", (width, hidden)), ("linear2.bias", (width,))]


def encoder_names(width, hidden, front=""):
    own = norm(width, 1) + norm(width, 2) + projections("self_attn", width) + feed_forward(width, hidden)
    return [(front + name, shape) for name, shape in own]


def decoder_names(width, hidden, front=""):
    """The memory's projections are three layers: see `packed_in`."""
    own = norm(width, 1) + norm(width, 2) + norm(width, 3) + projections("self_attn", width)
    for part in "qkv":
        own += [(f"multihead_attn.{part}.weight", (width, width)), (f"multihead_attn.{part}.bias", (width,))]
    own += [("multihead_attn.out_proj.weight", (width, width)), ("multihead_attn.out_proj.bias", (width,))]
    return [(front + name, shape) for name, shape in own + feed_forward(width, hidden)]


def packed_in(given):
    """PyTorch keeps the projections of q, k and v in one matrix."""
    result = {name: value for name, value in given.items() if "multihead_attn.q" not in name
              and "multihead_attn.k" not in name and "multihead_attn.v" not in name}
    for name in given:
        if name.endswith("multihead_attn.q.weight"):
            front = name[:-len("q.weight")]
            for end in ("weight", "bias"):
                result[f"{front}in_proj_{end}"] = torch.cat([given[f"{front}{part}.{end}"] for part in "qkv"])
    return result


def whole_case(row, module, names, inputs, **named):
    def function(*given):
        parameters = packed_in(dict(zip([name for name, _ in names], given[len(inputs):])))
        return call(module, parameters, *given[:len(inputs)], **named)
    layers.case(row, function, *inputs, *(layers.reals(*shape, **EACH) for _, shape in names))


for k, (first, activation) in enumerate(((False, "relu"), (True, "gelu"), (False, torch.tanh))):
    width, heads, hidden, t = ((2, 1, 4, 3), (4, 2, 3, 2), (2, 1, 8, 2))[k]
    layer = nn.TransformerEncoderLayer(width, heads, hidden, 0.0, activation, batch_first=True, norm_first=first)
    whole_case(f"TransformerEncoderLayer/{k}", layer, encoder_names(width, hidden), [layers.reals(2, t, width)])
    later = torch.ones(t, t, dtype=torch.bool).triu(1)
    whole_case(f"TransformerEncoderLayer/{k} causal", layer, encoder_names(width, hidden),
               [layers.reals(2, t, width)], src_mask=later)
    stack = nn.TransformerEncoder(layer, 2, nn.LayerNorm(width) if first else None, enable_nested_tensor=False)
    names = sum((encoder_names(width, hidden, f"layers.{j}.") for j in range(2)), [])
    names += [("norm.weight", (width,)), ("norm.bias", (width,))] if first else []
    whole_case(f"TransformerEncoder/{k}", stack, names, [layers.reals(2, t, width)])
    decoder = nn.TransformerDecoderLayer(width, heads, hidden, 0.0, activation, batch_first=True, norm_first=first)
    given = [layers.reals(2, t, width), layers.reals(2, t + 1, width)]
    whole_case(f"TransformerDecoderLayer/{k}", decoder, decoder_names(width, hidden), given, tgt_mask=later)
    whole_case(f"TransformerDecoderLayer/{k} seeing all", decoder, decoder_names(width, hidden), given)
    stack = nn.TransformerDecoder(decoder, 2, nn.LayerNorm(width) if first else None)
    names = sum((decoder_names(width, hidden, f"layers.{j}.") for j in range(2)), [])
    names += [("norm.weight", (width,)), ("norm.bias", (width,))] if first else []
    whole_case(f"TransformerDecoder/{k}", stack, names, given, tgt_mask=later)

for n, a, b, out in (((2,), 3, 4, 5), ((2, 3), 2, 1, 2), ((1,), 1, 1, 1)):
    layer = nn.Bilinear(a, b, out)
    layers.case("Bilinear", lambda x, y, w, bias, layer=layer: call(layer, {"weight": w, "bias": bias}, x, y),
                layers.reals(*n, a), layers.reals(*n, b), layers.reals(out, a, b), layers.reals(out))

for shape in ((3,), (2, 4), (1, 1)):
    layer = nn.Embedding(6, 4, padding_idx=2)
    layers.case("Embedding", lambda ids, w, layer=layer: 2 * call(layer, {"weight": w}, ids),
                layers.whole(*shape, limit=6), layers.reals(6, 4))

for n, t, width in ((2, 5, 6), (1, 1, 3), (3, 4, 2)):
    layers.case(f"PositionalEncoding/{width}", lambda x: x + waves(x.shape[2], 10000.0)(torch.arange(x.shape[1])),
                layers.reals(n, t, width))
    layers.case(f"PositionalEncoding/{width} learned", lambda x, w: x + w[:x.shape[1]], layers.reals(n, t, width),
                layers.reals(7, width))

for n in (3, 1, 4):
    binary = lambda v, w, c, b: (torch.sigmoid(v @ w.T + c), -v @ b - F.softplus(v @ w.T + c).sum(1))
    layers.case("RBM", binary, layers.reals(n, 5, low=0, high=1), layers.reals(4, 5), layers.reals(4), layers.reals(5))
    gaussian = lambda v, w, c, b: (torch.sigmoid(v @ w.T + c), ((v - b) ** 2).sum(1) / 2 - F.softplus(v @ w.T + c).sum(1))
    layers.case("RBM/gaussian", gaussian, layers.reals(n, 5), layers.reals(4, 5), layers.reals(4), layers.reals(5))

layers.write("nn/transformer.safetensors")
