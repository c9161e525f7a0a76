"""Values and gradients of loops and branches: tests/golden/ops/control.safetensors. PyTorch runs plain loops."""
import torch

from goldens import Goldens

g = Goldens(41)


def mixed(x, s, w, reverse):
    outputs = [None] * len(x)
    for t in reversed(range(len(x))) if reverse else range(len(x)):
        s = torch.tanh(s * w + x[t])
        outputs[t] = s * x[t]
    return s, torch.stack(outputs)


def length(a, b):
    outputs = []
    for _ in range(3):
        outputs.append(a * b)
        a = torch.sin(a) + b
    return a, torch.stack(outputs)


def three_times(x, w):
    for _ in range(3):
        x = torch.cos(x) * w
    return x


def branch(a, b, truth):
    return a * torch.exp(b) if truth else a - b


for shape in ((4, 3), (1, 5), (3, 2, 2), (6,)):
    own = shape[1:]
    g.case("scan", lambda x, s, w: mixed(x, s, w, False), g.reals(*shape), g.reals(*own), g.reals(*own))
    g.case("scan/reverse", lambda x, s, w: mixed(x, s, w, True), g.reals(*shape), g.reals(*own), g.reals(*own))
for shape in ((3,), (2, 3), ()):
    g.case("scan/length", length, g.reals(*shape), g.reals(*shape))
    g.case("while_loop", three_times, g.reals(*shape), g.reals(*shape))
    for truth in (True, False):
        g.case("cond", branch, g.reals(*shape), g.reals(*shape), torch.tensor(truth))
g.write("ops/control.safetensors")
