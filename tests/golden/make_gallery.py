#!/usr/bin/env python3
"""The networks of the gallery beside PyTorch's: tests/golden/models/gallery.safetensors, read by
tests/models/gradients_test.cpp.

Needs numpy, torch and torchvision. Both sides fill parameters and inputs by one formula, so that no weights are stored.
A case has the loss, some outputs, and of each gradient its norm and four elements, all in float64.
"""
import math
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision

from goldens import Goldens

torch.set_default_dtype(torch.float64)
g = Goldens(0)
g.versions.update(torchvision=torchvision.__version__)


def numbers(stream, shape):
    """Numbers in [-1, 1): the outputs of SplitMix64 that begins at `stream`."""
    with np.errstate(over="ignore"):
        z = np.uint64(stream) + np.arange(1, math.prod(shape) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return torch.from_numpy((z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1).reshape(shape)


def fill(net):
    for k, (name, p) in enumerate(net.named_parameters()):
        drawn = numbers(k + 1, tuple(p.shape))
        if p.dim() >= 2:
            drawn *= math.sqrt(6 / (p.numel() / p.shape[0]))
        else:
            drawn = 1 + 0.1 * drawn if name.endswith("weight") else 0.1 * drawn
        p.data.copy_(drawn)


def narrow(net, factor):
    """The network with all channels but the first and the last times a factor."""
    scale = lambda n: max(round(n * factor), 1)

    def narrowed(m, last):
        if isinstance(m, nn.Conv2d):
            return nn.Conv2d(m.in_channels if m.in_channels == 3 else scale(m.in_channels), scale(m.out_channels), m.kernel_size,
                             m.stride, m.padding, groups=m.groups, bias=m.bias is not None)
        if isinstance(m, nn.BatchNorm2d):
            return nn.BatchNorm2d(scale(m.num_features))
        if isinstance(m, nn.Linear):
            return nn.Linear(scale(m.in_features), m.out_features if last else scale(m.out_features))
        return m

    linears = [name for name, m in net.named_modules() if isinstance(m, nn.Linear)]
    for name, m in list(net.named_modules()):
        if not list(m.children()) and name:
            parent = net.get_submodule(name.rpartition(".")[0])
            setattr(parent, name.rpartition(".")[2], narrowed(m, name == linears[-1]))
    return net


def grouped_alexnet(width=1.0, extent=6):
    """Krizhevsky et al. 2012; `extent` is that of the last map."""
    f = lambda n: 2 * round(n // 2 * width)
    norm = lambda: nn.LocalResponseNorm(5, 5e-4, 0.75, 2)
    hidden = round(4096 * width)
    return nn.Sequential(
        nn.Conv2d(3, f(96), 11, 4, 2), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(f(96), f(256), 5, 1, 2, groups=2), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(f(256), f(384), 3, 1, 1), nn.ReLU(),
        nn.Conv2d(f(384), f(384), 3, 1, 1, groups=2), nn.ReLU(),
        nn.Conv2d(f(384), f(256), 3, 1, 1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten(),
        nn.Linear(f(256) * extent**2, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1000))


def notes_lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5), nn.Sigmoid(), nn.MaxPool2d(2), nn.Sigmoid(), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2),
                         nn.Conv2d(16, 120, 4), nn.Flatten(), nn.Linear(120, 64), nn.Sigmoid(), nn.Linear(64, 10))


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def notes_cnn():
    return nn.Sequential(nn.Conv2d(1, 64, 3, padding=1), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.MaxPool2d(2),
                         nn.Sigmoid(), nn.Flatten(), nn.Linear(3136, 1024), nn.Linear(1024, 10))


class Subsampling(nn.Module):
    def __init__(self, maps):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.zeros(maps)), nn.Parameter(torch.zeros(maps))

    def forward(self, x):
        return 4 * F.avg_pool2d(x, 2) * self.weight[:, None, None] + self.bias[:, None, None]


class TableConv(nn.Module):
    """C3, whose maps read three, four or all of the six maps of S2: table I of LeCun et al. 1998, written out."""
    READS = [(0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5), (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5),
             (0, 1, 4, 5), (0, 1, 2, 5), (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)]

    def __init__(self):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.zeros(60, 5, 5)), nn.Parameter(torch.zeros(16))

    def forward(self, x):
        maps, at = [], 0
        for reads in self.READS:
            maps.append(F.conv2d(x[:, reads, :, :], self.weight[None, at:at + len(reads)]))
            at += len(reads)
        return torch.cat(maps, 1) + self.bias[:, None, None]


