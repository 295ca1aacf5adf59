//! Lists `migrations/` as a constant, and refuses a step that only one of the two databases has.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../migrations");
    println!("cargo::rerun-if-changed={}", root.display());
    match list(&root) {
        Ok(source) => {
            let target = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("migrations.rs");
            if let Err(error) = std::fs::write(&target, source) {
                println!("cargo::error=cannot write {}: {error}", target.display());
            }
        }
        Err(message) => println!("cargo::error={message}"),
    }
}

fn list(root: &Path) -> Result<String, String> {
    let common = names(&root.join("common"))?;
    let sqlite = names(&root.join("sqlite"))?;
    let postgres = names(&root.join("postgres"))?;
    let mut steps = BTreeMap::new();
    for (name, path) in &common {
        if sqlite.contains_key(name) || postgres.contains_key(name) {
            return Err(format!("migration {name} is in common and in a database's own folder; keep one of them"));
        }
        steps.insert(name, (path, path));
    }
    for (name, path) in &sqlite {
        let twin = postgres.get(name).ok_or_else(|| format!("migration sqlite/{name}.sql has no twin in postgres"))?;
        steps.insert(name, (path, twin));
    }
    if let Some(name) = postgres.keys().find(|name| !sqlite.contains_key(*name)) {
        return Err(format!("migration postgres/{name}.sql has no twin in sqlite"));
    }
    let mut source = String::from("/// The steps of this program, oldest first.\npub(super) const EMBEDDED: &[Migration] = &[\n");
    for (name, (sqlite, postgres)) in steps {
        let [sqlite, postgres] = [sqlite, postgres].map(|path| format!("include_str!(r#\"{}\"#)", path.display()));
        let _ = writeln!(source, "    Migration {{ name: {name:?}, sqlite: {sqlite}, postgres: {postgres} }},");
    }
    source.push_str("];\n");
    Ok(source)
}

fn names(folder: &Path) -> Result<BTreeMap<String, PathBuf>, String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        if path.extension().is_some_and(|end| end == "sql") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            found.insert(name, path);
        }
    }
    Ok(found)
}
