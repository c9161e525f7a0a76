"""The figures of bench/compare as JSON, Markdown and SVG: one table for each kind of machine, none over another."""

import json
import os
import pathlib
import platform
import statistics
import subprocess

import drawing

NEEDED = ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16"]
# What kernels are chosen by, the best first: (flag of the processor, name of the kind, title).
KINDS = [("amx_bf16", "amx", "AMX"), ("avx512_bf16", "avx512_bf16", "AVX-512 with bfloat16"),
         ("avx512f", "avx512", "AVX-512 without bfloat16"), ("avx2", "avx2", "AVX2")]


def kind():
    """Of this machine: the best instruction set of KINDS."""
    return next((name for flag, name, _ in KINDS if flag in machine()["instruction_sets"]), "avx2")


def load(path):
    """All that the report holds: {"machines": {kind: {"rows", "machine", "note", "peaks"}}}."""
    file = pathlib.Path(f"{path}.json") if path else None
    return json.loads(file.read_text()) if file and file.exists() else {"machines": {}}


def find(kept, name, precision):
    return next((r for r in kept["rows"] if r["name"] == name and r["precision"] == precision), None)


def put(kept, row):
    """In place of an older row of the same name, else in the order of the workloads."""
    from workloads import WORKLOADS

    kept["rows"] = [r for r in kept["rows"] if (r["name"], r["precision"]) != (row["name"], row["precision"])] + [row]
    order = list(WORKLOADS)
    kept["rows"].sort(key=lambda r: (r["precision"] != "f32", order.index(r["name"])))


def keep_errors(old, row):
    for name, figures in row["contestants"].items():
        if "error" in old["contestants"].get(name, {}):
            figures["error"] = old["contestants"][name]["error"]


