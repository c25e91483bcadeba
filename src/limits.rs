//! Limits of this process: the memory that the system still gives it.
//!
//! Known are free memory, control groups (version 2 with all groups above, version 1), and the
//! limits of address space and data (`ulimit -v`, `ulimit -d`).

#[cfg(target_os = "linux")]
use std::fs;
#[cfg(target_os = "linux")]
use std::path::{Path, PathBuf};

/// Stack of a worker in bytes: part of the address space.
const STACK_BYTES: u64 = 2 << 20;

/// Memory that the system can still give a process with this many workers, in bytes. None if it
/// does not say.
pub fn free_memory(workers: usize) -> Option<u64> {
    let stacks = (workers as u64).saturating_mul(STACK_BYTES);
    let limited = limited_memory().map(|bytes| bytes.saturating_sub(stacks));
    [free_on_system(), free_in_groups(), limited].into_iter().flatten().min()
}

/// Peak resident memory of this process, in bytes. None if the system does not say.
pub fn peak_memory() -> Option<u64> {
    #[cfg(target_os = "linux")]
    return field_of("/proc/self/status", "VmHWM:");
    #[cfg(not(target_os = "linux"))]
    None
}

/// True if the address space is limited: mapped files then take what memory needs.
pub fn limits_address_space() -> bool {
    #[cfg(unix)]
    return limit_of(rustix::process::Resource::As).is_some();
    #[cfg(not(unix))]
    false
}

/// Bytes left under the limits of address space and data. None without limits.
#[cfg(unix)]
fn limited_memory() -> Option<u64> {
    use rustix::process::Resource;
    let left = |resource, used: &str| {
        let limit = limit_of(resource)?;
        Some(limit.saturating_sub(own_field(used).unwrap_or(0)))
    };
    [left(Resource::As, "VmSize:"), left(Resource::Data, "VmData:")].into_iter().flatten().min()
}

#[cfg(not(unix))]
fn limited_memory() -> Option<u64> {
    None
}

#[cfg(unix)]
fn limit_of(resource: rustix::process::Resource) -> Option<u64> {
    rustix::process::getrlimit(resource).current
}

/// A field of this process's status, in bytes. None on systems without `/proc`.
#[cfg(unix)]
fn own_field(name: &str) -> Option<u64> {
    #[cfg(target_os = "linux")]
    return field_of("/proc/self/status", name);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = name;
        None
    }
}

#[cfg(target_os = "linux")]
fn free_on_system() -> Option<u64> {
    field_of("/proc/meminfo", "MemAvailable:")
}

#[cfg(not(target_os = "linux"))]
fn free_on_system() -> Option<u64> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    Some(system.available_memory()).filter(|bytes| *bytes > 0)
}

#[cfg(target_os = "linux")]
fn free_in_groups() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    free_in(Path::new("/sys/fs/cgroup"), &groups)
}

#[cfg(not(target_os = "linux"))]
fn free_in_groups() -> Option<u64> {
    None
}

/// Memory that the control groups of a process leave: the least of its own and of all above.
/// `groups` is the text of its `/proc/PID/cgroup`.
#[cfg(target_os = "linux")]
fn free_in(root: &Path, groups: &str) -> Option<u64> {
    let number = |path: PathBuf| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let left = |folder: &Path, limit: &str, used: &str| {
        let used = number(folder.join(used)).unwrap_or(0);
        Some(number(folder.join(limit))?.saturating_sub(used))
    };
    let lines = groups.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        rest.split_once(':')
    });
    let mut least: Option<u64> = None;
    for (controllers, path) in lines {
        let (top, limit, used) = match controllers {
            "" => (root.to_path_buf(), "memory.max", "memory.current"),
            _ if controllers.split(',').any(|controller| controller == "memory") => {
                (root.join("memory"), "memory.limit_in_bytes", "memory.usage_in_bytes")
            }
            _ => continue,
        };
        let own = top.join(path.trim_start_matches('/'));
        // In a container the path may be one that only its host has: the top is then its own.
        let folders = own.ancestors().filter(|folder| folder.starts_with(&top));
        let lefts = folders.filter_map(|folder| left(folder, limit, used));
        least = lefts.chain(least).min();
    }
    least
}

/// A field of a file of Linux's `/proc`, in bytes.
#[cfg(target_os = "linux")]
fn field_of(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_all_groups_above_counts() {
        let root = tempfile::tempdir().unwrap();
        let write = |folder: &str, limit: &str, limited: &str, used: &str, bytes: &str| {
            let folder = root.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(limit), limited).unwrap();
            fs::write(folder.join(used), bytes).unwrap();
        };
        let two = |folder, limit, used| write(folder, "memory.max", limit, "memory.current", used);
        two("a", "1000\n", "300\n");
        two("a/b", "max\n", "200\n");
        two("a/b/c", "900\n", "100\n");
        assert_eq!(free_in(root.path(), "0::/a/b/c\n"), Some(700));
        assert_eq!(free_in(root.path(), "0::/a/b\n"), Some(700));
        assert_eq!(free_in(root.path(), "0::/other\n"), None);
        let one = |folder, limit, used| {
            write(folder, "memory.limit_in_bytes", limit, "memory.usage_in_bytes", used);
        };
        one("memory", "9223372036854771712", "5");
        one("memory/x", "600", "50");
        let groups = "12:cpu,cpuacct:/y\n4:memory:/x\n1:name=systemd:/x\n0::/\n";
        assert_eq!(free_in(root.path(), groups), Some(550));
        // The path of the host in a container.
        assert_eq!(
            free_in(root.path(), "4:memory:/docker/1f/x\n"),
            Some(9_223_372_036_854_771_707)
        );
    }

    #[test]
    fn free_memory_is_known() {
        assert!(free_memory(1).is_some_and(|bytes| bytes > 0));
        assert!(free_memory(usize::MAX) <= free_memory(1));
    }
}
