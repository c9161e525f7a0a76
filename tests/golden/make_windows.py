#!/usr/bin/env python3
"""Golden values of convolutions with borders, transposed convolutions, pools and image ops, from PyTorch and torchvision.

Writes tests/golden/ops/windows.safetensors; rows are those of tests/ops/cases. Run it again only to add cases.
"""
import math

import torch
import torch.nn.functional as F
import torchvision

from goldens import Goldens

g = Goldens(1307)
g.versions["torchvision"] = torchvision.__version__


def pad(x, *sides, mode):
    return F.pad(x, sides, mode=mode)


# Borders: F.pad takes the last axis first.
g.case("conv2d/replicate", lambda x, w, b: F.conv2d(pad(x, 0, 3, 1, 0, mode="replicate"), w, b),
       g.reals(2, 2, 4, 3), g.reals(3, 2, 2, 3), g.reals(3))
g.case("conv2d/reflect", lambda x, w, b: F.conv2d(pad(x, 0, 1, 1, 2, mode="reflect"), w, b, stride=2),
       g.reals(2, 2, 5, 6), g.reals(3, 2, 4, 3), g.reals(3))
g.case("conv2d/circular", lambda x, w, b: F.conv2d(pad(x, 4, 4, 1, 1, mode="circular"), w, b, dilation=(1, 2)),
       g.reals(1, 2, 3, 4), g.reals(2, 2, 2, 3), g.reals(2))
g.case("conv1d/reflect", lambda x, w, b: F.conv1d(pad(x, 3, 3, mode="reflect"), w, b),
       g.reals(2, 1, 4), g.reals(3, 1, 2), g.reals(3))
g.case("conv3d/circular", lambda x, w, b: F.conv3d(pad(x, 0, 1, 1, 1, 0, 1, mode="circular"), w, b),
       g.reals(1, 2, 2, 3, 2), g.reals(2, 2, 2, 3, 2), g.reals(2))

# Transposed convolutions; what asymmetric pads cut off is sliced away.
g.case("conv_transpose2d", F.conv_transpose2d, g.reals(2, 3, 3, 4), g.reals(3, 4, 3, 2), g.reals(4))
g.case("conv_transpose2d/strided",
       lambda x, w, b: F.conv_transpose2d(x, w, b, stride=(2, 3), output_padding=(1, 2))[:, :, 1:, :-2],
       g.reals(2, 3, 3, 2), g.reals(3, 2, 3, 4), g.reals(2))
g.case("conv_transpose2d/same", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2)[:, :, :-1, 1:-1],
       g.reals(2, 3, 3, 4), g.reals(3, 2, 3, 4), g.reals(2))
g.case("conv_transpose2d/full", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=(2, 1)),
       g.reals(1, 2, 4, 5), g.reals(2, 3, 3, 2), g.reals(3))
g.case("conv_transpose2d/groups", lambda x, w, b: F.conv_transpose2d(x, w, b, groups=2, dilation=2),
       g.reals(2, 4, 3, 2), g.reals(4, 3, 2, 3), g.reals(6))
g.case("conv_transpose1d", lambda x, w, b: F.conv_transpose1d(x, w, b, stride=3, output_padding=1),
       g.reals(2, 3, 4), g.reals(3, 4, 2), g.reals(4))
g.case("conv_transpose3d", lambda x, w, b: F.conv_transpose3d(x, w, b, stride=2, padding=1),
       g.reals(2, 3, 2, 3, 2), g.reals(3, 2, 2, 3, 3), g.reals(2))


# (Σ |x|^p)^(1/p) by the patches, for PyTorch's lp_pool takes no padding and no |x|.
def lp_pool(x, p, kernel, stride, pads, dilation=1):
    x = F.pad(x.abs(), pads)
    for axis, (k, s) in enumerate(zip(kernel, stride)):
        at = 2 + axis
        count = (x.shape[at] - (k - 1) * dilation - 1) // s + 1
        parts = [x.narrow(at, t * dilation, (count - 1) * s + 1).index_select(at, torch.arange(0, (count - 1) * s + 1, s))
                 for t in range(k)]
        stacked = torch.stack(parts)
        x = stacked.amax(0) if math.isinf(p) else (stacked ** p).sum(0) ** (1 / p)
    return x


g.case("lp_pool2d", lambda x: F.lp_pool2d(x, 2, 2), g.distinct(2, 3, 4, 6))
g.case("lp_pool2d", lambda x: F.lp_pool2d(x, 2, 2), g.distinct(1, 2, 5, 5))
g.case("lp_pool2d/p 3", lambda x: lp_pool(x, 3, (3, 2), (2, 2), (1, 1, 1, 1)), g.distinct(2, 2, 5, 4))
g.case("lp_pool2d/p 1", lambda x: lp_pool(x, 1, (2, 2), (2, 2), (0, 1, 0, 1)), g.distinct(1, 2, 5, 3))
g.case("lp_pool2d/largest", lambda x: lp_pool(x, math.inf, (2, 2), (2, 2), (0, 1, 0, 1)), g.distinct(2, 1, 3, 5))
g.case("lp_pool1d", lambda x: F.lp_pool1d(x.abs(), 1.5, 3), g.distinct(2, 2, 7))
g.case("lp_pool3d", lambda x: lp_pool(x, 2, (2, 2, 2), (2, 2, 2), (0, 0, 0, 0, 0, 0), 2), g.distinct(1, 2, 4, 3, 4))

