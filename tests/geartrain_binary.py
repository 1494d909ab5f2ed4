"""For tests of the whole: the binary that $GEARTRAIN names."""

import os
import unittest


def path():
    binary = os.environ.get("GEARTRAIN", "")
    if not os.access(binary, os.X_OK):
        raise unittest.SkipTest("this build has no binary geartrain")
    return os.path.abspath(binary)
