#!/usr/bin/env python3
"""Golden losses of a few training steps of the gallery's language models in PyTorch, and their numbers of parameters
(tests/golden/language_models.safetensors).

Needs numpy and torch. Weights and texts are not stored: both sides compute them from the parameters' names (see `values`),
so that the models are the gallery's own sizes. Used by tests/models/language_model_test.cpp.
"""
import json
import pathlib
import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

VOCABULARY, BATCH, LENGTH, STEPS = 65, 3, 20, 5


def values(name, count):
    """Numbers in [-0.5, 0.5) from SplitMix64, seeded by FNV-1a of the name."""
    state = np.uint64(0xCBF29CE484222325)
    with np.errstate(over="ignore"):
        for byte in name.encode():
            state = (state ^ np.uint64(byte)) * np.uint64(0x100000001B3)
        z = state + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53 - 0.5


class RecurrentModel(nn.Module):
    """Two recurrent layers, named lstm1 and lstm2, or as the kind is called."""

    def __init__(self, kind):
        super().__init__()
        self.embedding1 = nn.Embedding(VOCABULARY, 128)
        self.names = [kind.__name__.lower() + number for number in "12"]
        for name, inputs in zip(self.names, (128, 256), strict=True):
            self.add_module(name, kind(inputs, 256, batch_first=True))
        self.linear1 = nn.Linear(256, VOCABULARY)

    def forward(self, ids):
        x = self.embedding1(ids)
        for name in self.names:
            x = getattr(self, name)(x)[0]
        return self.linear1(x)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.projection, self.output, self.heads = nn.Linear(width, 3 * width), nn.Linear(width, width), heads

    def forward(self, x):
        q, k, v = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in self.projection(x).chunk(3, 2))
        return self.output(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2, self.attention = nn.LayerNorm(width), nn.LayerNorm(width), Attention(width, heads)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.narrow(F.gelu(self.widen(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, layers, heads, width, length):
        super().__init__()
        self.positions = nn.Parameter(torch.empty(length, width))
        self.tokens = nn.Embedding(VOCABULARY, width)
        for k in range(layers):
            setattr(self, f"block{k + 1}", Block(width, heads))
        self.blocks = [getattr(self, f"block{k + 1}") for k in range(layers)]
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, VOCABULARY)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def train(model):
    for name, parameter in model.named_parameters():
        name = name.removesuffix("_l0")
        start = torch.from_numpy(values(name, parameter.numel()) * 0.125).reshape(parameter.shape)
        if "norm" in name and name.endswith("weight"):
            start = start + 1
        parameter.data = start.to(torch.float32)
    text = torch.from_numpy(np.floor((values("text", BATCH * (LENGTH + 1)) + 0.5) * VOCABULARY).astype(np.int64))
    text = text.reshape(BATCH, LENGTH + 1)
    optimizer, losses = torch.optim.Adam(model.parameters(), 1e-3), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(text[:, :-1]).flatten(0, 1), text[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


tensors = {}
models = {"char-rnn": lambda: RecurrentModel(nn.RNN), "lstm-lm": lambda: RecurrentModel(nn.LSTM),
          "gru-lm": lambda: RecurrentModel(nn.GRU), "gpt-4x128": lambda: Gpt(4, 4, 128, 64), "gpt-6x384": lambda: Gpt(6, 6, 384, 256)}
for name, make in models.items():
    model = make()
    tensors[name + ".parameters"] = np.array([sum(p.numel() for p in model.parameters())], dtype=np.int64)
    if name != "gpt-6x384":
        tensors[name + ".losses"] = np.array(train(model), dtype=np.float64)
        print(name, tensors[name + ".losses"])

kinds = {"float64": "F64", "int64": "I64"}
header, data = {"__metadata__": {"torch": torch.__version__, "numpy": np.__version__}}, b""
for key, value in sorted(tensors.items()):
    raw = np.ascontiguousarray(value).tobytes()
    header[key] = {"dtype": kinds[str(value.dtype)], "shape": list(value.shape),
                   "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
pathlib.Path(__file__).with_name("language_models.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
