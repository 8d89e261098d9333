import { svgProperties } from './svg-names.ts';

/** What numbers, names, colours, functions and addresses within the drawing are written with. */
const plainValue = /^[\w\s.,#%+*/'"()-]*$/;

/** Whether a value loads nothing and hides nothing: no escapes, no addresses but `url(#id)`. */
export function isPlainValue(value: string): boolean {
  if (!plainValue.test(value)) return false;
  const withoutOwn = value.replace(/url\(\s*(["']?)#[\w-]+\1\s*\)/gi, '');
  return !/url|image|expression|attr\(|src\(|element\(|paint\(|\/\*/i.test(withoutOwn);
}

/** A list of declarations with those that are allowed. */
export function sanitiseDeclarations(text: string): string {
  const kept: string[] = [];
  for (const declaration of text.replace(/\/\*.*?\*\//gs, '').split(';')) {
    const [, property = '', value = ''] = /^\s*([a-z-]+)\s*:\s*(.*?)\s*$/s.exec(declaration) ?? [];
    if (svgProperties.has(property) && value !== '' && isPlainValue(value)) kept.push(`${property}:${value}`);
  }
  return kept.join(';');
}

/**
 * A style sheet of plain rules, as drawing programs write them; rules that are not so simple are left out. At-rules
 * with a block end it: what follows may be meant for another medium.
 */
export function sanitiseStyleSheet(text: string): string {
  const rules: string[] = [];
  for (const [, selector = '', body = ''] of text
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/@[^{};]*;/g, '')
    .split('@')[0]!
    .matchAll(/([^{}]*)\{([^{}]*)\}/g)) {
    const declarations = sanitiseDeclarations(body);
    if (declarations !== '' && /^[\w\s.#,>*-]+$/.test(selector)) rules.push(`${selector.trim()}{${declarations}}`);
  }
  return rules.join('');
}
