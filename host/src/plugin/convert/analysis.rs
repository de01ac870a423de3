//! What an analyzer found, checked against the text it was found in.

use std::collections::{HashMap, HashSet};

use super::value::{finite, language, measure, members, name, score, value};
use super::{Violation, wit};
use crate::analysis::{
    Analysis, Answer, ByteRange, Description, Evidence, Layer, Member, OutputKind, Passage, Relation,
    ScoredLabel, Span, Vector, is_kebab_case,
};

/// The words of a description that an analysis is held to.
#[derive(Debug)]
pub(in super::super) struct Vocabulary {
    /// The group of each label, if it has one.
    groups: HashMap<String, Option<String>>,
    /// Whether other labels may be given.
    open: bool,
    /// How many components the vectors have whose description says so.
    dimensions: HashMap<String, usize>,
}

impl Vocabulary {
    pub(in super::super) fn of(description: &Description) -> Self {
        let groups = description.labels.iter().map(|label| (label.name.clone(), label.group.clone()));
        let vectors = description.outputs.iter().filter(|output| output.kind == OutputKind::Vector);
        let dimensions =
            vectors.filter_map(|output| Some((output.name.clone(), output.dimensions? as usize)));
        Self { groups: groups.collect(), open: description.open_labels, dimensions: dimensions.collect() }
    }
}

/// Checks the analyses of one document.
pub(in super::super) struct Checker<'d> {
    /// The text that was analyzed.
    pub(in super::super) text: &'d str,
    /// What the analyzer may speak of.
    pub(in super::super) vocabulary: &'d Vocabulary,
    /// Whether an explanation was asked for; one that was not is dropped.
    pub(in super::super) explain: bool,
}

/// The texts that layers can lie over, beside the document's, by name.
type Passages<'a> = HashMap<&'a str, &'a str>;

