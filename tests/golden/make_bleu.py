#!/usr/bin/env python3
"""BLEU of sacrebleu: tests/golden/bleu.json, read by tests/metrics/bleu_test.cpp.

A case has texts, the references of each, and the tokenization and smoothing by sacrebleu's names; `score` is corpus_bleu of it with
effective order off, and `tokens` what the tokenizer makes of each text. Needs sacrebleu.
"""
import json
import pathlib

import sacrebleu
from sacrebleu.metrics.bleu import BLEU, _get_tokenizer

ENGLISH = ["The cat sat on the mat.", "It costs $1,234.56, i.e. 5-10% less; \"really\" & so on...", "Hello, world! It's 3-4 o'clock.",
           "-\nbroken <skipped>line &quot;x&quot; &amp;lt; y", " a  b\tc ", ".5 5. 5,a a,5 ,, .. 1-2-3 a-b", "{x}[y]^_`~ @#!?:;<=>/\\|*+"]
SAID = ["The cat is on the mat.", "It costs $1,234.50, i.e. 5-10% more; really & so on.", "Hello world, it is 3-4 o'clock!",
        "broken line \"x\" < y", "a b c d", ".5 5. 5 , a a ,5 , , . . 1-2-3 a-b", "{x} [y] ^_` ~ @ # !?:; <=> / \\ |*+"]
CHINESE = ["我喜欢吃苹果。", "他今天3点去北京, OK？", "“你好”，她说：1,000元。", "ｆｕｌｌ　ｗｉｄｔｈ　Ａ１", "汤姆—Tom—是2.5米", "谢谢！", "☃✓ 𠀀字 é"]
CHINESE_SAID = ["我爱吃苹果。", "他今天三点去了北京，OK？", "“您好”，她说: 1,000 元。", "full width　Ａ１", "汤姆是2.5米", "谢谢你", "☃ ✓ 𠀀 字 é"]
OTHERS = [["我很喜欢苹果。", "我喜欢苹果"], ["今天3点他去北京。"], ["她说：“你好”，一千元。"], [], ["Tom是2.5米", "汤姆 2.5"], ["谢谢"], []]


def case(said, references, tokenize, smooth):
    width = max(len(r) for r in references)
    streams = [[r[k] if k < len(r) else None for r in references] for k in range(width)]
    metric = BLEU(tokenize=tokenize, smooth_method=smooth)
    tokenizer = _get_tokenizer(tokenize)()
    score = metric.corpus_score(said, streams)
    return {"said": said, "references": references, "tokenize": tokenize, "smoothing": smooth, "score": score.score,
            "signature": metric.get_signature().format().rsplit("|version", 1)[0],
            "tokens": [tokenizer(text.rstrip()).split() for text in said + [r for many in references for r in many]]}


cases = []
for smooth in ("exp", "none"):
    for tokenize in ("13a", "zh", "char", "none"):
        cases.append(case(SAID, [[t] for t in ENGLISH], tokenize, smooth))
        cases.append(case(CHINESE_SAID, [[t] for t in CHINESE], tokenize, smooth))
        # A line break would be a second reference.
        many = [[t] + o for t, o in zip(CHINESE, OTHERS)]
        cases.append(case(CHINESE_SAID, many, tokenize, smooth))
    cases.append(case(["a b", "c"], [["a b"], ["d"]], "13a", smooth))  # no n-gram of 3 words at all
    cases.append(case(["a b c d e", "", "x y"], [["a b q d e f"], ["z"], ["y x"]], "13a", smooth))  # some lengths without a match
    cases.append(case(["", ""], [["z"], ["y x"]], "zh", smooth))
    cases.append(case(["q", "w"], [["z"], ["y x"]], "zh", smooth))
path = pathlib.Path(__file__).parent / "bleu.json"
path.write_text(json.dumps({"sacrebleu": sacrebleu.__version__, "cases": cases}, ensure_ascii=False, indent=0) + "\n")
