// Titles and prices. Prices come from the store, or else from its replica.
'use strict';

const { address, call, required, serve } = require('../../lib');
const { titles } = require('../../data');

const STORE = address('store');
const REPLICA = address('replica');
const EXTRAS = address('extras');

async function pricesOf(wanted) {
  let answer = await call('GET', `${STORE}/prices?isbn=${wanted}`);
  if (!answer.ok) answer = await call('GET', `${REPLICA}/prices?isbn=${wanted}`);
  return required(answer, 'prices').prices;
}

serve({
  'GET /books': async ({ query }) => {
    const wanted = query.get('isbn');
    const prices = await pricesOf(wanted);
    // Neither is needed: views are counted if that works, and there is always paper.
    const [, wrapping] = await Promise.all([
      call('POST', `${EXTRAS}/views`, { body: { isbns: wanted } }),
      call('GET', `${EXTRAS}/wrapping`),
    ]);
    return {
      books: wanted.split(',').map((isbn) => ({ isbn, title: titles[isbn], price: prices[isbn] })),
      wrapping: wrapping.ok ? wrapping.body.wrapping : 'paper',
    };
  },
});
