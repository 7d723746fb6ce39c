"""Fake models, to test the command line without Keras."""


class FakeClassifier:
    """Positive if the text has an "a"; the score depends on its length."""

    class_names = ("negative", "positive")
    calls = []

    @classmethod
    def from_preset(cls, preset, **options):
        if options:
            raise ValueError(f"loaded with {options}")
        if preset == "missing":
            raise ValueError("`preset` must exist. Received: preset='missing'.")
        if preset == "broken":
            raise KeyError("embeddings")
        return cls()

    def classify(self, texts, top_k, batch_size):
        self.calls.append((texts, batch_size))
        if isinstance(texts, tuple):
            texts = [a + b for a, b in zip(*texts, strict=True)]
        rows = []
        for text in texts:
            score = 1 - 1 / (1 + len(text))
            best, other = ("positive", "negative")[:: 1 if "a" in text else -1]
            entries = [
                {"label": best, "score": score},
                {"label": other, "score": 1 - score},
            ]
            rows.append(entries[0] if top_k == 1 else entries[:top_k])
        return rows


class FakeDetector:
    """Detects the word "fake" in texts with single spaces."""

    @classmethod
    def from_preset(cls, preset, **options):
        if options:
            raise ValueError(f"loaded with {options}")
        return cls()

    def detect(self, texts, batch_size):
        results = []
        for text in texts:
            tokens, start = [], 0
            for word in text.split():
                tokens.append(
                    {
                        "token": word,
                        "start": start,
                        "end": start + len(word),
                        "replaced": 0.9 if word == "fake" else 0.1,
                    }
                )
                start += len(word) + 1
            results.append(tokens)
        return results


class FakeAnswerer:
    """Answers with the last words of the context."""

    calls = []

    @classmethod
    def from_preset(cls, preset, **options):
        if options:
            raise ValueError(f"loaded with {options}")
        return cls()

    def answer(self, question, context, top_k, **options):
        self.calls.append(options)
        contexts = context
        if isinstance(context, str):
            contexts = [context] * len(question)
        results = []
        for text in contexts:
            words = text.split()
            rows = [
                {
                    "score": 0.5 / (i + 1),
                    "start": len(text) - len(word),
                    "end": len(text),
                    "answer": word,
                }
                for i, word in enumerate(words[: -top_k - 1 : -1])
            ]
            results.append(rows[0] if top_k == 1 else rows)
        return results


class FakeMaskedLM:
    """Predicts "fox", then "dog"."""

    @classmethod
    def from_preset(cls, preset, **options):
        if options:
            raise ValueError(f"loaded with {options}")
        return cls()

    def fill_mask(self, texts, top_k, batch_size):
        results = []
        for text in texts:
            if "[MASK]" not in text:
                raise ValueError("Every text must hold the mask token.")
            guesses = [
                {
                    "score": 0.5 / (i + 1),
                    "token": i,
                    "token_str": word,
                    "sequence": text.replace("[MASK]", word, 1),
                }
                for i, word in enumerate(["fox", "dog"][:top_k])
            ]
            count = text.count("[MASK]")
            results.append(guesses if count == 1 else [guesses] * count)
        return results


class FakeMultipleChoice:
    """Chooses the last choice."""

    @classmethod
    def from_preset(cls, preset, **options):
        if options:
            raise ValueError(f"loaded with {options}")
        return cls()

    def choose(self, prompts, choices, batch_size):
        return [
            {"choice": row[-1], "index": len(row) - 1, "score": 0.75}
            for row in choices
        ]


class FakeEmbedder:
    """Embeds a text as its length and 1."""

    @classmethod
    def from_preset(cls, preset, **options):
        if options:
            raise ValueError(f"loaded with {options}")
        return cls()

    def embed(self, texts, batch_size):
        import numpy as np

        return np.array([[len(text), 1.0] for text in texts])


class FakeTagger:
    """Tags the words with a capital letter."""

    @classmethod
    def from_preset(cls, preset, **options):
        if options:
            raise ValueError(f"loaded with {options}")
        return cls()

    def tag(self, texts, aggregation, stride, batch_size):
        return [
            [
                {
                    "entity_group": f"{aggregation}-{stride}",
                    "score": 0.5,
                    "word": word.lower(),
                    "start": text.index(word),
                    "end": text.index(word) + len(word),
                }
                for word in text.split()
                if word[0].isupper()
            ]
            for text in texts
        ]
