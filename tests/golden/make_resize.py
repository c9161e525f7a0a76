"""Writes resize.safetensors with Pillow 13.0.0, NumPy 2.4.6 and safetensors 0.8.0.

Pictures of bytes and of float32 resized by every filter, smaller and larger, with and without a box, for
tests/io/resize_test.cpp: `k.in`, `k.box` (left, top, right, bottom) and `FILTER|k.out`; with numbers `k.numbers`
and `FILTER|k.resized`. Lines are long enough for the widest registers.
Usage: pip install safetensors numpy pillow; python make_resize.py
"""
import pathlib

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC,
           "lanczos": Image.LANCZOS, "area": Image.BOX}
# height, width, channels, new height, new width, box
CASES = [(19, 31, 3, 8, 14, None), (17, 21, 3, 30, 26, None), (20, 31, 1, 7, 31, None), (20, 31, 1, 20, 9, None),
         (9, 12, 4, 9, 12, None), (23, 20, 3, 10, 11, (2, 3, 16, 19)), (23, 21, 1, 15, 10, (2.25, 3.5, 14.75, 19.125)),
         (1, 1, 3, 5, 4, None), (19, 26, 2, 11, 13, None), (13, 50, 3, 3, 5, None)]

random = np.random.default_rng(7)
tensors = {}
for k, (height, width, channels, new_height, new_width, box) in enumerate(CASES):
    pixels = random.integers(0, 256, (height, width, channels), np.uint8)
    numbers = random.normal(size=(height, width)).astype(np.float32)
    box = box or (0, 0, width, height)
    left, top, right, bottom = box
    tensors[f"{k}.in"] = pixels
    tensors[f"{k}.numbers"] = numbers
    tensors[f"{k}.box"] = np.array(box, np.float64)
    for name, filter in FILTERS.items():
        # Channel by channel: Pillow would multiply colors by alpha. In two steps: Pillow itself begins with the
        # columns for some sizes, which rounds differently.
        made = [np.asarray(Image.fromarray(pixels[..., c].copy())
                           .resize((new_width, height), filter, (left, 0, right, height))
                           .resize((new_width, new_height), filter, (0, top, new_width, bottom)))
                for c in range(channels)]
        tensors[f"{name}|{k}.out"] = np.stack(made, -1)
        tensors[f"{name}|{k}.resized"] = np.asarray(
            Image.fromarray(numbers).resize((new_width, new_height), filter, box))
save_file(tensors, pathlib.Path(__file__).with_name("resize.safetensors"))
