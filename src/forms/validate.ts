import { accepts } from './accept.ts';
import { checkText, isReadonly, isRequired } from './constraints.ts';
import type {
  Control,
  Entry,
  FieldError,
  FormDefinition,
  Submission,
  Upload,
  UploadRefusal,
  Validated,
  Validity,
} from './definition.ts';
import { assignValues, entriesByName, isCharset, isSubmitter, isSuccessful } from './entries.ts';
import type { Sent } from './entries.ts';
import { limitsOf } from './limits.ts';
import { messageFor } from './messages.ts';
import { normaliseText } from './sanitise.ts';

export interface ValidateOptions {
  /** Language of the messages, from the form's `lang`; English where it is not one of ours. */
  readonly lang: string;
  /** Values that a select filled from rows offers. Undefined: its options in the file count. */
  readonly rowOptions?: (control: Control) => readonly string[] | undefined;
  /**
   * The value that the page had for a control, where it is not the one in the file (a row's value): what a read-only
   * control keeps and steps count from, and the value of a hidden input that is computed from the row.
   */
  readonly served?: (control: Control) => string | undefined;
  /** Largest file in bytes; larger ones are `fileSize`. */
  readonly fileBytesMax?: number;
  /** Milliseconds since 1970 at which the form was sent. No constraint of the standard depends on it. */
  readonly nowMs?: number;
}

type Values = Map<string, (string | Upload)[]>;

/**
 * Validates an entry list against a form's own HTML, as the standard says and, because the client is not trusted, more
 * strictly: undeclared names are dropped, choices that are not offered refused, read-only and computed values replaced
 * by the served ones, and what a browser would have replaced by nothing is `badInput`. `novalidate` does not exist here.
 *
 * The submission holds sanitised values by control name in tree order (of refused fields the text as sent); absent
 * names are absent. A trap's own value is never in it.
 */
export function validateForm(
  definition: FormDefinition,
  entries: readonly Entry[],
  options: ValidateOptions,
): Validated {
  const sent = entriesByName(entries);
  const values: Values = new Map();
  const errors: FieldError[] = [];
  const refuse = (control: Control, validity: Validity, value = ''): void => {
    const message = messageFor(validity, control, options.lang, value, {
      ...options,
      servedValue: options.served?.(control),
    });
    errors.push({ control: control.index, name: control.name, validity, message });
  };
  for (const [name, controls] of controlsByName(definition)) {
    const assigned = assignValues(controls, sent.get(name) ?? [], (control) => offered(control, options));
    for (const one of assigned) {
      const { control } = one;
      if (control.type === 'radio') continue;
      if (control.type === 'checkbox' || control.type === 'select') checkChoice(one, values, refuse);
      else if (control.type === 'file') checkFiles(one, values, refuse, options);
      else checkTextControl(one, values, refuse, options);
    }
    checkRadios(
      assigned.filter(({ control }) => control.type === 'radio'),
      values,
      refuse,
    );
    keepDirections(controls, sent, values);
  }
  keepSubmitter(definition, sent, values);
  errors.sort((a, b) => a.control - b.control);
  const submission: Submission = { values };
  const trapped = isTrapped(definition, sent);
  return errors.length === 0 ? { ok: true, submission, trapped } : { ok: false, errors, submission, trapped };
}

type Refuse = (control: Control, validity: Validity, value?: string) => void;

const groupsByDefinition = new WeakMap<FormDefinition, ReadonlyMap<string, readonly Control[]>>();

/** Controls that may send a value, by name in tree order. Made once for each definition. */
function controlsByName(definition: FormDefinition): ReadonlyMap<string, readonly Control[]> {
  const known = groupsByDefinition.get(definition);
  if (known) return known;
  const groups = new Map<string, Control[]>();
  for (const control of definition.controls) {
    if (!isSuccessful(control) || control.name === definition.trap) continue;
    const group = groups.get(control.name);
    if (group) group.push(control);
    else groups.set(control.name, [control]);
  }
  groupsByDefinition.set(definition, groups);
  return groups;
}

/** Values that a choice offers; undefined where any text will do. */
function offered(control: Control, options: ValidateOptions): readonly string[] | undefined {
  if (control.type === 'checkbox' || control.type === 'radio') return [control.value];
  if (control.type !== 'select') return undefined;
  const fromRows = options.rowOptions?.(control);
  if (fromRows) return control.placeholder ? ['', ...fromRows] : fromRows;
  if (control.options.length === 0) return undefined;
  return control.options.filter((option) => !option.disabled).map((option) => option.value);
}

