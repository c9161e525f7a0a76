"""The fuzzer's ops of sequences in PyTorch besides those of oracle_nn.py."""
import math

import torch

from oracle_noise import inner
from oracle_ops import one, op, whole


def steps(x, batch_first):
    return x.transpose(0, 1) if one(batch_first) else x


def chosen(out, batch_first, ys, *states):
    results = (torch.stack(ys, 1 if one(batch_first) else 0), *states)
    return results[whole(out)]


@op
def rnn(x, w_ih, w_hh, b=None, h=None, batch_first=None, relu=None, out=None):
    ys = []
    for step in steps(x, batch_first):
        h = torch.zeros(len(step), len(w_hh), dtype=x.dtype) if h is None else h
        total = inner(step @ w_ih.T + h @ w_hh.T + (0 if b is None else b))
        h = total.relu() if one(relu) else total.tanh()
        ys.append(h)
    return chosen(out, batch_first, ys, h)


@op
def lstm_projected(x, w_ih, w_hh, w_hr, b=None, h=None, c=None, batch_first=None, every_c=None, out=None):
    ys, cs = [], []
    for step in steps(x, batch_first):
        if h is None:
            h = torch.zeros(len(step), w_hr.shape[0], dtype=x.dtype)
            c = torch.zeros(len(step), w_hr.shape[1], dtype=x.dtype)
        i, f, g, o = inner(step @ w_ih.T + h @ w_hh.T + (0 if b is None else b)).chunk(4, 1)
        c = inner(torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g))
        h = inner((torch.sigmoid(o) * torch.tanh(c)) @ w_hr.T)
        ys.append(h)
        cs.append(c)
    return chosen(out, batch_first, ys, h, torch.stack(cs, 1 if one(batch_first) else 0) if one(every_c) else c)


@op
def reverse_sequence(x, length, axis=None, batch=None):
    axis, batch = whole(axis, 1), whole(batch)
    y = x.movedim((batch, axis), (0, 1))
    rows = [torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(y, length.tolist())]
    return torch.stack(rows).movedim((0, 1), (batch, axis)) if rows else x


@op
def check_lengths(length, like, axis=None):
    return length


@op
def attention_weights(q, k, mask=None, causal=None, scale=None):
    k = k.repeat_interleave(q.shape[1] // k.shape[1], 1)
    scores = inner(q @ k.transpose(-1, -2)) * (one(scale, 0) or 1 / math.sqrt(q.shape[-1]))
    seen = torch.ones(scores.shape[-2:], dtype=torch.bool)
    if one(causal):
        seen = seen.tril()
    if mask is not None and mask.dtype == torch.bool:
        seen = seen & mask
    elif mask is not None:
        scores = inner(scores + mask)
    blind = ~seen.any(-1, keepdim=True)
    scores = scores.masked_fill(~seen & ~blind, -math.inf)
    return torch.exp(scores - inner(torch.logsumexp(scores, -1, keepdim=True))).masked_fill(~seen, 0.0)


@op
def rotary_embedding(x, positions=None, interleaved=None, offset=None, features=None):
    width = whole(features) or x.shape[-1]
    own, rest = x[..., :width], x[..., width:]
    at = positions if positions is not None else torch.arange(x.shape[-2]) + whole(offset)
    angle = at[..., None] * 10000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    a, b = (own[..., ::2], own[..., 1::2]) if one(interleaved) else own.chunk(2, -1)
    c, s = angle.cos(), angle.sin()
    pairs = inner(a * c - b * s), inner(b * c + a * s)
    y = torch.stack(pairs, -1).flatten(-2) if one(interleaved) else torch.cat(pairs, -1)
    return torch.cat([y, rest], -1)


@op
def sinusoidal_encoding(positions, width, base=None):
    k = torch.arange(whole(width))
    angle = positions[..., None].double() * one(base, 10000.0) ** (-2.0 * (k // 2).double() / whole(width))
    return torch.where(k % 2 == 0, angle.sin(), angle.cos())
