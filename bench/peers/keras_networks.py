"""The networks of the workloads in Keras, pictures N,H,W,C; weights begin as PyTorch's do (uniform within 1/sqrt(fan in))."""

from keras import Model, Sequential, initializers, layers, ops

from common import GPT, UNET, VOCABULARY

UNIFORM = initializers.VarianceScaling(1 / 3, "fan_in", "uniform", seed=3)


def conv(filters, kernel, stride=1, padding="same", bias=True):
    return layers.Conv2D(filters, kernel, stride, padding, use_bias=bias, kernel_initializer=UNIFORM)


def dense(outputs):
    return layers.Dense(outputs, kernel_initializer=UNIFORM)


def norm(x):
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def padded(x, size, layer):
    """`layer` without padding behind zeros on all four sides, as everywhere else: Keras pads only what is missing."""
    return layer(layers.ZeroPadding2D(size)(x))


def mlp(inputs):
    return dense(10)(layers.ReLU()(dense(128)(layers.Flatten()(inputs))))


def lenet(inputs):
    return Sequential([
        conv(6, 5), layers.ReLU(), layers.MaxPooling2D(2), conv(16, 5, padding="valid"), layers.ReLU(),
        layers.MaxPooling2D(2), layers.Flatten(), dense(120), layers.ReLU(), dense(84), layers.ReLU(), dense(10)])(inputs)


def cnn64(inputs):
    return Sequential([
        conv(64, 3), layers.ReLU(), layers.MaxPooling2D(2), conv(64, 3), layers.ReLU(), layers.MaxPooling2D(2),
        layers.Flatten(), dense(1024), layers.ReLU(), layers.Dropout(0.5), dense(10)])(inputs)


def resnet18_cifar(x):
    x = layers.ReLU()(norm(conv(64, 3, bias=False)(x)))
    for stage, filters in enumerate([64, 128, 256, 512]):
        for block in range(2):
            stride = 2 if stage > 0 and block == 0 else 1
            y = layers.ReLU()(norm(conv(filters, 3, bias=False)(x) if stride == 1 else padded(x, 1, conv(filters, 3, 2, "valid", bias=False))))
            y = norm(conv(filters, 3, bias=False)(y))
            x = layers.ReLU()(y + (norm(conv(filters, 1, 2, bias=False)(x)) if stride == 2 else x))
    return dense(10)(layers.GlobalAveragePooling2D()(x))


def airbench(x):
    activation = lambda y: layers.Activation(lambda z: ops.gelu(z, approximate=False))(y)
    shifted = lambda y: layers.BatchNormalization(momentum=0.6, epsilon=1e-12, scale=False)(y)
    x = activation(conv(24, 2, padding="valid")(x))
    for filters in (64, 256, 256):
        x = activation(shifted(layers.MaxPooling2D(2)(conv(filters, 3, bias=False)(x))))
        x = activation(shifted(conv(filters, 3, bias=False)(x)))
    head = layers.Dense(10, use_bias=False, kernel_initializer=UNIFORM)
    return layers.Rescaling(1 / 9)(head(layers.GlobalMaxPooling2D()(x)))


def alexnet(x):
    for filters, kernel, stride, size, pool in [(64, 11, 4, 2, True), (192, 5, 1, 2, True), (384, 3, 1, 1, False),
                                                (256, 3, 1, 1, False), (256, 3, 1, 1, True)]:
        x = layers.ReLU()(padded(x, size, conv(filters, kernel, stride, "valid")))
        x = layers.MaxPooling2D(3, 2)(x) if pool else x
    x = layers.Flatten()(x)  # 6x6 already
    for _ in range(2):
        x = layers.ReLU()(dense(4096)(layers.Dropout(0.5)(x)))
    return dense(1000)(x)


def resnet50(x):
    x = layers.ReLU()(norm(padded(x, 3, conv(64, 7, 2, "valid", bias=False))))
    x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))  # after a rectifier zeros are as good as minus infinity
    for stage, (width, blocks) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)]):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            y = layers.ReLU()(norm(conv(width, 1, bias=False)(x)))
            y = layers.ReLU()(norm(padded(y, 1, conv(width, 3, stride, "valid", bias=False))))
            y = norm(conv(4 * width, 1, bias=False)(y))
            x = layers.ReLU()(y + (norm(conv(4 * width, 1, stride, bias=False)(x)) if block == 0 else x))
    return dense(1000)(layers.GlobalAveragePooling2D()(x))


