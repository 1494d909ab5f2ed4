"""Steps that say or give far too much: memory stays small, the log keeps both its ends, and the error
names the limit. GEARTRAIN_LONG=1 prints 10 GB."""

import os
import unittest

from command_line import SECONDS_MAX, Case
from processes import children

MIB = 1 << 20
LOG_MIB_MAX = 64
# What the output alone may cost, whatever its size: buffers, and the tail that is kept.
GROWTH_MIB_MAX = 24
PRINTS = """name: prints
steps:
  prints:
    run: |
      echo begun > begun
      read -r line < go
      echo "the first line"
      yes 'a line of the output that nobody will ever read' | head -c BYTES || true
      echo "the last line"
      echo begun > begun
      read -r line < go
"""
GIVES = """name: gives
steps:
  gives:
    run: |
      SCRIPT
    outputs: {x: {type: string}}
"""


def peak_mib(pid):
    """The largest memory that the process has had so far."""
    with open(f"/proc/{pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["VmHWM"].split()[0]) / 1024


class LargeOutputTest(Case):
    def setUp(self):
        super().setUp()
        # The sanitizer would keep what is freed.
        self.environment = dict(os.environ, NO_COLOR="1", ASAN_OPTIONS="quarantine_size_mb=1")

    def start(self, *arguments, **options):
        return super().start(*arguments, **{"env": self.environment} | options)

    def shim_of(self, engine):
        (nursery,) = children(engine.pid)
        (keeper,) = children(nursery)
        busy = [shim for shim in children(keeper) if children(shim)]
        self.assertEqual(len(busy), 1)
        return busy[0]

    def test_a_step_that_prints_gigabytes(self):
        size = 10_000_000_000 if os.environ.get("GEARTRAIN_LONG") else 300_000_000
        self.pipeline(PRINTS.replace("BYTES", str(size)))
        engine = self.start("run")
        self.wait_for_step()
        shim = self.shim_of(engine)
        before = peak_mib(shim), peak_mib(engine.pid)
        self.let_go()
        self.wait_for_step()
        after = peak_mib(shim), peak_mib(engine.pid)
        self.let_go()
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 0, talk)
        for name, early, late in zip(["shim", "engine"], before, after):
            self.assertLess(late - early, GROWTH_MIB_MAX, name)
        code, text, talk = self.run_to_end("logs", "latest", "prints")
        self.assertEqual(code, 0, talk)
        self.assertLess(len(text), (LOG_MIB_MAX + 1) * MIB)
        self.assertIn("the first line\n", text[:1000])
        self.assertIn("the last line\n", text[-1000:])
        self.assertIn("of output are left out here]", text)
        # It may have been compressed meanwhile, and is not yet complete while it is.
        for log in (self.folder / ".geartrain/attempts").glob("*/log"):
            self.assertLess(log.stat().st_size, (LOG_MIB_MAX + 1) * MIB)

    def check_refused(self, script, words):
        self.pipeline(GIVES.replace("SCRIPT", script))
        engine = self.start("run")
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 1, talk)
        task = self.shown()["tasks"][0]
        self.assertEqual(task["cause"], "invalid_output")
        self.assertIn(words, task["message"])
        self.assertLess(len(task["message"]), 500)

    def test_a_value_of_a_gigabyte(self):
        # A file with a hole: nobody has to write it.
        self.check_refused(
            """printf x= > "$GEARTRAIN_VALUES"; truncate -s 1G "$GEARTRAIN_VALUES" """,
            "more than 67108864 bytes (limit values_file_bytes_max)",
        )

    def test_a_value_that_is_a_little_too_large(self):
        self.check_refused(
            """{ printf x=; head -c 1048577 /dev/zero | tr '\\0' y; } > "$GEARTRAIN_VALUES" """,
            "has 1048577 bytes, more than 1048576 (limit value_bytes_max)",
        )


if __name__ == "__main__":
    unittest.main()
