#!/usr/bin/env python3
"""Golden factors of the schedules (tests/golden/optim/schedules.safetensors), from PyTorch, Keras and optax.

Needs numpy, torch, keras (KERAS_BACKEND=torch) and optax. A row's name is the text that schedule::named reads, such as
`step(step_size=10)`, and the steps of the training: `NAME|TOTAL`. It holds the factor at each step from 0 on.
"""
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import optax
import torch

from goldens import Goldens

g = Goldens(3)
g.versions.update(keras=keras.__version__, optax=optax.__version__)
S = torch.optim.lr_scheduler
K = keras.optimizers.schedules


def keep(name, total, factors):
    g.store(f"{name}|{total}", np.asarray(factors, dtype=np.float64))


def by_torch(name, total, make, count=130, rate=1.0):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], rate, momentum=0.9)
    scheduler = make(optimizer)
    factors = []
    for _ in range(count):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    keep(name, total, factors)


def by_function(name, total, function, count=130):
    keep(name, total, [float(function(k)) for k in range(count)])


keep("constant", 100, np.ones(130))
by_torch("step(step_size=17,factor=0.5)", 100, lambda o: S.StepLR(o, 17, 0.5))
by_torch("step", 120, lambda o: S.StepLR(o, 40, 0.1))
by_torch("exponential(factor=0.97,step_size=1)", 100, lambda o: S.ExponentialLR(o, 0.97))
by_torch("exponential", 100, lambda o: S.ExponentialLR(o, 0.01 ** 0.01))
by_torch("cosine", 130, lambda o: S.CosineAnnealingLR(o, 130))
by_torch("cosine(floor=0.2)", 129, lambda o: S.CosineAnnealingLR(o, 129, 0.2))
by_torch("multi-step(milestones=[10,11,70],factor=0.3)", 100, lambda o: S.MultiStepLR(o, [10, 11, 70], 0.3))
by_torch("multi-step", 100, lambda o: S.MultiStepLR(o, [50, 75], 0.1))
by_function("piecewise(boundaries=[5,60],factors=[1,0.25,0.125])", 100,
            optax.piecewise_constant_schedule(1.0, {5: 0.25, 60: 0.5}))
# Keras computes in float32; its formulas, in float64.
by_function("inverse-time(decay=0.5,step_size=7)", 100, lambda k: 1 / (1 + 0.5 * k / 7))
by_function("inverse-time(decay=0.5,step_size=7,staircase=true)", 100, lambda k: 1 / (1 + 0.5 * (k // 7)))
by_torch("polynomial", 100, lambda o: S.PolynomialLR(o, 100, 1.0))
by_torch("polynomial(power=2.5)", 110, lambda o: S.PolynomialLR(o, 110, 2.5))
by_function("polynomial(power=0.5,floor=0.1)", 90, lambda k: 0.9 * (1 - min(k, 90) / 90) ** 0.5 + 0.1)
by_torch("cosine-restarts(period=13,longer=1,floor=0.1)", 100, lambda o: S.CosineAnnealingWarmRestarts(o, 13, 1, 0.1))
by_torch("cosine-restarts(period=10,longer=2)", 100, lambda o: S.CosineAnnealingWarmRestarts(o, 10, 2))
by_torch("cosine-restarts(period=4,longer=3,floor=0.05)", 100, lambda o: S.CosineAnnealingWarmRestarts(o, 4, 3, 0.05))
by_torch("cosine-restarts", 140, lambda o: S.CosineAnnealingWarmRestarts(o, 20, 2))
for name, mode in (("triangular", "triangular"), ("triangular2", "triangular2")):
    by_torch(f"cyclical(cycle={name},up=11,floor=0.25)", 100, lambda o: S.CyclicLR(o, 0.25, 1.0, 11, mode=mode))
    by_torch(f"cyclical(cycle={name},up=9,down=17,floor=0.1)", 100, lambda o: S.CyclicLR(o, 0.1, 1.0, 9, 17, mode=mode))
by_torch("cyclical(cycle=exp_range,up=8,down=12,floor=0.1,decay=0.99)", 100,
         lambda o: S.CyclicLR(o, 0.1, 1.0, 8, 12, mode="exp_range", gamma=0.99))
by_torch("cyclical", 120, lambda o: S.CyclicLR(o, 0.1, 1.0, 20))
by_torch("one-cycle", 130, lambda o: S.OneCycleLR(o, 1.0, 130), 130 - 1)
by_torch("one-cycle(anneal=linear,rising=0.4,start=10,end=100)", 125,
         lambda o: S.OneCycleLR(o, 1.0, 125, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100),
         125 - 1)
by_torch("one-cycle(three_phase=true)", 120, lambda o: S.OneCycleLR(o, 1.0, 120, three_phase=True), 120 - 1)
by_torch("one-cycle(three_phase=true,anneal=linear,rising=0.25)", 121,
         lambda o: S.OneCycleLR(o, 1.0, 121, pct_start=0.25, anneal_strategy="linear", three_phase=True), 121 - 1)

# What Keras gives, in float32: the largest difference from the formulas above is its rounding.
for name, total, function in (
        ("inverse-time(decay=0.5,step_size=7)", 100, K.InverseTimeDecay(1.0, 7, 0.5)),
        ("inverse-time(decay=0.5,step_size=7,staircase=true)", 100, K.InverseTimeDecay(1.0, 7, 0.5, True)),
        ("polynomial(power=0.5,floor=0.1)", 90, K.PolynomialDecay(1.0, 90, 0.1, 0.5)),
        ("cosine-restarts(period=10,longer=2,peak=0.5,floor=0.1)", 100, K.CosineDecayRestarts(1.0, 10, 2.0, 0.5, 0.1))):
    g.store(f"keras {name}|{total}", np.asarray([float(function(k)) for k in range(130)]))

g.write("optim/schedules.safetensors")
