// How far a customer can be trusted. Its GET /health decides whether it is asked.
'use strict';

const { serve } = require('../lib');
const { riskScores } = require('../data');

serve({ 'GET /scores/:id': ({ params: { id } }) => ({ score: riskScores[id] ?? 0 }) });
