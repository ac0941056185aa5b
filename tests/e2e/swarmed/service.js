// Says who it is; at /ask/HOST what the task of that name says, or "unreachable".
const fs = require("fs");
const http = require("http");
const os = require("os");

const [host, port, addresses] = process.argv.slice(2);
fs.writeFileSync(`${process.env.DATA}/begun`, "");

http.createServer((request, response) => {
  if (!request.url.startsWith("/ask/")) {
    return response.end([os.hostname(), addresses, process.env.LITERAL].join(" "));
  }
  const asked = http.get({host: request.url.slice(5), port, timeout: 200}, (answer) => answer.pipe(response));
  asked.on("timeout", () => asked.destroy());
  asked.on("error", () => response.end("unreachable"));
}).listen(Number(port), host, () => console.log("listening"));
