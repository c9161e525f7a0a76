#!/usr/bin/env python3
"""Computes cases of the fuzzer in float64 with PyTorch: the other half of luge_fuzz, which starts it.

Each line of standard input names a file of cases and the file that shall get the answers; "ok" tells that it is written. An
answer holds, for every output and gradient, the exact values and how far they move when every step of the computation
is disturbed by what its element type rounds off: what no implementation can be blamed for.
"""
import struct
import sys

import numpy as np
import torch

import oracle_image  # noqa: F401: its ops add themselves
import oracle_losses  # noqa: F401
import oracle_nn  # noqa: F401
import oracle_sequence  # noqa: F401
from oracle_noise import Disturb, Inner
from oracle_ops import OPS

torch.set_num_threads(1)
torch.set_grad_enabled(True)

ROUND_OFF = {"real": 1e-6, "f32": 1e-6, "f64": 1e-15, "bf16": 2.0**-8, "f16": 2.0**-11}
FLOAT32_ENDS = 1e37
DTYPES = {"i8": torch.int8, "u8": torch.uint8, "i16": torch.int16, "i32": torch.int32, "i64": torch.int64, "bool": torch.bool}


def splitmix(seed, count):
    """noise() of case.cpp for the indices 0 … count-1."""
    with np.errstate(over="ignore"):
        index = np.arange(count, dtype=np.uint64)
        z = (np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + index * np.uint64(0xBF58476D1CE4E5B9)
             + np.uint64(0x94D049BB133111EB))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) / 16777216.0


def rounded(x, dtype):
    if dtype == "bf16":
        return x.to(torch.float32).to(torch.bfloat16).to(torch.float64)
    if dtype == "f16":
        return x.to(torch.float32).to(torch.float16).to(torch.float64)
    return x


def leaf(attributes):
    shape = [int(e) for e in attributes.get("shape", [])]
    low, high = attributes.get("low", [0.0])[0], attributes.get("high", [1.0])[0]
    grid = attributes.get("grid", [0.0])[0]
    count = int(np.prod(shape)) if shape else 1
    values = low + (high - low) * splitmix(int(attributes.get("seed", [0])[0]), count)
    if grid > 0:
        values = np.rint(values * grid) / grid
    dtype = attributes["dtype"]
    if dtype in DTYPES:
        return torch.from_numpy(np.floor(values)).reshape(shape).to(DTYPES[dtype])
    values = values.astype(np.float32).astype(np.float64)
    return rounded(torch.from_numpy(values).reshape(shape), dtype)


