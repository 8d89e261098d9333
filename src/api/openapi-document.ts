import { z } from 'zod';
import type { Table } from '../schema/index.ts';
import { jsonBytesMax } from './body.ts';
import { answers, contracts, rowContracts } from './contracts.ts';
import { rowsPerPageMax } from './rows-list.ts';
import { versionName } from './row-json.ts';
import { tablePath } from './schema-answer.ts';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document: its schemas are the contracts that requests are checked by. */
export function openApiDocument(base: string, tables: readonly Table[]): Json {
  const paths: Record<string, Json> = {};
  const schemas: Record<string, Json> = {};
  for (const table of tables) {
    const { row, insert, update } = rowContracts(table);
    schemas[table.name] = schemaOf(row, 'output');
    schemas[`${table.name}-insert`] = schemaOf(insert, 'input');
    schemas[`${table.name}-update`] = schemaOf(update, 'input');
    Object.assign(paths, tablePaths(tablePath('', table), table));
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Backlot',
      version: '1',
      description: `JSON bodies have at most ${jsonBytesMax} bytes. Errors are problem details (RFC 9457).`,
    },
    servers: [{ url: base }],
    security: [{ session: [] }],
    paths: { ...fixedPaths(), ...paths },
    components: {
      schemas,
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'backlot_session' } },
      responses: {
        problem: {
          description: 'What went wrong, and what to do.',
          content: { 'application/problem+json': { schema: schemaOf(answers.problem, 'output') } },
        },
      },
    },
  };
}

function schemaOf(contract: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(contract, { io, unrepresentable: 'any' });
  return schema;
}

function content(schema: Json, type = 'application/json'): Json {
  return { content: { [type]: { schema } } };
}

function refer(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

interface OperationParts {
  readonly summary: string;
  readonly body?: Json;
  readonly status?: number;
  readonly answer?: Json;
  readonly parameters?: readonly Json[];
}

function operation({ summary, body, status = 200, answer, parameters }: OperationParts): Json {
  return {
    summary,
    ...(parameters && { parameters }),
    ...(body && { requestBody: { required: true, ...body } }),
    responses: {
      [status]: { description: 'Done.', ...(answer && content(answer)) },
      default: { $ref: '#/components/responses/problem' },
    },
  };
}

function pathParameter(name: string): Json {
  return { name, in: 'path', required: true, schema: { type: 'string' } };
}

function queryParameter(name: string, schema: Json, description: string): Json {
  return { name, in: 'query', required: false, schema, description };
}

const listParameters: readonly Json[] = [
  {
    name: 'query',
    in: 'query',
    required: false,
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: { type: 'string' } },
    description:
      'The query grammar of pages: column=value, column.min, .max, .not, .like, column, !column, relation.column, q.',
  },
  queryParameter('sort', { type: 'string' }, 'Columns, a minus before those that descend: name,-price.'),
  queryParameter('limit', { type: 'integer', minimum: 1, maximum: rowsPerPageMax, default: 50 }, 'Rows at once.'),
  queryParameter('page', { type: 'integer', minimum: 1 }, 'Which part, counted in limits.'),
  queryParameter('_after', { type: 'string' }, 'The next of the part before: quicker than page, and never doubles.'),
  queryParameter('_total', { type: 'boolean' }, 'Count all rows too.'),
];

function limitParameter(maximum: number): Json {
  return queryParameter('limit', { type: 'integer', minimum: 1, maximum }, 'How many at once.');
}

const afterParameter = queryParameter('_after', { type: 'string' }, 'The next of the part before.');

const ifMatch: Json = {
  name: 'If-Match',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: 'The ETag that was read: 412 when the row has changed since.',
};

