"""A byte-pair tokenizer in CLIP's file format: training on captions, saving, loading, encoding."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

from world import caption, training_scene

START, END = "<|startoftext|>", "<|endoftext|>"
LENGTH = 77
# Letters, single digits, and runs of anything else: CLIP's pattern, in terms of Python's own classes.
PATTERN = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+")


def byte_symbols() -> dict[int, str]:
    """A printable character for every byte: itself where it is printable, one from U+0100 on elsewhere."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in set(printable)]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(others)}}


SYMBOLS = byte_symbols()


def pieces(word: str) -> tuple[str, ...]:
    symbols = [SYMBOLS[b] for b in word.encode("utf-8")]
    return (*symbols[:-1], symbols[-1] + "</w>")


def join(parts: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    out: list[str] = []
    i = 0
    while i < len(parts):
        if i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair:
            out.append(parts[i] + parts[i + 1])
            i += 2
        else:
            out.append(parts[i])
            i += 1
    return tuple(out)


def learn_merges(captions: list[str]) -> list[tuple[str, str]]:
    """Merges the commonest pair until every word of the captions is one token."""
    counts = Counter(word for text in captions for word in PATTERN.findall(text.lower()))
    words = {word: pieces(word) for word in sorted(counts)}
    merges: list[tuple[str, str]] = []
    while True:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in words.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += counts[word]
        if not pairs:
            return merges
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = {word: join(parts, best) for word, parts in words.items()}


class Tokenizer:
    def __init__(self, merges: list[tuple[str, str]]) -> None:
        self.merges = merges
        self.ranks = {pair: i for i, pair in enumerate(merges)}
        symbols = list(SYMBOLS.values())
        tokens = symbols + [s + "</w>" for s in symbols] + ["".join(pair) for pair in merges] + [START, END]
        self.vocabulary = {token: i for i, token in enumerate(tokens)}
        self.cache: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self.vocabulary)

    def word(self, word: str) -> list[int]:
        if word not in self.cache:
            parts = pieces(word)
            while len(parts) > 1:
                pair = min(zip(parts, parts[1:]), key=lambda p: self.ranks.get(p, len(self.ranks)))
                if pair not in self.ranks:
                    break
                parts = join(parts, pair)
            self.cache[word] = [self.vocabulary[part] for part in parts]
        return self.cache[word]

    def encode(self, text: str, length: int = LENGTH) -> list[int]:
        """Start, the text's tokens, end, and ends as padding up to `length`."""
        ids = [i for word in PATTERN.findall(text.lower()) for i in self.word(word)]
        end = self.vocabulary[END]
        ids = [self.vocabulary[START], *ids[: length - 2], end]
        return ids + [end] * (length - len(ids))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.vocabulary, ensure_ascii=False, separators=(",", ":"))
        (folder / "vocab.json").write_text(text + "\n", encoding="utf-8")
        lines = ["#version: 0.2", *(" ".join(pair) for pair in self.merges)]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        special = {key: {"content": token, "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
                   for key, token in (("bos_token", START), ("eos_token", END), ("unk_token", END))}
        tokenizer_config = {
            "add_prefix_space": False,
            **{key: {"__type": "AddedToken", **value} for key, value in special.items()},
            "do_lower_case": True,
            "errors": "replace",
            "model_max_length": LENGTH,
            "pad_token": END,
            "tokenizer_class": "CLIPTokenizer",
        }
        for name, value in (("tokenizer_config.json", tokenizer_config),
                            ("special_tokens_map.json", {**special, "pad_token": END})):
            (folder / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> Tokenizer:
        lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
        return Tokenizer([tuple(line.split(" ")) for line in lines if line])


def train_tokenizer(work: Path, seed: int) -> None:
    rng = random.Random(seed)
    captions = [caption(rng, training_scene(rng)[0]) for _ in range(20000)]
    tokenizer = Tokenizer(learn_merges(captions))
    tokenizer.save(work / "tokenizer")
    lengths = [tokenizer.encode(text).index(tokenizer.vocabulary[END]) + 1 for text in captions]
    print(f"vocabulary {len(tokenizer)}, longest caption {max(lengths)} tokens")
