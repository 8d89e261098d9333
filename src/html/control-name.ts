/**
 * The name under which a control in the item of a list in a form is submitted: `line.ID.quantity`. Served names only;
 * in the file the control bears the column's name.
 */
export function itemControlName(table: string, rowId: string, name: string): string {
  return `${table}.${rowId}.${name}`;
}

/** Takes a served control name apart; undefined when it is no item's. */
export function readItemControlName(
  text: string,
): { readonly table: string; readonly rowId: string; readonly name: string } | undefined {
  const match = /^([a-z0-9_-]+)\.([^.]+)\.(.+)$/s.exec(text);
  return match ? { table: match[1]!, rowId: match[2]!, name: match[3]! } : undefined;
}
