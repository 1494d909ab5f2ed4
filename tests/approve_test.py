"""Decisions of people while geartrains come and go."""

import signal
import unittest

from command_line import SECONDS_MAX, Case

ROUNDS = 4


class ApproveTest(Case):
    def test_a_decision_at_the_moment_of_a_take_over_is_heard(self):
        """Whether it comes before or after, the run ends: which of them, nobody can say."""
        self.pipeline(
            "name: one\nsteps:\n  release: {approve: {message: Deploy it?}}\n"
            "  deploy: {needs: [release], run: echo deployed}\n"
        )
        for _ in range(ROUNDS):
            engine = self.start("run")
            self.wait_for_talk(engine, "next: geartrain approve")
            engine.send_signal(signal.SIGKILL)
            engine.wait()
            attached = self.start("attach", "latest")
            code, _, talk = self.run_to_end("approve", "latest", "release")
            self.assertEqual(code, 0, talk)
            _, talk = attached.communicate(timeout=SECONDS_MAX)
            self.assertEqual(attached.returncode, 0, talk)
            self.assertEqual(self.states(), {"release": "succeeded", "deploy": "succeeded"})


if __name__ == "__main__":
    unittest.main()
