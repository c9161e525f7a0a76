#!/usr/bin/env python3
"""Golden values and gradients from PyTorch of the layers that slide windows (tests/golden/nn/windows.safetensors).

The inputs of a case are x and the layer's parameters in their order. Rows are those of tests/nn/window_layers_test.cpp. Run
it again only to add cases.
"""
import torch
import torch.nn.functional as F

from goldens import Goldens

g = Goldens(1308)

g.case("Conv2d/reflect", lambda x, w, b: F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), w, b),
       g.reals(2, 2, 4, 3), g.reals(4, 2, 3, 3), g.reals(4))
g.case("Conv2d/circular", lambda x, w, b: F.conv2d(F.pad(x, (2, 2, 1, 1), mode="circular"), w, b),
       g.reals(2, 2, 3, 4), g.reals(3, 2, 3, 2), g.reals(3))
g.case("Conv1d/replicate", lambda x, w, b: F.conv1d(F.pad(x, (2, 0), mode="replicate"), w, b, stride=2),
       g.reals(2, 2, 6), g.reals(3, 2, 3), g.reals(3))
g.case("Conv3d/replicate", lambda x, w, b: F.conv3d(F.pad(x, (1, 1, 1, 1, 1, 1), mode="replicate"), w, b),
       g.reals(1, 2, 2, 3, 2), g.reals(2, 2, 3, 3, 3), g.reals(2))
g.case("ConvTranspose1d", lambda x, w, b: F.conv_transpose1d(x, w, b, stride=2),
       g.reals(2, 3, 4), g.reals(3, 4, 3), g.reals(4))
g.case("ConvTranspose2d", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1, output_padding=1),
       g.reals(2, 3, 3, 2), g.reals(3, 4, 3, 3), g.reals(4))
g.case("ConvTranspose2d/groups", lambda x, w: F.conv_transpose2d(x, w, dilation=2, groups=2),
       g.reals(2, 2, 3, 3), g.reals(2, 2, 2, 2))
g.case("ConvTranspose3d", F.conv_transpose3d, g.reals(1, 2, 2, 2, 3), g.reals(2, 2, 2, 2, 2), g.reals(2))
g.case("DepthwiseConv2d", lambda x, w, b: F.conv2d(x, w, b, padding=1, groups=3),
       g.reals(2, 3, 4, 3), g.reals(6, 1, 3, 3), g.reals(6))
g.case("SeparableConv2d", lambda x, w, v, b: F.conv2d(F.conv2d(x, w, stride=2, groups=3), v, b),
       g.reals(2, 3, 5, 5), g.reals(3, 1, 3, 3), g.reals(4, 3, 1, 1), g.reals(4))

TABLE = ("101", "011", "111")


def table_conv(x, w, b):
    pairs = [(o, c) for o, row in enumerate(TABLE) for c, digit in enumerate(row) if digit == "1"]
    maps = []
    for o in range(len(TABLE)):
        parts = [F.conv2d(x[:, c:c + 1], w[k][None, None]) for k, (out, c) in enumerate(pairs) if out == o]
        maps.append(sum(parts) + b[o])
    return torch.cat(maps, 1)


g.case("TableConv2d", table_conv, g.reals(2, 3, 4, 3), g.reals(7, 3, 2), g.reals(3))
g.case("TrainableSubsampling",
       lambda x, w, b: F.avg_pool2d(x, 2, divisor_override=1) * w[:, None, None] + b[:, None, None],
       g.reals(2, 3, 4, 5), g.reals(3), g.reals(3))
g.case("LpPool1d", lambda x: F.lp_pool1d(x, 2, 3, 2), g.distinct(2, 3, 7))
g.case("LpPool2d", lambda x: F.lp_pool2d(x.abs(), 3, 2), g.distinct(2, 3, 4, 5))
g.case("LpPool3d", lambda x: F.lp_pool3d(x, 2, 2), g.distinct(1, 2, 2, 4, 2))
for kind in ("Avg", "Max"):
    for rank, x, out in ((1, (2, 2, 7), 3), (2, (2, 2, 5, 4), (2, 5)), (3, (1, 2, 3, 2, 5), 2)):
        function = getattr(F, f"adaptive_{kind.lower()}_pool{rank}d")
        g.case(f"Adaptive{kind}Pool{rank}d", lambda x, function=function, out=out: function(x, out), g.distinct(*x))
g.case("GlobalMaxPool", lambda x: x.amax((2, 3)), g.distinct(2, 3, 4, 5))
g.case("GlobalLpPool", lambda x: torch.linalg.vector_norm(x, 3, (2, 3)), g.distinct(2, 3, 4, 5))
g.case("Upsample", lambda x: F.interpolate(x, scale_factor=2), g.reals(2, 2, 3, 4))
g.case("Upsample/linear", lambda x: F.interpolate(x, scale_factor=1.5, mode="bilinear"), g.reals(2, 2, 4, 2))
g.case("Upsample/cubic", lambda x: F.interpolate(x, (5, 3), mode="bicubic", align_corners=True), g.reals(2, 2, 3, 4))
g.case("Pad", lambda x: F.pad(x, (0, 2, 1, 0), value=0.5), g.reals(2, 2, 3, 3))
g.case("Pad/reflect", lambda x: F.pad(x, (2, 2), mode="reflect"), g.reals(2, 2, 3))
g.case("Pad/circular", lambda x: F.pad(x, (1, 1, 1, 1), mode="circular"), g.reals(2, 2, 3, 2))
g.case("PixelShuffle", lambda x: F.pixel_shuffle(x, 2), g.reals(2, 8, 2, 3))

g.repeat_until(3)
g.write("nn/windows.safetensors")
