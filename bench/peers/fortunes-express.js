// The page of fortunes with Express and EJS, as both document it.
import express from 'express';
import { fortunes, withAdded } from './fortunes-data.js';

const select = fortunes(process.argv[2]);
const app = express();
app.disable('x-powered-by');
app.set('views', import.meta.dirname);
app.set('view engine', 'ejs');
app.get('/', (request, response) => {
  response.render('fortunes', { rows: withAdded(select.all()) });
});
app.listen(process.env.PORT, '127.0.0.1');
