#!/usr/bin/env python3
"""LeNet-5 on Fashion-MNIST in PyTorch, as `luge train model=lenet5 data=fashion-mnist epochs=5` does it.

Same network, initialization (uniform within 1/sqrt(fan in), PyTorch's own), normalization (standardized on the training part), split
(a tenth held back), batch 64, Adam 1e-3 and 5 epochs; prints the accuracy on the 10,000 test pictures for every seed.
The random numbers differ, so only means and spreads are comparable.
"""

import argparse
import gzip
import json
import pathlib

import numpy
import torch


def idx(path):
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def load(folder):
    found = {name: idx(next(pathlib.Path(folder).glob(f"{name}-ubyte*"))) for name in
             ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]}
    return tuple(found.values())


def network():
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def train(seed, data, options):
    torch.manual_seed(seed)
    images, labels, test_images, test_labels = data
    order = torch.randperm(len(images))
    kept = order[:round(len(images) * (1 - options.validation_split))]
    x = torch.from_numpy(images[kept]).float().unsqueeze(1) / 255
    mean, deviation = x.mean(), x.std(unbiased=False)
    x, y = (x - mean) / deviation, torch.from_numpy(labels[kept]).long()
    net, loss_of = network(), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    for _ in range(options.epochs):
        for rows in torch.randperm(len(x)).split(options.batch):
            optimizer.zero_grad()
            loss_of(net(x[rows]), y[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        test = (torch.from_numpy(test_images).float().unsqueeze(1) / 255 - mean) / deviation
        guesses = torch.cat([net(part).argmax(1) for part in test.split(1000)])
    return (guesses == torch.from_numpy(test_labels).long()).float().mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--validation-split", type=float, default=0.1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = load(options.data)
    found = [train(seed, data, options) for seed in range(1, options.seeds + 1)]
    print(json.dumps({"framework": f"pytorch {torch.__version__}", "model": "lenet5", "epochs": options.epochs,
                      "accuracy": found, "mean": sum(found) / len(found)}))


if __name__ == "__main__":
    main()
