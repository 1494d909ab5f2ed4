"""Runs that are interrupted, killed and gone on with: what a person at the keyboard sees of it."""

import json
import signal
import unittest

from command_line import SECONDS_MAX, Case

WAITS = """name: waits
steps:
  first: {run: "echo x >> first.txt"}
  wait:
    needs: [first]
    run: |
      echo x >> wait.txt
      echo begun > begun
      read -r line < go
      echo "went on with $line"
  after: {run: "true", needs: [wait]}
finally:
  last: {run: "echo ${{ run.state }} > last.txt"}
"""
STUBBORN = """name: stubborn
steps:
  stubborn:
    run: |
      trap '' TERM
      echo begun > begun
      while :; do read -r line < go || true; done
finally:
  last: {run: "echo ${{ run.state }} > last.txt"}
"""


class InterruptTest(Case):
    def test_one_interrupt_cancels_and_runs_finally(self):
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
            with self.subTest(number.name):
                self.pipeline(WAITS)
                process = self.start("run")
                self.wait_for_step()
                process.send_signal(number)
                _, talk = process.communicate(timeout=SECONDS_MAX)
                self.assertEqual(process.returncode, 130, talk)
                self.assertIn("cancelling", talk)
                self.assertEqual(self.shown()["state"], "cancelled")
                states = {"first": "succeeded", "wait": "cancelled", "after": "cancelled"}
                self.assertEqual(self.states(), states | {"last": "succeeded"})
                self.assertEqual(self.lines("last.txt"), ["cancelled"])

    def test_a_second_interrupt_kills_a_step_that_ignores_being_asked(self):
        self.pipeline(STUBBORN)
        process = self.start("run")
        self.wait_for_step()
        process.send_signal(signal.SIGINT)
        line = ""
        while "cancelling" not in line:
            line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, 130, talk)
        self.assertEqual(self.states()["stubborn"], "cancelled")
        self.assertFalse((self.folder / "last.txt").exists())

    def test_json_is_whole_after_an_interrupt(self):
        self.pipeline(WAITS)
        process = self.start("run", "--json")
        self.wait_for_step()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(json.loads(out)["state"], "cancelled")


class CancelTest(Case):
    def test_another_program_cancels_a_run(self):
        self.pipeline(WAITS)
        process = self.start("run")
        self.wait_for_step()
        code, _, talk = self.run_to_end("cancel", "latest")
        self.assertEqual(code, 0, talk)
        process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.states()["wait"], "cancelled")

    def test_a_run_that_nobody_drives_is_ended_by_cancel_itself(self):
        self.pipeline(WAITS)
        process = self.start("run")
        self.wait_for_step()
        process.kill()
        process.wait()
        self.assertFalse(self.shown()["driven"])
        code, _, talk = self.run_to_end("cancel", "latest", "--kill")
        self.assertEqual(code, 0, talk)
        self.assertEqual(self.shown()["state"], "cancelled")
        self.assertEqual(self.states()["wait"], "cancelled")


class TakeOverTest(Case):
    def test_a_run_whose_engine_was_killed_is_gone_on_with(self):
        self.pipeline(WAITS)
        process = self.start("run")
        self.wait_for_step()
        process.kill()
        process.wait()
        _, out, _ = self.run_to_end("show", "latest")
        self.assertIn("running (no engine)", out)
        attached = self.start("attach", "latest")
        self.let_go()
        _, talk = attached.communicate(timeout=SECONDS_MAX)
        self.assertEqual(attached.returncode, 0, talk)
        self.assertEqual(set(self.states().values()), {"succeeded"})
        self.assertEqual(self.lines("first.txt"), ["x"])
        self.assertEqual(self.lines("wait.txt"), ["x"])

    def test_a_step_that_ended_while_nobody_watched_is_not_repeated(self):
        self.pipeline(WAITS)
        process = self.start("run")
        self.wait_for_step()
        process.kill()
        process.wait()
        follower = self.start("logs", "latest", "wait", "-f")
        self.let_go()
        out, _ = follower.communicate(timeout=SECONDS_MAX)
        self.assertEqual(out, "went on with word\n")
        code, _, talk = self.run_to_end("attach", "latest")
        self.assertEqual(code, 0, talk)
        self.assertEqual(self.lines("wait.txt"), ["x"])
        self.assertEqual([task["attempts"] for task in self.shown()["tasks"]], [1, 1, 1, 1])

    def test_attach_follows_a_run_that_another_program_drives(self):
        self.pipeline(WAITS)
        process = self.start("run")
        self.wait_for_step()
        attached = self.start("attach", "latest")
        line = ""
        while "wait" not in line:
            line = attached.stderr.readline()
        self.let_go()
        out, _ = attached.communicate(timeout=SECONDS_MAX)
        process.communicate(timeout=SECONDS_MAX)
        self.assertEqual((attached.returncode, process.returncode), (0, 0))
        self.assertIn("waits/1 succeeded", out)

    def test_attach_that_only_follows_leaves_at_an_interrupt(self):
        self.pipeline(WAITS)
        process = self.start("run")
        self.wait_for_step()
        attached = self.start("attach", "latest")
        line = ""
        while "wait" not in line:
            line = attached.stderr.readline()
        attached.send_signal(signal.SIGINT)
        attached.communicate(timeout=SECONDS_MAX)
        self.assertEqual(attached.returncode, 130)
        self.assertIsNone(process.poll())
        self.let_go()
        process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, 0)

    def test_what_an_attached_engine_drives_can_be_interrupted(self):
        self.pipeline(WAITS)
        process = self.start("run")
        self.wait_for_step()
        process.kill()
        process.wait()
        attached = self.start("attach", "latest")
        line = ""
        while "going on" not in line:
            line = attached.stderr.readline()
        attached.send_signal(signal.SIGINT)
        attached.communicate(timeout=SECONDS_MAX)
        self.assertEqual(attached.returncode, 130)
        self.assertEqual(self.states()["wait"], "cancelled")


class TwoAtOnceTest(Case):
    def test_two_runs_in_one_home_both_work(self):
        self.pipeline(WAITS)
        processes = []
        for _ in range(2):
            processes.append(self.start("run", "--json"))
            self.wait_for_step()
        # Open until both have read, so that neither sees an end of the pipe.
        with open(self.folder / "go", "r+b", buffering=0) as pipe:
            pipe.write(b"one\ntwo\n")
            runs = [json.loads(one.communicate(timeout=SECONDS_MAX)[0]) for one in processes]
        self.assertEqual([one.returncode for one in processes], [0, 0])
        self.assertEqual({run["name"] for run in runs}, {"waits/1", "waits/2"})


class TimeoutTest(Case):
    def test_a_run_over_its_time_ends_with_124(self):
        self.pipeline(WAITS.replace("name: waits", "name: waits\ntimeout: 2s"))
        process = self.start("run")
        self.wait_for_step()
        _, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, 124, talk)
        self.assertEqual(self.shown()["error"]["cause"], "run_timeout")


class BrokenPipeTest(Case):
    def test_a_reader_that_leaves_does_not_end_the_run(self):
        self.pipeline("name: quick\nsteps: {one: {run: 'true'}}\n")
        process = self.start("run")
        process.stdout.close()
        process.stderr.close()
        process.wait(SECONDS_MAX)
        self.assertEqual(process.returncode, 0)
        process.stdout = process.stderr = None
        self.assertEqual(self.shown()["state"], "succeeded")


if __name__ == "__main__":
    unittest.main()