function tablePaths(path: string, table: Table): Readonly<Record<string, Json>> {
  const row = refer(table.name);
  const { label } = table;
  const id = [pathParameter('id')];
  const page: Json = {
    type: 'object',
    required: ['rows', 'next'],
    properties: {
      rows: { type: 'array', items: row },
      next: { type: ['string', 'null'] },
      total: { type: 'integer' },
    },
  };
  return {
    [path]: {
      get: operation({ summary: `Rows of ${label}`, answer: page, parameters: listParameters }),
      post: operation({
        summary: `Adds a row to ${label}`,
        body: content(refer(`${table.name}-insert`)),
        status: 201,
        answer: row,
      }),
      delete: operation({
        summary: `Deletes rows of ${label} as one change`,
        answer: schemaOf(answers.deleted, 'output'),
        parameters: [
          {
            name: 'id',
            in: 'query',
            required: true,
            schema: { type: 'array', items: { type: 'string' } },
            description: 'Repeated for each row.',
          },
        ],
      }),
    },
    [`${path}/{id}`]: {
      get: operation({ summary: `One row of ${label}`, answer: row, parameters: id }),
      patch: operation({
        summary: `Changes columns of a row; with ${versionName(table)} in the body, 409 when it has changed since`,
        body: content(refer(`${table.name}-update`)),
        answer: row,
        parameters: [...id, ifMatch],
      }),
      delete: operation({
        summary: 'Deletes a row and its children',
        answer: schemaOf(answers.deleted, 'output'),
        parameters: [...id, ifMatch],
      }),
    },
    [`${path}/{id}/history`]: {
      get: operation({
        summary: 'Who changed what, newest first',
        answer: schemaOf(answers.history, 'output'),
        parameters: [...id, limitParameter(500), afterParameter],
      }),
    },
    [`${path}/{id}/detached`]: {
      get: operation({
        summary: 'What it holds in columns that no page mentions any more',
        answer: { type: 'object' },
        parameters: id,
      }),
    },
    [`${path}/{id}/move`]: {
      post: operation({
        summary: 'Puts a row behind or before another in the hand-made order',
        body: content(schemaOf(contracts.move, 'input')),
        answer: row,
        parameters: id,
      }),
    },
  };
}

/** The body of a request that keeps a contract. */
function json(contract: z.ZodType): Json {
  return content(schemaOf(contract, 'input'));
}

function gives(contract: z.ZodType): Json {
  return schemaOf(contract, 'output');
}

