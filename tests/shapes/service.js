// One service of one shape, with nothing but Node:  PORT=7001 B_URL=http://... node service.js SHAPE SERVICE
//
// It passes `traceparent`, `tracestate` and `baggage` on, as a traced service does.
'use strict';

const http = require('node:http');
const shapes = require('./shapes');

const WAIT_MS = 2000;
const PROPAGATED = ['traceparent', 'tracestate', 'baggage'];
const agent = new http.Agent({ keepAlive: true });

/** GET url -> the body of a 2xx, or null for any failure. */
function get(url, headers) {
  return new Promise((resolve) => {
    const request = http.get(url, { agent, headers, timeout: WAIT_MS }, async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(response.statusCode >= 200 && response.statusCode < 300 ? JSON.parse(text) : null);
      } catch {
        resolve(null);
      }
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
  });
}

/** Takes one step (shapes.js). Returns the value that it gives, null if the handler must fail. */
async function take(step, ask) {
  if (step.check) {
    const healthy = (await ask(step.check, '/health')) !== null;
    return ask(healthy ? step.check : step.otherwise, '/');
  }
  let value = null;
  for (let attempt = 0; value === null && attempt < (step.attempts ?? 1); attempt++) {
    value = await ask(step.call, '/');
  }
  if (step.ignored) return 'ignored';
  if (value === null && step.otherwise) return ask(step.otherwise, '/');
  return value ?? step.byDefault ?? null;
}

/** Starts a service; `urlOf(service)` gives a callee's address. Resolves to the server when it listens. */
function start(shape, service, port, urlOf) {
  const steps = shapes[shape][service];
  const handle = async (request) => {
    if (request.url === '/health') return { status: 'up' };
    const headers = {};
    for (const name of PROPAGATED) if (request.headers[name]) headers[name] = request.headers[name];
    const got = [];
    for (const step of steps) {
      const value = await take(step, (callee, path) => get(urlOf(callee) + path, headers));
      if (value === null) return null;
      got.push(value);
    }
    return { from: service, got };
  };
  const server = http.createServer(async (request, response) => {
    request.resume();
    const body = await handle(request);
    response.writeHead(body ? 200 : 500, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: `${service} cannot answer` }));
  });
  server.keepAliveTimeout = 0; // an idle connection that closes as a request arrives would look like a fault
  return new Promise((resolve) => server.listen(port, process.env.HOST ?? '127.0.0.1', () => resolve(server)));
}

function main() {
  const [shape, service] = process.argv.slice(2);
  if (!shapes[shape]?.[service]) {
    console.error(`usage: node service.js SHAPE SERVICE; shapes: ${Object.keys(shapes).join(', ')}`);
    process.exit(64);
  }
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGINT', () => process.exit(0));
  start(shape, service, Number(process.env.PORT ?? 0), (callee) => process.env[`${callee.toUpperCase()}_URL`]);
}

if (require.main === module) main();
module.exports = { start };
