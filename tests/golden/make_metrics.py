#!/usr/bin/env python3
"""Figures of metrics from scikit-learn, jiwer and NLTK, and of detections from loops in Python: tests/golden/metrics.safetensors,
read by tests/metrics/golden_test.cpp.

A case of a metric is `TEXT|k`, where TEXT is how the metric is made by name, with its options. `TEXT|k.value` are its figures in
order. A metric of tensors has `.prediction`, `.target`, perhaps `.counted`, and `.kind`, the position of the kind of its outputs in
KINDS_OF_OUTPUTS. A metric of records has `.classes`, how many classes the data names (0: none), and a field `.p.NAME` of
predictions or `.t.NAME` of truths for each sample; `.p.NAME.length` says how much of each sample is there. Texts are bytes.
Needs numpy, torch, scikit-learn, jiwer, nltk and torchvision.
"""
import warnings

import jiwer
import nltk
import numpy as np
import sklearn
import torch
import torchvision
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from sklearn import metrics as sk

from goldens import Goldens

warnings.simplefilter("ignore")
g = Goldens(47)
g.versions |= {"scikit-learn": sklearn.__version__, "jiwer": "4", "nltk": nltk.__version__,
               "torchvision": torchvision.__version__}
rng = g.random
KINDS_OF_OUTPUTS = ["values", "logits", "binary_logits", "probabilities", "binary_probabilities"]
cases = {}


def number(row):
    cases[row] = cases.get(row, -1) + 1
    return f"{row}|{cases[row]}"


def as_array(x):
    x = np.asarray(x)
    return x.astype(np.int64) if x.dtype.kind in "iu" else x if x.dtype == bool else x.astype(np.float64)


def tensors(row, prediction, target, value, kind="values", counted=None):
    name = number(row)
    g.store(f"{name}.prediction", as_array(prediction))
    g.store(f"{name}.target", as_array(target))
    g.store(f"{name}.kind", np.int64(KINDS_OF_OUTPUTS.index(kind)))
    g.store(f"{name}.value", np.atleast_1d(np.float64(value)))
    if counted is not None:
        g.store(f"{name}.counted", np.asarray(counted, bool))


def ragged(name, samples):
    """Stores lists of numbers or rows of different lengths."""
    samples = [as_array(list(s.encode()) if isinstance(s, str) else s) for s in samples]
    width = max(len(s) for s in samples)
    tail = max((s.shape[1:] for s in samples), key=len)
    dtype = np.float64 if any(s.dtype == np.float64 and len(s) for s in samples) else np.int64
    whole = np.zeros((len(samples), width, *tail), dtype)
    for row, sample in zip(whole, samples):
        if len(sample):
            row[:len(sample)] = sample
    g.store(name, whole)
    g.store(name + ".length", np.array([len(s) for s in samples], np.int64))


def records(row, prediction, truth, value, classes=0):
    name = number(row)
    for role, fields in (("p", prediction), ("t", truth)):
        for field, samples in fields.items():
            if isinstance(samples, list):
                ragged(f"{name}.{role}.{field}", samples)
            else:
                g.store(f"{name}.{role}.{field}", as_array(samples))
    g.store(f"{name}.classes", np.int64(classes))
    g.store(f"{name}.value", np.atleast_1d(np.asarray(value, np.float64)))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# Numbers.
MEANS = {"mse": sk.mean_squared_error, "mae": sk.mean_absolute_error, "rmse": sk.root_mean_squared_error,
         "mape": sk.mean_absolute_percentage_error, "r2": sk.r2_score}
noise = rng.normal(0, 1, 61)
far = 1e9 + rng.normal(0, 1, 47)
several = rng.uniform(-3, 3, (23, 4))
wrong = several + rng.normal(0, 0.5, (23, 4))
mask = rng.random(61) < 0.7
whole = rng.integers(1, 40, 29)
for row, function in MEANS.items():
    t = rng.normal(2, 3, 61)
    tensors(row, t + noise, t, function(t, t + noise))
    tensors(row, (t + noise)[:, None], t, function(t[mask], (t + noise)[mask]), counted=mask)
    tensors(row, far + rng.normal(0, 0.3, 47) * 0 + 0.25, far, function(far, far + 0.25))
    tensors(row, wrong, several, function(several.ravel(), wrong.ravel()))
    tensors(row, whole + rng.integers(-2, 3, 29), whole, 0)
    last = f"{row}|{cases[row]}"
    g.store(f"{last}.value", np.atleast_1d(function(whole, g.tensors[f"{last}.prediction"])))
    tensors(row, np.full(7, 3.0), np.full(7, 3.0), function(np.full(7, 3.0), np.full(7, 3.0)))

