// A contact form with Express and SQLite: the same checks, one insert, answered once it is on disk.
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import express from 'express';
import { readMessage } from './message-checks.js';

const database = new DatabaseSync(process.argv[2]);
database.exec('PRAGMA journal_mode = WAL');
database.exec('PRAGMA synchronous = FULL');
database.exec(
  'CREATE TABLE message (id TEXT PRIMARY KEY, created_at TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, guests INTEGER, body TEXT NOT NULL)',
);
const insert = database.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)');
const app = express();
app.disable('x-powered-by');
app.use(express.urlencoded({ extended: false }));
app.post('/', (request, response) => {
  const { errors, row } = readMessage(request.body);
  if (errors) return response.status(422).json(errors);
  insert.run(randomUUID(), new Date().toISOString(), ...row);
  response.redirect(303, '/thanks');
});
app.listen(process.env.PORT, '127.0.0.1');
