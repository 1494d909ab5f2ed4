"""One bash that goes on from command to command, as a reader of a guide has it."""

import os
import select
import subprocess
import time

SECONDS_MAX = 120


class Shell:
    """Runs in a golden `Folder`, which also ends what is left of it."""

    def __init__(self, folder):
        self.folder, self.count, self.exit_code = folder, 0, 0
        self.here = folder.project  # where the shell stands
        self.told, self.tell = os.pipe()
        self.process = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder.project,
            env=folder.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[self.tell],
            start_new_session=True,
            text=True,
        )

    def run(self, command):
        """Returns the printed lines; `exit_code` and `here` are those after the command."""
        self.count += 1
        script = os.path.join(self.folder.root, f"command-{self.count}")
        output = os.path.join(self.folder.root, f"printed-{self.count}")
        with open(script, "w", encoding="utf-8") as file:
            file.write(command + "\n")
        self.process.stdin.write(
            f"(exit {self.exit_code}); . {script} </dev/null >{output} 2>&1 {self.tell}>&-\n"
            f'printf "%d %s\\n" $? "$PWD" >&{self.tell}\n'
        )
        self.process.stdin.flush()
        note = self.wait()
        with open(output, encoding="utf-8", errors="backslashreplace") as file:
            return self.folder.lines_of(file.read() + note)

    def wait(self):
        """Until the command has told how it ended; else returns what went wrong."""
        deadline = time.monotonic() + SECONDS_MAX
        while not select.select([self.told], [], [], 0.5)[0]:
            if self.process.poll() is not None:
                return "\n(the command ended the shell)"
            if time.monotonic() > deadline:
                return f"\n(still ran after {SECONDS_MAX} s)"
        line = os.read(self.told, 4096).decode().rstrip("\n")
        code, self.here = line.split(" ", 1)
        self.exit_code = int(code)
        return ""

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        os.close(self.told)
        os.close(self.tell)
