//! An analysis as clients see it: `result` and what stands beside it, in the caller's offsets.
//!
//! Empty members are left out. The text of a span is always cut from the document here, never taken from
//! the analyzer.

use std::collections::{HashMap, HashSet};

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::analysis::{
    Analysis, Answer, ByteRange, Evidence, Layer, Member, OffsetMap, OffsetUnit, Passage, Quantity, Relation,
    ScoredLabel, Span, Value,
};

/// An analysis with the text it is of and the unit its offsets are to be in.
pub(in super::super) struct AnalysisBody<'a> {
    analysis: &'a Analysis,
    /// Of the document.
    offsets: OffsetMap<'a>,
    /// Of the passages that layers lie over, by their names.
    passages: HashMap<&'a str, OffsetMap<'a>>,
    /// The names of passages and layers that a layer or relation refers to.
    referred_to: HashSet<&'a str>,
}

impl<'a> AnalysisBody<'a> {
    pub(in super::super) fn new(analysis: &'a Analysis, text: &'a str, unit: OffsetUnit) -> Self {
        let over: HashSet<&str> = analysis.layers.iter().filter_map(|layer| layer.over.as_deref()).collect();
        let answer = match &analysis.answer {
            Answer::Passage(passage) => Some(passage),
            _ => None,
        };
        let passages = analysis.passages.iter().chain(answer);
        let passages = passages.filter(|passage| over.contains(passage.name.as_str()));
        let passages = passages.map(|passage| (passage.name.as_str(), OffsetMap::new(&passage.text, unit)));
        let passages = passages.collect();
        let answer_layer = match &analysis.answer {
            Answer::Layer(layer) => Some(layer),
            _ => None,
        };
        let relations = analysis.layers.iter().chain(answer_layer).flat_map(|layer| &layer.relations);
        let targets = relations.filter_map(|relation| relation.target_layer.as_deref());
        let referred_to = over.iter().copied().chain(targets).collect();
        Self { analysis, offsets: OffsetMap::new(text, unit), passages, referred_to }
    }

    /// The offsets of the text that a layer lies over.
    fn offsets_of(&self, layer: &Layer) -> &OffsetMap<'a> {
        layer.over.as_deref().and_then(|name| self.passages.get(name)).unwrap_or(&self.offsets)
    }
}

impl Serialize for AnalysisBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let analysis = self.analysis;
        match &analysis.answer {
            Answer::Nothing => map.serialize_entry("result", &())?,
            Answer::Value(value) => map.serialize_entry("result", &ValueBody(value))?,
            Answer::Label(label) => map.serialize_entry("result", label)?,
            Answer::Labels(labels) => map.serialize_entry("result", labels)?,
            Answer::Passage(passage) => {
                map.serialize_entry("result", &passage.text)?;
                if let Some(language) = &passage.language {
                    map.serialize_entry("result_language", language)?;
                }
                if !passage.attributes.is_empty() {
                    map.serialize_entry("result_attributes", &Members(&passage.attributes))?;
                }
            }
            Answer::Vector(vector) => map.serialize_entry("result", &vector.components)?,
            Answer::Layer(layer) => self.layer(&mut map, "result", layer)?,
        }
        self.name(&mut map, "result_name", answer_name(&analysis.answer))?;
        self.labels(&mut map)?;
        if !analysis.measures.is_empty() {
            map.serialize_entry("measures", &Measures(analysis))?;
        }
        let primary = primary_layer(analysis);
        if let Some(layer) = primary {
            self.layer(&mut map, "spans", layer)?;
            self.name(&mut map, "spans_name", Some(&layer.name))?;
        }
        let is_other = |layer: &&Layer| !primary.is_some_and(|primary| std::ptr::eq(primary, *layer));
        let others: Vec<&Layer> = analysis.layers.iter().filter(is_other).collect();
        if !others.is_empty() {
            map.serialize_entry("layers", &Layers(self, others))?;
        }
        if !analysis.passages.is_empty() {
            map.serialize_entry("passages", &Passages(&analysis.passages))?;
        }
        if !analysis.vectors.is_empty() {
            map.serialize_entry("vectors", &Vectors(analysis))?;
        }
        if !analysis.data.is_empty() {
            map.serialize_entry("data", &Members(&analysis.data))?;
        }
        if !analysis.explanation.is_empty() {
            map.serialize_entry(
                "explanation",
                &List(&analysis.explanation, |e| EvidenceBody(e, &self.offsets)),
            )?;
        }
        if !analysis.warnings.is_empty() {
            map.serialize_entry("warnings", &analysis.warnings)?;
        }
        map.end()
    }
}

