// The database of profiles and prices. Runs twice: as `store` and as `replica`.
'use strict';

const { Refusal, serve } = require('../lib');
const { addresses, prices } = require('../data');

serve({
  'GET /profiles/:id': ({ params: { id } }) => {
    if (!addresses[id]) throw new Refusal(404, `there is no customer ${id}`);
    return { address: addresses[id] };
  },
  'GET /prices': ({ query }) => {
    const wanted = (query.get('isbn') ?? '').split(',');
    const unknown = wanted.find((isbn) => !prices[isbn]);
    if (unknown !== undefined) throw new Refusal(404, `there is no book ${unknown}`);
    return { prices: Object.fromEntries(wanted.map((isbn) => [isbn, prices[isbn]])) };
  },
});