function fixedPaths(): Readonly<Record<string, Json>> {
  const id = [pathParameter('id')];
  return {
    '/session': {
      get: operation({ summary: 'Who is signed in', answer: gives(answers.signedIn) }),
      post: operation({
        summary: 'Signs in',
        body: json(contracts.signIn),
        status: 201,
        answer: gives(answers.signedIn),
      }),
      delete: operation({ summary: 'Signs out', status: 204 }),
    },
    '/session/proof': {
      post: operation({ summary: 'Gives the password again', body: json(contracts.proof), status: 204 }),
    },
    '/sessions': {
      get: operation({
        summary: 'Sessions: one’s own, for admins with all everyone’s',
        answer: gives(answers.sessions),
        parameters: [queryParameter('all', { type: 'boolean' }, 'Everyone’s.')],
      }),
    },
    '/sessions/{id}': { delete: operation({ summary: 'Ends a session', status: 204, parameters: id }) },
    '/setup': {
      post: operation({
        summary: 'Makes the first admin, by the one-time link',
        body: json(contracts.setup),
        status: 201,
        answer: gives(answers.signedIn),
      }),
    },
    '/users': {
      get: operation({ summary: 'All users', answer: gives(answers.users) }),
      post: operation({
        summary: 'Adds a user',
        body: json(contracts.newUser),
        status: 201,
        answer: gives(answers.user),
      }),
    },
    '/users/{id}': {
      get: operation({ summary: 'One user', answer: gives(answers.user), parameters: id }),
      patch: operation({
        summary: 'Changes a user',
        body: json(contracts.userChanges),
        answer: gives(answers.user),
        parameters: id,
      }),
      delete: operation({ summary: 'Removes a user', status: 204, parameters: id }),
    },
    ...operationPaths(),
    '/files': {
      post: operation({
        summary: 'Keeps uploaded files until rows hold them',
        body: content(
          { type: 'object', properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } } },
          'multipart/form-data',
        ),
        status: 201,
        answer: gives(answers.files),
      }),
    },
    '/files/{name}': {
      get: operation({
        summary: 'A stored file: a picture to be shown, everything else as an attachment',
        parameters: [
          pathParameter('name'),
          queryParameter(
            'w',
            { type: 'integer', minimum: 1, maximum: 999_999 },
            'A picture at least so many pixels wide.',
          ),
        ],
      }),
    },
    '/site': { get: operation({ summary: 'Pages, pictures and time zone of the site', answer: { type: 'object' } }) },
    '/schema': { get: operation({ summary: 'Tables, columns, rules, pages', answer: { type: 'object' } }) },
    '/summary': {
      get: operation({ summary: 'What was sent lately, and what needs attention', answer: gives(answers.summary) }),
    },
    '/me/reading': {
      get: operation({ summary: 'What the user has read of what visitors sent', answer: gives(answers.reading) }),
      post: operation({
        summary: 'Marks rows as read or unread',
        body: json(contracts.reading),
        answer: gives(answers.reading),
      }),
    },
    '/_spam/{id}/release': {
      post: operation({
        summary: 'Makes what was kept as spam the row that its form makes',
        status: 201,
        answer: gives(answers.released),
        parameters: id,
      }),
    },
    '/changes': {
      get: operation({
        summary: 'What people changed, newest first',
        answer: gives(answers.changes),
        parameters: [
          queryParameter('table', { type: 'string' }, 'Only of this table.'),
          queryParameter('actor', { type: 'string' }, 'Only of the user with this id.'),
          queryParameter('operation', { enum: ['insert', 'update', 'delete'] }, 'Only these.'),
          limitParameter(100),
          afterParameter,
        ],
      }),
    },
    '/changes/{change}/undo': {
      post: operation({
        summary: 'Takes a change back, as a new change',
        answer: gives(answers.deleted),
        parameters: [pathParameter('change')],
      }),
    },
  };
}

/** Mails, jobs, backups: for admins. */
function operationPaths(): Readonly<Record<string, Json>> {
  const id = [pathParameter('id')];
  const name = [pathParameter('name')];
  return {
    '/mails': {
      get: operation({
        summary: 'Mails, without their text; the query is that of the table _mail',
        answer: gives(answers.mails),
        parameters: listParameters,
      }),
    },
    '/mails/{id}': {
      get: operation({ summary: 'One mail', answer: gives(answers.mail), parameters: id }),
      delete: operation({ summary: 'Removes a mail; one that waits is not sent', status: 204, parameters: id }),
    },
    '/mails/{id}/send': {
      post: operation({ summary: 'Sends a kept or failed mail', status: 202, parameters: id }),
    },
    '/jobs': {
      get: operation({
        summary: 'Jobs, the newest first',
        answer: gives(answers.jobs),
        parameters: [queryParameter('state', { enum: ['waiting', 'running', 'failed'], default: 'failed' }, 'Which.')],
      }),
    },
    '/jobs/{id}': { delete: operation({ summary: 'Removes a failed job', status: 204, parameters: id }) },
    '/jobs/{id}/retry': { post: operation({ summary: 'Tries a failed job again', status: 202, parameters: id }) },
    '/backups': {
      get: operation({
        summary: 'Backups in the data folder, the newest first, and what is under way',
        answer: gives(answers.backups),
      }),
      post: operation({ summary: 'Begins a backup', status: 202, answer: gives(answers.backups) }),
    },
    '/backups/{name}': {
      get: operation({ summary: 'A backup as a file', parameters: name }),
      delete: operation({ summary: 'Removes a backup', status: 204, parameters: name }),
    },
    '/backups/{name}/restore': {
      post: operation({
        summary: 'Goes back to a backup: the state as it is becomes a backup first; all sessions end',
        status: 202,
        answer: gives(answers.backups),
        parameters: name,
      }),
    },
  };
}
