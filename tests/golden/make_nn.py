#!/usr/bin/env python3
"""Golden values from PyTorch of the network ops (tests/golden/nn.safetensors) and optimizers (optim.safetensors).

Needs numpy and torch. Entries of nn.safetensors belong to the row `name` of tests/ops/nn_golden_test.cpp; those
of optim.safetensors to tests/optim/golden_test.cpp. The versions that made them stand in the metadata. Run it again only to
add cases.
"""
import numpy as np
import torch
import torch.nn.functional as F

from goldens import Goldens

g = Goldens(719)
case, reals, whole = g.case, g.reals, g.whole
steps = Goldens(0)


case("matmul", torch.matmul, reals(3, 4), reals(4, 5))
case("matmul", torch.matmul, reals(2, 1, 3, 4), reals(5, 4, 2))
case("matmul/vectors", torch.matmul, reals(4), reals(4))
case("matmul/vectors", torch.matmul, reals(4), reals(2, 4, 3))
case("matmul/transpose a", lambda a, b: a.mT @ b, reals(4, 3), reals(4, 5))
case("matmul/transpose b", lambda a, b: a @ b.mT, reals(2, 3, 4), reals(5, 4))
case("matmul/transpose both", lambda a, b: a.mT @ b.mT, reals(4, 3), reals(5, 4))
case("matmul/bias", lambda a, b, c: a @ b + c, reals(2, 3, 4), reals(4, 5), reals(5))
case("linear", F.linear, reals(2, 3, 4), reals(5, 4), reals(5))
case("dot", torch.dot, reals(5), reals(5))
case("outer", torch.outer, reals(3), reals(4))

case("conv1d", F.conv1d, reals(2, 3, 8), reals(4, 3, 3), reals(4))
case("conv2d", F.conv2d, reals(2, 3, 6, 5), reals(4, 3, 3, 2), reals(4))
case("conv2d", F.conv2d, reals(1, 1, 3, 3), reals(1, 1, 3, 3))
case("conv2d/same", lambda x, w, b: F.conv2d(x, w, b, padding="same"), reals(2, 2, 5, 6), reals(3, 2, 3, 3), reals(3))
case("conv2d/same", lambda x, w: F.conv2d(F.pad(x, (1, 2, 0, 1)), w), reals(1, 2, 5, 4), reals(3, 2, 2, 4))
case("conv2d/same, stride 2", lambda x, w, b: F.conv2d(F.pad(x, (0, 1, 1, 1)), w, b, stride=2),
     reals(2, 2, 7, 6), reals(3, 2, 3, 3), reals(3))
case("conv2d/full", lambda x, w: F.conv2d(x, w, padding=(2, 1)), reals(1, 2, 4, 3), reals(2, 2, 3, 2))
case("conv2d/asymmetric", lambda x, w, b: F.conv2d(F.pad(x, (1, 3, 0, 2)), w, b, stride=(2, 1)),
     reals(2, 2, 5, 4), reals(3, 2, 3, 3), reals(3))
case("conv2d/dilation", lambda x, w: F.conv2d(x, w, dilation=(2, 1), padding=1), reals(2, 2, 6, 5), reals(2, 2, 3, 3))
case("conv2d/groups", lambda x, w, b: F.conv2d(x, w, b, padding=1, groups=2), reals(2, 4, 5, 5), reals(6, 2, 3, 3), reals(6))
case("conv2d/depthwise", lambda x, w: F.conv2d(x, w, groups=3), reals(2, 3, 4, 4), reals(3, 1, 2, 2))
case("conv3d", lambda x, w, b: F.conv3d(x, w, b, stride=(1, 2, 1), padding=1),
     reals(1, 2, 3, 4, 3), reals(2, 2, 2, 3, 2), reals(2))

for name, pools, extra in (("max_pool", (F.max_pool1d, F.max_pool2d, F.max_pool3d), {}),
                           ("avg_pool", (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d), {"count_include_pad": False})):
    case(name + "1d", lambda x: pools[0](x, 3, 2, **extra), reals(2, 3, 8))
    case(name + "2d", lambda x: pools[1](x, 2, **extra), reals(2, 3, 6, 4))
    case(name + "2d", lambda x: pools[1](x, 2, **extra), reals(2, 2, 5, 7))
    case(name + "2d/overlapping", lambda x: pools[1](x, (3, 2), 1, **extra), reals(2, 2, 5, 4))
    case(name + "2d/padded", lambda x: pools[1](x, 3, 2, 1, **extra), reals(2, 2, 5, 6))
    case(name + "2d/ceil", lambda x: pools[1](x, 3, 2, 1, ceil_mode=True, **extra), reals(2, 2, 6, 6))
    case(name + "3d", lambda x: pools[2](x, 2, (2, 1, 2), **extra), reals(1, 2, 4, 3, 4))
