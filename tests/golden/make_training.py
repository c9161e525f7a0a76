#!/usr/bin/env python3
"""Short trainings of the gallery's networks by PyTorch: tests/golden/models/training.safetensors, read by
tests/models/training_test.cpp.

Needs numpy, torch and torchvision. Both sides fill parameters and batches by one formula. A case has the loss of each of 20
steps with momentum 0.9 over a few batches in turn, in float64. The largest difference of the same training in float32 is
printed: it must be well below what the test allows.
"""
import copy

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

from gallery_networks import *
from goldens import Goldens

STEPS, BATCHES, OUTPUTS, MOMENTUM = 20, 2, 10, 0.9
g = Goldens(0)
g.versions.update(torchvision=torchvision.__version__)


def losses(net, batches, rate):
    optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=MOMENTUM)
    curve = []
    for step in range(STEPS):
        x, y = batches[step % len(batches)]
        optimizer.zero_grad()
        cost = F.cross_entropy(net(x), y)
        cost.backward()
        optimizer.step()
        curve.append(cost.item())
    return np.array(curve)


def case(key, net, shape, rate):
    """A key is name(options), with ", full" behind it where it is slow."""
    fill(net)
    labels = [torch.arange(shape[0]) * 7 + 3 + b for b in range(BATCHES)]
    batches = [(numbers(10000 + b, shape), labels[b] % OUTPUTS) for b in range(BATCHES)]
    single = losses(copy.deepcopy(net).float(), [(x.float(), y) for x, y in batches], rate)
    curve = losses(net, batches, rate)
    g.store(f"{key}|shape", np.array(shape))
    g.store(f"{key}|rate", np.array(rate))
    g.store(f"{key}|losses", curve)
    g.counts[key] = 1
    print(f"{key}: {curve[0]:.4f}, {curve[1]:.4f} to {curve[-2]:.4f}, {curve[-1]:.4f}; float32 differs by {np.abs(single - curve).max():.1e}", flush=True)


tv = torchvision.models
case("alexnet(width=0.125,dropout=0)", with_outputs(narrow(tv.alexnet(), 0.125), OUTPUTS), (8, 3, 95, 95), 0.01)
case("vgg11(width=0.125,dropout=0)", with_outputs(narrow(tv.vgg11(), 0.125), OUTPUTS), (8, 3, 32, 32), 0.003)
# Rounding grows from step to step in deep networks of batch norms and rectifiers with few samples; small rates keep it small.
for depth, rate in ((18, 1e-3), (34, 3e-6), (50, 2e-8)):
    case(f"resnet{depth}(width=0.25)", with_outputs(narrow(getattr(tv, f"resnet{depth}")(), 0.25), OUTPUTS), (8, 3, 64, 64), rate)
case("mobilenet-v2(width=0.25,dropout=0)", tv.mobilenet_v2(width_mult=0.25, num_classes=OUTPUTS), (8, 3, 64, 64), 5e-7)
case("squeezenet(width=0.25,dropout=0)", squeezenet(0.25, OUTPUTS), (8, 3, 64, 64), 0.03)
case("densenet121(growth=4)", densenet121(4, OUTPUTS), (8, 3, 64, 64), 3e-6)
case("efficientnet-b0(width=0.25,dropout=0,drop_path=0)", efficientnet_b0(0.25, OUTPUTS), (8, 3, 64, 64), 0.01)
case("convnext-tiny(width=0.125,drop_path=0)", convnext_tiny(0.125, OUTPUTS), (8, 3, 64, 64), 0.01)
case("vit-small(width=24,heads=3,layers=3,patch=8,picture=32)", vit_small(24, 3, 3, 8, 32, OUTPUTS), (8, 3, 32, 32), 0.01)
case("airbench(width=0.25)", airbench(0.25, OUTPUTS), (8, 3, 32, 32), 0.1)
case("airbench, full", airbench(1, OUTPUTS), (16, 3, 32, 32), 0.02)
g.write("models/training.safetensors")
