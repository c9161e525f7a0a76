#!/usr/bin/env python3
"""Golden trajectories of the optimizers (tests/golden/optim/steps.safetensors), from PyTorch and optax.

Needs numpy, torch, jax and optax. A row's name is the text that optim::named reads, such as `rmsprop(momentum=0.9)`, so
that tests/optim/golden_steps_test.cpp needs no list. All rows begin at start0, start1 and take STEPS steps along the
gradients gradients0, gradients1; `row.K.0` and `row.K.1` are the parameters after K steps. Rows end in `rate=…`.
"""
import numpy as np

import jax
import jax.numpy as jnp
import optax
import torch

from goldens import Goldens

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)  # of NAdam's product of momenta
STEPS, KEPT = 120, (1, 2, 7, 40, 120)

g = Goldens(88)
g.versions.update(optax=optax.__version__, jax=jax.__version__)
shapes = [(4, 3), (5,)]
start = [g.random.uniform(-2, 2, s) for s in shapes]
# Slopes that turn, shrink and grow; one element has none, and one a slope in every third step.
t = np.arange(STEPS).reshape(-1, 1)
gradients = []
for s in shapes:
    n = int(np.prod(s))
    phase, speed, size = g.random.uniform(0, 6, n), g.random.uniform(0.02, 0.4, n), 10 ** g.random.uniform(-2, 1, n)
    values = size * np.cos(phase + speed * t) * (1 + 0.5 * np.sin(t / 9)) + 0.3 * size * g.random.normal(size=(STEPS, n))
    values[:, 0] = 0
    values[:, 1] *= (np.arange(STEPS) % 3 == 0)
    gradients.append(values.reshape((STEPS,) + s))
for k in range(2):
    g.store(f"start{k}", start[k])
    g.store(f"gradients{k}", gradients[k])
rows = 0


def keep(row, rate, step, parameters):
    for k, value in enumerate(parameters):
        g.store(f"{row} rate={rate!r}|{step}.{k}", np.asarray(value, dtype=np.float64))


def by_torch(row, rate, make):
    global rows
    rows += 1
    parameters = [torch.from_numpy(p.copy()).requires_grad_() for p in start]
    optimizers = make(parameters)
    optimizers = optimizers if isinstance(optimizers, list) else [optimizers]
    for step in range(STEPS):
        for parameter, values in zip(parameters, gradients):
            parameter.grad = torch.from_numpy(values[step].copy())
        for optimizer in optimizers:
            optimizer.step()
        if step + 1 in KEPT:
            keep(row, rate, step + 1, [p.detach().numpy() for p in parameters])


