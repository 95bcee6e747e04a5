"""Answers each JSON line of standard input with one of the handler's answers on standard output."""

import json
import sys


def serve(handlers):
    """handlers: what the question's "do" names, to a function of the question."""
    for line in sys.stdin:
        question = json.loads(line)
        answer = handlers[question["do"]](question)
        print(json.dumps(answer if answer is not None else {}), flush=True)
