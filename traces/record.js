// Records traces of examples/bookshop as OTLP/JSON lines, one line an export:
//   node traces/record.js > traces/bookshop/otlp.jsonl
// Needs `npm ci` in examples/bookshop. traces/convert.py writes the other formats from it.
//
// Twenty orders with everything up; then five each while a service is down: north (fail-over to south),
// extras (a default instead), store (the replica answers). Ids and times differ in each recording.
'use strict';

const { spawn } = require('node:child_process');
const http = require('node:http');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const SHOP = path.join(ROOT, 'examples', 'bookshop');
const modules = (name) => require(path.join(SHOP, 'node_modules', name));
const grpc = modules('@grpc/grpc-js');
const loader = modules('@grpc/proto-loader');
const { SERVICES, ORDER, scriptOf, environmentOf } = require(path.join(SHOP, 'topology.js'));

const FIRST_PORT = 7300;
const EXPORTED_MS = 500; // the last spans are on their way for up to 50 ms and a round trip
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Bytes as hex and the rest as OTLP/JSON writes it. */
function toJson(value) {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map(toJson);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toJson(part)]));
}

function collector(onExport) {
  const definition = loader.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto', {
    includeDirs: [path.join(ROOT, 'src', 'proto')],
    longs: String,
    enums: Number,
  });
  const service = grpc.loadPackageDefinition(definition).opentelemetry.proto.collector.trace.v1.TraceService.service;
  const server = new grpc.Server();
  server.addService(service, {
    Export: (call, done) => {
      onExport(toJson(call.request));
      done(null, {});
    },
  });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve({ port, close: () => server.forceShutdown() }),
    );
  });
}

function request(method, url, body) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers: { 'content-type': 'application/json' } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function until(what, test) {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await test().catch(() => false)) return;
    await sleep(100);
  }
  throw new Error(`${what}: not within 20 s`);
}

async function main() {
  let recording = false; // what services do while they start is no part of it
  const { port, close } = await collector((exported) => {
    if (recording) process.stdout.write(`${JSON.stringify(exported)}\n`);
  });
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`;
  const names = Object.keys(SERVICES);
  const urlOf = (name) => `http://127.0.0.1:${FIRST_PORT + names.indexOf(name)}`;
  const start = (name) =>
    spawn(process.execPath, [scriptOf(name, false)], {
      env: environmentOf(name, FIRST_PORT + names.indexOf(name), urlOf),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const running = new Map(names.map((name) => [name, start(name)]));
  const ready = (name) => until(name, async () => (await request('GET', `${urlOf(name)}/health`)) === 200);
  const stop = async (name) => {
    const child = running.get(name);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  };
  const order = async (times) => {
    await sleep(EXPORTED_MS);
    recording = true;
    for (let i = 0; i < times; i++) {
      await request('POST', `${urlOf('payment')}/reset`);
      await request('POST', `${urlOf('shipping')}/reset`);
      const status = await request('POST', `${urlOf('gateway')}/orders`, JSON.stringify(ORDER));
      console.error(`POST /orders: ${status}`);
    }
    await sleep(EXPORTED_MS);
    recording = false;
  };
  try {
    for (const name of names) await ready(name);
    await order(20);
    for (const name of ['north', 'extras', 'store']) {
      await stop(name);
      console.error(`${name} is down`);
      await order(5);
      running.set(name, start(name));
      await ready(name);
    }
  } finally {
    for (const child of running.values()) child.kill('SIGTERM');
    close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
