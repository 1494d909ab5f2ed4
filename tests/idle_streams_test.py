"""A great many clients that only listen."""

import contextlib
import resource
import selectors
import socket
import unittest

from api_client import ApiCase

STREAMS = 10_000
# Of the server, beside its connections.
OTHER_FILES = 200


def raised_limit():
    """How many files this process, and what it starts, may have open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = STREAMS + OTHER_FILES
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard == resource.RLIM_INFINITY else min(hard, 65536), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= wanted


class IdleStreamsTest(ApiCase):
    def open_stream(self):
        stream = socket.create_connection(("127.0.0.1", self.port))
        stream.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % self.port)
        return stream

    def resident_bytes(self, process):
        with open(f"/proc/{process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))

    def await_words(self, streams, words):
        """Until each has said them."""
        waiting = selectors.DefaultSelector()
        said = {}
        for one in streams:
            one.setblocking(False)
            said[one] = b""
            waiting.register(one, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(timeout=120)
            self.assertTrue(ready, f"{len(waiting.get_map())} streams say nothing")
            for key, _ in ready:
                part = key.fileobj.recv(65536)
                self.assertTrue(part, f"a stream was closed that has said {said[key.fileobj]}")
                said[key.fileobj] += part
                if words in said[key.fileobj]:
                    waiting.unregister(key.fileobj)

    def test_ten_thousand_idle_listeners_disturb_nobody(self):
        if not raised_limit():
            raise unittest.SkipTest(f"this machine lets a process have no {STREAMS} connections (ulimit -Hn)")
        self.pipeline("name: hello\nsteps: {greet: {run: echo hello}}\n")
        server = self.serve()
        self.ended(self.post("/api/v1/pipelines/hello/runs").json()["id"])
        before = self.resident_bytes(server)
        with contextlib.ExitStack() as stack:
            streams = [stack.enter_context(self.open_stream()) for _ in range(STREAMS)]
            self.await_words(streams, b"200 OK")
            each = (self.resident_bytes(server) - before) / STREAMS
            # With sanitizers; it is less than the kernel's own buffers of a connection.
            self.assertLess(each, 64 << 10)
            self.assertEqual(self.get("/health").status, 200)
            self.assertEqual(self.post("/api/v1/pipelines/hello/runs").status, 201)
            self.await_words(streams, b'"state":"succeeded"')
        self.assertEqual(self.ended("hello/2")["state"], "succeeded")


if __name__ == "__main__":
    unittest.main()