def by_optax(row, rate, transform):
    global rows
    rows += 1
    parameters = [jnp.asarray(p) for p in start]
    state = transform.init(parameters)
    for step in range(STEPS):
        updates, state = transform.update([jnp.asarray(v[step]) for v in gradients], state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        if step + 1 in KEPT:
            keep(row, rate, step + 1, parameters)


o = torch.optim
for name in ("gradient-descent", "sgd"):
    by_torch(name, 0.05, lambda p: o.SGD(p, 0.05))
    by_torch(f"{name}(weight_decay=0.1)", 0.02, lambda p: o.SGD(p, 0.02, weight_decay=0.1))
by_torch("momentum", 0.01, lambda p: o.SGD(p, 0.01, momentum=0.9))
by_torch("momentum(momentum=0.5,weight_decay=0.1)", 0.02, lambda p: o.SGD(p, 0.02, momentum=0.5, weight_decay=0.1))
by_optax("momentum(accumulate=average)", 0.1, optax.chain(optax.ema(0.9, debias=False), optax.scale(-0.1)))
by_torch("nesterov", 0.01, lambda p: o.SGD(p, 0.01, momentum=0.9, nesterov=True))
by_torch("nesterov(momentum=0.8,weight_decay=0.1)", 0.01,
         lambda p: o.SGD(p, 0.01, momentum=0.8, nesterov=True, weight_decay=0.1))
by_torch("adam", 0.01, lambda p: o.Adam(p, 0.01))
by_torch("adam(beta1=0.8,beta2=0.95,epsilon=1e-6,weight_decay=0.05)", 0.03,
         lambda p: o.Adam(p, 0.03, (0.8, 0.95), 1e-6, 0.05))
by_torch("adam(amsgrad=true,beta2=0.9)", 0.01, lambda p: o.Adam(p, 0.01, (0.9, 0.9), amsgrad=True))
by_torch("adamw", 0.01, lambda p: o.AdamW(p, 0.01))
by_torch("adamw(weight_decay=0.2,beta1=0.7)", 0.02, lambda p: o.AdamW(p, 0.02, (0.7, 0.999), weight_decay=0.2))
by_torch("adamw(amsgrad=true,beta2=0.8)", 0.02, lambda p: o.AdamW(p, 0.02, (0.9, 0.8), amsgrad=True))
by_torch("amsgrad", 0.01, lambda p: o.Adam(p, 0.01, amsgrad=True))
by_torch("amsgrad(beta2=0.7,weight_decay=0.1)", 0.02,
         lambda p: o.Adam(p, 0.02, (0.9, 0.7), weight_decay=0.1, amsgrad=True))
by_torch("adagrad", 0.1, lambda p: o.Adagrad(p, 0.1))
by_torch("adagrad(rate_decay=0.05,initial=0.1,epsilon=1e-6,weight_decay=0.1)", 0.2,
         lambda p: o.Adagrad(p, 0.2, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.1, eps=1e-6))
by_torch("adadelta", 1.0, lambda p: o.Adadelta(p, 1.0))
by_torch("adadelta(rho=0.7,epsilon=1e-4,weight_decay=0.1)", 0.5,
         lambda p: o.Adadelta(p, 0.5, rho=0.7, eps=1e-4, weight_decay=0.1))
by_torch("rmsprop", 0.01, lambda p: o.RMSprop(p, 0.01))
by_torch("rmsprop(momentum=0.9,rho=0.9,weight_decay=0.1)", 0.005,
         lambda p: o.RMSprop(p, 0.005, alpha=0.9, momentum=0.9, weight_decay=0.1))
by_torch("rmsprop(centered=true,epsilon=1e-3)", 0.01, lambda p: o.RMSprop(p, 0.01, centered=True, eps=1e-3))
by_torch("rmsprop(centered=true,momentum=0.5,epsilon=1e-3)", 0.01,
         lambda p: o.RMSprop(p, 0.01, centered=True, momentum=0.5, eps=1e-3))
by_torch("adamax", 0.02, lambda p: o.Adamax(p, 0.02))
by_torch("adamax(beta1=0.8,beta2=0.9,epsilon=1e-5,weight_decay=0.1)", 0.02,
         lambda p: o.Adamax(p, 0.02, (0.8, 0.9), 1e-5, 0.1))
by_torch("nadam", 0.01, lambda p: o.NAdam(p, 0.01))
by_torch("nadam(beta1=0.8,beta2=0.95,epsilon=1e-6,momentum_decay=0.02,weight_decay=0.05)", 0.02,
         lambda p: o.NAdam(p, 0.02, (0.8, 0.95), 1e-6, 0.05, 0.02))
by_torch("radam", 0.01, lambda p: o.RAdam(p, 0.01))
by_torch("radam(beta1=0.8,beta2=0.95,epsilon=1e-6,weight_decay=0.05)", 0.02,
         lambda p: o.RAdam(p, 0.02, (0.8, 0.95), 1e-6, 0.05))
by_torch("radam(beta2=0.5)", 0.02, lambda p: o.RAdam(p, 0.02, (0.9, 0.5)))
by_torch("rprop", 0.01, lambda p: o.Rprop(p, 0.01))
by_torch("rprop(shrink=0.3,grow=1.5,smallest=1e-3,largest=0.5)", 0.05,
         lambda p: o.Rprop(p, 0.05, (0.3, 1.5), (1e-3, 0.5)))
by_torch("adafactor", 0.01, lambda p: o.Adafactor(p, 0.01))
by_torch("adafactor(decay_power=-0.6,epsilon=1e-4,smallest_scale=0.5,clip=1.5,weight_decay=0.1)", 0.3,
         lambda p: o.Adafactor(p, 0.3, beta2_decay=-0.6, eps=(1e-4, 0.5), d=1.5, weight_decay=0.1))
by_optax("lion", 0.01, optax.lion(0.01, weight_decay=0))
by_optax("lion(beta1=0.8,beta2=0.95,weight_decay=0.2)", 0.02, optax.lion(0.02, 0.8, 0.95, weight_decay=0.2))
by_optax("lamb", 0.02, optax.lamb(0.02))
by_optax("lamb(beta1=0.8,beta2=0.95,epsilon=1e-4,weight_decay=0.1)", 0.03,
         optax.lamb(0.03, 0.8, 0.95, 1e-4, weight_decay=0.1))
by_optax("lars", 0.5, optax.lars(0.5))
by_optax("lars(momentum=0.7,trust=0.02,epsilon=1e-3,nesterov=true,weight_decay=0.1)", 0.3,
         optax.lars(0.3, 0.1, trust_coefficient=0.02, eps=1e-3, momentum=0.7, nesterov=True))

# Muon's products are bfloat16 in PyTorch; here they keep the dtype, as in Luge. The vector is Adam's.
tensor_to = torch.Tensor.to


def muon(parameters, rate, adam, **options):
    return [o.Muon(parameters[:1], rate, **options), o.AdamW(parameters[1:], rate, adam, weight_decay=options["weight_decay"])]


def keep_dtype(self, *args, **keywords):
    if keywords.get("dtype") is torch.bfloat16:
        keywords["dtype"] = self.dtype
    return tensor_to(self, *args, **keywords)


torch.Tensor.to = keep_dtype
by_torch("muon", 0.02, lambda p: muon(p, 0.02, (0.9, 0.95), weight_decay=0, adjust_lr_fn="match_rms_adamw"))
by_torch("muon(scale=spectral,momentum=0.8,nesterov=false,iterations=3,beta1=0.8,beta2=0.9,weight_decay=0.1)", 0.02,
         lambda p: muon(p, 0.02, (0.8, 0.9), weight_decay=0.1, momentum=0.8, nesterov=False, ns_steps=3,
                        adjust_lr_fn="original"))
torch.Tensor.to = tensor_to

g.write("optim/steps.safetensors")
print(rows, "rows")
