// One running bookshop behind faulting proxies: start, run one order under faults, judge, stop.
'use strict';

const http = require('node:http');
const { spawn } = require('node:child_process');
const { SERVICES, ORDER, scriptOf, environmentOf } = require('../topology');
const { Proxies, sleep } = require('./proxies');

const READY_MS = 60000;
const DEADLINE_MS = 6000; // of one order, as in cutset.yaml
const SETTLE_MS = 10000;

// As in cutset.yaml: name and what must hold of {status, body, charges, shipments}.
const OUTCOMES = [
  ['order confirmed', (r) => r.status === 201 && r.body?.status === 'confirmed'],
  ['right total', (r) => r.body?.total === 3638],
  ['right address', (r) => r.body?.address === 'Gartenweg 3, 79098 Freiburg'],
  ['right day of dispatch', (r) => r.body?.ships_in_days === 1],
  ['charged exactly once', (r) => r.charges === 1],
  ['shipped exactly once', (r) => r.shipments === 1],
];
const isCleanRefusal = (r) => r.status === 503 && r.charges === 0 && r.shipments === 0;

function ask(method, url, { body, headers = {}, within = 2000 } = {}) {
  return new Promise((resolve) => {
    const request = http.request(url, { method, headers, agent: false, timeout: within }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, body: JSON.parse(text) });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve({ status: 0 }));
    request.end(body);
  });
}

class System {
  #proxies = new Proxies();
  #children = [];
  #direct = {};
  #entry = '';
  #runs = 0;

  async start(fixed) {
    const proxied = {};
    for (const name of Object.keys(SERVICES)) proxied[name] = await this.#proxies.open(name);
    this.#entry = proxied.gateway;
    await Promise.all(Object.keys(SERVICES).map((name) => this.#startService(name, fixed, proxied)));
  }

  async #startService(name, fixed, proxied) {
    const child = spawn(process.execPath, [scriptOf(name, fixed)], {
      env: environmentOf(name, 0, (callee) => proxied[callee]),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    const port = await new Promise((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (text) => {
        output += text;
        const found = /listening on (\d+)/.exec(output);
        if (found) resolve(Number(found[1]));
      });
      child.once('exit', (code) => reject(new Error(`${name} ended with exit code ${code}`)));
      setTimeout(() => reject(new Error(`${name} is not ready after ${READY_MS} ms`)), READY_MS).unref();
    });
    this.#direct[name] = `http://127.0.0.1:${port}`;
    this.#proxies.connect(name, port);
  }

  stop() {
    for (const child of this.#children) {
      child.removeAllListeners('exit');
      child.kill('SIGTERM');
    }
    this.#proxies.close();
  }

  /** One order under `faults` (a map from identity to mode) -> {verdict, broken, calls, fired, found}. */
  async run(faults) {
    await ask('POST', `${this.#direct.payment}/reset`);
    await ask('POST', `${this.#direct.shipping}/reset`);
    const headers = this.#proxies.begin(++this.#runs, faults);
    headers['content-type'] = 'application/json';
    const options = { body: JSON.stringify(ORDER), headers, within: DEADLINE_MS };
    const { status, body } = await ask('POST', `${this.#entry}/orders`, options);
    const { calls, unmarked } = await this.#proxies.end(SETTLE_MS);
    const charges = (await ask('GET', `${this.#direct.payment}/charges`)).body.count;
    const shipments = (await ask('GET', `${this.#direct.shipping}/shipments`)).body.count;

    const found = { status, body, charges, shipments };
    const broken = OUTCOMES.filter(([, holds]) => !holds(found)).map(([name]) => name);
    const verdict = broken.length === 0 ? 'held' : isCleanRefusal(found) ? 'accepted' : 'violated';
    const fired = new Map([...faults].filter(([id]) => calls.includes(id)));
    return { verdict, broken, calls, unmarked, fired, found };
  }
}

module.exports = { System, sleep };
