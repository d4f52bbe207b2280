#!/usr/bin/python3
"""toy_adapter.py FAULT: reads toys (toy.sh) at level 1, and does what FAULT says at the first request that is about a
case.

Canaries are answered rightly, so that a fault is met in the run.
"""

import json
import os
import signal
import subprocess
import sys
import time

fault = sys.argv[1]
requests = 0


def say(message: object) -> None:
    print(json.dumps(message), flush=True)


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def read(request: dict) -> dict:
    with open(request["image"], "rb") as file:
        image = file.read()
    if not image.startswith(b"TOY0"):
        return {"seq": request["seq"], "answer": "reject", "message": "no toy"}
    disk = image[4096:]
    if fault == "zeros" and disk.startswith(b"case"):
        disk = bytes(len(disk))
    with open(request["out"], "xb") as out:
        out.write(disk)
    return {"seq": request["seq"], "answer": "accept"}


def is_case(request: dict) -> bool:
    if "image" not in request:
        return False
    with open(request["image"], "rb") as file:
        return file.read(4100)[4096:] == b"case"


def answer(request: dict) -> None:
    right = read(request)
    number = request["seq"]
    if fault in ("honest", "zeros", "never-ends", "bye-with-status"):
        say(right)
    elif fault == "answers-twice":
        write(2 * (json.dumps(right) + "\n"))
    elif fault == "answers-again-later":
        say(right)
        time.sleep(0.1)
        say(right)
    elif fault == "answers-the-request-before":
        say({**right, "seq": number - 1})
    elif fault == "no-number":
        say({"answer": right["answer"]})
    elif fault == "number-as-text":
        say({**right, "seq": str(number)})
    elif fault == "not-json":
        write("accept\n")
    elif fault == "no-object":
        write(f"[{number}]\n")
    elif fault == "half-a-message":
        write(json.dumps(right)[:9] + "\n")
    elif fault == "half-a-line":
        write(json.dumps(right))
        time.sleep(60)
    elif fault == "half-a-line-and-dies":
        write(json.dumps(right))
        os._exit(3)
    elif fault == "oversized-line":
        write(json.dumps({**right, "message": "x" * (1 << 17)}) + "\n")
    elif fault == "endless-line":
        while True:
            write("x" * 4096)
    elif fault == "unknown-answer":
        say({**right, "answer": "fine"})
    elif fault == "unknown-key":
        say({**right, "verdict": "pass"})
    elif fault == "silent":
        time.sleep(60)
    elif fault == "silent-ignoring-sigterm":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    elif fault == "closes-its-output":
        os.close(1)
        time.sleep(60)
    elif fault == "exits":
        sys.exit(0)
    elif fault == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif fault == "answers-and-dies":
        say(right)
        os._exit(1)
    elif fault == "child-left-behind":
        subprocess.Popen(["sleep", "600"])
        say(right)
    elif fault == "no-output":
        if os.path.exists(request["out"]):
            os.unlink(request["out"])
        say({**right, "answer": "accept"})
    elif fault == "flood":
        with open(request["out"], "ab") as out:
            while True:
                out.write(bytes(1 << 20))
    elif fault == "chatters":
        print("noise " * 100000, file=sys.stderr, flush=True)
        say(right)
    elif fault == "writes-to-image":
        with open(request["image"], "ab") as image:
            image.write(b"!")
        say(right)
    elif fault.startswith("dies-after-"):
        if requests > int(fault.removeprefix("dies-after-")):
            os._exit(7)
        say(right)
    else:
        sys.exit(f"no fault {fault}")


HELLO = {"protocol": 1, "name": "toy", "version": "1", "operations": ["read"]}
if fault == "other-protocol":
    HELLO["protocol"] = 2
if fault == "no-name":
    del HELLO["name"]
if fault == "dies-at-once":
    sys.exit(5)
if fault == "speaks-first":
    write("welcome\n")
    time.sleep(0.2)

for line in sys.stdin:
    request = json.loads(line)
    if request["op"] == "hello":
        say({"seq": request["seq"], **HELLO})
    elif request["op"] == "bye":
        if fault == "never-ends":
            time.sleep(60)
        say({"seq": request["seq"]})
        if fault == "bye-with-status":
            sys.exit(1)
        break
    elif is_case(request):
        requests += 1
        answer(request)
    else:
        say(read(request))
