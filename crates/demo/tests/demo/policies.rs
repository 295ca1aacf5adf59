use qudao_policy::model::{Basis, PolicySet};
use qudao_policy::{Severity, SourceFile, compile, render};
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../definitions/policies").join(name)
}

fn compiled(name: &str) -> PolicySet {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "policy"));
    paths.sort();
    let files: Vec<SourceFile> =
        paths.iter().map(|path| SourceFile::new(path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect();
    let compiled = compile(&files);
    let text = render(&compiled.diagnostics, &files, qudao_kernel::Lang::En, false);
    assert!(compiled.diagnostics.iter().all(|one| one.severity != Severity::Error), "{text}");
    compiled.set.unwrap()
}

#[test]
fn the_demo_policies_hold_together_and_say_that_they_are_invented() {
    let set = compiled("demo");
    let names: Vec<&str> = set.policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["demo-awards", "demo-distributor", "demo-social", "demo-subsidy"]);
    let each = |policy: &str| {
        let policy = set.policies.iter().find(|one| one.name == policy).unwrap();
        policy.components.iter().filter(|one| matches!(one.basis, Basis::Each { .. })).count()
    };
    assert_eq!(each("demo-social"), 12);
    for policy in &set.policies {
        assert!(policy.source.contains("虚构"), "{} does not say that it is invented", policy.name);
        assert!(policy.examples.len() >= 2, "{} has too few examples", policy.name);
        for component in &policy.components {
            // Σ of shares is one, to the millionth.
            assert_eq!(
                component.payees.iter().map(|share| share.ppm).sum::<u64>(),
                if component.payees.is_empty() { 0 } else { 1_000_000 }
            );
            assert!(
                component.schedule.as_ref().is_none_or(|schedule| schedule.parts.iter().map(|part| part.ppm).sum::<u64>() == 1_000_000)
            );
            assert!(component.clause.is_some(), "{} names no clause", component.name);
        }
    }
}

#[test]
fn the_benchmark_policy_has_the_shapes_that_the_benchmark_names() {
    let set = compiled("bench");
    let [policy] = &set.policies[..] else { panic!("one policy") };
    assert_eq!(policy.components.len(), 24);
    let each: Vec<_> = policy.components.iter().filter(|one| matches!(one.basis, Basis::Each { .. })).collect();
    assert_eq!((each.len(), each.iter().filter(|one| !one.requires.is_empty()).count()), (12, 12));
    assert!(
        each.iter().any(|one| one.schedule.as_ref().is_some_and(|schedule| schedule
            .parts
            .iter()
            .filter(|part| part.gate.is_some())
            .count()
            == 2))
    );
    assert!(each.iter().any(|one| one.reverse.is_some()));
    assert!(policy.components.iter().any(|one| matches!(one.basis, Basis::Pool { .. })));
    assert!(policy.components.iter().any(|one| matches!(one.basis, Basis::Rank { .. })));
    assert_eq!(policy.caps.len(), 1);
}
