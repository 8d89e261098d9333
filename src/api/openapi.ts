import { decide, onlyStaff } from './access.ts';
import type { ApiContext } from './context.ts';
import { json } from './request.ts';
import type { ApiAnswer, Call } from './request.ts';

/** `GET /api/openapi.json`: what the API takes and gives (OpenAPI 3.1), for the tables that the actor may read. */
export async function readOpenApi(context: ApiContext, call: Call): Promise<ApiAnswer> {
  await onlyStaff(context, call);
  const { schema } = context.tables;
  const tables = Object.values(schema.tables).filter(
    (table) => !table.detached && decide(context, call.actor, 'read', table).allowed,
  );
  const { openApiDocument } = await import('./openapi-document.ts');
  return json(200, openApiDocument(context.path, tables));
}
