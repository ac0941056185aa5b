// Faulting reverse proxies, one in front of each service, all in this process. They name each call as cutset does
// (caller's identity > service:METHOD route#nth) by a mark in `tracestate`, which every service must pass on.
'use strict';

const http = require('node:http');

const QUIET_MS = 5;
const QUIET_ABANDONED_MS = 150; // a caller that gave up may still have work going on behind it

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** "delay(350ms)" -> {action: "delay", value: 350} */
function parseMode(text) {
  const [, action, value] = /^(\w+)(?:\((\d+)(?:ms)?\))?$/.exec(text);
  return { action, value: Number(value) };
}

function routeOf(request) {
  const path = request.url.split('?', 1)[0];
  return `${request.method} ${path.replace(/\/\d+(?=\/|$)/g, '/:id')}`;
}

class Proxies {
  #servers = new Map();
  #upstreams = new Map();
  #agent = new http.Agent({ keepAlive: true });
  #run = null;

  /** Opens the proxy of a service; returns its address. `upstream` may be set later. */
  async open(service) {
    const server = http.createServer((request, response) => this.#handle(service, request, response));
    server.keepAliveTimeout = 0;
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#servers.set(service, server);
    return `http://127.0.0.1:${server.address().port}`;
  }

  connect(service, port) {
    this.#upstreams.set(service, port);
  }

  close() {
    for (const server of this.#servers.values()) {
      server.closeAllConnections();
      server.close();
    }
    this.#agent.destroy();
  }

  /** Begins a run with `faults`: a map from identity to mode. Returns the headers of the entry request. */
  begin(number, faults) {
    this.#run = { number, faults, calls: [], counts: new Map(), open: 0, abandoned: false, last: Date.now(), unmarked: 0 };
    return {
      traceparent: `00-${String(number).padStart(32, '0')}-0000000000000001-01`,
      tracestate: `cutset=${number}.entry,vendor=kept`,
    };
  }

  /** Waits until no call is open; returns {calls, unmarked}: identities in order of arrival. */
  async end(limitMs) {
    const run = this.#run;
    const limit = Date.now() + limitMs;
    for (;;) {
      const quiet = Date.now() - run.last;
      if (run.open === 0 && quiet >= (run.abandoned ? QUIET_ABANDONED_MS : QUIET_MS)) break;
      if (Date.now() > limit) throw new Error(`run ${run.number} is not quiet after ${limitMs} ms`);
      await sleep(2);
    }
    return { calls: run.calls, unmarked: run.unmarked };
  }

  /** The identity of a marked call of this run, or null. */
  #identify(service, request) {
    const run = this.#run;
    const mark = /(?:^|,)\s*cutset=(\d+)\.(\w+)/.exec(request.headers.tracestate ?? '');
    if (!run || !mark || Number(mark[1]) !== run.number) {
      if (run) run.unmarked++;
      return null;
    }
    const prefix = mark[2] === 'entry' ? '' : `${run.calls[Number(mark[2])]} > `;
    const point = `${prefix}${service}:${routeOf(request)}`;
    const nth = (run.counts.get(point) ?? 0) + 1;
    run.counts.set(point, nth);
    return `${point}#${nth}`;
  }

  #handle(service, request, response) {
    const run = this.#run;
    const id = this.#identify(service, request);
    const mode = (id && run.faults.get(id)) || 'none';
    const headers = { ...request.headers };
    if (id) {
      headers.tracestate = request.headers.tracestate.replace(/cutset=[\w.]+/, `cutset=${run.number}.${run.calls.length}`);
      run.calls.push(id);
      this.#watch(run, response);
    }
    this.#apply(service, request, response, headers, parseMode(mode));
  }

  #watch(run, response) {
    run.open++;
    response.on('close', () => {
      run.open--;
      run.last = Date.now();
      if (!response.writableFinished) run.abandoned = true;
    });
  }

  #apply(service, request, response, headers, { action, value }) {
    const answer = (status, body) => {
      if (response.destroyed) return;
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    };
    if (action === 'refuse') return request.socket.resetAndDestroy();
    if (action === 'error') {
      request.resume();
      request.on('end', () => answer(value, Buffer.from('{"error":"injected"}')));
      return undefined;
    }
    return this.#forward(service, request, headers, async (status, body) => {
      if (action === 'timeout') return;
      if (action === 'error_after') return answer(value, Buffer.from('{"error":"injected"}'));
      if (action === 'delay') await sleep(value);
      answer(status, body);
    });
  }

  #forward(service, request, headers, done) {
    const upstream = http.request(
      {
        host: '127.0.0.1',
        port: this.#upstreams.get(service),
        method: request.method,
        path: request.url,
        headers,
        agent: this.#agent,
      },
      async (response) => {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        done(response.statusCode, Buffer.concat(chunks));
      },
    );
    upstream.on('error', () => done(502, Buffer.from('{"error":"the service does not answer"}')));
    // Read in full first: a caller that gives up must not take the request back.
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => upstream.end(Buffer.concat(chunks)));
  }
}

module.exports = { Proxies, sleep };
