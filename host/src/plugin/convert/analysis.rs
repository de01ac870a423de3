//! What an analyzer found, checked against the text it was found in.

use std::collections::HashSet;

use super::value::{finite, language, measure, members, name, score, value};
use super::{Violation, wit};
use crate::analysis::{
    Analysis, Answer, ByteRange, Evidence, Layer, Passage, Relation, ScoredLabel, Span, Vector,
};

/// Checks the analyses of one document.
pub(in super::super) struct Checker<'d> {
    /// The text that was analyzed.
    pub(in super::super) text: &'d str,
    /// The labels that may be given; none if they are open.
    pub(in super::super) labels: Option<&'d HashSet<String>>,
    /// Whether an explanation was asked for; one that was not is dropped.
    pub(in super::super) explain: bool,
}

impl Checker<'_> {
    /// Checks one analysis.
    ///
    /// # Errors
    ///
    /// The first rule it breaks.
    pub(in super::super) fn analysis(&self, raw: wit::Analysis) -> Result<Analysis, Violation> {
        let mut analysis = Analysis::of(Answer::Labels(Vec::new()));
        let mut layers = Vec::new();
        let mut labelled = false;
        let answer = self.answer(raw.answer)?;
        for finding in raw.findings {
            match finding {
                wit::Finding::Labels(_) if labelled => {
                    return Err(Violation::new("there are two lists of labels"));
                }
                wit::Finding::Labels(labels) => {
                    labelled = true;
                    analysis.labels = self.scored_labels(labels)?;
                }
                wit::Finding::Measures(measures) => {
                    for raw in measures {
                        analysis.measures.push(measure(raw).map_err(|v| v.within("measure"))?);
                    }
                }
                // Checked when all passages are known: it may lie over one of them.
                wit::Finding::Layer(layer) => layers.push(layer),
                wit::Finding::Passage(passage) => analysis.passages.push(self::passage(passage)?),
                wit::Finding::Vector(vector) => analysis.vectors.push(self::vector(vector)?),
                wit::Finding::Data(data) => {
                    analysis.data.extend(members(data).map_err(|v| v.within("data"))?);
                }
                wit::Finding::Explanation(evidence) if self.explain => {
                    analysis.explanation = self.explanation(evidence)?;
                }
                wit::Finding::Explanation(_) => {}
                wit::Finding::Warning(warning) => analysis.warnings.push(warning),
            }
        }
        analysis.answer = match answer {
            Found::Settled(answer) => answer,
            Found::Layer(raw) if raw.over.is_some() => {
                return Err(Violation::new("the answer's layer does not lie over the document"));
            }
            Found::Layer(raw) => {
                Answer::Layer(self.layer(raw, &analysis).map_err(|v| v.within("the answer's layer"))?)
            }
        };
        for (index, raw) in layers.into_iter().enumerate() {
            let layer = self.layer(raw, &analysis);
            analysis.layers.push(layer.map_err(|v| v.within(&format!("layer {}", index + 1)))?);
        }
        check_names(&analysis)?;
        Ok(analysis)
    }

    fn answer(&self, answer: wit::Answer) -> Result<Found, Violation> {
        let settled = match answer {
            wit::Answer::Value(raw) => Answer::Value(value(raw).map_err(|v| v.within("answer"))?),
            wit::Answer::Label(label) => Answer::Label(self.label(label)?),
            wit::Answer::Labels(labels) => {
                Answer::Labels(labels.into_iter().map(|label| self.label(label)).collect::<Result<_, _>>()?)
            }
            wit::Answer::Layer(layer) => return Ok(Found::Layer(layer)),
            wit::Answer::Passage(passage) => Answer::Passage(self::passage(passage)?),
            wit::Answer::Vector(vector) => Answer::Vector(self::vector(vector)?),
        };
        Ok(Found::Settled(settled))
    }

    fn label(&self, label: String) -> Result<String, Violation> {
        match self.labels {
            Some(known) if !known.contains(&label) => {
                Err(Violation::new("a label is not among those of the description"))
            }
            _ => Ok(label),
        }
    }

    fn scored_labels(&self, labels: Vec<wit::ScoredLabel>) -> Result<Vec<ScoredLabel>, Violation> {
        let check = |raw: wit::ScoredLabel| {
            let group = raw.group.map(name).transpose()?;
            Ok(ScoredLabel { name: self.label(raw.name)?, group, score: score(raw.score)? })
        };
        let labels: Vec<ScoredLabel> = labels.into_iter().map(check).collect::<Result<_, _>>()?;
        unique("labels", labels.iter().map(|label| (label.group.as_deref(), label.name.as_str())))?;
        Ok(labels)
    }

    fn layer(&self, raw: wit::Layer, analysis: &Analysis) -> Result<Layer, Violation> {
        let text = match &raw.over {
            None => self.text,
            Some(passage) => match analysis.passage(passage) {
                Some(passage) => &passage.text,
                None => return Err(Violation::new("it lies over a passage that is not there")),
            },
        };
        let spans = self.spans(raw.spans, text)?;
        let relations = self.relations(raw.relations, spans.len())?;
        Ok(Layer { name: name(raw.name)?, over: raw.over, spans, relations })
    }

    fn spans(&self, raw: Vec<wit::Span>, text: &str) -> Result<Vec<Span>, Violation> {
        let mut spans: Vec<Span> = Vec::with_capacity(raw.len());
        for raw in raw {
            let place = || format!("span {}", spans.len() + 1);
            let span = self.span(raw, text).map_err(|violation| violation.within(&place()))?;
            let follows = |last: &Span| {
                let (a, b) = (last.range, span.range);
                a.start() < b.start() || (a.start() == b.start() && a.end() >= b.end())
            };
            if !spans.last().is_none_or(follows) {
                let rule = "spans are sorted by start, then longest first, and it is not";
                return Err(Violation::new(rule).within(&place()));
            }
            spans.push(span);
        }
        Ok(spans)
    }

    fn span(&self, raw: wit::Span, text: &str) -> Result<Span, Violation> {
        let range = range(text, raw.range)?;
        Ok(Span {
            range,
            parts: parts(text, range, raw.parts)?,
            label: raw.label.map(|label| self.label(label)).transpose()?,
            score: score(raw.score)?,
            attributes: members(raw.attributes)?,
        })
    }

    fn relations(&self, raw: Vec<wit::Relation>, spans: usize) -> Result<Vec<Relation>, Violation> {
        let check = |(index, raw): (usize, wit::Relation)| {
            let relation = Relation {
                label: self.label(raw.label)?,
                source: raw.source as usize,
                target: raw.target as usize,
                score: score(raw.score)?,
                attributes: members(raw.attributes)?,
            };
            if relation.source.max(relation.target) >= spans {
                let rule = Violation::new("it leads to or from a span that is not there");
                return Err(rule.within(&format!("relation {}", index + 1)));
            }
            Ok(relation)
        };
        raw.into_iter().enumerate().map(check).collect()
    }

    fn explanation(&self, raw: Vec<wit::Evidence>) -> Result<Vec<Evidence>, Violation> {
        let check = |raw: wit::Evidence| {
            Ok(Evidence {
                range: range(self.text, raw.range)?,
                label: raw.label.map(|label| self.label(label)).transpose()?,
                weight: finite(raw.weight)?,
            })
        };
        raw.into_iter().map(check).collect::<Result<_, Violation>>().map_err(|v| v.within("explanation"))
    }
}

