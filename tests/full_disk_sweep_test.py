"""A disk with room for a little, and another little: whatever phase of a run it ends in, the run
waits or fails in words, nothing half written is served later, and with room everything goes on."""

import os
import random
import unittest

import mounts
from sweep import PIPELINE, SweepCase

# KiB that are left when a run begins: from none to what all of it needs.
ROOM = [*range(0, 64, 4), *range(64, 320, 16), *range(320, 800, 40)]
# Files that may still be made.
FILES = [*range(0, 60)]
DRAWN = 6
FULL = "No space left|full|no room"
TROUBLED = "cannot record what happens"


class FullDiskSweepTest(SweepCase):
    @classmethod
    def setUpClass(cls):
        mounts.become_private()
        seed = int(os.environ.get("GEARTRAIN_SEED", random.SystemRandom().randrange(10**9)))
        cls.random = random.Random(seed)
        print(f"GEARTRAIN_SEED={seed}")

    def drawn(self, values):
        """All of them in the long form."""
        if os.environ.get("GEARTRAIN_LONG"):
            return values
        return sorted(self.random.sample(values, DRAWN))

    def sweep(self, values, size, files, leave):
        outside = self.folder
        for value in self.drawn(values):
            for first in [[], ["run"]]:
                self.folder = outside / f"memory-{value}-{len(first)}"
                mounts.mount_memory(self.folder, size, files)
                try:
                    with self.subTest(left=value, after=first):
                        self.check(first, value, leave)
                finally:
                    mounts.unmount(self.folder)
        self.folder = outside

    def check(self, first, value, leave):
        self.pipeline(PIPELINE)
        if first:
            self.assertEqual(self.run_to_end(*first)[0], 0)
        leave(value)
        code, talk = self.run_until_told(TROUBLED, self.make_room, "run", "--no-cache")
        self.check_talk(code, talk, FULL)
        self.make_room()
        self.check_that_it_works_now()

    def make_room(self):
        for path in self.folder.glob("filler*"):
            path.unlink()

    def leave_kibibytes(self, kibibytes):
        facts = os.statvfs(self.folder)
        size = facts.f_bavail * facts.f_frsize - kibibytes * 1024
        with open(self.folder / "filler", "wb") as filler:
            filler.write(bytes(max(0, size)))

    def leave_files(self, count):
        for number in range(os.statvfs(self.folder).f_favail - count):
            (self.folder / f"filler-{number}").touch()

    def test_bytes(self):
        self.sweep(ROOM, "4m", 100_000, self.leave_kibibytes)

    def test_files(self):
        self.sweep(FILES, "16m", 220, self.leave_files)


if __name__ == "__main__":
    unittest.main()
