// In how many days the books can be sent: asks the warehouse in the north, or else the one in the south.
'use strict';

const { address, call, required, serve } = require('../lib');

const NORTH = address('north');
const SOUTH = address('south');

serve({
  'GET /stock': async ({ query }) => {
    const wanted = query.get('isbn');
    let answer = await call('GET', `${NORTH}/stock?isbn=${wanted}`);
    // Bug a: only a 500 is failed over; any other failure passes as "in stock, sent today".
    if (answer.status === 500) {
      answer = await call('GET', `${SOUTH}/stock?isbn=${wanted}`);
      required(answer, 'the warehouse');
    }
    return { days: answer.body?.days ?? 0 };
  },
});
