"""VADER's two-class accuracy on the development sets, as `evaluate/run` prints it beside ours.

Texts that are labelled neutral are left out. A text counts as positive if VADER's compound score is above
0 and as negative if it is below; one at exactly 0 counts as half right, as a coin would get it.
"""

import json
import pathlib
import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def accuracy(analyzer, rows):
    right = total = 0.0
    for row in rows:
        if row["label"] == "neutral":
            continue
        compound = analyzer.polarity_scores(row["text"])["compound"]
        said = "positive" if compound > 0 else "negative"
        right += 0.5 if compound == 0 else float(said == row["label"])
        total += 1
    return right / total


def main():
    analyzer = SentimentIntensityAnalyzer()
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*/" + sys.argv[2] + ".jsonl")):
        rows = [json.loads(line) for line in path.open(encoding="utf-8")]
        print(f"{path.parent.name}\t{accuracy(analyzer, rows):.4f}", flush=True)


main()
