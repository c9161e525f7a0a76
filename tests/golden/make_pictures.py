"""Writes pictures.safetensors with Pillow 13.0.0, NumPy 2.4.6 and safetensors 0.8.0.

JPEG and BMP files, and the pixels that Pillow finds in them, for tests/io/pictures_test.cpp: `file.NAME` and
`pixels.NAME` [height,width,channels]. Usage: pip install safetensors numpy pillow; python make_pictures.py
"""
import io
import pathlib

import numpy as np
from PIL import Image, ImageOps
from safetensors.numpy import save_file

random = np.random.default_rng(3)
y, x = np.mgrid[0:29, 0:43]
smooth = np.stack([x * 5, y * 8, 255 - x * 3 - y * 2], -1).clip(0, 255).astype(np.uint8)
noisy = random.integers(0, 256, (9, 13, 3), np.uint8)
tensors = {}


def add(name, picture, format, **options):
    file = io.BytesIO()
    picture.save(file, format, **options)
    decoded = ImageOps.exif_transpose(Image.open(io.BytesIO(file.getvalue())))
    if decoded.mode in ("P", "1"):
        decoded = decoded.convert("L" if decoded.mode == "1" else "RGB")
    if decoded.mode == "CMYK":
        decoded = decoded.convert("RGB")
    pixels = np.asarray(decoded)
    tensors["file." + name] = np.frombuffer(file.getvalue(), np.uint8)
    tensors["pixels." + name] = pixels.reshape(*pixels.shape[:2], -1)


rgb = Image.fromarray(smooth)
add("jpeg_rgb", rgb, "JPEG", quality=90)
add("jpeg_444", rgb, "JPEG", quality=95, subsampling=0)
add("jpeg_progressive", rgb, "JPEG", quality=85, progressive=True)
add("jpeg_gray", rgb.convert("L"), "JPEG")
add("jpeg_cmyk", rgb.convert("CMYK"), "JPEG", quality=95)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    add(f"jpeg_exif{orientation}", rgb, "JPEG", quality=95, exif=exif)
    add(f"png_exif{orientation}", rgb, "PNG", exif=exif)
noise = Image.fromarray(noisy)
add("bmp_rgb", noise, "BMP")
add("bmp_gray", noise.convert("L"), "BMP")
add("bmp_bilevel", noise.convert("1"), "BMP")
add("bmp_palette", noise.quantize(11), "BMP")
save_file(tensors, pathlib.Path(__file__).with_name("pictures.safetensors"))
print(sum(v.nbytes for v in tensors.values()), "bytes")
