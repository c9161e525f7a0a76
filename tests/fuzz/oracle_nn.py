"""The fuzzer's ops of networks in PyTorch: windows, normalization, losses, sequences."""
import math

import torch
import torch.nn.functional as F

from oracle_noise import inner
from oracle_ops import OPS, ints, one, op, whole


def spread(values, rank, fallback):
    values = ints(values) if values else [fallback]
    return values * rank if len(values) == 1 else values


def pads_of(x, kernel, stride, dilation, padding, mode):
    """(before, after) of each spatial axis; mode 1 is SAME_UPPER, 2 is full, else `padding` holds befores, then afters."""
    rank, result = len(kernel), []
    given = ints(padding) if padding else [0]
    given = given * (2 * rank) if len(given) == 1 else given
    for k in range(rank):
        span = (kernel[k] - 1) * dilation[k] + 1
        if mode == 1:
            n = x.shape[2 + k]
            total = max((-(-n // stride[k]) - 1) * stride[k] + span - n, 0)
            result.append((total // 2, total - total // 2))
        elif mode == 2:
            result.append((span - 1, span - 1))
        else:
            result.append((given[k], given[rank + k]))
    return result


def flat(pads):
    return [side for pair in reversed(pads) for side in pair]


@op
def conv(x, w, b=None, stride=None, dilation=None, padding=None, mode=None, groups=None, border=None):
    rank = x.dim() - 2
    stride, dilation = spread(stride, rank, 1), spread(dilation, rank, 1)
    pads = pads_of(x, list(w.shape[2:]), stride, dilation, padding, one(mode))
    function = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    kind = ("constant", "replicate", "reflect", "circular")[whole(border)]
    return function(F.pad(x, flat(pads), mode=kind), w, b, stride, 0, dilation, whole(groups, 1))


class Window:
    def __init__(self, x, kernel, stride, dilation, padding, mode, ceil):
        rank = x.dim() - 2
        self.kernel = spread(kernel, rank, 2)
        self.stride = spread(stride, rank, 0) if stride else self.kernel
        self.dilation = spread(dilation, rank, 1)
        self.pads = pads_of(x, self.kernel, self.stride, self.dilation, padding, one(mode))
        self.out, self.ends = [], []
        for k, (before, after) in enumerate(self.pads):
            n, span = x.shape[2 + k], (self.kernel[k] - 1) * self.dilation[k] + 1
            room = n + before + after - span
            count = (-(-room // self.stride[k]) if one(ceil) else room // self.stride[k]) + 1
            if one(ceil) and (count - 1) * self.stride[k] >= n + before:
                count -= 1
            self.out.append(count)
            self.ends.append((count - 1) * self.stride[k] + span - n - before)  # negative: cut off

    def padded(self, x, value):
        return F.pad(x, flat([(pad[0], end) for pad, end in zip(self.pads, self.ends)]), value=value)


@op
def max_pool(x, kernel, stride=None, dilation=None, padding=None, mode=None, ceil=None):
    w = Window(x, kernel, stride, dilation, padding, mode, ceil)
    function = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[x.dim() - 3]
    return function(w.padded(x, -math.inf), w.kernel, w.stride, 0, w.dilation)


@op
def avg_pool(x, kernel, stride=None, dilation=None, padding=None, mode=None, ceil=None, include=None):
    w = Window(x, kernel, stride, dilation, padding, mode, ceil)
    rank = x.dim() - 2
    function = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]

    def sums(image):
        ones = torch.ones(image.shape[1], 1, *w.kernel, dtype=x.dtype)
        return function(image, ones, None, w.stride, 0, w.dilation, image.shape[1])

    ones = torch.ones(1, 1, *x.shape[2:], dtype=x.dtype)
    if one(include):  # what pads is counted, what a last, partial window lacks is not
        ones = F.pad(ones, flat(w.pads), value=1.0)
        counts = sums(F.pad(ones, flat([(0, end - pad[1]) for pad, end in zip(w.pads, w.ends)])))
    else:
        counts = sums(w.padded(ones, 0.0))
    return sums(w.padded(x, 0.0)) / counts


OPS["global_avg_pool"] = lambda x: x.mean(tuple(range(2, x.dim())), keepdim=True)
OPS["softmax"] = lambda x, axis: torch.softmax(inner(x), int(axis[0]))
OPS["log_softmax"] = lambda x, axis: torch.log_softmax(inner(x), int(axis[0]))


def per_channel(v, x):
    return v.view(1, -1, *[1] * (x.dim() - 2))


@op
def batch_norm(x, scale, shift, epsilon=None, out=None):
    axes = [0, *range(2, x.dim())]
    mean, variance = inner(x.mean(axes)), inner(x.var(axes, correction=0))
    y = inner(x - per_channel(mean, x)) / (per_channel(variance, x) + one(epsilon, 1e-5)).sqrt() * per_channel(scale, x) + per_channel(shift, x)
    return (y, mean, variance)[whole(out)]


@op
def batch_norm_inference(x, scale, shift, mean, variance, epsilon=None):
    factor = per_channel(scale, x) / (per_channel(variance, x) + one(epsilon, 1e-5)).sqrt()
    return (x - per_channel(mean, x)) * factor + per_channel(shift, x)


@op
def layer_norm(x, scale, shift=None, axis=None, epsilon=None):
    axes = list(range(whole(axis, -1) % x.dim(), x.dim()))
    centered = inner(x - inner(x.mean(axes, keepdim=True)))
    y = inner(centered * (inner(centered.square().mean(axes, keepdim=True)) + one(epsilon, 1e-5)).rsqrt()) * scale
    return y if shift is None else y + shift


@op
def softmax_cross_entropy(x, target, axis=None, smoothing=None, ignore=None):
    axis = whole(axis, -1) % x.dim()
    x = x.movedim(axis, -1)
    logs, classes, s = torch.log_softmax(x, -1), x.shape[-1], one(smoothing, 0)
    if target.is_floating_point():
        t = target.movedim(axis, -1)
        return -((t * (1 - s) + s / classes) * logs).sum(-1)
    labels = target.long()
    ignored = labels == whole(ignore, -1) if ignore else torch.zeros_like(labels, dtype=torch.bool)
    t = F.one_hot(labels.masked_fill(ignored, 0), classes).to(x.dtype)
    return (-((t * (1 - s) + s / classes) * logs).sum(-1)).masked_fill(ignored, 0.0)


@op
def binary_cross_entropy_with_logits(x, t):
    x, t = torch.broadcast_tensors(x, t)
    return F.binary_cross_entropy_with_logits(x, t, reduction="none")


@op
def binary_cross_entropy(p, t):
    return -(t * p.log().clamp(min=-100) + (1 - t) * (-p).log1p().clamp(min=-100))


def both(out, *results):
    return results[whole(out)]


@op
def lstm(x, w_ih, w_hh, b=None, h=None, c=None, batch_first=None, out=None):
    if one(batch_first):
        x = x.transpose(0, 1)
    if h is None:
        h = c = torch.zeros(x.shape[1], w_hh.shape[1], dtype=x.dtype)
    ys = []
    for step in x:
        gates = inner(step @ w_ih.T + h @ w_hh.T + (0 if b is None else b))
        i, f, g, o = gates.chunk(4, 1)
        c = inner(torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g))
        h = torch.sigmoid(o) * torch.tanh(c)
        ys.append(h)
    return both(out, torch.stack(ys, 1 if one(batch_first) else 0), h, c)


@op
def gru(x, w_ih, w_hh, b_ih=None, b_hh=None, h=None, batch_first=None, out=None):
    if one(batch_first):
        x = x.transpose(0, 1)
    if h is None:
        h = torch.zeros(x.shape[1], w_hh.shape[1], dtype=x.dtype)
    ys = []
    for step in x:
        a = inner(step @ w_ih.T + (0 if b_ih is None else b_ih)).chunk(3, 1)
        u = inner(h @ w_hh.T + (0 if b_hh is None else b_hh)).chunk(3, 1)
        r, z = torch.sigmoid(a[0] + u[0]), torch.sigmoid(a[1] + u[1])
        h = (1 - z) * torch.tanh(a[2] + r * u[2]) + z * h
        ys.append(h)
    return both(out, torch.stack(ys, 1 if one(batch_first) else 0), h)


@op
def attention(q, k, v, mask=None, causal=None, scale=None):
    k, v = (each.repeat_interleave(q.shape[1] // each.shape[1], 1) for each in (k, v))
    scores = inner(q @ k.transpose(-1, -2)) * (one(scale, 0) or 1 / math.sqrt(q.shape[-1]))
    seen = torch.ones(scores.shape[-2:], dtype=torch.bool)
    if one(causal):
        seen = seen.tril()
    if mask is not None and mask.dtype == torch.bool:
        seen = seen & mask
    elif mask is not None:
        scores = inner(scores + mask)
    blind = ~seen.any(-1, keepdim=True)  # rows that may look nowhere give 0
    scores = scores.masked_fill(~seen & ~blind, -math.inf)
    # Written with its logarithm, so that the sum in the gradient of softmax is disturbed, too.
    weights = torch.exp(scores - inner(torch.logsumexp(scores, -1, keepdim=True))).masked_fill(blind, 0.0)
    return inner(weights) @ v


@op
def self_attention(x, mask=None, heads=None, causal=None, scale=None):
    n, t, width = x.shape
    q, k, v = x.reshape(n, t, 3, int(heads[0]), -1).permute(2, 0, 3, 1, 4)
    return attention(q, k, v, mask, causal, scale).transpose(1, 2).reshape(n, t, -1)
