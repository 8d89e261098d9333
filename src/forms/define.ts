import {
  attribute,
  childElements,
  closest,
  contains,
  elementPosition,
  hasAttribute,
  languageOf,
  parentElement,
  textContent,
} from '../html/index.ts';
import type { PageDocument, PageElement, PageForm } from '../html/index.ts';
import type { Control, ControlType, FormDefinition, OptionDefinition } from './definition.ts';
import { normaliseText, sanitise } from './sanitise.ts';

/** How `defineForms` learns which list a control stands in; html's scope ids, undefined for the page itself. */
export type ScopeOf = (element: PageElement) => number | undefined;

/**
 * Reads every form of a page as the HTML standard says: form owners, types, defaults, options, disabled fieldsets.
 * Forms and controls keep the order and the indices of `document.forms`.
 * `scopeOf` gives the innermost list or row inside the form around a control; without it no control has a scope.
 */
export function defineForms(document: PageDocument, scopeOf?: ScopeOf): FormDefinition[] {
  const labels = labelsById(document);
  return document.forms.map((form) => defineForm(document, form, labels, scopeOf));
}

function defineForm(
  document: PageDocument,
  form: PageForm,
  labels: ReadonlyMap<string, string>,
  scopeOf: ScopeOf | undefined,
): FormDefinition {
  const { element } = form;
  const controls = form.controls.map((control, index) => defineControl(document, control, index, labels, scopeOf));
  const trap = trapName(element, controls);
  return {
    index: form.index,
    method: methodOf(element),
    enctype: enctypeOf(element),
    ...optional('acceptCharset', attribute(element, 'accept-charset')),
    lang: languageOf(element),
    controls,
    ...optional('name', attribute(element, 'name') || undefined),
    ...optional('elementId', attribute(element, 'id') || undefined),
    methodWritten: hasAttribute(element, 'method'),
    ...optional('action', attribute(element, 'action')),
    filters: attribute(element, 'role') === 'search' || hasAttribute(element, 'aria-controls'),
    netlify: hasAttribute(element, 'netlify') || hasAttribute(element, 'data-netlify'),
    ...optional('trap', trap),
    at: elementPosition(document, element),
  };
}

function methodOf(element: PageElement): FormDefinition['method'] {
  const method = attribute(element, 'method')?.toLowerCase();
  return method === 'post' || method === 'dialog' ? method : 'get';
}

function enctypeOf(element: PageElement): FormDefinition['enctype'] {
  const enctype = attribute(element, 'enctype')?.toLowerCase();
  return enctype === 'multipart/form-data' || enctype === 'text/plain' ? enctype : 'application/x-www-form-urlencoded';
}

/** `netlify-honeypot` names it; `_gotcha` (Formspree) and `bot-field` (Netlify's own example) are traps by name. */
function trapName(element: PageElement, controls: readonly Control[]): string | undefined {
  const named = attribute(element, 'netlify-honeypot') ?? attribute(element, 'data-netlify-honeypot');
  if (named) return named;
  return controls.find((control) => control.name === '_gotcha' || control.name === 'bot-field')?.name;
}

const inputTypes: ReadonlySet<string> = new Set<ControlType>([
  'hidden',
  'text',
  'search',
  'tel',
  'url',
  'email',
  'password',
  'date',
  'month',
  'week',
  'time',
  'datetime-local',
  'number',
  'range',
  'color',
  'checkbox',
  'radio',
  'file',
  'submit',
  'image',
  'reset',
  'button',
]);

function isInputType(type: string): type is ControlType {
  return inputTypes.has(type);
}

function typeOf(element: PageElement): ControlType {
  const type = (attribute(element, 'type') ?? '').toLowerCase();
  if (element.tagName === 'select' || element.tagName === 'textarea') return element.tagName;
  if (element.tagName === 'button') return type === 'reset' || type === 'button' ? type : 'submit';
  return isInputType(type) ? type : 'text';
}

function defineControl(
  document: PageDocument,
  element: PageElement,
  index: number,
  labels: ReadonlyMap<string, string>,
  scopeOf: ScopeOf | undefined,
): Control {
  const type = typeOf(element);
  const multiple = hasAttribute(element, 'multiple');
  const options = type === 'select' ? optionsOf(element) : [];
  const id = attribute(element, 'id') || undefined;
  const name = normaliseText(attribute(element, 'name') ?? '');
  const scope = scopeOf?.(element);
  return {
    index,
    name,
    type,
    label: labelOf(element, id, labels) || name,
    value: defaultValue(element, type, multiple),
    valueWritten: hasAttribute(element, 'value'),
    checked: hasAttribute(element, 'checked'),
    options: options.map((option) => option.definition),
    placeholder: type === 'select' && isPlaceholder(element, options),
    required: hasAttribute(element, 'required'),
    multiple,
    disabled: isDisabled(element),
    readonly: hasAttribute(element, 'readonly'),
    inDatalist: closest(element, (around) => around.tagName === 'datalist') !== undefined,
    ...limitAttributes(element),
    ...optional('elementId', id),
    ...optional('autocomplete', attribute(element, 'autocomplete')),
    computed: type === 'hidden' && hasMark(element, 'attr-value'),
    ...optional('optionsFrom', type === 'select' ? mark(element, 'list') : undefined),
    ...optional('scope', scope),
    at: elementPosition(document, element),
  };
}

