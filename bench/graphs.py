"""The same graph for Geartrain (pipeline.yaml) and for ninja (build.ninja)."""

from pathlib import Path


class Graph:
    """Nodes in topological order: name -> names before it. A node runs `true`, or makes a file."""

    def __init__(self, nodes, makes_files=False):
        self.nodes = nodes
        self.makes_files = makes_files

    def write_pipeline(self, folder):
        lines = ["name: bench", "steps:"]
        for number, (name, before) in enumerate(self.nodes.items()):
            lines += [f"  {name}:", *self.step_lines(number, before)]
        Path(folder, "pipeline.yaml").write_text("\n".join(lines) + "\n")
        Path(folder, "seed").write_text("seed\n")

    def step_lines(self, number, before):
        if not self.makes_files:
            yield '    run: ["true"]'
            if before:
                yield f"    needs: [{', '.join(before)}]"
            return
        # Each file has its own size, so no two steps are equal and none can share a result.
        yield f'    run: [truncate, -s, "{number}", "${{{{ outputs.file }}}}"]'
        yield "    outputs: {file: {path: file}}"
        yield "    code: [seed]"
        if before:
            inputs = [f'{name}: "${{{{ steps.{name}.outputs.file }}}}"' for name in before]
            yield f"    inputs: {{{', '.join(inputs)}}}"

    def write_ninja(self, folder):
        lines = ["rule true", "  command = true", "rule file", "  command = truncate -s $n $out"]
        rule = "file" if self.makes_files else "true"
        for number, (name, before) in enumerate(self.nodes.items()):
            after = [*before, "seed"] if self.makes_files else before
            lines.append(f"build {name}: {rule} {' '.join(after)}")
            lines.append(f"  n = {number}")
        Path(folder, "build.ninja").write_text("\n".join(lines) + "\n")
        Path(folder, "seed").write_text("seed\n")


def chain(length):
    return Graph({f"s{i}": [f"s{i - 1}"] if i else [] for i in range(length)})


def fan_out(width):
    middle = {f"m{i}": ["first"] for i in range(width)}
    return Graph({"first": []} | middle | {"last": list(middle)})


def layers(depth, width):
    """Files in `depth` layers; each needs the file above it and that one's neighbour."""
    nodes = {}
    for layer in range(depth):
        for i in range(width):
            above = {f"l{layer - 1}_{i}", f"l{layer - 1}_{(i + 1) % width}"} if layer else set()
            nodes[f"l{layer}_{i}"] = sorted(above)
    return Graph(nodes, makes_files=True)


def write_matrix_pipeline(folder, width):
    numbers = ", ".join(str(i) for i in range(width))
    text = f"""name: bench
steps:
  first: {{run: ["true"]}}
  middle:
    matrix: {{i: [{numbers}]}}
    needs: [first]
    run: ["true"]
  last: {{run: ["true"], needs: [middle]}}
"""
    Path(folder, "pipeline.yaml").write_text(text)
