#!/usr/bin/env python3
"""Golden average precisions of detections from pycocotools: several classes, equal scores, crowds, and pictures without boxes."""
import contextlib
import importlib.metadata
import io

import numpy as np
from goldens import Goldens
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

CLASSES = 3
g = Goldens(1711)
g.versions["pycocotools"] = importlib.metadata.version("pycocotools")


def quarter(low, high):
    """Multiples of 1/4, so that corners and extents hold the same box."""
    return g.random.integers(int(4 * low), int(4 * high)) / 4


def box():
    x, y = quarter(0, 80), quarter(0, 80)
    return np.array([x, y, x + quarter(4, 24), y + quarter(4, 24)])


def scene(pictures, crowds):
    """Rows of true boxes (picture, label, crowd, corners) and of detections (picture, label, score, corners)."""
    truth, found = [], []
    for picture in range(pictures):
        for _ in range(g.random.integers(0, 6)):
            corners, label = box(), g.random.integers(0, CLASSES)
            crowd = float(g.random.random() < crowds)
            truth.append([picture, label, crowd, *corners])
            for _ in range(g.random.integers(0, 3)):
                moved = np.round(4 * (corners + g.random.normal(0, 1.2, 4))) / 4
                if moved[2] > moved[0] and moved[3] > moved[1]:
                    right = label if g.random.random() < 0.85 else g.random.integers(0, CLASSES)
                    found.append([picture, right, np.round(g.random.random(), 1), *moved])
        for _ in range(g.random.integers(0, 3)):
            found.append([picture, g.random.integers(0, CLASSES), np.round(g.random.random(), 1), *box()])
    return np.array(truth, float), np.array(found, float)


def annotation(k, row):
    x1, y1, x2, y2 = row[3:]
    return {"id": k + 1, "image_id": int(row[0]) + 1, "category_id": int(row[1]) + 1, "iscrowd": int(row[2]),
            "area": (x2 - x1) * (y2 - y1), "bbox": [x1, y1, x2 - x1, y2 - y1]}


def evaluated(truth, found, pictures):
    """map, map50 and map75, then map of each class; NaN for a class without true boxes."""
    true = COCO()
    true.dataset = {"info": {}, "images": [{"id": k + 1} for k in range(pictures)],
                    "categories": [{"id": k + 1, "name": str(k)} for k in range(CLASSES)],
                    "annotations": [annotation(k, row) for k, row in enumerate(truth)]}
    true.createIndex()
    results = true.loadRes([{key: value for key, value in annotation(0, row).items() if key in ("image_id", "category_id", "bbox")}
                            | {"score": row[2]} for row in found])
    rule = COCOeval(true, results, "bbox")
    rule.evaluate()
    rule.accumulate()
    precision = rule.eval["precision"][:, :, :, 0, 2]  # thresholds, recalls, classes; all areas, 100 detections
    mean = lambda x: float(x[x > -1].mean()) if (x > -1).any() else float("nan")
    return [mean(precision), mean(precision[0]), mean(precision[5])] + [mean(precision[:, :, k]) for k in range(CLASSES)]


for k, (pictures, crowds) in enumerate(((12, 0), (30, 0), (25, 0.2), (4, 0.3), (60, 0.1))):
    truth, found = scene(pictures, crowds)
    with contextlib.redirect_stdout(io.StringIO()):
        figures = evaluated(truth, found, pictures)
    g.store(f"{k}.truth", truth)
    g.store(f"{k}.found", found)
    g.store(f"{k}.figures", np.array(figures))
    g.counts[f"{k}"] = 1
g.write("detection.safetensors")
