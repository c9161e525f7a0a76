#!/usr/bin/env python3
"""The training workloads in Keras on TensorFlow: what fit runs for a batch, as one tf.function; jit compiles it with XLA.

--precision bf16 is Keras' policy mixed_bfloat16.
"""

import os

import common


def loss_function(workload, tf):
    if workload.data == "maps":
        return lambda y, target: tf.reduce_mean(tf.square(tf.cast(y, target.dtype) - target))

    def loss(y, target):
        y = tf.cast(y, tf.float32) if y.dtype == tf.bfloat16 else y
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(target, y))

    return loss


def prepare(workload, options):
    import keras
    import tensorflow as tf

    import keras_networks

    if options.precision == "bf16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    keras.utils.set_random_seed(1)
    net = keras_networks.make(workload)
    rate = common.LEARNING_RATE[workload.optimizer]
    optimizer = keras.optimizers.Adam(rate, epsilon=1e-8) if workload.optimizer == "adam" else keras.optimizers.SGD(
        rate, momentum=common.MOMENTUM)
    optimizer.build(net.trainable_variables)
    decays = workload.optimizer == "sgd"
    loss_of = loss_function(workload, tf)
    following = common.in_turn(common.host_batches(workload, channels_last=True))

    @tf.function(jit_compile=options.mode == "jit")
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(net(x, training=True), y)
        gradients = tape.gradient(loss, net.trainable_variables)
        if decays:  # Keras' own weight decay is the decoupled one
            gradients = [tf.convert_to_tensor(g) + common.WEIGHT_DECAY * v
                         for g, v in zip(gradients, net.trainable_variables, strict=True)]
        optimizer.apply_gradients(zip(gradients, net.trainable_variables, strict=True))
        return loss

    def train():
        x, y = following()
        return float(step(tf.convert_to_tensor(x), tf.convert_to_tensor(y)))

    return train


def error(workload, options):
    """Of all gradients of one step (dropout off) against float64 with the same weights."""
    import keras
    import tensorflow as tf

    import keras_networks

    x, y = common.host_batches(workload, 1, common.error_batch(workload), channels_last=True)[0]
    loss_of, found, weights = loss_function(workload, tf), [], None
    for policy in ("mixed_bfloat16" if options.precision == "bf16" else "float32", "float64"):
        keras.mixed_precision.set_global_policy(policy)
        net = keras_networks.make(workload)
        for layer in net._flatten_layers():
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0
        weights = weights or net.get_weights()
        net.set_weights(weights)
        kind = "float64" if policy == "float64" else "float32"

        @tf.function(jit_compile=options.mode == "jit")
        def gradient(x, y, net=net):
            with tf.GradientTape() as tape:
                loss = loss_of(net(x, training=True), y)
            return [tf.convert_to_tensor(g) for g in tape.gradient(loss, net.trainable_variables)]

        cast = lambda a, to=kind: tf.convert_to_tensor(a.astype(to) if a.dtype.kind == "f" else a)  # noqa: E731
        found.append([g.numpy() for g in gradient(cast(x), cast(y))])
    return common.relative_error(*found)


def main():
    options = common.options(__doc__, ["graph", "jit"])
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    common.serve(options, "keras", f"{keras.__version__} on tensorflow {tf.__version__}", prepare, error)


if __name__ == "__main__":
    main()