function keep(values: Values, name: string, kept: readonly (string | Upload)[]): void {
  if (kept.length === 0) return;
  const held = values.get(name);
  if (held) held.push(...kept);
  else values.set(name, [...kept]);
}

function checkChoice({ control, values: sent, foreign }: Sent, values: Values, refuse: Refuse): void {
  if (foreign.length > 0) return refuse(control, 'optionMismatch', foreign[0]);
  keep(values, control.name, sent);
  const chosen = control.placeholder ? sent.filter((value) => value !== '') : sent;
  if (isRequired(control) && chosen.length === 0) refuse(control, 'valueMissing');
}

/** One member that is required makes the whole group required. */
function checkRadios(group: readonly Sent[], values: Values, refuse: Refuse): void {
  const [first] = group;
  if (!first) return;
  const foreign = group.flatMap((one) => one.foreign);
  const chosen = group.filter((one) => one.values.length > 0);
  if (foreign.length > 0 || chosen.length > 1) return refuse(first.control, 'optionMismatch', foreign[0] ?? '');
  for (const one of chosen) keep(values, one.control.name, one.values);
  if (chosen.length === 0 && group.some(({ control }) => isRequired(control))) refuse(first.control, 'valueMissing');
}

function checkFiles({ control, values: sent }: Sent, values: Values, refuse: Refuse, options: ValidateOptions): void {
  const uploads = sent.filter((value) => typeof value !== 'string');
  keep(values, control.name, uploads);
  if (uploads.length === 0) {
    if (isRequired(control)) refuse(control, 'valueMissing');
    return;
  }
  const wrong = uploads.find((upload) => upload.refused === 'type' || !accepts(control.accept ?? '', upload));
  const most = options.fileBytesMax ?? Infinity;
  const large = uploads.find((upload) => upload.refused === 'size' || upload.size > most);
  const unread = uploads.find(({ refused }) => refused !== undefined);
  if (wrong) refuse(control, 'fileType', wrong.filename);
  else if (large) refuse(control, 'fileSize', large.filename);
  else if (unread?.refused) refuse(control, fileValidity[unread.refused], unread.filename);
}

const fileValidity: Readonly<Record<UploadRefusal, Validity>> = {
  type: 'fileType',
  size: 'fileSize',
  broken: 'fileBroken',
  pixels: 'filePixels',
  busy: 'fileBusy',
};

function checkTextControl(one: Sent, values: Values, refuse: Refuse, options: ValidateOptions): void {
  const { control } = one;
  const served = options.served?.(control);
  if (isCharset(control)) return keep(values, control.name, ['UTF-8']);
  if (control.computed) return keep(values, control.name, served === undefined ? [] : [normaliseText(served)]);
  if (isReadonly(control)) return keep(values, control.name, [normaliseText(served ?? control.value)]);
  const [sent] = one.values;
  if (typeof sent !== 'string') {
    if (isRequired(control)) refuse(control, 'valueMissing');
    return;
  }
  const { value, validity } = checkText(control, sent, limitsOf(control, served));
  keep(values, control.name, [value]);
  if (validity) refuse(control, validity, value);
}

/** `dirname` sends the direction of what was typed beside it. */
function keepDirections(controls: readonly Control[], sent: ReturnType<typeof entriesByName>, values: Values): void {
  for (const { dirname } of controls) {
    const direction = dirname === undefined ? undefined : sent.get(dirname)?.[0];
    if (dirname !== undefined && (direction === 'ltr' || direction === 'rtl')) values.set(dirname, [direction]);
  }
}

/** The button that was pressed sends its name and value, an image the place where it was hit. */
function keepSubmitter(definition: FormDefinition, sent: ReturnType<typeof entriesByName>, values: Values): void {
  for (const control of definition.controls) {
    if (!isSubmitter(control) || control.name === '' || control.name === definition.trap) continue;
    if (values.has(control.name)) continue;
    if (control.type === 'submit') {
      if (sent.get(control.name)?.includes(normaliseText(control.value))) values.set(control.name, [control.value]);
      continue;
    }
    for (const name of [`${control.name}.x`, `${control.name}.y`]) {
      const coordinate = sent.get(name)?.[0];
      if (typeof coordinate === 'string' && /^-?\d{1,9}$/.test(coordinate)) values.set(name, [coordinate]);
    }
  }
}

function isTrapped(definition: FormDefinition, sent: ReturnType<typeof entriesByName>): boolean {
  if (definition.trap === undefined) return false;
  return (sent.get(definition.trap) ?? []).some((value) => value !== '');
}
