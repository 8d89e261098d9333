// Express answering one prepared page, as its users keep hot pages in memory.
import { readFileSync } from 'node:fs';
import express from 'express';

const [file, encoding] = process.argv.slice(2);
const body = readFileSync(file);
const app = express();
app.disable('x-powered-by');
app.get('/menu', (request, response) => {
  if (encoding) response.set('Content-Encoding', encoding);
  response.set('Cache-Control', 'public, max-age=0, must-revalidate').type('html').send(body);
});
app.listen(process.env.PORT, '127.0.0.1');
