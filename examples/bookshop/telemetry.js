// OpenTelemetry for one service: spans for incoming and outgoing HTTP, W3C propagation (traceparent,
// tracestate, baggage), export over OTLP/gRPC. Must be started before node:http is loaded.
//
// Only the parts of the SDK that are needed are loaded: fifteen services start at once.
'use strict';

const { NodeTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-node');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');

// Short, so that the spans of a run arrive while somebody still waits for them.
const EXPORT_DELAY_MS = 50;

function processors() {
  // Without a collector nothing is exported, so nothing is retried or logged; the context is propagated all the same.
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) return [];
  const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-grpc');
  return [
    new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: 2000 }), {
      scheduledDelayMillis: EXPORT_DELAY_MS,
    }),
  ];
}

// Readiness polls and resets from outside are no part of any trace.
function isHousekeeping(request) {
  const path = request.url.split('?', 1)[0];
  return !request.headers.traceparent && (path === '/health' || path === '/reset');
}

/** Starts it; returns a function that exports what is waiting to be exported. */
function startTelemetry(serviceName) {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: processors(),
  });
  provider.register();
  registerInstrumentations({
    instrumentations: [new HttpInstrumentation({ ignoreIncomingRequestHook: isHousekeeping })],
  });
  return () => provider.forceFlush().catch(() => undefined); // no collector: nothing is lost that anybody waits for
}

module.exports = { startTelemetry };
