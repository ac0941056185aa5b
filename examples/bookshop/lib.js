// What all services share: a server with a few routes, and a client with a time-out.
'use strict';

const path = require('node:path');

const NAME = process.env.SERVICE || path.basename(process.argv[1], '.js');
const exportSpans = require('./telemetry').startTelemetry(NAME);

const http = require('node:http');

// How long a caller waits for a callee. Answers take a few milliseconds, so both leave room for a busy machine.
const WAIT_MS = 200; // for a callee that asks nobody else
const WAIT_COMPOSED_MS = 1000; // for a callee that itself may wait for others up to three times

const HOST = process.env.HOST ?? '127.0.0.1';
const MAX_BODY_BYTES = 64 * 1024;
const WARM_UP_REQUESTS = 5;
const agent = new http.Agent({ keepAlive: true });

/** Thrown by a handler to end its request with this status. */
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The address of a callee, from the environment: `STOCK_URL` for stock. */
function address(service) {
  const variable = `${service.toUpperCase().replaceAll('-', '_')}_URL`;
  const url = process.env[variable];
  if (!url) {
    console.error(`${NAME}: set ${variable} to the address of ${service}, e.g. http://127.0.0.1:7100`);
    process.exit(78);
  }
  return url.replace(/\/$/, '');
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBody(stream) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Refusal(413, `body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return parseJson(Buffer.concat(chunks).toString());
}

/**
 * Calls a service. Never throws: the result is {ok, status, body}; status is 0 where no answer came
 * (refused, reset, or not within `wait` milliseconds).
 */
function call(method, url, { body, headers = {}, wait = WAIT_MS } = {}) {
  return new Promise((resolve) => {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const options = { method, agent, headers: { ...headers } };
    if (content !== undefined) {
      options.headers['content-type'] = 'application/json';
      options.headers['content-length'] = Buffer.byteLength(content);
    }
    const request = http.request(url, options);
    const finish = (status, answer) => {
      clearTimeout(timer);
      resolve({ ok: status >= 200 && status < 300, status, body: answer });
    };
    const timer = setTimeout(() => {
      finish(0);
      request.destroy();
    }, wait);
    request.on('error', () => finish(0));
    request.on('response', (response) => {
      readBody(response).then(
        (answer) => finish(response.statusCode, answer),
        () => finish(0),
      );
    });
    request.end(content);
  });
}

/** The body of an answer that the caller cannot do without. */
function required(answer, callee) {
  if (!answer.ok) throw new Refusal(503, `${callee} is not available`);
  return answer.body;
}

/** `GET /books/:isbn` -> a function from (method, path) to the parameters, or null where it does not fit. */
function matcher(route) {
  const [method, pattern] = route.split(' ');
  const expression = new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
  return (m, p) => (m === method ? expression.exec(p) : null);
}

async function dispatch(routes, request) {
  const url = new URL(request.url, 'http://service');
  for (const { match, handler } of routes) {
    const found = match(request.method, url.pathname);
    if (!found) continue;
    const body = await readBody(request);
    return handler({ params: found.groups ?? {}, query: url.searchParams, headers: request.headers, body });
  }
  throw new Refusal(404, `${NAME} has no ${request.method} ${url.pathname}`);
}

function send(response, status, body) {
  const content = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
  });
  response.end(content);
}

/**
 * The first request of a Node process takes many times as long as the others: code is compiled, and the exporter
 * loads gRPC. A service asks itself a few times before it says that it is up, so no caller pays for that.
 */
async function warmUp(port) {
  for (let i = 0; i < WARM_UP_REQUESTS; i++) {
    await call('GET', `http://${HOST}:${port}/health`, { wait: WAIT_COMPOSED_MS });
    if (i === 0) exportSpans();
  }
}

/**
 * Serves `handlers`: {'GET /books/:isbn': (request) => body}. A handler returns the body of a 200, or
 * {created: body} for a 201; it throws Refusal for anything else.
 */
function serve(handlers) {
  let warm = false;
  const health = () => {
    if (!warm) throw new Refusal(503, 'starting');
    return { status: 'up' };
  };
  const routes = Object.entries({ 'GET /health': health, ...handlers }).map(([route, handler]) => ({
    match: matcher(route),
    handler,
  }));
  const server = http.createServer(async (request, response) => {
    try {
      const result = await dispatch(routes, request);
      if (result.created) send(response, 201, result.created);
      else send(response, 200, result);
    } catch (error) {
      if (!(error instanceof Refusal)) console.error(error);
      send(response, error.status ?? 500, { error: error.message });
    }
  });
  // Idle connections stay: one that closes just as a request arrives would look like a fault.
  server.keepAliveTimeout = 0;
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGINT', () => process.exit(0));
  server.listen(Number(process.env.PORT ?? 0), HOST, async () => {
    const { port } = server.address();
    await warmUp(port);
    warm = true;
    console.log(`${NAME}: listening on ${port}`);
  });
}

module.exports = { WAIT_MS, WAIT_COMPOSED_MS, Refusal, address, call, required, serve };
