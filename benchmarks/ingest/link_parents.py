"""What a script would do with Jaeger JSON: load it, resolve services, link parents.

Prints the seconds from the file to the linked spans, and how many were linked; the
interpreter's start is not counted.
"""

import json
import sys
import time


def link(document):
    linked = 0
    for trace in document["data"]:
        services = {key: value["serviceName"] for key, value in trace["processes"].items()}
        spans = {}
        for span in trace["spans"]:
            span["service"] = services.get(span["processID"], "")
            span["children"] = []
            spans[span["spanID"]] = span
        for span in trace["spans"]:
            for reference in span["references"]:
                parent = spans.get(reference["spanID"])
                if parent is not None:
                    parent["children"].append(span)
                    break
            linked += 1
    return linked


def main():
    begin = time.perf_counter()
    with open(sys.argv[1], encoding="utf-8") as file:
        linked = link(json.loads(file.read()))
    print(time.perf_counter() - begin, linked)


main()
