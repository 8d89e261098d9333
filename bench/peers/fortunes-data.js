import { DatabaseSync } from 'node:sqlite';

const messages = [
  'fortune: No such file or directory',
  'A computer scientist is someone who fixes things that aren’t broken.',
  'After enough decimal places, nobody gives a damn.',
  'A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1',
  'A computer program does what you tell it to do, not what you want it to do.',
  'Emacs is a nice operating system, but I prefer UNIX.',
  'Any program that runs right is obsolete.',
  'A list is only as strong as its weakest link.',
  'Feature: A bug with seniority.',
  'Computers make very fast, very accurate mistakes.',
  '<script>alert("This should not be displayed in a browser alert box.");</script>',
  'フレームワークのベンチマーク',
];

/** Opens a database file with the twelve rows and gives the statement that reads them. */
export function fortunes(file) {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('CREATE TABLE IF NOT EXISTS fortune (id INTEGER PRIMARY KEY, message TEXT NOT NULL)');
  const insert = database.prepare('INSERT OR IGNORE INTO fortune (id, message) VALUES (?, ?)');
  for (const [index, message] of messages.entries()) insert.run(index + 1, message);
  return database.prepare('SELECT id, message FROM fortune');
}

/** All rows and the one added at request time, in order. */
export function withAdded(rows) {
  rows.push({ id: 0, message: 'Additional fortune added at request time.' });
  return rows.sort((a, b) => (a.message < b.message ? -1 : a.message > b.message ? 1 : 0));
}
