"""How hard a text is to read, by the formulas that counts of words, sentences and syllables go into."""

import math
import re

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import analyzer as gloss

WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
# What ends a sentence, with what closes behind it, before white space or the end.
END = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019)\]]*(?=\s|$)|\n\s*\n")
VOWELS = re.compile(r"[aeiouy]+")
# Endings of which the e is not spoken.
SILENT = re.compile(r"[^aeiouy](?:e|es|ed)$")
SPOKEN = re.compile(r"(?:[^aeiouy]les?|[td]ed|[csxz]es|[sc]hes|ges)$")

MEASURES = [
    ("words", "How many words there are.", "words"),
    ("sentences", "How many sentences there are.", "sentences"),
    ("syllables", "How many syllables the words have, by their vowels.", "syllables"),
    ("flesch-kincaid-grade", "Years of school in the USA (Kincaid and others 1975).", "years"),
    ("gunning-fog", "Years of school, by sentences and long words (Gunning 1952).", "years"),
    ("smog", "Years of school, by words of three syllables and more (McLaughlin 1969).", "years"),
    ("coleman-liau", "Years of school, by letters instead of syllables (Coleman and Liau 1975).", "years"),
    ("automated-readability", "Years of school, by letters (Smith and Senter 1967).", "years"),
]


class Analyzer(exports.Analyzer):
    def describe(self):
        measure = gloss.OutputKind.MEASURE
        return gloss.Description(
            name="readability",
            version="1.0.0",
            summary="Tells how hard an English text is to read: Flesch's reading ease, and years of school by other formulas.",
            path=None,
            languages=["en"],
            labels=[],
            open_labels=False,
            settings=[],
            outputs=[gloss.Output(name, measure, summary, unit, None) for name, summary, unit in MEASURES],
            examples=[
                gloss.Example("The cat sat on the mat. It was glad.", None, []),
                gloss.Example("Notwithstanding considerable institutional opposition, implementation continued.", None, []),
            ],
            metadata=[],
        )

    def analyze(self, document, options):
        words = WORD.findall(document.text)
        if not words:
            raise Err(gloss.Refusal(gloss.Reason.UNSUPPORTED_TEXT, None, "There are no words in it."))
        parts = END.split(document.text)
        figures = figures_of(words, max(1, sum(1 for part in parts if WORD.search(part))))
        measures = [measure(name, figures[name]) for name, _, _ in MEASURES]
        return gloss.Analysis(
            answer=gloss.Answer_Value(gloss.Value_Number(figures["flesch-reading-ease"])),
            findings=[gloss.Finding_Measures(measures)],
        )


def measure(name, figure):
    quantity = gloss.Quantity_Integer(figure) if isinstance(figure, int) else gloss.Quantity_Number(figure)
    return gloss.Measure(name, quantity)


def figures_of(words, sentences):
    """All figures of a text, rounded to a hundredth where they are no counts."""
    count = len(words)
    syllables_of = [syllables(word.lower()) for word in words]
    long_words = sum(1 for number in syllables_of if number > 2)
    letters = sum(sum(1 for c in word if c.isalpha()) for word in words)
    per_sentence, per_word, letters_per_word = count / sentences, sum(syllables_of) / count, letters / count
    formulas = {
        # Flesch, "A new readability yardstick" (1948).
        "flesch-reading-ease": 206.835 - 1.015 * per_sentence - 84.6 * per_word,
        "flesch-kincaid-grade": 0.39 * per_sentence + 11.8 * per_word - 15.59,
        "gunning-fog": 0.4 * (per_sentence + 100 * long_words / count),
        "smog": 1.0430 * math.sqrt(long_words * 30 / sentences) + 3.1291,
        "coleman-liau": 5.88 * letters_per_word - 29.6 / per_sentence - 15.8,
        "automated-readability": 4.71 * letters_per_word + 0.5 * per_sentence - 21.43,
    }
    counts = {"words": count, "sentences": sentences, "syllables": sum(syllables_of)}
    return counts | {name: round(figure, 2) for name, figure in formulas.items()}


def syllables(word):
    """Syllables of a word in small letters: its groups of vowels, without an e at the end that is not spoken."""
    groups = len(VOWELS.findall(word))
    if groups > 1 and SILENT.search(word) and not SPOKEN.search(word):
        groups -= 1
    return max(1, groups)
