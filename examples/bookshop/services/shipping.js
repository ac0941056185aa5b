// Books shipments. Asks the carrier first, once more if that fails, and gives up when its own budget is spent.
'use strict';

const { WAIT_MS, address, call, required, serve } = require('../lib');

const CARRIER = address('carrier');
const BUDGET_MS = 1000;

const shipments = [];

async function quoteFor(destination, onRepeat) {
  const url = `${CARRIER}/quotes?to=${encodeURIComponent(destination)}`;
  const deadline = Date.now() + BUDGET_MS;
  let answer = await call('GET', url, { wait: BUDGET_MS });
  const left = deadline - Date.now();
  if (!answer.ok && left > WAIT_MS) {
    onRepeat();
    answer = await call('GET', url, { wait: left });
  }
  return required(answer, 'the carrier');
}

serve({
  'POST /shipments': async ({ headers, body: { order, address: destination } }) => {
    // Whether this order may have been booked by another attempt. Bug d: a repeat by the caller and one of our own are
    // thought of, but not a carrier so slow that the caller, who waits for less than our budget, repeats meanwhile.
    let mayBeBooked = headers['x-attempt'] !== '1';
    const { carrier } = await quoteFor(destination, () => {
      mayBeBooked = true;
    });
    if (!mayBeBooked || !shipments.some((shipment) => shipment.order === order)) {
      shipments.push({ order, address: destination, carrier });
    }
    return { shipment: `S-${order}` };
  },
  'GET /shipments': () => ({ count: shipments.length, shipments }),
  'POST /reset': () => {
    shipments.length = 0;
    return { reset: true };
  },
});
