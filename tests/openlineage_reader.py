"""Reads OpenLineage events, a JSON list on standard input, with the classes of openlineage-python.

They take no member that the spec does not know, miss none that it requires, and check identifiers and
times. What they make of the events is printed as their own client would send it.
"""

import importlib
import json
import pkgutil
import sys
import typing

import attr
from openlineage.client import generated
from openlineage.client.generated import base
from openlineage.client.serde import Serde


def facet_classes():
    """By the name that a facet's `_schemaURL` ends with."""
    found = {}
    for module in pkgutil.iter_modules(generated.__path__):
        for name, one in vars(importlib.import_module(f"{generated.__name__}.{module.name}")).items():
            if isinstance(one, type) and attr.has(one):
                found[name] = one
    return found


FACETS = facet_classes()


def read(kind, shape):
    """An object of the class, and of the classes of its members."""
    names = {}
    for one in reversed(kind.__mro__):
        names |= vars(sys.modules[one.__module__])
    hints = typing.get_type_hints(kind, names)
    members = {}
    for name, value in shape.items():
        if name in ("schemaURL", "_schemaURL"):
            continue
        classes = [one for one in typing.get_args(hints.get(name)) or [hints.get(name)] if attr.has(one or int)]
        if name == "facets":
            value = {key: read_facet(facet) for key, facet in value.items()}
        elif classes and isinstance(value, dict):
            value = read(classes[0], value)
        members[name.removeprefix("_")] = value
    return kind(**members)


def read_facet(shape):
    name = shape["_schemaURL"].rsplit("/", 1)[1]
    assert shape["_schemaURL"].split("#")[0].endswith(f"/{name}.json"), shape["_schemaURL"]
    return read(FACETS[name], shape)


def read_event(shape):
    rest = dict(shape)
    assert rest["schemaURL"] == base.RunEvent._get_schema(), rest["schemaURL"]
    rest["run"] = read(base.Run, shape["run"])
    rest["job"] = read(base.Job, shape["job"])
    rest["eventType"] = base.EventType(shape["eventType"])
    rest["inputs"] = [read(base.InputDataset, one) for one in shape["inputs"]]
    rest["outputs"] = [read(base.OutputDataset, one) for one in shape["outputs"]]
    del rest["schemaURL"]
    return base.RunEvent(**rest)


if __name__ == "__main__":
    events = [read_event(one) for one in json.load(sys.stdin)]
    print(json.dumps([json.loads(Serde.to_json(one)) for one in events]))
