#!/usr/bin/env python3
"""Problems with their minima by SciPy (tests/golden/optim/searches.safetensors) for L-BFGS and conjugate gradient.

Needs numpy, scipy and torch (for goldens.py). `NAME.loss` is the minimum and `NAME.x` where it is; inputs are `NAME.a`,
`NAME.b` and the like. tests/optim/searches_test.cpp reads them.
"""
import numpy as np
import scipy
import scipy.optimize as so

from goldens import Goldens

g = Goldens(41)
g.versions.update(scipy=scipy.__version__)

# |a·x - b|²/2 with a condition number of about 1e4.
u, _ = np.linalg.qr(g.random.normal(size=(30, 12)))
v, _ = np.linalg.qr(g.random.normal(size=(12, 12)))
a = u @ np.diag(np.logspace(0, -2, 12)) @ v
b = g.random.normal(size=30)
x = np.linalg.lstsq(a, b, rcond=None)[0]
for key, value in (("a", a), ("b", b), ("x", x), ("loss", np.array(((a @ x - b) ** 2).sum() / 2))):
    g.store(f"least_squares.{key}", value)

# Rosenbrock of ten variables.
start = np.linspace(0.2, 1.6, 10)
found = so.minimize(so.rosen, start, jac=so.rosen_der, method="BFGS", options={"gtol": 1e-12})
g.store("rosenbrock.start", start)
g.store("rosenbrock.x", found.x)
g.store("rosenbrock.loss", np.array(found.fun))

# Logistic regression with a penalty of 0.05/2·|w|²; the last weight is the bias.
inputs = g.random.normal(size=(60, 5))
labels = (inputs @ g.random.normal(size=5) + 0.8 * g.random.normal(size=60) > 0).astype(np.float64)


def logistic(w):
    z = inputs @ w[:5] + w[5]
    loss = np.mean(np.logaddexp(0, z) - labels * z) + 0.025 * (w[:5] ** 2).sum()
    d = (1 / (1 + np.exp(-z)) - labels) / 60
    return loss, np.append(inputs.T @ d + 0.05 * w[:5], d.sum())


found = so.minimize(logistic, np.zeros(6), jac=True, method="BFGS", options={"gtol": 1e-12})
for key, value in (("inputs", inputs), ("labels", labels), ("x", found.x), ("loss", np.array(found.fun))):
    g.store(f"logistic.{key}", value)

g.write("optim/searches.safetensors")
