#!/usr/bin/env python3
"""The inference workloads in ONNX Runtime: PyTorch's networks (bench/peers/pytorch_networks.py), exported by torch.onnx.

The export is kept in build/onnx (LUGE_BENCH_CACHE), so that PyTorch is not in the memory that is measured.
"""

import os
import pathlib
import subprocess
import sys

import common

CACHE = pathlib.Path(os.environ.get("LUGE_BENCH_CACHE", pathlib.Path(__file__).resolve().parent.parent.parent / "build/onnx"))


def export(name):
    """Writes the ONNX file and, for the error, one batch with its float64 outputs; runs in a process of its own."""
    import numpy
    import torch

    from pytorch_networks import make

    workload = common.WORKLOADS[name]
    torch.manual_seed(1)
    net = make(workload.network, workload.outputs).eval()
    CACHE.mkdir(parents=True, exist_ok=True)
    x = torch.from_numpy(common.host_batches(workload, 1)[0][0])
    torch.onnx.export(net, (x,), CACHE / f"{name}.onnx", input_names=["x"], output_names=["y"], dynamo=True,
                      external_data=False)
    few = x[:common.error_batch(workload)]
    if len(few) == len(x):
        with torch.inference_mode():
            exact = net.double()(few.double() if few.is_floating_point() else few).numpy()
        numpy.savez(CACHE / f"{name}.npz", x=few.numpy(), exact=exact)


def session(workload, options):
    import onnxruntime

    file = CACHE / f"{workload.name}.onnx"
    if not file.exists():
        subprocess.run([sys.executable, __file__, "--export", workload.name], check=True, stdout=sys.stderr)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = options.threads, 1
    settings.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), settings, providers=["CPUExecutionProvider"])


def prepare(workload, options):
    run = session(workload, options)
    following = common.in_turn(common.host_batches(workload))
    return lambda: run.run(["y"], {"x": following()[0]})[0]


def error(workload, options):
    """Of the outputs, against PyTorch in float64 with the same weights; none where that would take minutes."""
    import numpy

    run = session(workload, options)
    file = CACHE / f"{workload.name}.npz"
    if not file.exists():
        return None
    known = numpy.load(file)
    return common.relative_error([run.run(["y"], {"x": known["x"]})[0]], [known["exact"]])


def main():
    if sys.argv[1] == "--export":
        return export(sys.argv[2])
    options = common.options(__doc__, ["session"])
    import onnxruntime

    common.serve(options, "onnxruntime", onnxruntime.__version__, prepare, error)


if __name__ == "__main__":
    main()
