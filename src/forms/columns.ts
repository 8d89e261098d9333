import { canonicalValue, foldName, parseValue } from '../schema/index.ts';
import type { ColumnDeclaration, ColumnType, Constraints, Table, Value } from '../schema/index.ts';
import { isRequired, takesLength, takesPattern } from './constraints.ts';
import type { Control, ControlType, FormDefinition, Submission } from './definition.ts';
import { isCharset, isSubmitter, isSuccessful } from './entries.ts';
import { formatLimit, limitsOf, placesOf, readLimit } from './limits.ts';
import { compilePattern } from './pattern.ts';
import { splitEmails } from './address.ts';

/** Names a form may send without meaning a column: how it was sent, and what other services reserve. */
const reservedNames: ReadonlySet<string> = new Set([
  '_charset_',
  'form-name',
  '_replyto',
  '_subject',
  '_cc',
  '_next',
  '_gotcha',
  '_format',
  '_language',
]);

/** The controls that make one column together: all that bear one name. */
export interface ColumnGroup {
  /** As the author wrote it. */
  readonly name: string;
  readonly controls: readonly Control[];
}

/**
 * The columns that a form fills, in tree order: its named controls, grouped by name. Left out are traps, `_charset_`,
 * reserved names, image buttons, and submit buttons named `submit`; any other named submit button is a column.
 */
export function columnGroups(definition: FormDefinition): ColumnGroup[] {
  const groups = new Map<string, Control[]>();
  for (const control of definition.controls) {
    if (!fillsColumn(definition, control)) continue;
    const group = groups.get(control.name);
    if (group) group.push(control);
    else groups.set(control.name, [control]);
  }
  return [...groups].map(([name, controls]) => ({ name, controls }));
}

function fillsColumn(definition: FormDefinition, control: Control): boolean {
  if (control.name === '' || control.name === definition.trap || reservedNames.has(control.name)) return false;
  if (definition.netlify && control.type === 'hidden' && control.name === 'subject') return false;
  if (isCharset(control) || control.inDatalist || control.type === 'image') return false;
  if (isSubmitter(control)) return control.name !== 'submit' && control.value !== '';
  return control.type !== 'submit' && control.type !== 'button' && control.type !== 'reset';
}

const typesOfControls: Partial<Record<ControlType, ColumnType>> = {
  date: { kind: 'date' },
  month: { kind: 'month' },
  week: { kind: 'week' },
  time: { kind: 'time' },
  'datetime-local': { kind: 'datetime' },
  checkbox: { kind: 'boolean' },
  file: { kind: 'file' },
};

/**
 * The column type that the controls of one name imply (LANGUAGE, "Schema from controls"). Hidden inputs beside others
 * say nothing: they are the old way of sending an unticked box. Several controls that do not exclude one another, and
 * whatever is `multiple`, make a set.
 */
export function columnTypeOf(controls: Control | readonly Control[]): ColumnType {
  const group = speaking('length' in controls ? controls : [controls]);
  const [first] = group;
  if (!first) return { kind: 'text' };
  const exclusive = group.every(({ type }) => type === 'radio') || group.every(({ type }) => type === 'submit');
  if (group.some(({ multiple, type }) => multiple && takesMultiple.has(type))) return { kind: 'set' };
  if (group.length > 1 && !exclusive) return { kind: 'set' };
  if (first.type !== 'number' && first.type !== 'range') return typesOfControls[first.type] ?? { kind: 'text' };
  const places = placesOf(first);
  if (places === undefined) return { kind: 'real' };
  return places === 0 ? { kind: 'integer' } : { kind: 'decimal', scale: places };
}

const takesMultiple: ReadonlySet<ControlType> = new Set(['email', 'file', 'select']);

function speaking(controls: readonly Control[]): readonly Control[] {
  const shown = controls.filter(({ type }) => type !== 'hidden');
  return shown.length > 0 ? shown : controls.slice(0, 1);
}

/**
 * The limits that the controls of one name put on every write of their column. Invalid patterns and unreadable limits
 * are left out, as browsers ignore them. A time whose `max` is before
 * its `min` runs over midnight.
 */
export function constraintsOf(controls: Control | readonly Control[]): Constraints {
  const group = speaking('length' in controls ? controls : [controls]);
  const [first] = group;
  if (!first) return {};
  const options = optionsOf(group);
  if (options) return { options };
  if (group.length > 1) return {};
  return { ...limitsAsText(first), ...lengthsOf(first), ...patternOf(first) };
}

/** Values on offer; undefined for controls that take any text, and for lists that rows fill. */
function optionsOf(group: readonly Control[]): readonly string[] | undefined {
  const values = new Set<string>();
  for (const control of group) {
    if (control.type === 'radio' || control.type === 'submit') values.add(control.value);
    else if (control.type === 'checkbox' && group.length > 1) values.add(control.value);
    else if (control.type !== 'select' || control.optionsFrom !== undefined || control.options.length === 0)
      return undefined;
    else for (const option of control.options) if (!option.disabled) values.add(option.value);
  }
  values.delete('');
  return values.size === 0 ? undefined : [...values];
}

