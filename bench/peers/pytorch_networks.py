"""The networks of the workloads in PyTorch; bench/peers/onnx_runtime.py exports the same ones."""

import torch
from torch import nn

from common import GPT, GPT_POSITIONS, UNET, VOCABULARY


def mlp(outputs):
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, outputs))


def lenet(outputs):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, outputs))


def cnn64(outputs):
    return nn.Sequential(
        nn.Conv2d(1, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, outputs))


def alexnet(outputs):
    """Krizhevsky 2014, in one column."""
    layers, inputs = [], 3
    for filters, kernel, stride, padding, pool in [(64, 11, 4, 2, True), (192, 5, 1, 2, True), (384, 3, 1, 1, False),
                                                   (256, 3, 1, 1, False), (256, 3, 1, 1, True)]:
        layers += [nn.Conv2d(inputs, filters, kernel, stride, padding), nn.ReLU(inplace=True)]
        layers += [nn.MaxPool2d(3, 2)] if pool else []
        inputs = filters
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool2d(6), nn.Flatten(), nn.Dropout(0.5), nn.Linear(9216, 4096), nn.ReLU(inplace=True),
        nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, outputs))


def conv_norm(inputs, filters, kernel, stride=1, groups=1):
    return [nn.Conv2d(inputs, filters, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(filters)]


class Residual(nn.Module):
    """x + f(x), x projected when its shape changes, rectified behind."""

    def __init__(self, inputs, filters, stride, layers):
        super().__init__()
        self.body = nn.Sequential(*layers)
        same = stride == 1 and inputs == filters
        self.shortcut = nn.Identity() if same else nn.Sequential(*conv_norm(inputs, filters, 1, stride))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.body(x) + self.shortcut(x))


def resnet18_cifar(outputs):
    layers, inputs = [*conv_norm(3, 64, 3), nn.ReLU(inplace=True)], 64
    for stage, filters in enumerate([64, 128, 256, 512]):
        for block in range(2):
            stride = 2 if stage > 0 and block == 0 else 1
            layers.append(Residual(inputs, filters, stride, [
                *conv_norm(inputs, filters, 3, stride), nn.ReLU(inplace=True), *conv_norm(filters, filters, 3)]))
            inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, outputs))


def resnet50(outputs):
    """He et al. 2016 with the stride in the 3x3 convolution, as torchvision has it."""
    layers, inputs = [*conv_norm(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)], 64
    for stage, (width, blocks) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)]):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            layers.append(Residual(inputs, 4 * width, stride, [
                *conv_norm(inputs, width, 1), nn.ReLU(inplace=True), *conv_norm(width, width, 3, stride),
                nn.ReLU(inplace=True), *conv_norm(width, 4 * width, 1)]))
            inputs = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, outputs))


class Shifted(nn.BatchNorm2d):
    """Without a scale."""

    def __init__(self, width):
        super().__init__(width, eps=1e-12, momentum=0.4)
        del self.weight
        self.register_buffer("weight", torch.ones(width))


class Times(nn.Module):
    def forward(self, x):
        return x / 9


def airbench(outputs):
    """Jordan 2024, airbench94."""
    layers, inputs = [nn.Conv2d(3, 24, 2), nn.GELU()], 24
    for filters in (64, 256, 256):
        layers += [nn.Conv2d(inputs, filters, 3, padding="same", bias=False), nn.MaxPool2d(2), Shifted(filters), nn.GELU(),
                   nn.Conv2d(filters, filters, 3, padding="same", bias=False), Shifted(filters), nn.GELU()]
        inputs = filters
    return nn.Sequential(*layers, nn.MaxPool2d(3), nn.Flatten(), nn.Linear(inputs, outputs, bias=False), Times())


class Inverted(nn.Module):
    """MobileNetV2's block: 1x1 wider, depthwise 3x3, 1x1 narrower without activation."""

    def __init__(self, inputs, filters, stride, factor):
        super().__init__()
        wide = inputs * factor
        layers = [] if factor == 1 else [*conv_norm(inputs, wide, 1), nn.ReLU6(inplace=True)]
        self.body = nn.Sequential(*layers, *conv_norm(wide, wide, 3, stride, wide), nn.ReLU6(inplace=True),
                                  *conv_norm(wide, filters, 1))
        self.same = stride == 1 and inputs == filters

    def forward(self, x):
        return x + self.body(x) if self.same else self.body(x)


