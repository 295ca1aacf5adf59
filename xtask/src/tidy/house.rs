//! Rules that keep prose and code together: every crate has its paragraph, every batch its contract, every link its file, every schema of the
//! interface a name of its own.

use super::{House, text};
use crate::shell::Done;
use std::collections::BTreeMap;
use std::path::Path;

/// Checks paragraphs, contracts, schemas and links.
pub(super) fn check(house: &mut House) -> Done {
    paragraphs(house)?;
    contracts(house)?;
    schemas(house)?;
    links(house)
}

fn paragraphs(house: &mut House) -> Done {
    let map = house.read("ARCHITECTURE.md")?;
    let folders: Vec<String> = house
        .files
        .iter()
        .filter_map(|file| file.strip_suffix("/Cargo.toml"))
        .filter(|folder| *folder != "xtask")
        .map(str::to_owned)
        .collect();
    for folder in folders {
        let heading = format!("### `{folder}`");
        let paragraph = map.split(&heading).nth(1).and_then(|rest| rest.split("\n#").next());
        match paragraph {
            None => house.find("ARCHITECTURE.md", format!("no paragraph `{heading}`: say what the crate is for and what it never does")),
            Some(words) if !words.contains("Invariant") => {
                house.find("ARCHITECTURE.md", format!("the paragraph on {folder} names no invariant: write what its users may rely on"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn contracts(house: &mut House) -> Done {
    for file in house.files.clone() {
        let path = Path::new(&file);
        let batch = text::ends(&file, "rs") && path.file_stem().is_some_and(|stem| stem == "run" || stem == "batch");
        let batch = batch || (file.ends_with("/run/mod.rs") || file.ends_with("/batch/mod.rs"));
        if !batch || file.starts_with("xtask/") || file.starts_with("crates/demo/") {
            continue;
        }
        let text = house.read(&file)?;
        for word in ["Bounds:", "crash"] {
            if !text.lines().any(|line| line.starts_with("//!") && line.contains(word)) {
                house.find(&file, format!("a batch opens with its contract, and `{word}` is not in it: what bounds a batch, in which order, what a crash between phases means"));
            }
        }
    }
    Ok(())
}

/// Two schemas of one name would silently become one in the interface's document.
fn schemas(house: &mut House) -> Done {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for file in house.files.clone().iter().filter(|file| file.contains("/serve/") && text::ends(file, "rs")) {
        let text = house.read(file)?;
        for after in text.split("ToSchema)]").skip(1) {
            let named = after.lines().find_map(|line| line.split_once("struct ").or_else(|| line.split_once("enum ")));
            let Some((_, rest)) = named else { continue };
            let name: String = rest.chars().take_while(|letter| letter.is_alphanumeric()).collect();
            if let Some(first) = known.insert(name.clone(), file.clone()) {
                house.find(file, format!("schema {name} is also in {first}: the document would hold one of them; give it another name"));
            }
        }
    }
    Ok(())
}

/// Relative links of Markdown files lead to something.
fn links(house: &mut House) -> Done {
    for file in house.files.clone().iter().filter(|file| text::ends(file, "md")) {
        let folder = house.root.join(file).parent().map(Path::to_path_buf).unwrap_or_default();
        for (at, line) in house.read(file)?.lines().enumerate() {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let path = target.split('#').next().unwrap_or_default();
                if !path.is_empty() && !path.contains(':') && !folder.join(path).exists() {
                    house.find(format!("{file}:{}", at + 1), format!("the link to {target} leads nowhere: correct it or write the file"));
                }
            }
        }
    }
    Ok(())
}
