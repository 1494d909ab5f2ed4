"""./dev installs packages only where they are missing, and says what to do when it cannot."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ["bash", "dirname", "env", "readlink", "nproc", "sed", "cat"]


class InstallTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tools = Path(folder.name)
        self.log = self.tools / "log"
        for name in TOOLS:
            found = subprocess.run(["which", name], capture_output=True, text=True, check=True)
            (self.tools / name).symlink_to(found.stdout.strip())
        self.tool("id", "echo 0")
        self.tool("dpkg-query", "exit 1")
        self.tool("apt-get", f'echo "apt-get $*" >>{self.log}')

    def tool(self, name, script):
        path = self.tools / name
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def install(self):
        environment = dict(os.environ, PATH=str(self.tools))
        return subprocess.run(
            [ROOT / "dev", "install-packages"], env=environment, capture_output=True, text=True
        )

    def calls(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def test_root_updates_and_installs_what_is_missing(self):
        installed = "shift 3; for name; do case $name in ccache) echo $name not-installed;;"
        self.tool("dpkg-query", f"{installed} shellcheck) ;; *) echo $name installed;; esac; done")
        done = self.install()
        self.assertEqual(done.returncode, 0, done.stderr)
        update, install = self.calls()
        self.assertRegex(update, " update$")
        self.assertRegex(install, "-y --no-install-recommends ccache shellcheck$")

    def test_nothing_happens_when_nothing_is_missing(self):
        self.tool("dpkg-query", 'shift 3; for name; do echo "$name installed"; done')
        self.assertEqual((self.install().returncode, self.calls()), (0, []))

    def test_a_plain_user_takes_sudo(self):
        self.tool("id", "echo 1000")
        self.tool("sudo", f'echo "sudo $*" >>{self.log}')
        self.assertEqual(self.install().returncode, 0)
        for call in self.calls():
            self.assertTrue(call.startswith("sudo env DEBIAN_FRONTEND=noninteractive apt-get"), call)
        self.assertEqual(len(self.calls()), 2)

    def test_without_root_and_sudo_it_says_what_is_missing_and_what_to_do(self):
        self.tool("id", "echo 1000")
        done = self.install()
        self.assertEqual((done.returncode, self.calls()), (1, []))
        self.assertIn("these packages are missing: g++ cmake", done.stderr)
        self.assertIn("as root, or install sudo", done.stderr)

    def test_a_failed_install_fails(self):
        self.tool("apt-get", "exit 100")
        done = self.install()
        self.assertEqual(done.returncode, 1)
        self.assertIn("could not install: g++", done.stderr)


class CommandTest(unittest.TestCase):
    def test_an_unknown_command_lists_those_that_there_are(self):
        done = subprocess.run([ROOT / "dev", "dmeo"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no command 'dmeo'", done.stderr)
        self.assertIn("  demo ", done.stderr)

    def test_packages_stand_once_and_in_a_section(self):
        lines = (ROOT / "packages.txt").read_text().splitlines()
        words = [line.split()[0] for line in lines if line and not line.startswith("#")]
        self.assertEqual(words[0], "[build]")
        self.assertEqual(len(words), len(set(words)))
        for word in words:
            self.assertRegex(word, re.compile(r"^(\[(build|test|bench|fuzz)\]|[a-z0-9][a-z0-9.+-]+)$"))


if __name__ == "__main__":
    unittest.main()
