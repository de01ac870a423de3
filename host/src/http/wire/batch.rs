//! What clients send to analyze many documents, and what they get for each.
//!
//! A document that is not one is that document's own problem: the others are analyzed all the same.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::time::Duration;

use semver::VersionReq;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::request::Offsets;
use crate::analysis::{Document, Member, Value};
use crate::gateway::Wanted;
use crate::language::detect;

/// Longest id of a document, in code points.
const MAX_ID_CHARACTERS: usize = 256;
/// Most documents of one request: more is for a stream. Each costs memory, however short it is.
const MAX_DOCUMENTS: usize = 10_000;
const DOCUMENTS: &str = "a list of at most 10000 objects; more are for /v1/analyze/stream";
/// The language that stands for not looking at it.
const ANY_LANGUAGE: &str = "any";

/// `POST /v1/analyze`.
#[derive(Debug)]
pub(in super::super) struct Batch {
    pub(in super::super) documents: Vec<Item>,
    pub(in super::super) question: Question,
}

/// What is asked of every document.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who is asked.
    pub services: Vec<Wanted>,
    /// The unit of offsets.
    pub offsets: Offsets,
    /// How long the caller waits: for all documents of a batch, for each of a stream.
    pub deadline: Option<Duration>,
}

/// One document, or what stands in its place.
#[derive(Debug)]
pub struct Item {
    /// Its own, if it has one.
    id: Option<String>,
    /// What it says, or a sentence on what is wrong with it.
    content: Result<Content, String>,
}

#[derive(Debug)]
struct Content {
    text: String,
    language: Language,
}

/// What is said of a document's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Language {
    /// As a BCP 47 tag.
    Given(String),
    /// It is not to be looked at.
    Any,
    /// It is to be detected.
    Unsaid,
}

/// The members of a request, each judged by itself.
#[derive(Deserialize)]
struct Members<'b> {
    #[serde(borrow, default, deserialize_with = "present")]
    documents: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    text: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    language: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    services: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    offsets: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    deadline_ms: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    explain: Option<&'b RawValue>,
}

/// A member that is there, be it null.
pub(in super::super) fn present<'b, D: Deserializer<'b>>(
    deserializer: D,
) -> Result<Option<&'b RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Documents that were not read yet, as many as there may be.
struct Documents<'b>(Vec<&'b RawValue>);

impl<'de: 'b, 'b> Deserialize<'de> for Documents<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Few;
        impl<'de> Visitor<'de> for Few {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(DOCUMENTS)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut documents: A) -> Result<Self::Value, A::Error> {
                let mut few = Vec::new();
                while let Some(document) = documents.next_element()? {
                    if few.len() == MAX_DOCUMENTS {
                        return Err(A::Error::custom(DOCUMENTS));
                    }
                    few.push(document);
                }
                Ok(few)
            }
        }
        deserializer.deserialize_seq(Few).map(Self)
    }
}

impl Batch {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// A sentence on the first thing that is wrong with the request as a whole.
    pub(in super::super) fn parse(body: &str) -> Result<Self, String> {
        let members: Members<'_> = object(body)?;
        let documents = match (members.documents, members.text) {
            (Some(_), Some(_)) => return Err("`documents` and `text` cannot both be given.".into()),
            (Some(_), None) if members.language.is_some() => {
                return Err("`language` stands in each document where there are `documents`.".into());
            }
            (Some(documents), None) => {
                let Documents(documents) = read(documents, "documents", DOCUMENTS)?;
                documents.iter().map(|document| Item::parse(document.get())).collect()
            }
            (None, Some(text)) => {
                let content = Content::read(Some(text), members.language)?;
                vec![Item { id: None, content: Ok(content) }]
            }
            (None, None) => return Err("The member `documents` is missing (or `text`, for one).".into()),
        };
        check_ids(&documents)?;
        let deadline = members.deadline_ms.map(|deadline| read(deadline, "deadline_ms", MILLISECONDS));
        let question = Question {
            services: services(members.services, optional(members.explain, "explain", "true or false")?)?,
            offsets: optional(members.offsets, "offsets", OFFSETS)?,
            deadline: deadline.transpose()?.map(milliseconds).transpose()?,
        };
        Ok(Self { documents, question })
    }
}

const OFFSETS: &str = "\"codepoint\", \"utf16\", \"utf8\" or \"grapheme\"";
const LANGUAGE: &str = "a BCP 47 tag such as \"en\" or \"pt-BR\", or \"any\"";
const VERSION: &str = "a range of versions such as \"^1.2\"";
const MILLISECONDS: &str = "a whole number of milliseconds, 1 or more";

fn milliseconds(milliseconds: u64) -> Result<Duration, String> {
    match milliseconds {
        0 => Err(format!("`deadline_ms` must be {MILLISECONDS}.")),
        _ => Ok(Duration::from_millis(milliseconds)),
    }
}

