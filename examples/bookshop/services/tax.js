// Tax rates of the countries that we ship to.
'use strict';

const { Refusal, serve } = require('../lib');
const { taxPercent } = require('../data');

serve({
  'GET /rates': ({ query }) => {
    const percent = taxPercent[query.get('country')];
    if (percent === undefined) throw new Refusal(404, `no rate for country ${query.get('country')}`);
    return { percent };
  },
});
