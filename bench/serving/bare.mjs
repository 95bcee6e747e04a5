// What node:http can do at best: reads the body, sends bytes of the same length as our answer. node bare.mjs BYTES
import { createServer } from "node:http";

const answer = `{"echo":"${"x".repeat(Math.max(0, Number(process.argv[2]) - 11))}"}`;
const headers = ["content-type", "application/json; charset=utf-8", "content-length", String(answer.length)];

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    response.writeHead(200, headers);
    response.end(answer);
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
