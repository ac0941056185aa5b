#!/usr/bin/env python3
"""Writes a recording in OTLP/JSON lines (record.js) in every format that cutset reads.

    traces/convert.py FOLDER < otlp.jsonl      writes FOLDER/otlp.jsonl.zst, FOLDER/jaeger.json, ...

All but the first hold five of the traces: the first, the last without a failure, and one of each kind of failure.
What a format cannot say (status and kind in CSV) is lost, nothing is made up. The same input gives the same bytes.
"""
import base64
import collections
import csv
import gzip
import io
import json
import pathlib
import struct
import subprocess
import sys

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


def value_of(value):
    """An AnyValue as (type, Python value)."""
    if "stringValue" in value:
        return "string", value["stringValue"]
    if "intValue" in value:
        return "int64", int(value["intValue"])
    if "boolValue" in value:
        return "bool", value["boolValue"]
    if "doubleValue" in value:
        return "float64", value["doubleValue"]
    return "string", ""


class Span:
    def __init__(self, service, raw):
        self.service = service
        self.raw = raw
        self.trace = raw["traceId"]
        self.id = raw["spanId"]
        self.parent = raw.get("parentSpanId") or ""
        self.name = raw["name"]
        self.kind = KINDS[raw.get("kind", 1)]
        self.start = int(raw["startTimeUnixNano"])
        self.end = int(raw["endTimeUnixNano"])
        self.failed = raw.get("status", {}).get("code", 0) == 2
        self.tags = [(a["key"], *value_of(a["value"])) for a in raw.get("attributes", [])]


def read(lines):
    spans = []
    for line in lines:
        for resource in json.loads(line)["resourceSpans"]:
            attributes = {a["key"]: value_of(a["value"])[1] for a in resource["resource"]["attributes"]}
            for scope in resource["scopeSpans"]:
                spans += [Span(attributes["service.name"], raw) for raw in scope["spans"]]
    return spans


def by_trace(spans):
    traces = collections.OrderedDict()
    for span in sorted(spans, key=lambda span: (span.start, span.id)):
        traces.setdefault(span.trace, []).append(span)
    return traces


def some(traces):
    whole = [trace for trace, spans in traces.items() if not any(span.failed for span in spans)]
    chosen = {whole[0], whole[-1]}
    seen = set()
    for trace, spans in traces.items():
        failures = frozenset(value for span in spans if span.failed for key, _, value in span.tags if key == "http.url")
        if failures and failures not in seen:
            seen.add(failures)
            chosen.add(trace)
    return collections.OrderedDict((trace, spans) for trace, spans in traces.items() if trace in chosen)