def machine():
    with open("/proc/cpuinfo") as file:
        facts = dict(line.split(":", 1) for line in file if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    with open("/proc/meminfo") as file:
        memory = int(next(line for line in file if line.startswith("MemTotal")).split()[1])
    flags = set(facts.get("flags", "").split())
    return {"processor": facts.get("model name", platform.processor()), "processors": os.cpu_count(),
            "instruction_sets": [flag for flag in NEEDED if flag in flags], "memory_gib": round(memory / 2**20, 1),
            "system": f"{platform.system()} {platform.release()}", "python": platform.python_version()}


def over(figures, own):
    """How many times as long as `own` it takes: the median over rounds of the two times of one round. Machines change
    their speed by a factor of two for seconds on end, so only times that stand beside each other are compared."""
    return statistics.median(theirs / ours for theirs, ours in zip(figures["rounds_ms"], own["rounds_ms"]))


def best_peer(row):
    """(name, figures) of the fastest peer, or None."""
    peers = [(n, f) for n, f in row["contestants"].items() if not n.startswith("luge") and "median_ms" in f]
    own = luge(row) or luge(row, "strict")
    return min(peers, key=lambda p: over(p[1], own) if own else p[1]["median_ms"]) if peers else None


def luge(row, math="fast"):
    figures = row["contestants"].get(f"luge {math}", {})
    return figures if "median_ms" in figures else None


def ratio(row, math="fast"):
    own, peer = luge(row, math), best_peer(row)
    return over(peer[1], own) if own and peer else None


def memory_ratio(row):
    """Luge's peak resident memory over the smallest of PyTorch's modes (ONNX Runtime's where PyTorch is missing)."""
    own = luge(row)
    for peer in ("pytorch", "onnxruntime"):
        peaks = [f["peak_bytes"] for n, f in row["contestants"].items()
                 if n.startswith(peer) and not n.startswith("luge") and "peak_bytes" in f]
        if own and peaks:
            return own["peak_bytes"] / min(peaks)
    return None


def peaks(command, threads):
    """What this machine reaches now, as `luge bench peaks` finds it; None where that fails."""
    done = subprocess.run([command, "bench", "peaks", f"threads={threads}", "--json"], capture_output=True, text=True)
    return json.loads(done.stdout)["peaks"] if done.returncode == 0 else None


def roofline_ms(work, reached, math):
    """ms that the arithmetic and the bytes of a row take at these peaks."""
    three = reached["conv_winograd_gflops"] if math == "fast" else reached["conv_direct_gflops"]
    compute = (work["matmul_gflop"] / reached["matmul_gflops"] + work["conv_gflop"] / reached["conv_direct_gflops"]
               + work["conv3x3_gflop"] / max(three, reached["conv_direct_gflops"]))
    return 1e3 * max(compute, work["state_gb"] / reached["bandwidth_gbs"])


def roofline(kept, row, math):
    """Share of the roofline that Luge reaches: the median over rounds, each at the peaks of its own; in rows that were measured
    without them, of the best round at the report's."""
    work, own = row.get("arithmetic"), luge(row, math)
    if not (work and own):
        return None
    if all(row.get("rounds_peaks") or [None]):
        return statistics.median(roofline_ms(work, reached, math) / ms
                                 for reached, ms in zip(row["rounds_peaks"], own["rounds_ms"]))
    return roofline_ms(work, kept["peaks"], math) / own["median_ms"] if kept.get("peaks") else None


def number(value, form="{:.2f}"):
    return "-" if value is None else form.format(value)


def table(rows, kept=None):
    """Markdown: one line a row of the bench."""
    lines = ["| workload | best peer | peer / Luge fast | peer / Luge strict | share of roofline fast, strict | memory "
             "Luge / PyTorch (ONNX Runtime) | error fast | error strict | error of the peer |", "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        peer = best_peer(row)
        errors = [(luge(row, math) or {}).get("error") for math in ("fast", "strict")]
        shares = [roofline(kept or {}, row, math) for math in ("fast", "strict")]
        name = row["name"] + (" bf16" if row["precision"] == "bf16" else "")
        lines.append("| " + " | ".join([
            name, peer[0] if peer else "-", number(ratio(row)), number(ratio(row, "strict")),
            ", ".join(number(share and 100 * share, "{:.0f} %") for share in shares),
            number(memory_ratio(row)), *(number(error, "{:.1e}") for error in errors),
            number(peer[1].get("error") if peer else None, "{:.1e}")]) + " |")
    return "\n".join(lines)


def geometric_mean(values):
    values = [value for value in values if value]
    product = 1.0
    for value in values:
        product *= value
    return product ** (1 / len(values)) if values else None


def means(kept):
    lines = []
    for mode, what in (("train", "training"), ("infer", "inference")):
        for precision in ("f32", "bf16"):
            rows = [r for r in kept["rows"] if r["mode"] == mode and r["precision"] == precision and ratio(r)]
            if rows:
                lines.append(f"- {what}, {precision}, {len(rows)} rows: fast {number(geometric_mean(map(ratio, rows)))}, "
                             f"strict {number(geometric_mean(ratio(r, 'strict') for r in rows))}")
    return "\n".join(lines)


def misses(kept):
    """Rows that miss what docs/guide/bench.md aims at."""
    lines = []
    for row in kept["rows"]:
        ahead, share, memory = ratio(row), roofline(kept, row, "fast"), memory_ratio(row)
        aim = 1.5 if row["mode"] == "train" else 1.2
        why = []
        if ahead and ahead < aim and not (share and share >= 0.9):
            why.append(f"{ahead:.2f} times the speed of {best_peer(row)[0]}"
                       + (f" at {100 * share:.0f} % of the roofline" if share else ""))
        if luge(row, "strict") and ratio(row, "strict") < 1:
            why.append(f"strict only {ratio(row, 'strict'):.2f}")
        if memory and memory > 0.4:
            why.append(f"{memory:.2f} times the memory")
        if why:
            lines.append(f"- {row['name']} {row['precision']}: {'; '.join(why)}")
    return "\n".join(lines) or "None."


def peers_table(kept):
    """Every peer / Luge fast, one column a peer."""
    names = sorted({n for r in kept["rows"] for n in r["contestants"] if not n.startswith("luge")})
    lines = ["| workload | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for row in kept["rows"]:
        own = luge(row)
        cells = []
        for name in names:
            figures = row["contestants"].get(name, {})
            cells.append(number(over(figures, own)) if own and "median_ms" in figures else
                         "failed" if "failed" in figures else "-")
        lines.append(f"| {row['name']} {row['precision']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def facts(kept):
    where, versions = kept["machine"], {}
    for row in kept["rows"]:
        for name, figures in row["contestants"].items():
            if figures.get("version"):
                versions.setdefault("luge" if name.startswith("luge") else name.split()[0], figures["version"])
    lines = [f"- processor: {where['processor']}, {where['processors']} processors, {where['memory_gib']} GiB; "
             f"{', '.join(where['instruction_sets'])}", f"- system: {where['system']}, Python {where['python']}",
             "- " + ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))]
    if kept.get("peaks"):
        lines.append("- measured peaks with the same number of threads: " + ", ".join(
            f"{key.rsplit('_', 1)[0].replace('_', ' ')} {value:.0f} {'GB/s' if key.endswith('gbs') else 'GFLOP/s'}"
            for key, value in kept["peaks"].items()))
    return "\n".join(lines)


SECTION = """## {title}

{note}

![bars]({picture})

{table}

### Geometric means of best peer / Luge

{means}

### What falls short

{misses}

### Every peer / Luge fast

{peers}

### The machine

{facts}"""


def section(path, name, title, kept):
    return SECTION.format(title=title, note=kept.get("note") or "Measured as docs/guide/bench.md says.",
                          picture=f"{path.name}-{name}.svg", table=table(kept["rows"], kept), means=means(kept),
                          misses=misses(kept), peers=peers_table(kept), facts=facts(kept))


def write(path, report, command):
    """Of the machine at hand, whose rows changed, what was never measured; then all files."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    own = report["machines"].get(kind())
    if own:
        own.setdefault("machine", machine())
        if not own.get("peaks"):
            own["peaks"] = peaks(command, own["rows"][0]["threads"])
    path.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    sections = []
    for _, name, title in KINDS:
        kept = report["machines"].get(name)
        if not kept:
            continue
        path.with_name(f"{path.name}-{name}.svg").write_text(drawing.bars([
            (row["name"] + (" bf16" if row["precision"] == "bf16" else ""), ratio(row), ratio(row, "strict"))
            for row in kept["rows"]]))
        sections.append(section(path, name, title, kept))
    template = pathlib.Path(__file__).with_name("report.md").read_text()
    path.with_suffix(".md").write_text(template.format(sections="\n\n".join(sections), name=path.name))
