"""The networks of the workloads in plain JAX: make(workload) gives parameters and apply(parameters, x, key).

Pictures are N,H,W,C, which is what XLA's convolutions on processors want. Weights begin as PyTorch's do: uniform within
1/sqrt(fan in). The key is for dropout; None leaves it out.
"""

import jax
import jax.numpy as jnp
import numpy

from common import GPT, GPT_POSITIONS, UNET, VOCABULARY


class Maker:
    """Draws parameters by name into one dictionary, in the order of the layers."""

    def __init__(self):
        self.values = {}
        self.random = numpy.random.default_rng(3)

    def uniform(self, name, shape, fan_in):
        self.values[name] = jnp.asarray(self.random.uniform(-1, 1, shape) / fan_in**0.5, jnp.float32)

    def constant(self, name, shape, value):
        self.values[name] = jnp.full(shape, value, jnp.float32)

    def linear(self, name, inputs, outputs):
        self.uniform(name + ".w", (inputs, outputs), inputs)
        self.uniform(name + ".b", (outputs,), inputs)

    def conv(self, name, inputs, filters, kernel, bias=True):
        fan_in = inputs * kernel * kernel
        self.uniform(name + ".w", (kernel, kernel, inputs, filters), fan_in)
        if bias:
            self.uniform(name + ".b", (filters,), fan_in)

    def norm(self, name, width):
        self.constant(name + ".scale", (width,), 1)
        self.constant(name + ".shift", (width,), 0)


def linear(p, name, x):
    return x @ p[name + ".w"] + p[name + ".b"]