impl Checker<'_> {
    /// Checks one analysis.
    ///
    /// # Errors
    ///
    /// The first rule it breaks.
    pub(in super::super) fn analysis(&self, raw: wit::Analysis) -> Result<Analysis, Violation> {
        let (answer, answer_layer) = self.answer(raw.answer)?;
        let mut analysis = Analysis::of(answer);
        let mut layers = Vec::new();
        let (mut labelled, mut explained) = (false, false);
        for finding in raw.findings {
            match finding {
                wit::Finding::Labels(labels) => {
                    once(&mut labelled, "lists of labels")?;
                    analysis.labels = self.scored_labels(labels)?;
                }
                wit::Finding::Measures(measures) => {
                    analysis.measures.reserve(measures.len());
                    for raw in measures {
                        analysis.measures.push(measure(raw).map_err(|v| v.within("measure"))?);
                    }
                }
                // Checked when all passages are known: it may lie over one of them.
                wit::Finding::Layer(layer) => layers.push(layer),
                wit::Finding::Passage(passage) => analysis.passages.push(self::passage(passage)?),
                wit::Finding::Vector(vector) => analysis.vectors.push(self.vector(vector)?),
                wit::Finding::Data(data) => analysis.data.extend(self::data(data)?),
                wit::Finding::Explanation(evidence) => {
                    once(&mut explained, "explanations")?;
                    let evidence = self.explanation(evidence)?;
                    if self.explain {
                        analysis.explanation = evidence;
                    }
                }
                wit::Finding::Warning(warning) => analysis.warnings.push(warning),
            }
        }
        self.layers(answer_layer, layers, &mut analysis)?;
        check_names(&analysis)?;
        check_targets(&analysis)?;
        Ok(analysis)
    }

    /// The answer, or the layer that is to become it when the passages are known.
    fn answer(&self, answer: wit::Answer) -> Result<(Answer, Option<wit::Layer>), Violation> {
        let answer = match answer {
            wit::Answer::Nothing => Answer::Nothing,
            wit::Answer::Value(raw) => Answer::Value(value(raw).map_err(|v| v.within("answer"))?),
            wit::Answer::Label(label) => Answer::Label(self.label(label)?),
            wit::Answer::Labels(labels) => {
                Answer::Labels(labels.into_iter().map(|label| self.label(label)).collect::<Result<_, _>>()?)
            }
            wit::Answer::Passage(passage) => Answer::Passage(self::passage(passage)?),
            wit::Answer::Vector(vector) => Answer::Vector(self.vector(vector)?),
            wit::Answer::Layer(layer) if layer.over.is_some() => {
                return Err(Violation::new("the answer's layer does not lie over the document"));
            }
            wit::Answer::Layer(layer) => return Ok((Answer::Nothing, Some(layer))),
        };
        Ok((answer, None))
    }

    fn layers(
        &self,
        answer: Option<wit::Layer>,
        layers: Vec<wit::Layer>,
        analysis: &mut Analysis,
    ) -> Result<(), Violation> {
        let answer_passage = match &analysis.answer {
            Answer::Passage(passage) => Some(passage),
            _ => None,
        };
        let passages = analysis.passages.iter().chain(answer_passage);
        let passages: Passages<'_> = passages.map(|p| (p.name.as_str(), p.text.as_str())).collect();
        let answer = answer.map(|raw| self.layer(raw, &passages)).transpose();
        let answer = answer.map_err(|violation| violation.within("the answer's layer"))?;
        let checked = layers.into_iter().enumerate().map(|(index, raw)| {
            let layer = self.layer(raw, &passages);
            layer.map_err(|violation| violation.within(&format!("layer {}", index + 1)))
        });
        let checked = checked.collect::<Result<Vec<Layer>, Violation>>()?;
        analysis.layers = checked;
        if let Some(layer) = answer {
            analysis.answer = Answer::Layer(layer);
        }
        Ok(())
    }

    fn label(&self, label: String) -> Result<String, Violation> {
        if label.is_empty() {
            Err(Violation::new("a label is empty"))
        } else if self.vocabulary.open || self.vocabulary.groups.contains_key(&label) {
            Ok(label)
        } else {
            Err(Violation::new("a label is not among those of the description"))
        }
    }

    fn scored_labels(&self, labels: Vec<wit::ScoredLabel>) -> Result<Vec<ScoredLabel>, Violation> {
        let check = |raw: wit::ScoredLabel| {
            let group = self.vocabulary.groups.get(&raw.name).cloned().flatten();
            Ok(ScoredLabel { name: self.label(raw.name)?, group, score: score(raw.score)? })
        };
        let labels: Vec<ScoredLabel> = labels.into_iter().map(check).collect::<Result<_, _>>()?;
        unique("labels", labels.iter().map(|label| label.name.as_str()))?;
        Ok(labels)
    }

    fn layer(&self, raw: wit::Layer, passages: &Passages<'_>) -> Result<Layer, Violation> {
        let text = match &raw.over {
            None => self.text,
            Some(passage) => match passages.get(passage.as_str()) {
                Some(text) => text,
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
                target_layer: raw.target_layer,
                score: score(raw.score)?,
                attributes: members(raw.attributes)?,
            };
            if relation.source >= spans {
                let rule = Violation::new("it leads from a span that is not there");
                return Err(rule.within(&format!("relation {}", index + 1)));
            }
            Ok(relation)
        };
        raw.into_iter().enumerate().map(check).collect()
    }

    fn vector(&self, raw: wit::Vector) -> Result<Vector, Violation> {
        let check = || {
            let name = name(raw.name)?;
            let expected = self.vocabulary.dimensions.get(&name);
            if expected.is_some_and(|dimensions| *dimensions != raw.components.len()) {
                return Err(Violation::new("it has not as many components as the description says"));
            }
            if !raw.components.iter().all(|component| component.is_finite()) {
                return Err(Violation::new("a number is not finite"));
            }
            Ok(Vector { name, components: raw.components })
        };
        check().map_err(|violation| violation.within("vector"))
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

fn range(text: &str, raw: wit::Range) -> Result<ByteRange, Violation> {
    ByteRange::of(text, raw.start, raw.end).map_err(|error| Violation::new(error.to_string()))
}

fn parts(text: &str, hull: ByteRange, raw: Vec<wit::Range>) -> Result<Vec<ByteRange>, Violation> {
    let parts: Vec<ByteRange> = raw.into_iter().map(|part| range(text, part)).collect::<Result<_, _>>()?;
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(parts) };
    let to_the_ends = first.start() == hull.start() && last.end() == hull.end();
    let none_empty = parts.iter().all(|part| part.start() < part.end());
    let with_gaps = parts.iter().zip(parts.iter().skip(1)).all(|(a, b)| a.end() < b.start());
    if parts.len() > 1 && to_the_ends && none_empty && with_gaps {
        Ok(parts)
    } else {
        Err(Violation::new(
            "its parts are not two or more, ascending, filled, apart, and from end to end of it",
        ))
    }
}

