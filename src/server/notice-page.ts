/** A plain page of our own, for what the site has no page for. It needs nothing from anywhere. */
export interface Notice {
  readonly title: string;
  readonly text: string;
  /** Shown small, for the operator: an id to find in the log. */
  readonly id?: string;
}

const style =
  'body{margin:0;min-height:100vh;display:grid;place-items:center;font:1.05rem/1.6 system-ui,sans-serif;color:#222;background:#fafaf8}' +
  'main{max-width:34rem;padding:2rem}h1{font-size:1.5rem;margin:0 0 .5rem}p{margin:.5rem 0}small{color:#666}' +
  '@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}small{color:#aaa}}';

/** Strict: nothing but the page's own style sheet. */
export const noticePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function noticePage({ title, text, id }: Notice): string {
  const small = id === undefined ? '' : `<p><small>${escape(id)}</small></p>`;
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escape(title)}</title><style>${style}</style><main><h1>${escape(title)}</h1><p>${escape(text)}</p>${small}</main></html>\n`
  );
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** What a status says to a visitor. */
export function noticeFor(status: number): Notice {
  const known = notices[status];
  if (known) return known;
  return status < 500
    ? { title: 'This request could not be understood', text: 'Go back and try again.' }
    : { title: 'Something went wrong', text: 'The fault is ours. Please try again in a moment.' };
}

const notices: Readonly<Record<number, Notice>> = {
  403: { title: 'This is not for you', text: 'You may not see or do this. Perhaps you need to sign in first.' },
  404: { title: 'There is no such page', text: 'The address may be misspelt, or the page is gone.' },
  405: { title: 'This cannot be done here', text: 'This address takes no such request.' },
  408: { title: 'That took too long', text: 'Your connection was too slow. Go back and send it again.' },
  410: { title: 'This page is gone', text: 'It was here once and will not come back.' },
  413: { title: 'That is too large', text: 'Go back, choose smaller files or write less, and send it again.' },
  415: { title: 'This cannot be read', text: 'The form was sent in a form that this site does not take.' },
  421: { title: 'This site is not here', text: 'The address you asked for belongs to another site.' },
  429: {
    title: 'That was too often',
    text: 'Wait a minute, go back, and send it again. What you wrote is still there.',
  },
  503: { title: 'Not just now', text: 'The site cannot do this at the moment. Please try again shortly.' },
};
