//! Rules about who depends on whom, read from `cargo metadata` and Cargo.lock.

use super::{House, licence, text};
use crate::shell::{Done, cargo, output};
use serde_json::Value;
use std::collections::BTreeSet;

/// A dependency of one of our crates.
struct Edge {
    from: String,
    /// Folder of `from`, relative to the root.
    folder: String,
    to: String,
    /// Name in the source, where it is renamed.
    named: String,
    dev: bool,
    ours: bool,
}

/// Checks levels, single owners, licences, origins, and dependencies nobody uses.
pub(super) fn check(house: &mut House) -> Done {
    let host = output(std::process::Command::new("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("x86_64-unknown-linux-gnu").to_owned();
    let text = output(&mut cargo(&["metadata", "--locked", "--format-version", "1", "--filter-platform", &host]))
        .map_err(|error| format!("{error}\ncommit Cargo.lock together with the change of a Cargo.toml"))?;
    let meta: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let members: BTreeSet<&str> = list(&meta["workspace_members"]).filter_map(Value::as_str).collect();
    let ours: Vec<&Value> =
        list(&meta["packages"]).filter(|package| package["id"].as_str().is_some_and(|id| members.contains(id))).collect();
    let edges: Vec<Edge> = ours.iter().flat_map(|package| edges_of(house, package)).collect();
    let used: BTreeSet<&str> = list(&meta["resolve"]["nodes"]).filter_map(|node| node["id"].as_str()).collect();
    for package in &ours {
        let name = string(&package["name"]);
        if house.levels.number("levels", &name).is_none() {
            house.find("xtask/levels.toml", format!("{name} has no level: give it one, and a paragraph in ARCHITECTURE.md"));
        }
    }
    for edge in &edges {
        arrow(house, edge);
        named(house, edge)?;
    }
    unused_in_workspace(house, &edges)?;
    origins(house)?;
    let foreign =
        list(&meta["packages"]).filter(|package| package["id"].as_str().is_some_and(|id| used.contains(id) && !members.contains(id)));
    licence::check(house, foreign)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn edges_of(house: &House, package: &Value) -> Vec<Edge> {
    let manifest = string(&package["manifest_path"]);
    let folder = std::path::Path::new(&manifest).parent().and_then(|dir| dir.strip_prefix(&house.root).ok());
    let folder = folder.map(|dir| dir.display().to_string()).unwrap_or_default();
    let edge = |dep: &Value| Edge {
        from: string(&package["name"]),
        folder: folder.clone(),
        to: string(&dep["name"]),
        named: dep["rename"].as_str().map_or_else(|| string(&dep["name"]), str::to_owned).replace('-', "_"),
        dev: dep["kind"] == "dev",
        ours: dep["source"].is_null(),
    };
    list(&package["dependencies"]).map(edge).collect()
}

fn arrow(house: &mut House, edge: &Edge) {
    let Edge { from, to, .. } = edge;
    let place = format!("{}/Cargo.toml", edge.folder);
    let owners = house.levels.get("only", to).map(|owners| owners.split(", ").map(str::to_owned).collect::<Vec<_>>());
    if let Some(owners) = owners
        && !owners.contains(from)
    {
        house.find(&place, format!("{to} may be named by {} only: go through that crate's own functions", owners.join(", ")));
    }
    if house.levels.get("dev", to).is_some() {
        if !edge.dev {
            house.find(&place, format!("{to} is for tests: move it to [dev-dependencies]"));
        }
        return;
    }
    if edge.ours
        && let (Some(high), Some(low)) = (house.levels.number("levels", from), house.levels.number("levels", to))
        && low >= high
    {
        house.find(
            &place,
            format!("{from} (level {high}) may not depend on {to} (level {low}): move the shared noun below both, or declare a trait below and plug it in above"),
        );
    }
}

/// A dependency that no source of the crate names costs every build and tells the reader something untrue.
fn named(house: &mut House, edge: &Edge) -> Done {
    if house.allowed.get("unnamed", &edge.to).is_some() {
        return Ok(());
    }
    let inside = format!("{}/", edge.folder);
    for file in house.files.iter().filter(|file| file.starts_with(&inside) && text::ends(file, "rs")) {
        if house.read(file)?.contains(&edge.named) {
            return Ok(());
        }
    }
    house.find(
        format!("{}/Cargo.toml", edge.folder),
        format!("no source file names {}: remove it, or say why under [unnamed] in xtask/allowed.toml", edge.to),
    );
    Ok(())
}

fn unused_in_workspace(house: &mut House, edges: &[Edge]) -> Done {
    let manifest = house.read("Cargo.toml")?;
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
    for line in section.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, _)) = line.split_once(" = ") else { continue };
        if !edges.iter().any(|edge| edge.to == name) {
            house.find("Cargo.toml", format!("no crate uses {name}: remove it from [workspace.dependencies]"));
        }
    }
    Ok(())
}

/// Everything comes from the default registry: no git checkouts, no other registry, no mirror written into the project.
fn origins(house: &mut House) -> Done {
    for (at, line) in house.read("Cargo.lock")?.lines().enumerate() {
        if let Some(source) = line.strip_prefix("source = ")
            && !(source.starts_with("\"registry+") && source.contains("crates.io-index"))
        {
            house.find(format!("Cargo.lock:{}", at + 1), format!("{source} is not the default registry: use a published version"));
        }
    }
    let config = house.read(".cargo/config.toml").unwrap_or_default();
    if config.contains("[source") || config.contains("[registries") {
        house.find(".cargo/config.toml", "names a registry or mirror: that belongs to a machine's own configuration");
    }
    Ok(())
}
