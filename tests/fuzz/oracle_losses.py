"""The fuzzer's activations besides those of oracle_ops.py, normalizations of samples, and losses in PyTorch."""
import math

import torch
import torch.nn.functional as F

from oracle_noise import inner
from oracle_ops import OPS, one, op, unary, whole

for name in ("selu", "mish", "softsign"):
    unary(name, getattr(F, name))
unary("hard_swish", lambda x: torch.where(x <= -3, 0 * x, torch.where(x >= 3, x, x * (x + 3) / 6)))
unary("step", lambda x: (x.detach() >= 0).to(x.dtype))
OPS["elu"] = lambda x, alpha=None: F.elu(x, one(alpha, 1))
OPS["celu"] = lambda x, alpha=None: torch.where(x > 0, x, one(alpha, 1) * torch.expm1(x.clamp(max=0) / one(alpha, 1)))
OPS["silu"] = lambda x, beta=None: x * torch.sigmoid(one(beta, 1) * x)
OPS["sharp_softplus"] = lambda x, beta=None: torch.logaddexp(x * one(beta, 1), torch.zeros_like(x)) / one(beta, 1)
OPS["threshold"] = lambda x, at, value: torch.where(x > at[0], x, torch.full_like(x, value[0]))
OPS["hard_tanh"] = lambda x, low=None: F.hardtanh(x, one(low, -1), 1)
OPS["hard_sigmoid"] = lambda x, alpha=None: F.hardtanh(one(alpha, 0.25) * x + 0.5, 0, 1)
OPS["prelu"] = lambda x, slope: torch.where(x > 0, x, slope * x)
OPS["glu"] = lambda x, axis: F.glu(x, whole(axis))
OPS["softmin"] = lambda x, axis: torch.softmax(inner(-x), whole(axis))
OPS["lp_normalize"] = lambda x, axis, p=None: x / inner(x.norm(one(p, 2), whole(axis), keepdim=True)).clamp(min=1e-12)


@op
def hardmax(x, axis):
    axis = whole(axis) % x.dim()
    return F.one_hot(x.argmax(axis), x.shape[axis]).movedim(-1, axis).to(x.dtype)


def standardized(x, axes, epsilon=1e-5):
    centered = inner(x - inner(x.mean(axes, keepdim=True)))
    return inner(centered * (inner(centered.square().mean(axes, keepdim=True)) + epsilon).rsqrt())


def by_channel(y, scale, shift):
    shape = (1, -1, *[1] * (y.dim() - 2))
    return y * scale.view(shape) + shift.view(shape)


@op
def group_norm(x, scale, shift, groups):
    cut = x.reshape(x.shape[0], whole(groups), -1)
    return by_channel(standardized(cut, [2]).reshape(x.shape), scale, shift)


@op
def instance_norm(x, scale, shift):
    return by_channel(standardized(x, list(range(2, x.dim()))), scale, shift)


@op
def rms_norm(x, scale):
    return x * (inner(x.square().mean(-1, keepdim=True)) + 1e-5).rsqrt() * scale


