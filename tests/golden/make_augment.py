"""Writes augment.safetensors with torchvision 0.29.2, PyTorch 2.15.0 and safetensors 0.8.0.

What torchvision's functions make of a picture of bytes and of float32, for tests/data/augment_golden_test.cpp:
`bytes` and `numbers` are the pictures, `bytes|NAME` and `numbers|NAME` what became of them.
Usage: python make_augment.py
"""
import pathlib

import torch
from safetensors.torch import save_file
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as F

torch.manual_seed(5)
HEIGHT, WIDTH = 24, 31
# A smooth picture with noise: equalize and autocontrast need levels that are not uniform.
y, x = torch.meshgrid(torch.linspace(0, 1, HEIGHT), torch.linspace(0, 1, WIDTH), indexing="ij")
smooth = torch.stack([0.2 + 0.6 * x * y, 0.7 - 0.5 * x, 0.3 + 0.3 * torch.sin(5 * y)])
numbers = (smooth + 0.15 * torch.rand(3, HEIGHT, WIDTH)).clamp(0, 1)
pictures = {"bytes": (numbers * 255).to(torch.uint8), "numbers": numbers}

CASES = {
    "brightness 0.6": lambda p: F.adjust_brightness(p, 0.6),
    "brightness 1.7": lambda p: F.adjust_brightness(p, 1.7),
    "contrast 0.4": lambda p: F.adjust_contrast(p, 0.4),
    "contrast 1.6": lambda p: F.adjust_contrast(p, 1.6),
    "saturation 0": lambda p: F.adjust_saturation(p, 0.0),
    "saturation 1.8": lambda p: F.adjust_saturation(p, 1.8),
    "hue 0.1": lambda p: F.adjust_hue(p, 0.1),
    "hue -0.4": lambda p: F.adjust_hue(p, -0.4),
    "gamma 0.5": lambda p: F.adjust_gamma(p, 0.5),
    "gamma 1.8": lambda p: F.adjust_gamma(p, 1.8),
    "sharpness 0": lambda p: F.adjust_sharpness(p, 0.0),
    "sharpness 1.9": lambda p: F.adjust_sharpness(p, 1.9),
    "grayscale": lambda p: F.rgb_to_grayscale(p, 3),
    "invert": F.invert,
    "solarize 0.5": lambda p: F.solarize(p, 0.5 * (1 if p.is_floating_point() else 255)),
    "posterize 3": lambda p: F.posterize(p, 3),
    "equalize": F.equalize,
    "autocontrast": F.autocontrast,
    "blur 1.5": lambda p: F.gaussian_blur(p, [11, 11], [1.5, 1.5]),
}
for name, mode in (("bilinear", InterpolationMode.BILINEAR), ("nearest", InterpolationMode.NEAREST)):
    CASES |= {
        f"rotate {name}": lambda p, mode=mode: F.rotate(p, 27.0, mode),
        f"shear {name}": lambda p, mode=mode: F.affine(p, 0.0, [0, 0], 1.0, [15.0, -8.0], mode),
        f"affine {name}": lambda p, mode=mode: F.affine(p, 20.0, [3, -2], 0.8, [10.0, 0.0], mode),
        f"perspective {name}": lambda p, mode=mode: F.perspective(
            p, [[0, 0], [WIDTH - 1, 0], [WIDTH - 1, HEIGHT - 1], [0, HEIGHT - 1]],
            [[3, 2], [WIDTH - 5, 1], [WIDTH - 2, HEIGHT - 4], [1, HEIGHT - 3]], mode),
    }

tensors = dict(pictures)
for kind, picture in pictures.items():
    for name, function in CASES.items():
        tensors[f"{kind}|{name}"] = function(picture.clone()).contiguous()
save_file(tensors, pathlib.Path(__file__).with_name("augment.safetensors"))
