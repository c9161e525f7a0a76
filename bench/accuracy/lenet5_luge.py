#!/usr/bin/env python3
"""`luge train model=lenet5 data=fashion-mnist` with seeds 1-5, and the accuracy of each last checkpoint on the test part.

The other half of bench/accuracy/lenet5_pytorch.py: the means of both should lie within 0.005 of each other.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--luge", default=str(ROOT / "build/release/luge"))
    parser.add_argument("--model", default="lenet5")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("keys", nargs="*", help="further key=value words for luge train")
    options = parser.parse_args()
    found = []
    for seed in range(1, options.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            run = pathlib.Path(folder) / "run"
            subprocess.run([options.luge, "train", f"model={options.model}", "data=fashion-mnist", f"seed={seed}",
                            f"epochs={options.epochs}", f"run.dir={run}", *options.keys, "--json"], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            done = subprocess.run([options.luge, "eval", f"model={run}/checkpoints/last.safetensors",
                                   "data=fashion-mnist", "split=test", "--json"], check=True, capture_output=True, text=True)
        found.append(json.loads(done.stdout)["metrics"]["accuracy"])
    print(json.dumps({"framework": "luge", "model": options.model, "epochs": options.epochs, "accuracy": found,
                      "mean": sum(found) / len(found)}))


if __name__ == "__main__":
    main()
