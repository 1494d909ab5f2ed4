"""What a job of the test runner found."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    name: str
    passed: int = 0
    failed: int = 0
    skipped: list = field(default_factory=list)  # "test: reason"
    output: str = ""  # shown in full when something failed
