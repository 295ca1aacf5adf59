//! A county's demo as its first server left it, made once for all test processes: a copy is served sooner than a new one is made.

use crate::served::Served;
use qudao_platform::{Clock, SystemClock};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// Where the demo keeps how far its clock is from the machine's, in microseconds.
const CLOCK: &str = ".demo-clock";
/// When the first server ended, in microseconds of the machine's clock.
const LEFT: &str = ".left";

/// Lays a copy into an empty folder. Its clock goes on from where the first server left it, however long ago that was.
pub(crate) fn lay(home: &Path) {
    let county = made();
    run(Command::new("cp").arg("-a").arg(county.join(".")).arg(home));
    let micros = |name: &str| std::fs::read_to_string(home.join(name)).unwrap().trim().parse::<i128>().unwrap();
    let clock = micros(CLOCK) - (now() - micros(LEFT));
    std::fs::write(home.join(CLOCK), clock.to_string()).unwrap();
    std::fs::remove_file(home.join(LEFT)).unwrap();
}

/// The folder to copy, of this very program. Whoever comes first makes it while the others wait.
fn made() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(folder.join("county.lock")).unwrap();
    lock.lock().unwrap();
    let built = std::fs::metadata(env!("CARGO_BIN_EXE_qudao")).unwrap().modified().unwrap();
    let county = folder.join(format!("county-{}", built.duration_since(UNIX_EPOCH).unwrap().as_micros()));
    if county.exists() {
        return county;
    }
    for old in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if old.is_dir() && old.file_name().unwrap().to_string_lossy().starts_with("county-") {
            std::fs::remove_dir_all(old).unwrap();
        }
    }
    // Beside its place, so that it is moved there whole.
    let home = tempfile::Builder::new().prefix("county-part-").tempdir_in(folder).unwrap();
    let home = Arc::new(home);
    Served::start(Arc::clone(&home), &[]).stop();
    std::fs::write(home.path().join(LEFT), now().to_string()).unwrap();
    std::fs::rename(Arc::into_inner(home).unwrap().keep(), &county).unwrap();
    county
}

fn now() -> i128 {
    i128::from(SystemClock.now_us())
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}
