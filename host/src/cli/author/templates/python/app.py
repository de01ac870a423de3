"""Finds words that shout: those that are written in capitals."""

import re

from wit_world import exports
from wit_world.exports import analyzer as gloss

LETTERS = re.compile(r"[^\W\d_]+")


class Analyzer(exports.Analyzer):
    def describe(self):
        """What the gateway and its users are told. The examples are tried whenever the plugin is loaded."""
        letters = gloss.Setting(
            name="letters",
            summary="How many letters a word must have.",
            kind=gloss.Kind.INTEGER,
            default=gloss.Value_Integer(3),
            minimum=1.0,
            maximum=100.0,
            choices=[],
        )
        words = gloss.Output(
            name="words",
            kind=gloss.OutputKind.MEASURE,
            summary="How many words there are in all.",
            unit="words",
            dimensions=None,
        )
        return gloss.Description(
            name="{{name}}",
            version="0.1.0",
            summary="Finds words in capitals.",
            path=None,
            languages=[],
            labels=[gloss.Label(name="SHOUT", summary="A word in capitals.", group=None)],
            open_labels=False,
            settings=[letters],
            outputs=[words],
            examples=[gloss.Example(text="We MUST leave now.", language=None, settings=[])],
            metadata=[],
        )

    def analyze(self, document, options):
        """Analyzes one document, in a fresh instance. To refuse one, raise `Err(gloss.Refusal(...))`."""
        # The gateway has checked the settings, and gives all of them in the order of the description.
        letters = options.settings[0].value.value
        text, spans, count, read, start = document.text, [], 0, 0, 0
        for match in LETTERS.finditer(text):
            count += 1
            start += size(text[read : match.start()])
            end = start + size(match[0])
            if len(match[0]) >= letters and match[0].isupper():
                spans.append(gloss.Span(gloss.Range(start, end), [], "SHOUT", None, []))
            read, start = match.end(), end
        words = gloss.Measure("words", gloss.Quantity_Integer(count))
        return gloss.Analysis(
            answer=gloss.Answer_Layer(gloss.Layer("shouts", None, spans, [])),
            findings=[gloss.Finding_Measures([words])],
        )


def size(text):
    """How many bytes a text takes in UTF-8, which is what offsets count."""
    return len(text.encode())