def conv(p, name, x, stride=1, padding="SAME"):
    w = p[name + ".w"]
    if padding == "SAME":
        padding = [(w.shape[0] // 2, w.shape[0] // 2)] * 2
    y = jax.lax.conv_general_dilated(x, w, (stride, stride), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y + p[name + ".b"] if name + ".b" in p else y


def max_pool(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def batch_norm(p, name, x):
    """As in training; the running statistics come back beside it."""
    mean = x.mean((0, 1, 2))
    variance = jnp.maximum((x * x).mean((0, 1, 2)) - mean * mean, 0)
    y = (x - mean) * (jax.lax.rsqrt(variance + 1e-5) * p[name + ".scale"]) + p[name + ".shift"]
    return y, (mean, variance)


def layer_norm(p, name, x):
    centered = x - x.mean(-1, keepdims=True)
    return centered * jax.lax.rsqrt((centered**2).mean(-1, keepdims=True) + 1e-5) * p[name + ".scale"] + p[name + ".shift"]


def mlp(maker):
    maker.linear("1", 784, 128), maker.linear("2", 128, 10)
    return lambda p, x, key: (linear(p, "2", jax.nn.relu(linear(p, "1", x.reshape(len(x), -1)))), {})


def lenet(maker):
    maker.conv("1", 1, 6, 5), maker.conv("2", 6, 16, 5)
    maker.linear("3", 400, 120), maker.linear("4", 120, 84), maker.linear("5", 84, 10)

    def apply(p, x, key):
        x = max_pool(jax.nn.relu(conv(p, "1", x)))
        x = max_pool(jax.nn.relu(conv(p, "2", x, padding="VALID"))).reshape(len(x), -1)
        return linear(p, "5", jax.nn.relu(linear(p, "4", jax.nn.relu(linear(p, "3", x))))), {}

    return apply


def cnn64(maker):
    maker.conv("1", 1, 64, 3), maker.conv("2", 64, 64, 3), maker.linear("3", 3136, 1024), maker.linear("4", 1024, 10)

    def apply(p, x, key):
        x = max_pool(jax.nn.relu(conv(p, "1", x)))
        x = max_pool(jax.nn.relu(conv(p, "2", x))).reshape(len(x), -1)
        x = jax.nn.relu(linear(p, "3", x))
        if key is not None:
            x = jnp.where(jax.random.bernoulli(key, 0.5, x.shape), x * 2, 0)
        return linear(p, "4", x), {}

    return apply


def resnet18_cifar(maker):
    maker.conv("stem", 3, 64, 3, False), maker.norm("stem", 64)
    blocks, inputs = [], 64
    for stage, filters in enumerate([64, 128, 256, 512]):
        for block in range(2):
            name, stride = f"{stage}.{block}", 2 if stage > 0 and block == 0 else 1
            maker.conv(name + ".1", inputs, filters, 3, False), maker.norm(name + ".1", filters)
            maker.conv(name + ".2", filters, filters, 3, False), maker.norm(name + ".2", filters)
            if stride == 2:
                maker.conv(name + ".0", inputs, filters, 1, False), maker.norm(name + ".0", filters)
            blocks.append((name, stride))
            inputs = filters
    maker.linear("head", 512, 10)

    def apply(p, x, key):
        seen = {}

        def conv_norm(name, x, stride=1):
            y, seen[name] = batch_norm(p, name, conv(p, name, x, stride))
            return y

        x = jax.nn.relu(conv_norm("stem", x))
        for name, stride in blocks:
            y = conv_norm(name + ".2", jax.nn.relu(conv_norm(name + ".1", x, stride)))
            x = jax.nn.relu(y + (conv_norm(name + ".0", x, stride) if stride == 2 else x))
        return linear(p, "head", x.mean((1, 2))), seen

    return apply


def airbench(maker):
    maker.conv("0", 3, 24, 2)
    names, inputs = [], 24
    for block, filters in enumerate([64, 256, 256]):
        for part, wide in enumerate([inputs, filters]):
            names.append(f"{block}.{part}")
            maker.conv(names[-1], wide, filters, 3, False), maker.constant(names[-1] + ".shift", (filters,), 0)
        inputs = filters
    maker.uniform("head.w", (256, 10), 256)

    def apply(p, x, key):
        seen = {}
        gelu = lambda y: jax.nn.gelu(y, approximate=False)
        x = gelu(conv(p, "0", x, padding="VALID"))
        for name in names:
            y = conv(p, name, x)
            y = max_pool(y) if name.endswith("0") else y
            mean = y.mean((0, 1, 2))
            variance = jnp.maximum((y * y).mean((0, 1, 2)) - mean * mean, 0)
            seen[name] = mean, variance
            x = gelu((y - mean) * jax.lax.rsqrt(variance + 1e-12) + p[name + ".shift"])
        return x.max((1, 2)) @ p["head.w"] / 9, seen

    return apply


def yolov3tiny(maker):
    layers, inputs = [], 3
    for number, (filters, kernel, pool) in enumerate([(16, 3, True), (32, 3, True), (64, 3, True), (128, 3, True),
                                                      (256, 3, True), (512, 3, False), (1024, 3, False),
                                                      (256, 1, False), (512, 3, False)]):
        maker.conv(str(number), inputs, filters, kernel, False), maker.norm(str(number), filters)
        layers.append((str(number), pool))
        inputs = filters
    maker.conv("head", inputs, 255, 1)

    def apply(p, x, key):
        seen = {}
        for name, pool in layers:
            x, seen[name] = batch_norm(p, name, conv(p, name, x))
            x = jax.nn.leaky_relu(x, 0.1)
            x = max_pool(x) if pool else x
        return conv(p, "head", x), seen

    return apply


def unet(maker):
    width, levels = UNET
    downs = [width << level for level in range(levels + 1)]

    def two(name, inputs, filters):
        for part in "ab":
            maker.conv(name + part, inputs, filters, 3, False), maker.norm(name + part, filters)
            inputs = filters

    for level, filters in enumerate(downs):
        two(f"down{level}", downs[level - 1] if level else 1, filters)
    for level, filters in enumerate(downs[:-1]):
        maker.uniform(f"up{level}.w", (2, 2, 2 * filters, filters), 4 * filters)
        maker.uniform(f"up{level}.b", (filters,), 4 * filters)
        two(f"merge{level}", 2 * filters, filters)
    maker.conv("head", width, 2, 1)

    def apply(p, x, key):
        seen = {}

        def both(name, x):
            for part in "ab":
                x, seen[name + part] = batch_norm(p, name + part, conv(p, name + part, x))
                x = jax.nn.relu(x)
            return x

        before = []
        for level in range(levels):
            before.append(both(f"down{level}", x))
            x = max_pool(before[-1])
        x = both(f"down{levels}", x)
        for level in reversed(range(levels)):
            x = jax.lax.conv_transpose(x, p[f"up{level}.w"], (2, 2), "VALID") + p[f"up{level}.b"]
            x = both(f"merge{level}", jnp.concatenate([before[level], x], -1))
        return conv(p, "head", x), seen

    return apply


def lstm_lm(maker):
    maker.constant("embedding", (VOCABULARY, 128), 0)
    maker.values["embedding"] = jnp.asarray(maker.random.normal(size=(VOCABULARY, 128)), jnp.float32)
    for layer, inputs in enumerate([128, 256]):
        maker.uniform(f"{layer}.w", (inputs, 1024), 256), maker.uniform(f"{layer}.u", (256, 1024), 256)
        maker.uniform(f"{layer}.b", (1024,), 256)
    maker.linear("head", 256, VOCABULARY)

    def layer(p, name, x):  # [T, N, inputs]
        gates_of_x = x @ p[name + ".w"] + p[name + ".b"]

        def step(carry, gates):
            h, c = carry
            i, f, g, o = jnp.split(gates + h @ p[name + ".u"], 4, -1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((x.shape[1], 256), x.dtype)
        return jax.lax.scan(step, (zeros, zeros), gates_of_x)[1]

    def apply(p, x, key):
        y = layer(p, "1", layer(p, "0", p["embedding"][x.T]))
        return linear(p, "head", y).swapaxes(0, 1), {}

    return apply


def gpt(maker, network):
    layers, heads, width = GPT[network]
    for name, rows in (("tokens", VOCABULARY), ("positions", GPT_POSITIONS[network])):
        maker.values[name] = jnp.asarray(maker.random.normal(scale=0.02, size=(rows, width)), jnp.float32)
    for n in range(layers):
        maker.norm(f"{n}.norm1", width), maker.norm(f"{n}.norm2", width)
        maker.linear(f"{n}.qkv", width, 3 * width), maker.linear(f"{n}.projection", width, width)
        maker.linear(f"{n}.wide", width, 4 * width), maker.linear(f"{n}.narrow", 4 * width, width)
    maker.norm("norm", width), maker.linear("head", width, VOCABULARY)

    def apply(p, x, key):
        n, t = x.shape
        x = p["tokens"][x] + p["positions"]
        for i in range(layers):
            q, k, v = (part.reshape(n, t, heads, width // heads)
                       for part in jnp.split(linear(p, f"{i}.qkv", layer_norm(p, f"{i}.norm1", x)), 3, -1))
            y = jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(n, t, width)
            x = x + linear(p, f"{i}.projection", y)
            y = jax.nn.gelu(linear(p, f"{i}.wide", layer_norm(p, f"{i}.norm2", x)), approximate=False)
            x = x + linear(p, f"{i}.narrow", y)
        return linear(p, "head", layer_norm(p, "norm", x)), {}

    return apply


def make(workload):
    maker = Maker()
    build = (lambda m: gpt(m, workload.network)) if workload.network in GPT else globals()[workload.network]
    apply = build(maker)
    return maker.values, apply
