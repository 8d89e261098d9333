import type { Diagnostic } from '../std/index.ts';
import { checkText, isReadonly, takesLength, takesPattern } from './constraints.ts';
import type { Control, FormDefinition } from './definition.ts';
import { isSubmitter, isSuccessful } from './entries.ts';
import { limitsOf, readLimit } from './limits.ts';
import { compareDecimals, parseNumberLeniently } from './number.ts';
import { compilePattern } from './pattern.ts';

export interface LintContext {
  /** The table that the form saves to, folded. Passwords belong to `user` and `session` alone. */
  readonly table?: string;
}

/**
 * What an author should know of a form: what cannot work, what browsers will ignore, and what is never safe. Errors
 * keep the form from being served; warnings are `check`'s.
 */
export function lintForm(definition: FormDefinition, context: LintContext = {}): Diagnostic[] {
  return [
    ...lintWhole(definition),
    ...definition.controls.flatMap((control) => [
      ...lintSecrets(control, definition, context),
      ...lintName(control, definition),
      ...lintLimits(control),
      ...lintChoices(control),
    ]),
  ];
}

const voluntaryTypes: ReadonlySet<string> = new Set(['hidden', 'submit', 'image', 'reset', 'button', 'search']);

function lintWhole(definition: FormDefinition): Diagnostic[] {
  const { at, controls, method } = definition;
  const found: Diagnostic[] = [];
  const asks = controls.some(({ type }) => !voluntaryTypes.has(type));
  if (method === 'get' && definition.methodWritten !== true && definition.filters !== true && asks) {
    found.push(
      warning(
        'forms/no-method',
        'This form has no `method`, so what is typed into it goes into the address and is not stored.',
        'Write `method="post"`, or `method="get"` if it is meant to filter a list.',
        at,
      ),
    );
  }
  if (method !== 'post') return found;
  if (definition.enctype === 'text/plain') {
    found.push(
      error(
        'forms/text-plain',
        'Forms sent as `text/plain` cannot be read reliably and are refused.',
        'Remove `enctype`.',
        at,
      ),
    );
  }
  const file = controls.find((control) => control.type === 'file' && isSuccessful(control));
  if (file && definition.enctype !== 'multipart/form-data') {
    found.push(
      error(
        'forms/file-without-multipart',
        'This form has a file control, but it is sent in a way that carries only file names.',
        'Write `enctype="multipart/form-data"` on the form.',
        file.at,
      ),
    );
  }
  if (definition.trap !== undefined && !controls.some(({ name }) => name === definition.trap)) {
    found.push(
      warning(
        'forms/trap-missing',
        `The trap \`${definition.trap}\` that this form names is not among its controls.`,
        `Add an input named \`${definition.trap}\` that visitors do not see.`,
        at,
      ),
    );
  }
  return found;
}

function lintSecrets(control: Control, definition: FormDefinition, { table }: LintContext): Diagnostic[] {
  const tokens = (control.autocomplete ?? '').toLowerCase().split(/[\t\n\f\r ]+/);
  if (tokens.some((token) => token === 'cc-number' || token === 'cc-csc')) {
    return [
      error(
        'forms/card-number',
        'Card numbers are never taken: storing them is neither safe nor allowed.',
        'Remove the control; payments go through the payment provider’s own page.',
        control.at,
      ),
    ];
  }
  if (control.type !== 'password' || table === 'user' || table === 'session' || definition.method === 'dialog')
    return [];
  return [
    error(
      'forms/password',
      'A password is asked for in a form that does not save to `user` or `session`: it would be stored readable.',
      'Write `data-save="session"` to sign in, `data-save="user"` to sign up, or remove the control.',
      control.at,
    ),
  ];
}

function lintName(control: Control, definition: FormDefinition): Diagnostic[] {
  if (control.inDatalist || definition.method === 'dialog') return [];
  if (control.name === '') {
    if (control.disabled || !isSuccessful({ ...control, name: 'x' })) return [];
    const id = control.elementId;
    const fix = id === undefined ? 'Give it a `name`.' : `Write \`name="${id}"\` beside its \`id\`.`;
    return [warning('forms/no-name', 'This control has no `name`, so browsers never send it.', fix, control.at)];
  }
  if (control.name === '__proto__') {
    return [error('forms/bad-name', 'A control may not be named `__proto__`.', 'Choose another name.', control.at)];
  }
  if (isSubmitter(control) && control.name === 'submit') {
    return [
      note(
        'forms/named-submit',
        'A button named `submit` hides the form’s own `submit()` from scripts, and is not stored.',
        'Remove its `name`.',
        control.at,
      ),
    ];
  }
  if (control.type !== 'hidden' || control.computed || control.value !== '' || definition.method !== 'post') return [];
  if (control.name.startsWith('_') || control.name === 'form-name') return [];
  return [
    warning(
      'forms/hidden-by-script',
      `The hidden input \`${control.name}\` is empty, so a script must fill it; what it holds is stored as text and never believed.`,
      'If the row knows it, write `data-attr-value="{…}"`; else use it only for display.',
      control.at,
    ),
  ];
}

