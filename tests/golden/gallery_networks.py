"""The networks of the gallery in PyTorch, with parameters by a formula: what make_gallery.py and make_training.py share.

Needs numpy, torch and torchvision.
"""
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
from torchvision.models import convnext, densenet, efficientnet, vision_transformer

torch.set_default_dtype(torch.float64)


def numbers(stream, shape):
    """Numbers in [-1, 1): the outputs of SplitMix64 that begins at `stream`."""
    with np.errstate(over="ignore"):
        z = np.uint64(stream) + np.arange(1, math.prod(shape) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return torch.from_numpy((z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1).reshape(shape)


def ordered_parameters(net):
    """The parameters in the order of the gallery's networks: that of PyTorch but for two kinds of blocks."""
    named = list(net.named_parameters())
    if isinstance(net, convnext.ConvNeXt):  # the factors of a block follow its body
        blocks = [name for name, m in net.named_modules() if isinstance(m, convnext.CNBlock)]
        order = {f"{block}.layer_scale": f"{block}.block" for block in blocks}
        last = {order[name]: max(k for k, (other, _) in enumerate(named) if other.startswith(order[name] + "."))
                for name in order}
        return [named[k] for k in sorted(range(len(named)), key=lambda k: last[order[named[k][0]]] + 0.5
                                         if named[k][0] in order else k)]
    if isinstance(net, vision_transformer.VisionTransformer):
        # The positions follow the class token, and both normalizations come first in a block.
        def rank(name):
            at = [k for k, (other, _) in enumerate(named) if other == name][0]
            if name == "encoder.pos_embedding":
                return 0.5
            if ".ln_2." in name:
                block = name.partition(".ln_2.")[0]
                return [k for k, (other, _) in enumerate(named) if other == f"{block}.ln_1.bias"][0] + (0.3 if "weight" in name else 0.6)
            return at
        return sorted(named, key=lambda each: rank(each[0]))
    return named


def fill(net):
    for k, (name, p) in enumerate(ordered_parameters(net)):
        drawn = numbers(k + 1, tuple(p.shape))
        if p.dim() >= 2 and not name.endswith("layer_scale"):
            drawn *= math.sqrt(6 / (p.numel() / p.shape[0]))
        else:
            drawn = 1 + 0.1 * drawn if name.endswith(("weight", "layer_scale")) else 0.1 * drawn
        p.data.copy_(drawn)
    net.train()
    for m in net.modules():
        if isinstance(m, nn.Dropout):
            m.p = 0.0


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
            setattr(parent, name.rpartition(".")[2], narrowed(m, name in linears[-1:]))
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


class Shifted(nn.BatchNorm2d):
    """Without a scale."""

    def __init__(self, width):
        super().__init__(width, eps=1e-12, momentum=0.4)
        del self.weight
        self.register_buffer("weight", torch.ones(width))


class Times(nn.Module):
    def forward(self, x):
        return x / 9


def airbench(width=1.0, outputs=10):
    """Jordan 2024, airbench94."""
    layers, inputs = [nn.Conv2d(3, 24, 2), nn.GELU()], 24
    for filters in (round(64 * width), round(256 * width), round(256 * width)):
        layers += [nn.Conv2d(inputs, filters, 3, padding="same", bias=False), nn.MaxPool2d(2), Shifted(filters), nn.GELU(),
                   nn.Conv2d(filters, filters, 3, padding="same", bias=False), Shifted(filters), nn.GELU()]
        inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(inputs, outputs, bias=False), Times())


def densenet121(growth=32, outputs=1000):
    return densenet.DenseNet(growth, (6, 12, 24, 16), 2 * growth, num_classes=outputs)


def squeezenet(width=1.0, outputs=1000):
    net = narrow(torchvision.models.squeezenet1_1(), width)
    net.classifier[1] = nn.Conv2d(round(512 * width), outputs, 1)
    return net


def efficientnet_b0(width=1.0, outputs=1000):
    stages, last = efficientnet._efficientnet_conf("efficientnet_b0", width_mult=width, depth_mult=1.0)
    return efficientnet.EfficientNet(stages, 0.2, 0.0, outputs, last_channel=last)


def convnext_tiny(width=1.0, outputs=1000):
    f = [round(n * width) for n in (96, 192, 384, 768)]
    stages = [convnext.CNBlockConfig(a, b, n) for a, b, n in zip(f, f[1:] + [None], (3, 3, 9, 3))]
    return convnext.ConvNeXt(stages, 0.0, num_classes=outputs)


def vit_small(width=384, heads=6, layers=12, patch=16, picture=224, outputs=1000):
    return vision_transformer.VisionTransformer(picture, patch, layers, heads, width, 4 * width, num_classes=outputs)


def with_outputs(net, outputs):
    """A network of torchvision whose last layer has this number of outputs."""
    name, last = [(name, m) for name, m in net.named_modules() if isinstance(m, nn.Linear)][-1]
    parent = net.get_submodule(name.rpartition(".")[0])
    setattr(parent, name.rpartition(".")[2], nn.Linear(last.in_features, outputs))
    return net

