#!/usr/bin/env python3
"""Figures of points in pictures and of whole texts, by NumPy and Python: tests/golden/metrics_points.safetensors, read by
tests/metrics/golden_test.cpp in the form that make_metrics.py describes. Needs numpy and torch.
"""
import numpy as np

from goldens import Goldens

g = Goldens(61)
rng = g.random
cases = {}


def records(row, fields, value):
    cases[row] = cases.get(row, -1) + 1
    name = f"{row}|{cases[row]}"
    for field, samples in fields.items():
        g.store(f"{name}.{field}", samples)
    g.store(f"{name}.classes", np.int64(0))
    g.store(f"{name}.value", np.atleast_1d(np.float64(value)))


def texts(samples):
    width = max(len(s) for s in samples)
    codes = np.zeros((len(samples), width), np.int64)
    for row, sample in zip(codes, samples):
        row[:len(sample)] = list(sample.encode())
    return codes, np.array([len(s) for s in samples], np.int64)


for samples, points, height, width in ((9, 5, 6, 8), (13, 3, 7, 4), (6, 11, 5, 5)):
    truth = np.concatenate([rng.uniform(0, 1, (samples, points, 2)) * [width, height],
                            rng.random((samples, points, 1)) < 0.8], 2)
    truth[..., :2] *= truth[..., 2:]
    found = truth + rng.normal(0, 0.4, truth.shape)
    picture = rng.random((samples, 1, height, width))
    seen = truth[..., 2] != 0
    far = np.hypot(*np.moveaxis(found - truth, 2, 0)[:2])[seen] / np.hypot(height, width)
    for columns in (2, 3):
        fields = {"p.points": found[..., :columns].copy(), "t.points": truth, "t.input": picture}
        records("point-error", fields, far.mean())
        records("pck", fields, (far <= 0.05).mean())
        records("pck(threshold=0.1)", fields, (far <= 0.1).mean())
    for share in (0.7, 0.2):
        true = ["".join(rng.choice(list("abcdef"), 4)) for _ in range(samples + 7)]
        said = [t if rng.random() < share else t[:3] + rng.choice(list("abcdefxy")) + " " for t in true]
        fields = {}
        for role, each in (("p.text", said), ("t.target", true)):
            fields[role], fields[role + ".length"] = texts(each)
        records("exact-match", fields, np.mean([s.strip() == t for s, t in zip(said, true)]))
g.counts = {row: last + 1 for row, last in cases.items()}
g.write("metrics_points.safetensors")