# Classes from outputs.
labels = rng.integers(0, 5, 41)
logits = rng.normal(0, 1, (41, 5)) + 1.5 * np.eye(5)[labels]
answers = rng.integers(0, 2, 57)
scores = rng.normal(0, 1.2, 57) + answers - 0.5
shares = softmax(rng.normal(0, 1, (31, 3)))
soft_logits = rng.normal(0, 1, (31, 3))
maps = rng.integers(0, 3, (6, 4, 5))
map_logits = rng.normal(0, 2, (6, 4, 5, 3))
for count in (41, 20, 2):
    y, x = labels[:count], logits[:count]
    tensors("accuracy", x, y, sk.accuracy_score(y, x.argmax(1)), "logits")
    tensors("top-k(k=2)", x, y, sk.top_k_accuracy_score(y, x, k=2, labels=range(5)), "logits")
    tensors("top-k", x, y, 1)
    tensors("top-k(k=1)", x, y, sk.accuracy_score(y, x.argmax(1)), "logits")
    tensors("perplexity", x, y, np.exp(sk.log_loss(y, softmax(x), labels=range(5))), "logits")
    tensors("bits", x, y, sk.log_loss(y, softmax(x), labels=range(5)) / np.log(2), "logits")
    tensors("log-loss", x, y, sk.log_loss(y, softmax(x), labels=range(5)), "logits")
    tensors("log-loss", softmax(x), y, sk.log_loss(y, softmax(x), labels=range(5)), "probabilities")
for count in (57, 20, 9):
    t, x = answers[:count], scores[:count]
    tensors("accuracy", x[:, None], t, sk.accuracy_score(t, x > 0), "binary_logits")
    tensors("accuracy(threshold=0.3)", sigmoid(x)[:, None], t, sk.accuracy_score(t, sigmoid(x) > 0.3), "binary_probabilities")
    tensors("accuracy-from-logits", x[:, None], t, sk.accuracy_score(t, x > 0))
    tensors("log-loss", x[:, None], t, sk.log_loss(t, sigmoid(x), labels=[0, 1]), "binary_logits")
    tensors("log-loss", sigmoid(x), t, sk.log_loss(t, sigmoid(x), labels=[0, 1]), "binary_probabilities")
p = np.array([0, 1, 1, 0, 0.5])  # probabilities of 0 count as epsilon
tensors("log-loss", p, [0, 1, 0, 1, 1], sk.log_loss([0, 1, 0, 1, 1], p), "binary_probabilities")
tensors("log-loss", soft_logits, shares, -(shares * np.log(softmax(soft_logits))).sum(1).mean(), "logits")
tensors("log-loss", map_logits, maps, sk.log_loss(maps.ravel(), softmax(map_logits).reshape(-1, 3)), "logits")
tensors("log-loss", scores, answers, sk.log_loss(answers[:57][mask[:57]], sigmoid(scores)[mask[:57]]), "binary_logits",
        counted=mask[:57])


# Scores of labels. What occurs counts, as the figures of several classes do by default.
def scores_of(function, name, average, target, prediction, classes):
    occurring = [c for c in range(classes) if c in target or c in prediction]

    def of(average, among):
        return function(target, prediction, average=average, labels=among, zero_division=0)
    first = {"macro": lambda: [of("macro", occurring), of("weighted", occurring)], "micro": lambda: [of("micro", occurring)],
             "weighted": lambda: [of("weighted", occurring)], "binary": lambda: [of(None, range(classes))[1]], "none": lambda: []}
    return [*first[average](), *of(None, list(range(classes)))]


def dice(target, prediction, **options):
    return sk.f1_score(target, prediction, **options)


def f_half(target, prediction, **options):
    return sk.fbeta_score(target, prediction, beta=0.5, **options)


def f_two(target, prediction, **options):
    return sk.fbeta_score(target, prediction, beta=2, **options)


SCORES = {"f1": sk.f1_score, "precision": sk.precision_score, "recall": sk.recall_score, "mean-iou": sk.jaccard_score,
          "dice": dice, "f-beta": f_two, "f-beta(beta=0.5)": f_half}
