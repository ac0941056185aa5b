// A caller that asks its callee and does without it when the answer is none, with bounds on both size and time:
//   PORT=7001 CALLEE_URL=http://... node strange_callee.js
'use strict';

const http = require('node:http');

const WAIT_MS = 400;
const LARGEST = 1 << 20;

/** Resolves to whether a 2xx came whole. */
function ask(url, headers) {
  return new Promise((resolve) => {
    const request = http.get(url, { headers, agent: false }, (response) => {
      let size = 0;
      response.on('data', (chunk) => { size += chunk.length; if (size > LARGEST) end(false); });
      response.on('end', () => end(response.complete && response.statusCode < 300));
      response.on('error', () => end(false));
    });
    const timer = setTimeout(() => end(false), WAIT_MS);
    const end = (good) => { clearTimeout(timer); resolve(good); request.destroy(); };
    request.on('error', () => end(false));
  });
}

http.createServer(async (request, response) => {
  request.resume();
  if (request.url === '/health') return response.end('up');
  const headers = {};
  for (const name of ['traceparent', 'tracestate', 'baggage']) if (request.headers[name]) headers[name] = request.headers[name];
  const good = await ask(process.env.CALLEE_URL, headers);
  response.end(good ? 'answered' : 'default');
}).listen(Number(process.env.PORT), '127.0.0.1');