class Case:
    def __init__(self):
        self.lines, self.outputs, self.gradients, self.modes = [], [], [], []
        self.overflows = False  # somewhere float32 is infinite where float64 is not

    def add(self, line):
        word, _, rest = line.strip().partition(" ")
        if word in ("outputs", "gradients"):
            setattr(self, word, [int(v[1:]) for v in rest.split()])
        elif word == "mode":
            self.modes.append(rest)
        else:
            rest = rest[2:]
            inputs = []
            if "(" in rest:
                op, _, rest = rest.partition("(")
                listed, _, rest = rest.partition(")")
                inputs = [int(v.strip()[1:]) for v in listed.split(",") if v.strip()]
            else:
                op, _, rest = rest.partition(" ")
            attributes = {}
            for pair in rest.split():
                key, _, value = pair.partition("=")
                attributes[key] = value if key == "dtype" else [float(n) for n in value.split(",") if n]
            self.lines.append((op, inputs, attributes))

    @staticmethod
    def round_off(dtype, narrow):
        return ROUND_OFF.get("bf16" if narrow and dtype in ("real", "f32") else dtype, 0)  # whole numbers are exact

    def run(self, noise, narrow):
        """noise: 0 for exact values, else how many times the rounding-off to disturb by."""
        values, dtypes = [], []
        for op, inputs, attributes in self.lines:
            if op == "leaf":
                value, dtype = leaf(attributes), attributes["dtype"]
            else:
                arguments = [values[i] for i in inputs]
                kinds = [dtypes[i] for i in inputs if values[i].is_floating_point()]
                dtype = attributes.get("dtype", kinds[0] if kinds else "real")
                Inner.amount = noise * self.round_off(dtype, narrow)
                value = OPS[op](*arguments, **attributes)
                if value.is_floating_point():
                    value = rounded(value, dtype)
            if value.is_floating_point():
                self.overflows |= bool((value.detach().abs() > FLOAT32_ENDS).any())
                if op == "leaf" and len(values) in self.gradients:
                    value.requires_grad_(True)
                source = value
                if noise and op not in ("stop_gradient", "identity"):
                    value = Disturb.apply(value, noise * self.round_off(dtype, narrow))
                values.append(value)
                if op == "leaf":
                    self.sources[len(values) - 1] = source
            else:
                values.append(value)
            dtypes.append(dtype)
        results = [values[k] for k in self.outputs]
        if self.gradients:
            loss = torch.zeros((), dtype=torch.float64)
            for k, output in enumerate(results):
                if output.is_floating_point():
                    weights = leaf({"shape": output.shape, "low": [0.5], "high": [1.5], "seed": [1000 + k], "dtype": "real"})
                    loss = loss + (output * weights).sum()
            targets = [self.sources[k] for k in self.gradients]
            if loss.requires_grad:
                found = torch.autograd.grad(loss, targets, allow_unused=True)
            else:
                found = [None] * len(targets)
            results += [torch.zeros_like(t) if g is None else g for t, g in zip(targets, found)]
        return [r.detach().to(torch.float64) for r in results]

    def distances(self, exact, narrow, runs):
        worst, square = [0.0] * len(exact), [0.0] * len(exact)
        if self.overflows:
            return [np.inf] * len(exact), [np.inf] * len(exact)
        for run in range(runs):
            noisy = self.answer(1.0 if run == 0 else 4.0 ** (run % 3), narrow)
            for k, (a, b) in enumerate(zip(exact, noisy)):
                if not a.numel():
                    continue
                same = (a == b) | (a.isnan() & b.isnan())
                off = torch.where(same, torch.zeros_like(a), (a - b).abs())
                worst[k] = max(worst[k], float(off.nan_to_num(nan=np.inf).max()))
                square[k] = max(square[k], float(off.nan_to_num(nan=np.inf).square().sum().sqrt()))
        return worst, square

    def answer(self, noise, narrow):
        self.sources = {}
        return self.run(noise, narrow)

    def bytes(self, runs):
        try:
            exact = self.answer(0, False)
            fine = self.distances(exact, False, runs)
            coarse = self.distances(exact, True, runs) if any(m.startswith("bf16") for m in self.modes) else fine
        except Exception as error:  # told to luge_fuzz, which counts it against the table of ops
            text = f"{type(error).__name__}: {error}".encode()[:500]
            return struct.pack("<iq", 1, len(text)) + text
        parts = [struct.pack("<iq", 0, len(exact))]
        for k, value in enumerate(exact):
            parts.append(struct.pack("<4dq", fine[0][k], fine[1][k], coarse[0][k], coarse[1][k], value.dim()))
            parts.append(struct.pack(f"<{value.dim()}q", *value.shape))
            parts.append(value.contiguous().numpy().astype("<f8").tobytes())
        return b"".join(parts)


def read_cases(path):
    cases = []
    with open(path) as file:
        for line in file:
            if line.startswith("case "):
                cases.append(Case())
            elif line.strip() and not line.startswith("#"):
                cases[-1].add(line)
    return cases


def main():
    for request in sys.stdin:
        source, target, runs = request.split()
        with open(target, "wb") as file:
            for case in read_cases(source):
                file.write(case.bytes(int(runs)))
        print("ok", flush=True)


if __name__ == "__main__":
    main()
