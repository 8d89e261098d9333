// A contact form with Express and PostgreSQL: the same checks, one insert for each post, by a pool.
import { randomUUID } from 'node:crypto';
import express from 'express';
import pg from 'pg';
import { readMessage } from './message-checks.js';

const pool = new pg.Pool({ connectionString: process.argv[2] });
await pool.query(
  'CREATE TABLE message (id uuid PRIMARY KEY, created_at timestamptz NOT NULL, name text NOT NULL, email text NOT NULL, guests integer, body text NOT NULL)',
);
const app = express();
app.disable('x-powered-by');
app.use(express.urlencoded({ extended: false }));
app.post('/', async (request, response) => {
  const { errors, row } = readMessage(request.body);
  if (errors) return response.status(422).json(errors);
  await pool.query({
    name: 'insert',
    text: 'INSERT INTO message VALUES ($1, $2, $3, $4, $5, $6)',
    values: [randomUUID(), new Date(), ...row],
  });
  response.redirect(303, '/thanks');
});
app.listen(process.env.PORT, '127.0.0.1');