/// What stands in the query of a stream, whose body holds nothing but documents.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct StreamQuery {
    /// Names, separated by commas.
    services: String,
    /// A JSON object: the settings of each service by its name.
    settings: Option<String>,
    offsets: Offsets,
    deadline_ms: Option<u64>,
    explain: bool,
}

impl StreamQuery {
    /// What it asks of every document.
    ///
    /// # Errors
    ///
    /// A sentence on what is wrong.
    pub(in super::super) fn question(self) -> Result<Question, String> {
        let names = self.services.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut services: Vec<Wanted> = names
            .map(|name| Wanted {
                name: name.to_owned(),
                version: None,
                settings: Vec::new(),
                explain: self.explain,
            })
            .collect();
        if let Some(settings) = &self.settings {
            let Pairs(settings) = serde_json::from_str::<Pairs<Settings>>(settings)
                .map_err(|_| "`settings` must be a JSON object of objects: the settings of each service.")?;
            let mut names = HashSet::new();
            for (name, Settings(settings)) in settings {
                if !names.insert(name.clone()) {
                    return Err(format!("`settings` are given for `{name}` twice."));
                }
                let service = services.iter_mut().find(|service| service.name == name);
                let service = service
                    .ok_or_else(|| format!("`settings` are given for `{name}`, which is not asked."))?;
                service.settings = settings;
            }
        }
        check_services(&services)?;
        let deadline = self.deadline_ms.map(milliseconds).transpose()?;
        Ok(Question { services, offsets: self.offsets, deadline })
    }
}

impl Item {
    /// Reads one document of a batch, or one line of a stream.
    pub fn parse(json: &str) -> Self {
        #[derive(Deserialize)]
        struct Members<'b> {
            #[serde(borrow, default, deserialize_with = "present")]
            id: Option<&'b RawValue>,
            #[serde(borrow, default, deserialize_with = "present")]
            text: Option<&'b RawValue>,
            #[serde(borrow, default, deserialize_with = "present")]
            language: Option<&'b RawValue>,
        }
        let members: Members<'_> = match object(json) {
            Ok(members) => members,
            Err(sentence) => return Self::broken(sentence),
        };
        match members.id.map(|id| read::<String>(id, "id", "a string")).transpose() {
            Ok(Some(id)) if id.chars().count() > MAX_ID_CHARACTERS => {
                Self::broken(format!("`id` has more than {MAX_ID_CHARACTERS} characters."))
            }
            Ok(id) => Self { id, content: Content::read(members.text, members.language) },
            Err(sentence) => Self::broken(sentence),
        }
    }

    /// A document of which the text is known.
    pub fn of(text: String, language: Language) -> Self {
        Self { id: None, content: Ok(Content { text, language }) }
    }

    /// It with a language where it does not say one.
    pub fn or_language(mut self, language: &Language) -> Self {
        if let Ok(content) = &mut self.content
            && content.language == Language::Unsaid
        {
            content.language = language.clone();
        }
        self
    }

    /// Something that is no document.
    pub fn broken(sentence: impl Into<String>) -> Self {
        Self { id: None, content: Err(sentence.into()) }
    }

    /// Its own id, if it has one.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its id, or its place among the documents.
    pub fn id_at(&self, index: u64) -> String {
        self.id.clone().unwrap_or_else(|| index.to_string())
    }

    /// The document, its language detected if that is not said.
    ///
    /// # Errors
    ///
    /// A sentence on what is wrong with it.
    pub(in super::super) fn into_document(self) -> Result<Document, String> {
        let Content { text, language } = self.content?;
        let language = match language {
            Language::Given(tag) => Some(tag),
            Language::Any => None,
            Language::Unsaid => detect(&text).map(str::to_owned),
        };
        Ok(Document { text, language, metadata: Vec::new() })
    }
}

/// Neither a BCP 47 tag nor `any`.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("it must be {LANGUAGE}")]
pub struct WrongLanguage;

impl FromStr for Language {
    type Err = WrongLanguage;

    fn from_str(tag: &str) -> Result<Self, WrongLanguage> {
        match tag {
            ANY_LANGUAGE => Ok(Self::Any),
            tag if oxilangtag::LanguageTag::parse(tag).is_ok() => Ok(Self::Given(tag.to_owned())),
            _ => Err(WrongLanguage),
        }
    }
}

