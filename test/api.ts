import assert from 'node:assert/strict';
import type { Served } from './served.ts';
import { command } from './rows.ts';

/** A small restaurant: dishes in sections, a form that visitors send. */
export const restaurant: Record<string, string> = {
  'index.html': `<!DOCTYPE html><html lang=en><title>Menu</title>
<div data-list="section"><section itemscope><h2 itemprop=name>Pasta</h2>
<ul data-list="dish?sort=price"><li itemscope><b itemprop=name>Tagliatelle</b>
<data itemprop=price value=14.5>€14.50</data> <em data-if=vegetarian>vegetarian</em></li>
<li itemscope><b itemprop=name>Gnocchi</b> <data itemprop=price value=12>€12.00</data> <em>vegetarian</em></li></ul>
</section></div>`,
  'contact.html': `<!DOCTYPE html><html lang=en><title>Contact</title><form name=message method=post>
<input name=name required maxlength=20><input type=number name=guests min=1 max=12><input type=file name=photo>
<button>Send</button></form>`,
};

export const password = 'zebra crossing at noon';

export interface ApiReply {
  readonly status: number;
  readonly headers: Headers;
  /** What the JSON holds at a path of names and numbers; undefined where it holds nothing there. */
  readonly at: (...path: (string | number)[]) => unknown;
  /** All of it. */
  readonly json: unknown;
}

/** Calls the API as a script of a page would; `cookie` stands for the browser's. */
export async function call(
  site: Pick<Served, 'address'>,
  request: string,
  { body, cookie, headers = {} }: { body?: unknown; cookie?: string; headers?: Record<string, string> } = {},
): Promise<ApiReply> {
  const [method = 'GET', path = ''] = request.split(' ');
  const response = await fetch(`${site.address}/api${path}`, {
    method,
    headers: {
      origin: site.address,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const json: unknown = isJson ? JSON.parse(text) : text;
  const at = (...steps: (string | number)[]): unknown => {
    let found: unknown = json;
    for (const step of steps)
      found = typeof found === 'object' && found !== null ? Reflect.get(found, step) : undefined;
    return found;
  };
  return { status: response.status, headers: response.headers, json, at };
}

/** Adds a user by the command line, beside the running server. */
export async function addUser(
  site: Pick<Served, 'dataDir'>,
  email: string,
  role: string,
  databaseUrl?: string,
): Promise<void> {
  const where = ['--data', site.dataDir, ...(databaseUrl === undefined ? [] : ['--database', databaseUrl])];
  const { code, stderr } = await command(['user', 'add', email, '--role', role, ...where], { stdin: `${password}\n` });
  assert.equal(code, 0, stderr);
}

/** Signs in; gives the cookie that the browser sends from then on. */
export async function signIn(site: Pick<Served, 'address'>, email: string): Promise<string> {
  const reply = await call(site, 'POST /session', { body: { email, password } });
  assert.equal(reply.status, 201, JSON.stringify(reply.json));
  return cookieOf(reply);
}

export function cookieOf({ headers }: Pick<ApiReply, 'headers'>): string {
  return headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** A signed-in admin, or somebody with another role. */
export async function signedIn(site: Served, role = 'admin', databaseUrl?: string): Promise<string> {
  await addUser(site, `${role}@example.org`, role, databaseUrl);
  return await signIn(site, `${role}@example.org`);
}
