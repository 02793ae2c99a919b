//! Room on the disk under the store: how much is left, and whether that is little.
//!
//! Owns: the measure, and that a number which swings about a threshold is told once: it is well only a fifth above it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::app::config::AlarmsConfig;
use crate::words::trouble::{Program, Trouble};

/// How many bytes the disk under a folder has left for us. The folder need not be there yet.
#[cfg(unix)]
#[must_use]
pub fn bytes_left(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let stat = there.filter(|path| path.is_dir()).find_map(|path| rustix::fs::statvfs(path).ok())?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Nobody knows.
#[cfg(not(unix))]
#[must_use]
pub fn bytes_left(_: &Path) -> Option<u64> {
    None
}

/// How both thresholds stand: the thing, and its trouble where it is below.
pub(super) fn stands(
    settings: &AlarmsConfig,
    left: u64,
    open: Option<&BTreeSet<String>>,
) -> Vec<(String, Option<Program>)> {
    let left_mib = left >> 20;
    let one = |bad: bool, threshold: u64| {
        let trouble = Program::DiskLow { left_mib, bad };
        let thing = Trouble::Program(trouble.clone()).thing();
        let is_open = open.is_some_and(|open| open.contains(&thing));
        let enough = if is_open { threshold.saturating_add(threshold / 5) } else { threshold };
        (thing, (left_mib < enough).then_some(trouble))
    };
    vec![one(false, settings.disk_low_mib), one(true, settings.disk_bad_mib)]
}
