"""What the documents point at is there."""

import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def documents():
    found = list(ROOT.glob("*.md"))
    for folder in ["docs", "examples", "bench"]:
        found += ROOT.glob(f"{folder}/**/*.md")
    return [path for path in found if ".geartrain" not in path.parts]


def heading_anchors(text):
    headings = re.findall(r"^#+ +(.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", one).strip().lower().replace(" ", "-") for one in headings}


def problems_of(document, text):
    for target in LINK.findall(re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists():
            yield f"{document.name}: {target} does not exist"
        elif anchor and file.suffix == ".md":
            other = text if file == document else file.read_text()
            if anchor not in heading_anchors(other):
                yield f"{document.name}: {target} names no heading"


class DocumentsTest(unittest.TestCase):
    def test_links_lead_somewhere(self):
        found = []
        for document in documents():
            found += problems_of(document, document.read_text())
        self.assertEqual(found, [])

    def test_a_dead_link_is_found(self):
        text = "# A part\n[a](gone.md) [b](#a-part) [c](#no-part) [d](https://example.org) `[e](f)`\n"
        found = list(problems_of(ROOT / "README.md", text))
        dead = ["README.md: gone.md does not exist", "README.md: #no-part names no heading"]
        self.assertEqual(found, dead)

    def test_every_command_of_dev_has_a_line_of_help(self):
        text = (ROOT / "dev").read_text()
        told = set(re.findall(r"^#: ([a-z-]+)", text, re.M))
        known = set()
        for names in re.findall(r"^  ([a-z| -]+)\) ", text.split('case ${1:-} in')[1], re.M):
            known |= {name.strip() for name in names.split("|")}
        self.assertEqual(told, known - {"help", "-h", "--help"})
        shown = subprocess.run([ROOT / "dev"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(len(shown.splitlines()), len(told) + 1)


if __name__ == "__main__":
    unittest.main()