for kind, functions in (("avg", (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)),
                        ("max", (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d))):
    g.case(f"adaptive_{kind}_pool1d", lambda x, functions=functions: functions[0](x, 3), g.distinct(2, 2, 7))
    g.case(f"adaptive_{kind}_pool1d", lambda x, functions=functions: functions[0](x, 3), g.distinct(1, 1, 2))
    g.case(f"adaptive_{kind}_pool2d", lambda x, functions=functions: functions[1](x, (2, 5)), g.distinct(2, 3, 5, 4))
    g.case(f"adaptive_{kind}_pool2d", lambda x, functions=functions: functions[1](x, (2, 5)), g.distinct(1, 1, 2, 5))
    g.case(f"adaptive_{kind}_pool3d", lambda x, functions=functions: functions[2](x, 2), g.distinct(1, 2, 3, 2, 5))

g.case("max_pool1d_with_indices", lambda x: F.max_pool1d(x, 3, 2, return_indices=True), g.distinct(2, 2, 7))
g.case("max_pool2d_with_indices", lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True, return_indices=True),
       g.distinct(2, 2, 6, 5))
g.case("max_pool3d_with_indices", lambda x: F.max_pool3d(x, 2, return_indices=True), g.distinct(1, 2, 4, 2, 4))


def unpool(function, x, **options):
    count = math.prod(x.shape[2:])
    index = (2 * torch.arange(count)).reshape(x.shape[2:]).expand(x.shape)
    return function(x, index, **options)


g.case("max_unpool1d", lambda x: unpool(F.max_unpool1d, x, kernel_size=2), g.reals(2, 3, 4))
g.case("max_unpool2d", lambda x: unpool(F.max_unpool2d, x, kernel_size=3, stride=2, padding=1), g.reals(2, 2, 3, 4))
g.case("max_unpool2d/output", lambda x: unpool(F.max_unpool2d, x, kernel_size=2, output_size=(5, 7)), g.reals(1, 2, 2, 3))
g.case("max_unpool3d", lambda x: unpool(F.max_unpool3d, x, kernel_size=2), g.reals(1, 2, 2, 1, 2))
g.case("global_max_pool", lambda x: F.adaptive_max_pool2d(x, 1), g.distinct(2, 3, 4, 5))
g.case("global_max_pool", lambda x: F.adaptive_max_pool1d(x, 1), g.distinct(2, 3, 7))
g.case("global_lp_pool", lambda x: torch.linalg.vector_norm(x, 2, (2, 3), keepdim=True), g.reals(2, 3, 4, 5))
g.case("global_lp_pool/p 3", lambda x: torch.linalg.vector_norm(x, 3, 2, keepdim=True), g.distinct(2, 3, 7))

# Patches.
g.case("unfold", lambda x: F.unfold(x, (2, 3)), g.reals(2, 3, 4, 5))
g.case("unfold/strided", lambda x: F.unfold(x, (3, 2), stride=(2, 1), dilation=(1, 2), padding=1), g.reals(2, 2, 5, 4))
g.case("unfold/1d", lambda x: F.unfold(F.pad(x, (2, 0)).unsqueeze(2), (1, 3)), g.reals(2, 2, 5))


def unfold3d(x):
    x = F.pad(x, (0, 1, 0, 1, 0, 1))
    for axis in (2, 3, 4):
        x = x.unfold(axis, 2, 1)
    n, c, d, h, w = x.shape[:5]
    return x.permute(0, 1, 5, 6, 7, 2, 3, 4).reshape(n, c * 8, d * h * w)


g.case("unfold/3d", unfold3d, g.reals(1, 2, 2, 3, 2))
g.case("fold", lambda x: F.fold(x, (4, 5), (2, 3)), g.reals(2, 12, 9))
g.case("fold/strided", lambda x: F.fold(x, (5, 4), (3, 2), stride=(2, 1), dilation=(1, 2), padding=1), g.reals(2, 12, 12))
g.case("fold/1d", lambda x: F.fold(x, (1, 7), (1, 3)).squeeze(2), g.reals(2, 6, 5))