function limitsAsText(control: Control): Constraints {
  const limits = limitsOf(control);
  if (!limits) return {};
  const ranged = control.type === 'range';
  return {
    ...(limits.min && (ranged || readLimit(control, control.min)) && { min: formatLimit(control, limits.min) }),
    ...(limits.max && (ranged || readLimit(control, control.max)) && { max: formatLimit(control, limits.max) }),
    // Steps that count from a default value mean nothing to whoever does not see this form.
    ...(limits.step && control.step !== undefined && countsFromLimit(control) && { step: control.step.trim() }),
  };
}

function countsFromLimit(control: Control): boolean {
  return control.type === 'range' || readLimit(control, control.min) !== undefined || control.value === '';
}

function lengthsOf(control: Control): Constraints {
  if (!takesLength(control.type)) return {};
  return {
    ...(control.minLength !== undefined && { minLength: control.minLength }),
    ...(control.maxLength !== undefined && { maxLength: control.maxLength }),
  };
}

function patternOf(control: Control): Constraints {
  if (control.pattern === undefined || !takesPattern(control.type) || !compilePattern(control.pattern)) return {};
  return { pattern: control.pattern };
}

/** Whether a write without a value for these controls would be refused by the form: at least one is `required`. */
function isColumnRequired(controls: readonly Control[]): boolean {
  if (controls.length > 1 && controls.every(({ type }) => type === 'checkbox')) return controls.some(isRequired);
  return controls.some(isRequired);
}

/**
 * What a form says about the columns of the table it saves to. `nameOf` turns the author's name into the column's
 * (by default folded); controls whose name folds to nothing are left out. Plain texts vote for no type.
 */
export function declaredColumns(
  definition: FormDefinition,
  nameOf: (label: string) => string = foldName,
): ColumnDeclaration[] {
  return columnGroups(definition).flatMap(({ name, controls }): ColumnDeclaration[] => {
    const column = nameOf(name);
    if (column === '') return [];
    const type = columnTypeOf(controls);
    const votes = type.kind !== 'text' || controls.some((control) => control.type === 'radio');
    return [
      {
        name: column,
        label: name,
        ...(votes && { type }),
        required: isColumnRequired(controls),
        constraints: constraintsOf(controls),
        queried: false,
        at: controls[0]!.at,
      },
    ];
  });
}

export interface ColumnValueOptions {
  /** The table that is saved to: its columns' types go before those that the form alone implies. */
  readonly table?: Table;
  readonly nameOf?: (label: string) => string;
  /** Final column names by control index, where they are known; goes before `nameOf`. Others are left out. */
  readonly columns?: Readonly<Record<number, string>>;
}

/**
 * A valid submission as typed values by column. An unticked box is false and an empty list of choices the missing
 * value, as the controls were there to be left empty; any other absent name is absent. A text that is no value of its
 * column stays text, for the write path to refuse.
 */
export function columnValues(
  definition: FormDefinition,
  submission: Submission,
  options: ColumnValueOptions = {},
): Map<string, Value> {
  const values = new Map<string, Value>();
  const nameOf = options.nameOf ?? foldName;
  for (const { name, controls } of columnGroups(definition)) {
    const column = options.columns ? finalName(options.columns, controls) : nameOf(name);
    const live = controls.filter((control) => isSuccessful(control) || isSubmitter(control));
    if (column === '' || live.length === 0) continue;
    const type = options.table?.columns[column]?.type ?? columnTypeOf(controls);
    const value = columnValue(type, live, submission.values.get(name));
    if (value !== undefined) values.set(column, value);
  }
  return values;
}

function finalName(columns: Readonly<Record<number, string>>, controls: readonly Control[]): string {
  const named = controls.find((control) => columns[control.index] !== undefined);
  return named ? (columns[named.index] ?? '') : '';
}

function columnValue(
  type: ColumnType,
  controls: readonly Control[],
  sent: Submission['values'] extends ReadonlyMap<string, infer V> ? V | undefined : never,
): Value | undefined {
  const shown = speaking(controls);
  const texts = sent?.map((value) => (typeof value === 'string' ? value : value.path));
  const many = type.kind === 'set' || type.kind === 'references';
  if (shown.some((control) => control.type === 'checkbox') && !many) return tickedValue(type, shown, texts ?? []);
  // A file field left empty keeps the file that is there.
  if (shown.every((control) => control.type === 'file') && texts?.join('') === '') return undefined;
  if (texts === undefined) return many && shown.every(mayBeEmpty) ? null : undefined;
  if (many) return canonicalValue(type, membersOf(shown, texts));
  const [text = ''] = texts;
  return canonicalOrText(type, text);
}

/** A lone box is ticked or not; its value counts only where the column is no boolean. */
function tickedValue(type: ColumnType, controls: readonly Control[], texts: readonly string[]): Value {
  const box = controls.find((control) => control.type === 'checkbox' && texts.includes(control.value));
  if (type.kind === 'boolean') return box !== undefined;
  return box ? canonicalOrText(type, box.value) : null;
}

function mayBeEmpty(control: Control): boolean {
  return control.type === 'checkbox' || (control.type === 'select' && control.multiple);
}

function membersOf(controls: readonly Control[], texts: readonly string[]): readonly string[] {
  const emails = controls.some((control) => control.type === 'email' && control.multiple);
  return texts.flatMap((text) => (emails ? splitEmails(text) : [text])).filter((text) => text !== '');
}

function canonicalOrText(type: ColumnType, text: string): Value {
  const value = parseValue(type, text);
  return value === undefined ? text : canonicalValue(type, value);
}
