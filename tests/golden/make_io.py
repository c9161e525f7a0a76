"""Writes io.safetensors with Hugging Face's safetensors 0.8.0, NumPy 2.4.6 and Pillow 13.0.0.

What other programs write and decode, for tests/io/golden_test.cpp: tensors of every dtype, and pictures with the pixels
that Pillow finds in them. Usage: pip install safetensors numpy pillow; python make_io.py
"""
import io
import pathlib

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

random = np.random.default_rng(1)
tensors = {}
for name, dtype in {"f32": np.float32, "f64": np.float64, "f16": np.float16, "i8": np.int8, "u8": np.uint8,
                    "i16": np.int16, "i32": np.int32, "i64": np.int64, "bool": np.bool_}.items():
    tensors["dtype." + name] = np.arange(6).reshape(2, 3).astype(dtype)
tensors["scalar"] = np.array(1.5, np.float32)
tensors["empty"] = np.zeros((0, 4), np.float32)
tensors["name with \"quotes\", \\ and 你好"] = np.array([7], np.int64)

colors = random.integers(0, 256, (9, 13, 3), np.uint8)
rgba = random.integers(0, 256, (9, 13, 4), np.uint8)
indexed = Image.fromarray(colors).quantize(11)
pictures = {
    "gray": (Image.fromarray(colors[..., 0]), None, {}),
    "rgb": (Image.fromarray(colors), None, {}),
    "rgba": (Image.fromarray(rgba), None, {}),
    "gray_alpha": (Image.fromarray(rgba).convert("LA"), None, {}),
    "bilevel": (Image.fromarray(colors[..., 0]).convert("1"), "L", {}),
    "palette": (indexed, "RGB", {}),
    "palette_transparent": (indexed, "RGBA", {"transparency": 3}),
}
for name, (picture, mode, options) in pictures.items():
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    decoded = Image.open(io.BytesIO(file.getvalue()))
    pixels = np.asarray(decoded.convert(mode) if mode else decoded)
    tensors[f"png.{name}"] = np.frombuffer(file.getvalue(), np.uint8)
    tensors[f"pixels.{name}"] = pixels.reshape(*pixels.shape[:2], -1)
tensors["converted.gray"] = np.asarray(Image.fromarray(colors).convert("L"))[..., None]

save_file(tensors, pathlib.Path(__file__).with_name("io.safetensors"), {"writer": "safetensors", "note": "π ≈ 3"})
