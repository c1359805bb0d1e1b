"""Runs a command in a network of its own in which there is nothing but loopback: ``python tests/alone.py pytest -m ray``.

What it runs reaches nobody, and nobody reaches it. Linux only; without root it needs user namespaces.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys

CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def is_alone() -> bool:
    """Whether this process has no network but loopback."""
    return [name for _, name in socket.if_nameindex()] == ["lo"]


def leave_the_network() -> None:
    """Have a network of one's own, and loopback up in it."""
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET | (CLONE_NEWUSER if user else 0)):
        sys.exit(f"no network of one's own can be had here: {os.strerror(ctypes.get_errno())}")
    if user:
        for file, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{file}", "w", encoding="ascii") as told:
                told.write(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


if __name__ == "__main__":
    leave_the_network()
    os.execvp(sys.argv[1], sys.argv[1:])