fn passage(raw: wit::Passage) -> Result<Passage, Violation> {
    let check = || {
        let language = raw.language.map(language).transpose()?;
        let attributes = members(raw.attributes)?;
        Ok(Passage { name: name(raw.name)?, text: raw.text, language, attributes })
    };
    check().map_err(|violation: Violation| violation.within("passage"))
}

fn data(raw: Vec<wit::MemberResult>) -> Result<Vec<Member>, Violation> {
    let members = members(raw).map_err(|violation| violation.within("data"))?;
    if members.iter().all(|member| is_kebab_case(&member.name)) {
        Ok(members)
    } else {
        Err(Violation::new("a name is not in kebab-case").within("data"))
    }
}

/// Notes that something came, which may come once.
fn once(seen: &mut bool, what: &str) -> Result<(), Violation> {
    if std::mem::replace(seen, true) {
        return Err(Violation::new(format!("there are two {what}")));
    }
    Ok(())
}

/// Names are unique within an analysis, those of the answer included.
fn check_names(analysis: &Analysis) -> Result<(), Violation> {
    let (mut layer, mut passage, mut vector) = (None, None, None);
    match &analysis.answer {
        Answer::Layer(answer) => layer = Some(answer.name.as_str()),
        Answer::Passage(answer) => passage = Some(answer.name.as_str()),
        Answer::Vector(answer) => vector = Some(answer.name.as_str()),
        Answer::Nothing | Answer::Value(_) | Answer::Label(_) | Answer::Labels(_) => {}
    }
    unique("measures", analysis.measures.iter().map(|measure| measure.name.as_str()))?;
    unique("layers", layer.into_iter().chain(analysis.layers.iter().map(|layer| layer.name.as_str())))?;
    unique(
        "passages",
        passage.into_iter().chain(analysis.passages.iter().map(|passage| passage.name.as_str())),
    )?;
    unique("vectors", vector.into_iter().chain(analysis.vectors.iter().map(|vector| vector.name.as_str())))?;
    unique("data", analysis.data.iter().map(|member| member.name.as_str()))
}

/// Relations lead to spans that are there.
fn check_targets(analysis: &Analysis) -> Result<(), Violation> {
    let answer = match &analysis.answer {
        Answer::Layer(layer) => Some(layer),
        _ => None,
    };
    let layers = || answer.into_iter().chain(&analysis.layers);
    if layers().all(|layer| layer.relations.is_empty()) {
        return Ok(());
    }
    let spans: HashMap<&str, usize> =
        layers().map(|layer| (layer.name.as_str(), layer.spans.len())).collect();
    for layer in layers() {
        for (index, relation) in layer.relations.iter().enumerate() {
            let target_layer = relation.target_layer.as_ref().unwrap_or(&layer.name);
            if spans.get(target_layer.as_str()).is_none_or(|spans| relation.target >= *spans) {
                let rule = Violation::new("it leads to a span that is not there");
                return Err(rule.within(&format!("relation {}", index + 1)));
            }
        }
    }
    Ok(())
}

/// So few names are compared with each other sooner than they are hashed.
const FEW: usize = 16;

