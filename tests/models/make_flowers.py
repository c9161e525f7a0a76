#!/usr/bin/env python3
"""Makes flowers.csv: 150 made-up flowers of three kinds, one of which a line can tell from the others."""
from pathlib import Path

import numpy as np

rng = np.random.default_rng(1936)
KINDS = {"aster": (5.0, 3.4, 1.5, 0.3), "lily": (6.0, 2.8, 4.3, 1.3), "rose": (6.6, 3.0, 5.6, 2.0)}
SPREAD = {"aster": (0.35, 0.35, 0.17, 0.1), "lily": (0.5, 0.3, 0.45, 0.2), "rose": (0.6, 0.3, 0.5, 0.25)}

lines = ["stem,leaf,petal,width,kind"]
rows = []
for kind, means in KINDS.items():
    size = rng.normal(size=(50, 1))  # large flowers are large in everything
    noise = rng.normal(size=(50, 4))
    numbers = np.round(np.array(means) + np.array(SPREAD[kind]) * (0.8 * size + 0.6 * noise), 1)
    numbers = np.maximum(numbers, 0.1)
    rows.append(numbers)
    lines += [",".join(f"{x:.1f}" for x in row) + f",{kind}" for row in numbers]
(Path(__file__).parent / "flowers.csv").write_text("\n".join(lines) + "\n")

table = np.concatenate(rows)
x = np.concatenate([np.ones((150, 1)), table[:, :3]], axis=1)
print("NumPy", np.__version__, "width = bias, stem, leaf, petal:", np.linalg.lstsq(x, table[:, 3], rcond=None)[0])
print("variance of width", table[:, 3].var(), "residual", np.linalg.lstsq(x, table[:, 3], rcond=None)[1] / 150)
