#!/usr/bin/env python3
"""The workloads in PyTorch: eager, channels_last, compile, compile_channels_last; --precision bf16 is autocast."""

import common


def loss_function(workload):
    from torch.nn import functional

    if workload.data == "maps":
        return functional.mse_loss
    if workload.data == "texts":
        return lambda y, target: functional.cross_entropy(y.flatten(0, 1), target.flatten())
    return functional.cross_entropy


def optimizer(workload, parameters):
    import torch

    rate = common.LEARNING_RATE[workload.optimizer]
    if workload.optimizer == "adam":
        return torch.optim.Adam(parameters, rate, fused=True)
    return torch.optim.SGD(parameters, rate, momentum=common.MOMENTUM, weight_decay=common.WEIGHT_DECAY, fused=True)


def prepare(workload, options):
    import torch

    from pytorch_networks import make

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    net = make(workload.network, workload.outputs).train(workload.mode == "train")
    channels_last = "channels_last" in options.mode and workload.data != "texts"
    if channels_last:
        net = net.to(memory_format=torch.channels_last)
    following = common.in_turn(common.host_batches(workload))
    loss_of = loss_function(workload)

    def to_device(x):
        x = torch.from_numpy(x)
        return x.contiguous(memory_format=torch.channels_last) if channels_last else x

    compiled = torch.compile if "compile" in options.mode else lambda function: function
    autocast = lambda: torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16")  # noqa: E731
    if workload.mode == "infer":
        forward = compiled(net)

        def infer():
            with torch.inference_mode(), autocast():
                return forward(to_device(following()[0])).float().numpy()

        return infer
    update = optimizer(workload, net.parameters())
    forward = compiled(lambda x, y: loss_of(net(x), y))

    def train():
        x, y = following()
        update.zero_grad()
        with autocast():
            loss = forward(to_device(x), torch.from_numpy(y))
        loss.backward()
        update.step()
        return loss.item()

    return train


def error(workload, options):
    """Of the outputs, or of all gradients of one step (dropout off), against float64 with the same weights."""
    import torch

    from pytorch_networks import make

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    net = make(workload.network, workload.outputs).train(workload.mode == "train")
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.eval()
    x, y = (torch.from_numpy(a) for a in common.host_batches(workload, 1, common.error_batch(workload))[0])
    found = []
    for dtype in (torch.float32, torch.float64):
        net = net.to(dtype)
        cast = lambda a, to=dtype: a.to(to) if a.is_floating_point() else a  # noqa: E731
        autocast = torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16" and dtype == torch.float32)
        if workload.mode == "infer":
            with torch.inference_mode(), autocast:
                found.append([net(cast(x)).double().numpy()])
            continue
        net.zero_grad()
        with autocast:
            loss = loss_function(workload)(net(cast(x)), cast(y))
        loss.backward()
        found.append([p.grad.double().numpy() for p in net.parameters()])
    return common.relative_error(*found)


def main():
    options = common.options(__doc__, ["eager", "channels_last", "compile", "compile_channels_last"])
    import torch

    common.serve(options, "pytorch", torch.__version__, prepare, error)


if __name__ == "__main__":
    main()
