//! The store: whose folder it is, how much room is left, and what waits in it to be told.

use std::path::Path;

use jiff::SignedDuration;

use crate::app::alarms::disk;
use crate::app::config::AlarmsConfig;
use crate::app::core::Core;
use crate::app::setup::Finding;
use crate::outbox::delivery::{Delivery, State};
use crate::store::postgres;
use crate::store::records::scan_all;

/// A message that is due for so long does not wait for a limit any more.
const DUE_LONG: SignedDuration = SignedDuration::from_hours(1);

/// Looks at the store in the data folder.
pub(super) async fn look(core: &Core) -> Vec<Finding> {
    let folder = &core.config.store.folder;
    let url = &core.config.store.url;
    let mut findings = vec![if core.config.store.is_database() {
        Finding::ok("store", format!("opens, in {}", postgres::shown(url)))
    } else if folder.is_dir() {
        Finding::ok("store", format!("opens, in {}", folder.display()))
    } else {
        Finding::warn("store", format!("there is none in {} yet", folder.display()), "`plimsoll apply` makes it")
    }];
    if core.config.store.is_database() && postgres::is_in_the_open(url) {
        let remedy = "add ?sslmode=verify-full to store.url, with sslrootcert=FILE where the authority is your own";
        findings.push(Finding::warn(
            "store",
            "what it is asked and answers can be read and changed on the way",
            remedy,
        ));
    }
    findings.extend(private(folder));
    findings.extend(disk::bytes_left(folder).map(|left| of_room(left, &core.config.alarms)));
    match scan_all::<Delivery>(&*core.store).await {
        Ok(deliveries) => findings.push(waiting(core, deliveries.iter().map(|kept| &kept.value))),
        Err(error) => {
            let remedy = "stop the service and restore the newest backup";
            findings.push(Finding::bad("store", format!("it cannot be read: {error}"), remedy));
        }
    }
    findings
}

/// Whether only its owner may look into it.
#[cfg(unix)]
fn private(folder: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    // The six lowest bits are the group's and everybody's.
    let mode = std::fs::metadata(folder).ok()?.permissions().mode() & 0o777;
    if mode.trailing_zeros() >= 6 {
        return None;
    }
    let (what, remedy) =
        (format!("others may look into it (mode {mode:o})"), format!("chmod 700 {}", folder.display()));
    Some(Finding::warn("store", what, remedy))
}

#[cfg(not(unix))]
fn private(_: &Path) -> Option<Finding> {
    None
}

/// How much the disk under it has left. The thresholds are those of the running service.
fn of_room(bytes: u64, settings: &AlarmsConfig) -> Finding {
    let left = bytes >> 20;
    let what = format!("{left} MiB left");
    let remedy = "make room on the disk, or move store.folder to a larger one";
    if left < settings.disk_bad_mib {
        Finding::bad("disk", what, remedy)
    } else if left < settings.disk_low_mib {
        Finding::warn("disk", what, remedy)
    } else {
        Finding::ok("disk", what)
    }
}

/// What was not told, and why.
fn waiting<'a>(core: &Core, deliveries: impl Iterator<Item = &'a Delivery>) -> Finding {
    let now = core.clock.now();
    let (mut failed, mut unknown, mut late) = (0_u32, 0_u32, 0_u32);
    for delivery in deliveries {
        match &delivery.state {
            State::Failed { .. } => failed += 1,
            State::Unknown { .. } => unknown += 1,
            State::Due { not_before } if DUE_LONG <= now.duration_since(*not_before) => late += 1,
            State::Due { .. } | State::Sending { .. } | State::Sent | State::Expired { .. } | State::Grouped { .. } => {
            }
        }
    }
    if failed + unknown + late == 0 {
        return Finding::ok("outbox", "nothing waits that should have been told");
    }
    let what =
        format!("{failed} messages failed, {unknown} may or may not have arrived, {late} wait for more than an hour");
    Finding::warn("outbox", what, "`plimsoll outbox list` names them; `plimsoll run` sends what is due")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::setup::Stand;

    #[test]
    fn a_full_disk_is_told_before_it_is_full() {
        let settings = crate::app::config::Config::load(None, &[]).expect("the defaults").alarms;
        assert_eq!(of_room(1 << 30, &settings).stand, Stand::Ok);
        assert_eq!(of_room((1 << 30) - 1, &settings).stand, Stand::Warn);
        assert_eq!(
            of_room((200 << 20) - 1, &settings).to_string(),
            "bad   disk: 199 MiB left; make room on the disk, or move store.folder to a larger one"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_may_read_is_told_with_how_to_shut_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let set = |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).expect("set");
        set(0o700);
        assert_eq!(private(folder.path()), None);
        set(0o755);
        assert_eq!(private(folder.path()).map(|finding| finding.stand), Some(Stand::Warn));
        assert!(disk::bytes_left(&folder.path().join("not/there")).is_some());
    }
}
