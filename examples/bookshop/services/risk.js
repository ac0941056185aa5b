// Whether a customer may pay later: asks the scorer if it says that it is healthy, or else looks at past payments.
'use strict';

const { address, call, required, serve } = require('../lib');

const SCORER = address('scorer');
const PAYMENT = address('payment');
const LOWEST_SCORE = 50;

serve({
  'GET /assessments/:id': async ({ params: { id } }) => {
    const health = await call('GET', `${SCORER}/health`);
    const source = health.ok ? `${SCORER}/scores/${id}` : `${PAYMENT}/history/${id}`;
    const { score } = required(await call('GET', source), 'the score');
    return { accepted: score >= LOWEST_SCORE };
  },
});
