// The nine application shapes of the table "experiments by shape": for each service, the steps of its one handler.
//
// A step calls a service and says what its failure (any answer but a 2xx, or none) means:
//   {call: 'b'}                        the handler ends with 500
//   {call: 'b', attempts: 2}           is called again, so many times in all; then 500
//   {call: 'b', ignored: true}         nothing; the answer is not used either
//   {call: 'b', otherwise: 'c'}        c is called instead; then 500
//   {call: 'b', byDefault: 'none'}     'none' is used
//   {check: 'b', otherwise: 'c'}       GET /health of b decides whether b or c is called; then 500
'use strict';

module.exports = {
  '1-abort': { a: [{ call: 'b' }, { call: 'c' }], b: [], c: [] },
  '2-chain': { a: [{ call: 'b' }], b: [{ call: 'c' }], c: [] },
  '3-retry': { a: [{ call: 'b', attempts: 2 }], b: [{ call: 'c' }], c: [] },
  '4-ignored': {
    a: [{ call: 'x', ignored: true }, { call: 'b' }],
    b: [{ call: 'y', ignored: true }, { call: 'c' }],
    c: [{ call: 'z', ignored: true }],
    x: [],
    y: [],
    z: [],
  },
  '5-defaults': {
    a: [{ call: 'b', byDefault: 'none' }, { call: 'c', byDefault: 'none' }],
    b: [],
    c: [],
  },
  '6-secondary': {
    a: [{ call: 'primary', otherwise: 'secondary' }, { call: 'c' }],
    primary: [],
    secondary: [],
    c: [],
  },
  '7-health-check': {
    a: [{ check: 'primary', otherwise: 'secondary' }, { call: 'c' }],
    primary: [],
    secondary: [],
    c: [],
  },
  '8-monolith': { gateway: [{ call: 'monolith', attempts: 2 }], monolith: [] },
  '9-fallback': { gateway: [{ call: 'ml', otherwise: 'simple' }], ml: [], simple: [] },
};
