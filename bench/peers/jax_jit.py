#!/usr/bin/env python3
"""The training workloads in JAX: one jitted step with donated buffers; Adam and SGD in plain JAX.

--precision bf16 keeps float32 weights and computes with bfloat16 copies of weights and inputs.
"""

import common


def optimizer(workload, jnp, tree_map):
    rate = common.LEARNING_RATE[workload.optimizer]
    if workload.optimizer == "sgd":
        def update(p, g, state):
            velocity = tree_map(lambda v, g, p: common.MOMENTUM * v + g + common.WEIGHT_DECAY * p, state["v"], g, p)
            return tree_map(lambda p, v: p - rate * v, p, velocity), {"v": velocity}

        return lambda p: {"v": tree_map(jnp.zeros_like, p)}, update

    def update(p, g, state):
        step = state["step"] + 1
        m = tree_map(lambda m, g: 0.9 * m + 0.1 * g, state["m"], g)
        v = tree_map(lambda v, g: 0.999 * v + 0.001 * g * g, state["v"], g)
        first, second = 1 - 0.9**step, 1 - 0.999**step
        p = tree_map(lambda p, m, v: p - rate * (m / first) / (jnp.sqrt(v / second) + 1e-8), p, m, v)
        return p, {"m": m, "v": v, "step": step}

    zeros = lambda p: tree_map(jnp.zeros_like, p)  # noqa: E731
    return lambda p: {"m": zeros(p), "v": zeros(p), "step": jnp.zeros((), jnp.float32)}, update


def loss_function(workload, apply, jax, low=None):
    jnp = jax.numpy

    def loss(p, x, y, key):
        if low:
            p = jax.tree_util.tree_map(lambda a: a.astype(low), p)
            x = x.astype(low) if jnp.issubdtype(x.dtype, jnp.floating) else x
        out, seen = apply(p, x, key)
        out = out.astype(jnp.float32) if low else out
        if workload.data == "maps":
            return ((out - y) ** 2).mean(), seen
        return -jnp.take_along_axis(jax.nn.log_softmax(out), y[..., None], -1).mean(), seen

    return loss


def prepare(workload, options):
    import jax

    import jax_networks

    jnp, tree_map = jax.numpy, jax.tree_util.tree_map
    parameters, apply = jax_networks.make(workload)
    following = common.in_turn(common.host_batches(workload, channels_last=True))
    start, update = optimizer(workload, jnp, tree_map)
    loss_of = loss_function(workload, apply, jax, jnp.bfloat16 if options.precision == "bf16" else None)

    def step(state, x, y):
        p, slots, running, key = state
        key, drop = jax.random.split(key)
        (loss, seen), g = jax.value_and_grad(loss_of, has_aux=True)(p, x, y, drop)
        p, slots = update(p, g, slots)
        running = tree_map(lambda old, new: 0.9 * old + 0.1 * new.astype(old.dtype), running, seen)
        return (p, slots, running, key), loss

    seen = jax.eval_shape(lambda p, x: apply(p, x, None)[1], parameters, following()[0])
    running = tree_map(lambda s: jnp.zeros(s.shape, jnp.float32), seen)
    state = (parameters, start(parameters), running, jax.random.key(1))
    jitted = jax.jit(step, donate_argnums=0)

    def train():
        nonlocal state
        x, y = following()
        state, loss = jitted(state, x, y)
        return float(loss)

    return train


def error(workload, options):
    """Of all gradients of one step (dropout off) against float64 with the same weights."""
    import jax

    import jax_networks

    jax.config.update("jax_enable_x64", True)
    parameters, apply = jax_networks.make(workload)
    x, y = common.host_batches(workload, 1, common.error_batch(workload), channels_last=True)[0]
    found = []
    for dtype in (jax.numpy.float32, jax.numpy.float64):
        low = jax.numpy.bfloat16 if options.precision == "bf16" and dtype == jax.numpy.float32 else None
        cast = lambda a, to=dtype: jax.numpy.asarray(a, to if a.dtype.kind == "f" else a.dtype)  # noqa: E731
        gradient = jax.jit(jax.grad(loss_function(workload, apply, jax, low), has_aux=True), static_argnums=3)
        g, _ = gradient({k: cast(v) for k, v in parameters.items()}, cast(x), cast(y), None)
        found.append([g[name] for name in parameters])
    return common.relative_error(*found)


def main():
    options = common.options(__doc__, ["jit"])
    import jax

    jax.config.update("jax_platforms", "cpu")
    common.serve(options, "jax", jax.__version__, prepare, error)


if __name__ == "__main__":
    main()
