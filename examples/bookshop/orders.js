// What an order is made of: its check on the way in, its sum, its receipt on the way out.
'use strict';

const { Refusal } = require('./lib');

const MAX_BOOKS = 20;

/** The order as sent, or a Refusal that says what is wrong with it. */
function checkOrder(body) {
  const isNumber = (value) => Number.isSafeInteger(value) && value > 0;
  if (!isNumber(body?.order)) throw new Refusal(400, 'order: a positive number is needed');
  if (!isNumber(body.customer)) throw new Refusal(400, 'customer: a positive number is needed');
  if (!/^[a-z]{2}$/.test(body.country)) throw new Refusal(400, 'country: two small letters are needed');
  const isbns = Array.isArray(body.isbns) ? body.isbns : [];
  if (isbns.length < 1 || isbns.length > MAX_BOOKS || !isbns.every(isNumber)) {
    throw new Refusal(400, `isbns: a list of 1 to ${MAX_BOOKS} numbers is needed`);
  }
  return { order: body.order, customer: body.customer, country: body.country, isbns };
}

/** In cents, tax included. */
function totalOf(books, taxPercent) {
  const net = books.reduce((sum, book) => sum + book.price, 0);
  return Math.round((net * (100 + taxPercent)) / 100);
}

function receipt({ order, person, catalog, stock, total, shipment }) {
  return {
    order,
    status: 'confirmed',
    address: person.address,
    books: catalog.books.map((book) => book.title),
    wrapping: catalog.wrapping,
    total,
    shipment,
    ships_in_days: stock.days,
  };
}

module.exports = { checkOrder, totalOf, receipt };
