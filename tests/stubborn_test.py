"""Steps that ignore being asked to end, with daemons that hide: all of it is ended, and told so."""

import json
import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import geartrain_binary
from processes import is_alive

SECONDS_MAX = 120
# Ignores all that can be ignored, and forks twice into a session of its own without any trace of
# the run in its environment. Both write their process ids.
STEP = """import os, signal, sys

def ignore():
    for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1]:
        signal.signal(number, signal.SIG_IGN)

def wait_forever():
    while True:
        signal.pause()

ready_read, ready_write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    ignore()
    script = (
        "import os, signal, sys; os.write(int(sys.argv[1]), b'%d' % os.getpid()); "
        "os.closerange(0, 100)\\nwhile True: signal.pause()"
    )
    os.set_inheritable(ready_write, True)
    os.chdir("/")
    os.execve(sys.executable, ["innocent", "-c", script, str(ready_write)], {})
ignore()
daemon = os.read(ready_read, 100).decode()
os.wait()
with open("begun", "w") as pipe:
    pipe.write(f"{os.getpid()} {daemon}\\n")
if sys.argv[1:] != ["ends"]:
    wait_forever()
"""
PIPELINE = """name: stubborn
SETTINGS
steps:
  stubborn: {run: COMMAND, STEP}
  after: {run: "true", needs: [stubborn]}
finally:
  last: {run: "echo ${{ run.state }} > last.txt"}
"""


class Project:
    """A run of the stubborn step in a folder of its own."""

    def __init__(
        self, case, command="[python3, step.py]", step="cache: false", settings="description: x"
    ):
        self.case = case
        self.binary = geartrain_binary.path()
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        case.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        os.mkfifo(self.folder / "begun")
        (self.folder / "step.py").write_text(STEP)
        text = PIPELINE.replace("SETTINGS", settings).replace("STEP", step)
        text = text.replace("COMMAND", command)
        (self.folder / "pipeline.yaml").write_text(text)
        self.engine = subprocess.Popen(
            [self.binary, "run"],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        case.addCleanup(self.end)
        with open(self.folder / "begun") as pipe:
            self.pids = [int(word) for word in pipe.read().split()]
        case.assertEqual(len(self.pids), 2)

    def end(self):
        self.engine.kill()
        self.engine.communicate()
        for pid in filter(is_alive, self.pids):
            os.kill(pid, signal.SIGKILL)

    def command(self, *arguments):
        return subprocess.run(
            [self.binary, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )

    def finish(self, expected_code):
        """The run as JSON and the talk; nothing of the step's tree is left."""
        _, talk = self.engine.communicate(timeout=SECONDS_MAX)
        self.case.assertEqual(self.engine.returncode, expected_code, talk)
        self.case.assertEqual([is_alive(pid) for pid in self.pids], [False, False])
        run = json.loads(self.command("show", "latest", "--json").stdout)
        tasks = {task["path"]: task for task in run["tasks"]}
        return run, tasks, talk

    def last_words(self):
        path = self.folder / "last.txt"
        return path.read_text() if path.exists() else None


class StubbornTest(unittest.TestCase):
    def test_every_way_to_end_it_ends_all_of_it(self):
        # At once, since each waits for the ten seconds between TERM and KILL.
        timed = Project(self, step="timeout: 4s")
        retried = Project(self, step="timeout: 4s, retry: {limit: 1, on: [exit]}")
        late = Project(self, settings="timeout: 4s")
        interrupted = Project(self)
        cancelled = Project(self)
        interrupted.engine.send_signal(signal.SIGINT)
        self.assertEqual(cancelled.command("cancel", "latest").returncode, 0)

        for project in [timed, retried]:
            with self.subTest("the step's own time"):
                run, tasks, talk = project.finish(1)
                self.assertEqual(run["state"], "failed")
                self.assertEqual(tasks["stubborn"]["cause"], "timeout")
                self.assertEqual(tasks["stubborn"]["attempts"], 1)
                self.assertIn("ran longer than its timeout of 4.0s", talk)
                self.assertIn("it did not end when asked to, and was killed", talk)
                self.assertEqual(tasks["after"]["state"], "upstream_failed")
                self.assertEqual(project.last_words(), "failed\n")
        with self.subTest("the run's time"):
            run, tasks, _ = late.finish(124)
            self.assertEqual(run["error"]["cause"], "run_timeout")
            self.assertEqual(tasks["stubborn"]["state"], "cancelled")
            self.assertEqual(late.last_words(), "failed\n")
        for name, project in [("Ctrl-C", interrupted), ("cancel", cancelled)]:
            with self.subTest(name):
                run, tasks, _ = project.finish(130)
                self.assertEqual(run["state"], "cancelled")
                self.assertEqual(tasks["stubborn"]["state"], "cancelled")
                self.assertEqual(tasks["after"]["state"], "cancelled")
                self.assertEqual(project.last_words(), "cancelled\n")

    def test_killing_is_not_waited_for(self):
        project = Project(self)
        self.assertEqual(project.command("cancel", "latest", "--kill").returncode, 0)
        _, tasks, _ = project.finish(130)
        self.assertEqual(tasks["stubborn"]["state"], "cancelled")
        self.assertIsNone(project.last_words())

    def test_without_an_engine_cancel_ends_it_too(self):
        project = Project(self)
        project.engine.kill()
        project.engine.wait()
        self.assertEqual([is_alive(pid) for pid in project.pids], [True, True])
        done = project.command("cancel", "latest", "--kill")
        self.assertEqual(done.returncode, 0, done.stderr)
        project.finish(-signal.SIGKILL)

    def test_a_daemon_that_a_good_step_leaves_behind_is_ended_with_it(self):
        project = Project(self, command="[python3, step.py, ends]")
        _, tasks, _ = project.finish(0)
        self.assertEqual(tasks["stubborn"]["state"], "succeeded")
        self.assertEqual(tasks["after"]["state"], "succeeded")


if __name__ == "__main__":
    unittest.main()
