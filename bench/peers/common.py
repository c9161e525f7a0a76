"""What all peers share: the workloads of docs/guide/bench.md, their host data, the clock, and the talk with bench/compare.

A peer is a program that makes one workload ready and then measures it whenever a line with a number of seconds comes
in, answering each with one line of JSON. Asked with --seconds on the command line it measures once and ends.
"""

import argparse
import ctypes
import json
import os
import signal
import statistics
import sys
import time

import numpy

from workloads import GPT, GPT_POSITIONS, LEARNING_RATE, MAP, MOMENTUM, UNET, VOCABULARY, WEIGHT_DECAY, WORKLOADS  # noqa: F401


def host_batches(workload, count=8, batch=None, channels_last=False):
    """`count` batches (fewer of large pictures) in host memory: (inputs, targets); inference has no targets."""
    batch = batch or workload.batch
    random = numpy.random.default_rng(1)
    if workload.data == "texts":
        texts = random.integers(0, VOCABULARY, (count, batch, workload.inputs[0] + 1))
        return [(numpy.ascontiguousarray(t[:, :-1]), numpy.ascontiguousarray(t[:, 1:])) for t in texts]
    shape = workload.inputs[1:] + workload.inputs[:1] if channels_last else workload.inputs
    count = max(2, min(count, 2**25 // (4 * batch * int(numpy.prod(shape)))))
    pictures = [random.random((batch, *shape), dtype=numpy.float32) for _ in range(count)]
    if workload.data == "maps":
        target = MAP[1:] + MAP[:1] if channels_last else MAP
        return [(p, random.random((batch, *target), dtype=numpy.float32)) for p in pictures]
    target = workload.inputs[1:] if workload.data == "masks" else ()
    return [(p, random.integers(0, workload.outputs, (batch, *target))) for p in pictures]


def error_batch(workload):
    """Samples in the batch on which errors are found: float64 runs of the large ones would take minutes."""
    return min(workload.batch, {"yolov3tiny": 1, "unet": 1, "resnet50": 1, "alexnet": 2, "mobilenetv2": 2, "resnet18_cifar": 4, "airbench": 8, "gpt_6x384": 1,
                                "cnn64": 16, "lstm_lm": 4, "gpt_4x128": 2}.get(workload.network, workload.batch))


def relative_error(found, exact):
    """|found - exact| / |exact| over all arrays together, in the Euclidean norm."""
    difference = sum(float(((numpy.asarray(f, numpy.float64) - e) ** 2).sum()) for f, e in zip(found, exact, strict=True))
    return (difference / sum(float((numpy.asarray(e) ** 2).sum()) for e in exact)) ** 0.5


def peak_bytes():
    """Largest resident memory of this process."""
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def measure(step, seconds, least_steps):
    """Median time in ms of at least `least_steps` steps and `seconds`."""
    times = []
    begin = time.perf_counter()
    while len(times) < least_steps or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return {"median_ms": statistics.median(times) * 1e3, "steps": len(times)}


def options(description, modes):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("workload", choices=list(WORKLOADS))
    parser.add_argument("--mode", choices=modes, default=modes[0])
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, help="measure once for so long; else as often as stdin says")
    parser.add_argument("--steps", type=int, default=5, help="steps to measure at least")
    parser.add_argument("--error", action="store_true", help="print the error against float64 instead")
    parser.add_argument("--version", action="store_true", help="print the versions instead")
    found = parser.parse_args()
    # Libraries that size their pools by the processors they may use see as many as they shall use.
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, processors[:found.threads])
    os.environ["OMP_NUM_THREADS"] = str(found.threads)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no peer outlives bench/compare
    return found


def serve(options, peer, version, prepare, error):
    """`prepare(workload, options)` gives a step to call; `error(workload, options)` the error against float64."""
    workload = WORKLOADS[options.workload]
    about = {"name": options.workload, "mode": workload.mode, "precision": options.precision, "peer": peer,
             "mode_of_peer": options.mode, "version": version, "threads": options.threads}
    if options.version:
        return answer(about)
    if options.error:
        return answer(about | {"error": error(workload, options), "error_batch": error_batch(workload)})
    step = prepare(workload, options)
    for _ in range(3):
        step()
    if options.seconds is not None:
        return answer(about | measure(step, options.seconds, options.steps) | {"peak_bytes": peak_bytes()})
    answer({"ready": True})
    for line in sys.stdin:
        answer(about | measure(step, float(line), options.steps) | {"peak_bytes": peak_bytes()})


def answer(document):
    print(json.dumps(document), flush=True)


def in_turn(batches):
    """A function that gives the next batch each time."""
    count = -1

    def following():
        nonlocal count
        count += 1
        return batches[count % len(batches)]

    return following
