#!/usr/bin/env python3
"""Augmented batches of pictures from a folder of JPEG files as other programs make them: pictures a second.

Decoded, padded by 4, cropped at random to 224x224, flipped, standardized, batches of 16 as float32: what `luge bench
loader` calls augmented batches. Modes: pillow (Pillow and numpy), torchvision (ImageFolder and DataLoader in the
process itself), torchvision_workers (two workers).
"""

import argparse
import json
import pathlib
import random
import statistics
import time

BATCH, SIDE, PAD = 16, 224, 4
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def pillow(folder):
    import numpy
    from PIL import Image

    files = sorted(pathlib.Path(folder).glob("*/*.jpg"))
    mean, deviation = (numpy.array(values, numpy.float32).reshape(3, 1, 1) for values in (MEAN, DEVIATION))

    def sample(file):
        pixels = numpy.pad(numpy.asarray(Image.open(file).convert("RGB")), ((PAD, PAD), (PAD, PAD), (0, 0)))
        top, left = random.randrange(2 * PAD + 1), random.randrange(2 * PAD + 1)
        pixels = pixels[top:top + SIDE, left:left + SIDE]
        pixels = pixels[:, ::-1] if random.random() < 0.5 else pixels
        return (pixels.transpose(2, 0, 1).astype(numpy.float32) / 255 - mean) / deviation

    def epoch():
        random.shuffle(files)
        for start in range(0, len(files), BATCH):
            numpy.stack([sample(file) for file in files[start:start + BATCH]])
        return len(files)

    return epoch


def torchvision(folder, workers):
    import torch
    from torchvision import datasets, transforms

    torch.set_num_threads(1)
    data = datasets.ImageFolder(folder, transforms.Compose([
        transforms.RandomCrop(SIDE, padding=PAD), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
        transforms.Normalize(MEAN, DEVIATION)]))
    loader = torch.utils.data.DataLoader(data, BATCH if workers == 0 else BATCH // 4, shuffle=True, num_workers=workers,
                                         persistent_workers=workers > 0)

    def epoch():
        for _ in loader:
            pass
        return len(data)

    return epoch


MODES = {"pillow": pillow, "torchvision": lambda folder: torchvision(folder, 0),
         "torchvision_workers": lambda folder: torchvision(folder, 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--mode", choices=list(MODES), default="torchvision")
    parser.add_argument("--seconds", type=float, default=4)
    options = parser.parse_args()
    epoch = MODES[options.mode](options.folder)
    epoch()
    speeds, begin = [], time.perf_counter()
    while len(speeds) < 5 or time.perf_counter() - begin < options.seconds:
        start = time.perf_counter()
        count = epoch()
        speeds.append(count / (time.perf_counter() - start))
    print(json.dumps({"mode": options.mode, "pictures_per_second": statistics.median(speeds)}))


if __name__ == "__main__":
    main()