# Resizing.
resize = F.interpolate
g.case("interpolate/nearest", lambda x: resize(x, scale_factor=2), g.reals(2, 2, 3, 4))
g.case("interpolate/nearest", lambda x: resize(x, scale_factor=2), g.reals(1, 2, 3))
g.case("interpolate/nearest", lambda x: resize(x, scale_factor=2), g.reals(1, 1, 2, 2, 3))
g.case("interpolate/nearest smaller", lambda x: resize(x, (2, 3), mode="nearest-exact"), g.reals(2, 2, 5, 7))
g.case("interpolate/nearest asymmetric", lambda x: resize(x, (5, 3), mode="nearest"), g.reals(2, 2, 3, 4))
g.case("interpolate/nearest ceil", lambda x: x[:, :, [math.ceil(i * 3 / 4) for i in range(5)]], g.reals(2, 2, 4))
g.case("interpolate/linear", lambda x: resize(x, scale_factor=(2, 1.5), mode="bilinear"), g.reals(2, 2, 3, 4))
g.case("interpolate/linear smaller", lambda x: resize(x, (2, 3), mode="bilinear"), g.reals(2, 2, 5, 7))
g.case("interpolate/linear corners", lambda x: resize(x, (7, 5), mode="bilinear", align_corners=True), g.reals(2, 2, 3, 4))
g.case("interpolate/linear corners", lambda x: resize(x, (7, 5), mode="bilinear", align_corners=True), g.reals(1, 1, 1, 2))
g.case("interpolate/linear one", lambda x: resize(x[:, :, :1], (1, 3), mode="bilinear"), g.reals(2, 1, 3, 2))
g.case("interpolate/linear asymmetric",
       lambda x: torch.stack([x, (x + torch.cat([x[:, :, 1:], x[:, :, -1:]], 2)) / 2], -1).flatten(2), g.reals(2, 1, 3))
g.case("interpolate/trilinear", lambda x: resize(x, (3, 2, 5), mode="trilinear"), g.reals(1, 2, 2, 3, 2))
g.case("interpolate/cubic", lambda x: resize(x, scale_factor=2.5, mode="bicubic"), g.reals(2, 2, 3, 4))
g.case("interpolate/cubic corners", lambda x: resize(x, (2, 9), mode="bicubic", align_corners=True), g.reals(2, 1, 5, 3))


def keys(x, size, a):
    """Cubic along the last axis by the formula of Keys, half-pixel coordinates."""
    n, rows = x.shape[-1], []
    for i in range(size):
        at = (i + 0.5) * n / size - 0.5
        row = torch.zeros(n, dtype=x.dtype)
        for k in range(math.floor(at) - 1, math.floor(at) + 3):
            d = abs(at - k)
            near, far = (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1, a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a
            row[min(max(k, 0), n - 1)] += near if d <= 1 else far
        rows.append(row)
    return x @ torch.stack(rows).T


g.case("interpolate/cubic a", lambda x: keys(keys(x.mT, 5, -0.5).mT, 6, -0.5), g.reals(1, 2, 3, 4))

# Sampling.
for name, mode, border, corners in (("zeros", "bilinear", "zeros", False), ("border", "bilinear", "border", False),
                                    ("reflection", "bilinear", "reflection", False), ("corners", "bilinear", "zeros", True),
                                    ("border corners", "bilinear", "border", True),
                                    ("reflection corners", "bilinear", "reflection", True),
                                    ("nearest", "nearest", "zeros", False), ("nearest border", "nearest", "border", False)):
    low = 4 if border == "reflection" else 1.3
    g.case(f"grid_sample/{name}", lambda x, grid, mode=mode, border=border, corners=corners: F.grid_sample(x, grid, mode, border, corners),
           g.reals(2, 3, 4, 5), g.reals(2, 2, 3, 2, low=-low, high=low))
g.case("grid_sample/volume", lambda x, grid: F.grid_sample(x, grid, align_corners=False),
       g.reals(2, 1, 2, 3, 2), g.reals(2, 1, 2, 2, 3, low=-1.2, high=1.2))
g.case("affine_grid", lambda t: F.affine_grid(t, (2, 1, 3, 4), False), g.reals(2, 2, 3))
g.case("affine_grid/corners", lambda t: F.affine_grid(t, (2, 1, 1, 3), True), g.reals(2, 2, 3))
g.case("affine_grid/volume", lambda t: F.affine_grid(t, (2, 1, 2, 3, 2), False), g.reals(2, 3, 4))

boxes = torch.tensor([[0, 0.5, 0.25, 3.5, 2.75], [1, 1.25, 1, 4.5, 3.75], [0, -1.5, 0.5, 6, 2]], dtype=torch.float64)
roi_align = torchvision.ops.roi_align
g.case("roi_align", lambda x: roi_align(x, boxes, 2, aligned=True), g.reals(2, 3, 4, 5))
g.case("roi_align/samples", lambda x: roi_align(x, boxes, (3, 2), sampling_ratio=2, aligned=True), g.reals(2, 3, 4, 5))
g.case("roi_align/not aligned", lambda x: roi_align(x, boxes, 2, spatial_scale=0.5), g.reals(2, 3, 4, 5))

g.repeat_until(3)
g.write("ops/windows.safetensors")
