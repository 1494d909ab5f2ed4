"""Small and read-only file systems for tests, in mounts that only this process sees."""

import ctypes
import os
import subprocess
import unittest

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000


def call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def become_private():
    """From now on this process and its children have mounts of their own. Where that is not
    permitted, the test is skipped."""
    user, group = os.geteuid(), os.getegid()
    try:
        call("unshare", CLONE_NEWNS if user == 0 else CLONE_NEWNS | CLONE_NEWUSER)
    except OSError as refused:
        raise unittest.SkipTest(f"no mounts of its own here: {refused.strerror}") from refused
    if user != 0:
        for name, text in [
            ("setgroups", "deny"),
            ("uid_map", f"0 {user} 1"),
            ("gid_map", f"0 {group} 1"),
        ]:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    mount("--make-rprivate", "/")


def mount(*arguments):
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise unittest.SkipTest(f"no mounts of its own here: {done.stderr.strip()}")


def unmount(path):
    subprocess.run(["umount", "--lazy", str(path)], check=False)


def mount_memory(path, size, files=100_000):
    """A file system in memory, with room for `size` bytes and so many files."""
    os.makedirs(path, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={size},nr_inodes={files},mode=755", "tmpfs", path)


def mount_read_only_view(path, at):
    """What is at `path`, to be read only, at `at`."""
    os.makedirs(at, exist_ok=True)
    mount("--bind", path, at)
    mount("-o", "remount,bind,ro", at)
