"""Stands between an editor and a language server and writes down every message: record.py LOG SERVER [ARGUMENT ...].

Bytes are passed on as they come; LOG gets one JSON object a line. Leaves with the server's exit status.
"""
import json
import subprocess
import sys
import threading


def frames(read):
    """The messages in a stream of bytes, each with its header."""
    buffer = b""
    while True:
        end = buffer.find(b"\r\n\r\n")
        if end >= 0:
            lengths = [line for line in buffer[:end].split(b"\r\n") if line.lower().startswith(b"content-length:")]
            total = end + 4 + int(lengths[0].split(b":")[1])
            if len(buffer) >= total:
                yield json.loads(buffer[end + 4:total])
                buffer = buffer[total:]
                continue
        piece = read()
        if not piece:
            return
        buffer += piece


def copy(who, source, target, log, lock):
    """Passes bytes on, and writes down the messages in them."""
    def read():
        piece = source.read1(1 << 16)
        if piece:
            try:
                target.write(piece)
                target.flush()
            except BrokenPipeError:
                return b""
        return piece

    for message in frames(read):
        with lock:
            log.write(json.dumps({"from": who, "message": message}) + "\n")
            log.flush()
    try:
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
