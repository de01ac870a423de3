//! Items of a contract, as its author writes them.

use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId};

/// A type with a name, as far as its parts go.
pub(super) struct Members {
    pub(super) keyword: &'static str,
    pub(super) name: String,
    /// Fields or cases, in their order. Cases of an enumeration have no type.
    pub(super) members: Vec<(String, Option<Type>)>,
}

/// The parts of a type with a name.
pub(super) fn members(resolve: &Resolve, id: TypeId) -> Option<Members> {
    let definition = resolve.types.get(id)?;
    let members = match &definition.kind {
        TypeDefKind::Record(record) => {
            record.fields.iter().map(|field| (field.name.clone(), Some(field.ty))).collect()
        }
        TypeDefKind::Variant(variant) => {
            variant.cases.iter().map(|case| (case.name.clone(), case.ty)).collect()
        }
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| (case.name.clone(), None)).collect(),
        TypeDefKind::Flags(flags) => flags.flags.iter().map(|flag| (flag.name.clone(), None)).collect(),
        _ => Vec::new(),
    };
    let name = definition.name.clone().unwrap_or_else(|| "(without a name)".to_owned());
    Some(Members { keyword: definition.kind.as_str(), name, members })
}

/// A field or case: `score: option<f64>`, `text(string)`, `failed`.
pub(super) fn print_member(resolve: &Resolve, name: &str, ty: Option<Type>) -> String {
    ty.map_or_else(|| name.to_owned(), |ty| format!("{name}: {}", print_type(resolve, ty)))
}

/// `func(document: document, options: options) -> result<analysis, refusal>`.
pub(super) fn print_function(resolve: &Resolve, function: &Function) -> String {
    let parameters =
        function.params.iter().map(|parameter| print_member(resolve, &parameter.name, Some(parameter.ty)));
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    let result =
        function.result.map(|result| format!(" -> {}", print_type(resolve, result))).unwrap_or_default();
    format!("func({parameters}){result}")
}

/// A type where it is used: by its name, if it has one.
pub(super) fn print_type(resolve: &Resolve, ty: Type) -> String {
    let name = match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext => "error-context",
        Type::Id(id) => return print_defined(resolve, id),
    };
    name.to_owned()
}

fn print_defined(resolve: &Resolve, id: TypeId) -> String {
    let Some(definition) = resolve.types.get(id) else { return "unknown".to_owned() };
    if let Some(name) = &definition.name {
        return name.clone();
    }
    let print = |ty: Type| print_type(resolve, ty);
    let or_none = |ty: Option<Type>| ty.map_or_else(|| "_".to_owned(), print);
    match &definition.kind {
        TypeDefKind::List(item) => format!("list<{}>", print(*item)),
        TypeDefKind::Option(item) => format!("option<{}>", print(*item)),
        TypeDefKind::Result(result) => match (result.ok, result.err) {
            (None, None) => "result".to_owned(),
            (Some(ok), None) => format!("result<{}>", print(ok)),
            (ok, Some(err)) => format!("result<{}, {}>", or_none(ok), print(err)),
        },
        TypeDefKind::Tuple(tuple) => {
            let items: Vec<String> = tuple.types.iter().map(|item| print(*item)).collect();
            format!("tuple<{}>", items.join(", "))
        }
        TypeDefKind::Type(other) => print(*other),
        TypeDefKind::Handle(Handle::Own(resource)) => print_defined(resolve, *resource),
        TypeDefKind::Handle(Handle::Borrow(resource)) => {
            format!("borrow<{}>", print_defined(resolve, *resource))
        }
        TypeDefKind::Future(item) => format!("future<{}>", or_none(*item)),
        TypeDefKind::Stream(item) => format!("stream<{}>", or_none(*item)),
        other => other.as_str().to_owned(),
    }
}
