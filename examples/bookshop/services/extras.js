// Nice to have: counts what is looked at, and knows what to wrap it in.
'use strict';

const { serve } = require('../lib');

serve({
  'POST /views': () => ({ counted: true }),
  'GET /wrapping': () => ({ wrapping: 'paper' }),
});