truth = rng.integers(0, 4, 43)
guess = np.where(rng.random(43) < 0.6, truth, rng.integers(0, 4, 43))
rare_truth, rare_guess = np.array([0, 0, 4, 2, 4, 0, 2]), np.array([0, 4, 4, 2, 0, 0, 2])  # 1, 3 and 5 never occur
two_truth = rng.integers(0, 2, 40)
two_p = np.clip(rng.normal(0.35, 0.25, 40) + 0.3 * two_truth, 0.01, 0.99)
map_truth = rng.integers(0, 3, (5, 4, 3))
map_guess = np.where(rng.random((5, 4, 3)) < 0.7, map_truth, rng.integers(0, 3, (5, 4, 3)))
for row, function in SCORES.items():
    def named(**options):
        base, _, inner = row.rstrip(")").partition("(")
        inner = [inner] if inner else []
        return f"{base}({','.join(inner + [f'{k}={v}' for k, v in options.items()])})" if options or inner else base
    for average in ("macro", "micro", "weighted", "none"):
        option = {} if average == "macro" else {"average": average}
        records(named(**option), {"label": guess}, {"target": truth}, scores_of(function, row, average, truth, guess, 4), 4)
        records(named(**option), {"label": rare_guess}, {"target": rare_truth},
                scores_of(function, row, average, rare_truth, rare_guess, 6), 6)
    records(named(), {"mask": map_guess}, {"target": map_truth},
            scores_of(function, row, "macro", map_truth.ravel(), map_guess.ravel(), 3), 3)
    records(named(average="binary", threshold=0.4), {"probabilities": np.stack([1 - two_p, two_p], 1)}, {"target": two_truth},
            scores_of(function, row, "binary", two_truth, (two_p > 0.4).astype(int), 2), 2)
    kept = truth != 3
    records(named(ignore_index=3), {"label": guess}, {"target": truth},
            scores_of(function, row, "macro", truth[kept], guess[kept], 4), 4)

# Areas under curves. Rounded scores are equal now and then.
ranked = softmax(np.round(rng.normal(0, 1, (41, 4)) + 1.2 * np.eye(4)[rng.integers(0, 4, 41)], 1))
rank_truth = rng.integers(0, 4, 41)
rank_truth[:16] = ranked[:16].argmax(1)
never = np.where(rank_truth == 2, 1, rank_truth)  # class 2 never occurs
multi_truth = (rng.random((25, 3)) < [0.5, 0.2, 0.8]).astype(int)
multi_scores = np.round(np.clip(rng.random((25, 3)) + 0.3 * multi_truth, 0, 1), 2)
rounded = np.round(two_p, 1)


def areas(function, target, score, average, each):
    def one(c):
        return function((target == c).astype(int), score[:, c])
    defined = [c for c in range(score.shape[1]) if (target == c).any() and not (target == c).all()]
    weights = [1 if average == "macro" else (target == c).sum() for c in defined]
    first = [np.average([one(c) for c in defined], weights=weights)]
    if average == "micro":
        first = [function(np.eye(score.shape[1], dtype=int)[target].ravel(), score.ravel())]
    return [*first, *([one(c) if c in defined else 0 for c in range(score.shape[1])] if each else [])]


for row, function in (("auc-roc", sk.roc_auc_score), ("auc-pr", sk.average_precision_score)):
    records(row, {"probabilities": np.stack([1 - rounded, rounded], 1)}, {"target": two_truth}, function(two_truth, rounded), 2)
    for average in ("macro", "micro", "weighted"):
        name = row if average == "macro" else f"{row}(average={average})"
        records(name, {"probabilities": ranked}, {"target": rank_truth}, areas(function, rank_truth, ranked, average, True), 4)
        records(name, {"probabilities": ranked}, {"target": never}, areas(function, never, ranked, average, False), 0)
    records(row, {"probabilities": multi_scores, "labels": (multi_scores > 0.5).astype(np.float64)},
            {"target": multi_truth.astype(np.float64)},
            [function(multi_truth, multi_scores, average="macro"), *function(multi_truth, multi_scores, average=None)], 3)
    cut = np.floor(ranked * 8) / 8
    records(f"{row}(bins=8)", {"probabilities": ranked}, {"target": rank_truth}, areas(function, rank_truth, cut, "macro", True), 4)
assert np.isclose(areas(sk.roc_auc_score, rank_truth, ranked, "macro", False)[0],
                  sk.roc_auc_score(rank_truth, ranked, multi_class="ovr"))

