"""Stands between an editor and a language server and writes down every message: record.py LOG SERVER [ARGUMENT ...].

Bytes are passed on as they come; LOG gets one JSON object a line. Leaves with the server's exit status.
"""
import json
import subprocess
import sys
import threading


class Frames:
    """Finds the messages in a stream of bytes, each with its header."""

    def __init__(self):
        self.buffer = b""

    def feed(self, piece):
        self.buffer += piece
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            lengths = [line for line in self.buffer[:end].split(b"\r\n") if line.lower().startswith(b"content-length:")]
            total = end + 4 + int(lengths[0].split(b":")[1])
            if len(self.buffer) < total:
                return
            yield json.loads(self.buffer[end + 4:total])
            self.buffer = self.buffer[total:]


def copy(who, source, target, log, lock):
    """Writes down messages, then passes them on, so that no answer is written down before its question."""
    frames = Frames()
    try:
        while piece := source.read1(1 << 16):
            for message in frames.feed(piece):
                with lock:
                    log.write(json.dumps({"from": who, "message": message}) + "\n")
                    log.flush()
            target.write(piece)
            target.flush()
        target.close()
    except BrokenPipeError:
        pass


def main():
    server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lock = threading.Lock()
    with open(sys.argv[1], "a", encoding="utf8") as log:
        upwards = threading.Thread(target=copy, args=("client", sys.stdin.buffer, server.stdin, log, lock), daemon=True)
        upwards.start()
        copy("server", server.stdout, sys.stdout.buffer, log, lock)
        sys.exit(server.wait())


if __name__ == "__main__":
    main()
