"""Programs under load: starting them, ending them, and what they take of the machine."""
import os
import re
import signal
import socket
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(pid):
    """A process and its descendants."""
    found = [pid]
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        for child in file.read().split():
            found += family(int(child))
    return found


def cpu_seconds(pid):
    """User and system time of a process and its descendants."""
    total = 0
    for member in family(pid):
        with open("/proc/%d/stat" % member) as file:
            fields = file.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_mib(pid):
    total = 0
    for member in family(pid):
        with open("/proc/%d/status" % member) as file:
            total += int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])
    return total / 1024


class Server:
    """One proxy, or the backend, as a running process."""

    def __init__(self, name, command, port, directory):
        self.name, self.port = name, port
        self.log = open(os.path.join(directory, name + ".log"), "wb")
        # The program is found from where the tool was started, not from its own directory.
        program = os.path.abspath(command[0]) if os.sep in command[0] else command[0]
        self.process = subprocess.Popen([program, *command[1:]], cwd=directory, stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.results = {}

    def wait_until_ready(self, limit=60):
        end = time.time() + limit
        while time.time() < end:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        with open(self.log.name, errors="replace") as log:
            sys.exit("compare: %s does not listen\n%s" % (self.name, log.read()[-2000:]))

    def note(self, what, value):
        self.results.setdefault(what, []).append(value)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def describe_machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    kernel = " ".join(os.uname()[:3:2])
    print("%s, %d cores, %s" % (model[1] if model else "unknown processor", os.cpu_count(), kernel))
