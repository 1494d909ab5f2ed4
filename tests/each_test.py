"""`run --each`: many runs by one engine, what is left of them, and what a person sees."""

import json
import signal
import sqlite3
import unittest

from command_line import Case


PIPELINE = """name: many
params: {n: {type: integer}}
steps:
  wait:
    run: |
      if [ ${{ params.n }} = 1 ]; then echo begun > "$PROJECT/begun"; read word < "$PROJECT/go"; fi
      echo ${{ params.n }} >> "$PROJECT/done"
    env: {PROJECT: FOLDER}
"""


class EachTest(Case):
    def setUp(self):
        super().setUp()
        self.pipeline(PIPELINE.replace("FOLDER", str(self.folder)))

    def states_of_runs(self):
        code, out, talk = self.run_to_end("runs", "--json")
        self.assertEqual(code, 0, talk)
        return {run["params"]["n"]: run["state"] for run in json.loads(out)}

    def test_all_are_recorded_before_the_first_begins(self):
        process = self.start("run", "--each", "n=1..5", "--max-active", "1")
        self.wait_for_step()
        states = self.states_of_runs()
        self.assertEqual(states.pop(1), "running")
        self.assertEqual(set(states.values()), {"queued"})
        self.let_go()
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(self.lines("done"), ["1", "2", "3", "4", "5"])

    def test_ctrl_c_cancels_all_of_them_and_a_retry_does_the_rest(self):
        process = self.start("run", "--each", "n=1..4", "--max-active", "1")
        self.wait_for_step()
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, talk)
        self.assertEqual(set(self.states_of_runs().values()), {"cancelled"})
        retry = self.start("retry", "latest", "--batch", "--max-active", "1")
        self.wait_for_step()
        self.let_go()
        _, talk = retry.communicate(timeout=60)
        self.assertEqual(retry.returncode, 0, talk)
        self.assertEqual(set(self.states_of_runs().values()), {"succeeded"})
        self.assertEqual(sorted(self.lines("done")), ["1", "2", "3", "4"])

    def test_an_engine_that_is_killed_leaves_a_batch_that_can_be_attached(self):
        process = self.start("run", "--each", "n=1..4", "--max-active", "2")
        self.wait_for_step()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        attach = self.start("attach", "latest", "--batch")
        self.let_go()
        _, talk = attach.communicate(timeout=60)
        self.assertEqual(attach.returncode, 0, talk)
        self.assertEqual(set(self.states_of_runs().values()), {"succeeded"})
        self.assertEqual(sorted(self.lines("done")), ["1", "2", "3", "4"])

    def test_runs_of_a_batch_can_be_cancelled_alone_begun_or_not(self):
        process = self.start("run", "--each", "n=1..3", "--max-active", "1")
        self.wait_for_step()
        for run in ["many/2", "many/1"]:
            code, _, talk = self.run_to_end("cancel", run)
            self.assertEqual(code, 0, talk)
        _, talk = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, talk)
        self.assertEqual(self.states_of_runs(), {1: "cancelled", 2: "cancelled", 3: "succeeded"})

    def test_what_an_engine_left_unbegun_can_be_cancelled_and_is_not_executed(self):
        process = self.start("run", "--each", "n=1..2", "--max-active", "1")
        self.wait_for_step()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        code, _, talk = self.run_to_end("cancel", "many/2")
        self.assertEqual(code, 0, talk)
        self.assertEqual(self.states_of_runs()[2], "cancelled")
        self.let_go()
        code, _, talk = self.run_to_end("attach", "many/1")
        self.assertEqual(code, 0, talk)
        self.assertEqual(self.lines("done"), ["1"])


class RepeatedBatchTest(Case):
    def test_runs_with_nothing_to_do_are_found_as_a_whole(self):
        self.pipeline(
            "name: many\nparams: {n: {type: integer}}\nsteps:\n"
            "  fan:\n    matrix: {i: [%s]}\n"
            "    inputs: {n: '${{ params.n }}', i: '${{ matrix.i }}'}\n"
            "    outputs: {x: {type: integer}}\n"
            '    run: echo x=1 >> "$GEARTRAIN_VALUES"\n' % ", ".join(map(str, range(25)))
        )
        for expected in ["succeeded", "cached", "cached"]:
            code, out, talk = self.run_to_end("run", "--each", "n=1..3", "--json")
            self.assertEqual(code, 0, talk)
            self.assertEqual([run["counts"] for run in json.loads(out)], [{expected: 25}] * 3)
        events = self.run_to_end("show", "latest", "--json")[1]
        self.assertIn('"cached"', events)
        # The third time no task was looked up: the database has rows of the first two only.
        database = sqlite3.connect(self.folder / ".geartrain/geartrain.db")
        same = database.execute("SELECT count(*) FROM run WHERE same_as IS NOT NULL").fetchone()
        self.assertEqual(same, (3,))


if __name__ == "__main__":
    unittest.main()
