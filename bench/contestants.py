"""Luge and its peers as processes that bench/compare can ask by turns."""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench/peers"
PACKAGES = ["torch", "torchvision", "jax", "tensorflow-cpu", "onnxruntime", "onnx", "onnxscript", "numpy"]
TRAINING = {"pytorch": ("pytorch.py", ["eager", "channels_last", "compile", "compile_channels_last"]),
            "jax": ("jax_jit.py", ["jit"]),
            "keras": ("keras_tensorflow.py", ["graph", "jit"])}
INFERENCE = {"onnxruntime": ("onnx_runtime.py", ["session"]),
             "pytorch": ("pytorch.py", ["eager", "compile", "compile_channels_last"])}


class Failed(Exception):
    """A contestant could not be measured."""


@dataclasses.dataclass
class Request:
    """What is measured of everybody."""

    name: str
    mode: str
    pictures: bool
    precision: str
    threads: int
    steps: int


def environment(threads):
    return dict(os.environ, OMP_NUM_THREADS=str(threads), LUGE_THREADS=str(threads), CUDA_VISIBLE_DEVICES="")


def ask(command, threads):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment(threads))
    if done.returncode != 0:
        raise Failed(last_line(done.stderr))
    return json.loads(done.stdout.splitlines()[-1])


def last_line(text):
    return (text.strip().splitlines() or ["no answer"])[-1][:300]


class Luge:
    """Starts at once, so each round is a process of its own."""

    def __init__(self, command, math, request):
        self.name, self.request = f"luge {math}", request
        self.command = [command, "bench", f"workload={request.name}", f"math={math}",
                        f"threads={request.threads}", f"steps={request.steps}", "--json"]
        if request.precision != "f32":
            self.command.append(f"precision={request.precision}")

    def start(self):
        pass

    def measure(self, seconds):
        return self.ask(f"seconds={seconds}")

    def error(self):
        return self.ask("show=error")

    def ask(self, word):
        found = ask([*self.command, word], self.request.threads)["workloads"]
        return found[0]

    def stop(self):
        pass


class Peer:
    """Lives through all rounds, since starting and compiling take long, and sleeps while others are measured."""

    def __init__(self, python, peer, script, mode, request):
        self.name, self.request = f"{peer} {mode}", request
        self.command = [str(python), str(PEERS / script), request.name, "--mode", mode, "--precision", request.precision,
                        "--threads", str(request.threads), "--steps", str(request.steps)]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True,
                                        env=environment(self.request.threads), start_new_session=True)
        self.read()
        self.sleep()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise Failed(f"ended with code {self.process.wait()}")

    def sleep(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def measure(self, seconds):
        os.killpg(self.process.pid, signal.SIGCONT)
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        found = self.read()
        self.sleep()
        return found

    def error(self):
        return ask([*self.command, "--error"], self.request.threads)

    def stop(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def contestants(options, python, request):
    """Luge's settings and the peers that --peers names ("pytorch" for all its modes, or "pytorch:compile")."""
    found = [Luge(options.luge, math, request) for math in options.math.split(",")]
    wanted = options.peers.split(",") if options.peers else None
    for peer, (script, modes) in (TRAINING if request.mode == "train" else INFERENCE).items():
        for mode in modes:
            if wanted is None or peer in wanted or f"{peer}:{mode}" in wanted:
                if request.precision == "bf16" and peer == "onnxruntime":
                    continue  # has no such setting
                if "channels_last" in mode and not request.pictures:
                    continue  # texts have no channels
                found.append(Peer(python, peer, script, mode, request))
    return found


def peer_python(options):
    """The interpreter of the peers; makes its virtual environment from PyPI when there is none."""
    if options.python:
        return options.python
    python = pathlib.Path(options.venv) / "bin" / "python"
    if not python.exists():
        print(f"making {options.venv} with {', '.join(PACKAGES)} from PyPI", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", options.venv], check=True)
    check = "import torch, jax, tensorflow, onnxruntime, onnx, onnxscript"
    if subprocess.run([python, "-c", check], capture_output=True).returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return str(python)
