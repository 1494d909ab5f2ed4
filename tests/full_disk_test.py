"""Full disks below database, artifacts, logs and attempts: told, and nothing of the work is lost."""

import signal
import unittest

import mounts
from command_line import SECONDS_MAX, Case

# The run's engine bears a full disk for a minute.
GIVES_UP_SECONDS_MAX = 120
PIPELINE = """name: one
steps:
  first:
    run: |
      echo x >> {outside}/first.txt
      echo made > ${{{{ outputs.x }}}}
      echo begun > {outside}/begun
      read -r line < {outside}/go
      {last}
    outputs: {{x: {{path: x}}}}
    code: [pipeline.yaml]
  second:
    run: cat ${{{{ inputs.x }}}} >> {outside}/second.txt
    inputs: {{x: "${{{{ steps.first.outputs.x }}}}"}}
"""


class FullDiskTest(Case):
    @classmethod
    def setUpClass(cls):
        mounts.become_private()

    def setUp(self):
        super().setUp()
        self.outside = self.folder
        self.folder = self.outside / "memory"
        self.mount("8m")

    def mount(self, size, **options):
        mounts.mount_memory(self.folder, size, **options)
        self.addCleanup(mounts.unmount, self.folder)

    def pipeline(self, last="true"):
        super().pipeline(PIPELINE.format(outside=self.outside, last=last))

    def wait_for_step(self):
        with open(self.outside / "begun") as pipe:
            self.assertEqual(pipe.read(), "begun\n")

    def let_go(self):
        with open(self.outside / "go", "w") as pipe:
            pipe.write("word\n")

    def fill(self):
        """Until no page is left."""
        with open(self.folder / "filler", "wb", buffering=0) as filler:
            block = bytes(4096)
            with self.assertRaises(OSError):
                while True:
                    filler.write(block)

    def make_room(self):
        (self.folder / "filler").unlink()

    def check_that_all_is_done_once(self):
        self.assertEqual(self.states(), {"first": "succeeded", "second": "succeeded"})
        self.assertEqual([task["attempts"] for task in self.shown()["tasks"]], [1, 1])
        self.assertEqual((self.outside / "first.txt").read_text(), "x\n")
        self.assertEqual((self.outside / "second.txt").read_text(), "made\n")

    def start_and_fill(self):
        engine = self.start("run")
        self.wait_for_step()
        self.fill()
        self.let_go()
        talk = self.wait_for_talk(engine, "cannot record what happens")
        self.assertIn("full", talk.replace("No space left on device", "full"))
        return engine

    def test_a_disk_that_is_full_for_a_while_is_waited_for(self):
        self.pipeline()
        engine = self.start_and_fill()
        self.make_room()
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 0, talk)
        self.check_that_all_is_done_once()

    def test_an_engine_that_gives_up_leaves_the_run_to_attach(self):
        self.pipeline()
        engine = self.start_and_fill()
        out, talk = engine.communicate(timeout=GIVES_UP_SECONDS_MAX)
        self.assertEqual((engine.returncode, out), (1, ""), talk)
        self.assertIn("hint: `geartrain attach one/1` goes on with it", talk)
        # What is recorded can be looked at meanwhile.
        self.assertEqual(self.shown()["state"], "running")
        self.make_room()
        code, _, talk = self.run_to_end("attach", "latest")
        self.assertEqual(code, 0, talk)
        self.check_that_all_is_done_once()

    def test_an_engine_that_dies_then_loses_nothing(self):
        self.pipeline()
        engine = self.start_and_fill()
        engine.send_signal(signal.SIGKILL)
        engine.wait()
        self.make_room()
        code, _, talk = self.run_to_end("attach", "latest")
        self.assertEqual(code, 0, talk)
        self.check_that_all_is_done_once()

    def test_output_that_the_log_had_no_room_for_is_missed(self):
        self.pipeline(last="seq 100000")
        engine = self.start_and_fill()
        self.make_room()
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 0, talk)
        code, _, talk = self.run_to_end("logs", "latest", "first")
        self.assertEqual(code, 0, talk)
        self.assertRegex(talk, "the log is not whole, .* are missing: .*No space left on device")

    def test_a_step_that_fills_the_disk_itself_fails_with_its_own_message(self):
        self.pipeline(last="head -c 20000000 /dev/zero > rest || { rm rest; exit 7; }")
        engine = self.start("run")
        self.wait_for_step()
        self.let_go()
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 1, talk)
        self.assertIn("ended with exit code 7", talk)

    def test_a_disk_that_is_full_from_the_start_is_told_before_anything_runs(self):
        self.pipeline()
        self.fill()
        code, out, talk = self.run_to_end("run")
        self.assertEqual((code, out), (1, ""), talk)
        self.assertIn("No space left on device", talk)
        self.make_room()
        engine = self.start("run")
        self.wait_for_step()
        self.let_go()
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 0, talk)
        self.fill()
        code, out, talk = self.run_to_end("run", "--no-cache")
        self.assertEqual((code, out), (1, ""), talk)
        self.assertIn("the disk that holds the database is full", talk)
        self.assertIn("hint: make room (geartrain gc", talk)
        for command in [["runs"], ["logs", "latest", "first"], ["why", "latest", "first"]]:
            code, _, talk = self.run_to_end(*command)
            self.assertEqual(code, 0, talk)
        code, out, talk = self.run_to_end("get", "latest", "first.x", "-")
        self.assertEqual((code, out), (0, "made\n"), talk)
        code, _, talk = self.run_to_end("get", "latest", "first.x", str(self.folder / "copy"))
        self.assertEqual(code, 1, talk)
        self.assertFalse((self.folder / "copy").exists())
        code, _, talk = self.run_to_end("gc", "--keep", "1")
        self.assertEqual(code, 0, talk)
        self.make_room()
        self.check_that_all_is_done_once()

    def test_without_room_for_another_file_attempts_wait_or_fail_and_are_repeated(self):
        """Here bytes are left, and no inodes."""
        mounts.unmount(self.folder)
        self.mount("8m", files=200)
        self.pipeline()
        engine = self.start("run")
        self.wait_for_step()
        made = []
        with self.assertRaises(OSError):
            while True:
                path = self.folder / f"filler-{len(made)}"
                path.touch()
                made.append(path)
        self.let_go()
        self.wait_for_talk(engine, "cannot record what happens")
        for path in made:
            path.unlink()
        _, talk = engine.communicate(timeout=SECONDS_MAX)
        self.assertEqual(engine.returncode, 0, talk)
        self.check_that_all_is_done_once()


if __name__ == "__main__":
    unittest.main()
