"""Tables in Markdown, and their place in docs/benchmarks.md."""

import re
from dataclasses import dataclass

from compare import MEASURES
from measure import in_words

OWN_HEADER = "| what | Geartrain | peer | found | at most |\n|---|---:|---:|---:|---:|"


@dataclass
class Bounds:
    """Of one row. `ninja` and `history` are ratios, `seconds` counts alone."""

    ninja: float | None = None
    history: float | None = 1.0
    seconds: float | None = None

    def in_words(self):
        parts = [f"{self.ninja:g}× ninja"] if self.ninja else []
        parts += [f"{self.history:g}× °"] if self.history else []
        parts += [in_words(self.seconds)] if self.seconds else []
        return ", ".join(parts)

    def missed(self, ours, ninja, history):
        pairs = [(self.ninja, ninja), (self.history, history)]
        if any(most and peer and ours > most * peer for most, peer in pairs):
            return True
        return bool(self.seconds) and ours >= self.seconds


def bounds_of(key, measure):
    if measure == "first run":
        return Bounds(ninja=1.5)
    if measure == "no-op" and key == "fan-out":
        return Bounds(seconds=0.020)
    return Bounds()


def peers_header(peers):
    names = [peer.name + (" °" if peer.keeps_history and peer is not peers[0] else "") for peer in peers]
    cells = ["work", "", *names, "÷ ninja", "÷ best °", "at most"]
    return f"| {' | '.join(cells)} |\n|---|---|{'---:|' * (len(cells) - 2)}"


def peers_rows(key, work, table, peers):
    """A row for each measure; our cell is bold where a bound is missed."""
    for measure in MEASURES:
        cells = table[measure]
        ours, ninja = cells[peers[0].name], cells.get("ninja")
        history = [cells[peer.name] for peer in peers[1:] if peer.keeps_history]
        best = min((one for one in history if isinstance(one, float)), default=None)
        ninja = ninja if isinstance(ninja, float) else None
        bounds = bounds_of(key, measure)
        texts = [shown(cells[peer.name]) for peer in peers]
        if not isinstance(ours, float) or bounds.missed(ours, ninja, best):
            texts[0] = f"**{texts[0]}**"
        again = f" ({len(work.concerned(work.changed)):,} of {len(work):,} steps)"
        title = measure + (again if measure == "one changed file" else "")
        yield [work.title, title, *texts, ratio(ours, ninja), ratio(ours, best), bounds.in_words()]


def shown(cell):
    return in_words(cell) if isinstance(cell, float) else cell


def ratio(ours, theirs):
    if not isinstance(ours, float) or theirs is None:
        return ""
    found = ours / theirs
    return f"{found:.2f}×" if found >= 0.1 else f"{found:.3f}×"


def line(cells):
    return f"| {' | '.join(cell.strip() for cell in cells)} |"


def replace_block(text, name, block):
    """The text with what stands between `<!-- bench: NAME -->` and `<!-- end -->` replaced."""
    pattern = re.compile(rf"(<!-- bench: {name} -->\n).*?(<!-- end -->)", re.S)
    if not pattern.search(text):
        raise ValueError(f"there is no place for the block {name}")
    return pattern.sub(lambda found: found[1] + block.strip() + "\n" + found[2], text)