impl Content {
    fn read(text: Option<&RawValue>, language: Option<&RawValue>) -> Result<Self, String> {
        let text = text.ok_or("The member `text` is missing.")?;
        let text: String = read(text, "text", "a string of Unicode characters")?;
        let tag = language.map(|language| read::<String>(language, "language", "a string")).transpose()?;
        let language = match tag {
            None => Language::Unsaid,
            Some(any) if any == ANY_LANGUAGE => Language::Any,
            Some(tag) if oxilangtag::LanguageTag::parse(tag.as_str()).is_ok() => Language::Given(tag),
            Some(_) => {
                return Err("`language` must be a BCP 47 tag such as \"en\" or \"pt-BR\", or \"any\".".into());
            }
        };
        Ok(Self { text, language })
    }
}

/// The services of a request, each a name or an object.
fn services(services: Option<&RawValue>, explain: bool) -> Result<Vec<Wanted>, String> {
    let services = services.ok_or("The member `services` is missing.")?;
    let services: Vec<&RawValue> = read(services, "services", "a list of names or objects")?;
    let services: Vec<Wanted> =
        services.into_iter().map(|service| wanted(service, explain)).collect::<Result<_, _>>()?;
    check_services(&services)?;
    Ok(services)
}

fn wanted(service: &RawValue, explain: bool) -> Result<Wanted, String> {
    #[derive(Deserialize)]
    struct Members<'b> {
        #[serde(borrow, default, deserialize_with = "present")]
        name: Option<&'b RawValue>,
        #[serde(borrow, default, deserialize_with = "present")]
        version: Option<&'b RawValue>,
        #[serde(borrow, default, deserialize_with = "present")]
        settings: Option<&'b RawValue>,
    }
    if let Ok(name) = serde_json::from_str::<String>(service.get()) {
        return Ok(Wanted { name, version: None, settings: Vec::new(), explain });
    }
    let members: Members<'_> =
        object(service.get()).map_err(|_| "A service in `services` must be a name or an object.")?;
    let name = members.name.ok_or("A service in `services` has no `name`.")?;
    let version = members.version.map(|version| {
        let range = read::<String>(version, "version", VERSION)?;
        VersionReq::parse(&range).map_err(|_| format!("`version` must be {VERSION}."))
    });
    let settings = members.settings.map(|settings| read(settings, "settings", "an object"));
    Ok(Wanted {
        name: read(name, "name", "a string")?,
        version: version.transpose()?,
        settings: settings.transpose()?.map(|Settings(settings)| settings).unwrap_or_default(),
        explain,
    })
}

fn check_services(services: &[Wanted]) -> Result<(), String> {
    if services.is_empty() {
        return Err("`services` names none.".into());
    }
    let mut names = HashSet::new();
    match services.iter().find(|service| !names.insert(service.name.as_str())) {
        Some(twice) => Err(format!("`services` names `{}` twice.", twice.name)),
        None => Ok(()),
    }
}

/// Two answers of the same id could not be told apart.
fn check_ids(documents: &[Item]) -> Result<(), String> {
    let mut ids = HashSet::with_capacity(documents.len());
    for (index, document) in (0..).zip(documents) {
        if !ids.insert(document.id_at(index)) {
            return Err(format!("Two documents have the same id, `{}`.", document.id_at(index)));
        }
    }
    Ok(())
}

/// Settings by their names, each as JSON: which kind it is to be is for its analyzer to say.
struct Settings(Vec<Member>);

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Pairs(settings) = Pairs::<Box<RawValue>>::deserialize(deserializer)?;
        let member = |(name, value)| Member { name, value: Value::Json(value) };
        Ok(Self(settings.into_iter().map(member).collect()))
    }
}

/// All members of an object, also those of the same name: of one that is given twice, neither is the right one.
struct Pairs<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for All<T> {
            type Value = Vec<(String, T)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                std::iter::from_fn(|| members.next_entry().transpose()).collect()
            }
        }
        deserializer.deserialize_map(All(PhantomData)).map(Self)
    }
}

/// Reads a JSON object whose members are judged one by one.
fn object<'b, T: Deserialize<'b>>(json: &'b str) -> Result<T, String> {
    // Otherwise an array of the members' values would do as well.
    let is_object = json.trim_ascii_start().starts_with('{');
    if is_object && let Ok(object) = serde_json::from_str(json) {
        return Ok(object);
    }
    Err(match serde_json::from_str::<IgnoredAny>(json) {
        Err(error) => format!("This is not JSON (line {}, column {}).", error.line(), error.column()),
        Ok(_) if is_object => "A member is given twice.".into(),
        Ok(_) => "This must be a JSON object.".into(),
    })
}

fn read<'b, T: Deserialize<'b>>(value: &'b RawValue, name: &str, kind: &str) -> Result<T, String> {
    serde_json::from_str(value.get()).map_err(|_| format!("`{name}` must be {kind}."))
}

fn optional<'b, T: Deserialize<'b> + Default>(
    value: Option<&'b RawValue>,
    name: &str,
    kind: &str,
) -> Result<T, String> {
    value.map_or_else(|| Ok(T::default()), |value| read(value, name, kind))
}
