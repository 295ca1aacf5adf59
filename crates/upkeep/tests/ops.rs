//! The files of `ops/`: each can be read by what reads it, names only what there is, and gives away nothing.

#![expect(clippy::unwrap_used, reason = "a test ends where a result is missing")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Files below a folder, relative to the root.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Names of counts in an expression.
fn counts(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').filter(|word| word.starts_with("qudao_")).map(|word| {
        let bare = ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end));
        bare.unwrap_or(word).to_owned()
    })
}

/// What the server tells of itself.
fn told() -> BTreeSet<String> {
    let source = read("crates/app/src/serve/counters.rs");
    source.split("# TYPE ").skip(1).filter_map(|rest| rest.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn every_file_can_be_read_by_what_reads_it() {
    let all = files("ops");
    assert!(all.len() >= 12, "{all:?}");
    for path in &all {
        match Path::new(path).extension().and_then(|ending| ending.to_str()) {
            Some("yaml" | "yml") => assert!(yaml(path).is_object(), "{path}"),
            Some("json") => assert!(serde_json::from_str::<Value>(&read(path)).unwrap().is_object(), "{path}"),
            Some("toml") => drop(toml::from_str::<toml::Table>(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))),
            Some("sh") => {
                let done = Command::new("sh").arg("-n").arg(root().join(path)).output().unwrap();
                assert!(done.status.success(), "{path}: {}", String::from_utf8_lossy(&done.stderr));
            }
            _ => assert!(!read(path).is_empty(), "{path}"),
        }
    }
}

#[test]
fn alerts_and_dashboard_name_counts_the_server_tells_and_all_of_them() {
    // R0.23: health is seen
    let told = told();
    assert!(told.contains("qudao_requests_total"), "{told:?}");
    let alerts = yaml("ops/prometheus/alerts.yml");
    let mut named = BTreeSet::new();
    for rule in list(&alerts["groups"]).flat_map(|group| list(&group["rules"])) {
        assert!(rule["alert"].is_string() && rule["labels"]["severity"].is_string(), "{rule}");
        for note in ["summary", "remedy"] {
            assert!(rule["annotations"][note].as_str().is_some_and(|text| text.len() > 10), "{rule}");
        }
        let expression = rule["expr"].as_str().unwrap();
        assert!(expression.contains("up{job=\"qudao\"}") || counts(expression).count() > 0, "{expression}");
        named.extend(counts(expression));
    }
    let board: Value = serde_json::from_str(&read("ops/grafana/dashboards/qudao.json")).unwrap();
    let mut ids = BTreeSet::new();
    let mut shown = BTreeSet::new();
    for panel in list(&board["panels"]) {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "two panels of one number: {}", panel["title"]);
        let place = &panel["gridPos"];
        assert!(place["x"].as_u64().unwrap() + place["w"].as_u64().unwrap() <= 24, "{}", panel["title"]);
        shown.extend(list(&panel["targets"]).flat_map(|target| counts(target["expr"].as_str().unwrap())));
    }
    assert_eq!(shown, told, "the dashboard shows everything that is told");
    assert!(named.is_subset(&told), "{named:?}");
    let job = &yaml("ops/prometheus/prometheus.yml")["scrape_configs"][0];
    assert_eq!((job["job_name"].as_str(), job["metrics_path"].as_str()), (Some("qudao"), Some("/metrics")));
}

#[test]
fn containers_are_pinned_have_no_rights_and_hold_no_secret() {
    let (compose, nodes) = (yaml("ops/compose.yaml"), yaml("ops/compose.nodes.yaml"));
    let volumes = compose["volumes"].as_object().unwrap();
    for (name, service) in [&compose, &nodes].into_iter().flat_map(|file| file["services"].as_object().unwrap()) {
        let image = service["image"].as_str().unwrap();
        let tag = image.rsplit_once(':').unwrap().1;
        assert!(tag.starts_with(|first: char| first.is_ascii_digit() || first == 'v'), "{name}: {image} is not pinned");
        assert_eq!(service["security_opt"][0], "no-new-privileges:true", "{name}");
        for volume in list(&service["volumes"]) {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            assert!(from.starts_with("./") || volumes.contains_key(from), "{name}: {from} is no volume");
            assert!(!from.starts_with("./") || root().join("ops").join(from).exists(), "{name}: {from} is not there");
        }
        for (variable, value) in service["environment"].as_object().into_iter().flatten() {
            let secret = variable.contains("PASSWORD") || variable.contains("SMTP");
            assert!(!secret || value.as_str().unwrap().starts_with("${"), "{name}: {variable} is written down");
        }
        for port in list(&service["ports"]) {
            assert!(port.as_str().unwrap().starts_with("127.0.0.1:"), "{name} listens to the world without a proxy: {port}");
        }
    }
    let build = read("ops/Containerfile");
    let froms: Vec<&str> = build.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    let rust: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    let version = rust["workspace"]["package"]["rust-version"].as_str().unwrap();
    assert!(froms.iter().any(|from| from.contains(&format!("rust:{version}-"))), "{froms:?} against {version}");
    assert!(froms.iter().all(|from| from.split(' ').next().is_some_and(|image| image.contains(':') && !image.ends_with(":latest"))));
    let last = build.rsplit("\nFROM ").next().unwrap();
    assert!(last.contains("\nUSER 10001") && last.contains("\nHEALTHCHECK"), "the image runs as nobody in particular and tells how it is");
    for copied in build.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--from")) {
        for source in copied.split(' ').rev().skip(1) {
            let there = root().join(source).exists() || root().join("web").join(source).exists();
            assert!(there, "{source} is not there");
        }
    }
    // What the client in the image can read, the database beside it must not be newer than.
    let client = last.split("postgresql-client-").nth(1).unwrap().split(' ').next().unwrap();
    assert!(compose["services"]["postgres"]["image"].as_str().unwrap().contains(&format!(":{client}-")));
}

