// The page of fortunes by hand on node:http: nothing between the rows and the text.
import { createServer } from 'node:http';
import { fortunes, withAdded } from './fortunes-data.js';

const select = fortunes(process.argv[2]);
const head =
  '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Fortunes</title></head>\n<body>\n<table>\n<tr><th>id</th><th>message</th></tr>\n<tbody>\n';
const foot = '</tbody>\n</table>\n</body>\n</html>\n';
const references = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => text.replace(/[&<>"']/g, (character) => references[character]);

createServer((request, response) => {
  let html = head;
  for (const { id, message } of withAdded(select.all())) {
    html += `<tr><td><data value="${id}">${id}</data></td><td>${escape(message)}</td></tr>\n`;
  }
  html += foot;
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
  });
  response.end(html);
}).listen(process.env.PORT, '127.0.0.1');
