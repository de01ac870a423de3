//! Builds the standard analyzers to components and puts them where the host includes them.

#![expect(clippy::print_stdout, reason = "it speaks to cargo on standard output")]

mod component;

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// In the order of their ports.
const STANDARD: [&str; 3] = ["sentiment-analysis", "word-count", "entity-recognition"];

fn main() -> Result<(), Box<dyn Error>> {
    let host = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let workspace = host.parent().ok_or("the host has no folder above it")?;
    for watched in [".cargo", "Cargo.toml", "Cargo.lock", "wit", "plugins", "host/build"] {
        println!("cargo:rerun-if-changed={}", workspace.join(watched).display());
    }
    let packages: Vec<_> = STANDARD.iter().map(|name| ["--package", name]).collect();
    let components = component::build(workspace, &target_folder(&out)?, "component", &packages.concat())?;

    let mut list = String::from("static COMPONENTS: [(&str, &[u8]); 3] = [\n");
    for name in STANDARD {
        let file = components.join(name.replace('-', "_")).with_extension("wasm");
        writeln!(list, "    ({name:?}, include_bytes!({file:?})),")?;
    }
    list.push_str("];\n");
    fs::write(out.join("standard.rs"), list)?;
    Ok(())
}

/// The target folder of this build: cargo marks it as a cache.
fn target_folder(out: &Path) -> Result<PathBuf, &'static str> {
    let marked = out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    marked.map(Path::to_owned).ok_or("there is no target folder around the build's output")
}