/// An answer that is checked, or a layer that waits for the passages.
enum Found {
    Settled(Answer),
    Layer(wit::Layer),
}

fn range(text: &str, raw: wit::Range) -> Result<ByteRange, Violation> {
    ByteRange::of(text, raw.start, raw.end).map_err(|error| Violation::new(error.to_string()))
}

fn parts(text: &str, hull: ByteRange, raw: Vec<wit::Range>) -> Result<Vec<ByteRange>, Violation> {
    let parts: Vec<ByteRange> = raw.into_iter().map(|part| range(text, part)).collect::<Result<_, _>>()?;
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(parts) };
    let to_the_ends = first.start() == hull.start() && last.end() == hull.end();
    let none_empty = parts.iter().all(|part| part.start() < part.end());
    let ascending = parts.iter().zip(parts.iter().skip(1)).all(|(a, b)| a.end() <= b.start());
    if to_the_ends && none_empty && ascending {
        Ok(parts)
    } else {
        Err(Violation::new("its parts are not ascending, disjoint, filled, and from end to end of it"))
    }
}

fn passage(raw: wit::Passage) -> Result<Passage, Violation> {
    let check = || {
        let language = raw.language.map(language).transpose()?;
        Ok(Passage { name: name(raw.name)?, text: raw.text, language })
    };
    check().map_err(|violation: Violation| violation.within("passage"))
}

fn vector(raw: wit::Vector) -> Result<Vector, Violation> {
    let name = name(raw.name).map_err(|violation| violation.within("vector"))?;
    if raw.components.iter().all(|component| component.is_finite()) {
        Ok(Vector { name, components: raw.components })
    } else {
        Err(Violation::new("a number is not finite").within("vector"))
    }
}

/// Names are unique within an analysis, those of the answer included.
fn check_names(analysis: &Analysis) -> Result<(), Violation> {
    let (mut layer, mut passage, mut vector) = (None, None, None);
    match &analysis.answer {
        Answer::Layer(answer) => layer = Some(&answer.name),
        Answer::Passage(answer) => passage = Some(&answer.name),
        Answer::Vector(answer) => vector = Some(&answer.name),
        Answer::Value(_) | Answer::Label(_) | Answer::Labels(_) => {}
    }
    unique("measures", analysis.measures.iter().map(|measure| &measure.name))?;
    unique("layers", layer.into_iter().chain(analysis.layers.iter().map(|layer| &layer.name)))?;
    unique("passages", passage.into_iter().chain(analysis.passages.iter().map(|passage| &passage.name)))?;
    unique("vectors", vector.into_iter().chain(analysis.vectors.iter().map(|vector| &vector.name)))?;
    unique("data", analysis.data.iter().map(|member| &member.name))
}

fn unique<K: Eq + std::hash::Hash>(what: &str, mut keys: impl Iterator<Item = K>) -> Result<(), Violation> {
    let mut seen = HashSet::new();
    if keys.all(|key| seen.insert(key)) {
        Ok(())
    } else {
        Err(Violation::new("a name is given twice").within(what))
    }
}
