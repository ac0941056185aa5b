// Books shipments. Asks the carrier first, once more if that fails, and gives up when its own budget is spent.
'use strict';

const { WAIT_MS, address, call, required, serve } = require('../../lib');

const CARRIER = address('carrier');
const BUDGET_MS = 1000;

const shipments = [];

async function quoteFor(destination) {
  const url = `${CARRIER}/quotes?to=${encodeURIComponent(destination)}`;
  const deadline = Date.now() + BUDGET_MS;
  let answer = await call('GET', url, { wait: BUDGET_MS });
  const left = deadline - Date.now();
  if (!answer.ok && left > WAIT_MS) answer = await call('GET', url, { wait: left });
  return required(answer, 'the carrier');
}

serve({
  'POST /shipments': async ({ body: { order, address: destination } }) => {
    const { carrier } = await quoteFor(destination);
    // Looked up only now, with nothing awaited before the booking: the caller may have repeated in the meantime.
    if (!shipments.some((shipment) => shipment.order === order)) {
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