/// Flags the guide's table of the server names; a test of the program compares that table with the program.
fn flags() -> BTreeSet<String> {
    let guide = read("docs/operations.md");
    let part = guide.split("<!-- serve -->").nth(1).unwrap().split("<!-- /serve -->").next().unwrap();
    part.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect()
}

#[test]
fn what_starts_the_server_uses_flags_and_variables_it_knows() {
    let known = flags();
    let unit = read("ops/systemd/qudao.service");
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap().to_owned();
    let (compose, nodes) = (yaml("ops/compose.yaml"), yaml("ops/compose.nodes.yaml"));
    let container: Vec<&str> = list(&compose["services"]["qudao"]["command"]).filter_map(Value::as_str).collect();
    // R0.42: several servers are told the same, and each bears a name of its own.
    let (first, second) = (&compose["services"]["qudao"], &nodes["services"]["qudao-two"]);
    for told in ["image", "command", "environment"] {
        assert_eq!(first[told], second[told], "{told}");
    }
    assert!(first["hostname"].is_string() && first["hostname"] != second["hostname"]);
    let balanced = read("ops/balancer/qudao.conf");
    for name in ["qudao", "qudao-two"] {
        assert!(balanced.contains(&format!("server {name}:8600")) && balanced.contains("location = /metrics { return 404; }"), "{name}");
    }
    let image = read("ops/Containerfile").lines().find(|line| line.starts_with("CMD [\"--")).unwrap().replace(['"', ',', '[', ']'], " ");
    for line in [command, container.join(" "), image] {
        for flag in line.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(known.contains(flag), "{flag} is no flag of qudao serve");
        }
    }
    for line in read("ops/qudao.env.example").lines().filter_map(|line| line.trim_start_matches('#').split_once('=')) {
        let used = read("ops/compose.yaml").contains(&format!("${{{}", line.0));
        assert!(known.contains(line.0) || line.0 == "PGPASSWORD" || used, "{} is read by nothing", line.0);
    }
}

#[test]
fn units_are_understood_and_hardened() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        println!("systemd-analyze is not installed: units were read, not verified");
        return;
    };
    assert!(version.status.success());
    let folder = own_folder();
    let mut units = Vec::new();
    for path in files("ops/systemd") {
        // The programs are not installed on this machine; all else is as it stands.
        let text: String = read(&path)
            .lines()
            .map(|line| {
                let command = line.strip_prefix("ExecStart=").map(|rest| rest.split_once(' ').map_or("", |(_, args)| args));
                command.map_or_else(|| format!("{line}\n"), |args| format!("ExecStart=/bin/true {args}\n"))
            })
            .collect();
        let unit = folder.join(Path::new(&path).file_name().unwrap());
        std::fs::write(&unit, text).unwrap();
        units.push(unit);
    }
    let done = Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && !said.contains(&folder.display().to_string()), "{said}");
    for unit in units.iter().filter(|unit| unit.extension().is_some_and(|ending| ending == "service")) {
        // Ten is everything; what this leaves open is the network and the home.
        let judged =
            Command::new("systemd-analyze").args(["security", "--offline=true", "--no-pager", "--threshold=20"]).arg(unit).output();
        let judged = judged.unwrap();
        assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stdout));
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// A folder of this process alone.
fn own_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("qudao-units-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_night_of_backups_keeps_the_newest_and_nothing_unverified() {
    let folder = std::env::temp_dir().join(format!("qudao-nights-{}", std::process::id()));
    let backups = folder.join("backups");
    std::fs::create_dir_all(&backups).unwrap();
    for day in 1..=5 {
        std::fs::create_dir(backups.join(format!("2026010{day}T000000Z"))).unwrap();
    }
    std::fs::create_dir(backups.join("20260106T000000Z.part")).unwrap();
    std::fs::create_dir(backups.join("by-hand")).unwrap();
    // Stands for the program: makes the folder it is told, and verifies it or not.
    let program = folder.join("qudao");
    let write = |verifies: &str| {
        let script = format!("#!/bin/sh\n[ \"$3\" = --verify ] && exit {verifies}\nmkdir \"$3\"\n");
        std::fs::write(&program, script).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(&program).status().unwrap().success());
    };
    let night = || {
        let mut script = Command::new("sh");
        script.arg(root().join("ops/backup.sh")).arg(folder.join("home")).arg(&backups).env("QUDAO", &program).env("KEEP", "3");
        script.status().unwrap().success()
    };
    let left = || {
        let mut names: Vec<String> =
            std::fs::read_dir(&backups).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    write("1");
    assert!(!night(), "a backup that does not verify fails the unit");
    assert!(left().contains(&"20260101T000000Z".to_owned()), "and removes none");
    write("0");
    std::fs::remove_dir(backups.join(left().into_iter().rfind(|name| name.ends_with('Z')).unwrap())).unwrap();
    assert!(night());
    let names = left();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.contains(&"by-hand".to_owned()) && names.contains(&"20260105T000000Z".to_owned()), "{names:?}");
    std::fs::remove_dir_all(folder).unwrap();
}