function lintLimits(control: Control): Diagnostic[] {
  const found: Diagnostic[] = [];
  const { pattern, minLength, maxLength } = control;
  if (pattern !== undefined && takesPattern(control.type) && !compilePattern(pattern)) {
    found.push(
      warning(
        'forms/invalid-pattern',
        `The pattern \`${pattern}\` is no regular expression with the flag \`v\`, so browsers ignore it.`,
        patternFix(pattern),
        control.at,
      ),
    );
  }
  if (takesLength(control.type) && minLength !== undefined && maxLength !== undefined && minLength > maxLength) {
    const said = `\`minlength="${minLength}"\` and \`maxlength="${maxLength}"\``;
    found.push(error('forms/contradictory-length', `No text can satisfy ${said}.`, 'Correct one of them.', control.at));
  }
  found.push(...lintRange(control), ...lintDefault(control));
  return found;
}

/** The usual mistake: characters that the flag `v` wants escaped within a class. */
function patternFix(pattern: string): string {
  const escaped = pattern.replace(/\[(?:\\.|[^\]\\])*\]/g, (set) =>
    set
      .replace(/(?<!\\)-(?=\])/, '\\-')
      .replace(/^\[(\^?)-/, '[$1\\-')
      .replace(/(?<=[^\\])([()[{}/|])/g, '\\$1')
      .replace(/(\\[dwsDWS])-(?!\])/g, '$1\\-'),
  );
  return escaped !== pattern && compilePattern(escaped)
    ? `Write \`${escaped}\`.`
    : 'Correct it; within `[…]`, write `\\` before `( ) [ ] { } / - \\ |`.';
}

function lintRange(control: Control): Diagnostic[] {
  const limits = limitsOf(control);
  if (!limits) return [];
  const found: Diagnostic[] = [];
  const min = readLimit(control, control.min);
  const max = readLimit(control, control.max);
  if (min && max && compareDecimals(max, min) < 0 && !limits.reversed) {
    const said = `\`min="${control.min ?? ''}"\` and \`max="${control.max ?? ''}"\``;
    found.push(error('forms/contradictory-range', `No value can satisfy ${said}.`, 'Correct one of them.', control.at));
  }
  for (const attribute of ['min', 'max'] as const) {
    const text = control[attribute];
    if (text === undefined || text === '' || readLimit(control, text)) continue;
    found.push(unreadable(attribute, text, control));
  }
  const { step } = control;
  if (step === undefined || step.toLowerCase() === 'any') return found;
  const number = parseNumberLeniently(step);
  if (!number || number.mantissa <= 0n) found.push(unreadable('step', step, control));
  return found;
}

function unreadable(attribute: string, text: string, control: Control): Diagnostic {
  const message = `Browsers ignore \`${attribute}="${text}"\` on a control of type \`${control.type}\`.`;
  return warning('forms/ignored-limit', message, `Correct it or remove \`${attribute}\`.`, control.at);
}

/** A value in the file that its own control would refuse. */
function lintDefault(control: Control): Diagnostic[] {
  if (control.value === '' || control.disabled || isReadonly(control) || control.type === 'hidden') return [];
  if (control.type === 'checkbox' || control.type === 'radio' || !isSuccessful({ ...control, name: 'x' })) return [];
  const { validity } = checkText(control, control.value);
  if (validity === undefined) return [];
  return [
    warning(
      'forms/invalid-default',
      `The value in the file, \`${control.value}\`, breaks this control’s own rules (${validity}).`,
      'Correct the value or the rule.',
      control.at,
    ),
  ];
}

function lintChoices(control: Control): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (control.type === 'select' && control.options.length === 0 && control.optionsFrom === undefined) {
    found.push(
      note(
        'forms/no-options',
        'This list has no options in the file, so whatever a script offers is taken as text.',
        'Write its options, or fill it with `data-list`.',
        control.at,
      ),
    );
  }
  if (control.type === 'radio' && control.valueWritten === false && control.name !== '') {
    found.push(
      warning(
        'forms/radio-without-value',
        'This radio button has no `value`, so it sends `on` and cannot be told from others.',
        'Give each radio button of the group its own `value`.',
        control.at,
      ),
    );
  }
  return found;
}

function error(code: string, message: string, fix: string, at: Control['at']): Diagnostic {
  return { severity: 'error', code, message, fix, at };
}

function warning(code: string, message: string, fix: string, at: Control['at']): Diagnostic {
  return { severity: 'warning', code, message, fix, at };
}

function note(code: string, message: string, fix: string, at: Control['at']): Diagnostic {
  return { severity: 'note', code, message, fix, at };
}
