// Takes orders: asks everybody whose answer an order needs, then charges, then ships.
//
// Until the charge, a failure ends the order with 503 and nothing has happened. From the charge on the
// order must go through: both writes are repeated until they are acknowledged.
'use strict';

const { WAIT_COMPOSED_MS, Refusal, address, call, required, serve } = require('../lib');
const { checkOrder, receipt, totalOf } = require('../orders');

const ATTEMPTS = 4;
const CUSTOMERS = address('customers');
const CATALOG = address('catalog');
const STOCK = address('stock');
const RISK = address('risk');
const TAX = address('tax');
const PAYMENT = address('payment');
const SHIPPING = address('shipping');

const composed = { wait: WAIT_COMPOSED_MS };

async function charge(order, amount) {
  // Bug e: the first attempt is a charge without a name, so the repeat of one whose answer was lost charges again.
  let answer = await call('POST', `${PAYMENT}/charges`, { body: { order, amount } });
  for (let attempt = 2; !answer.ok && attempt <= ATTEMPTS; attempt++) {
    answer = await call('PUT', `${PAYMENT}/charges/${order}`, { body: { amount } });
  }
  if (!answer.ok) throw new Refusal(500, 'it is not known whether the charge was made');
}

async function ship(order, destination) {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const body = { order, address: destination };
    const answer = await call('POST', `${SHIPPING}/shipments`, { body, headers: { 'x-attempt': attempt } });
    if (answer.ok) return answer.body.shipment;
  }
  throw new Refusal(500, 'it is not known whether the shipment was booked');
}

serve({
  'POST /orders': async ({ body }) => {
    const { order, customer, isbns, country } = checkOrder(body);
    const wanted = isbns.join(',');

    const person = required(await call('GET', `${CUSTOMERS}/customers/${customer}`, composed), 'customers');
    const catalog = required(await call('GET', `${CATALOG}/books?isbn=${wanted}`, composed), 'catalog');
    const stock = required(await call('GET', `${STOCK}/stock?isbn=${wanted}`, composed), 'stock');
    const risk = required(await call('GET', `${RISK}/assessments/${customer}`, composed), 'risk');
    if (!risk.accepted) throw new Refusal(402, 'payment in advance, please');

    const tax = await call('GET', `${TAX}/rates?country=${country}`);
    // Bug f: no tax is not a safe default, it makes a total that looks right and is not.
    const percent = tax.ok ? tax.body.percent : 0;
    const total = totalOf(catalog.books, percent);

    await charge(order, total);
    const shipment = await ship(order, person.address);
    return { created: receipt({ order, person, catalog, stock, total, shipment }) };
  },
});
