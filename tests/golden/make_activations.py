#!/usr/bin/env python3
"""Golden values and gradients of activations and of normalizations of samples, as functions and as layers, from PyTorch."""
import torch
import torch.nn.functional as F
from goldens import Goldens

g = Goldens(1301)


def curve(name, function, low=-4.0, high=4.0, extra=()):
    """Three cases off the kinks, and edges where the values are defined."""
    g.case(name, function, g.distinct(3, 5, low=low, high=high))
    g.case(name, function, g.reals(2, 3, 2, low=low, high=high))
    g.case(name, function, g.reals(7, low=6 * low, high=6 * high))
    for values in extra:
        g.case(name, function, torch.tensor(values, dtype=torch.float64))


# PyTorch's own keep 1/alpha and 1/6 as float32 numbers, also for float64 tensors.
def celu(x):
    return torch.where(x > 0, x, 0.7 * torch.expm1(torch.where(x > 0, 0, x) / 0.7))


def softplus(x):
    return torch.logaddexp(2 * x, torch.zeros_like(x)) / 2


def hard_sigmoid(x):
    return (x / 6 + 0.5).clamp(0, 1)


big = [1e4, -1e4, 30.0, -30.0, 0.5]
curve("elu", F.elu, extra=(big,)), curve("elu/alpha", lambda x: F.elu(x, 0.5))
curve("selu", F.selu, extra=(big,)), curve("celu", F.celu, extra=(big,)), curve("celu/alpha", celu)
curve("silu", F.silu, extra=(big,)), curve("silu/beta", lambda x: x * torch.sigmoid(1.5 * x))
curve("mish", F.mish, extra=(big,)), curve("softplus/beta", softplus, extra=(big,))
curve("hard_swish", F.hardswish, extra=(big,)), curve("threshold", lambda x: F.threshold(x, 0.5, -3), extra=(big,))
curve("softsign", F.softsign, extra=(big,)), curve("hard_sigmoid", hard_sigmoid, extra=(big,))
curve("hard_sigmoid/ONNX", lambda x: (0.2 * x + 0.4).clamp(0, 1))
curve("hard_tanh", F.hardtanh, extra=(big,)), curve("hard_tanh/bounds", lambda x: F.hardtanh(x, -0.3, 1.2))
curve("step", lambda x: torch.heaviside(x, torch.ones((), dtype=x.dtype)).detach(), extra=([0.0, -0.0, 1e-300, -1e-300],))
for shape, channels in (((3, 4, 2), (4,)), ((3, 4), (1,)), ((2, 3, 2, 2), (3,))):
    g.case("prelu", F.prelu, g.reals(*shape), g.reals(*channels, low=0.1, high=0.9))
g.case("glu", F.glu, g.reals(3, 6)), g.case("glu", F.glu, g.reals(2, 3, 4)), g.case("glu", F.glu, g.reals(4))
for shape in ((2, 4, 3), (1, 2, 5), (3, 6)):
    g.case("glu/middle", lambda x: F.glu(x, 1), g.reals(*shape))
for name, axis in (("softmin", -1), ("softmin/first", 0)):
    for shape in ((3, 5), (2, 3, 4), (6,)):
        g.case(name, lambda x: F.softmin(x, axis), g.reals(*shape))
for name, axis in (("hardmax", -1), ("hardmax/middle", 1)):
    for shape in ((3, 5), (2, 3, 4), (2, 6)):
        g.case(name, lambda x: F.one_hot(x.argmax(axis), x.shape[axis]).movedim(-1, axis).double(), g.distinct(*shape))
g.write("ops/activations.safetensors")