case("max_pool2d/dilation", lambda x: F.max_pool2d(x, 2, 1, 0, 2), reals(2, 2, 5, 5))
case("max_pool2d/many taps", lambda x: F.max_pool2d(x, 17, 1), reals(1, 1, 18, 18))
case("avg_pool2d/include pad", lambda x: F.avg_pool2d(x, 3, 2, 1), reals(2, 2, 5, 6))
case("avg_pool2d/include pad, ceil", lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True), reals(2, 2, 6, 6))

case("softmax", lambda x: F.softmax(x, -1), reals(3, 5))
case("softmax", lambda x: F.softmax(x, -1), reals(2, 17, low=-90, high=90))
case("softmax/axis 1", lambda x: F.softmax(x, 1), reals(2, 3, 4))
case("log_softmax", lambda x: F.log_softmax(x, -1), reals(3, 5))
case("log_softmax", lambda x: F.log_softmax(x, -1), reals(2, 17, low=-90, high=90))
case("log_softmax/axis 1", lambda x: F.log_softmax(x, 1), reals(2, 3, 4))
case("softplus", lambda x: torch.logaddexp(x, torch.zeros_like(x)), reals(7, low=-60, high=60))

case("softmax_cross_entropy", lambda x, t: F.cross_entropy(x, t, reduction="none"), reals(4, 5), whole(4, limit=5))
case("softmax_cross_entropy", lambda x, t: F.cross_entropy(x.mT, t, reduction="none"), reals(2, 3, 4), whole(2, 3, limit=4))
case("softmax_cross_entropy/axis 1", lambda x, t: F.cross_entropy(x, t, reduction="none"),
     reals(2, 4, 3, 2), whole(2, 3, 2, limit=4))
case("softmax_cross_entropy/smoothed", lambda x, t: F.cross_entropy(x, t, reduction="none", label_smoothing=0.1),
     reals(4, 5), whole(4, limit=5))
case("softmax_cross_entropy/ignored", lambda x, t: F.cross_entropy(x, t, reduction="none", ignore_index=2),
     reals(6, 4), whole(6, limit=4))
case("softmax_cross_entropy/probabilities", lambda x, t: F.cross_entropy(x, t, reduction="none"),
     reals(4, 5), reals(4, 5, low=0.1, high=1))
case("softmax_cross_entropy/smoothed probabilities",
     lambda x, t: F.cross_entropy(x, t, reduction="none", label_smoothing=0.2), reals(4, 5), reals(4, 5, low=0.1, high=1))
case("binary_cross_entropy_with_logits", lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"),
     reals(5, low=-80, high=80), reals(5, low=0, high=1))
case("binary_cross_entropy", lambda p, t: F.binary_cross_entropy(p, t, reduction="none"),
     reals(3, 4, low=0.1, high=0.9), reals(3, 4, low=0, high=1))


def optimizer(name, make, schedule=None, clip=None):
    """Five steps on two parameters whose gradients are given."""
    start = [reals(3, 2), reals(4)]
    gradients = [[reals(5, 3, 2)[k] for k in range(5)], [reals(5, 4)[k] for k in range(5)]]
    parameters = [p.clone().requires_grad_() for p in start]
    chosen = make(parameters)
    scheduler = schedule(chosen) if schedule else None
    for step in range(5):
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient[step].clone()
        if clip:
            clip(parameters)
        chosen.step()
        if scheduler:
            scheduler.step()
    for k in range(2):
        steps.store(f"{name}.start{k}", start[k].numpy())
        steps.store(f"{name}.gradients{k}", torch.stack(gradients[k]).numpy())
        steps.store(f"{name}.end{k}", parameters[k].detach().numpy())


schedules = torch.optim.lr_scheduler
optimizer("gradient-descent", lambda p: torch.optim.SGD(p, 0.1))
optimizer("gradient-descent, weight decay", lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.05))
optimizer("momentum", lambda p: torch.optim.SGD(p, 0.1, momentum=0.9))
optimizer("nesterov", lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True))
optimizer("adam", lambda p: torch.optim.Adam(p, 0.01))
optimizer("adam, weight decay", lambda p: torch.optim.Adam(p, 0.01, (0.8, 0.95), 1e-6, 0.05))
optimizer("adamw", lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1))
optimizer("step schedule", lambda p: torch.optim.SGD(p, 0.1), lambda o: schedules.StepLR(o, 2, 0.5))
optimizer("exponential schedule", lambda p: torch.optim.SGD(p, 0.1), lambda o: schedules.ExponentialLR(o, 0.8))
optimizer("cosine schedule", lambda p: torch.optim.SGD(p, 0.1), lambda o: schedules.CosineAnnealingLR(o, 8))
optimizer("clip value", lambda p: torch.optim.SGD(p, 0.1),
          clip=lambda p: torch.nn.utils.clip_grad_value_(p, 0.5))
optimizer("clip global norm", lambda p: torch.optim.SGD(p, 0.1),
          clip=lambda p: torch.nn.utils.clip_grad_norm_(p, 0.5))
optimizer("clip norm", lambda p: torch.optim.SGD(p, 0.1),
          clip=lambda ps: [torch.nn.utils.clip_grad_norm_([p], 0.5) for p in ps])

g.write("nn.safetensors")
steps.write("optim.safetensors")
