import { childElements } from './document.ts';
import type { PageElement } from './tree.ts';

/*
 * Tables as Markdown has them: one row of headings, then rows of as many cells.
 */

/** The cells of a table, row by row; undefined where Markdown cannot say them. */
export function tableCells(table: PageElement): PageElement[][] | undefined {
  const parts = childElements(table);
  if (parts.some(({ tagName }) => !/^(?:thead|tbody|tr)$/.test(tagName))) return undefined;
  const rows = parts
    .flatMap((part) => (part.tagName === 'tr' ? [part] : childElements(part)))
    .map((row) => childElements(row).filter(({ tagName }) => tagName === 'th' || tagName === 'td'));
  const [head, ...body] = rows;
  const isTable =
    head !== undefined &&
    head.length > 0 &&
    head.every(({ tagName }) => tagName === 'th') &&
    body.every((row) => row.length === head.length && row.every(({ tagName }) => tagName === 'td'));
  return isTable ? rows : undefined;
}

/** Writes a table of cells that are Markdown already. */
export function tableLines([head = [], ...body]: readonly (readonly string[])[]): string {
  const rule = head.map(() => '---');
  return [head, rule, ...body]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('\\\n', ' ')).join(' | ')} |`)
    .join('\n');
}