class Squash(nn.Module):
    def forward(self, x):
        return 1.7159 * torch.tanh(2 * x / 3)


class Distances(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(10, 84))

    def forward(self, x):
        return -(x[:, None, :] - self.weight).square().sum(-1)


def lenet_1998():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2, padding_mode="replicate"), Squash(), Subsampling(6), Squash(), TableConv(), Squash(),
                         Subsampling(16), Squash(), nn.Conv2d(16, 120, 5), Squash(), nn.Flatten(), nn.Linear(120, 84), Squash(), Distances())


def map_criterion(z, t):
    return (torch.log(math.exp(-1) + z.exp().sum(1)) - z.gather(1, t[:, None])[:, 0]).mean()


class UNet(nn.Module):
    def __init__(self, width=64, levels=4, norm=None):
        super().__init__()
        f = [2**k * width for k in range(levels + 1)]
        one = lambda a, b: [nn.Conv2d(a, b, 3, padding=1, bias=norm is None)] + ([norm(b)] if norm else []) + [nn.ReLU()]
        two = lambda a, b: nn.Sequential(*one(a, b), *one(b, b))
        self.down = nn.ModuleList(two(a, b) for a, b in zip([1] + f, f))
        self.up = nn.ModuleList(nn.ModuleList((nn.ConvTranspose2d(2 * a, a, 2, 2), two(2 * a, a))) for a in f[-2::-1])
        self.head = nn.Conv2d(f[0], 2, 1)

    def forward(self, x):
        seen = []
        for k, layer in enumerate(self.down):
            x = layer(F.max_pool2d(x, 2) if k else x)
            seen.append(x)
        for (rise, merge), before in zip(self.up, seen[-2::-1]):
            x = merge(torch.cat([before, rise(x)], 1))
        return self.head(x)


class FCN(nn.Module):
    """Long et al. 2015 on a residual network: scores at 1/32, 1/16 and 1/8 of the size."""
    def __init__(self, trunk, channels, classes):
        super().__init__()
        self.stem = nn.Sequential(trunk.conv1, trunk.bn1, trunk.relu, trunk.maxpool)
        self.stages = nn.ModuleList([trunk.layer1, trunk.layer2, trunk.layer3, trunk.layer4])
        self.scores = nn.ModuleList(nn.Conv2d(n, classes, 1) for n in channels)

    def forward(self, x):
        maps, y = [], self.stem(x)
        for stage in self.stages:
            y = stage(y)
            maps.insert(0, y)
        larger = lambda y, factor: F.interpolate(y, scale_factor=factor, mode="bilinear")
        total = self.scores[0](maps[0])
        for score, y in zip(self.scores[1:], maps[1:]):
            total = larger(total, 2) + score(y)
        return larger(total, 2 ** (6 - len(self.scores)))


class DeepLab(nn.Module):
    """torchvision's DeepLabv3, its tensor alone."""
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)["out"]


def case(key, net, shape, loss=F.cross_entropy):
    """A key is name(options), with ", full" behind it where it is slow."""
    fill(net)
    net.train()
    for m in net.modules():
        if isinstance(m, nn.Dropout):
            m.p = 0.0
    out = net(numbers(0, shape))
    target = torch.arange(math.prod(out.shape) // out.shape[1]) * 7 + 3
    target = (target % out.shape[1]).reshape((out.shape[0],) + tuple(out.shape[2:]))
    cost = loss(out, target)
    cost.backward()
    gradients = [p.grad.flatten() for p in net.parameters()]
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
if "small" not in sys.argv:
    case("alexnet(dropout=0), full", tv.alexnet(), (1, 3, 224, 224))
    case("alexnet-grouped(dropout=0), full", grouped_alexnet(), (1, 3, 224, 224))
    case("vgg16(dropout=0), full", tv.vgg16(), (1, 3, 224, 224))
    for depth in (18, 34, 50):
        case(f"resnet{depth}, full", getattr(tv, f"resnet{depth}")(), (2, 3, 224, 224))
    case("mobilenet-v2(dropout=0), full", tv.mobilenet_v2(), (4, 3, 224, 224))
    case("unet, full", UNet(), (1, 1, 256, 256))
g.write("models/gallery.safetensors")