# Agreement.
for target, prediction, classes in ((truth, guess, 4), (rare_truth, rare_guess, 6), (two_truth, (two_p > 0.4).astype(int), 2)):
    for weights, name in ((None, "cohen-kappa"), ("linear", "cohen-kappa(weights=linear)"),
                          ("quadratic", "cohen-kappa(weights=quadratic)")):
        records(name, {"label": prediction}, {"target": target},
                sk.cohen_kappa_score(target, prediction, weights=weights, labels=range(classes)), classes)
    records("matthews", {"label": prediction}, {"target": target}, sk.matthews_corrcoef(target, prediction), classes)

# Texts.
WORDS = "the cat sat on a mat while two dogs ran past it and über größe 猫 barked".split()


def sentence(low, high):
    return [str(rng.choice(WORDS)) for _ in range(rng.integers(low, high))]


def changed(words, share):
    out = []
    for word in words:
        dice_throw = rng.random()
        if dice_throw < share / 3:
            continue
        out.append(str(rng.choice(WORDS)) if dice_throw < share else word)
        if rng.random() < share / 4:
            out.append(str(rng.choice(WORDS)))
    return out or words


for share, low in ((0.2, 6), (0.6, 8), (0.05, 5)):
    true_words = [sentence(low, 14) for _ in range(6)]
    said_words = [changed(w, share) for w in true_words]
    true_texts = [" ".join(w) for w in true_words]
    said_texts = ["  ".join(w) + " " for w in said_words]
    for name, function in (("cer", jiwer.cer), ("wer", jiwer.wer)):
        said = [" ".join(w) for w in said_words] if name == "cer" else said_texts
        records(name, {"text": said}, {"target": true_texts}, function(true_texts, said))
    ids = {w: i for i, w in enumerate(WORDS)}
    records("wer", {"tokens": [[ids[w] for w in s] for s in said_words]}, {"target": [[ids[w] for w in s] for s in true_words]},
            jiwer.wer(true_texts, [" ".join(w) for w in said_words]))
    records("cer", {"tokens": [[ids[w] for w in s] for s in said_words]}, {"target": [[ids[w] for w in s] for s in true_words]},
            jiwer.wer(true_texts, [" ".join(w) for w in said_words]))
    long = [k for k, s in enumerate(said_words) if len(s) >= 4]  # NLTK counts an n-gram for shorter ones
    said_long, true_long = [said_words[k] for k in long], [true_words[k] for k in long]
    METHODS = {"": (4, None), "(n=2)": (2, None), "(smoothing=floor)": (4, SmoothingFunction().method1),
               "(smoothing=add-one)": (4, SmoothingFunction().method2)}
    for options, (n, method) in METHODS.items():
        value = corpus_bleu([[t] for t in true_long], said_long, weights=(1 / n,) * n, smoothing_function=method)
        records("bleu" + options, {"text": [" ".join(w) for w in said_long]}, {"target": [" ".join(w) for w in true_long]},
                value if value > 1e-60 else 0)


# Detections: loops as in the papers, with whole numbers where recalls are compared.
def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def precision_of_class(pictures, label, threshold, points, match):
    found, truths = [], 0
    for boxes, box_scores, box_labels, true_boxes, true_labels in pictures:
        there = [t for t, l in zip(true_boxes, true_labels) if l == label]
        truths += len(there)
        taken = [False] * len(there)
        own = sorted((k for k, l in enumerate(box_labels) if l == label), key=lambda k: -box_scores[k])
        for k in own:
            best, nearest = threshold, None
            for j, other in enumerate(there):
                if match == "free" and taken[j]:
                    continue
                if overlap(boxes[k], other) >= best and (nearest is None or overlap(boxes[k], other) > best):
                    best, nearest = overlap(boxes[k], other), j
            right = nearest is not None and not taken[nearest]
            if right:
                taken[nearest] = True
            found.append((box_scores[k], right))
    if truths == 0:
        return None
    found.sort(key=lambda each: -each[0])
    right = np.cumsum([r for _, r in found])
    precision = right / np.arange(1, len(found) + 1) if found else np.array([])
    if points == "all":
        recall = np.concatenate([[0], right / truths, [1]])
        envelope = np.maximum.accumulate(np.concatenate([[0], precision, [0]])[::-1])[::-1]
        return float(((recall[1:] - recall[:-1]) * envelope[1:]).sum())
    steps = 10 if points == "voc-11" else 100
    return float(np.mean([max([p for p, r in zip(precision, right) if r * steps >= k * truths], default=0)
                          for k in range(steps + 1)]))


