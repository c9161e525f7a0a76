"""Collects golden values and writes them as safetensors: what the make_*.py scripts share.

A case is a row's name, inputs, and what a function of another library makes of them, in float64, int64 or bool:
`name|k.in0 …`, `name|k.out0 …`; and, where it has gradients, those of Σ outJ·seedJ: `name|k.seedJ`, `name|k.gradI` for
input I. tests/support/golden.h reads them. The versions of the libraries are in the metadata.
"""
import json
import pathlib
import struct

import numpy as np
import torch

FOLDER = pathlib.Path(__file__).parent
KINDS = {"float64": "F64", "int64": "I64", "bool": "BOOL"}


class Goldens:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.tensors = {}
        self.counts = {}
        self.calls = []  # what case was called with
        self.versions = {"torch": torch.__version__, "numpy": np.__version__}

    def reals(self, *shape, low=-2.0, high=2.0):
        return torch.from_numpy(self.random.uniform(low, high, shape))

    def distinct(self, *shape, low=-2.0, high=2.0):
        """No two elements are near each other."""
        count = int(np.prod(shape))
        values = low + (high - low) * (self.random.permutation(count) + 0.5) / max(count, 1)
        return torch.from_numpy(values.reshape(shape))

    def whole(self, *shape, limit):
        return torch.from_numpy(self.random.integers(0, limit, shape, dtype=np.int64))

    def truths(self, *shape):
        return torch.from_numpy(self.random.integers(0, 2, shape).astype(bool))

    def case(self, name, function, *inputs, gradient=True):
        """Stores function(*inputs), and its gradients by PyTorch unless `gradient` is false or it has none."""
        inputs = [x.detach().clone() for x in inputs]
        self.calls.append((name, function, [x.clone() for x in inputs], gradient))
        floating = [k for k, x in enumerate(inputs) if x.is_floating_point()]
        if gradient:
            for k in floating:
                inputs[k].requires_grad_()
        outputs = function(*inputs)
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        k = self.counts.get(name, 0)
        self.counts[name] = k + 1

        def store(role, value):
            self.tensors[f"{name}|{k}.{role}"] = np.array(value.detach().numpy(force=True), order="C")

        for i, value in enumerate(inputs):
            store(f"in{i}", value)
        for i, value in enumerate(outputs):
            store(f"out{i}", value)
        with_slope = [i for i, value in enumerate(outputs) if value.requires_grad]
        if not with_slope:
            return
        total = 0
        for i in with_slope:
            # Of its own numbers, so that a case keeps its inputs when another one gets gradients.
            seed = torch.from_numpy(np.random.default_rng([k, i]).uniform(-1, 1, tuple(outputs[i].shape)))
            store(f"seed{i}", seed)
            total = total + (outputs[i] * seed).sum()
        found = torch.autograd.grad(total, [inputs[i] for i in floating], allow_unused=True)
        for i, value in zip(floating, found):
            store(f"grad{i}", torch.zeros_like(inputs[i]) if value is None else value)

    def repeat_until(self, least):
        """Repeats the cases of each function that has fewer than `least`, with the same elements in another order, and
        floating ones times 3/4. The function of a row is its name before "/". Cases without gradients do not count
        where others have some.
        """
        calls = list(self.calls)
        for function_name in sorted({name.split("/")[0] for name, *_ in calls}):
            own = [call for call in calls if call[0].split("/")[0] == function_name]
            own = [call for call in own if call[3]] or own
            for k in range(least - len(own)):
                name, function, inputs, gradient = own[k % len(own)]
                moved = [x.reshape(-1).roll(k + 1).reshape(x.shape) for x in inputs]
                self.case(name, function, *[0.75 * x if x.is_floating_point() else x for x in moved], gradient=gradient)

    def store(self, key, value):
        """Stores an array under a key of its own, for tests that read their file themselves."""
        self.tensors[key] = np.array(value, order="C")

    def keep(self, name):
        """Takes over what tests/golden/NAME has; returns what stands before "|" in its keys."""
        raw = (FOLDER / name).read_bytes()
        size, = struct.unpack("<Q", raw[:8])
        header = json.loads(raw[8:8 + size])
        self.versions = header.pop("__metadata__") | self.versions
        types = {kind: dtype for dtype, kind in KINDS.items()}
        for key, about in header.items():
            begin, end = (8 + size + offset for offset in about["data_offsets"])
            self.tensors[key] = np.frombuffer(raw[begin:end], types[about["dtype"]]).reshape(about["shape"])
        kept = {key.partition("|")[0] for key in header}
        self.counts.update(dict.fromkeys(kept, 1))
        return kept

    def write(self, name):
        """Writes tests/golden/NAME."""
        header, data = {"__metadata__": self.versions}, []
        at = 0
        for key, value in sorted(self.tensors.items()):
            raw = value.tobytes()
            header[key] = {"dtype": KINDS[str(value.dtype)], "shape": list(value.shape), "data_offsets": [at, at + len(raw)]}
            data.append(raw)
            at += len(raw)
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
        print(f"{path.name}: {len(self.counts)} rows, {sum(self.counts.values())} cases, {at} bytes")
