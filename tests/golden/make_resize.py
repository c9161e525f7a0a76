"""Writes resize.safetensors with Pillow 13.0.0, NumPy 2.4.6 and safetensors 0.8.0.

Pictures of bytes and of float32 resized by every filter, smaller and larger, with and without a box, for
tests/io/resize_test.cpp: `FILTER|k.in`, `FILTER|k.out` and `FILTER|k.box` (left, top, right, bottom).
Usage: pip install safetensors numpy pillow; python make_resize.py
"""
import pathlib

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC,
           "lanczos": Image.LANCZOS, "area": Image.BOX}
# height, width, channels, new height, new width, box
CASES = [(37, 53, 3, 16, 24, None), (37, 53, 3, 80, 71, None), (20, 31, 1, 7, 31, None), (20, 31, 1, 20, 9, None),
         (9, 12, 4, 9, 12, None), (40, 30, 3, 17, 19, (3, 5, 25, 33)), (40, 30, 1, 25, 17, (2.25, 3.5, 20.75, 31.125)),
         (1, 1, 3, 5, 4, None), (50, 64, 2, 11, 13, None), (33, 100, 3, 3, 5, None)]

random = np.random.default_rng(7)
tensors = {}
for name, filter in FILTERS.items():
    for k, (height, width, channels, new_height, new_width, box) in enumerate(CASES):
        pixels = random.integers(0, 256, (height, width, channels), np.uint8)
        box = box or (0, 0, width, height)
        left, top, right, bottom = box
        # Channel by channel: Pillow would multiply colors by alpha. In two steps: Pillow itself begins with the
        # columns for some sizes, which rounds differently.
        made = [np.asarray(Image.fromarray(pixels[..., c].copy())
                           .resize((new_width, height), filter, (left, 0, right, height))
                           .resize((new_width, new_height), filter, (0, top, new_width, bottom)))
                for c in range(channels)]
        tensors[f"{name}|{k}.in"] = pixels
        tensors[f"{name}|{k}.out"] = np.stack(made, -1)
        tensors[f"{name}|{k}.box"] = np.array(box, np.float64)
        numbers = random.normal(size=(height, width)).astype(np.float32)
        tensors[f"{name}|{k}.numbers"] = numbers
        tensors[f"{name}|{k}.resized"] = np.asarray(
            Image.fromarray(numbers).resize((new_width, new_height), filter, box))
save_file(tensors, pathlib.Path(__file__).with_name("resize.safetensors"))
