//! What a run keeps of its inputs: policies and master data, in `inputs/` under its folder. So a later month can say what has changed, and a
//! proof does not need to be told where they were. Facts are not kept: a store keeps its own states.

use crate::inputs::{self, InputFile, Policies};
use crate::say::{make_folder, unreadable, unwritable, write};
use qudao_kernel::Refusal;
use qudao_kernel::master::Master;
use std::path::{Path, PathBuf};

/// Where the policies of a run are kept.
pub(crate) fn policies_folder(run: &Path) -> PathBuf {
    run.join("inputs/policies")
}

/// Where the master data of a run are kept.
pub(crate) fn master_folder(run: &Path) -> PathBuf {
    run.join("inputs/master")
}

/// Keeps the policies and master files of a run under its folder, instead of what an earlier run there kept.
pub(crate) fn keep(run: &Path, policies: &Policies, master: &Path, files: &[InputFile]) -> Result<(), Refusal> {
    let all = run.join("inputs");
    if all.exists() {
        std::fs::remove_dir_all(&all).map_err(|error| unwritable(&all, &error))?;
    }
    let (to_policies, to_master) = (policies_folder(run), master_folder(run));
    make_folder(&to_policies)?;
    make_folder(&to_master)?;
    for (file, text) in policies.files.iter().zip(&policies.texts) {
        write(&to_policies.join(&file.file), text)?;
    }
    for file in files {
        let (from, to) = (master.join(&file.file), to_master.join(&file.file));
        let bytes = std::fs::read(&from).map_err(|error| unreadable(&from, &error))?;
        write(&to, bytes)?;
    }
    Ok(())
}

/// The policies a run had.
pub(crate) fn policies(run: &Path) -> Result<Policies, Refusal> {
    inputs::kept_policies(&policies_folder(run))
}

/// The master data a run had.
pub(crate) fn master(run: &Path) -> Result<Master, Refusal> {
    inputs::master(&master_folder(run)).map(|(master, _)| master)
}
