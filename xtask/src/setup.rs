//! What the commands need beside Rust, and how it gets there: Debian packages, installed where we are root and named where not.

use crate::shell::{self, Done};
use std::path::Path;
use std::process::Command;

/// A thing the tests need: how to see that it is there, the Debian package that brings it, what it is for.
struct Need {
    present: fn() -> bool,
    package: &'static str,
    purpose: &'static str,
}

const FOR_TESTS: [Need; 7] = [
    Need { present: || shell::on_path("cc"), package: "build-essential", purpose: "links programs and builds SQLite" },
    Need { present: postgres, package: "postgresql", purpose: "every store test runs on it as well" },
    Need { present: || shell::on_path("hledger"), package: "hledger", purpose: "re-balances the exported ledger" },
    Need { present: chinese_font, package: "fonts-noto-cjk", purpose: "Chinese text in PDF statements" },
    Need { present: || Path::new("/usr/bin/chromium").is_file(), package: "chromium", purpose: "journeys through the pages" },
    Need {
        present: || shell::on_path("chromium-headless-shell"),
        package: "chromium-headless-shell",
        purpose: "the same journeys, sooner",
    },
    Need { present: || shell::on_path("pdftotext"), package: "poppler-utils", purpose: "reads PDF statements back" },
];

fn postgres() -> bool {
    std::fs::read_dir("/usr/lib/postgresql")
        .is_ok_and(|versions| versions.flatten().any(|version| version.path().join("bin/initdb").is_file()))
        || shell::on_path("initdb")
}

fn chinese_font() -> bool {
    Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file()
        || Command::new("fc-list").arg(":lang=zh").output().is_ok_and(|out| !out.stdout.is_empty())
}

/// Makes sure everything the tests need is installed.
pub(crate) fn for_tests() -> Done {
    let missing: Vec<&Need> = FOR_TESTS.iter().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("missing {}: {}", need.package, need.purpose);
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if !is_root() || !shell::on_path("apt-get") {
        return Err(format!("install what is missing, then repeat: sudo apt-get install {}", packages.join(" ")));
    }
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-y", "--no-install-recommends"]).args(&packages);
    shell::run(Command::new("apt-get").args(["update", "-q"]), "is the package mirror reachable?")?;
    shell::run(&mut apt, "install the packages by hand, then repeat")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

/// Two checkouts may share one target folder, and cargo tells their crates apart by path inside the workspace only: files that are older
/// than the other checkout's build would count as built. So whoever comes second drops the workspace's own crates; what they
/// depend on stays.
pub(crate) fn own_target() -> Done {
    let target = shell::target_dir();
    let stamp = target.join("qudao-checkout");
    let here = shell::root().display().to_string();
    if std::fs::read_to_string(&stamp).is_ok_and(|there| there != here) {
        println!("another checkout built in {} last: rebuilding this workspace's own crates", target.display());
        shell::run(shell::cargo(&["clean", "--quiet", "--workspace"]).arg("--locked"), "remove the target folder and repeat")?;
    }
    std::fs::create_dir_all(&target).and_then(|()| std::fs::write(&stamp, here)).map_err(|error| format!("{}: {error}", stamp.display()))
}
