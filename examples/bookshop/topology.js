// Which services there are, for start.js and selftest.js. cutset.yaml says the same for cutset.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

// name: [program, callees]
const SERVICES = {
  store: ['store', []],
  replica: ['store', []],
  north: ['warehouse', []],
  south: ['warehouse', []],
  scorer: ['scorer', []],
  extras: ['extras', []],
  tax: ['tax', []],
  payment: ['payment', []],
  carrier: ['carrier', []],
  shipping: ['shipping', ['carrier']],
  customers: ['customers', ['store', 'replica', 'payment']],
  catalog: ['catalog', ['store', 'replica', 'extras']],
  stock: ['stock', ['north', 'south']],
  risk: ['risk', ['scorer', 'payment']],
  gateway: ['gateway', ['customers', 'catalog', 'stock', 'risk', 'tax', 'payment', 'shipping']],
};

const ORDER = { order: 4711, customer: 17, country: 'de', isbns: [9780131103627, 9780201633610] };

/** The file of a service: the repaired one where there is one and it is wanted. */
function scriptOf(name, fixed) {
  const file = `${SERVICES[name][0]}.js`;
  const repaired = path.join(__dirname, 'fixed', 'services', file);
  return fixed && fs.existsSync(repaired) ? repaired : path.join(__dirname, 'services', file);
}

/** The environment of a service; `urlOf(callee)` gives each callee's address. */
function environmentOf(name, port, urlOf) {
  const environment = { ...process.env, SERVICE: name, PORT: String(port) };
  for (const callee of SERVICES[name][1]) environment[`${callee.toUpperCase()}_URL`] = urlOf(callee);
  return environment;
}

module.exports = { SERVICES, ORDER, scriptOf, environmentOf };