def resource_spans(spans, scope="scopeSpans"):
    services = collections.OrderedDict()
    for span in spans:
        services.setdefault(span.service, []).append(span.raw)
    return [
        {"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}, scope: [{"spans": raw}]}
        for service, raw in services.items()
    ]


def base64_ids(value, names):
    """Ids in base64 and, if wanted, enums by name: what a plain proto3 JSON writer makes of OTLP."""
    if isinstance(value, list):
        return [base64_ids(part, names) for part in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, part in value.items():
        if key in ("traceId", "spanId", "parentSpanId"):
            result[key] = base64.b64encode(bytes.fromhex(part)).decode()
        elif names and key == "kind":
            result[key] = "SPAN_KIND_" + KINDS[part].upper()
        elif names and key == "code":
            result[key] = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"][part]
        else:
            result[key] = base64_ids(part, names)
    return result


# Protobuf's wire format: a varint key (field number and type), then a varint, 8 bytes, or a length and bytes.
def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content) if content else b""
    if isinstance(content, str):
        content = content.encode()
    return varint(number << 3 | 2) + varint(len(content)) + content


def fixed64(number, content):
    return varint(number << 3 | 1) + struct.pack("<Q", content)


def wire_attribute(key, kind, value):
    if kind == "string":
        any_value = field(1, value)
    elif kind == "bool":
        any_value = varint(2 << 3) + varint(int(value))
    elif kind == "int64":
        any_value = varint(3 << 3) + varint(value)
    else:
        any_value = varint(4 << 3 | 1) + struct.pack("<d", value)
    return field(1, key) + field(2, any_value)


def wire_span(span):
    out = field(1, bytes.fromhex(span.trace)) + field(2, bytes.fromhex(span.id))
    if span.parent:
        out += field(4, bytes.fromhex(span.parent))
    out += field(5, span.name) + field(6, span.raw.get("kind", 1))
    out += fixed64(7, span.start) + fixed64(8, span.end)
    out += b"".join(field(9, wire_attribute(*tag)) for tag in span.tags)
    return out + field(15, field(3, 2 if span.failed else 0))


def wire(spans):
    services = collections.OrderedDict()
    for span in spans:
        services.setdefault(span.service, []).append(span)
    out = b""
    for service, members in services.items():
        resource = field(1, wire_attribute("service.name", "string", service))
        out += field(1, field(1, resource) + field(2, b"".join(field(2, wire_span(span)) for span in members)))
    return out


def jaeger_trace(trace, spans):
    processes = {service: f"p{number}" for number, service in enumerate(sorted({span.service for span in spans}), 1)}

    def tag(key, kind, value):
        return {"key": key, "type": kind, "value": value}

    def span_of(span):
        tags = [tag(*each) for each in span.tags] + [tag("span.kind", "string", span.kind)]
        if span.failed:
            tags.append(tag("error", "bool", True))
        parent = [{"refType": "CHILD_OF", "traceID": span.trace, "spanID": span.parent}] if span.parent else []
        return {
            "traceID": trace, "spanID": span.id, "operationName": span.name, "references": parent,
            "startTime": span.start // 1000, "duration": span.end // 1000 - span.start // 1000, "tags": tags, "logs": [],
            "processID": processes[span.service], "warnings": None,
        }  # fmt: skip

    names = {number: {"serviceName": service, "tags": []} for service, number in processes.items()}
    return {"traceID": trace, "spans": [span_of(span) for span in spans], "processes": names, "warnings": None}


def zipkin(spans, shared):
    """`shared`: as B3 does it, a server takes the span id of its client."""
    clients = {span.id: span for span in spans if span.kind == "client"}
    joined = {span.id: span.parent for span in spans if shared and span.kind == "server" and span.parent in clients}
    result = []
    for span in spans:
        record = {"traceId": span.trace, "id": joined.get(span.id, span.id), "name": span.name.lower()}
        parent = clients[span.parent].parent if span.id in joined else joined.get(span.parent, span.parent)
        if parent:
            record["parentId"] = parent
        if span.kind != "internal":
            record["kind"] = span.kind.upper()
        record["timestamp"] = span.start // 1000
        record["duration"] = max(1, (span.end - span.start) // 1000)
        record["localEndpoint"] = {"serviceName": span.service}
        if span.id in joined:
            record["shared"] = True
        record["tags"] = {key: str(value) for key, _, value in span.tags}
        if span.failed:
            record["tags"]["error"] = "true"
        result.append(record)
    return result


def zipkin_v1(spans):
    """A call is one record with the four times of its two sides."""
    servers = {span.parent: span for span in spans if span.kind == "server" and span.parent}
    merged = {span.id: parent for parent, span in servers.items()}
    result = []
    for span in spans:
        if span.id in merged:
            continue
        client = span if span.kind == "client" else None
        server = servers.get(span.id) if client else span
        annotations = []
        for side, names in ((client, ("cs", "cr")), (server, ("sr", "ss"))):
            if side:
                for name, time in zip(names, (side.start, side.end)):
                    annotations.append({"timestamp": time // 1000, "value": name, "endpoint": {"serviceName": side.service}})
        binary = [{"key": key, "value": str(value), "endpoint": {"serviceName": span.service}} for key, _, value in span.tags]
        if span.failed or (server and server.failed):
            binary.append({"key": "error", "value": "true", "endpoint": {"serviceName": span.service}})
        record = {"traceId": span.trace, "id": span.id, "name": span.name.lower()}
        parent = merged.get(span.parent, span.parent)
        if parent:
            record["parentId"] = parent
        record.update(timestamp=span.start // 1000, duration=max(1, (span.end - span.start) // 1000))
        result.append({**record, "annotations": annotations, "binaryAnnotations": binary})
    return result


def target_of(span):
    tags = {key: value for key, _, value in span.tags}
    return f"{tags.get('http.method', span.name)} {tags.get('http.target', '')}".strip()


def nezha(traces):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow("TraceID SpanID ParentID PodName OperationName StartTimeUnixNano EndTimeUnixNano Duration".split())
    for spans in traces.values():
        for span in spans:
            pod = f"{span.service}-5d4f8c7b9-x2k7p"
            duration = (span.end - span.start) // 1000
            writer.writerow([span.trace, span.id, span.parent or "root", pod, target_of(span), span.start, span.end, duration])
    return out.getvalue()


def alibaba(traces, year):
    """Each call twice: rt > 0 by the caller, rt < 0 by the callee. rpcid is the path of the call."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if year == 2021:
        writer.writerow("timestamp traceid rpcid um rpctype interface dm rt".split())
    else:
        writer.writerow("timestamp traceid service rpc_id um uminstanceid rpctype interface dm dminstanceid rt".split())
    for trace, spans in traces.items():
        children = collections.defaultdict(list)
        for span in spans:
            children[span.parent].append(span)

        def write(span, path, um, dm, rt):
            time = span.start // 1_000_000
            if year == 2021:
                writer.writerow([time, trace, path, um, "http", target_of(span), dm, rt])
            else:
                writer.writerow([time, trace, "S_1", path, um, "", "http", target_of(span), dm, "", rt])

        def call(span, path, um):
            rt = max(1, (span.end - span.start) // 1_000_000)
            server = span if span.kind == "server" else next(iter(children[span.id]), None)
            if span.kind == "client":
                write(span, path, um, server.service if server else "(?)", rt)
            if server:
                write(server, path, um or "(?)", server.service, -rt)
                for number, child in enumerate(sorted(children[server.id], key=lambda each: each.start), 1):
                    call(child, f"{path}.{number}", server.service)

        for root in children[""]:
            call(root, "0", root.service if root.kind == "client" else "")
    return out.getvalue()


def prov(traces):
    document = {"prefix": {"ex": "urn:example:"}, "activity": {}, "agent": {}, "wasAssociatedWith": {}, "wasInformedBy": {}, "bundle": {}}
    from datetime import datetime, timezone

    def time(nanoseconds):
        seconds = datetime.fromtimestamp(nanoseconds // 10**9, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{seconds}.{nanoseconds % 10**9 // 1000:06d}Z"

    for trace, spans in traces.items():
        bundle = {"activity": {}, "agent": {}, "wasAssociatedWith": {}, "wasInformedBy": {}}
        for span in spans:
            bundle["activity"][f"ex:{span.id}"] = {
                "prov:startTime": time(span.start), "prov:endTime": time(span.end), "prov:label": target_of(span),
            }  # fmt: skip
            bundle["agent"][f"ex:{span.service}"] = {}
            bundle["wasAssociatedWith"][f"_:a{span.id}"] = {"prov:activity": f"ex:{span.id}", "prov:agent": f"ex:{span.service}"}
            if span.parent:
                bundle["wasInformedBy"][f"_:i{span.id}"] = {"prov:informed": f"ex:{span.id}", "prov:informant": f"ex:{span.parent}"}
        document["bundle"][f"ex:{trace}"] = bundle
    return {key: part for key, part in document.items() if part}


def dump(value):
    return json.dumps(value, separators=(",", ":")) + "\n"


def zstd(content):
    return subprocess.run(["zstd", "-19", "-q", "-c"], input=content, stdout=subprocess.PIPE, check=True).stdout


def gz(content):
    return gzip.compress(content, mtime=0)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    recording = sys.stdin.read()
    traces = some(by_trace(read(recording.splitlines())))
    spans = [span for members in traces.values() for span in members]
    halves = [spans[::2], spans[1::2]]
    files = {
        "otlp.jsonl.zst": zstd(recording.encode()),
        "otlp.json": dump({"resourceSpans": resource_spans(spans)}),
        "otlp-tempo-batches.json": dump({"batches": base64_ids(resource_spans(spans, "instrumentationLibrarySpans"), True)}),
        "otlp-base64.json": dump({"resourceSpans": base64_ids(resource_spans(spans), False)}),
        "otlp-enum-names.json.gz": gz(dump({"resourceSpans": base64_ids(resource_spans(spans), True)}).encode()),
        "otlp.binpb.gz": gz(wire(spans)),
        "otlp-framed.binpb.zst": zstd(b"".join(struct.pack(">I", len(part)) + part for part in map(wire, halves))),
        "jaeger.json.gz": gz(dump({"data": [jaeger_trace(*item) for item in traces.items()], "total": 0}).encode()),
        "jaeger-one-trace.json": dump(jaeger_trace(*next(iter(traces.items())))),
        "zipkin-v2.json.gz": gz(dump(zipkin(spans, False)).encode()),
        "zipkin-v2-shared.json": dump(zipkin(spans, True)),
        "zipkin-v2-lists.json.gz": gz(dump([zipkin(members, False) for members in traces.values()]).encode()),
        "zipkin-v1.json.gz": gz(dump(zipkin_v1(spans)).encode()),
        "nezha.csv": nezha(traces),
        "alibaba-v2021.csv": alibaba(traces, 2021),
        "alibaba-v2022.csv": alibaba(traces, 2022),
        "prov.json.gz": gz(dump(prov(traces)).encode()),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