def mobilenetv2(x):
    def depthwise(x, stride):
        return padded(x, 1, layers.DepthwiseConv2D(3, stride, "valid", use_bias=False, depthwise_initializer=UNIFORM))

    x, inputs = layers.ReLU(6)(norm(padded(x, 1, conv(32, 3, 2, "valid", bias=False)))), 32
    for factor, filters, blocks, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                            (6, 160, 3, 2), (6, 320, 1, 1)]:
        for block in range(blocks):
            step = stride if block == 0 else 1
            y = x if factor == 1 else layers.ReLU(6)(norm(conv(factor * inputs, 1, bias=False)(x)))
            y = norm(conv(filters, 1, bias=False)(layers.ReLU(6)(norm(depthwise(y, step)))))
            x = x + y if step == 1 and inputs == filters else y
            inputs = filters
    x = layers.ReLU(6)(norm(conv(1280, 1, bias=False)(x)))
    return dense(1000)(layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x)))


def yolov3tiny(x):
    for filters, kernel, pool in [(16, 3, True), (32, 3, True), (64, 3, True), (128, 3, True), (256, 3, True),
                                  (512, 3, False), (1024, 3, False), (256, 1, False), (512, 3, False)]:
        x = layers.LeakyReLU(negative_slope=0.1)(norm(conv(filters, kernel, bias=False)(x)))
        x = layers.MaxPooling2D(2)(x) if pool else x
    return conv(255, 1)(x)


def unet(x):
    def two(x, filters):
        for _ in range(2):
            x = layers.ReLU()(norm(conv(filters, 3, bias=False)(x)))
        return x

    width, levels = UNET
    seen = []
    for level in range(levels):
        seen.append(two(x, width << level))
        x = layers.MaxPooling2D(2)(seen[-1])
    x = two(x, width << levels)
    for level in reversed(range(levels)):
        up = layers.Conv2DTranspose(width << level, 2, 2, kernel_initializer=UNIFORM)(x)
        x = two(layers.Concatenate()([seen[level], up]), width << level)
    return conv(2, 1)(x)


def lstm_lm(x):
    x = layers.Embedding(VOCABULARY, 128, embeddings_initializer=initializers.RandomNormal(0, 1, seed=3))(x)
    for _ in range(2):
        x = layers.LSTM(256, return_sequences=True, kernel_initializer=UNIFORM, recurrent_initializer=UNIFORM,
                        unit_forget_bias=False)(x)
    return dense(VOCABULARY)(x)


class Positions(layers.Layer):
    """x plus a learned row for each position."""

    def build(self, shape):
        self.rows = self.add_weight(shape=shape[1:], initializer=initializers.RandomNormal(0, 0.02, seed=4))

    def call(self, x):
        return x + self.rows


def gpt(x, network):
    count, heads, width = GPT[network]
    t = x.shape[1]
    x = layers.Embedding(VOCABULARY, width, embeddings_initializer=initializers.RandomNormal(0, 0.02, seed=3))(x)
    x = Positions()(x)
    for _ in range(count):
        y = dense(3 * width)(layers.LayerNormalization(epsilon=1e-5)(x))
        q, k, v = (layers.Reshape((t, heads, width // heads))(part) for part in ops.split(y, 3, -1))
        x = x + dense(width)(layers.Reshape((t, width))(ops.dot_product_attention(q, k, v, is_causal=True)))
        y = layers.Activation("gelu")(dense(4 * width)(layers.LayerNormalization(epsilon=1e-5)(x)))
        x = x + dense(width)(y)
    return dense(VOCABULARY)(layers.LayerNormalization(epsilon=1e-5)(x))


def make(workload):
    from keras import Input

    if workload.data == "texts":
        inputs = Input(workload.inputs, dtype="int32")
    else:
        inputs = Input(workload.inputs[1:] + workload.inputs[:1])
    outputs = gpt(inputs, workload.network) if workload.network in GPT else globals()[workload.network](inputs)
    return Model(inputs, outputs)