impl AnalysisBody<'_> {
    /// A layer's spans under `name`, and its relations beside them. Only `spans` may be left out.
    fn layer<M: SerializeMap>(&self, map: &mut M, name: &'static str, layer: &Layer) -> Result<(), M::Error> {
        let offsets = self.offsets_of(layer);
        if name != "spans" || !layer.spans.is_empty() {
            map.serialize_entry(name, &List(&layer.spans, |span| SpanBody(span, offsets)))?;
        }
        if layer.relations.is_empty() {
            return Ok(());
        }
        map.serialize_entry("relations", &List(&layer.relations, RelationBody))
    }

    /// The name of what stands under `result` or `spans`, where something else here refers to it.
    fn name<M: SerializeMap>(
        &self,
        map: &mut M,
        key: &'static str,
        name: Option<&str>,
    ) -> Result<(), M::Error> {
        match name {
            Some(name) if self.referred_to.contains(name) => map.serialize_entry(key, name),
            _ => Ok(()),
        }
    }

    fn labels<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let labels = &self.analysis.labels;
        let ungrouped: Vec<&ScoredLabel> = labels.iter().filter(|label| label.group.is_none()).collect();
        if !ungrouped.is_empty() {
            map.serialize_entry("labels", &Labels(&ungrouped))?;
        }
        if ungrouped.len() < labels.len() {
            map.serialize_entry("label_groups", &LabelGroups(labels))?;
        }
        Ok(())
    }
}

/// The name of an answer that others can refer to.
fn answer_name(answer: &Answer) -> Option<&str> {
    match answer {
        Answer::Layer(layer) => Some(&layer.name),
        Answer::Passage(passage) => Some(&passage.name),
        Answer::Nothing | Answer::Value(_) | Answer::Label(_) | Answer::Labels(_) | Answer::Vector(_) => None,
    }
}

/// The layer that is shown as `spans`: the first over the document, unless the answer is one already.
fn primary_layer(analysis: &Analysis) -> Option<&Layer> {
    match analysis.answer {
        Answer::Layer(_) => None,
        _ => analysis.layers.iter().find(|layer| layer.over.is_none()),
    }
}

/// A list whose items are wrapped one by one as they are written.
struct List<'a, T, F>(&'a [T], F);

impl<'a, T, B: Serialize, F: Fn(&'a T) -> B> Serialize for List<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            list.serialize_element(&(self.1)(item))?;
        }
        list.end()
    }
}

/// Labels with their scores, in the analyzer's order.
struct Labels<'a>(&'a [&'a ScoredLabel]);

impl Serialize for Labels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let labels = self.0.iter();
        serializer.collect_map(labels.map(|label| (&label.name, label.score.map(|score| score.get()))))
    }
}

/// The labels of each group, groups in the order in which they first come.
struct LabelGroups<'a>(&'a [ScoredLabel]);

impl Serialize for LabelGroups<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mut places, mut groups) = (HashMap::new(), Vec::new());
        for label in self.0 {
            let Some(group) = label.group.as_deref() else { continue };
            let place = *places.entry(group).or_insert_with(|| {
                groups.push((group, Vec::new()));
                groups.len() - 1
            });
            if let Some((_, labels)) = groups.get_mut(place) {
                labels.push(label);
            }
        }
        serializer.collect_map(groups.iter().map(|(group, labels)| (group, Labels(labels))))
    }
}

struct Measures<'a>(&'a Analysis);

impl Serialize for Measures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let measures = self.0.measures.iter();
        serializer.collect_map(measures.map(|measure| (&measure.name, QuantityBody(measure.quantity))))
    }
}

struct QuantityBody(Quantity);

impl Serialize for QuantityBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Quantity::Integer(integer) => serializer.serialize_i64(integer),
            Quantity::Number(number) => serializer.serialize_f64(number),
        }
    }
}

struct Layers<'a>(&'a AnalysisBody<'a>, Vec<&'a Layer>);

impl Serialize for Layers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.1.iter().map(|layer| (&layer.name, LayerBody(self.0, layer))))
    }
}

