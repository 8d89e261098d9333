import type { OwnRoute } from './app.ts';
import { sendText } from './respond.ts';
import type { DatabaseHealth } from '../database/index.ts';
import type { Log } from '../std/index.ts';

export interface HealthOptions {
  readonly database: () => Promise<DatabaseHealth>;
  /** The files need changes of tables that nobody has made yet. */
  readonly isSchemaPending: () => boolean;
  readonly log: Log;
}

/**
 * `/_backlot/health`: 200 when the site can be served and written to, else 503, as JSON. What exactly is wrong is for
 * the operator alone and goes to the log, once.
 */
export function healthRoute({ database, isSchemaPending, log }: HealthOptions): OwnRoute {
  let told: string | undefined;
  return {
    method: 'GET',
    path: '/health',
    anyHost: true,
    async handle(request, response) {
      const { readable, writable, problem } = await database();
      if (problem !== undefined && problem !== told) log.error('the database is not well', { problem });
      told = problem;
      const isWell = readable && writable;
      const body = {
        status: isWell ? 'ok' : 'unavailable',
        database: { readable, writable },
        schema: isSchemaPending() ? 'behind' : 'current',
      };
      sendText(request, response, isWell ? 200 : 503, `${JSON.stringify(body)}\n`, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
    },
  };
}
