#!/usr/bin/env python3
"""Golden values and gradients from PyTorch of the sequence ops (tests/golden/sequence.safetensors), and a few training
steps of the language models from given weights (tests/golden/language_models.safetensors).

Needs numpy and torch. Entries `name.in0 …`, `name.out0 …` and `name.grad0 …` (of the sum of all outputs times fixed
weights, `name.weight0 …`) belong to the row `name` of tests/ops/sequence_golden_test.cpp. The versions that made them
stand in the metadata. Run it again only to add cases.
"""
import json
import pathlib
import struct

import numpy as np
import torch
import torch.nn.functional as F

random = np.random.default_rng(2718)
tensors = {}


def reals(*shape, scale=1.0):
    return torch.from_numpy(random.uniform(-scale, scale, shape))


def case(name, function, *inputs):
    inputs = [value.clone().requires_grad_(value.is_floating_point()) for value in inputs]
    outputs = function(*inputs)
    weights = [reals(*value.shape) for value in outputs]
    sum((value * weight).sum() for value, weight in zip(outputs, weights)).backward()
    for k, value in enumerate(inputs):
        tensors[f"{name}.in{k}"] = value.detach().numpy()
        if value.is_floating_point():
            tensors[f"{name}.grad{k}"] = value.grad.numpy()
    for k, (value, weight) in enumerate(zip(outputs, weights)):
        tensors[f"{name}.out{k}"] = value.detach().numpy()
        tensors[f"{name}.weight{k}"] = weight.numpy()


def recurrent(kind, gates, batch_first, started):
    """PyTorch's layer as a function of x, its four parameters and the states."""
    layer = kind(3, 4, batch_first=batch_first, dtype=torch.float64)
    names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]

    def call(x, *rest):
        parameters, states = dict(zip(names, rest[:4])), [s[None] for s in rest[4:]]
        state = () if not started else (tuple(states),) if gates == 4 else (states[0],)
        y, last = torch.func.functional_call(layer, parameters, (x,) + state)
        return (y, last[0][0], last[1][0]) if gates == 4 else (y, last[0])

    x = reals(5, 2, 3)
    if batch_first:
        x = x.transpose(0, 1).contiguous()
    states = [reals(2, 4) for _ in range(gates - 2 if gates == 4 else 1)] if started else []
    return call, x, reals(4 * gates, 3), reals(4 * gates, 4), reals(4 * gates), reals(4 * gates), *states


case("lstm", *recurrent(torch.nn.LSTM, 4, False, True))
case("lstm/batch first", *recurrent(torch.nn.LSTM, 4, True, False))
case("gru", *recurrent(torch.nn.GRU, 3, False, True))
case("gru/batch first", *recurrent(torch.nn.GRU, 3, True, False))

attention = F.scaled_dot_product_attention
case("attention", lambda q, k, v: (attention(q, k, v),), reals(2, 3, 4, 5), reals(2, 3, 6, 5), reals(2, 3, 6, 2))
case("attention/causal", lambda q, k, v: (attention(q, k, v, is_causal=True),),
     reals(2, 2, 5, 3), reals(2, 2, 5, 3), reals(2, 2, 5, 3))
case("attention/scaled", lambda q, k, v: (attention(q, k, v, scale=2.5),),
     reals(1, 2, 3, 4), reals(1, 2, 3, 4), reals(1, 2, 3, 4))
mask = torch.from_numpy(random.uniform(0, 1, (4, 6)) < 0.5)
mask[:, 2] = True
case("attention/masked", lambda q, k, v, m: (attention(q, k, v, attn_mask=m),),
     reals(2, 3, 4, 5), reals(2, 3, 6, 5), reals(2, 3, 6, 2), mask)


def packed(qkv):
    q, k, v = (part.unflatten(2, (2, 4)).transpose(1, 2) for part in qkv.chunk(3, 2))
    return (attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2),)


case("self_attention", packed, reals(2, 5, 24))


def write(name, entries):
    kinds = {"float64": "F64", "float32": "F32", "int64": "I64", "bool": "BOOL"}
    header, data = {"__metadata__": {"torch": torch.__version__, "numpy": np.__version__}}, b""
    for key, value in sorted(entries.items()):
        raw = np.ascontiguousarray(value).tobytes()
        header[key] = {"dtype": kinds[str(value.dtype)], "shape": list(value.shape),
                       "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(__file__).with_name(name).write_bytes(struct.pack("<Q", len(text)) + text + data)


write("sequence.safetensors", tensors)
