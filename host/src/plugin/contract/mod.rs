//! The contract and what a component has instead, compared in the contract's own language.
//!
//! Types of components match exactly or not at all, and the engine says of a mismatch only that there is
//! one. So both sides are read as WIT and compared item by item, before anything is compiled.

mod wit;

use std::collections::HashSet;
use std::fmt;

use semver::Version;
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Function, InterfaceId, Resolve, Type, TypeDefKind, TypeId, WorldItem};

use wit::{members, print_function, print_type};

/// The contract that this gateway speaks, as WIT.
pub const CONTRACT: &str = include_str!("../../../../wit/analyzer.wit");
/// Its version.
pub(super) const CONTRACT_VERSION: Version = Version::new(1, 0, 0);
const PACKAGE: &str = "gloss:analyzer";

/// An item of the contract that a component has otherwise, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where: a function, a type or a part of one, as in `record span`.
    pub item: String,
    /// What the contract has.
    pub expected: Option<String>,
    /// What the component has.
    pub found: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_nothing = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        writeln!(f, "  {}", self.item)?;
        writeln!(f, "    expected: {}", or_nothing(&self.expected))?;
        write!(f, "    found:    {}", or_nothing(&self.found))
    }
}

/// What the interfaces of ours that a component imports and exports have otherwise than the contract.
/// Nothing if the component cannot be read as WIT: the engine judges then.
pub(super) fn differences(component: &[u8]) -> Vec<Difference> {
    compare(component).unwrap_or_default()
}

fn compare(component: &[u8]) -> Option<Vec<Difference>> {
    let mut contract = Resolve::default();
    let package = contract.push_str("analyzer.wit", CONTRACT).ok()?;
    let DecodedWasm::Component(resolve, world) = decode(component).ok()? else { return None };
    let world = resolve.worlds.get(world)?;
    let expected = |name: &str| contract.packages.get(package)?.interfaces.get(name).copied();

    let mut comparison =
        Comparison { expected: &contract, found: &resolve, seen: HashSet::new(), differences: Vec::new() };
    let exported = find(&resolve, world.exports.values(), "analyzer")?;
    comparison.functions(expected("analyzer")?, exported, Side::Exported);
    if let Some(imported) = find(&resolve, world.imports.values(), "log") {
        comparison.functions(expected("log")?, imported, Side::Imported);
    }
    Some(comparison.differences)
}

/// The interface of ours of this name among a world's items, whatever its version.
fn find<'i>(
    resolve: &Resolve,
    items: impl Iterator<Item = &'i WorldItem>,
    name: &str,
) -> Option<InterfaceId> {
    let mut interfaces = items.filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        _ => None,
    });
    interfaces.find(|id| {
        let interface = resolve.interfaces.get(*id);
        let package = interface.and_then(|interface| resolve.packages.get(interface.package?));
        let package = package.map(|package| format!("{}:{}", package.name.namespace, package.name.name));
        interface.is_some_and(|interface| interface.name.as_deref() == Some(name))
            && package.as_deref() == Some(PACKAGE)
    })
}

/// Who must have the functions: of those it exports a component may have more than the contract, of those
/// it imports fewer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Exported,
    Imported,
}

