"""Commands that see another time than the machine has."""

import os
import struct
from pathlib import Path

from command_line import Case


class ClockCase(Case):
    def setUp(self):
        super().setUp()
        # Mapped by all: it must not become another file.
        self.shift = self.folder.parent / f"{self.folder.name}.shift"
        self.shift.write_bytes(bytes(8))
        self.addCleanup(self.shift.unlink)
        self.environment = dict(
            os.environ,
            NO_COLOR="1",
            LD_PRELOAD=str(Path(self.binary).parent / "tests/libclock_shim.so"),
            # The library is no part of the sanitizers, and they look for being the first.
            ASAN_OPTIONS="verify_asan_link_order=0",
            CLOCK_SHIM=str(self.shift),
        )

    def set_clock(self, seconds):
        """From now on it is so much later than it really is."""
        with open(self.shift, "r+b") as file:
            file.write(struct.pack("=q", seconds))

    def start(self, *arguments, **options):
        return super().start(*arguments, env=self.environment, **options)
