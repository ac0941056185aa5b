// Where a customer lives: asks the store, then its replica, then payment for the billing address.
'use strict';

const { Refusal, address, call, serve } = require('../../lib');

const STORE = address('store');
const REPLICA = address('replica');
const PAYMENT = address('payment');

serve({
  'GET /customers/:id': async ({ params: { id } }) => {
    const sources = [`${STORE}/profiles/${id}`, `${REPLICA}/profiles/${id}`, `${PAYMENT}/billing/${id}`];
    for (const source of sources) {
      const answer = await call('GET', source);
      if (answer.ok) return { id, address: answer.body.address };
    }
    throw new Refusal(503, 'no source of addresses is available');
  },
});
