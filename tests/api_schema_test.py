"""The API answers as its description says, whatever schemathesis sends: no 5xx, nothing undescribed."""

import re
import subprocess
import unittest
from pathlib import Path

from api_client import ApiCase
from python_packages import environment_of

REQUIREMENTS = Path(__file__).parent / "schemathesis_requirements.txt"
# Streams never end; a token that is revoked may be the one that is shown.
LEFT_OUT = ["--exclude-path-regex", "events$", "--exclude-operation-id", "revokeToken"]


def told_routes(page):
    """{(method, path)} of the table; `…/x` goes on from the path before it."""
    table = page.split("<!-- routes -->")[1].split("<!-- end -->")[0]
    told, last = set(), None
    for written in re.findall(r"`([^`]+)`", "\n".join(line.split("|")[1] for line in table.strip().split("\n"))):
        if written.startswith("…"):
            last = (last[0], last[1].rsplit("/", 1)[0] + written[1:])
        else:
            last = tuple(written.split(" "))
        told.add(last)
    return told


class PageTest(ApiCase):
    def test_the_page_names_each_route_and_no_other(self):
        page = (Path(__file__).parent.parent / "docs/reference/api.md").read_text()
        self.serve()
        paths = self.get("/api/v1/openapi.json").json()["paths"]
        described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
        self.assertEqual(told_routes(page), described)


class SchemaTest(ApiCase):
    def test_schemathesis_finds_nothing(self):
        program = environment_of(REQUIREMENTS) / "bin/schemathesis"
        self.pipeline(
            "name: p\nparams: {n: {type: integer, default: 1}}\n"
            "triggers: {t: {schedule: '0 0 1 1 *'}}\nsteps: {a: {run: 'echo ${{ params.n }}'}}\n"
        )
        self.serve()
        token = self.post("/api/v1/tokens", {"name": "test", "scope": "admin"}).json()["token"]
        run = self.post("/api/v1/pipelines/p/runs").json()["id"]
        self.ended(run)
        for _ in range(3):
            done = subprocess.run(
                [program, "run", f"http://127.0.0.1:{self.port}/api/v1/openapi.json", *LEFT_OUT]
                # As behind a proxy, where the token counts.
                + ["-H", f"Authorization: Bearer {token}", "-H", "X-Forwarded-For: 192.0.2.1"]
                # Not every text is a parameter, a time or an ETag that fits.
                + ["--exclude-checks", "positive_data_acceptance"]
                + ["--max-examples", "25", "--request-timeout", "10", "--no-color", "--workers", "2"],
                cwd=self.folder,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
            )
            # A mistake of Python 3.11's own parser (gh-106905), which its users cannot help.
            if "AST constructor recursion depth mismatch" not in done.stdout:
                break
        self.assertEqual(done.returncode, 0, done.stdout[-20000:] + done.stderr[-2000:])


if __name__ == "__main__":
    unittest.main()