fn unique<'n>(what: &str, mut names: impl Iterator<Item = &'n str> + Clone) -> Result<(), Violation> {
    let are_few = names.clone().nth(FEW).is_none();
    let unique = if are_few {
        std::iter::from_fn(|| Some((names.next()?, names.clone())))
            .all(|(name, mut others)| others.all(|other| other != name))
    } else {
        let mut seen = HashSet::new();
        names.all(|name| seen.insert(name))
    };
    if unique { Ok(()) } else { Err(Violation::new("a name is given twice").within(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "abc é def";

    fn vocabulary(open: bool) -> Vocabulary {
        let groups = [("A".to_owned(), None), ("B".to_owned(), Some("group".to_owned()))];
        Vocabulary { groups: groups.into(), open, dimensions: [("two".to_owned(), 2)].into() }
    }

    fn check(answer: wit::Answer, findings: Vec<wit::Finding>) -> Result<Analysis, Violation> {
        let vocabulary = vocabulary(false);
        Checker { text: TEXT, vocabulary: &vocabulary, explain: true }
            .analysis(wit::Analysis { answer, findings })
    }

    fn yes() -> wit::Answer {
        wit::Answer::Value(wit::ValueResult::Boolean(true))
    }

    fn range(start: u32, end: u32) -> wit::Range {
        wit::Range { start, end }
    }

    fn span(start: u32, end: u32, parts: Vec<wit::Range>) -> wit::Span {
        wit::Span { range: range(start, end), parts, label: None, score: None, attributes: vec![] }
    }

    fn layer(name: &str, over: Option<&str>, spans: Vec<wit::Span>) -> wit::Layer {
        wit::Layer { name: name.into(), over: over.map(Into::into), spans, relations: vec![] }
    }

    fn passage(name: &str, language: Option<&str>) -> wit::Passage {
        let language = language.map(Into::into);
        wit::Passage { name: name.into(), text: "other".into(), language, attributes: vec![] }
    }

    fn vector(name: &str, components: Vec<f32>) -> wit::Finding {
        wit::Finding::Vector(wit::Vector { name: name.into(), components })
    }

    fn label(name: &str) -> wit::ScoredLabel {
        wit::ScoredLabel { name: name.into(), score: Some(0.5) }
    }

    fn relation(source: u32, target: u32, target_layer: Option<&str>) -> wit::Relation {
        let target_layer = target_layer.map(Into::into);
        wit::Relation { label: "A".into(), source, target, target_layer, score: None, attributes: vec![] }
    }

    /// Asserts that findings break a rule whose words hold `part`.
    #[track_caller]
    fn breaks(findings: Vec<wit::Finding>, part: &str) {
        let violation = check(yes(), findings).expect_err("a rule is broken").to_string();
        assert!(violation.contains(part), "{violation}");
    }

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let measure = |name: &str| wit::Measure { name: name.into(), quantity: wit::Quantity::Integer(1) };
        breaks(
            vec![wit::Finding::Measures(vec![measure("a"), measure("a")])],
            "measures: a name is given twice",
        );
        breaks(vec![wit::Finding::Measures(vec![measure("A b")])], "kebab-case");
        let layers = ["x", "x"].map(|name| wit::Finding::Layer(layer(name, None, vec![])));
        breaks(layers.into(), "layers: a name is given twice");
        let passages = ["x", "x"].map(|name| wit::Finding::Passage(passage(name, None)));
        breaks(passages.into(), "passages: a name is given twice");
        let member =
            |name: &str| wit::MemberResult { name: name.into(), value: wit::ValueResult::Integer(1) };
        breaks(vec![wit::Finding::Data(vec![member("Not kebab")])], "kebab-case");
        breaks(vec![wit::Finding::Data(vec![member("")])], "empty or taken");
        let twice = || wit::Finding::Data(vec![member("x")]);
        breaks(vec![twice(), twice()], "data: a name is given twice");
    }

    #[test]
    fn labels_come_once_and_from_the_description() {
        breaks(vec![wit::Finding::Labels(vec![]), wit::Finding::Labels(vec![])], "two lists of labels");
        breaks(vec![wit::Finding::Labels(vec![label("A"), label("A")])], "labels: a name is given twice");
        breaks(vec![wit::Finding::Labels(vec![label("C")])], "not among those of the description");
        assert!(check(wit::Answer::Label("C".into()), vec![]).is_err());
        let found = check(yes(), vec![wit::Finding::Labels(vec![label("B"), label("A")])]).unwrap();
        let groups: Vec<_> = found.labels.iter().map(|label| label.group.as_deref()).collect();
        assert_eq!(groups, [Some("group"), None]);
        let open = vocabulary(true);
        let checker = Checker { text: TEXT, vocabulary: &open, explain: false };
        let raw = wit::Analysis { answer: wit::Answer::Label("C".into()), findings: vec![] };
        assert!(checker.analysis(raw).is_ok());
    }

    #[test]
    fn layers_lie_over_texts_that_are_there() {
        breaks(vec![wit::Finding::Layer(layer("x", Some("nowhere"), vec![]))], "a passage that is not there");
        let over = || wit::Finding::Layer(layer("x", Some("p"), vec![span(0, 5, vec![])]));
        assert!(check(yes(), vec![over(), wit::Finding::Passage(passage("p", Some("de")))]).is_ok());
        assert!(check(wit::Answer::Passage(passage("p", None)), vec![over()]).is_ok());
        // The offsets fit the document and not the passage.
        let beyond = wit::Finding::Layer(layer("x", Some("p"), vec![span(0, 6, vec![])]));
        breaks(vec![beyond, wit::Finding::Passage(passage("p", None))], "beyond the text of 5 bytes");
        assert!(check(wit::Answer::Layer(layer("x", Some("p"), vec![])), vec![]).is_err());
    }

    #[test]
    fn parts_leave_gaps() {
        let with = |parts| vec![wit::Finding::Layer(layer("x", None, vec![span(0, 3, parts)]))];
        assert!(check(yes(), with(vec![])).is_ok());
        assert!(check(yes(), with(vec![range(0, 1), range(2, 3)])).is_ok());
        for wrong in [
            vec![range(0, 3)],
            vec![range(0, 1), range(1, 3)],
            vec![range(2, 3), range(0, 1)],
            vec![range(0, 1), range(2, 2)],
            vec![range(1, 1), range(2, 3)],
        ] {
            breaks(with(wrong), "its parts are not");
        }
    }

    #[test]
    fn relations_lead_to_spans_that_are_there() {
        let linked = |relation| {
            let spans = vec![span(0, 1, vec![]), span(1, 2, vec![])];
            let from = wit::Layer { relations: vec![relation], ..layer("from", None, spans) };
            vec![wit::Finding::Layer(from), wit::Finding::Layer(layer("to", None, vec![span(0, 1, vec![])]))]
        };
        assert!(check(yes(), linked(relation(0, 1, None))).is_ok());
        assert!(check(yes(), linked(relation(1, 0, Some("to")))).is_ok());
        breaks(linked(relation(2, 0, None)), "from a span that is not there");
        breaks(linked(relation(0, 2, None)), "to a span that is not there");
        breaks(linked(relation(0, 1, Some("to"))), "to a span that is not there");
        breaks(linked(relation(0, 0, Some("nowhere"))), "to a span that is not there");
    }

    #[test]
    fn vectors_are_finite_and_as_long_as_described() {
        assert!(check(yes(), vec![vector("two", vec![1.0, 2.0]), vector("other", vec![])]).is_ok());
        breaks(vec![vector("two", vec![1.0])], "not as many components");
        breaks(vec![vector("x", vec![f32::NAN])], "not finite");
    }

    #[test]
    fn passages_have_languages_that_are_languages() {
        breaks(vec![wit::Finding::Passage(passage("p", Some("no language")))], "BCP 47");
    }

    #[test]
    fn an_explanation_comes_once_and_only_when_asked_for() {
        let evidence = |weight| wit::Evidence { range: range(0, 3), label: Some("A".into()), weight };
        let explanation = |weight| wit::Finding::Explanation(vec![evidence(weight)]);
        assert_eq!(check(yes(), vec![explanation(-2.5)]).unwrap().explanation.len(), 1);
        breaks(vec![explanation(1.0), explanation(1.0)], "two explanations");
        breaks(vec![explanation(f64::INFINITY)], "not finite");
        let vocabulary = vocabulary(false);
        let unasked = Checker { text: TEXT, vocabulary: &vocabulary, explain: false };
        let raw = wit::Analysis { answer: yes(), findings: vec![explanation(1.0)] };
        assert!(unasked.analysis(raw).unwrap().explanation.is_empty());
    }
}
