//! A first look at a file: is it a whole component, what does it import and export?
//!
//! Nothing is compiled yet. The whole file is parsed and validated first, since compiling a hostile one
//! is the most expensive thing it could make the host do.

use semver::Version;
use wasmparser::{Encoding, Parser, Payload, Validator};

use super::error::LoadError;

/// What a component says of its world, by name.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) imports: Vec<String>,
    pub(super) exports: Vec<String>,
}

/// The interface every plugin exports, without its version.
const ANALYZER: &str = "gloss:analyzer/analyzer";
/// The interface of ours that a plugin may import, without its version.
const LOG: &str = "gloss:analyzer/log";
/// Packages of WASI 0.2 that compilers and language runtimes import by themselves.
const WASI_PACKAGES: [&str; 6] =
    ["wasi:cli", "wasi:clocks", "wasi:filesystem", "wasi:io", "wasi:random", "wasi:sockets"];

const WASM_MAGIC: &[u8] = b"\0asm";

/// Parses all of `bytes`.
///
/// # Errors
///
/// Those of [`LoadError`] that say what kind of file it is instead of a component.
pub(super) fn parse(bytes: &[u8]) -> Result<World, LoadError> {
    check_kind(bytes)?;
    let world = read_world(bytes).map_err(|error| invalid(&error))?;
    Validator::new().validate_all(bytes).map_err(|error| invalid(&error))?;
    Ok(world)
}

/// Walks through the file and keeps the names of the outermost component.
fn read_world(bytes: &[u8]) -> wasmparser::Result<World> {
    let mut world = World::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    world.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    world.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(world)
}

/// Tells apart what can be told from the first bytes.
fn check_kind(bytes: &[u8]) -> Result<(), LoadError> {
    if bytes.is_empty() {
        return Err(LoadError::Empty);
    }
    if !bytes.starts_with(WASM_MAGIC) {
        // The first bytes of a file that is still being written.
        return Err(if WASM_MAGIC.starts_with(bytes) { LoadError::Truncated } else { LoadError::NotWasm });
    }
    match Parser::new(0).parse_all(bytes).next() {
        Some(Ok(Payload::Version { encoding: Encoding::Module, .. })) => Err(LoadError::CoreModule),
        Some(Err(error)) => Err(invalid(&error)),
        _ => Ok(()),
    }
}

fn invalid(error: &wasmparser::BinaryReaderError) -> LoadError {
    let message = error.message();
    // wasmparser offers no other sign of a file that ends too soon.
    if message.contains("unexpected end") {
        LoadError::Truncated
    } else {
        LoadError::Invalid { offset: error.offset() as u64, message: message.to_owned() }
    }
}

impl World {
    /// Checks that nothing is imported but what a host of this version of the contract answers, and that the
    /// analyzer is exported. Returns the version of the contract it was built against.
    pub(super) fn check(&self, host: &Version) -> Result<String, LoadError> {
        let versions: Vec<&str> = self.exports.iter().filter_map(|name| version_of(name, ANALYZER)).collect();
        let compatible = versions.iter().find(|version| is_compatible(version, host));
        if let (None, Some(version)) = (compatible, versions.first()) {
            // Before the imports: those of ours have another version too.
            return Err(LoadError::ContractVersion {
                found: (*version).to_owned(),
                expected: host.to_string(),
            });
        }
        let forbidden: Vec<String> =
            self.imports.iter().filter(|name| !is_allowed(name, host)).cloned().collect();
        if !forbidden.is_empty() {
            return Err(LoadError::ForbiddenImports { imports: forbidden });
        }
        let version = compatible.ok_or_else(|| LoadError::OtherWorld { exports: self.exports.clone() })?;
        Ok((*version).to_owned())
    }
}

fn version_of<'n>(name: &'n str, interface: &str) -> Option<&'n str> {
    let rest = name.strip_prefix(interface)?;
    if rest.is_empty() { Some("none") } else { rest.strip_prefix('@') }
}

/// Whether a plugin built for this version of the contract is served: the same major version, and none
/// newer than what the host knows.
fn is_compatible(version: &str, host: &Version) -> bool {
    Version::parse(version).is_ok_and(|version| version.major == host.major && version <= *host)
}

fn is_allowed(import: &str, host: &Version) -> bool {
    let (path, version) = import.split_once('@').unwrap_or((import, ""));
    match path.split_once('/') {
        _ if path == LOG => is_compatible(version, host),
        Some((package, _)) => WASI_PACKAGES.contains(&package) && version.starts_with("0.2."),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract::CONTRACT_VERSION;
    use super::*;

    #[test]
    fn a_plugin_of_an_earlier_minor_version_is_served() {
        let built = |version: &str| World {
            imports: vec![format!("{LOG}@{version}")],
            exports: vec![format!("{ANALYZER}@{version}")],
        };
        let host = Version::new(1, 3, 0);
        for version in ["1.0.0", "1.2.7", "1.3.0"] {
            assert_eq!(built(version).check(&host).unwrap(), version);
        }
        for version in ["0.9.0", "1.4.0", "2.0.0"] {
            assert!(built(version).check(&host).is_err(), "{version}");
        }
    }

    #[test]
    fn only_listed_imports_are_allowed() {
        for allowed in ["gloss:analyzer/log@1.0.0", "wasi:cli/stderr@0.2.6", "wasi:sockets/tcp@0.2.0"] {
            assert!(is_allowed(allowed, &CONTRACT_VERSION), "{allowed}");
        }
        for forbidden in [
            "wasi:http/outgoing-handler@0.2.6",
            "wasi:cli/stderr@0.3.0",
            "wasi:cli/stderr",
            "wasi:clipboard/x@0.2.0",
            "gloss:analyzer/log@2.0.0",
            "gloss:analyzer/analyzer@1.0.0",
            "log",
            "",
        ] {
            assert!(!is_allowed(forbidden, &CONTRACT_VERSION), "{forbidden}");
        }
    }
}
