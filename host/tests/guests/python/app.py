"""The redactor of `examples/redactor.rs`, in Python."""

import re

from componentize_py_types import Ok
from wit_world import exports
from wit_world.exports import analyzer as gloss
from wit_world.imports import log


class Analyzer(exports.Analyzer):
    def describe(self):
        mask = gloss.Setting(
            name="mask",
            summary="What stands in the place of a number.",
            kind=gloss.Kind.TEXT,
            default=gloss.Value_Text("[NUMBER]"),
            minimum=None,
            maximum=None,
            choices=["[NUMBER]", "###"],
        )
        return gloss.Description(
            name="number-redactor-py",
            version="1.0.0",
            summary="Takes the numbers out of a text.",
            path=None,
            languages=[],
            labels=[gloss.Label(name, f"It is {name}.", None) for name in ("NUMBER", "became")],
            open_labels=False,
            settings=[mask],
            outputs=[],
            examples=[gloss.Example(text="Call 555 1234", language=None, settings=[])],
            metadata=[],
        )

    def analyze(self, document, options):
        text, mask = document.text, options.settings[0].value.value
        numbers, masks, redacted, end = [], [], "", 0
        for match in re.finditer(r"\b[0-9]+\b", text):
            redacted += text[end : match.start()]
            masks.append(span(redacted, redacted + mask))
            redacted += mask
            end = match.end()
            numbers.append(span(text[: match.start()], text[:end]))
        redacted += text[end:]
        became = [gloss.Relation("became", i, i, "masks", None, []) for i in range(len(numbers))]
        log.write(log.Level.DEBUG, f"{len(numbers)} numbers")
        passage = gloss.Passage(name="redacted", text=redacted, language=None, attributes=[])
        return gloss.Analysis(
            answer=gloss.Answer_Passage(passage),
            findings=[
                gloss.Finding_Layer(gloss.Layer("numbers", None, numbers, became)),
                gloss.Finding_Layer(gloss.Layer("masks", "redacted", masks, [])),
                gloss.Finding_Data([gloss.Member("mask", gloss.Value_Text(mask))]),
            ],
        )


def span(before, including):
    """The span between two beginnings of a text: offsets count bytes of UTF-8."""
    start, end = len(before.encode()), len(including.encode())
    return gloss.Span(range=gloss.Range(start, end), parts=[], label="NUMBER", score=None, attributes=[])
