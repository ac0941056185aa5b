// Says who would carry a parcel.
'use strict';

const { serve } = require('../lib');

serve({ 'GET /quotes': () => ({ carrier: 'Brieftaube' }) });
