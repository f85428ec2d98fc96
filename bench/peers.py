"""Alternative classifiers behind one interface: fit once, then answer one question at a time."""

from __future__ import annotations

import importlib.util
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from bot.nlu.text import clean, split_words
from bot.retrieval import Retriever

Examples = Sequence[tuple[str, str]]  # (label, question)
Answer = tuple[str, float]  # (best label, how sure)
Classifier = Callable[[str], Answer]


def words_of(text: str) -> list[str]:
    return [word.text for word in split_words(clean(text))]


def ours(examples: Examples) -> Classifier:
    retriever = Retriever.fit([(label, words_of(text)) for label, text in examples])

    def ask(text: str) -> Answer:
        ranking = retriever.rank(words_of(text))
        return (ranking.candidates[0].label if ranking.candidates else ""), ranking.confidence

    return ask


def bm25(examples: Examples) -> Classifier:
    """Okapi BM25 (k1 1.5, b 0.75) over the examples; the best example's label, its score as confidence."""
    texts = [words_of(text) for _, text in examples]
    lengths = [len(words) for words in texts]
    mean = sum(lengths) / len(lengths)
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for index, words in enumerate(texts):
        for word, count in Counter(words).items():
            weight = count * 2.5 / (count + 1.5 * (0.25 + 0.75 * lengths[index] / mean))
            postings[word].append((index, weight))
    rarity = {word: math.log(1 + (len(texts) - len(p) + 0.5) / (len(p) + 0.5)) for word, p in postings.items()}

    def ask(text: str) -> Answer:
        scores: dict[int, float] = defaultdict(float)
        for word in words_of(text):
            for index, weight in postings.get(word, ()):
                scores[index] += rarity[word] * weight
        if not scores:
            return "", 0.0
        best = max(scores, key=scores.__getitem__)
        return examples[best][0], scores[best]

    return ask


def rapidfuzz_token_set(examples: Examples) -> Classifier:
    from rapidfuzz import fuzz, process, utils

    texts = [utils.default_process(text) for _, text in examples]

    def ask(text: str) -> Answer:
        found = process.extractOne(utils.default_process(text), texts, scorer=fuzz.token_set_ratio)
        return (examples[found[2]][0], found[1] / 100) if found else ("", 0.0)

    return ask


def linear_svm(examples: Examples) -> Classifier:
    """TF-IDF on word n-grams and character n-grams, the usual features for short texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words, characters), LinearSVC())
    model.fit([text for _, text in examples], [label for label, _ in examples])
    labels = model.classes_

    def ask(text: str) -> Answer:
        scores = np.atleast_1d(model.decision_function([text])[0])
        best = int(scores.argmax())
        return str(labels[best]), float(scores[best])

    return ask


def mini_lm(examples: Examples) -> Classifier:
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression

    encoder = SentenceTransformer("sentence-transformers/all-MiniLM-L6-v2", device="cpu")
    model = LogisticRegression(C=10, max_iter=1000)
    model.fit(encoder.encode([text for _, text in examples]), [label for label, _ in examples])

    def ask(text: str) -> Answer:
        chances = model.predict_proba(encoder.encode([text]))[0]
        best = int(chances.argmax())
        return str(model.classes_[best]), float(chances[best])

    return ask


def installed() -> dict[str, Callable[[Examples], Classifier]]:
    """All that are installed, ours first."""
    found: dict[str, Callable[[Examples], Classifier]] = {
        "ours": ours,
        "BM25": bm25,
        "rapidfuzz token_set_ratio": rapidfuzz_token_set,
    }
    if importlib.util.find_spec("sklearn"):
        found["TF-IDF + linear SVM"] = linear_svm
    if importlib.util.find_spec("sentence_transformers"):
        found["MiniLM + logistic regression"] = mini_lm
    return found