function limitAttributes(element: PageElement): Partial<Control> {
  return {
    ...optional('pattern', attribute(element, 'pattern')),
    ...optional('min', attribute(element, 'min')),
    ...optional('max', attribute(element, 'max')),
    ...optional('step', attribute(element, 'step')),
    ...optional('minLength', nonNegativeInteger(attribute(element, 'minlength'))),
    ...optional('maxLength', nonNegativeInteger(attribute(element, 'maxlength'))),
    ...optional('accept', attribute(element, 'accept')),
    ...optional('dirname', attribute(element, 'dirname') || undefined),
    ...optional('title', attribute(element, 'title')),
  };
}

/** The rules for parsing non-negative integers: white space before and anything behind the digits is passed over. */
function nonNegativeInteger(text: string | undefined): number | undefined {
  const digits = text === undefined ? undefined : /^[\t\n\f\r ]*\+?(\d+)|^[\t\n\f\r ]*-(0+)(?!\d)/.exec(text);
  if (!digits) return undefined;
  const value = Number(digits[1] ?? 0);
  return Number.isSafeInteger(value) ? value : undefined;
}

function defaultValue(element: PageElement, type: ControlType, multiple: boolean): string {
  if (type === 'textarea') return normaliseText(textContent(element));
  if (type === 'select' || type === 'file') return '';
  const written = attribute(element, 'value');
  if (type === 'checkbox' || type === 'radio') return normaliseText(written ?? 'on');
  if (type === 'submit' || type === 'image' || type === 'button' || type === 'reset') return written ?? '';
  const { value, bad } = sanitise({ type, multiple }, written ?? '');
  return bad ? '' : value;
}

/* ---- select ---- */

interface SelectOption {
  readonly element: PageElement;
  readonly definition: OptionDefinition;
}

/** The list of options: `option` descendants that are not in another select or in a datalist. */
function optionsOf(select: PageElement): SelectOption[] {
  const options: SelectOption[] = [];
  const visit = (parent: PageElement, groupDisabled: boolean): void => {
    for (const child of childElements(parent)) {
      if (child.tagName === 'option') options.push({ element: child, definition: optionOf(child, groupDisabled) });
      else if (child.tagName !== 'select' && child.tagName !== 'datalist') {
        visit(child, groupDisabled || (child.tagName === 'optgroup' && hasAttribute(child, 'disabled')));
      }
    }
  };
  visit(select, false);
  return options;
}

function optionOf(element: PageElement, groupDisabled: boolean): OptionDefinition {
  const text = textContent(element)
    .replace(/[\t\n\f\r ]+/g, ' ')
    .replace(/^ | $/g, '');
  return {
    value: normaliseText(attribute(element, 'value') ?? text),
    label: attribute(element, 'label') || text,
    selected: hasAttribute(element, 'selected'),
    disabled: groupDisabled || hasAttribute(element, 'disabled'),
  };
}

/** The placeholder label option: the first option of a required drop-down, directly in the select, with value ''. */
function isPlaceholder(select: PageElement, options: readonly SelectOption[]): boolean {
  const [first] = options;
  if (!first || !hasAttribute(select, 'required') || hasAttribute(select, 'multiple')) return false;
  if ((nonNegativeInteger(attribute(select, 'size')) ?? 0) > 1) return false;
  return first.definition.value === '' && parentElement(first.element) === select;
}

/* ---- disabled ---- */

/** Disabled itself, or by a fieldset around it, unless it stands in that fieldset's first legend. */
function isDisabled(element: PageElement): boolean {
  if (hasAttribute(element, 'disabled')) return true;
  const by = closest(element, (around) => {
    if (around.tagName !== 'fieldset' || !hasAttribute(around, 'disabled')) return false;
    const legend = childElements(around).find((child) => child.tagName === 'legend');
    return !legend || !contains(legend, element);
  });
  return by !== undefined;
}

/* ---- labels ---- */

/** Text of the first `label for=…` of each id. */
function labelsById(document: PageDocument): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const element of document.elements) {
    if (element.tagName !== 'label') continue;
    const target = attribute(element, 'for');
    if (target && !labels.has(target)) labels.set(target, plainText(element));
  }
  return labels;
}

function labelOf(element: PageElement, id: string | undefined, labels: ReadonlyMap<string, string>): string {
  const direct = attribute(element, 'aria-label') || (id === undefined ? undefined : labels.get(id));
  if (direct) return direct;
  const around = closest(element, (candidate) => candidate.tagName === 'label' && !hasAttribute(candidate, 'for'));
  return around ? plainText(around, element) : '';
}

/** Text without that of the control itself: a label around a select does not speak its options. */
function plainText(element: PageElement, without?: PageElement): string {
  const inner = without ? textContent(without) : '';
  const text = textContent(element);
  return (inner === '' ? text : text.replace(inner, ' ')).replace(/\s+/g, ' ').trim();
}

/* ---- attributes ---- */

/** One of our own attributes, in its short or its long form. */
function mark(element: PageElement, name: string): string | undefined {
  return attribute(element, `data-${name}`) ?? attribute(element, `data-backlot-${name}`);
}

function hasMark(element: PageElement, name: string): boolean {
  return mark(element, name) !== undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  const held: { [key in K]?: V } = {};
  if (value !== undefined) held[key] = value;
  return held;
}