struct Comparison<'r> {
    expected: &'r Resolve,
    found: &'r Resolve,
    /// Named types that were compared with each other.
    seen: HashSet<(TypeId, TypeId)>,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn functions(&mut self, expected: InterfaceId, found: InterfaceId, side: Side) {
        let (ours, theirs) = (self.expected, self.found);
        let functions = |resolve: &Resolve, interface| {
            resolve.interfaces.get(interface).map(|interface| interface.functions.clone()).unwrap_or_default()
        };
        let (expected, found) = (functions(ours, expected), functions(theirs, found));
        let names = match side {
            Side::Exported => expected.keys(),
            Side::Imported => found.keys(),
        };
        for name in names {
            match (expected.get(name), found.get(name)) {
                (Some(expected), Some(found)) => self.function(expected, found),
                (expected, found) => self.differs(
                    format!("func {name}"),
                    expected.map(|function| print_function(ours, function)),
                    found.map(|function| print_function(theirs, function)),
                ),
            }
        }
    }

    fn function(&mut self, expected: &Function, found: &Function) {
        let same_parameters = expected.params.len() == found.params.len()
            // The names of parameters are for people.
            && expected.params.iter().zip(&found.params).all(|(a, b)| self.same(a.ty, b.ty));
        let same_result = self.same_optional(expected.result, found.result);
        if !same_parameters || !same_result {
            let (ours, theirs) = (print_function(self.expected, expected), print_function(self.found, found));
            self.differs(format!("func {}", expected.name), Some(ours), Some(theirs));
        }
    }

    /// Whether two types are the same as far as they are written out here. Types with names are compared by
    /// themselves, and count as the same.
    fn same(&mut self, expected: Type, found: Type) -> bool {
        match (definition(self.expected, expected), definition(self.found, found)) {
            (Definition::Primitive(expected), Definition::Primitive(found)) => expected == found,
            (Definition::Named(expected), Definition::Named(found)) => {
                self.named(expected, found);
                true
            }
            (Definition::Anonymous(expected), Definition::Anonymous(found)) => {
                self.same_kind(&expected, &found)
            }
            _ => false,
        }
    }

    fn same_optional(&mut self, expected: Option<Type>, found: Option<Type>) -> bool {
        match (expected, found) {
            (Some(expected), Some(found)) => self.same(expected, found),
            (expected, found) => expected.is_none() && found.is_none(),
        }
    }

    fn same_kind(&mut self, expected: &TypeDefKind, found: &TypeDefKind) -> bool {
        match (expected, found) {
            (TypeDefKind::List(expected), TypeDefKind::List(found))
            | (TypeDefKind::Option(expected), TypeDefKind::Option(found)) => self.same(*expected, *found),
            (TypeDefKind::Result(expected), TypeDefKind::Result(found)) => {
                self.same_optional(expected.ok, found.ok) && self.same_optional(expected.err, found.err)
            }
            (TypeDefKind::Tuple(expected), TypeDefKind::Tuple(found)) => {
                expected.types.len() == found.types.len()
                    && expected.types.iter().zip(&found.types).all(|(a, b)| self.same(*a, *b))
            }
            // The contract has no other.
            _ => false,
        }
    }

    /// Compares two types that have names, part by part.
    fn named(&mut self, expected: TypeId, found: TypeId) {
        if !self.seen.insert((expected, found)) {
            return;
        }
        let (Some(ours), Some(theirs)) = (members(self.expected, expected), members(self.found, found))
        else {
            return;
        };
        let item = format!("{} {}", ours.keyword, ours.name);
        if ours.keyword != theirs.keyword {
            let print = |resolve, id| Some(print_type(resolve, Type::Id(id)));
            let (expected, found) = (print(self.expected, expected), print(self.found, found));
            let label = |keyword, name: Option<String>| name.map(|name| format!("{keyword} {name}"));
            return self.differs(item, label(ours.keyword, expected), label(theirs.keyword, found));
        }
        let before = self.differences.len();
        for (name, our_type) in &ours.members {
            let their_type = theirs.members.iter().find(|(other, _)| other == name).map(|(_, ty)| *ty);
            let same = their_type.is_some_and(|their_type| self.same_optional(*our_type, their_type));
            if !same {
                let found = their_type.map(|their_type| wit::print_member(self.found, name, their_type));
                self.differs(item.clone(), Some(wit::print_member(self.expected, name, *our_type)), found);
            }
        }
        for (name, their_type) in &theirs.members {
            if !ours.members.iter().any(|(other, _)| other == name) {
                self.differs(item.clone(), None, Some(wit::print_member(self.found, name, *their_type)));
            }
        }
        let names = |side: &wit::Members| {
            side.members.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(", ")
        };
        if self.differences.len() == before && names(&ours) != names(&theirs) {
            self.differs(format!("{item}, the order"), Some(names(&ours)), Some(names(&theirs)));
        }
    }

    fn differs(&mut self, item: String, expected: Option<String>, found: Option<String>) {
        self.differences.push(Difference { item, expected, found });
    }
}

/// What a type comes down to, other names for it aside.
enum Definition {
    Primitive(Type),
    /// A record, variant, enumeration or the like.
    Named(TypeId),
    Anonymous(TypeDefKind),
}

fn definition(resolve: &Resolve, ty: Type) -> Definition {
    let Type::Id(id) = ty else { return Definition::Primitive(ty) };
    match resolve.types.get(id).map(|definition| &definition.kind) {
        Some(TypeDefKind::Type(other)) => definition(resolve, *other),
        Some(
            kind @ (TypeDefKind::List(_)
            | TypeDefKind::Option(_)
            | TypeDefKind::Result(_)
            | TypeDefKind::Tuple(_)),
        ) => Definition::Anonymous(kind.clone()),
        _ => Definition::Named(id),
    }
}
