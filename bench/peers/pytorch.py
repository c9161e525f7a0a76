#!/usr/bin/env python3
"""The workloads of docs/guide/bench.md in PyTorch: whole training steps, as `luge bench` measures them.

Prints one JSON document with the keys of `luge bench --json`; "mode_of_peer" is eager, channels_last or compile.
"""

import argparse
import json
import resource
import statistics
import time


def mlp(nn):
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def lenet(nn):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def cnn64(nn):
    return nn.Sequential(
        nn.Conv2d(1, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 10))


WORKLOADS = {"mlp_b64": (mlp, 64), "lenet_b64": (lenet, 64), "cnn64_b550": (cnn64, 550)}


def measure(step, seconds, least_steps):
    """Median step time in seconds of at least `least_steps` steps and `seconds`, after 3 warm-up steps."""
    for _ in range(3):
        step()
    times = []
    begin = time.perf_counter()
    while len(times) < least_steps or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times), len(times)


def run(name, mode, seconds, least_steps):
    import numpy
    import torch

    build, batch = WORKLOADS[name]
    torch.manual_seed(1)
    net = build(torch.nn).train()
    images = numpy.random.default_rng(1).random((8, batch, 1, 28, 28), dtype=numpy.float32)
    labels = numpy.random.default_rng(2).integers(0, 10, (8, batch))
    if mode == "channels_last":
        net = net.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    loss_of = torch.nn.CrossEntropyLoss()
    forward = torch.compile(lambda x, y: loss_of(net(x), y)) if mode == "compile" else lambda x, y: loss_of(net(x), y)
    count = 0

    def step():
        nonlocal count
        x, y = torch.from_numpy(images[count % 8]), torch.from_numpy(labels[count % 8])
        if mode == "channels_last":
            x = x.contiguous(memory_format=torch.channels_last)
        count += 1
        optimizer.zero_grad()
        loss = forward(x, y)
        loss.backward()
        optimizer.step()
        return loss.item()

    median, steps = measure(step, seconds, least_steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"name": name, "mode": "train", "precision": "f32", "mode_of_peer": mode, "threads": torch.get_num_threads(),
            "median_ms": median * 1e3, "peak_bytes": peak, "steps": steps}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("--mode", choices=["eager", "channels_last", "compile"], default="eager")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--steps", type=int, default=5)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    print(json.dumps({"peer": "pytorch", "version": torch.__version__,
                      "workloads": [run(options.workload, options.mode, options.seconds, options.steps)]}))


if __name__ == "__main__":
    main()
