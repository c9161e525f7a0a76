#!/usr/bin/env python3
"""Features as scikit-learn makes them: tests/golden/features.safetensors, read by tests/data/features_test.cpp.

`NAME.in` are the rows a transformer was fitted to, `NAME.other` further rows, `NAME.out` and `NAME.other_out` what it made
of them.
"""
import numpy as np
import sklearn
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, PolynomialFeatures, StandardScaler

from goldens import Goldens

g = Goldens(1304)
g.versions["scikit-learn"] = sklearn.__version__


def case(name, transformer, rows, other):
    # What Luge reads is float32.
    rows, other = (x.astype(np.float32).astype(np.float64) for x in (rows, other))
    fitted = transformer.fit(rows)
    for key, value in (("in", rows), ("other", other), ("out", fitted.transform(rows)), ("other_out", fitted.transform(other))):
        g.store(f"{name}.{key}", np.asarray(value, np.float64))


reals = lambda *shape: g.random.uniform(-2, 2, shape)
for degree, interaction_only, bias, columns in ((2, False, True, 3), (3, False, False, 2), (3, True, True, 4), (1, False, True, 2),
                                                (4, False, True, 1), (5, True, False, 3)):
    case(f"polynomial {degree} {int(interaction_only)} {int(bias)}",
         PolynomialFeatures(degree, interaction_only=interaction_only, include_bias=bias), reals(4, columns), reals(2, columns))

rows = reals(7, 4) * [1, 100, 0.01, 0] + [0, 5, -3, 2]  # the last column does not vary
case("standardize", StandardScaler(), rows, reals(3, 4))
case("min-max", MinMaxScaler(), rows, reals(3, 4))
case("standardize of one row", StandardScaler(), rows[:1], reals(2, 4))

values = np.array([[3, 0.5], [1, -2], [3, 0.1], [20, 0.5], [1, 7]])
case("one-hot", OneHotEncoder(sparse_output=False), values, values[::-1][:3])
case("one-hot ignoring", OneHotEncoder(sparse_output=False, handle_unknown="ignore"), values, np.array([[3, 9], [2, 0.1], [-1, -1]]))
case("one-hot of one column", OneHotEncoder(sparse_output=False), values[:, :1], values[:2, :1])

g.write("features.safetensors")
