"""Whether a folder lies on another machine's disk."""

from __future__ import annotations

from pathlib import Path

_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "lustre", "fuse.sshfs", "fuse.s3")


def is_network(folder: Path) -> bool:
    """By the table of mounts, where the system has one."""
    try:
        lines = Path("/proc/mounts").read_text(errors="replace").splitlines()
    except OSError:
        return False
    inside = [
        fields for line in lines if len(fields := line.split()) > 2 and _holds(fields, folder)
    ]
    nearest = max(inside, key=lambda fields: len(fields[1]), default=None)
    return nearest is not None and nearest[2].startswith(_NETWORK)


def _holds(fields: list[str], folder: Path) -> bool:
    return folder.absolute().is_relative_to(fields[1].replace("\\040", " "))
