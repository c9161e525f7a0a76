#!/usr/bin/env python3
"""The networks of the gallery beside PyTorch's: tests/golden/models/gallery.safetensors, read by
tests/models/gradients_test.cpp.

Needs numpy, torch and torchvision. Both sides fill parameters and inputs by one formula, so that no weights are stored.
A case has the loss, some outputs, and of each gradient its norm and four elements, all in float64. Cases that the file
has are kept; "all" makes them again, and "small" leaves out those of full size.
"""
import math
import sys

import numpy as np
import torch.nn.functional as F
import torchvision

from gallery_networks import *
from goldens import Goldens

g = Goldens(0)
g.versions.update(torchvision=torchvision.__version__)
FILE = "models/gallery.safetensors"
known = set() if "all" in sys.argv else g.keep(FILE)


def case(key, net, shape, loss=F.cross_entropy):
    """A key is name(options), with ", full" behind it where it is slow."""
    if key in known:
        return
    fill(net)
    out = net(numbers(0, shape))
    target = torch.arange(math.prod(out.shape) // out.shape[1]) * 7 + 3
    target = (target % out.shape[1]).reshape((out.shape[0],) + tuple(out.shape[2:]))
    cost = loss(out, target)
    cost.backward()
    gradients = [p.grad.flatten() for _, p in ordered_parameters(net)]
    outputs = out.flatten()
    g.store(f"{key}|shape", np.array(shape))
    g.store(f"{key}|loss", cost.detach().numpy())
    g.store(f"{key}|outputs", outputs[[k * (len(outputs) - 1) // 7 for k in range(8)]].detach().numpy())
    g.store(f"{key}|norms", np.array([x.norm().item() for x in gradients]))
    g.store(f"{key}|elements", np.array([[x[k * (len(x) - 1) // 3].item() for k in range(4)] for x in gradients]))
    g.counts[key] = 1
    print(key, cost.item(), flush=True)


tv = torchvision.models
case("lenet5", lenet(), (4, 1, 28, 28))
case("lenet5-sigmoid", notes_lenet(), (4, 1, 28, 28))
case("lenet5-1998(learn_codes=true)", lenet_1998(), (4, 1, 28, 28), map_criterion)
case("mnist-cnn-notes(dropout=0)", notes_cnn(), (2, 1, 28, 28))
case("alexnet(width=0.125,dropout=0)", narrow(tv.alexnet(), 0.125), (2, 3, 95, 95))
case("alexnet-grouped(width=0.125,dropout=0)", grouped_alexnet(0.125, 2), (2, 3, 95, 95))
case("vgg11(width=0.125,dropout=0)", narrow(tv.vgg11(), 0.125), (2, 3, 64, 64))
case("vgg16(width=0.125,dropout=0)", narrow(tv.vgg16(), 0.125), (2, 3, 64, 64))
for depth in (18, 34, 50, 101, 152):
    case(f"resnet{depth}(width=0.25)", narrow(getattr(tv, f"resnet{depth}")(), 0.25), (2, 3, 64, 64))
case("mobilenet-v2(width=0.25,dropout=0)", tv.mobilenet_v2(width_mult=0.25), (4, 3, 64, 64))
case("unet(width=8)", UNet(8), (2, 1, 32, 32))
case("unet(width=4,levels=3,normalization=batch-norm)", UNet(4, 3, nn.BatchNorm2d), (2, 1, 40, 24))
case("unet(width=4,levels=2,normalization=group-norm)", UNet(4, 2, lambda n: nn.GroupNorm(math.gcd(n, 8), n)), (2, 1, 20, 12))
case("fcn(width=0.25)", FCN(narrow(tv.resnet18(), 0.25), (128, 64, 32), 21), (2, 3, 64, 96))
case("fcn(width=0.125,depth=50,stride=32)", FCN(narrow(tv.resnet50(), 0.125), (256,), 21), (2, 3, 64, 64))
case("deeplab(depth=50,stride=8,dropout=0)", DeepLab(tv.segmentation.deeplabv3_resnet50(weights=None, weights_backbone=None)), (2, 3, 32, 32))
case("squeezenet(width=0.25,dropout=0)", squeezenet(0.25), (2, 3, 64, 64))
case("densenet121(growth=4)", densenet121(4), (4, 3, 64, 64))
case("efficientnet-b0(width=0.25,dropout=0,drop_path=0)", efficientnet_b0(0.25), (4, 3, 64, 64))
case("convnext-tiny(width=0.125,drop_path=0)", convnext_tiny(0.125), (2, 3, 64, 64))
case("vit-small(width=24,heads=3,layers=3,patch=8,picture=32)", vit_small(24, 3, 3, 8, 32), (2, 3, 32, 32))
case("airbench(width=0.25)", airbench(0.25), (4, 3, 32, 32))
if "small" not in sys.argv:
    case("alexnet(dropout=0), full", tv.alexnet(), (1, 3, 224, 224))
    case("alexnet-grouped(dropout=0), full", grouped_alexnet(), (1, 3, 224, 224))
    case("vgg16(dropout=0), full", tv.vgg16(), (1, 3, 224, 224))
    for depth in (18, 34, 50):
        case(f"resnet{depth}, full", getattr(tv, f"resnet{depth}")(), (2, 3, 224, 224))
    case("mobilenet-v2(dropout=0), full", tv.mobilenet_v2(), (4, 3, 224, 224))
    case("unet, full", UNet(), (1, 1, 256, 256))
g.write(FILE)
