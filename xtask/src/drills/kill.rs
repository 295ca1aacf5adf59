//! Killing a command at moments that nothing announces.

use super::ground::{Ground, wait};
use crate::shell::Done;
use std::time::{Duration, Instant};

/// How long a command takes when nobody disturbs it.
pub(crate) fn whole(ground: &Ground, args: &[&str]) -> Done<Duration> {
    let begun = Instant::now();
    ground.well(args)?;
    Ok(begun.elapsed())
}

/// Kills a command a few times, at moments before `whole`, and lets it end then. How many times it was killed: at least once while kills are left, on
/// average four times, so that what a kill left is met by other kills.
pub(crate) fn some(ground: &Ground, args: &[&str], whole: Duration, left: u32) -> Done<u32> {
    let mut kills = 0;
    while kills < left && (kills == 0 || ground.below(4) > 0) {
        let mut child = ground.start(args)?;
        wait(ground.moment(whole));
        child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
        kills += 1;
    }
    ground.well(args)?;
    Ok(kills)
}