@op
def local_response_norm(x, size, alpha):
    n = whole(size)
    padded = F.pad(x.square().movedim(1, -1), ((n - 1) // 2, n // 2))
    return x / (1 + alpha[0] * inner(padded.unfold(-1, n, 1).mean(-1)).movedim(-1, 1)) ** 0.75


OPS["huber_loss"] = lambda p, t, delta: F.huber_loss(p, t, "none", delta[0])
OPS["smooth_l1_loss"] = lambda p, t, delta: F.smooth_l1_loss(p, t, reduction="none", beta=delta[0])
OPS["squared_log_error"] = lambda p, t: (inner(t.clamp(min=1e-6).log1p()) - inner(p.clamp(min=1e-6).log1p())).square()
OPS["absolute_percentage_error"] = lambda p, t: 100 * ((t - p) / t.abs().clamp(min=1e-7)).abs()
OPS["poisson_nll_loss"] = lambda p, t: p.exp() - t * p
OPS["kl_divergence"] = lambda p, t: t * (t.log() - p)
OPS["hinge_loss"] = lambda p, t: F.relu(1 - t * p)
OPS["squared_hinge_loss"] = lambda p, t: F.relu(1 - t * p).square()
OPS["exponential_loss"] = lambda p, t: (-t * p).exp()


@op
def log_cosh_loss(p, t):
    e = (p - t).abs()
    return e + torch.log1p(torch.exp(-2 * e)) - 0.6931471805599453


@op
def gaussian_nll_loss(m, t, v, full=None):
    return 0.5 * (v.log() + (t - m).square() / v) + (0.9189385332046727 if one(full) else 0)


@op
def binary_focal_loss(x, t, gamma):
    up, down = inner(F.softplus(x, 1, 1e9)), inner(F.softplus(-x, 1, 1e9))
    return 0.25 * t * (-gamma[0] * up).exp() * down + 0.75 * (1 - t) * (-gamma[0] * down).exp() * up


def uncovered(p, t, alpha, beta, smooth):
    p, t = (x.reshape(x.shape[0], -1) for x in (p, t))
    both, wrong = inner((p * t).sum(1)), inner(alpha * (p * (1 - t)).sum(1) + beta * ((1 - p) * t).sum(1))
    return wrong / (both + wrong + smooth)


OPS["tversky_loss"] = lambda p, t: uncovered(p, t, 0.25, 0.75, 1)
OPS["dice_loss"] = lambda p, t: uncovered(p, t, 0.5, 0.5, 0.5)


def picked(x, t):
    return x.gather(-1, t.long().unsqueeze(-1)).squeeze(-1)


OPS["nll_loss"] = lambda x, t: -picked(x, t)
OPS["categorical_cross_entropy"] = lambda p, t: -picked(p.log(), t)


@op
def focal_loss(x, t, gamma):
    logs = inner(torch.log_softmax(x, -1))
    return -picked((-torch.expm1(logs)).clamp(min=1e-30) ** gamma[0] * logs, t)


@op
def categorical_hinge_loss(y, t):
    shares = F.one_hot(t.long(), y.shape[-1]).to(y.dtype)
    return F.relu(1 + ((1 - shares) * y).amax(-1) - (shares * y).sum(-1))


@op
def multi_margin_loss(y, t):
    shares = F.one_hot(t.long(), y.shape[-1]).to(y.dtype)
    return ((1 - shares) * F.relu(1 + y - picked(y, t).unsqueeze(-1))).mean(-1)


@op
def cosine_loss(a, b):
    unit = lambda x: x / inner(x.norm(2, -1, keepdim=True)).clamp(min=1e-8)
    return 1 - (inner(unit(a)) * inner(unit(b))).sum(-1)


@op
def contrastive_loss(a, b, s):
    return s * (a - b).square().sum(-1) + (1 - s) * F.relu(2 - inner((a - b).norm(dim=-1))).square()


@op
def triplet_margin_loss(a, p, n):
    return F.relu(inner((a - p).norm(dim=-1)) - inner((a - n).norm(dim=-1)) + 1)


@op
def ctc_loss(x, t):
    time, samples, classes = x.shape
    full = lambda value: torch.full((samples,), value)
    return F.ctc_loss(torch.log_softmax(x, -1), t.long(), full(time), full(t.shape[1]), classes - 1, "none", True)


@op
def box_overlap(corner, extent, other_corner, other_extent, measure):
    a, b = torch.cat([corner, inner(corner + extent)], -1), torch.cat([other_corner, inner(other_corner + other_extent)], -1)
    def area(low, high):
        return (high - low).clamp(min=0).prod(-1)
    shared = area(torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:]))
    low, high = torch.minimum(a[..., :2], b[..., :2]), torch.maximum(a[..., 2:], b[..., 2:])
    united = area(a[..., :2], a[..., 2:]) + area(b[..., :2], b[..., 2:]) - shared
    iou = shared / united
    kind = whole(measure)
    if kind == 0:
        return iou
    if kind == 1:
        return iou - (area(low, high) - united) / area(low, high)
    distance = iou - ((a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) / 2).square().sum(-1) / (high - low).square().sum(-1)
    if kind == 2:
        return distance
    angles = [torch.atan2(x[..., 2] - x[..., 0], x[..., 3] - x[..., 1]) for x in (a, b)]
    v = 4 / math.pi ** 2 * (angles[0] - angles[1]).square()
    return distance - torch.where(v > 0, v.square() / (1 - iou + v), 0 * v)
