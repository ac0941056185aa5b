// Starts the bookshop by hand, without cutset:  node start.js [--fixed] [--port 7100]
'use strict';

const { spawn } = require('node:child_process');
const { SERVICES, ORDER, scriptOf, environmentOf } = require('./topology');

function option(name, fallback) {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : process.argv[at + 1];
}

const firstPort = Number(option('--port', '7100'));
const names = Object.keys(SERVICES).reverse(); // the gateway first
if (!Number.isInteger(firstPort) || firstPort < 1 || firstPort + names.length > 65536) {
  console.error('--port: a number from 1 to 65500 is needed');
  process.exit(64);
}
const portOf = Object.fromEntries(names.map((name, index) => [name, firstPort + index]));
const urlOf = (name) => `http://127.0.0.1:${portOf[name]}`;
const fixed = process.argv.includes('--fixed');

const children = names.map((name) => {
  const child = spawn(process.execPath, [scriptOf(name, fixed)], {
    env: environmentOf(name, portOf[name], urlOf),
    stdio: 'inherit',
  });
  child.on('exit', (code) => {
    if (code) stop(`${name} ended with exit code ${code}`);
  });
  return child;
});

function stop(reason) {
  if (reason) console.error(reason);
  for (const child of children) child.kill('SIGTERM');
  process.exit(reason ? 1 : 0);
}
process.once('SIGINT', () => stop());
process.once('SIGTERM', () => stop());

console.log(`Order:      curl -i ${urlOf('gateway')}/orders -d '${JSON.stringify(ORDER)}'`);
console.log(`Charges:    curl ${urlOf('payment')}/charges`);
console.log(`Shipments:  curl ${urlOf('shipping')}/shipments`);
console.log('Ctrl-C ends all.');
