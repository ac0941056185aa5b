// A warehouse. Runs twice: as `north` and as `south`.
'use strict';

const { serve } = require('../lib');
const { daysToShip } = require('../data');

serve({ 'GET /stock': () => ({ days: daysToShip }) });
