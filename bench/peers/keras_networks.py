"""The networks of the workloads in Keras, pictures N,H,W,C; weights begin as PyTorch's do (uniform within 1/sqrt(fan in))."""

from keras import Model, Sequential, initializers, layers, ops

from common import GPT, VOCABULARY

UNIFORM = initializers.VarianceScaling(1 / 3, "fan_in", "uniform", seed=3)


def conv(filters, kernel, stride=1, padding="same", bias=True):
    return layers.Conv2D(filters, kernel, stride, padding, use_bias=bias, kernel_initializer=UNIFORM)


def dense(outputs):
    return layers.Dense(outputs, kernel_initializer=UNIFORM)


def norm(x):
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


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
            y = layers.ReLU()(norm(padded_conv(x, filters, stride)))
            y = norm(conv(filters, 3, bias=False)(y))
            x = layers.ReLU()(y + (norm(conv(filters, 1, 2, bias=False)(x)) if stride == 2 else x))
    return dense(10)(layers.GlobalAveragePooling2D()(x))


def padded_conv(x, filters, stride):
    """Keras pads strided convolutions on the other side; here they are padded as everywhere else."""
    if stride == 1:
        return conv(filters, 3, bias=False)(x)
    return conv(filters, 3, stride, "valid", bias=False)(layers.ZeroPadding2D(1)(x))


def yolov3tiny(x):
    for filters, kernel, pool in [(16, 3, True), (32, 3, True), (64, 3, True), (128, 3, True), (256, 3, True),
                                  (512, 3, False), (1024, 3, False), (256, 1, False), (512, 3, False)]:
        x = layers.LeakyReLU(negative_slope=0.1)(norm(conv(filters, kernel, bias=False)(x)))
        x = layers.MaxPooling2D(2)(x) if pool else x
    return conv(255, 1)(x)


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