def mean_precision(pictures, classes, thresholds, points, match):
    by_class = [[precision_of_class(pictures, c, t, points, match) for t in thresholds] for c in range(classes)]
    counted = np.array([row for row in by_class if row[0] is not None])
    at = counted.mean(0)
    named = [at[thresholds.index(t)] for t in (0.5, 0.75) if t in thresholds]
    return [at.mean(), *named, *[0 if row[0] is None else np.mean(row) for row in by_class]]


def picture(classes):
    count = int(rng.integers(0, 6))
    true_boxes, true_labels, boxes, box_scores, box_labels = [], [], [], [], []
    for _ in range(count):
        x, y = rng.uniform(0, 20, 2)
        box = np.array([x, y, x + rng.uniform(3, 9), y + rng.uniform(3, 9)])
        label = int(rng.integers(0, classes - 1))  # the last class has none
        true_boxes.append(box)
        true_labels.append(label)
        for _ in range(int(rng.integers(0, 4))):
            boxes.append(box + rng.normal(0, 0.5, 4))
            box_scores.append(float(rng.random()))
            box_labels.append(label if rng.random() < 0.9 else int(rng.integers(0, classes)))
    return boxes, box_scores, box_labels, true_boxes, true_labels


COCO = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
for pictures_count in (14, 7, 3):
    pictures = [picture(4) for _ in range(pictures_count)]
    columns = list(zip(*pictures))
    prediction = {"boxes": [np.reshape(b, (-1, 4)) for b in columns[0]], "scores": [np.float64(s) for s in columns[1]],
                  "labels": [np.int64(s) for s in columns[2]]}
    true = {"boxes": [np.reshape(b, (-1, 4)) for b in columns[3]], "labels": [np.int64(s) for s in columns[4]]}
    for options, arguments in {"map": (COCO, "coco-101", "free"),
                               "map(thresholds=0.5,points=voc-11,match=best)": ([0.5], "voc-11", "best"),
                               "map(thresholds=0.5,points=all,match=best)": ([0.5], "all", "best"),
                               "map(thresholds=0.3,points=all)": ([0.3], "all", "free")}.items():
        records(options, prediction, true, mean_precision(pictures, 4, *arguments), 4)


# Overlaps of pairs of boxes, with the formulas of the papers; torchvision adds an epsilon to the last two.
def four_overlaps(a, b):
    shared = np.prod(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None))
    around = np.maximum(a[2:], b[2:]) - np.minimum(a[:2], b[:2])
    union = np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared
    iou = shared / union
    general = iou - (np.prod(around) - union) / np.prod(around)
    distance = iou - (((a[:2] + a[2:] - b[:2] - b[2:]) / 2) ** 2).sum() / (around ** 2).sum()
    angle = [np.arctan((x[2] - x[0]) / (x[3] - x[1])) for x in (a, b)]
    v = 4 / np.pi ** 2 * (angle[0] - angle[1]) ** 2
    return iou, general, distance, distance - v * v / (1 - iou + v)


corner = rng.uniform(0, 6, (12, 2, 2))
size = rng.uniform(0.5, 6, (12, 2, 2))
pairs = np.concatenate([corner, corner + size], 2)
overlaps = np.array([four_overlaps(a, b) for a, b in pairs])
a, b = torch.from_numpy(pairs[:, 0]), torch.from_numpy(pairs[:, 1])
for k, function in enumerate((torchvision.ops.box_iou, torchvision.ops.generalized_box_iou, torchvision.ops.distance_box_iou,
                              torchvision.ops.complete_box_iou)):
    assert np.allclose(function(a, b).diagonal().numpy(), overlaps[:, k], atol=1e-6)
g.store("boxes.pairs", pairs)
g.store("boxes.overlaps", overlaps)
curve_scores, curve_truth = np.round(rng.random(40), 1), rng.random(40) < 0.4
precision, recall, threshold = sk.precision_recall_curve(curve_truth, curve_scores)
for key, value in (("scores", curve_scores), ("truth", curve_truth), ("precision", precision), ("recall", recall),
                   ("threshold", threshold)):
    g.store(f"curve.{key}", value)
g.counts = {row: last + 1 for row, last in cases.items()}
g.write("metrics.safetensors")
