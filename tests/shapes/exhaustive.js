// Searches every shape depth-first over all combinations of faults and compares with expected.json: the number of
// experiments ("exhaustive") and the minimal breaking sets.  node exhaustive.js [SHAPE]
//
// All services of a shape run in this process, each behind a faulting proxy.
'use strict';

const http = require('node:http');
const { Proxies } = require('../../examples/bookshop/selftest/proxies');
const expected = require('./expected.json').shapes;
const { start } = require('./service');
const shapes = require('./shapes');

const MODES = ['error(500)', 'error(502)', 'error(503)', 'error(504)'];
const entryAgent = new http.Agent({ keepAlive: true });

function statusOf(url, headers) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers, agent: entryAgent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject);
  });
}

/** Every fault set that fires as a whole, each once: a set is extended only by calls that come after its last one. */
async function search(run) {
  let experiments = 0;
  const breaking = [];
  const visit = async (faults, from) => {
    experiments++;
    const { status, calls } = await run(faults);
    if (status !== 200) breaking.push([...faults.keys()].sort());
    for (let i = from; i < calls.length; i++) {
      for (const mode of MODES) await visit(new Map([...faults, [calls[i], mode]]), i + 1);
    }
  };
  await visit(new Map(), 1); // calls[0] is the entry
  return { experiments, breaking };
}

function minimal(sets) {
  const distinct = [...new Set(sets.map((set) => JSON.stringify(set)))].map((text) => JSON.parse(text));
  const within = (small, large) => small.length < large.length && small.every((id) => large.includes(id));
  return distinct.filter((set) => !distinct.some((other) => within(other, set)));
}

async function searchShape(name) {
  const proxies = new Proxies();
  const urls = {};
  const servers = [];
  for (const service of Object.keys(shapes[name])) urls[service] = await proxies.open(service);
  for (const service of Object.keys(shapes[name])) {
    const server = await start(name, service, 0, (callee) => urls[callee]);
    proxies.connect(service, server.address().port);
    servers.push(server);
  }
  const entry = urls[Object.keys(shapes[name])[0]];
  let runs = 0;
  const result = await search(async (faults) => {
    const headers = proxies.begin(++runs, faults);
    const status = await statusOf(`${entry}/`, headers);
    return { status, calls: (await proxies.end(5000)).calls };
  });
  proxies.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  return result;
}

const sorted = (sets) => JSON.stringify(sets.map((set) => [...set].sort()).map((set) => JSON.stringify(set)).sort());

async function main() {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(shapes);
  let wrong = 0;
  for (const name of names) {
    const { experiments, breaking } = await searchShape(name);
    const sets = minimal(breaking);
    const same =
      experiments === expected[name].exhaustive && sorted(sets) === sorted(expected[name].minimal_breaking_sets);
    if (!same) wrong++;
    const sizes = sets.map((set) => set.length).sort().join(',') || 'none';
    console.log(`${name}: ${experiments} experiments, minimal breaking sets of sizes ${sizes}: ${same ? 'ok' : 'WRONG'}`);
    if (!same) console.log(JSON.stringify({ expected: expected[name], experiments, sets }, null, 2));
  }
  process.exit(wrong ? 1 : 0);
}

main();
