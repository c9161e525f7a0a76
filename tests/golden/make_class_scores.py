#!/usr/bin/env python3
"""F1, precision and recall from scikit-learn: tests/golden/class_scores.safetensors, read by tests/metrics/class_scores_test.cpp.

Each case `name.prediction, name.target` has labels [N], or zeros and ones [N,C] for several labels at once. `name.f1`,
`name.precision` and `name.recall` hold the mean over the classes that occur, the weighted mean, and the score of each class.
The versions that made them stand in the metadata. Needs numpy and scikit-learn.
"""
import json
import pathlib
import struct

import numpy as np
import sklearn
from sklearn.metrics import f1_score, precision_score, recall_score

SCORES = {"f1": f1_score, "precision": precision_score, "recall": recall_score}
tensors = {}


def case(name, prediction, target, classes):
    tensors[f"{name}.prediction"] = np.asarray(prediction, np.int64)
    tensors[f"{name}.target"] = np.asarray(target, np.int64)
    several = np.asarray(target).ndim == 2
    occurring = [c for c in range(classes)
                 if (np.asarray(prediction)[:, c].any() or np.asarray(target)[:, c].any() if several
                     else c in prediction or c in target)]
    for score, function in SCORES.items():
        def of(average, labels):
            return function(target, prediction, average=average, labels=labels, zero_division=0)
        figures = [of("macro", occurring), of("weighted", occurring), *of(None, list(range(classes)))]
        tensors[f"{name}.{score}"] = np.asarray(figures, np.float64)


rng = np.random.default_rng(7)
target = rng.integers(0, 5, 203)
case("balanced", np.where(rng.random(203) < 0.6, target, rng.integers(0, 5, 203)), target, 5)
target = np.minimum(rng.geometric(0.5, 181) - 1, 6)
case("rare", np.where(rng.random(181) < 0.5, target, np.minimum(rng.geometric(0.4, 181) - 1, 6)), target, 7)
case("absent", np.array([0, 0, 2, 2, 5, 0]), np.array([0, 2, 2, 3, 0, 0]), 7)  # 1, 4 and 6 never occur
case("one_class", np.zeros(9, np.int64), np.zeros(9, np.int64), 2)
case("all_wrong", np.array([1, 2, 0, 1]), np.array([0, 1, 2, 0]), 3)
target = (rng.random((97, 4)) < [0.5, 0.1, 0.8, 0.02]).astype(np.int64)
case("several", np.where(rng.random((97, 4)) < 0.7, target, rng.integers(0, 2, (97, 4))), target, 4)
target = np.array([[1, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]])
case("several_absent", np.array([[1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]), target, 4)


def write(path):
    header, data = {"__metadata__": {"scikit-learn": sklearn.__version__, "numpy": np.__version__}}, b""
    for key, value in sorted(tensors.items()):
        raw = np.ascontiguousarray(value).tobytes()
        dtype = {"int64": "I64", "float64": "F64"}[str(value.dtype)]
        header[key] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


write(pathlib.Path(__file__).with_name("class_scores.safetensors"))