n = Goldens(1302)
for shape in ((2, 4, 3), (3, 6), (2, 2, 3, 2)):
    c = shape[1]
    n.case("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b), n.reals(*shape), n.reals(c), n.reals(c))
for shape in ((2, 6, 2), (1, 3, 4), (2, 3, 2, 2)):
    n.case("group_norm/plain", lambda x: F.group_norm(x, 3, eps=1e-3), n.reals(*shape))
for shape in ((2, 3, 4), (2, 2, 3, 2), (1, 2, 7)):
    c = shape[1]
    n.case("instance_norm", lambda x, w, b: F.instance_norm(x, weight=w, bias=b), n.reals(*shape), n.reals(c), n.reals(c))
for shape in ((3, 5), (2, 3, 17), (4,)):
    n.case("rms_norm", lambda x, w: F.rms_norm(x, shape[-1:], w, 1e-5), n.reals(*shape), n.reals(shape[-1]))
for shape in ((3, 2, 4), (2, 3, 5), (1, 2, 2)):
    n.case("rms_norm/two axes", lambda x: F.rms_norm(x, shape[1:], eps=1e-3), n.reals(*shape))
for shape in ((2, 7, 3), (2, 3, 2, 2), (1, 9, 2)):
    n.case("local_response_norm", lambda x: F.local_response_norm(x, 5), n.reals(*shape, low=-9, high=9))
    n.case("local_response_norm/strong", lambda x: F.local_response_norm(x, 3, 0.5, 0.6, 2), n.reals(*shape))


def onnx_lrn(x, size, alpha, beta, bias):
    """The window of ONNX LRN, which for even sizes is not PyTorch's."""
    padded = F.pad(x.square().movedim(1, -1), ((size - 1) // 2, size // 2))
    return x / (bias + alpha / size * padded.unfold(-1, size, 1).sum(-1).movedim(-1, 1)) ** beta


for shape in ((2, 6, 2), (1, 3, 4), (2, 4, 2, 2)):
    n.case("local_response_norm/even", lambda x: onnx_lrn(x, 4, 0.5, 0.75, 1), n.reals(*shape))
for name, p, axis in (("lp_normalize", 2, -1), ("lp_normalize/1", 1, 1)):
    for shape in ((3, 5), (2, 3, 4), (1, 2, 2, 2)):
        n.case(name, lambda x: F.normalize(x, p, axis), n.reals(*shape))
n.write("ops/sample_normalization.safetensors")

# Layers, called as their text: the inputs are x and the parameters.
layers = {
    "elu(alpha=0.7)": (torch.nn.ELU(0.7), (3, 4)), "selu": (torch.nn.SELU(), (3, 4)), "celu(alpha=0.7)": (celu, (3, 4)),
    "silu": (torch.nn.SiLU(), (3, 4)), "mish": (torch.nn.Mish(), (3, 4)),
    "softplus(beta=2)": (torch.nn.Softplus(2, 1e9), (3, 4)), "hard-swish": (torch.nn.Hardswish(), (3, 4)),
    "threshold(at=0.3,value=-1)": (torch.nn.Threshold(0.3, -1), (3, 4)), "glu": (torch.nn.GLU(), (3, 4)),
    "prelu": (torch.nn.PReLU(), (3, 4)), "softsign": (torch.nn.Softsign(), (3, 4)), "hard-sigmoid": (hard_sigmoid, (3, 4)),
    "hard-tanh(low=-0.4,high=1.1)": (torch.nn.Hardtanh(-0.4, 1.1), (3, 4)),
    "log-softmax": (torch.nn.LogSoftmax(-1), (3, 4)), "softmin": (torch.nn.Softmin(-1), (3, 4)),
    "hardmax": (lambda x: F.one_hot(x.argmax(-1), x.shape[-1]).double(), (3, 4)),
    "step": (lambda x: (x > 0).double(), (3, 4)), "scaled-tanh": (lambda x: 1.7159 * torch.tanh(2 * x / 3), (3, 4)),
    "group-norm(groups=2)": (torch.nn.GroupNorm(2, 4), (2, 4, 3)),
    "instance-norm(affine=true)": (torch.nn.InstanceNorm1d(3, affine=True), (2, 3, 5)), "rms-norm": (torch.nn.RMSNorm(5, 1e-5), (2, 3, 5)),
    "local-response-norm(size=3,alpha=0.5)": (torch.nn.LocalResponseNorm(3, 0.5), (2, 5, 3)),
}
t = Goldens(1303)
for name, (layer, shape) in layers.items():
    for _ in range(3):
        function, parameters = layer, []
        if isinstance(layer, torch.nn.Module):
            keys = [key for key, _ in layer.named_parameters()]
            parameters = [t.reals(*value.shape) for value in layer.parameters()]
            function = lambda x, *values: torch.func.functional_call(layer, dict(zip(keys, values)), (x,))
        t.case(name, function, t.reals(*shape, low=-3, high=3), *parameters)
t.write("nn/activations.safetensors")