def mobilenetv2(outputs):
    """Sandler et al. 2018, width 1."""
    layers, inputs = [*conv_norm(3, 32, 3, 2), nn.ReLU6(inplace=True)], 32
    for factor, filters, blocks, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                            (6, 160, 3, 2), (6, 320, 1, 1)]:
        for block in range(blocks):
            layers.append(Inverted(inputs, filters, stride if block == 0 else 1, factor))
            inputs = filters
    return nn.Sequential(*layers, *conv_norm(inputs, 1280, 1), nn.ReLU6(inplace=True), nn.AdaptiveAvgPool2d(1),
                         nn.Flatten(), nn.Dropout(0.2), nn.Linear(1280, outputs))


def yolov3tiny(outputs):
    layers, inputs = [], 3
    for filters, kernel, pool in [(16, 3, True), (32, 3, True), (64, 3, True), (128, 3, True), (256, 3, True),
                                  (512, 3, False), (1024, 3, False), (256, 1, False), (512, 3, False)]:
        layers += [*conv_norm(inputs, filters, kernel), nn.LeakyReLU(0.1, inplace=True)]
        layers += [nn.MaxPool2d(2)] if pool else []
        inputs = filters
    return nn.Sequential(*layers, nn.Conv2d(inputs, 255, 1))


class Unet(nn.Module):
    """Ronneberger et al. 2015, padded, with batch normalization."""

    def __init__(self, outputs):
        super().__init__()
        width, levels = UNET
        widths = [width << level for level in range(levels + 1)]
        self.downs = nn.ModuleList(self.two(i, f) for i, f in zip([1, *widths], widths))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(2 * f, f, 2, 2) for f in widths[-2::-1])
        self.merges = nn.ModuleList(self.two(2 * f, f) for f in widths[-2::-1])
        self.head = nn.Conv2d(width, outputs, 1)

    @staticmethod
    def two(inputs, filters):
        return nn.Sequential(*conv_norm(inputs, filters, 3), nn.ReLU(inplace=True),
                             *conv_norm(filters, filters, 3), nn.ReLU(inplace=True))

    def forward(self, x):
        seen = []
        for down in self.downs[:-1]:
            seen.append(down(x))
            x = nn.functional.max_pool2d(seen[-1], 2)
        x = self.downs[-1](x)
        for up, merge, before in zip(self.ups, self.merges, reversed(seen), strict=True):
            x = merge(torch.cat([before, up(x)], 1))
        return self.head(x)


class LanguageModel(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 128)
        self.lstm = nn.LSTM(128, 256, 2, batch_first=True)
        self.head = nn.Linear(256, outputs)

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0])


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.projection = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, width = x.shape
        q, k, v = (part.view(n, t, self.heads, width // self.heads).transpose(1, 2)
                   for part in self.qkv(self.norm1(x)).split(width, 2))
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.projection(y.transpose(1, 2).reshape(n, t, width))
        return x + self.narrow(nn.functional.gelu(self.wide(self.norm2(x))))


class Gpt(nn.Module):
    """Pre-norm, learned positions, an output layer of its own."""

    def __init__(self, outputs, network):
        super().__init__()
        layers, heads, width = GPT[network]
        self.tokens, self.positions = nn.Embedding(VOCABULARY, width), nn.Embedding(GPT_POSITIONS[network], width)
        self.blocks = nn.Sequential(*[Block(width, heads) for _ in range(layers)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, outputs)
        for table in (self.tokens, self.positions):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, x):
        x = self.tokens(x) + self.positions(torch.arange(x.shape[1]))
        return self.head(self.norm(self.blocks(x)))


def make(network, outputs):
    if network in GPT:
        return Gpt(outputs, network)
    classes = {"lstm_lm": LanguageModel, "unet": Unet}
    return classes[network](outputs) if network in classes else globals()[network](outputs)
