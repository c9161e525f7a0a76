"""The workloads of docs/guide/bench.md, for all peers and for bench/compare."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Workload:
    network: str
    batch: int
    inputs: tuple  # of one sample: C, H, W of a picture, or T of a text
    outputs: int = 10
    optimizer: str = "adam"
    mode: str = "train"
    data: str = "pictures"  # or maps (pictures and a map to hit), masks (and a label for each pixel), or texts

    @property
    def name(self):
        return next(name for name, workload in WORKLOADS.items() if workload is self)


VOCABULARY = 65
MAP = (255, 13, 13)
UNET = (16, 4)  # filters at the full size, how often the extents are halved
WORKLOADS = {
    "mlp_b64": Workload("mlp", 64, (1, 28, 28)),
    "lenet_b64": Workload("lenet", 64, (1, 28, 28)),
    "cnn64_b550": Workload("cnn64", 550, (1, 28, 28)),
    "resnet18_cifar_b128": Workload("resnet18_cifar", 128, (3, 32, 32), optimizer="sgd"),
    "airbench_b1024": Workload("airbench", 1024, (3, 32, 32), optimizer="sgd"),
    "yolov3tiny_416_b4": Workload("yolov3tiny", 4, (3, 416, 416), data="maps"),
    "unet_256_b4": Workload("unet", 4, (1, 256, 256), 2, data="masks"),
    "lstm_lm_b64_t64": Workload("lstm_lm", 64, (64,), VOCABULARY, data="texts"),
    "gpt_4x128_b12_t64": Workload("gpt_4x128", 12, (64,), VOCABULARY, data="texts"),
    "gpt_6x384_b8_t256": Workload("gpt_6x384", 8, (256,), VOCABULARY, data="texts"),
    "alexnet_b32": Workload("alexnet", 32, (3, 224, 224), 1000, optimizer="sgd"),
    "mobilenetv2_b16": Workload("mobilenetv2", 16, (3, 224, 224), 1000, optimizer="sgd"),
    "resnet50_b8": Workload("resnet50", 8, (3, 224, 224), 1000, optimizer="sgd"),
    "resnet50_b1": Workload("resnet50", 1, (3, 224, 224), 1000, mode="infer"),
    "resnet50_b32": Workload("resnet50", 32, (3, 224, 224), 1000, mode="infer"),
    "mobilenetv2_b1": Workload("mobilenetv2", 1, (3, 224, 224), 1000, mode="infer"),
    "lenet_b1": Workload("lenet", 1, (1, 28, 28), mode="infer"),
    "yolov3tiny_416_b1": Workload("yolov3tiny", 1, (3, 416, 416), mode="infer"),
    "gpt_4x128_b1_t64": Workload("gpt_4x128", 1, (64,), VOCABULARY, mode="infer", data="texts"),
}
GPT = {"gpt_4x128": (4, 4, 128), "gpt_6x384": (6, 6, 384)}  # layers, heads, width
GPT_POSITIONS = {"gpt_4x128": 64, "gpt_6x384": 256}
LEARNING_RATE = {"adam": 1e-3, "sgd": 0.05}
MOMENTUM, WEIGHT_DECAY = 0.9, 5e-4
