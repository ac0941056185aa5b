// The whole world of this bookshop. Constants, so that every run gives the same answers.
'use strict';

module.exports = {
  addresses: { 17: 'Gartenweg 3, 79098 Freiburg' },
  prices: { 9780131103627: 1800, 9780201633610: 1600 }, // cents
  titles: {
    9780131103627: 'The C Programming Language',
    9780201633610: 'Design Patterns',
  },
  taxPercent: { de: 7 },
  riskScores: { 17: 80 }, // 0 to 100, higher is better
  daysToShip: 1,
};