struct LayerBody<'a>(&'a AnalysisBody<'a>, &'a Layer);

impl Serialize for LayerBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(over) = &self.1.over {
            map.serialize_entry("over", over)?;
        }
        self.0.layer(&mut map, "spans", self.1)?;
        map.end()
    }
}

struct Passages<'a>(&'a [Passage]);

impl Serialize for Passages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|passage| (&passage.name, PassageBody(passage))))
    }
}

struct PassageBody<'a>(&'a Passage);

impl Serialize for PassageBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("text", &self.0.text)?;
        if let Some(language) = &self.0.language {
            map.serialize_entry("language", language)?;
        }
        if !self.0.attributes.is_empty() {
            map.serialize_entry("attributes", &Members(&self.0.attributes))?;
        }
        map.end()
    }
}

struct Vectors<'a>(&'a Analysis);

impl Serialize for Vectors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.vectors.iter().map(|vector| (&vector.name, &vector.components)))
    }
}

struct SpanBody<'a>(&'a Span, &'a OffsetMap<'a>);

impl Serialize for SpanBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(span, offsets) = self;
        let mut map = serializer.serialize_map(None)?;
        range(&mut map, span.range, offsets)?;
        if !span.parts.is_empty() {
            map.serialize_entry("parts", &List(&span.parts, |part: &ByteRange| PartBody(*part, offsets)))?;
        }
        if let Some(label) = &span.label {
            map.serialize_entry("label", label)?;
        }
        if let Some(score) = span.score {
            map.serialize_entry("score", &score.get())?;
        }
        if !span.attributes.is_empty() {
            map.serialize_entry("attributes", &Members(&span.attributes))?;
        }
        map.end()
    }
}

struct PartBody<'a>(ByteRange, &'a OffsetMap<'a>);

impl Serialize for PartBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        range(&mut map, self.0, self.1)?;
        map.end()
    }
}

struct RelationBody<'a>(&'a Relation);

impl Serialize for RelationBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("label", &self.0.label)?;
        map.serialize_entry("source", &self.0.source)?;
        map.serialize_entry("target", &self.0.target)?;
        if let Some(layer) = &self.0.target_layer {
            map.serialize_entry("target_layer", layer)?;
        }
        if let Some(score) = self.0.score {
            map.serialize_entry("score", &score.get())?;
        }
        if !self.0.attributes.is_empty() {
            map.serialize_entry("attributes", &Members(&self.0.attributes))?;
        }
        map.end()
    }
}

struct EvidenceBody<'a>(&'a Evidence, &'a OffsetMap<'a>);

impl Serialize for EvidenceBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        range(&mut map, self.0.range, self.1)?;
        if let Some(label) = &self.0.label {
            map.serialize_entry("label", label)?;
        }
        map.serialize_entry("weight", &self.0.weight)?;
        map.end()
    }
}

fn range<M: SerializeMap>(map: &mut M, range: ByteRange, offsets: &OffsetMap<'_>) -> Result<(), M::Error> {
    let (units, text) = offsets.convert(range);
    map.serialize_entry("start", &units.start)?;
    map.serialize_entry("end", &units.end)?;
    map.serialize_entry("text", text)
}

/// Settings as a JSON object, in the order of their names: the same settings give the same bytes.
pub(in super::super) fn settings_json(settings: &[Member]) -> Vec<u8> {
    let mut sorted: Vec<&Member> = settings.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let values: Vec<(&str, ValueBody<'_>)> =
        sorted.into_iter().map(|member| (member.name.as_str(), ValueBody(&member.value))).collect();
    let mut json = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut json);
    // Writing to memory does not fail, and the keys are strings.
    let _ = serializer.collect_map(values);
    json
}

/// Named values, in their order.
pub(super) struct Members<'a>(pub(super) &'a [Member]);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|member| (&member.name, ValueBody(&member.value))))
    }
}

/// A value as the JSON it is closest to.
pub(super) struct ValueBody<'a>(pub(super) &'a Value);

impl Serialize for ValueBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Boolean(boolean) => serializer.serialize_bool(*boolean),
            Value::Integer(integer) => serializer.serialize_i64(*integer),
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Texts(texts) => texts.serialize(serializer),
            Value::Numbers(numbers) => numbers.serialize(serializer),
            Value::Json(json) => json.serialize(serializer),
        }
    }
}
