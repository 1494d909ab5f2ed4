"""No descriptors, no processes: it is told in words, and with enough of them everything goes on."""

import os
import resource
import shutil
import unittest

from sweep import PIPELINE, SweepCase

WORDS = "<memory cannot be printed>|Too many open files|Resource temporarily unavailable|descriptors|processes"
# A user that is nobody else's, so that only our processes count.
USER = 54_321


def limited(what, number):
    def limit():
        _, most = resource.getrlimit(what)
        resource.setrlimit(what, (number, most))

    return limit


class ScarceCase(SweepCase):
    """The sanitizers have wants of their own: a process to look for leaks, and pipes to look at the
    types of objects. One that gets none takes an object for broken; that is an orderly end, too."""

    def setUp(self):
        super().setUp()
        self.environment = dict(os.environ, NO_COLOR="1", ASAN_OPTIONS="detect_leaks=0")

    def start(self, *arguments, **options):
        return super().start(*arguments, **{"env": self.environment} | options)

    def left_runs_are_finished(self):
        for run in self.runs():
            if run["state"] in ("queued", "running"):
                code, _, talk = self.run_to_end("attach", run["name"])
                self.assertIn(code, (0, 1), talk)


class DescriptorsTest(ScarceCase):
    def test_a_run_with_few_descriptors_ends_in_order_and_nothing_is_lost(self):
        self.pipeline(PIPELINE)
        for number in [8, 13, 18, 23, 28, 33, 40]:
            with self.subTest(descriptors=number):
                for command in [["run", "--no-cache"], ["runs"]]:
                    process = self.start(
                        *command, preexec_fn=limited(resource.RLIMIT_NOFILE, number)
                    )
                    _, talk = process.communicate(timeout=120)
                    self.check_talk(process.returncode, talk, WORDS + "|nothing was run yet")
                self.left_runs_are_finished()
        self.check_that_it_works_now()


class ProcessesTest(ScarceCase):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("limits of processes are tried as another user, which takes root")
        parent, self.folder = self.folder, self.folder / "project"
        self.folder.mkdir()
        parent.chmod(0o755)
        self.binary = shutil.copy(self.binary, parent)
        os.chown(self.folder, USER, USER)
        self.user = {"user": USER, "group": USER, "extra_groups": []}
        self.pipeline(PIPELINE)

    def start(self, *arguments, **options):
        return super().start(*arguments, **self.user, **options)

    def test_a_run_with_few_processes_ends_in_order_and_nothing_is_lost(self):
        for number in [1, 2, 4, 6, 9, 12]:
            with self.subTest(processes=number):
                process = self.start(
                    "run", "--no-cache", preexec_fn=limited(resource.RLIMIT_NPROC, number)
                )
                _, talk = process.communicate(timeout=120)
                self.check_talk(process.returncode, talk, WORDS + "|exit code")
                self.left_runs_are_finished()
        self.check_that_it_works_now()


if __name__ == "__main__":
    unittest.main()
