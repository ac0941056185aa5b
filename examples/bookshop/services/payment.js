// Charges customers, and knows what it has charged.
//
// POST /charges makes a new charge, every time. PUT /charges/:id makes the charge with this name; repeating it
// changes nothing.
'use strict';

const { Refusal, serve } = require('../lib');
const { addresses, riskScores } = require('../data');

const charges = [];
const named = new Set();

serve({
  'POST /charges': ({ body: { order, amount } }) => {
    charges.push({ order, amount });
    return { charged: true };
  },
  'PUT /charges/:id': ({ params: { id }, body: { amount } }) => {
    if (!named.has(id)) {
      named.add(id);
      charges.push({ order: Number(id), amount });
    }
    return { charged: true };
  },
  'GET /charges': () => ({ count: charges.length, charges }),
  'GET /billing/:id': ({ params: { id } }) => {
    if (!addresses[id]) throw new Refusal(404, `there is no customer ${id}`);
    return { address: addresses[id] };
  },
  'GET /history/:id': ({ params: { id } }) => ({ score: riskScores[id] ?? 0 }),
  'POST /reset': () => {
    charges.length = 0;
    named.clear();
    return { reset: true };
  },
});
